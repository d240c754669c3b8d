// Works out what an import would make of the present settings, without doing any of it: the settings afterwards, what
// stays as it is and why, and what whoever imports should know. Dry runs show it, imports carry it out.
import { isDeepStrictEqual } from "node:util";
import { checkConfig } from "../config/check-config.ts";
import type { Config } from "../config/config-schema.ts";
import { configFits, type FrozenConfig } from "../config/config-store.ts";
import { outputOrigins } from "../config/output-config.ts";
import { escapePointer } from "../config/schema-problems.ts";
import {
  accountKey,
  accountsAfter,
  isOwnAdministrator,
  isSameAccount,
  type StoredAccount,
} from "../users/account-replacement.ts";
import { type Difference, differences, type SettingsState } from "./differences.ts";
import { type HiddenPlaces, withHiddenOf, withoutHidden } from "./hidden-places.ts";
import type { SettingsDocument } from "./settings-document.ts";
import { notSettings } from "./settings-errors.ts";
import { type PartRules, partOfSecret, pluginOfSecret, type Refusal, takeParts } from "./settings-parts.ts";

/** What the recorder can do, as far as an import depends on it. */
export interface PresentAbilities {
  /** Ids of camera drivers. */
  readonly drivers: ReadonlySet<string>;
  /** Names of plugins that are there. */
  readonly plugins: ReadonlySet<string>;
}

export interface PlanRules extends PartRules {
  /** The account of whoever imports, which stays as it is; undefined for who owns the data directory. */
  readonly kept: string | undefined;
}

export interface ImportPlan {
  readonly before: SettingsState;
  readonly after: SettingsState;
  readonly differences: readonly Difference[];
  readonly refused: readonly Refusal[];
  /** Sentences: what will be missing, and what to do then. */
  readonly notes: readonly string[];
}

const NAMES_LISTED = 10;

/** Makes the plan. `hidden`: places of both configurations that may hold secrets. */
export function planImport(
  before: SettingsState,
  document: SettingsDocument,
  rules: PlanRules,
  hidden: HiddenPlaces,
  abilities: PresentAbilities,
): ImportPlan {
  const isPlain = document.secrets === undefined;
  const given = isPlain ? withPresentSecrets(document.config, before.config, hidden) : document.config;
  const draft = structuredClone(before.config) as Config;
  const refused = takeParts(draft, given, rules);
  const config = checkConfig("the imported configuration", draft);
  if (!configFits(config)) throw notSettings("with it, config.json would be larger than it may be");
  const accounts = accountsOf(before.accounts, document, rules, refused);
  const after: SettingsState = {
    config,
    secrets: secretsAfter(before, document.secrets, config, rules),
    accounts,
  };
  return {
    before,
    after,
    differences: differences(before, after, hidden),
    refused,
    notes: [
      ...(isPlain ? notesOnLost(before, after, hidden, rules) : []),
      ...notesOn(before, after, document, rules, abilities),
    ],
  };
}

/**
 * A plain file lacks what is hidden; what is there of it stays, so that a file taken and given back changes nothing: where the
 * file says the same as what is there, but for that. What was meant for one address is not told to another one.
 */
function withPresentSecrets(given: FrozenConfig, present: FrozenConfig, hidden: HiddenPlaces): Config {
  const old = new Map(present.cameras.map((camera) => [camera.id, camera]));
  const cameras = given.cameras.map((camera) => {
    const before = old.get(camera.id);
    const isSame = before?.driver === camera.driver;
    return before === undefined
      ? camera
      : {
          ...camera,
          config: restored(camera, before, `/cameras/${escapePointer(camera.id)}`, hidden, isSame),
        };
  });
  const plugins = Object.entries(given.plugins).map(([name, plugin]) => {
    const before = Object.hasOwn(present.plugins, name) ? present.plugins[name] : undefined;
    if (before === undefined) return [name, plugin];
    return [
      name,
      { ...plugin, config: restored(plugin, before, `/plugins/${escapePointer(name)}`, hidden, true) },
    ];
  });
  return { ...given, cameras, plugins: Object.fromEntries(plugins) } as Config;
}

