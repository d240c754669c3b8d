// A recorder in a box: the real plugin host on a temporary data directory, with one plugin in it, inline or in a process
// of its own. There are no cameras, no database and no media process: what a plugin sees of them, a test calls itself.
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { type PreparedConfig, prepareConfig } from "../cameras/driver-call.ts";
import { NightjarError } from "../errors.ts";
import type { Log, LogFields, LogLevel } from "../log.ts";
import type { CameraDriver, CameraStreams } from "../plugin/contract/camera-driver.ts";
import type { OfferedCamera } from "../plugin/contract/define-plugin.ts";
import type { Detector } from "../plugin/contract/detector.ts";
import type { PluginHooks } from "../plugin/contract/hook-catalogue.ts";
import type { LinkageAction } from "../plugin/contract/linkage-action.ts";
import type { LoginProvider } from "../plugin/contract/login-provider.ts";
import type { PluginRoute } from "../plugin/contract/plugin-route.ts";
import type { PosParser } from "../plugin/contract/pos-parser.ts";
import type { StorageDriver } from "../plugin/contract/storage-driver.ts";
import { detectorOptions } from "../plugin/host/detector-options.ts";
import { PluginHost } from "../plugin/host/plugin-host.ts";
import type { PluginStatus } from "../plugin/host/plugin-status.ts";
import { builtPlaces } from "../plugin/isolated/child-places.ts";
import { VERSION } from "../version.ts";
import { BoxedBroker, type BoxedMqtt } from "./boxed-mqtt.ts";
import { FakeClock } from "./fake-clock.ts";
import { giveCode, keepCode } from "./kept-code.ts";
import { type TempDir, tempDir } from "./temp-dir.ts";

/** Where a run of all of Nightjar's own tests has put it together: processes start in a third of the processor time then. */
const BUILT = process.env["NIGHTJAR_TEST_PROGRAM"];
const BUILT_CORE = BUILT === undefined ? undefined : builtPlaces(dirname(BUILT));

/** Which plugin is put into the box, and how it runs. */
export interface TestNvrOptions {
  /** The plugin's folder: a path, or a `file:` URL such as `new URL("..", import.meta.url)`. */
  readonly pluginFolder: string | URL;
  /** `process` (default): as strangers' plugins run. `inline`: as those that come with Nightjar do. */
  readonly isolation?: "inline" | "process";
  /** The plugin's own settings, as its owner would write them. */
  readonly settings?: unknown;
  /** Ports that are to be the recorder's own: the plugin's requests do not reach them on this machine. */
  readonly ownPorts?: readonly number[];
}

/** Hooks that a test can call: `start`, `stop` and `ready` are the box's own. */
export type BoxedHook = Exclude<keyof PluginHooks, "start" | "stop" | "ready" | "diagnostics">;

/** What a hook hands over. */
export type HookArguments<Name extends BoxedHook> = Parameters<
  Parameters<PluginHooks[Name]["tapPromise"]>[1]
>;

/** A line that was logged: by the plugin, or about it. */
export interface LoggedLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** How a plugin in a box is; more of it stands on the Plugins page of a whole recorder. */
export interface BoxedPlugin {
  readonly name: string;
  /** `running`; else `reason` says why not. */
  readonly status: string;
  readonly reason?: string;
  /** Calls and taps that failed, and unforeseen ends of its process. */
  readonly errors: number;
  /** What it registered, as `camera-driver:acme`. */
  readonly provides: readonly string[];
}

