// Installs and removes contributed nodes of flows: npm, as plugins are installed with, in the folder of flows, without running
// anything of what it unpacks. The process of flows cannot run programs; it asks for this (core/flows/contributed-nodes.ts).
import { join } from "node:path";
import semver from "semver";
import { NightjarError } from "../errors.ts";
import type { ModuleChange } from "../flows/contributed-nodes.ts";
import { FLOWS_FOLDER } from "../flows/protocol.ts";
import type { Log } from "../log.ts";
import { GROWTH_LIMITS } from "../plugin/install/growth-watch.ts";
import { type NpmRun, runNpm } from "../plugin/install/npm-process.ts";
import type { Registries } from "../plugin/install/registries.ts";

/** Names that npm takes, and that can be nothing else in an argument: no path, no address, no option. */
const MODULE = /^(?:@[a-z0-9][a-z0-9._-]{0,99}\/)?[a-z0-9][a-z0-9._-]{0,199}$/;
const TAG = /^[a-z][a-z0-9._-]{0,39}$/;

export interface FlowModulesParts {
  readonly dataDir: string;
  readonly log: Log;
  registries(): Registries;
  isAllowed(): boolean;
  /** npm itself; another one in tests. */
  readonly run?: (run: NpmRun) => Promise<string>;
}

export class FlowModules {
  readonly #parts: FlowModulesParts;
  readonly #end = new AbortController();
  #isBusy = false;

  constructor(parts: FlowModulesParts) {
    this.#parts = parts;
  }

  /** Does it. Throws `NJ_FLOWS_MODULE`, or what npm failed with (`NJ_PLUGIN_…`). */
  async change(wanted: ModuleChange): Promise<void> {
    const { dataDir, log, registries, isAllowed, run = runNpm } = this.#parts;
    if (!isAllowed()) throw refused("contributed nodes are not allowed");
    // It comes from a process that holds code of others.
    const args = argumentsFor(wanted);
    if (this.#isBusy) throw refused("another one is being installed: try again when it is done");
    this.#isBusy = true;
    try {
      await run({
        args,
        cwd: join(dataDir, FLOWS_FOLDER),
        dataDir,
        registries: registries(),
        signal: this.#end.signal,
        growth: GROWTH_LIMITS,
        onLine: (line) => log.debug("npm", { line }),
      });
      log.notice(`contributed nodes: ${wanted.what}`, { module: wanted.module });
    } finally {
      this.#isBusy = false;
    }
  }

  /** What npm is at is given up. */
  close(): void {
    this.#end.abort();
  }
}

function argumentsFor({ what, module, version }: ModuleChange): string[] {
  if (typeof module !== "string" || !MODULE.test(module)) throw refused("this is no name of a module");
  const isVersion =
    version === undefined ||
    (typeof version === "string" && (semver.valid(version) !== null || TAG.test(version)));
  if (!isVersion) throw refused("this is no version");
  if (what === "remove") return ["uninstall", "--ignore-scripts", "--save", "--", module];
  return [
    ...["install", "--ignore-scripts", "--save", "--save-prefix=~", "--omit=dev", "--engine-strict"],
    ...["--", version === undefined ? module : `${module}@${version}`],
  ];
}

function refused(why: string): NightjarError {
  return new NightjarError("NJ_FLOWS_MODULE", "failed-precondition", why);
}
