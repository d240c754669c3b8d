// The table of alarm outputs: how each is, and switching them by hand.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { OutputView } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { Dialog, ErrorNote, IconButton } from "../../parts/controls.tsx";
import { DialogFoot } from "../../parts/dialog-foot.tsx";
import { Icon } from "../../parts/icon.tsx";
import { replaceQuery } from "../../router.ts";
import { loadAlarmIo } from "../../state/alarm-io.ts";
import { momentText, utcText } from "../../state/moment-text.ts";
import { mayAdminister, session } from "../../state/recorder.ts";
import { complain } from "../../state/toasts.ts";
import { useAct } from "../../state/use-act.ts";
import { dwellText, OUTPUT_KIND_TEXT } from "./io-words.ts";
import { RemoveDialog } from "./remove-dialog.tsx";

export function OutputTable({ outputs }: { readonly outputs: readonly OutputView[] }) {
  const [all, setAll] = useState<"trigger" | "clear" | undefined>(undefined);
  const [removed, setRemoved] = useState<OutputView | undefined>(undefined);
  const maySet = session.value?.rights.includes("outputs.set") === true;
  if (outputs.length === 0) return null;
  return (
    <section class="io-section" aria-labelledby="io-outputs">
      <div class="section-head">
        <h2 id="io-outputs">{t("io.outputs")}</h2>
        <div class="spring" />
        {maySet ? (
          <>
            <button type="button" class="button" onClick={() => setAll("trigger")}>
              {t("io.triggerAll")}
            </button>
            <button type="button" class="button" onClick={() => setAll("clear")}>
              {t("io.clearAll")}
            </button>
          </>
        ) : null}
      </div>
      <div class="table-box">
        <table class="io-table">
          <thead>
            <tr>
              <th scope="col">{t("io.name")}</th>
              <th scope="col">{t("io.state")}</th>
              <th scope="col" class="io-wide">
                {t("io.output.kind")}
              </th>
              <th scope="col" class="io-wide">
                {t("io.dwell")}
              </th>
              <th scope="col">
                <span class="unseen">{t("io.commands")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {outputs.map((output) => (
              <tr key={output.id} class={output.enabled ? "" : "off"}>
                <td>
                  <strong>{output.name}</strong>
                  <small class="io-narrow">
                    {t(OUTPUT_KIND_TEXT[output.kind])} · {dwellText(output.dwellSeconds)}
                  </small>
                </td>
                <td>
                  <OutputState output={output} />
                </td>
                <td class="io-wide">{t(OUTPUT_KIND_TEXT[output.kind])}</td>
                <td class="io-wide">{dwellText(output.dwellSeconds)}</td>
                <td>
                  <div class="row-actions">
                    {maySet ? <Switch output={output} /> : null}
                    {mayAdminister.value ? (
                      <>
                        <IconButton
                          icon="edit"
                          label={t("io.edit", { name: output.name })}
                          onClick={() => replaceQuery({ output: output.id })}
                        />
                        <IconButton
                          icon="remove"
                          label={t("io.remove", { name: output.name })}
                          onClick={() => setRemoved(output)}
                        />
                      </>
                    ) : null}
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {all === undefined ? null : <AllDialog command={all} onClose={() => setAll(undefined)} />}
      {removed === undefined ? null : (
        <RemoveDialog
          name={removed.name}
          text={t("io.remove.output")}
          act={async () => {
            const { outputs: known, stamp } = await call("GET /outputs/settings");
            const rest = known.filter(({ id }) => id !== removed.id);
            await call("PUT /outputs/settings", { body: { outputs: rest, stamp } });
            await loadAlarmIo();
          }}
          onClose={() => setRemoved(undefined)}
        />
      )}
    </section>
  );
}

function OutputState({ output }: { readonly output: OutputView }) {
  const { enabled, on, since, by, offAt, reason, armed } = output;
  return (
    <>
      <span class="state">
        <span
          class={`dot${enabled && on ? " dot-bad" : enabled && reason !== undefined ? " dot-warn" : ""}`}
        />
        <strong>{t(enabled ? (on ? "io.on" : "io.off") : "io.disabled")}</strong>
      </span>
      {enabled && since !== undefined ? (
        <small title={utcText(since)}>
          {t("io.since", { time: momentText(since), by: by ?? "" })}
          {offAt === undefined ? "" : ` · ${t("io.offAt", { time: momentText(offAt) })}`}
        </small>
      ) : null}
      {enabled && !armed ? <small>{t("io.unarmed.output")}</small> : null}
      {enabled && reason !== undefined ? (
        <small class="bad-text">
          <Icon name="warning" size={14} /> {reason}
        </small>
      ) : null}
    </>
  );
}

function Switch({ output: { id, name, on, enabled, reason } }: { readonly output: OutputView }) {
  const [busy, setBusy] = useState(false);
  const run = (asked: Promise<unknown>): void => {
    setBusy(true);
    // The table learns of it as everybody does.
    asked.catch(complain).finally(() => setBusy(false));
  };
  const path = { output: id };
  return (
    <>
      <button
        type="button"
        class="button"
        disabled={busy || !enabled || on}
        aria-label={t("io.triggerOne", { name })}
        onClick={() => run(call("POST /outputs/{output}/trigger", { path, body: {} }))}
      >
        {t("io.trigger")}
      </button>
      <button
        type="button"
        class="button"
        disabled={busy || !enabled || !(on || reason !== undefined)}
        aria-label={t("io.clearOne", { name })}
        onClick={() => run(call("POST /outputs/{output}/clear", { path }))}
      >
        {t("io.clear")}
      </button>
    </>
  );
}

function AllDialog(props: { readonly command: "trigger" | "clear"; readonly onClose: () => void }) {
  const isTrigger = props.command === "trigger";
  const { busy, error, act } = useAct();
  const doAll = (): Promise<void> =>
    act(async () => {
      await (isTrigger ? call("POST /outputs/trigger") : call("POST /outputs/clear"));
      props.onClose();
    });
  return (
    <Dialog title={t(isTrigger ? "io.triggerAll" : "io.clearAll")} onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void doAll();
        }}
      >
        <p>{t(isTrigger ? "io.triggerAll.text" : "io.clearAll.text")}</p>
        {error === undefined ? null : <ErrorNote error={error} />}
        <DialogFoot
          text={t(isTrigger ? "io.triggerAll" : "io.clearAll")}
          onCancel={props.onClose}
          disabled={busy}
          isGrave={isTrigger}
        />
      </form>
    </Dialog>
  );
}