interface Configured {
  readonly config: unknown;
}

function restored(
  given: Configured,
  present: Configured,
  pointer: string,
  hidden: HiddenPlaces,
  mayBeSame: boolean,
): unknown {
  const place = `${pointer}/config`;
  const isSame = mayBeSame && isDeepStrictEqual(given.config, withoutHidden(present.config, place, hidden));
  return withHiddenOf(given.config, present.config, place, hidden, isSame);
}

function secretsAfter(
  { secrets: present, config: before }: SettingsState,
  given: Readonly<Record<string, string>> | undefined,
  config: FrozenConfig,
  { parts }: PlanRules,
): ReadonlyMap<string, string> {
  const after = new Map<string, string>();
  const isHomeless = homelessSecrets(config);
  const isTaken = (name: string): boolean => {
    const part = partOfSecret(name);
    return part !== undefined && parts.includes(part);
  };
  for (const [name, secret] of present) {
    const stays = given === undefined && !isHomeless(name) && !isForAnother(name, before, config);
    if (!isTaken(name) || stays) after.set(name, secret);
  }
  for (const [name, secret] of Object.entries(given ?? {})) {
    if (isTaken(name) && !isHomeless(name)) after.set(name, secret);
  }
  return after;
}

/** Which secrets are those of a camera, an input or an output that there is none of: another one could get its id later. */
function homelessSecrets(config: FrozenConfig): (name: string) => boolean {
  const ids = (list: readonly { readonly id: string }[]) => new Set(list.map(({ id }) => id));
  const homes = {
    camera: ids(config.cameras),
    input: ids(config.inputs.filter(({ source }) => source.kind === "http")),
    output: ids(config.outputs.filter(({ driver }) => driver.kind === "http")),
  };
  return (name) => {
    const [kind, id] = name.split("/");
    return Object.hasOwn(homes, kind ?? "") && !homes[kind as keyof typeof homes].has(id ?? "");
  };
}

/** What was meant for one address is not told to another one: what has the same id now may be somebody else. */
function isForAnother(name: string, before: FrozenConfig, after: FrozenConfig): boolean {
  const [kind, id] = name.split("/");
  const [old, next] = [before, after].map((config): unknown => {
    switch (kind) {
      case "camera": {
        const camera = config.cameras.find((one) => one.id === id);
        return camera && [camera.driver, camera.config];
      }
      case "input":
        return config.inputs.find((one) => one.id === id)?.source;
      case "output": {
        const output = config.outputs.find((one) => one.id === id);
        return output && outputOrigins(output.driver);
      }
      case "mqtt":
        return config.mqtt.external;
      case "plugin":
        return configOfPlugin(config, pluginOfSecret(name));
      default:
        return undefined;
    }
  });
  return old === undefined || !isDeepStrictEqual(old, next);
}

/** Without an entry a plugin runs as with an empty one. */
function configOfPlugin({ plugins }: FrozenConfig, name: string | undefined): unknown {
  return (name !== undefined && Object.hasOwn(plugins, name) ? plugins[name]?.config : undefined) ?? {};
}

/** What was hidden in the settings of a camera or a plugin, and is not in those after. */
function lostPlaces(before: FrozenConfig, after: FrozenConfig, hidden: HiddenPlaces): string[] {
  const kept = new Map(after.cameras.map((camera) => [camera.id, camera]));
  const cameras = before.cameras.flatMap((camera) => {
    const next = kept.get(camera.id);
    return next === undefined
      ? []
      : [{ place: `/cameras/${escapePointer(camera.id)}/config`, old: camera.config, next: next.config }];
  });
  const plugins = Object.keys(before.plugins).flatMap((name) =>
    Object.hasOwn(after.plugins, name)
      ? [
          {
            place: `/plugins/${escapePointer(name)}/config`,
            old: configOfPlugin(before, name),
            next: configOfPlugin(after, name),
          },
        ]
      : [],
  );
  return [...cameras, ...plugins]
    .filter(({ place, old, next }) => {
      const whole = withHiddenOf(next, old, place, hidden, true);
      return !isDeepStrictEqual(whole, next);
    })
    .map(({ place }) => place);
}

