// What tests of settings files share: a recorder's stores in a new folder, and key derivation that costs little.
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { CameraConfig } from "../../../core/config/camera-config.ts";
import { ConfigStore } from "../../../core/config/config-store.ts";
import type { SecretStore } from "../../../core/config/secret-store.ts";
import { NightjarError } from "../../../core/errors.ts";
import { silentLog } from "../../../core/log.ts";
import { type DeriveKey, deriveKey } from "../../../core/settings/sealed-file.ts";
import { SettingsTransfer } from "../../../core/settings/settings-transfer.ts";
import { type UsersFixture, usersFixture } from "../users/users-fixture.ts";

export const SEAL_PASSWORD = "walrus umbrella 77 cliff";
export const CANARY = "canary-4711";

/**
 * scrypt with a thousandth of the memory: another password, salt or cost still gives another key. The real one's work is
 * its purpose, and is tried by what seals without this.
 */
export const quickDerive: DeriveKey = (password, salt, { log2N, p }) =>
  deriveKey(password, salt, { log2N: log2N - 10, p });

export function cameraConfig(id: string, config: object = {}): CameraConfig {
  return {
    id,
    name: `Camera ${id}`,
    driver: "rtsp",
    enabled: true,
    config: { url: `rtsp://192.0.2.5/${id}`, ...config },
    record: {
      mode: "continuous",
      streams: "main",
      audio: false,
      preRecordSeconds: 5,
      segmentSeconds: 60,
      retentionDays: null,
      quotaBytes: null,
    },
  };
}

export interface SettingsFixture extends UsersFixture {
  readonly config: ConfigStore;
  readonly secrets: SecretStore;
  readonly transfer: SettingsTransfer;
  /** Another one over the same stores, as a restart makes it. */
  again(): SettingsTransfer;
  readonly changedSecrets: string[][];
}

/** A recorder's settings: the cameras `yard` and `gate`, a plugin, their secrets, no accounts. */
export async function settingsFixture(t: TestContext): Promise<SettingsFixture> {
  const fixture = await usersFixture(t);
  const config = await ConfigStore.open({ dataDir: fixture.dataDir, log: silentLog, watch: false });
  t.after(() => config.close());
  const { secrets } = fixture;
  await config.update((draft) => {
    draft.cameras.push(cameraConfig("yard"), cameraConfig("gate"));
    draft.plugins["nightjar-camera-far"] = {
      enabled: true,
      config: { host: "far.example", apiToken: `${CANARY}-typed`, deep: { key: `${CANARY}-marked` } },
    };
  });
  await secrets.set("camera/yard/password", `${CANARY}-yard`);
  await secrets.set("plugin/nightjar-camera-far/settings/password", `${CANARY}-far`);
  const changedSecrets: string[][] = [];
  const again = () =>
    new SettingsTransfer({
      version: "0.0.0",
      clock: fixture.clock,
      log: silentLog,
      config,
      secrets,
      accounts: fixture.users.accounts,
      abilities: () => ({ drivers: new Set(["rtsp"]), plugins: new Set(["nightjar-camera-far"]) }),
      hiddenPlaces: async () => new Set(["/plugins/nightjar-camera-far/config/deep/key"]),
      async secretsChanged(names) {
        changedSecrets.push([...names]);
      },
      derive: quickDerive,
    });
  return { ...fixture, config, secrets, transfer: again(), again, changedSecrets };
}

/** True for the error of that code. */
export function code(wanted: string): (error: unknown) => boolean {
  return (error) => error instanceof NightjarError && error.code === wanted;
}

/** A file of a fixture's data directory. */
export function fileIn(fixture: { readonly dataDir: string }, name: string): string {
  return join(fixture.dataDir, name);
}
