// Alarm inputs and outputs: how each is now, switching outputs by hand, one or all, and the forms of their settings. Which one
// is open stands in the address.
import { useEffect, useState } from "preact/hooks";
import { ApiError, call } from "../../api/client.ts";
import type { InputSettings, OutputSettings } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { Awaited } from "../../parts/awaited.tsx";
import { EmptyPage, NotAllowed } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { place, replaceQuery } from "../../router.ts";
import { alarmIoAsked, loadAlarmIo } from "../../state/alarm-io.ts";
import { mayAdminister } from "../../state/recorder.ts";
import { tell } from "../../state/toasts.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { InputDialog } from "./input-dialog.tsx";
import { InputTable } from "./input-table.tsx";
import { newInput, newOutput } from "./io-words.ts";
import { OutputDialog } from "./output-dialog.tsx";
import { OutputTable } from "./output-table.tsx";

const NEW = "new";

/** The page, for whoever runs the recorder. */
export function IoPage() {
  useEffect(() => void loadAlarmIo(), []);
  const asked = alarmIoAsked.value;
  const { answer, error } = asked;
  const { query } = place.value;
  const [wantedOutput, wantedInput] = [query.get("output"), query.get("input")];
  const close = (): void => replaceQuery({ output: undefined, input: undefined });
  if (error instanceof ApiError && error.status === 403) return <NotAllowed />;
  const isEmpty = answer !== undefined && answer.inputs.length + answer.outputs.length === 0;
  const buttons = mayAdminister.value ? (
    <>
      <button type="button" class="button" onClick={() => replaceQuery({ input: NEW })}>
        <Icon name="plus" />
        {t("io.input.add")}
      </button>
      <button type="button" class="button primary" onClick={() => replaceQuery({ output: NEW })}>
        <Icon name="plus" />
        {t("io.output.add")}
      </button>
    </>
  ) : null;
  return (
    <div class="list-page io-page">
      <div class="head">
        <h1>{t("io.title")}</h1>
        <div class="spring" />
        {isEmpty ? null : buttons}
      </div>
      <div class="awaited">
        <Awaited of={asked} rows={8} />
      </div>
      {answer === undefined ? null : isEmpty ? (
        <EmptyPage icon="io" title={t("io.none")} text={t("io.none.text")}>
          <div class="empty-buttons">{buttons}</div>
        </EmptyPage>
      ) : (
        <>
          <OutputTable outputs={answer.outputs} />
          <InputTable inputs={answer.inputs} />
        </>
      )}
      {mayAdminister.value && wantedOutput !== null ? (
        <OpenOutput key={wantedOutput} wanted={wantedOutput} onClose={close} />
      ) : null}
      {mayAdminister.value && wantedInput !== null ? (
        <OpenInput key={wantedInput} wanted={wantedInput} onClose={close} />
      ) : null}
    </div>
  );
}

interface OpenProps {
  readonly wanted: string;
  readonly onClose: () => void;
}

function OpenOutput({ wanted, onClose }: OpenProps) {
  const asked = useAnswer((signal) => call("GET /outputs/settings", { signal }));
  // Of one dialog: another new one each time would be another draft.
  const [fresh, setFresh] = useState<OutputSettings | undefined>(undefined);
  const { answer } = asked;
  useEffect(() => {
    if (answer !== undefined && wanted === NEW && fresh === undefined) setFresh(newOutput(answer.outputs));
  }, [answer]);
  const output = wanted === NEW ? fresh : answer?.outputs.find(({ id }) => id === wanted);
  if (answer === undefined || output === undefined) return null;
  return (
    <OutputDialog
      output={output}
      isNew={wanted === NEW}
      isAuthorized={answer.authorized.includes(output.id)}
      onClose={onClose}
      onSave={async (changed) => {
        const { outputs, stamp } = answer;
        const next =
          wanted === NEW
            ? [...outputs, changed]
            : outputs.map((one) => (one.id === changed.id ? changed : one));
        await call("PUT /outputs/settings", { body: { outputs: next, stamp } });
        await loadAlarmIo();
        tell(t("io.saved"));
      }}
    />
  );
}

function OpenInput({ wanted, onClose }: OpenProps) {
  const asked = useAnswer(async (signal) => {
    const [settings, { actions }] = await Promise.all([
      call("GET /inputs/settings", { signal }),
      call("GET /linkage", { signal }),
    ]);
    return { ...settings, actions };
  });
  const [fresh, setFresh] = useState<InputSettings | undefined>(undefined);
  const { answer } = asked;
  useEffect(() => {
    if (answer !== undefined && wanted === NEW && fresh === undefined) setFresh(newInput(answer.inputs));
  }, [answer]);
  const input = wanted === NEW ? fresh : answer?.inputs.find(({ id }) => id === wanted);
  if (answer === undefined || input === undefined) return null;
  return (
    <InputDialog
      input={input}
      isNew={wanted === NEW}
      hasToken={answer.tokens.includes(input.id)}
      actions={answer.actions}
      onClose={onClose}
      onSave={async (changed) => {
        const { inputs, stamp } = answer;
        const next =
          wanted === NEW
            ? [...inputs, changed]
            : inputs.map((one) => (one.id === changed.id ? changed : one));
        await call("PUT /inputs/settings", { body: { inputs: next, stamp } });
        await loadAlarmIo();
        tell(t("io.saved"));
      }}
    />
  );
}
