// The table of alarm inputs: how each is, and closing or opening the virtual ones.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { InputView } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { IconButton } from "../../parts/controls.tsx";
import { replaceQuery } from "../../router.ts";
import { loadAlarmIo } from "../../state/alarm-io.ts";
import { momentText, utcText } from "../../state/moment-text.ts";
import { cameras, mayAdminister, session } from "../../state/recorder.ts";
import { complain } from "../../state/toasts.ts";
import { CONTACT_TEXT, INPUT_KIND_TEXT } from "./io-words.ts";
import { RemoveDialog } from "./remove-dialog.tsx";

export function InputTable({ inputs }: { readonly inputs: readonly InputView[] }) {
  const [removed, setRemoved] = useState<InputView | undefined>(undefined);
  const maySet = session.value?.rights.includes("inputs.set") === true;
  if (inputs.length === 0) return null;
  return (
    <section class="io-section" aria-labelledby="io-inputs">
      <div class="section-head">
        <h2 id="io-inputs">{t("io.inputs")}</h2>
      </div>
      <div class="table-box">
        <table class="io-table">
          <thead>
            <tr>
              <th scope="col">{t("io.name")}</th>
              <th scope="col">{t("io.state")}</th>
              <th scope="col" class="io-wide">
                {t("io.input.kind")}
              </th>
              <th scope="col" class="io-wide">
                {t("io.use")}
              </th>
              <th scope="col">
                <span class="unseen">{t("io.commands")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {inputs.map((input) => (
              <tr key={input.id} class={input.enabled ? "" : "off"}>
                <td>
                  <strong>{input.name}</strong>
                  <small class="io-narrow">
                    {t(INPUT_KIND_TEXT[input.kind])} · {useText(input)}
                  </small>
                </td>
                <td>
                  <InputState input={input} />
                </td>
                <td class="io-wide">{t(INPUT_KIND_TEXT[input.kind])}</td>
                <td class="io-wide">
                  {useText(input)}
                  <small>{camerasText(input)}</small>
                </td>
                <td>
                  <div class="row-actions">
                    {maySet && input.kind === "virtual" ? <Contact input={input} /> : null}
                    {mayAdminister.value ? (
                      <>
                        <IconButton
                          icon="edit"
                          label={t("io.edit", { name: input.name })}
                          onClick={() => replaceQuery({ input: input.id })}
                        />
                        <IconButton
                          icon="remove"
                          label={t("io.remove", { name: input.name })}
                          onClick={() => setRemoved(input)}
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
      {removed === undefined ? null : (
        <RemoveDialog
          name={removed.name}
          text={t("io.remove.input")}
          act={async () => {
            const { inputs: known, stamp } = await call("GET /inputs/settings");
            const rest = known.filter(({ id }) => id !== removed.id);
            await call("PUT /inputs/settings", { body: { inputs: rest, stamp } });
            await loadAlarmIo();
          }}
          onClose={() => setRemoved(undefined)}
        />
      )}
    </section>
  );
}

function useText({ use }: InputView): string {
  return t(use === "alarm" ? "io.use.alarm" : "io.use.disarm");
}

function camerasText({ cameras: ids }: InputView): string {
  return ids.map((id) => cameras.value?.find((one) => one.id === id)?.name ?? id).join(", ");
}

function InputState({ input }: { readonly input: InputView }) {
  const { enabled, active, use, contact, since, armed } = input;
  const word = active ? (use === "alarm" ? "io.active" : "io.disarming") : "io.rests";
  const dot = enabled && active ? (use === "alarm" ? " dot-bad" : " dot-warn") : "";
  return (
    <>
      <span class="state">
        <span class={`dot${dot}`} />
        <strong>{t(enabled ? word : "io.disabled")}</strong>
      </span>
      {enabled ? (
        <small title={since === undefined ? undefined : utcText(since)}>
          {t(CONTACT_TEXT[contact])}
          {since === undefined ? "" : ` · ${momentText(since)}`}
        </small>
      ) : null}
      {enabled && !armed ? <small>{t("io.unarmed.input")}</small> : null}
    </>
  );
}

function Contact({ input: { id, name, contact, enabled } }: { readonly input: InputView }) {
  const [busy, setBusy] = useState(false);
  const next = contact === "closed" ? ("open" as const) : ("closed" as const);
  return (
    <button
      type="button"
      class="button"
      disabled={busy || !enabled}
      aria-label={t(next === "open" ? "io.openOne" : "io.closeOne", { name })}
      onClick={() => {
        setBusy(true);
        call("PUT /inputs/{input}/contact", { path: { input: id }, body: { contact: next } })
          .catch(complain)
          .finally(() => setBusy(false));
      }}
    >
      {t(next === "open" ? "io.open" : "io.close")}
    </button>
  );
}
