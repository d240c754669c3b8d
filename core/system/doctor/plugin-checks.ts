// Plugins that do not run: refused by their packages, and, by the word of a running recorder, failed or left alone.
import { join } from "node:path";
import type { Facts } from "../../domain/facts.ts";
import type { BoundsWay } from "../../plugin/isolated/control-groups.ts";
import { BUNDLED_PLUGINS } from "../../plugin/package/bundled.ts";
import { discoverPlugins } from "../../plugin/package/discovery.ts";
import { VERSION } from "../../version.ts";
import { type Check, finding, ok, type Said, said, sentence } from "./check.ts";

/** A plugin as a running recorder tells of it. */
export interface RunningPlugin {
  readonly name: string;
  readonly status: string;
  readonly reason?: string;
  readonly context?: Facts;
  /** Of one in a process of its own. */
  readonly bounds?: BoundsWay;
}

const BOUNDS: Readonly<Record<BoundsWay, Said>> = {
  "control-group": said(
    "plugins-bounded-by-kernel",
    "the kernel holds plugins of others to their memory and processor (control groups)",
  ),
  watch: said(
    "plugins-bounded-by-look",
    "the recorder looks every second whether plugins of others keep to their memory and processor; as a service (`nightjar service install`) it leaves that to the kernel, where that has control groups of version 2",
  ),
};

/** Who holds plugins of others to their bounds, by the word of a running recorder; nothing where none of them runs. */
export function checkPluginBounds(running: readonly RunningPlugin[] | undefined): Check[] {
  const ways = (running ?? []).flatMap(({ bounds }) => bounds ?? []);
  if (ways.length === 0) return [];
  return [ok("plugin-bounds", BOUNDS[ways.includes("watch") ? "watch" : "control-group"])];
}

interface Trouble {
  found(name: string, reason: string): Said;
  readonly advice: Said;
  command(name: string): string;
}

const TROUBLE: Readonly<Record<string, Trouble>> = {
  refused: {
    found: (name, reason) =>
      said("plugin-refused", "the plugin {name} is refused: {reason}", { name, reason }),
    advice: said("fitting-plugin", "install a version that fits, or take it out"),
    command: (name) => `nightjar plugin update ${name}`,
  },
  quarantined: {
    found: (name, reason) =>
      said("plugin-quarantined", "the plugin {name} is left alone after too many failures: {reason}", {
        ...{ name, reason },
      }),
    advice: said(
      "plugin-try-again",
      "see its log on the Plugins page; switch it off and on there to try again, or update it",
    ),
    command: (name) => `nightjar plugin update ${name}`,
  },
  failed: {
    found: (name, reason) => said("plugin-failed", "the plugin {name} is failed: {reason}", { name, reason }),
    advice: said("see-plugin", "see its log and settings on the Plugins page"),
    command: () => "nightjar plugin list",
  },
};

/** What is refused is the path that somebody named when the recorder was started: nothing to be updated. */
const LEADS_NOWHERE = {
  advice: said("correct-plugin-path", "correct --plugin-path where the recorder is started"),
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
    const message = said("plugins-unseen", "the plugins cannot be looked at: {reason}", {
      reason: sentence(error),
    });
    return [finding("plugin", "warning", message, { where: installed })];
  }
  for (const plugin of running ?? []) {
    if (TROUBLE[plugin.status] !== undefined && !troubled.has(plugin.name)) troubled.set(plugin.name, plugin);
  }
  if (troubled.size === 0)
    return [ok("plugin", said("plugins-fit", "{count} plugins, all in order", { count }))];
  return [...troubled.values()].flatMap(({ name, status, reason, where, context }) => {
    const trouble = TROUBLE[status];
    if (trouble === undefined) return [];
    const { advice, command } = NOWHERE.has(context?.["case"]) ? LEADS_NOWHERE : trouble;
    return [
      finding("plugin", "warning", trouble.found(name, reason ?? "no reason given"), {
        where: where ?? name,
        advice,
        command: command(name),
      }),
    ];
  });
}
