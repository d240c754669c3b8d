// What the command line asks of plugins, on a running recorder by its socket, or on a data directory whose recorder
// stands still, under its lock: then nothing is started after a change, and nobody says otherwise.
import { systemClock } from "../clock.ts";
import { ConfigStore } from "../config/config-store.ts";
import { SecretStore } from "../config/secret-store.ts";
import type { CoreMethodsForCli } from "../control/cli-protocol.ts";
import type { Link } from "../link/link.ts";
import { silentLog } from "../log.ts";
import type { PluginStatus } from "../plugin/host/plugin-status.ts";
import type { PluginJob, PluginJobOrder } from "../plugin/install/install-job.ts";
import { PluginInstaller } from "../plugin/install/plugin-installer.ts";
import { registriesOf } from "../plugin/install/registries.ts";
import type { OfferedPlugin } from "../plugin/install/registry-client.ts";
import type { PluginUpdate } from "../plugin/install/updates.ts";
import { VERSION } from "../version.ts";
import { type Closing, withRecorder } from "./present-recorder.ts";

/** A plugin as `plugin list` shows it. */
export type ListedPlugin = Pick<PluginStatus, "name" | "version"> &
  Partial<PluginStatus> & { readonly origin?: "registry" | "file" };

export interface PluginCalls {
  readonly isRunning: boolean;
  list(): Promise<readonly ListedPlugin[]>;
  search(text: string): Promise<readonly OfferedPlugin[]>;
  updates(): Promise<readonly PluginUpdate[]>;
  start(order: PluginJobOrder): Promise<PluginJob>;
  job(id: string): Promise<PluginJob>;
  cancel(id: string): Promise<PluginJob>;
}

/** The registry is asked up to three times for one search. */
const REGISTRY_MS = 65_000;

/** Runs `action` on the plugins of the recorder, whether it runs or stands still. */
export function withPlugins<Result>(
  dataDir: string,
  action: (plugins: PluginCalls) => Promise<Result>,
): Promise<Result> {
  return withRecorder(dataDir, { overLink, onDataDir: (closing) => onDataDir(dataDir, closing) }, action);
}

async function onDataDir(dataDir: string, closing: Closing): Promise<PluginCalls> {
  const config = await ConfigStore.open({ dataDir, log: silentLog, watch: false, readOnly: true });
  closing.push(() => config.close());
  const secrets = await SecretStore.open({ dataDir });
  const installer = new PluginInstaller({
    dataDir,
    version: VERSION,
    clock: systemClock,
    log: silentLog,
    registries: () => registriesOf(config.get().pluginRegistry, secrets),
  });
  closing.push(() => installer.close());
  await installer.recover();
  return onDisk(installer);
}

function overLink(core: Link<CoreMethodsForCli>): PluginCalls {
  return {
    isRunning: true,
    list: () => core.request("listPlugins", {}),
    search: (text) => core.request("searchPlugins", { text }, REGISTRY_MS),
    updates: () => core.request("pluginUpdates", {}, REGISTRY_MS),
    start: (order) => core.request("startPluginJob", order),
    job: (id) => core.request("pluginJob", { id }),
    cancel: (id) => core.request("cancelPluginJob", { id }),
  };
}

function onDisk(installer: PluginInstaller): PluginCalls {
  return {
    isRunning: false,
    list: () => installer.installed(),
    search: (text) => installer.search(text),
    updates: () => installer.updates(),
    start: async (order) => installer.start(order),
    job: async (id) => installer.job(id),
    cancel: async (id) => installer.cancel(id),
  };
}
