// Plugins that do not run: refused by their packages, and, by the word of a running recorder, failed or left alone.
import { join } from "node:path";
import type { Facts } from "../../domain/facts.ts";
import type { BoundsWay } from "../../plugin/isolated/control-groups.ts";
import { BUNDLED_PLUGINS } from "../../plugin/package/bundled.ts";
import { discoverPlugins } from "../../plugin/package/discovery.ts";
import { VERSION } from "../../version.ts";
import { type Check, finding, ok, sentence } from "./check.ts";

/** A plugin as a running recorder tells of it. */
export interface RunningPlugin {
  readonly name: string;
  readonly status: string;
  readonly reason?: string;
  readonly context?: Facts;
  /** Of one in a process of its own. */
  readonly bounds?: BoundsWay;
}

const BOUNDS: Readonly<Record<BoundsWay, string>> = {
  "control-group": "the kernel holds plugins of others to their memory and processor (control groups)",
  watch:
    "the recorder looks every second whether plugins of others keep to their memory and processor; as a service (`nightjar service install`) it leaves that to the kernel, where that has control groups of version 2",
};

/** Who holds plugins of others to their bounds, by the word of a running recorder; nothing where none of them runs. */
export function checkPluginBounds(running: readonly RunningPlugin[] | undefined): Check[] {
  const ways = (running ?? []).flatMap(({ bounds }) => bounds ?? []);
  if (ways.length === 0) return [];
  return [ok("plugin-bounds", BOUNDS[ways.includes("watch") ? "watch" : "control-group"])];
}

const ADVICE: Readonly<Record<string, { readonly advice: string; command(name: string): string }>> = {
  refused: {
    advice: "install a version that fits, or take it out",
    command: (name) => `nightjar plugin update ${name}`,
  },
  quarantined: {
    advice: "see its log on the Plugins page; switch it off and on there to try again, or update it",
    command: (name) => `nightjar plugin update ${name}`,
  },
  failed: {
    advice: "see its log and settings on the Plugins page",
    command: () => "nightjar plugin list",
  },
};

const NO_ADVICE = { advice: "", command: () => "" };
/** What is refused is the path that somebody named when the recorder was started: nothing to be updated. */
const LEADS_NOWHERE = {
  advice: "correct --plugin-path where the recorder is started",
  command: () => "nightjar start --plugin-path FOLDER",
};
const NOWHERE = new Set<unknown>(["no-folder", "no-plugin"]);

/** Looks at the packages; runs none of their code. `running`: what a running recorder says. */
export async function checkPlugins(
  dataDir: string,
  running: readonly RunningPlugin[] | undefined,
): Promise<Check[]> {
  const installed = join(dataDir, "plugins", "node_modules");
  const troubled = new Map<string, RunningPlugin & { readonly where?: string }>();
  let count = running?.length ?? 0;
  try {
    const { plugins, refused } = await discoverPlugins(
      [
        { bundled: true, folder: BUNDLED_PLUGINS },
        { bundled: false, folder: installed },
      ],
      VERSION,
    );
    count = Math.max(count, plugins.length);
    for (const { name, folder, reason } of refused) {
      troubled.set(name, { name, status: "refused", reason, where: folder });
    }
  } catch (error) {
    const message = `the plugins cannot be looked at: ${sentence(error)}`;
    return [finding("plugin", "warning", message, { where: installed })];
  }
  for (const plugin of running ?? []) {
    if (ADVICE[plugin.status] !== undefined && !troubled.has(plugin.name)) troubled.set(plugin.name, plugin);
  }
  if (troubled.size === 0) return [ok("plugin", `${count} plugins, all in order`)];
  return [...troubled.values()].map(({ name, status, reason, where, context }) => {
    const said = status === "quarantined" ? "is left alone after too many failures" : `is ${status}`;
    const isPath = NOWHERE.has(context?.["case"]);
    const { advice, command } = isPath ? LEADS_NOWHERE : (ADVICE[status] ?? NO_ADVICE);
    return finding("plugin", "warning", `the plugin ${name} ${said}: ${reason ?? "no reason given"}`, {
      where: where ?? name,
      advice,
      command: command(name),
    });
  });
}
