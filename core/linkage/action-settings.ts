// What a rule says for an action, as the action is to get it: defaults of its schema filled in, checked by the schema.
import type { TObject } from "typebox";
import { NightjarError } from "../errors.ts";
import type { LinkageAction, LinkageRequest } from "../plugin/contract/linkage-action.ts";
import { settingsProblems, withDefaults } from "../plugin/host/settings-problems.ts";
import { misfitOf } from "../plugin/schemas/settings-check.ts";

/** Fills up and checks what a rule says. Throws `NJ_LINKAGE_SETTINGS`, naming each place, for what the schema refuses. */
export function actionSettings(
  action: Pick<LinkageAction, "configSchema">,
  settings: Readonly<Record<string, unknown>>,
): LinkageRequest["config"] {
  const schema = action.configSchema as unknown as Readonly<Record<string, unknown>>;
  const config = withDefaults(schema, structuredClone(settings)) as LinkageRequest["config"];
  const misfit = misfitOf(action.configSchema, config);
  if (misfit === undefined) return config;
  // All of them, where somebody is to fill them in; the first alone says enough that nothing is done.
  const known = settingsProblems(action.configSchema as TObject, config);
  const wrong = (known.length > 0 ? known : [misfit]).map(({ path, message }) => `${path} ${message}`);
  throw new NightjarError(
    "NJ_LINKAGE_SETTINGS",
    "invalid-argument",
    `the settings of the action do not fit it: ${wrong.join("; ")}`,
  );
}
