// What can be wrong with the configuration and the secrets, as errors that name the place.
import { NightjarError } from "../errors.ts";
import type { SchemaProblem } from "./schema-problems.ts";

/** A configuration that is refused. `problems` name each place by a JSON pointer. */
export class ConfigInvalidError extends NightjarError {
  /** The file, or what else was being checked. */
  readonly path: string;
  readonly problems: readonly SchemaProblem[];

  constructor(path: string, problems: readonly SchemaProblem[]) {
    const listed = problems.map(
      (problem) => `${problem.path === "" ? "/" : problem.path} ${problem.message}`,
    );
    super("NJ_CONFIG_INVALID", "invalid-argument", `${path} is refused: ${listed.join("; ")}`, {
      path,
      problems,
    });
    this.path = path;
    this.problems = problems;
  }
}
