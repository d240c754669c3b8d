// Looks for plugins where the recorder looks, and remembers those that it refuses.
import { realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Log } from "../../log.ts";
import {
  discoverPlugins,
  type FoundPlugin,
  type RefusedPlugin,
  type SearchPath,
} from "../package/discovery.ts";

export interface PluginSearchOptions {
  readonly dataDir: string;
  readonly version: string;
  readonly paths: readonly SearchPath[];
  readonly log: Log;
}

export class PluginSearch {
  readonly #options: PluginSearchOptions;
  /** Where plugins are installed, links resolved as in the plugins' own folders. */
  #installed: string | undefined;
  /** Those that want another Node, with what they want. */
  #unfit = new Map<string, string>();
  /** Refused when it last looked, each with the reason. */
  refused: readonly RefusedPlugin[] = [];

  constructor(options: PluginSearchOptions) {
    this.#options = options;
  }

  /** Looks through all paths; the log tells of what is newly refused. */
  async look(): Promise<readonly FoundPlugin[]> {
    const { dataDir, paths, version, log } = this.#options;
    const { plugins, refused } = await discoverPlugins(paths, version);
    for (const each of refused) {
      const { name, folder, reason } = each;
      if (!this.refused.some((known) => isDeepStrictEqual(known, each)))
        log.warn("plugin refused", { plugin: name, folder, reason });
    }
    this.refused = refused;
    const unfit = new Map<string, string>();
    for (const { manifest } of plugins) {
      const { name, nodeWanted } = manifest;
      if (nodeWanted === undefined) continue;
      unfit.set(name, nodeWanted);
      if (this.#unfit.get(name) !== nodeWanted)
        log.warn("a plugin wants another Node, and may not work", {
          ...{ plugin: name, wanted: nodeWanted, node: process.versions.node },
        });
    }
    this.#unfit = unfit;
    this.#installed = await realpath(join(dataDir, "plugins", "node_modules")).catch(() => undefined);
    return plugins;
  }

  /** True for a plugin that was installed here, and can be updated and removed; also for one that is refused. */
  isInstalled({ folder }: Pick<FoundPlugin, "folder">): boolean {
    // Of those that are refused links are not resolved.
    const places = [this.#installed, join(this.#options.dataDir, "plugins", "node_modules")];
    return places.some((place) => place !== undefined && folder.startsWith(place + sep));
  }
}
