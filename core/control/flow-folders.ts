// Which folders flows may be given: such as are there, and hold nothing of the recorder's own nor of the machine's. Whoever may
// write into the data directory, or into the program, has no walls around them any more.
import { realpathSync, statSync } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";
import { NightjarError } from "../errors.ts";
import { answerApart, runApart } from "../media/process/disk-errand.ts";

const NAME = "flowFolder";
const LIMIT_MS = 2_000;
const PROGRAM = resolve(import.meta.dirname, "../..");
/** What lies there is the kernel's: a process can be changed by its files. */
const OF_THE_SYSTEM = ["/proc", "/sys", "/dev", "/run"];

interface Order {
  readonly folder: string;
  readonly kept: readonly string[];
}

/** As {@link flowFolder}, in a thread of its own: a network share that is gone answers nobody, and must not stop core. */
export async function flowFolderApart(folder: string, kept: readonly string[]): Promise<string> {
  const order: Order = { folder, kept };
  const module = new URL(import.meta.url);
  try {
    return String(await runApart({ module, name: NAME, order, path: folder, limitMs: LIMIT_MS }));
  } catch (error) {
    if (error instanceof NightjarError && error.code === "NJ_VOLUME_TIMEOUT")
      throw unfit(folder, "its disk does not answer");
    throw error;
  }
}

/** Gives the folder as it really lies; `kept` are the recorder's own. Throws `NJ_FLOWS_FOLDER`. */
export function flowFolder(folder: string, kept: readonly string[]): string {
  const real = realOf(folder);
  if (real === undefined || !isFolder(real)) throw unfit(folder, "there is no such folder");
  for (const own of [PROGRAM, ...kept, ...OF_THE_SYSTEM]) {
    const place = realOf(own) ?? own;
    if (holds(place, real)) throw unfit(folder, `it lies in ${own}, which is not for flows`);
    if (holds(real, place)) throw unfit(folder, `it holds ${own}, which is not for flows`);
  }
  return real;
}

function realOf(path: string): string | undefined {
  try {
    return isAbsolute(path) ? realpathSync(path) : undefined;
  } catch {
    return undefined;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** True if `inner` is `outer`, or lies in it. */
function holds(outer: string, inner: string): boolean {
  const way = relative(outer, inner);
  return way === "" || (!way.startsWith("..") && !isAbsolute(way));
}

function unfit(folder: string, why: string): NightjarError {
  return new NightjarError(
    "NJ_FLOWS_FOLDER",
    "invalid-argument",
    `${folder} cannot be given to flows: ${why}`,
    {
      folder,
    },
  );
}

answerApart(
  NAME,
  ({ folder, kept }: Order) => flowFolder(folder, kept),
  ({ folder }, error) => ({ path: folder, message: String(error) }),
);