/** A running recorder in a box. `await using nvr = await testNvr({…})` ends it at the end of the block. */
export interface TestNvr extends AsyncDisposable {
  /** How the plugin is now. */
  plugin(): BoxedPlugin;
  /**
   * What timers of the host and of the plugin run on, inline and in a process of its own; it stands still until it is
   * advanced. A process learns by a message that a timer is due: wait for what it does (`waitFor`) before time goes on.
   */
  readonly clock: FakeClock;
  /** The plugin's own folder, `nvr.storageDir` to it. */
  readonly storageDir: string;
  readonly logged: readonly LoggedLine[];
  /** The plugin's own secrets, `nvr.secrets` to it; a test may put some there. */
  readonly secrets: Map<string, string>;
  /** What the plugin says over MQTT, and a way to send it commands. */
  readonly mqtt: BoxedMqtt;
  /** Cameras that the plugin has offered. */
  readonly offered: readonly OfferedCamera[];
  /** Drivers whose cameras the plugin asked to be resolved again. */
  readonly refreshed: readonly string[];
  /** All drivers that the plugin brings. */
  drivers(): readonly CameraDriver[];
  /** A driver of the plugin; its only one where no id is given. Throws if there is none, or no only one. */
  driver(id?: string): CameraDriver;
  /**
   * What a person typed, as the recorder would keep it: prepared, checked, secrets apart. Throws
   * `NJ_CAMERA_CONFIG_INVALID` for what is refused.
   */
  prepare(typed: Readonly<Record<string, unknown>>, driver?: string): Promise<PreparedConfig>;
  /** Asks the driver for the streams of a camera, from what a person typed. */
  streams(
    typed: Readonly<Record<string, unknown>>,
    options?: { readonly driver?: string; readonly signal?: AbortSignal },
  ): Promise<CameraStreams>;
  /** A login provider of the plugin; its only one where no id is given. Throws if there is none, or no only one. */
  loginProvider(id?: string): LoginProvider;
  /** A storage driver of the plugin; its only one where no id is given. Throws if there is none, or no only one. */
  storageDriver(id?: string): StorageDriver;
  /** A till parser of the plugin; its only one where no id is given. Throws if there is none, or no only one. */
  posParser(id?: string): PosParser;
  /** A detector of the plugin; its only one where no id is given. Throws if there is none, or no only one. */
  detector(id?: string): Detector;
  /** What somebody has set of a detector at a camera, checked and filled up as the recorder does; throws what is wrong. */
  checkDetectorOptions(options: unknown, id?: string): Record<string, unknown>;
  /** A linkage action of the plugin; its only one where no id is given. Throws if there is none, or no only one. */
  linkageAction(id?: string): LinkageAction;
  /** Calls a hook as the recorder does, with what that hands over; gives what came of it. */
  hook<Name extends BoxedHook>(name: Name, ...args: HookArguments<Name>): Promise<unknown>;
  /** The plugin's resources. */
  routes(): readonly PluginRoute[];
  /** Asks one of the plugin's resources, by its path: `/lamps/yard`. Rights and schemas are the recorder's affair. */
  ask(
    method: PluginRoute["method"],
    path: string,
    request?: { readonly query?: Readonly<Record<string, unknown>>; readonly body?: unknown },
  ): Promise<unknown>;
  /** Runs the hooks `start` and `ready`, as the recorder does once all plugins are set up. */
  start(): Promise<void>;
  /** Ends the plugin, then sets it up and starts it anew on the same data directory: the recorder's next start. */
  restart(): Promise<void>;
  /** Runs the hook `stop` and ends the plugin. */
  stop(): Promise<void>;
}

/**
 * Sets a plugin up. The caller ends it. Throws `NJ_TEST_PLUGIN` with the reason if the plugin is refused or does not get
 * as far as running.
 */
export async function testNvr(options: TestNvrOptions): Promise<TestNvr> {
  const box = new Box(options);
  try {
    await box.load();
  } catch (error) {
    await box[Symbol.asyncDispose]();
    throw error;
  }
  return box;
}

class Box implements TestNvr {
  readonly clock = new FakeClock(Date.now());
  readonly logged: LoggedLine[] = [];
  readonly secrets = new Map<string, string>();
  readonly mqtt = new BoxedBroker();
  readonly offered: OfferedCamera[] = [];
  readonly refreshed: string[] = [];
  readonly #options: TestNvrOptions;
  readonly #folder: string;
  readonly #dir: TempDir;
  #host: PluginHost | undefined;

  constructor(options: TestNvrOptions) {
    this.#options = options;
    const { pluginFolder } = options;
    this.#folder = pluginFolder instanceof URL ? fileURLToPath(pluginFolder) : pluginFolder;
    this.#dir = tempDir("nightjar-box-");
    mkdirSync(this.#dir.join("data"));
    giveCode(this.#dir.join("data"), this.#folder);
  }

  get storageDir(): string {
    return this.#dir.join("data", "plugins", "storage", this.plugin().name.replaceAll("/", "+"));
  }

  async load(): Promise<void> {
    const { isolation = "process", settings } = this.#options;
    const folder = this.#folder;
    this.#host = new PluginHost({
      dataDir: this.#dir.join("data"),
      version: VERSION,
      paths: [{ bundled: isolation === "inline", folder }],
      log: collecting(this.logged, {}),
      clock: this.clock,
      settings: () => ({ enabled: true, config: settings }),
      secrets: () => ({
        get: async (name) => this.secrets.get(name),
        set: async (name, secret) => {
          if (secret === undefined) this.secrets.delete(name);
          else this.secrets.set(name, secret);
        },
      }),
      messages: () => this.mqtt,
      ownPorts: () => this.#options.ownPorts ?? [],
      refreshCameras: (driver) => void this.refreshed.push(driver),
      offerCamera: async (camera) => void this.offered.push(camera),
      childCore: BUILT_CORE,
      hasBoxedTimers: true,
    });
    await this.#host.load();
    const status = this.#host.list()[0];
    if (status === undefined) throw wrong(`there is no plugin in ${folder}: it has no package.json`);
    if (status.status !== "running")
      throw wrong(`${status.name} is ${status.status}: ${status.reason ?? ""}`);
  }

