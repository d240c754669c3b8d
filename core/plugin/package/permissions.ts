// What a plugin asks to be allowed (`nightjar.permissions` in its package.json), what the owner leaves it of that
// (`plugins.<name>.grants` in config.json), and what follows. Default deny; pure.

import { HOOKS, type HookName } from "../contract/hook-catalogue.ts";
import { type OutsideTopics, readOutsideTopics, withSettings } from "./outside-topics.ts";

/** Hooks whose listeners answer something that the recorder goes by. */
export type DecidingHook = {
  [Name in HookName]: (typeof HOOKS)[Name]["kind"] extends "value" | "veto" ? Name : never;
}[HookName];

/** What a plugin wants. */
export interface PluginPermissions {
  /**
   * The network: `true`, or the hosts that it names for its owner to see. What is granted is the network as a whole:
   * addresses of cameras are the owner's, and no card can name them.
   */
  readonly network: boolean | string[];
  /**
   * Hooks by which it decides for the recorder: what is recorded, who may look. To be told of things needs no leave.
   */
  readonly hooks?: DecidingHook[];
  /** Topics of its own over MQTT. */
  readonly mqtt?: true;
  /** Topics of others over MQTT, each by its name. */
  readonly mqttTopics?: OutsideTopics;
  /** Which accounts may see the events that its actions are called for. */
  readonly accounts?: true;
}

/** What its owner says to that; what he does not mention is granted. */
export interface PluginGrants {
  readonly network?: boolean | undefined;
  /** False takes away all hooks that decide; a list leaves those that it names. */
  readonly hooks?: boolean | readonly string[] | undefined;
  readonly mqtt?: boolean | undefined;
  readonly mqttTopics?: boolean | undefined;
  readonly accounts?: boolean | undefined;
}

export const NO_PERMISSIONS: PluginPermissions = { network: false };

/** Hooks whose listeners decide: a plugin in a process of its own must have asked for them. */
export const DECIDING_HOOKS = (Object.keys(HOOKS) as HookName[]).filter(
  (name): name is DecidingHook => HOOKS[name].kind === "value" || HOOKS[name].kind === "veto",
);

const HOSTS_LIMIT = 32;
const HOST_PATTERN = /^(?=.{1,253}$)(\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?$/;
const KNOWN = ["network", "hooks", "mqtt", "mqttTopics", "accounts"];

/** Reads the card's wish, or says in a sentence what is wrong with it. */
export function readPermissions(value: unknown): PluginPermissions | string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return "its nightjar.permissions is not an object";
  }
  const unknown = Object.keys(value).find((key) => !KNOWN.includes(key));
  if (unknown !== undefined) {
    return `it wants the permission "${unknown.slice(0, 40)}", which this Nightjar does not have to give`;
  }
  const {
    network = false,
    hooks = [],
    mqtt = false,
    mqttTopics,
    accounts = false,
  } = value as Readonly<Record<string, unknown>>;
  const outside = mqttTopics === undefined ? undefined : readOutsideTopics(mqttTopics);
  if (typeof outside === "string") return outside;
  if (typeof mqtt !== "boolean") return "its nightjar.permissions.mqtt is neither true nor false";
  if (typeof accounts !== "boolean") return "its nightjar.permissions.accounts is neither true nor false";
  if (!Array.isArray(hooks) || !hooks.every((hook) => DECIDING_HOOKS.includes(hook as DecidingHook))) {
    return `its nightjar.permissions.hooks is not a list out of ${DECIDING_HOOKS.join(", ")}`;
  }
  const asked = {
    ...(hooks.length === 0 ? {} : { hooks: DECIDING_HOOKS.filter((hook) => hooks.includes(hook)) }),
    ...(mqtt ? { mqtt } : {}),
    ...(outside === undefined ? {} : { mqttTopics: outside }),
    ...(accounts ? { accounts } : {}),
  };
  if (typeof network === "boolean") return { network, ...asked };
  if (
    Array.isArray(network) &&
    network.length <= HOSTS_LIMIT &&
    network.every((host) => typeof host === "string" && HOST_PATTERN.test(host))
  ) {
    return { network: network.length === 0 ? false : network, ...asked };
  }
  return `its nightjar.permissions.network is neither true nor a list of at most ${HOSTS_LIMIT} host names`;
}

