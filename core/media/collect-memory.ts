// Has V8 collect at once what nobody needs any more, for memory outside of its heap that goes only then. Not through Node's
// `--expose-gc`: the code that comes with Node counts as compiled for other flags then, and each start compiles all of it anew,
// which takes as long again as starting Node.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Of this thread. */
let collector: (() => void) | undefined;

/** Collects now; stops this thread for some milliseconds. */
export function collectMemory(): void {
  collector ??= newCollector();
  collector();
}

function newCollector(): () => void {
  setFlagsFromString("--expose-gc");
  try {
    return runInNewContext("gc") as () => void;
  } finally {
    // What is compiled from now on is to fit what was kept before.
    setFlagsFromString("--no-expose-gc");
  }
}