  plugin(): BoxedPlugin {
    const { name, status, reason, errors, provides = [] } = this.#running().list()[0] as PluginStatus;
    return { name, status, errors, provides, ...(reason === undefined ? {} : { reason }) };
  }

  drivers(): readonly CameraDriver[] {
    return this.#running().registries.cameraDrivers.all();
  }

  driver(id?: string): CameraDriver {
    return chosen("camera driver", this.drivers(), id);
  }

  loginProvider(id?: string): LoginProvider {
    return chosen("login provider", this.#running().registries.loginProviders.all(), id);
  }

  storageDriver(id?: string): StorageDriver {
    return chosen("storage driver", this.#running().registries.storageDrivers.all(), id);
  }

  posParser(id?: string): PosParser {
    return chosen("till parser", this.#running().registries.posParsers.all(), id);
  }

  detector(id?: string): Detector {
    return chosen("detector", this.#running().registries.detectors.all(), id);
  }

  checkDetectorOptions(options: unknown, id?: string): Record<string, unknown> {
    return detectorOptions(this.detector(id).configSchema, options);
  }

  linkageAction(id?: string): LinkageAction {
    return chosen("linkage action", this.#running().registries.linkageActions.all(), id);
  }

  prepare(typed: Readonly<Record<string, unknown>>, driver?: string): Promise<PreparedConfig> {
    return prepareConfig(this.driver(driver), typed);
  }

  async streams(
    typed: Readonly<Record<string, unknown>>,
    options: { readonly driver?: string; readonly signal?: AbortSignal } = {},
  ): Promise<CameraStreams> {
    const { config, secrets } = await this.prepare(typed, options.driver);
    return this.driver(options.driver).streams(structuredClone(config), {
      signal: options.signal ?? new AbortController().signal,
      secret: async (field) => secrets[field],
    });
  }

  hook<Name extends BoxedHook>(name: Name, ...args: HookArguments<Name>): Promise<unknown> {
    const hook = this.#running().hooks[name] as unknown as { promise(...given: unknown[]): Promise<unknown> };
    return hook.promise(...args);
  }

  routes(): readonly PluginRoute[] {
    return this.#running().routesOf(this.plugin().name);
  }

  async ask(
    method: PluginRoute["method"],
    path: string,
    {
      query = {},
      body,
    }: { readonly query?: Readonly<Record<string, unknown>>; readonly body?: unknown } = {},
  ): Promise<unknown> {
    for (const route of this.routes()) {
      const params = route.method === method ? paramsOf(route.path, path) : undefined;
      if (params === undefined) continue;
      const { signal } = new AbortController();
      return route.handle({ params, query, body, userName: "tester" }, { signal });
    }
    throw wrong(`the plugin has no resource ${method} ${path}`);
  }

  async start(): Promise<void> {
    await this.#running().start();
    await this.#running().ready();
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.load();
    await this.start();
  }

  async stop(): Promise<void> {
    const host = this.#host;
    this.#host = undefined;
    await host?.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    keepCode(this.#dir.join("data"), this.#folder);
    this.#dir.remove();
  }

  #running(): PluginHost {
    if (this.#host === undefined) throw wrong("the plugin was stopped");
    return this.#host;
  }
}

/** The parts that a route's `:name`s stand for; undefined: the path is another. */
function paramsOf(route: string, path: string): Record<string, string> | undefined {
  const wanted = route.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, step] of wanted.entries()) {
    if (step.startsWith(":")) params[step.slice(1)] = given[index] ?? "";
    else if (step !== given[index]) return undefined;
  }
  return params;
}

/** The entry of an id, or the only one. */
function chosen<Entry extends { readonly id: string }>(
  title: string,
  all: readonly Entry[],
  id: string | undefined,
): Entry {
  const found = id === undefined && all.length === 1 ? all[0] : all.find((entry) => entry.id === id);
  if (found !== undefined) return found;
  const ids = all.map((entry) => entry.id).join(", ") || "none";
  throw wrong(id === undefined ? `say which ${title} is meant: ${ids}` : `no ${title} ${id}: ${ids}`);
}

function collecting(lines: LoggedLine[], bound: LogFields): Log {
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void =>
      void lines.push({ level, message, fields: { ...bound, ...fields } });
  return {
    debug: at("debug"),
    info: at("info"),
    notice: at("notice"),
    warn: at("warn"),
    error: at("error"),
    child: (fields) => collecting(lines, { ...bound, ...fields }),
  };
}

function wrong(message: string): NightjarError {
  return new NightjarError("NJ_TEST_PLUGIN", "failed-precondition", message);
}
