// What a rule says for an action, as the action is to get it: defaults of its schema filled in, checked by the schema.
import type { LinkageAction, LinkageRequest } from "../plugin/contract/linkage-action.ts";
import { withDefaults } from "../plugin/host/settings-problems.ts";
import { checkSettings } from "../plugin/schemas/settings-check.ts";

/** Fills up and checks what a rule says. Throws `NJ_CONFIG_INVALID`, naming the place, for what the schema refuses. */
export function actionSettings(
  action: Pick<LinkageAction, "configSchema">,
  settings: Readonly<Record<string, unknown>>,
): LinkageRequest["config"] {
  const schema = action.configSchema as unknown as Readonly<Record<string, unknown>>;
  const config = withDefaults(schema, structuredClone(settings)) as LinkageRequest["config"];
  checkSettings(action.configSchema, config);
  return config;
}
