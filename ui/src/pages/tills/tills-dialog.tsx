// Sets tills up: the list of them, and the form of the one that is chosen. Nothing is changed before it is saved.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { TillParser, TillSettings } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { Awaited } from "../../parts/awaited.tsx";
import { Dialog, ErrorNote, IconButton } from "../../parts/controls.tsx";
import { DialogFoot } from "../../parts/dialog-foot.tsx";
import { Icon } from "../../parts/icon.tsx";
import { tell } from "../../state/toasts.ts";
import { useAct } from "../../state/use-act.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { useDraft } from "../../state/use-draft.ts";
import { TillForm } from "./till-form.tsx";

const TEXT_PARSER = "nightjar-pos-text/text";

export function TillsDialog({ onClose }: { readonly onClose: () => void }) {
  const asked = useAnswer(async (signal) => {
    const [{ tills }, { parsers }] = await Promise.all([
      call("GET /tills/settings", { signal }),
      call("GET /tills/parsers", { signal }),
    ]);
    return { tills, parsers };
  });
  return (
    <Dialog title={t("tills.setUp")} onClose={onClose} wide>
      <Awaited of={asked} rows={5} />
      {asked.answer === undefined ? null : <Editor {...asked.answer} onClose={onClose} />}
    </Dialog>
  );
}

function Editor(props: {
  readonly tills: readonly TillSettings[];
  readonly parsers: readonly TillParser[];
  readonly onClose: () => void;
}) {
  const draft = useDraft<readonly TillSettings[]>("tills", props.tills);
  const { value: tills, put: setTills, settle, isUnsaved } = draft;
  const [chosen, setChosen] = useState(tills.length === 0 ? -1 : 0);
  // A till's form holds texts that are no values yet: it begins anew when others' tills are taken.
  const [round, setRound] = useState(0);
  const begin = (act: () => void): void => {
    act();
    setRound((before) => before + 1);
  };
  const { busy, error, act } = useAct();
  const till = tills[chosen];

  const save = (): Promise<void> =>
    act(async () => {
      await call("PUT /tills/settings", { body: { tills: [...tills] } });
      tell(t("tills.saved"));
      settle(tills);
      props.onClose();
    });
  const add = (): void => {
    setTills([...tills, newTill(tills, props.parsers)]);
    setChosen(tills.length);
  };
  return (
    <form
      class="till-editor"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div class="till-tabs">
        {tills.map((one, index) => (
          <button
            key={one.id}
            type="button"
            class="button"
            aria-pressed={index === chosen}
            onClick={() => setChosen(index)}
          >
            {one.name || t("tills.unnamed")}
          </button>
        ))}
        <button type="button" class="button ghost" onClick={add} disabled={tills.length >= 256}>
          <Icon name="plus" />
          {t("tills.add")}
        </button>
        <div class="spring" />
        {till === undefined ? null : (
          <IconButton
            icon="remove"
            label={t("tills.remove", { name: till.name })}
            onClick={() => {
              setTills(tills.filter((_, index) => index !== chosen));
              setChosen(Math.min(chosen, tills.length - 2));
            }}
          />
        )}
      </div>
      {till === undefined ? (
        <p class="muted">{t("tills.noneYet")}</p>
      ) : (
        <TillForm
          key={`${till.id} ${round}`}
          till={till}
          parsers={props.parsers}
          onChange={(changed) => setTills(tills.map((one, index) => (index === chosen ? changed : one)))}
        />
      )}
      {error === undefined ? null : <ErrorNote error={error} />}
      <DialogFoot
        text={t("save")}
        onCancel={() => {
          settle(props.tills);
          props.onClose();
        }}
        disabled={busy || !isUnsaved || tills.some(({ name }) => name.trim() === "")}
        draft={{
          ...draft,
          takeTheirs: () => {
            const putBack = draft.takeTheirs();
            begin(() => setChosen(props.tills.length === 0 ? -1 : 0));
            return () => begin(putBack);
          },
        }}
      />
    </form>
  );
}

function newTill(tills: readonly TillSettings[], parsers: readonly TillParser[]): TillSettings {
  const numberOf = (): number => {
    for (let number = tills.length + 1; ; number += 1)
      if (!tills.some(({ id }) => id === `till-${number}`)) return number;
  };
  const number = numberOf();
  const source = parsers.find((parser) => parser.source === TEXT_PARSER)?.source ?? parsers[0]?.source;
  return {
    id: `till-${number}`,
    name: t("tills.newName", { number }),
    enabled: true,
    input: { kind: "tcp-listen", host: "::", port: 9_100 + tills.length, from: [] },
    charset: "utf-8",
    cameras: [],
    ...(source === undefined ? {} : { parser: { source, config: {} } }),
    pauseSeconds: 30,
    hide: [],
    hideCardNumbers: true,
    keepDays: 90,
  };
}
