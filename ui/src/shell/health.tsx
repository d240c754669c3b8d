// One dot for the recorder's health; opens what is wrong.
import { useState } from "preact/hooks";
import { t } from "../locale/messages.ts";
import { Dialog } from "../parts/controls.tsx";
import { followLink, href } from "../router.ts";
import { problems } from "../state/problems.ts";
import { cameras, status } from "../state/recorder.ts";
import { ProblemList } from "./problem-list.tsx";

type Tone = "ok" | "warn" | "bad" | "unknown";

function health(): { readonly tone: Tone; readonly text: string } {
  const now = status.value;
  if (now === undefined) return { tone: "unknown", text: t("health.unknown") };
  const wrong = problems.value.filter((one) => one.tone !== "info");
  const [first] = wrong;
  if (first !== undefined) {
    const text = wrong.length === 1 ? first.title : t("health.problems", { count: wrong.length });
    return { tone: wrong.some((one) => one.tone === "bad") ? "bad" : "warn", text };
  }
  if (now.cameras.total === 0) return { tone: "ok", text: t("health.noCameras") };
  // The list of cameras is kept fresh by every change; the status is read now and then.
  const list = cameras.value;
  const recording = list?.filter((one) => one.recording.active).length ?? now.cameras.recording;
  const total = list?.length ?? now.cameras.total;
  return { tone: "ok", text: t("health.good", { recording, total }) };
}

/** The dot with its sentence. */
export function HealthButton() {
  const [open, setOpen] = useState(false);
  const { tone, text } = health();
  return (
    <>
      <button type="button" class="health" onClick={() => setOpen(true)} title={text} aria-label={text}>
        <i class={`dot dot-${tone}`} aria-hidden="true" />
        <span>{text}</span>
      </button>
      {open ? (
        <Dialog title={t("health.title")} onClose={() => setOpen(false)}>
          {/* Of one problem, it would say the same twice. */}
          {problems.value.length === 1 && tone !== "ok" ? null : (
            <p class="health-line">
              <i class={`dot dot-${tone}`} aria-hidden="true" /> {text}
            </p>
          )}
          <ProblemList problems={problems.value} onLeave={() => setOpen(false)} />
          <p>
            <a
              href={href("system")}
              onClick={(event) => {
                followLink(event);
                setOpen(false);
              }}
            >
              {t("health.more")}
            </a>
          </p>
        </Dialog>
      ) : null}
    </>
  );
}
