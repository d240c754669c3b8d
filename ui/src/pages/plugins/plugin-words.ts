// How plugins' states and kinds are put into words, colours and pictures.
import type { Plugin, PluginJob, PluginPermissions } from "../../api/types.ts";
import { type MessageKey, t } from "../../locale/messages.ts";
import type { IconName } from "../../parts/icon.tsx";

export const STATE_TEXT: Readonly<Record<Plugin["status"], MessageKey>> = {
  running: "plugins.running",
  restarting: "plugins.restarting",
  quarantined: "plugins.quarantined",
  disabled: "plugins.disabled",
  failed: "plugins.failed",
  refused: "plugins.refused",
};

/** What that means, where the word alone does not say it. */
export const STATE_HINT: Readonly<Partial<Record<Plugin["status"], MessageKey>>> = {
  restarting: "plugins.restarting.hint",
  quarantined: "plugins.quarantined.hint",
  failed: "plugins.failed.hint",
  refused: "plugins.refused.hint",
};

/** Those that wait for somebody first; the others as they came, for what starts again by itself must not jump about. */
export function troubledFirst(plugins: readonly Plugin[]): Plugin[] {
  const waits = ({ status }: Plugin): number => (status === "quarantined" || status === "failed" ? 0 : 1);
  return plugins.toSorted((a, b) => waits(a) - waits(b));
}

/** Refusals whose reason says all that can be done. */
const PLAIN_REFUSALS = new Set<unknown>(["twice", "circle", "no-place", "no-folder", "no-plugin"]);

/** What can be done about one that is refused. */
export function refusalAdvice({ status, context }: Plugin): MessageKey | undefined {
  const which = context?.["case"];
  if (status !== "refused" || PLAIN_REFUSALS.has(which)) return undefined;
  return which === "engine" ? "plugins.refused.version" : "plugins.refused.package";
}

export const STATE_DOT: Readonly<Record<Plugin["status"], string>> = {
  running: "dot-ok",
  restarting: "dot-warn",
  quarantined: "dot-bad",
  disabled: "dot-unknown",
  failed: "dot-bad",
  refused: "dot-bad",
};

const KINDS: Readonly<Record<string, { readonly text: MessageKey; readonly icon: IconName }>> = {
  camera: { text: "plugins.kind.camera", icon: "cameras" },
  storage: { text: "plugins.kind.storage", icon: "storage" },
  vca: { text: "plugins.kind.vca", icon: "search" },
  pos: { text: "plugins.kind.pos", icon: "plugins" },
  linkage: { text: "plugins.kind.linkage", icon: "link" },
  cluster: { text: "plugins.kind.cluster", icon: "system" },
  bridge: { text: "plugins.kind.bridge", icon: "plugins" },
};

/** The kind in words and as a picture, for plugins without one of their own. */
export function kindOf(kind: string): { readonly text: MessageKey; readonly icon: IconName } {
  return KINDS[kind] ?? { text: "plugins.kind.other", icon: "plugins" };
}

/** What keeps it from the rest of the machine. */
export const WALLS_TEXT: Readonly<Record<NonNullable<Plugin["confinement"]>, MessageKey>> = {
  bubblewrap: "plugins.walls.bubblewrap",
  namespaces: "plugins.walls.namespaces",
  node: "plugins.walls.node",
  process: "plugins.walls.process",
};

/** Who holds it to its memory and processor. */
export const BOUNDS_TEXT: Readonly<Record<NonNullable<Plugin["bounds"]>, MessageKey>> = {
  "control-group": "plugins.bounds.group",
  watch: "plugins.bounds.watch",
};

/** Whether it has the network, or why not. */
export const NETWORK_TEXT: Readonly<Record<NonNullable<Plugin["network"]>, MessageKey>> = {
  granted: "plugins.network.granted",
  withheld: "plugins.network.withheld",
  unasked: "plugins.network.unasked",
};

