// Notices on phones and desktops: this device switched on, the others of the account named, tried and removed. What is told is the
// affair of rules (page Linkage); what a browser cannot is said with the reason.
import { useState } from "preact/hooks";
import { ApiError, api } from "../../api/client.ts";
import { type MessageKey, t } from "../../locale/messages.ts";
import { Awaited } from "../../parts/awaited.tsx";
import { Dialog, ErrorNote, TextField } from "../../parts/controls.tsx";
import { dateText, momentText, utcText } from "../../state/moment-text.ts";
import {
  deviceName,
  idOf,
  obstacle,
  type PushDevice,
  type PushDevices,
  type PushObstacle,
  pushPath,
  subscribed,
  subscription,
  unsubscribe,
} from "../../state/push.ts";
import { complain, tell } from "../../state/toasts.ts";
import { useAnswer } from "../../state/use-answer.ts";

const OBSTACLE_TEXT: Readonly<Record<PushObstacle, MessageKey>> = {
  insecure: "push.not.insecure",
  browser: "push.not.browser",
  denied: "push.not.denied",
};

/** The section; nothing where the recorder has no such plugin. */
export function PushDeviceList() {
  const list = useAnswer(async (signal) => {
    const [{ publicKey, devices }, own] = await Promise.all([
      api<PushDevices>("GET", pushPath(), undefined, signal),
      subscription().then((one) => (one === undefined ? undefined : idOf(one.endpoint))),
    ]);
    return { publicKey, devices, own };
  });
  const { answer, error, load } = list;
  const [isBusy, setBusy] = useState(false);
  const [naming, setNaming] = useState<PushDevice | undefined>(undefined);
  if (error instanceof ApiError && error.code === "NJ_ROUTE_UNKNOWN") return null;
  const hinders = obstacle();
  const isOn = answer?.devices.some(({ id }) => id === answer.own) === true;
  const act = (work: () => Promise<unknown>, done: string): void => {
    setBusy(true);
    work()
      .then((answered) => {
        if (answered !== false) tell(done);
      })
      .catch(complain)
      .finally(() => {
        setBusy(false);
        load();
      });
  };
  const switchOn = async (): Promise<boolean> => subscribed(answer?.publicKey ?? "", deviceName());
  const remove = async ({ id }: PushDevice): Promise<void> => {
    if (id === answer?.own) await unsubscribe();
    await api("DELETE", pushPath(id));
  };
  return (
    <section class="push-devices">
      <div class="section-head">
        <h2>{t("push.title")}</h2>
        <div class="spring" />
        {answer === undefined || isOn || hinders !== undefined ? null : (
          <button
            type="button"
            class="button primary"
            disabled={isBusy}
            onClick={() => act(switchOn, t("push.on"))}
          >
            {t("push.switchOn")}
          </button>
        )}
      </div>
      <p class="muted">{t("push.text")}</p>
      {hinders === undefined ? null : <p class="note">{t(OBSTACLE_TEXT[hinders])}</p>}
      <Awaited of={list} rows={1} />
      {answer === undefined ? null : answer.devices.length === 0 ? (
        <p class="muted">{t("push.none")}</p>
      ) : (
        <ul class="access-list">
          {answer.devices.map((one) => (
            <li key={one.id}>
              <div>
                <strong>{one.name}</strong>
                {one.id === answer.own ? <span class="mark">{t("push.this")}</span> : null}
                <small>
                  <span title={utcText(one.createdAt)}>
                    {t("push.since", { day: dateText(one.createdAt) })}
                  </span>
                  {one.lastAt === undefined ? null : (
                    <span title={utcText(one.lastAt)}>
                      {" · "}
                      {t("push.last", { time: momentText(one.lastAt) })}
                    </span>
                  )}
                </small>
              </div>
              <span class="sure">
                <button
                  type="button"
                  class="button ghost"
                  disabled={isBusy}
                  aria-label={t("push.testOf", { name: one.name })}
                  onClick={() => act(() => api("POST", `${pushPath(one.id)}/test`), t("push.tested"))}
                >
                  {t("push.test")}
                </button>
                <button
                  type="button"
                  class="button ghost"
                  aria-label={t("push.renameOf", { name: one.name })}
                  onClick={() => setNaming(one)}
                >
                  {t("push.rename")}
                </button>
                <button
                  type="button"
                  class="button ghost"
                  disabled={isBusy}
                  aria-label={t("push.removeOf", { name: one.name })}
                  onClick={() => act(() => remove(one), t("push.removed", { name: one.name }))}
                >
                  {t("push.remove")}
                </button>
              </span>
            </li>
          ))}
        </ul>
      )}
      {naming === undefined ? null : (
        <NameDialog
          device={naming}
          onClose={() => setNaming(undefined)}
          onDone={() => {
            setNaming(undefined);
            load();
          }}
        />
      )}
    </section>
  );
}

function NameDialog(props: {
  readonly device: PushDevice;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const { id, name } = props.device;
  const [typed, setTyped] = useState(name);
  const [error, setError] = useState<unknown>();
  return (
    <Dialog title={t("push.renameOf", { name })} onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          api("PATCH", pushPath(id), { name: typed.trim() }).then(props.onDone).catch(setError);
        }}
      >
        <TextField label={t("push.name")} value={typed} onInput={setTyped} focus />
        {error === undefined ? null : <ErrorNote error={error} />}
        <div class="form-foot">
          <button type="button" class="button ghost" onClick={props.onClose}>
            {t("cancel")}
          </button>
          <button type="submit" class="button primary" disabled={typed.trim() === ""}>
            {t("push.rename.do")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
