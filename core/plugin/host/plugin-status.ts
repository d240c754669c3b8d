// How a plugin is, for people and programs: the API, the Plugins page, `status` and /metrics.
import { plainFacts, type Worded } from "../../domain/facts.ts";
import type { Right } from "../../domain/roles.ts";
import type { ConfinementWay } from "../isolated/confinement.ts";
import type { BoundsWay } from "../isolated/control-groups.ts";
import type { PluginHealth } from "../isolated/protocol.ts";
import type { FoundPlugin, RefusedPlugin } from "../package/discovery.ts";
import type { PluginPlace } from "../package/manifest.ts";
import type { NetworkLeave, PluginAsk, PluginPermissions } from "../package/permissions.ts";
import type { HostedPlugin, HostedStatus } from "./hosted-plugin.ts";

/** How a plugin is, as the Plugins page shows it. */
export interface PluginStatus {
  readonly name: string;
  readonly version: string;
  readonly displayName: string;
  readonly kind: string;
  readonly status: "running" | "restarting" | "quarantined" | "disabled" | "failed" | "refused";
  /** Why it does not run, for people. */
  readonly reason?: string;
  /** The reason as code and facts. */
  readonly code?: string;
  readonly context?: Record<string, string | number>;
  readonly errors: number;
  /** Where it runs: with the core, or in a process of its own. */
  readonly isolation?: PluginPlace;
  /** It came with Nightjar. */
  readonly bundled?: boolean;
  readonly restarts?: number;
  /** Of a process of its own, at most a second old. */
  readonly health?: PluginHealth;
  /** How its process is walled in. */
  readonly confinement?: ConfinementWay;
  /** Who holds its process to its memory and processor. */
  readonly bounds?: BoundsWay;
  /** What it asks to be allowed. */
  readonly permissions?: PluginPermissions;
  /** The same one by one, with what its owner says to each; of plugins that are held to it. */
  readonly asks?: PluginAsk[];
  /** Whether its process has the network, or why not. */
  readonly network?: NetworkLeave;
  /** It has a page of its own, for accounts that hold this right. */
  readonly page?: { readonly permission: Right };
  /** What it registered, as `camera-driver:rtsp`. */
  readonly provides?: string[];
  /** What it is for, by its package. */
  readonly description?: string;
  /** Where it is at home, an http or https address. */
  readonly homepage?: string;
  /** It lies among those that were installed here, and can be updated and removed. */
  readonly installed?: boolean;
  /** What Node its package wants, where this is another: it may not work. */
  readonly nodeWanted?: string;
  /** Its package names a picture. */
  readonly hasIcon?: boolean;
  /** Its package names a schema of settings. */
  readonly hasSettings?: boolean;
  /** Calls of its entries and taps since Nightjar started. */
  readonly calls?: number;
  /** Time that these took together, in milliseconds. */
  readonly callMs?: number;
  /** Of one that runs with the core: the longest that a call kept the core's loop, until the plugin first waited. */
  readonly loopHoldMs?: number;
  /** The newest of its errors, also while it runs on. */
  readonly lastFault?: {
    /** ISO 8601. */
    readonly time: string;
    readonly reason: string;
    readonly code: string;
    readonly context?: Record<string, string | number>;
  };
}

/** What was wrong with a plugin. */
export interface PluginFault extends Worded {
  /** Milliseconds since 1970-01-01 UTC. */
  readonly atMs: number;
  readonly reason: string;
}

/** What the host counts of a plugin. */
export interface PluginFigures {
  errors: number;
  calls: number;
  callMs: number;
  /** The longest time that a call kept the loop that it was called from, until the plugin first waited. */
  longestHoldMs: number;
  lastFault?: PluginFault;
}

const SHOWN: Readonly<Record<HostedStatus, PluginStatus["status"]>> = {
  stopped: "failed",
  starting: "restarting",
  running: "running",
  restarting: "restarting",
  quarantined: "quarantined",
  failed: "failed",
};

/** What the host says of a plugin besides. */
export interface PluginFacts {
  readonly figures: Readonly<PluginFigures>;
  readonly provides: string[];
  readonly installed: boolean;
  readonly asks: PluginAsk[];
}

/** Of one that was found; `hosted` undefined: it is disabled. */
export function statusOf(
  { manifest, bundled }: FoundPlugin,
  hosted: HostedPlugin | undefined,
  { figures, provides, installed, asks }: PluginFacts,
): PluginStatus {
  const { name, version, displayName, kind, permissions, page } = manifest;
  const { errors, calls, callMs, longestHoldMs, lastFault } = figures;
  const homepage = manifest.links.homepage ?? manifest.links.repository;
  const hasIcon = manifest.icon !== undefined;
  const hasSettings = manifest.configSchema !== undefined;
  const card = {
    ...{ name, version, displayName, kind, bundled, installed, permissions, hasIcon, hasSettings },
    ...(manifest.description === "" ? {} : { description: manifest.description }),
    ...(homepage === undefined ? {} : { homepage }),
    ...(manifest.nodeWanted === undefined ? {} : { nodeWanted: manifest.nodeWanted }),
    ...{ errors, provides, calls, callMs },
    ...(asks.length === 0 ? {} : { asks }),
  };
  if (hosted === undefined) return { ...card, status: "disabled" };
  const { isolation, restarts, reason, worded, health, confinement, bounds, network } = hosted;
  const status = SHOWN[hosted.status];
  return {
    ...card,
    status,
    isolation,
    ...(reason === undefined || status === "running" ? {} : { reason, ...wordedView(worded) }),
    errors: errors + restarts,
    ...(lastFault === undefined ? {} : { lastFault: faultView(lastFault) }),
    ...(isolation === "process" ? { restarts } : { loopHoldMs: longestHoldMs }),
    ...(health === undefined ? {} : { health }),
    ...(confinement === undefined ? {} : { confinement }),
    ...(bounds === undefined ? {} : { bounds }),
    ...(network === undefined ? {} : { network }),
    ...(page === undefined ? {} : { page: { permission: page.permission } }),
  };
}

function wordedView(worded: Worded | undefined): Pick<PluginStatus, "code" | "context"> {
  return worded === undefined ? {} : { code: worded.code, ...plainFacts(worded) };
}

function faultView(fault: PluginFault): NonNullable<PluginStatus["lastFault"]> {
  const { atMs, reason, code } = fault;
  return { time: new Date(atMs).toISOString(), reason, code, ...plainFacts(fault) };
}

/** Of one that is refused. */
export function statusOfRefused({ name, reason, context }: RefusedPlugin, installed: boolean): PluginStatus {
  const card = { name, version: "", displayName: name, kind: "", installed };
  const worded = { code: "NJ_PLUGIN_REFUSED", context: { ...context } };
  return { ...card, status: "refused", reason, ...worded, errors: 0 };
}