export const JOB_TITLE: Readonly<Record<PluginJob["action"], MessageKey>> = {
  install: "plugins.job.install",
  update: "plugins.job.update",
  remove: "plugins.job.remove",
};

export const JOB_STATE: Readonly<Record<PluginJob["status"], MessageKey>> = {
  waiting: "plugins.job.waiting",
  running: "plugins.job.running",
  done: "plugins.job.done",
  failed: "plugins.job.failed",
  undone: "plugins.job.undone",
};

type Ask = NonNullable<Plugin["asks"]>[number];

const ASK_WORDS: Readonly<
  Record<Ask["permission"], { readonly text: MessageKey; readonly hint: MessageKey }>
> = {
  network: { text: "plugins.ask.network", hint: "plugins.ask.network.hint" },
  mqtt: { text: "plugins.ask.mqtt", hint: "plugins.ask.mqtt.hint" },
  mqttTopics: { text: "plugins.ask.mqttTopics", hint: "plugins.ask.mqttTopics.hint" },
  accounts: { text: "plugins.ask.accounts", hint: "plugins.ask.accounts.hint" },
  placementPlan: { text: "plugins.ask.placementPlan", hint: "plugins.ask.placementPlan.hint" },
  beforeEvict: { text: "plugins.ask.beforeEvict", hint: "plugins.ask.beforeEvict.hint" },
  posTransaction: { text: "plugins.ask.posTransaction", hint: "plugins.ask.posTransaction.hint" },
  recordingPlan: { text: "plugins.ask.recordingPlan", hint: "plugins.ask.recordingPlan.hint" },
  alarm: { text: "plugins.ask.alarm", hint: "plugins.ask.alarm.hint" },
  beforeAlarm: { text: "plugins.ask.beforeAlarm", hint: "plugins.ask.beforeAlarm.hint" },
  beforePlayback: { text: "plugins.ask.beforePlayback", hint: "plugins.ask.beforePlayback.hint" },
};

/** One thing that it asks for, in a few words. */
export function askText({ permission }: Ask): string {
  return t(ASK_WORDS[permission].text);
}

/** What that means for the owner. */
export function askHint({ permission, hosts = [], topics }: Ask): string {
  const hint = t(ASK_WORDS[permission].hint);
  if (topics !== undefined) return `${hint} ${topicsText(topics)}`;
  return hosts.length === 0 ? hint : `${hint} ${t("plugins.ask.hosts", { hosts: hosts.join(", ") })}`;
}

/** Which topics of others, and what it does with them. */
function topicsText({ publish, subscribe }: NonNullable<Ask["topics"]>): string {
  const parts: string[] = [];
  // Before it is installed it has no settings: their presets stand in the card.
  const list = (filters: readonly string[]): string =>
    filters.map((filter) => filter.replace(/\{\w+:([^}]*)\}/g, "$1")).join(", ");
  if (publish.length > 0) parts.push(t("plugins.ask.topics.publish", { topics: list(publish) }));
  if (subscribe.length > 0) parts.push(t("plugins.ask.topics.subscribe", { topics: list(subscribe) }));
  return parts.join(" ");
}

/** What a plugin asks to be allowed, as a sentence. */
export function wishesText({ network, hooks = [], mqtt, mqttTopics, accounts }: PluginPermissions): string {
  const wishes: string[] = [];
  if (network === true) wishes.push(t("plugins.wants.network"));
  else if (network !== false && network.length > 0)
    wishes.push(t("plugins.wants.hosts", { hosts: network.join(", ") }));
  if (mqtt === true) wishes.push(t("plugins.wants.mqtt"));
  if (mqttTopics !== undefined) wishes.push(`${t("plugins.wants.mqttTopics")} ${topicsText(mqttTopics)}`);
  if (accounts === true) wishes.push(t("plugins.wants.accounts"));
  if (hooks.length > 0) wishes.push(t("plugins.wants.hooks", { hooks: hooks.join(", ") }));
  return wishes.length === 0 ? t("plugins.wants.nothing") : wishes.join(" ");
}
