// The settings of plugins as their owner gives them: checked by the schema in the package before anything is kept, the
// plain part in config.json, fields marked `"x-secret": true` sealed in the secret store, which nothing shows again.
import type { TSchema } from "typebox";
import type { ConfigStore } from "../../config/config-store.ts";
import type { SchemaProblem } from "../../config/schema-problems.ts";
import { escapePointer, unsafeKeyProblem } from "../../config/schema-problems.ts";
import type { SecretStore } from "../../config/secret-store.ts";
import { NightjarError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { FoundPlugin } from "../package/discovery.ts";
import type { PluginPlace } from "../package/manifest.ts";
import { asksOf, type Permission, type PluginGrants, withGrant } from "../package/permissions.ts";
import { readSettingsSchema, type SettingsSchema } from "../package/settings-schema.ts";
import { readSettingsTexts, withTexts } from "../package/settings-texts.ts";
import { goesWhereItWent } from "../schemas/address-fields.ts";
import type { PluginSettings } from "./plugin-host.ts";
import { settingsCorner } from "./plugin-secrets.ts";
import { settingsProblems } from "./settings-problems.ts";

const SETTINGS_LIMIT_CHARACTERS = 256 * 1024;
const SECRET_LIMIT_CHARACTERS = 16 * 1024;

type Settings = Readonly<Record<string, unknown>>;
type Place = readonly string[];

/** What may be shown of a plugin's settings. */
export interface PluginSettingsView {
  readonly name: string;
  readonly enabled: boolean;
  /** JSON Schema of the settings; undefined where the package has none, which leaves the check to the plugin. */
  readonly schema: Settings | undefined;
  /** Without secrets. */
  readonly config: Settings;
  /** JSON pointers of the secrets that are kept. */
  readonly secretsSet: readonly string[];
}

export interface PluginSettingsOptions {
  readonly config: ConfigStore;
  readonly secrets: SecretStore;
  readonly log: Log;
  /** Where a plugin lies. Throws `NJ_PLUGIN_NOT_FOUND`. */
  find(name: string): FoundPlugin;
  /** Called when settings were stored; resolves when the plugin runs with them, or has failed to. */
  changed(): Promise<void>;
}

/** Settings that are refused. `problems` name each place by a JSON pointer. */
export class PluginSettingsError extends NightjarError {
  readonly problems: readonly SchemaProblem[];

  constructor(plugin: string, problems: readonly SchemaProblem[]) {
    const listed = problems.map(({ path, message }) => `${path === "" ? "/" : path} ${message}`).join("; ");
    super("NJ_PLUGIN_SETTINGS", "invalid-argument", `the settings of ${plugin} are refused: ${listed}`, {
      plugin,
      problems,
    });
    this.problems = problems;
  }
}

export class PluginSettingsBook {
  readonly #options: PluginSettingsOptions;
  /** Changes are made one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: PluginSettingsOptions) {
    this.#options = options;
  }

  /** What a plugin is loaded with, secrets and all; undefined: nothing was ever set. */
  async load(found: FoundPlugin): Promise<PluginSettings | undefined> {
    const { name } = found.manifest;
    const { config, log } = this.#options;
    const stored = config.get().plugins[name];
    const schema = await readSettingsSchema(found).catch((error: unknown) => {
      log.warn("a plugin's settings have no usable schema", { plugin: name, reason: String(error) });
      return undefined;
    });
    const kept = this.#keptSecrets(name, schema);
    if (stored === undefined && kept.size === 0) return undefined;
    const merged = structuredClone(stored?.config ?? {}) as Record<string, unknown>;
    for (const [place, secret] of kept) setAt(merged, place, secret);
    return { ...structuredClone(stored), enabled: stored?.enabled ?? true, config: merged };
  }

  /**
   * In words of a language where the plugin has some. Throws `NJ_PLUGIN_NOT_FOUND`, and `NJ_PLUGIN_SCHEMA` if its schema
   * cannot be used.
   */
  async view(name: string, language?: string): Promise<PluginSettingsView> {
    const found = this.#options.find(name);
    const schema = await readSettingsSchema(found);
    const texts = language === undefined ? undefined : await readSettingsTexts(found.folder, language);
    const plain = schema?.schema as Settings | undefined;
    const stored = this.#options.config.get().plugins[name];
    const shown = structuredClone(stored?.config ?? {}) as Record<string, unknown>;
    for (const place of schema?.secrets ?? []) removeAt(shown, place);
    return {
      name,
      enabled: stored?.enabled ?? true,
      schema: plain === undefined || texts === undefined ? plain : withTexts(plain, texts),
      config: shown,
      secretsSet: (schema?.secrets ?? []).filter((place) => this.#isSet(name, place)).map(pointerOf),
    };
  }

  /** What is wrong with settings that somebody is about to give; stores nothing. Throws as `view` does. */
  async check(name: string, given: Settings): Promise<readonly SchemaProblem[]> {
    return this.#check(name, given, await readSettingsSchema(this.#options.find(name)));
  }

  /**
   * Stores settings and lets the plugin run with them. A secret that is left out stays, `null` removes it. Throws
   * {@link PluginSettingsError} if they do not fit, or would send a secret that is left out elsewhere than it was given for, and
   * as a change of config.json does, and then nothing has changed; otherwise as `view` does.
   */
  put(name: string, given: Settings): Promise<PluginSettingsView> {
    return this.#inTurn(async () => {
      const { config, secrets, changed } = this.#options;
      const schema = await readSettingsSchema(this.#options.find(name));
      const problems = this.#check(name, given, schema);
      if (problems.length > 0) throw new PluginSettingsError(name, problems);
      const next = this.#secretsAfter(name, given, schema);
      const corner = settingsCorner(name);
      const wanted = new Map([...next].map(([place, secret]) => [corner + place.join("."), secret]));
      // Also those of fields that the schema does not have any more.
      const all = new Set([...wanted.keys(), ...secrets.names(corner)]);
      const changes = [...all].filter((full) => !wanted.has(full) || secrets.find(full) !== wanted.get(full));
      const former = new Map(changes.map((full) => [full, secrets.find(full)]));
      // Before the rest, which has the plugin started anew: it would have the new address and the old password.
      await secrets.change(new Map(changes.map((full) => [full, wanted.get(full)])));
      const plain = structuredClone(given) as Record<string, unknown>;
      for (const place of schema?.secrets ?? []) removeAt(plain, place);
      try {
        await config.update((draft) => {
          const before = draft.plugins[name] ?? { enabled: true };
          draft.plugins[name] = { ...before, config: plain };
        });
      } catch (error) {
        // Its old address must not be told a new password.
        await secrets.change(former);
        throw error;
      }
      // A new secret alone leaves config.json as it was, so nothing else would notice.
      await changed();
      return this.view(name);
    });
  }

  /** Throws `NJ_PLUGIN_NOT_FOUND`. */
  setEnabled(name: string, enabled: boolean): Promise<void> {
    return this.#inTurn(async () => {
      const { config, find, changed } = this.#options;
      find(name);
      await config.update((draft) => {
        draft.plugins[name] = { ...(draft.plugins[name] ?? { config: {} }), enabled };
      });
      await changed();
    });
  }

  /**
   * Gives a plugin leave for something that it asks for, or takes it away; resolves when it runs with that. Throws
   * `NJ_PLUGIN_NOT_FOUND`, and `NJ_PLUGIN_PERMISSION` if it does not ask for it.
   */
  setGrant(name: string, permission: Permission, granted: boolean): Promise<void> {
    return this.#inTurn(async () => {
      const { config, find, changed } = this.#options;
      const { permissions } = find(name).manifest;
      const before = config.get().plugins[name]?.grants as PluginGrants | undefined;
      if (!asksOf(permissions, before).some((ask) => ask.permission === permission)) {
        throw new NightjarError(
          "NJ_PLUGIN_PERMISSION",
          "failed-precondition",
          `${name} does not ask for ${permission}: there is nothing to allow or to take away`,
          { plugin: name, permission },
        );
      }
      await config.update((draft) => {
        const own = draft.plugins[name] ?? { enabled: true, config: {} };
        draft.plugins[name] = {
          ...own,
          grants: plainGrants(withGrant(permissions, before, permission, granted)),
        };
      });
      await changed();
    });
  }

  /**
   * Puts a plugin that comes with Nightjar into a process of its own, or back; resolves when it runs there. Throws
   * `NJ_PLUGIN_NOT_FOUND`, and `NJ_PLUGIN_ISOLATION` where another one is to run with the core.
   */
  setIsolation(name: string, isolation: PluginPlace): Promise<void> {
    return this.#inTurn(async () => {
      const { config, find, changed } = this.#options;
      if (!find(name).bundled && isolation === "inline") {
        throw new NightjarError(
          "NJ_PLUGIN_ISOLATION",
          "failed-precondition",
          `${name} does not come with Nightjar: it runs in a process of its own, and not with the recorder`,
          { plugin: name },
        );
      }
      await config.update((draft) => {
        draft.plugins[name] = { ...(draft.plugins[name] ?? { enabled: true, config: {} }), isolation };
      });
      await changed();
    });
  }

  #check(name: string, given: Settings, schema: SettingsSchema | undefined): readonly SchemaProblem[] {
    if (JSON.stringify(given).length > SETTINGS_LIMIT_CHARACTERS)
      return [{ path: "", message: `is longer than ${SETTINGS_LIMIT_CHARACTERS / 1024} KiB` }];
    const unsafe = unsafeKeyProblem(given);
    if (unsafe !== undefined) return [unsafe];
    if (schema === undefined) return [];
    const merged = structuredClone(given) as Record<string, unknown>;
    for (const place of schema.secrets) {
      const value = valueAt(merged, place);
      if (value === null || value === "") removeAt(merged, place);
      if (typeof value === "string" && value.length > SECRET_LIMIT_CHARACTERS)
        return [{ path: pointerOf(place), message: `is longer than ${SECRET_LIMIT_CHARACTERS} characters` }];
    }
    for (const [place, secret] of this.#secretsAfter(name, given, schema)) setAt(merged, place, secret);
    const again = this.#meantForAnother(name, given, schema).map(
      (place): SchemaProblem => ({
        path: pointerOf(place),
        message: "was given for another address or account: type it again, or remove it",
        rule: "again",
      }),
    );
    return [...again, ...settingsProblems(schema.schema as TSchema, merged)];
  }

  /** Secrets that are left out and would stay, where the settings say another address or account than they were given for. */
  #meantForAnother(name: string, given: Settings, schema: SettingsSchema): Place[] {
    const stored = this.#options.config.get().plugins[name]?.config ?? {};
    return [...this.#secretsAfter(name, given, schema).keys()].filter(
      (place) => valueAt(given, place) === undefined && !goesWhereItWent(schema.schema, place, stored, given),
    );
  }

  /** The secrets that hold once `given` is stored. */
  #secretsAfter(name: string, given: Settings, schema: SettingsSchema | undefined): Map<Place, string> {
    const after = new Map<Place, string>();
    const kept = this.#keptSecrets(name, schema);
    for (const place of schema?.secrets ?? []) {
      // Whoever takes away the object that a secret belongs to takes the secret away.
      if (place.length > 1 && valueAt(given, place.slice(0, -1)) === undefined) continue;
      const value = valueAt(given, place);
      const secret = value === undefined ? kept.get(place) : value;
      if (typeof secret === "string" && secret !== "") after.set(place, secret);
    }
    return after;
  }

  /** True if a secret is kept, also one that cannot be opened. */
  #isSet(name: string, place: Place): boolean {
    const { config, secrets } = this.#options;
    const byHand = valueAt(config.get().plugins[name]?.config ?? {}, place);
    return typeof byHand === "string" || secrets.has(settingsCorner(name) + place.join("."));
  }

  /**
   * Kept secrets of the fields that the schema marks; one that was typed into config.json by hand counts too. One that cannot
   * be opened is missing.
   */
  #keptSecrets(name: string, schema: SettingsSchema | undefined): Map<Place, string> {
    const kept = new Map<Place, string>();
    const { config, secrets } = this.#options;
    const stored = config.get().plugins[name]?.config ?? {};
    const corner = settingsCorner(name);
    for (const place of schema?.secrets ?? []) {
      const byHand = valueAt(stored, place);
      const secret = typeof byHand === "string" ? byHand : secrets.find(corner + place.join("."));
      if (secret !== undefined) kept.set(place, secret);
    }
    return kept;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work, work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

