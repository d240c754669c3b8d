// A folder for one test, gone when the test is over.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A temporary folder; `using dir = tempDir()` removes it at the end of the block. */
export interface TempDir extends Disposable {
  readonly path: string;
  /** Absolute path of something below the folder. */
  join(...parts: readonly string[]): string;
  remove(): void;
}

/** Makes an empty folder in the system's temporary folder. */
export function tempDir(prefix = "nightjar-"): TempDir {
  const path = mkdtempSync(join(tmpdir(), prefix));
  const remove = (): void => rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  return { path, join: (...parts) => join(path, ...parts), remove, [Symbol.dispose]: remove };
}
