// The error of files that are no settings files, which several readers throw. Sentences never repeat what the file holds.
import type { SchemaProblem } from "../config/schema-problems.ts";
import { NightjarError } from "../errors.ts";

/** The error of a file that is refused as a whole. `problems` name places in it, if any can be named. */
export function notSettings(why: string, problems?: readonly SchemaProblem[]): NightjarError {
  return new NightjarError(
    "NJ_SETTINGS_FILE",
    "invalid-argument",
    `the settings file is refused: ${why}`,
    problems === undefined ? {} : { problems },
  );
}
