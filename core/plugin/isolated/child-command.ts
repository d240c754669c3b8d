// The command that starts the process of an isolated plugin: Node with its permissions cut down to the plugin's own
// folders, small, and within walls (confinement.ts).
import type { NetworkLeave } from "../package/permissions.ts";
import { type ChildPlaces, OWN_PLACES } from "./child-places.ts";
import { type Confinement, confined } from "./confinement.ts";

/** What V8 may take for objects. */
export const HEAP_LIMIT_MB = 128;
/**
 * A plugin answers now and then: a small young generation, and one thread beside its own for what V8 does meanwhile. With
 * 2 MB one call in 240 meets a collection, with 1 MB one in 116; 4 MB are hardly better and take 2 MB more. It clears that
 * alone: a call would wait for the other thread, which has little of the processors.
 */
const SMALL = ["--max-semi-space-size=2", "--v8-pool-size=1", "--no-parallel-scavenge"];

export interface ChildCommandOptions {
  readonly folder: string;
  readonly storageDir: string;
  readonly cacheDir: string;
  readonly network: NetworkLeave;
  readonly core?: ChildPlaces | undefined;
}

/** Command and arguments; its working folder is to be the plugin's storage. */
export function childCommand(
  confinement: Confinement,
  { folder, storageDir, cacheDir, network, core = OWN_PLACES }: ChildCommandOptions,
): { readonly command: string; readonly args: string[] } {
  const writes = [storageDir, cacheDir];
  const reads = [...core.reads, folder];
  const walls = { network: network === "granted", reads, writes, cwd: storageDir };
  return confined(confinement, walls, [
    "--permission",
    ...[...reads, ...writes].map((place) => `--allow-fs-read=${place}`),
    ...writes.map((place) => `--allow-fs-write=${place}`),
    `--max-old-space-size=${HEAP_LIMIT_MB}`,
    ...SMALL,
    "--disable-proto=delete",
    "--disable-warning=ExperimentalWarning",
    "--disable-warning=SecurityWarning",
    core.program,
  ]);
}
