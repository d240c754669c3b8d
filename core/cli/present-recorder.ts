// How commands reach a recorder that may run or stand still: a running one is asked over its socket; else the command works on
// the data directory itself, under its lock, so that a recorder that starts meanwhile does not meet it there.
import { mkdir } from "node:fs/promises";
import type { CoreMethodsForCli } from "../control/cli-protocol.ts";
import type { Link } from "../link/link.ts";
import { lockDataDir } from "../supervisor/data-lock.ts";
import { findRunningCore } from "./running-core.ts";

/** What is to be closed when the command is done, in reverse. */
export type Closing = (() => Promise<unknown>)[];

export interface Ways<Calls> {
  /** The calls over the link to a running recorder. */
  overLink(core: Link<CoreMethodsForCli>): Calls;
  /** The same calls on the data directory, which is locked and exists. */
  onDataDir(closing: Closing): Promise<Calls>;
  /** Throws where nothing may be made of a data directory whose recorder does not run. */
  checkStanding?(): void;
}

/** Runs `action` on the recorder of `dataDir`, whether it runs or stands still. Throws `NJ_DATA_DIR_BUSY`. */
export async function withRecorder<Calls, Result>(
  dataDir: string,
  ways: Ways<Calls>,
  action: (calls: Calls) => Promise<Result>,
): Promise<Result> {
  const core = await findRunningCore(dataDir);
  if (core !== undefined) {
    try {
      return await action(ways.overLink(core));
    } finally {
      core.close();
    }
  }
  ways.checkStanding?.();
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const lock = await lockDataDir(dataDir);
  const closing: Closing = [() => lock.release()];
  try {
    return await action(await ways.onDataDir(closing));
  } finally {
    for (const close of closing.reverse()) await close();
  }
}