function accountsOf(
  present: readonly StoredAccount[],
  { accounts }: SettingsDocument,
  { parts, kept }: PlanRules,
  refused: Refusal[],
): readonly StoredAccount[] {
  if (!parts.includes("accounts") || accounts === undefined) return present;
  const after = accountsAfter(present, accounts, kept);
  const clash = nameOfTwo(after);
  if (clash !== undefined) {
    refused.push({
      path: `/accounts/${escapePointer(clash)}`,
      reason:
        "is your own account's name but for capital letters: two accounts would share their cameras, so all accounts stay",
    });
    return present;
  }
  if (after.some(isOwnAdministrator)) return after;
  refused.push({
    path: "/accounts",
    reason:
      "holds no enabled administrator: nobody could administer the recorder any more, so all accounts stay",
  });
  return present;
}

/** A name that another account has too, in capital or small letters of any script; a file of itself holds none. */
function nameOfTwo(accounts: readonly StoredAccount[]): string | undefined {
  const seen = new Set<string>();
  return [...accounts].reverse().find(({ name }) => {
    const folded = name.toLowerCase();
    return seen.has(folded) || !seen.add(folded);
  })?.name;
}

function notesOnLost(
  before: SettingsState,
  after: SettingsState,
  hidden: HiddenPlaces,
  { parts }: PlanRules,
): string[] {
  const lost = [...before.secrets.keys()].filter(
    (name) => !after.secrets.has(name) && !homelessSecrets(after.config)(name),
  );
  const places = parts.some((part) => part === "cameras" || part === "plugins")
    ? lostPlaces(before.config, after.config, hidden)
    : [];
  if (lost.length === 0 && places.length === 0) return [];
  return [
    `The file was made without a password, and says otherwise where these secrets go: they are forgotten, type them again: ${list([...lost, ...places])}.`,
  ];
}

function notesOn(
  before: SettingsState,
  after: SettingsState,
  document: SettingsDocument,
  { parts, kept }: PlanRules,
  abilities: PresentAbilities,
): string[] {
  const notes: string[] = [];
  const old = new Set(before.config.cameras.map(({ id }) => id));
  const added = after.config.cameras.filter(({ id }) => !old.has(id));
  if (document.secrets === undefined) {
    if (parts.includes("accounts"))
      notes.push("The file was made without a password: it holds no accounts, they stay.");
    if (added.length > 0)
      notes.push(
        `The file was made without a password: it holds no passwords of cameras. Type those of ${list(added.map(({ id }) => id))} if they need one.`,
      );
  }
  const strange = after.config.cameras.filter(({ driver }) => !abilities.drivers.has(driver));
  if (parts.includes("cameras") && strange.length > 0)
    notes.push(
      `No plugin here answers for the driver of ${list(strange.map(({ id, driver }) => `${id} (${driver})`))}: they stay offline until it is installed.`,
    );
  const missing = Object.keys(document.config.plugins).filter((name) => !abilities.plugins.has(name));
  if (parts.includes("plugins") && missing.length > 0)
    notes.push(`Not installed here: ${list(missing)}. Their settings wait for them.`);
  const own = find(before.accounts, kept);
  const theirs = find(document.accounts ?? [], kept);
  if (parts.includes("accounts") && document.accounts !== undefined && own !== undefined) {
    if (theirs === undefined) notes.push(`Your account ${own.name} is not in the file; it stays.`);
    else if (!isSameAccount(own, theirs)) notes.push(`Your account ${own.name} stays as it is here.`);
  }
  return notes;
}

function find(accounts: readonly StoredAccount[], name: string | undefined): StoredAccount | undefined {
  return name === undefined ? undefined : accounts.find((one) => accountKey(one.name) === accountKey(name));
}

function list(names: readonly string[]): string {
  const more = names.length - NAMES_LISTED;
  const listed = names.slice(0, NAMES_LISTED).map((name) => name.slice(0, 100));
  return `${listed.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
