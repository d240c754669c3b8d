// Holds the configuration of a data directory: reads config.json at start, hands out a frozen copy, checks and
// persists every change, and picks up edits by hand. A bad edit is refused, naming the place; the old one stays.
// House plan section 9. Knows nothing of what the settings mean.
import { type FSWatcher, watch } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { CoreHook } from "../core-hook.ts";
import { NightjarError, systemCode } from "../errors.ts";
import type { Log } from "../log.ts";
import { writeFileAtomically, writeFileIfOther } from "./atomic-file.ts";
import { checkConfig } from "./check-config.ts";
import { ConfigInvalidError } from "./config-errors.ts";
import { CONFIG_FILE } from "./config-file.ts";
import { type Config, ConfigSchema } from "./config-schema.ts";
import { initialConfig } from "./initial-config.ts";
import { parseConfig } from "./parse-config.ts";
import { pointerKeys, type SchemaProblem } from "./schema-problems.ts";

export { CONFIG_FILE };
export const CONFIG_SCHEMA_FILE = "config.schema.json";
/** The last configuration that was in force: used at start when config.json has been spoilt. */
export const LAST_GOOD_FILE = "config.last-good.json";
const MAX_FILE_BYTES = 4 * 1024 * 1024;
/** Editors write in several steps; a hand edit is read when the file has been quiet for this long. */
const SETTLE_MS = 150;

/** A configuration that nobody can change by accident. */
export type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;
export type FrozenConfig = DeepReadonly<Config>;
export type ConfigListener = (config: FrozenConfig, previous: FrozenConfig) => void;

/** The configuration of one data directory. Open it once per process; close it at the end. */
export class ConfigStore {
  readonly #folder: string;
  readonly #log: Log;
  readonly #changed: CoreHook<Parameters<ConfigListener>>;
  readonly #edited: CoreHook<Parameters<ConfigListener>>;
  /**
   * The configuration before edits by hand that nobody was told of. While there is one it stays in the last good file too, for
   * the next start: what opens a store for a moment tells nobody.
   */
  #beforeEdit: FrozenConfig | undefined;
  #config: FrozenConfig;
  /** What stands in the file as far as this store knows, to tell a hand edit from its own writing. */
  #fileText: string | undefined;
  #problem: ConfigInvalidError | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #watcher: FSWatcher | undefined;
  #settle: NodeJS.Timeout | undefined;

  private constructor(folder: string, log: Log, loaded: Loaded) {
    this.#folder = folder;
    this.#log = log;
    this.#changed = new CoreHook("configuration changed", ["config", "previous"], log);
    this.#edited = new CoreHook("configuration edited by hand", ["config", "previous"], log);
    this.#config = deepFreeze(loaded.config);
    this.#fileText = loaded.text;
    this.#problem = loaded.problem;
  }

  /**
   * Reads `<dataDir>/config.json`, or makes it with defaults. When it has been spoilt, the last good configuration serves
   * and {@link problem} says what is wrong; without one, throws {@link ConfigInvalidError}.
   */
  static async open(options: {
    readonly dataDir: string;
    readonly log: Log;
    /** Follow edits by hand (default true). Short-lived commands switch it off. */
    readonly watch?: boolean;
    /** Write and make nothing at opening: for looking at a configuration that another process or user holds. */
    readonly readOnly?: boolean;
  }): Promise<ConfigStore> {
    const readOnly = options.readOnly === true;
    if (!readOnly) await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
    const loaded = await load(options.dataDir, readOnly);
    const store = new ConfigStore(options.dataDir, options.log, loaded);
    if (readOnly) return store;
    if (loaded.problem === undefined) {
      store.#beforeEdit = await lastInForce(options.dataDir, store.#config);
      if (loaded.mustWrite) await store.#write(store.#config);
      else await store.#keepLastGood();
    } else {
      options.log.error("config.json is refused, the last good configuration serves", {
        reason: loaded.problem.message,
      });
    }
    await writeFileIfOther(
      join(options.dataDir, CONFIG_SCHEMA_FILE),
      `${JSON.stringify(configFileSchema(), null, 2)}\n`,
      0o644,
    );
    if (options.watch !== false) store.#follow();
    return store;
  }

  /** The configuration in force, frozen through and through. */
  get(): FrozenConfig {
    return this.#config;
  }

  /** The data directory that the configuration lies in. */
  get dataDir(): string {
    return this.#folder;
  }

