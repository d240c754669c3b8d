// Trying a rule that is saved: its actions are done once, as for an event that begins now, and what came of them is told.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { LinkageAction, LinkageRule, LinkageTried } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { problemLine } from "../../locale/problem-text.ts";
import { IconButton } from "../../parts/controls.tsx";
import { cameras } from "../../state/recorder.ts";
import { complain, tell, tellFailed } from "../../state/toasts.ts";
import { STATUS_TEXT } from "../events/done-list.tsx";
import { actionName } from "./linkage-words.ts";

/** The button of one rule, switched on or not. */
export function RuleTest({
  rule,
  actions,
  isOfCamera,
}: {
  readonly rule: LinkageRule;
  /** As the page calls them. */
  readonly actions: readonly LinkageAction[];
  /** Whether it is tried as for an event of a camera: of the rule's first, or of the first that there is. */
  readonly isOfCamera: boolean;
}) {
  const [busy, setBusy] = useState(false);
  const run = (): void => {
    setBusy(true);
    // The recorder knows the rule's own cameras; one of any other is for rules that name none.
    const isOfAny = isOfCamera && (rule.cameras ?? []).length === 0;
    const camera = isOfAny ? cameras.value?.[0]?.id : undefined;
    call("POST /linkage/test", { body: { rule: rule.id, ...(camera === undefined ? {} : { camera }) } })
      .then(({ results }) => {
        const failed = results.filter(({ status }) => status !== "done");
        if (failed.length > 0) tellFailed(failed.map((one) => failedText(rule, one, actions)));
        else tell(t("linkage.ruleTested", { name: rule.name, count: results.length }));
      })
      .catch(complain)
      .finally(() => setBusy(false));
  };
  return (
    <IconButton
      icon="play"
      label={t("linkage.testRule", { name: rule.name })}
      disabled={busy}
      onClick={run}
    />
  );
}

/** An action that failed, and why. */
function failedText(
  rule: LinkageRule,
  { action, status, note = "", code, context }: LinkageTried,
  actions: readonly LinkageAction[],
): string {
  return t("linkage.ruleTestFailed", {
    name: rule.name,
    action: actionName(action, actions),
    status: t(STATUS_TEXT[status]),
    reason: code === undefined ? note : problemLine({ code, context, sentence: note }),
  });
}
