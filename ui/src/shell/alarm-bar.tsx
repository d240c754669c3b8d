// The alarm of what is wrong, on every page: the worst of it with what to do, how many more there are, and a way to put
// it aside until something else goes wrong.
import { useState } from "preact/hooks";
import { t } from "../locale/messages.ts";
import { Dialog, IconButton } from "../parts/controls.tsx";
import { Icon } from "../parts/icon.tsx";
import { followLink, href, place } from "../router.ts";
import { alarms, problems, putAlarmsAside } from "../state/problems.ts";
import { ProblemList } from "./problem-list.tsx";

/** Nothing while nothing is wrong. */
export function AlarmBar() {
  const [open, setOpen] = useState(false);
  const [first] = alarms.value;
  const more = alarms.value.length - 1;
  return (
    <>
      {first === undefined ? null : (
        <div class={`alarm-bar tone-${first.tone}`} role="alert">
          <Icon name="warning" />
          <p>
            <strong>{first.title}</strong>
            <span class="alarm-detail wide-only muted">
              {first.detail === first.title ? "" : first.detail}
            </span>
          </p>
          {more > 0 ? (
            <button
              type="button"
              class="button ghost"
              aria-label={t("alarm.more", { count: more })}
              onClick={() => setOpen(true)}
            >
              <span class="wide-only">{t("alarm.more", { count: more })}</span>
              <span class="phone-only">+{more}</span>
            </button>
          ) : null}
          {first.link === undefined || first.link.path === place.value.path ? null : (
            <a
              class="button"
              href={href(first.link.path, first.link.query)}
              onClick={followLink}
              aria-label={t("alarm.go")}
              title={t("alarm.go")}
            >
              <span class="wide-only">{t("alarm.go")}</span>
              <span class="phone-only">
                <Icon name="right" />
              </span>
            </a>
          )}
          <IconButton icon="close" label={t("alarm.putAside")} onClick={putAlarmsAside} />
        </div>
      )}
      {open ? (
        <Dialog title={t("health.title")} onClose={() => setOpen(false)}>
          <ProblemList problems={problems.value} onLeave={() => setOpen(false)} />
        </Dialog>
      ) : null}
    </>
  );
}