  /** Why the file on disk is not the one in force; undefined when it is. */
  get problem(): ConfigInvalidError | undefined {
    return this.#problem;
  }

  /**
   * Changes the configuration: `change` is a JSON pointer whose value is replaced (undefined removes it), or a function
   * that edits a draft. Checked, written durably, then in force and told to listeners. Changes are made one after the
   * other. Throws {@link ConfigInvalidError}; then nothing has changed.
   */
  update(change: string | ((draft: Config) => void), value?: unknown): Promise<FrozenConfig> {
    const edit = typeof change === "function" ? change : (draft: Config): void => setAt(draft, change, value);
    return this.updateAfter(edit, async () => undefined);
  }

  /**
   * As {@link update}, and awaits `before` when the change has been checked and is not in force yet: for what must not meet it,
   * as a password meant for the address that holds until then. If that fails, nothing has changed here.
   */
  updateAfter(
    change: (draft: Config) => void,
    before: (next: FrozenConfig, previous: FrozenConfig) => Promise<void>,
  ): Promise<FrozenConfig> {
    return this.#inTurn(async () => {
      await this.#takeHandEdit();
      const draft = structuredClone(this.#config) as Config;
      change(draft);
      const next = deepFreeze(checkConfig("the change", draft));
      // A file that the next start would refuse to read must not come to be.
      if (!configFits(next)) throw new ConfigInvalidError("the change", [tooLarge()]);
      await before(next, this.#config);
      if (this.#problem !== undefined) await this.#setAside();
      await this.#write(next);
      this.#adopt(next);
      return next;
    });
  }

  /** Calls the listener of this name after each change, by stage, until the returned function is called. */
  onChange(name: string, listener: ConfigListener, stage?: number): () => void {
    return this.#changed.tap(name, listener, stage);
  }

  /**
   * Calls the listener of this name after each edit of the file by hand that came in force, until the returned function is
   * called. One that was made while nobody listened is told at once.
   */
  onHandEdit(name: string, listener: ConfigListener): () => void {
    const stop = this.#edited.tap(name, listener);
    const before = this.#beforeEdit;
    this.#beforeEdit = undefined;
    if (before !== undefined) {
      // Nobody listened so far: the hook has this one alone.
      this.#edited.call(this.#config, before);
      this.#inTurn(() => this.#keepLastGood()).catch((error: unknown) => {
        this.#log.error("the last good configuration cannot be kept", { reason: String(error) });
      });
    }
    return stop;
  }

  /** Reads the file now, as the watcher does after an edit. A bad edit is logged and kept out. */
  reload(): Promise<void> {
    return this.#inTurn(() => this.#takeHandEdit());
  }

  /** Stops following the file and waits for writes under way. */
  async close(): Promise<void> {
    this.#watcher?.close();
    clearTimeout(this.#settle);
    await this.#queue;
  }

  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(action);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  #follow(): void {
    // The folder, not the file: an atomic replacement gives the file a new inode, which a watch would lose.
    this.#watcher = watch(this.#folder, { persistent: false }, (_event, name) => {
      if (name !== CONFIG_FILE) return;
      clearTimeout(this.#settle);
      this.#settle = setTimeout(() => {
        this.reload().catch((error: unknown) => {
          this.#log.error("config.json cannot be read", { reason: String(error) });
        });
      }, SETTLE_MS);
      this.#settle.unref();
    });
    this.#watcher.on("error", (error) => {
      this.#log.warn("edits of config.json are not followed, restart to apply them", {
        reason: String(error),
      });
    });
  }

  async #takeHandEdit(): Promise<void> {
    const text = await readText(join(this.#folder, CONFIG_FILE));
    if (text === undefined || text === this.#fileText) return;
    this.#fileText = text;
    try {
      const { config, from } = parseConfig(text);
      if (from !== config.version) await this.#setAside(`v${from}.backup`);
      this.#problem = undefined;
      const [next, previous] = [deepFreeze(config), this.#config];
      if (this.#edited.size === 0) this.#beforeEdit ??= previous;
      await this.#keepLastGood(next);
      this.#adopt(next);
      this.#edited.call(next, previous);
      this.#log.notice("config.json was edited and is in force");
    } catch (error) {
      if (!(error instanceof ConfigInvalidError)) {
        // It is not in force: the next look takes it up, and no change writes over it.
        this.#fileText = undefined;
        throw error;
      }
      this.#problem = error;
      this.#log.error("config.json was edited and is refused, the old one stays in force", {
        reason: error.message,
      });
    }
  }

  #adopt(next: FrozenConfig): void {
    const previous = this.#config;
    if (JSON.stringify(previous) === JSON.stringify(next)) return;
    this.#config = next;
    this.#changed.call(next, previous);
  }

  async #write(config: FrozenConfig): Promise<void> {
    const text = serialise(config);
    await writeFileAtomically(join(this.#folder, CONFIG_FILE), text);
    this.#fileText = text;
    this.#problem = undefined;
    await this.#keepLastGood(config);
  }

  async #keepLastGood(config: FrozenConfig = this.#config): Promise<void> {
    if (this.#beforeEdit !== undefined) return;
    await writeFileIfOther(join(this.#folder, LAST_GOOD_FILE), serialise(config));
  }

  /** Keeps a refused file, so that a change over HTTP does not destroy what somebody typed. */
  async #setAside(suffix = "refused"): Promise<void> {
    if (this.#fileText === undefined) return;
    await writeFileAtomically(join(this.#folder, `config.${suffix}.json`), this.#fileText);
  }
}

/** config.schema.json: the schema as editors understand it. */
export function configFileSchema(): Record<string, unknown> {
  return { $schema: "https://json-schema.org/draft/2020-12/schema", ...ConfigSchema };
}

interface Loaded {
  readonly config: Config;
  readonly text: string | undefined;
  readonly problem: ConfigInvalidError | undefined;
  readonly mustWrite: boolean;
}

async function load(folder: string, readOnly: boolean): Promise<Loaded> {
  const text = await readText(join(folder, CONFIG_FILE));
  if (text === undefined) {
    const config = checkConfig(CONFIG_FILE, initialConfig());
    return { config, text, problem: undefined, mustWrite: true };
  }
  try {
    const { config, from } = parseConfig(text);
    if (from === config.version) return { config, text, problem: undefined, mustWrite: false };
    if (!readOnly) await writeFileAtomically(join(folder, `config.v${from}.backup.json`), text);
    return { config, text, problem: undefined, mustWrite: true };
  } catch (error) {
    if (!(error instanceof ConfigInvalidError)) throw error;
    const lastGood = await readText(join(folder, LAST_GOOD_FILE));
    if (lastGood === undefined) throw error;
    return { config: parseConfig(lastGood).config, text, problem: error, mustWrite: false };
  }
}

/** The configuration that was in force last, where that is another one than the file's: it was edited while nobody looked. */
async function lastInForce(folder: string, config: FrozenConfig): Promise<FrozenConfig | undefined> {
  const text = await readText(join(folder, LAST_GOOD_FILE)).catch(() => undefined);
  if (text === undefined || text === serialise(config)) return undefined;
  try {
    const last = parseConfig(text).config;
    return serialise(last) === serialise(config) ? undefined : deepFreeze(last);
  } catch {
    // Spoilt or of a newer Nightjar: nothing can be said of it.
    return undefined;
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    const bytes = await readFile(path);
    if (bytes.length > MAX_FILE_BYTES) {
      throw new ConfigInvalidError(path, [tooLarge()]);
    }
    return bytes.toString("utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    if (error instanceof NightjarError) throw error;
    throw new NightjarError("NJ_CONFIG_UNREADABLE", "unavailable", `${path} cannot be read`, { path }, error);
  }
}

/** True if the configuration, written down, is short enough to be read again. */
export function configFits(config: FrozenConfig): boolean {
  return Buffer.byteLength(serialise(config)) <= MAX_FILE_BYTES;
}

function tooLarge(): SchemaProblem {
  return { path: "", message: `is larger than ${MAX_FILE_BYTES} bytes` };
}

function serialise(config: FrozenConfig): string {
  return `${JSON.stringify({ $schema: `./${CONFIG_SCHEMA_FILE}`, ...config }, null, 2)}\n`;
}

function setAt(draft: Config, pointer: string, value: unknown): void {
  const keys = pointerKeys(pointer);
  const last = keys.pop();
  let at: unknown = draft;
  for (const key of keys)
    at = typeof at === "object" && at !== null && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined;
  if (last === undefined || typeof at !== "object" || at === null) {
    throw new ConfigInvalidError("the change", [
      { path: pointer, message: "is not a place in the configuration" },
    ]);
  }
  if (value === undefined) Reflect.deleteProperty(at, last);
  else Object.defineProperty(at, last, { value, writable: true, enumerable: true, configurable: true });
}

function deepFreeze<T>(value: T): DeepReadonly<T> {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value as DeepReadonly<T>;
}