/** True if a plugin may tap a hook. */
export function mayTap(
  hook: HookName,
  permissions: PluginPermissions,
  grants: PluginGrants | undefined,
): boolean {
  const decides = DECIDING_HOOKS.find((known) => known === hook);
  return decides === undefined || (permissions.hooks?.includes(decides) === true && isLeft(decides, grants));
}

function isLeft(hook: DecidingHook, grants: PluginGrants | undefined): boolean {
  const { hooks = true } = grants ?? {};
  return typeof hooks === "boolean" ? hooks : hooks.includes(hook);
}

/** Whether a plugin has the network, or why not: it has not asked for it, or its owner has taken it away. */
export type NetworkLeave = "granted" | "unasked" | "withheld";

/** What a plugin's wish and its owner's word come to. */
export function networkLeave(permissions: PluginPermissions, grants: PluginGrants | undefined): NetworkLeave {
  if (permissions.network === false) return "unasked";
  return grants?.network === false ? "withheld" : "granted";
}

/** Whether a plugin may use MQTT, or why not. */
export function mqttLeave(permissions: PluginPermissions, grants: PluginGrants | undefined): NetworkLeave {
  if (permissions.mqtt !== true) return "unasked";
  return grants?.mqtt === false ? "withheld" : "granted";
}

/** Whether a plugin may use topics of others, or why not. */
export function mqttTopicsLeave(
  permissions: PluginPermissions,
  grants: PluginGrants | undefined,
): NetworkLeave {
  if (permissions.mqttTopics === undefined) return "unasked";
  return grants?.mqttTopics === false ? "withheld" : "granted";
}

/** Whether a plugin may know which accounts may see an event, or why not. */
export function accountsLeave(
  permissions: PluginPermissions,
  grants: PluginGrants | undefined,
): NetworkLeave {
  if (permissions.accounts !== true) return "unasked";
  return grants?.accounts === false ? "withheld" : "granted";
}

/** What an owner is asked for, one by one: the network, topics over MQTT, who sees what, or a say in one moment. */
export const PERMISSIONS = ["network", "mqtt", "mqttTopics", "accounts", ...DECIDING_HOOKS] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** One thing that a plugin asks for, and what its owner says to it. */
export interface PluginAsk {
  readonly permission: Permission;
  /** Whom it says that it talks to. */
  readonly hosts?: string[];
  /** Which topics of others, with its settings. */
  readonly topics?: OutsideTopics;
  readonly granted: boolean;
}

/** All that a plugin asks for; `config` are its settings as its owner wrote them. */
export function asksOf(
  { network, hooks = [], mqtt, mqttTopics, accounts }: PluginPermissions,
  grants: PluginGrants | undefined,
  config?: unknown,
): PluginAsk[] {
  const ofNetwork: PluginAsk[] =
    network === false
      ? []
      : [
          {
            permission: "network",
            ...(network === true ? {} : { hosts: network }),
            granted: grants?.network !== false,
          },
        ];
  const ofMqtt: PluginAsk[] = mqtt === true ? [{ permission: "mqtt", granted: grants?.mqtt !== false }] : [];
  const ofTopics: PluginAsk[] =
    mqttTopics === undefined
      ? []
      : [
          {
            permission: "mqttTopics",
            topics: withSettings(mqttTopics, config),
            granted: grants?.mqttTopics !== false,
          },
        ];
  const ofAccounts: PluginAsk[] =
    accounts === true ? [{ permission: "accounts", granted: grants?.accounts !== false }] : [];
  return [
    ...ofNetwork,
    ...ofMqtt,
    ...ofTopics,
    ...ofAccounts,
    ...hooks.map((hook) => ({ permission: hook, granted: isLeft(hook, grants) })),
  ];
}

/** The owner's word with one thing changed. What a later version asks for besides is not granted by it. */
export function withGrant(
  permissions: PluginPermissions,
  grants: PluginGrants | undefined,
  permission: Permission,
  granted: boolean,
): PluginGrants {
  if (
    permission === "network" ||
    permission === "mqtt" ||
    permission === "mqttTopics" ||
    permission === "accounts"
  )
    return { ...grants, [permission]: granted };
  const hooks = (permissions.hooks ?? []).filter((hook) =>
    hook === permission ? granted : isLeft(hook, grants),
  );
  return { ...grants, hooks };
}
