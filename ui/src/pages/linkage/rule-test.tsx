// Trying a rule that is saved: its actions are done once, as for an event that begins now, and what came of them is told.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { LinkageAction, LinkageRule, LinkageTried } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { problemLine } from "../../locale/problem-text.ts";
import { IconButton } from "../../parts/controls.tsx";
import { complain, tell, tellFailed } from "../../state/toasts.ts";
import { STATUS_TEXT } from "../events/done-list.tsx";
import { actionName } from "./linkage-words.ts";

/** The button of one rule, switched on or not. `actions` are called as the page calls them. */
export function RuleTest({
  rule,
  actions,
}: {
  readonly rule: LinkageRule;
  readonly actions: readonly LinkageAction[];
}) {
  const [busy, setBusy] = useState(false);
  const run = (): void => {
    setBusy(true);
    call("POST /linkage/test", { body: { rule: rule.id } })
      .then(({ results }) => {
        const failed = results.find(({ status }) => status !== "done");
        if (failed !== undefined) tellFailed(failedText(rule, failed, actions));
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

/** The first action that failed, and why. */
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