/** As config.json holds it. */
function plainGrants({ network, hooks, mqtt, mqttTopics, accounts }: PluginGrants): {
  network?: boolean;
  hooks?: boolean | string[];
  mqtt?: boolean;
  mqttTopics?: boolean;
  accounts?: boolean;
} {
  return {
    ...(network === undefined ? {} : { network }),
    ...(mqtt === undefined ? {} : { mqtt }),
    ...(mqttTopics === undefined ? {} : { mqttTopics }),
    ...(accounts === undefined ? {} : { accounts }),
    ...(hooks === undefined ? {} : { hooks: typeof hooks === "boolean" ? hooks : [...hooks] }),
  };
}

function pointerOf(place: Place): string {
  return place.map((step) => `/${escapePointer(step)}`).join("");
}

function valueAt(whole: unknown, place: Place): unknown {
  let at: unknown = whole;
  for (const step of place)
    at = typeof at === "object" && at !== null && Object.hasOwn(at, step) ? Reflect.get(at, step) : undefined;
  return at;
}

/** Sets a value where its parent is there; a secret without the object that it belongs to is not made up. */
function setAt(whole: Record<string, unknown>, place: Place, value: unknown): void {
  const parent = valueAt(whole, place.slice(0, -1));
  const last = place.at(-1);
  if (last === undefined || typeof parent !== "object" || parent === null || Array.isArray(parent)) return;
  Object.defineProperty(parent, last, { value, writable: true, enumerable: true, configurable: true });
}

function removeAt(whole: Record<string, unknown>, place: Place): void {
  const parent = valueAt(whole, place.slice(0, -1));
  const last = place.at(-1);
  if (last !== undefined && typeof parent === "object" && parent !== null)
    Reflect.deleteProperty(parent, last);
}
