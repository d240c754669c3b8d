// Other recorders: those that this one watches, how each is and since when, and after which silence one is lost. Which one is
// being changed stands in the address.
import { useEffect, useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { NodesView, NodeView } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { Awaited } from "../../parts/awaited.tsx";
import { EmptyPage, ErrorNote, TextField } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { QuestionDialog } from "../../parts/question-dialog.tsx";
import { UnsavedMark } from "../../parts/unsaved-mark.tsx";
import { place, replaceQuery } from "../../router.ts";
import { mayAdminister, nodeChange } from "../../state/recorder.ts";
import { tell } from "../../state/toasts.ts";
import { useAct } from "../../state/use-act.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { useDraft } from "../../state/use-draft.ts";
import { SystemSubPage } from "../system/sub-page.tsx";
import { NodeDialog } from "./node-dialog.tsx";
import { NodeTable } from "./node-table.tsx";
import { isLostSeconds, LEAST_LOST_SECONDS, MOST_LOST_SECONDS } from "./node-words.ts";
import "../../theme/nodes.css";

const NEW = "new";

/** The page, for whoever runs the recorder; only administrators change something. */
export function NodesPage() {
  const asked = useAnswer((signal) => call("GET /cluster/nodes", { signal }));
  const { answer } = asked;
  const [removed, setRemoved] = useState<NodeView | undefined>(undefined);
  const changed = nodeChange.value;
  useEffect(() => {
    if (changed === undefined || answer === undefined) return;
    if (answer.nodes.every(({ id }) => id !== changed.id)) {
      // Just saved: the list that is under way may not have this word yet.
      asked.load();
      return;
    }
    const nodes = answer.nodes.map((node) => (node.id === changed.id ? changed : node));
    asked.put({ ...answer, nodes });
  }, [changed]);
  const wanted = mayAdminister.value ? place.value.query.get("node") : null;
  const close = (): void => replaceQuery({ node: undefined });
  const node = answer?.nodes.find(({ id }) => id === wanted);
  const isEmpty = answer?.nodes.length === 0;
  const button = mayAdminister.value ? (
    <button
      type="button"
      class="button primary"
      aria-label={t("nodes.add")}
      onClick={() => replaceQuery({ node: NEW })}
    >
      <Icon name="plus" />
      {/* Beside the heading a phone has room for the sign alone. */}
      <span class={isEmpty ? "" : "wide-only"}>{t("nodes.add")}</span>
    </button>
  ) : null;
  return (
    <SystemSubPage title={t("nodes.title")} beside={isEmpty ? null : button}>
      <div class="awaited">
        <Awaited of={asked} rows={4} />
      </div>
      {answer === undefined ? null : isEmpty ? (
        <EmptyPage icon="system" title={t("nodes.none")} text={t("nodes.none.text")}>
          {button}
        </EmptyPage>
      ) : (
        <div class="nodes-page">
          <p class="muted nodes-intro">{t("nodes.intro")}</p>
          <NodeTable nodes={answer.nodes} onRemove={setRemoved} />
          {mayAdminister.value ? <LostSeconds held={answer.lostSeconds} onSaved={asked.put} /> : null}
        </div>
      )}
      {removed === undefined ? null : (
        <QuestionDialog
          title={t("nodes.remove", { name: removed.name })}
          button={t("nodes.remove.button")}
          act={async () => {
            await call("DELETE /cluster/nodes/{node}", { path: { node: removed.id } });
            asked.load();
          }}
          onClose={() => setRemoved(undefined)}
        >
          <p>{t("nodes.remove.text")}</p>
        </QuestionDialog>
      )}
      {wanted === NEW || node !== undefined ? (
        <NodeDialog
          key={wanted ?? NEW}
          node={wanted === NEW ? undefined : node}
          onSaved={asked.load}
          onClose={close}
        />
      ) : null}
    </SystemSubPage>
  );
}

function LostSeconds(props: { readonly held: number; readonly onSaved: (view: NodesView) => void }) {
  const held = String(props.held);
  const { value: typed, ...draft } = useDraft("system.nodes", held);
  const { busy, error, act } = useAct();
  const isGood = isLostSeconds(typed.trim());
  return (
    <form
      class="nodes-lost"
      onSubmit={(event) => {
        event.preventDefault();
        void act(async () => {
          const lostSeconds = Number(typed.trim());
          props.onSaved(await call("PATCH /cluster/nodes", { body: { lostSeconds } }));
          draft.settle(String(lostSeconds));
          tell(t("nodes.saved"));
        });
      }}
    >
      <TextField
        label={t("nodes.lostSeconds")}
        hint={t("nodes.lostSeconds.hint")}
        error={
          isGood
            ? undefined
            : t("nodes.lostSeconds.wrong", { least: LEAST_LOST_SECONDS, most: MOST_LOST_SECONDS })
        }
        value={typed}
        inputMode="numeric"
        onInput={draft.put}
        required
      />
      {error === undefined ? null : <ErrorNote error={error} />}
      <div class="form-foot start">
        <button
          type="submit"
          class="button primary"
          disabled={busy || !isGood || !draft.isUnsaved}
          aria-busy={busy}
        >
          {t(busy ? "saving" : "save")}
        </button>
        <UnsavedMark of={draft} onDiscard={() => draft.settle(held)} />
      </div>
    </form>
  );
}
