// What the command line asks of a recorder's settings: of a running one by its socket, else of the data directory itself
// under its lock. Then plugins are set up, to know their drivers and which of their fields are secret, and never started.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../clock.ts";
import { CONFIG_FILE, ConfigStore } from "../config/config-store.ts";
import { SecretStore } from "../config/secret-store.ts";
import type { CoreMethodsForCli } from "../control/cli-protocol.ts";
import { hiddenPlaces, presentAbilities } from "../control/settings-places.ts";
import { DATABASE_FILE, openDb } from "../db/open-db.ts";
import type { Link } from "../link/link.ts";
import { silentLog } from "../log.ts";
import { PluginHost } from "../plugin/host/plugin-host.ts";
import { secretsOfPlugin } from "../plugin/host/plugin-secrets.ts";
import { PluginSettingsBook } from "../plugin/host/plugin-settings.ts";
import { BUNDLED_PLUGINS } from "../plugin/package/bundled.ts";
import { type LocalSettingsCalls, localSettingsCalls } from "../settings/local-calls.ts";
import { SettingsTransfer } from "../settings/settings-transfer.ts";
import { openUsers } from "../users/users.ts";
import { VERSION } from "../version.ts";
import { type Closing, withRecorder } from "./present-recorder.ts";
import { notRunning } from "./running-core.ts";

/** Keys take seconds to derive on small machines, and a sealed file goes through twice. */
const PATIENCE_MS = 120_000;

/**
 * Runs `action` on the settings of the recorder, whether it runs or stands still. Where there never was one, `isNew` lets
 * an import make it; else throws `NJ_NOT_RUNNING` (unavailable): a mistyped folder must not become a data directory.
 */
export function withSettings<Result>(
  dataDir: string,
  action: (settings: LocalSettingsCalls) => Promise<Result>,
  isNew = false,
): Promise<Result> {
  return withRecorder(
    dataDir,
    {
      overLink,
      onDataDir: (closing) => onDataDir(dataDir, closing),
      checkStanding() {
        if (!isNew && !existsSync(join(dataDir, CONFIG_FILE))) throw notRunning(dataDir);
      },
    },
    action,
  );
}

function overLink(core: Link<CoreMethodsForCli>): LocalSettingsCalls {
  return {
    exportSettings: (params) => core.request("exportSettings", params, PATIENCE_MS),
    importSettings: (params) => core.request("importSettings", params, PATIENCE_MS),
    lastSettingsImport: (params) => core.request("lastSettingsImport", params, PATIENCE_MS),
    rollbackSettings: (params) => core.request("rollbackSettings", params, PATIENCE_MS),
  };
}

async function onDataDir(dataDir: string, closing: Closing): Promise<LocalSettingsCalls> {
  const config = await ConfigStore.open({ dataDir, log: silentLog, watch: false });
  closing.push(() => config.close());
  const secrets = await SecretStore.open({ dataDir });
  const db = await openDb(join(dataDir, DATABASE_FILE), { log: silentLog });
  closing.push(() => db.close());
  // Nobody signs in while the recorder stands still.
  const sessionLimits = () => ({ idleMs: 0, absoluteMs: 0 });
  const users = await openUsers({
    db,
    secrets,
    dataDir,
    clock: systemClock,
    log: silentLog,
    sessionLimits,
  });
  closing.push(() => users.close());
  const plugins = pluginsToAsk(dataDir, config, secrets);
  closing.push(() => plugins.stop());
  const transfer = new SettingsTransfer({
    version: VERSION,
    clock: systemClock,
    log: silentLog,
    config,
    secrets,
    accounts: users.accounts,
    abilities: () => presentAbilities(plugins),
    hiddenPlaces: (each) => hiddenPlaces(plugins, each),
    // Cameras and plugins read them at the next start.
    secretsChanged: async () => undefined,
  });
  await transfer.recover();
  await plugins.load();
  await plugins.loaded();
  return localSettingsCalls(transfer, users);
}

function pluginsToAsk(dataDir: string, config: ConfigStore, secrets: SecretStore): PluginHost {
  const plugins: PluginHost = new PluginHost({
    dataDir,
    version: VERSION,
    paths: [
      { bundled: true, folder: BUNDLED_PLUGINS },
      { bundled: false, folder: join(dataDir, "plugins", "node_modules") },
    ],
    log: silentLog,
    clock: systemClock,
    settings: (_name, found) => settings.load(found),
    secrets: (name) => secretsOfPlugin(secrets, name),
    refreshCameras: () => undefined,
    offerCamera: async () => undefined,
  });
  const settings = new PluginSettingsBook({
    config,
    secrets,
    log: silentLog,
    find: (name) => plugins.find(name),
    changed: async () => undefined,
  });
  return plugins;
}
