// What tests of installing plugins share: a registry with plugins in it, and recorders reduced to what runs plugins and
// what installs them.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import { PluginHost } from "../../core/plugin/host/plugin-host.ts";
import type { GrowthLimits } from "../../core/plugin/install/growth-watch.ts";
import type { PluginJob, PluginJobOrder } from "../../core/plugin/install/install-job.ts";
import { PluginInstaller } from "../../core/plugin/install/plugin-installer.ts";
import { type Registries, registryAt } from "../../core/plugin/install/registries.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { CHILD_CORE } from "./child-core.ts";
import { type PluginParts, PluginRegistry, pack, writePlugin } from "./plugin-registry.ts";

export const YARD = "nightjar-camera-yard";
export const GATE = "@somebody/nightjar-camera-gate";
/** Nobody listens on the discard port. */
export const NOWHERE = "http://127.0.0.1:9/";

export interface PluginRecorderOptions {
  /** The registry's address; that of the rig's registry unless given. */
  readonly url?: string | (() => string);
  /** Instead of one registry for all. */
  readonly registries?: () => Registries;
  /** Without a host the recorder stands still. */
  readonly host?: boolean;
  readonly settleMs?: number;
  readonly growth?: GrowthLimits;
}

export class InstallRig {
  readonly #root: ReturnType<typeof tempDir>;
  readonly #ends: (() => Promise<void>)[] = [];
  readonly registry: PluginRegistry;
  #number = 0;

  private constructor(registry: PluginRegistry, root: ReturnType<typeof tempDir>) {
    this.registry = registry;
    this.#root = root;
  }

  /** Starts a registry and publishes plugins, each under the tag `latest` unless it is named. */
  static async start(plugins: readonly (PluginParts & { readonly tag?: string })[]): Promise<InstallRig> {
    const root = tempDir("nightjar-install-");
    const rig = new InstallRig(await PluginRegistry.start(root.join("registry")), root);
    for (const { tag, ...parts } of plugins) await rig.publish(parts, tag);
    return rig;
  }

  path(...parts: readonly string[]): string {
    return this.#root.join(...parts);
  }

  /** Writes a plugin's folder. */
  write(parts: PluginParts): string {
    return writePlugin(this.path("sources"), parts);
  }

  pack(parts: PluginParts): Promise<string> {
    return pack(this.write(parts), this.path(`packed-${Math.random().toString(36).slice(2)}`));
  }

  publish(parts: PluginParts, tag?: string): Promise<void> {
    return this.registry.publish(this.write(parts), tag);
  }

  /** A recorder's plugins on a new data directory: what runs them and what installs them. */
  async recorder(options: PluginRecorderOptions = {}): Promise<PluginRecorder> {
    this.#number += 1;
    const dataDir = this.path(`data-${this.#number}`);
    const recorder = new PluginRecorder(dataDir, this.registry.url, options);
    await recorder.start();
    this.#ends.push(() => recorder.stop());
    return recorder;
  }

  /** Ends the recorders. */
  async rest(): Promise<void> {
    for (const end of this.#ends.splice(0).reverse()) await end();
  }

  async dispose(): Promise<void> {
    await this.rest();
    await this.registry.stop();
    this.#root.remove();
  }
}

export class PluginRecorder {
  readonly dataDir: string;
  readonly host: PluginHost;
  readonly installer: PluginInstaller;
  /** Every job as it was told. */
  readonly told: PluginJob[] = [];

  constructor(dataDir: string, url: string, options: PluginRecorderOptions) {
    mkdirSync(dataDir, { recursive: true });
    this.dataDir = dataDir;
    this.host = new PluginHost({
      dataDir,
      version: "0.1.0",
      paths: [{ bundled: false, folder: join(dataDir, "plugins/node_modules") }],
      log: silentLog,
      clock: systemClock,
      settings: () => undefined,
      secrets: () => ({ get: async () => undefined, set: async () => undefined }),
      refreshCameras: () => undefined,
      offerCamera: async () => undefined,
      childCore: CHILD_CORE,
    });
    this.installer = new PluginInstaller({
      dataDir,
      version: "0.1.0",
      clock: systemClock,
      log: silentLog,
      registries: () =>
        options.registries?.() ??
        registryAt(typeof options.url === "function" ? options.url() : (options.url ?? url)),
      ...(options.host === false ? {} : { runner: this.host }),
      limits: { startMs: 30_000, settleMs: options.settleMs ?? 200 },
      ...(options.growth === undefined ? {} : { growth: options.growth }),
      onJob: (job) => this.told.push(job),
    });
  }

  async start(): Promise<void> {
    await this.installer.recover();
    await this.host.load();
    await this.host.start();
  }

  async stop(): Promise<void> {
    await this.installer.close();
    await this.host.stop();
  }

  /** A path in the plugins' project. */
  project(...parts: readonly string[]): string {
    return join(this.dataDir, "plugins", ...parts);
  }

  /** Runs a job to its end. */
  run(order: PluginJobOrder): Promise<PluginJob> {
    return this.installer.finished(this.installer.start(order).id);
  }

  /** Installs and expects that to work. */
  async install(source: string): Promise<PluginJob> {
    const job = await this.run({ action: "install", source });
    assert.equal(job.status, "done", `${job.reason}\n${job.lines.join("\n")}`);
    return job;
  }

  /** `name@version` of all that run. */
  running(): string[] {
    return this.host
      .list()
      .filter(({ status }) => status === "running")
      .map(({ name, version }) => `${name}@${version}`)
      .sort();
  }

  /** What of the project must not change when a job fails. */
  state(): unknown {
    const read = (file: string) =>
      existsSync(this.project(file)) ? readFileSync(this.project(file), "utf8") : "";
    return {
      files: ["package.json", "package-lock.json", "node_modules/.package-lock.json"].map(read),
      modules: existsSync(this.project("node_modules"))
        ? readdirSync(this.project("node_modules")).sort()
        : [],
      left: readdirSync(this.project()).filter((name) => name.startsWith(".")),
    };
  }
}
