// The error of files that are no settings files, which several readers throw. Sentences never repeat what the file holds.
import type { SchemaProblem } from "../config/schema-problems.ts";
import { NightjarError } from "../errors.ts";

const PATH_CHARACTERS = 200;
const WHY_CHARACTERS = 2_000;

/** The error of a file that is refused as a whole. `problems` name places in it, if any can be named. */
export function notSettings(why: string, problems?: readonly SchemaProblem[]): NightjarError {
  return new NightjarError(
    "NJ_SETTINGS_FILE",
    "invalid-argument",
    `the settings file is refused: ${why.slice(0, WHY_CHARACTERS)}`,
    problems === undefined ? {} : { problems: problems.map(short) },
  );
}

/** A path in a hostile file may be as long as the file. */
function short({ path, message }: SchemaProblem): SchemaProblem {
  return { path: path.slice(0, PATH_CHARACTERS), message };
}
