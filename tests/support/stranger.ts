// A stranger's plugin for tests: plain JavaScript in a folder that knows nothing of this checkout, loaded by a real host
// into a process of its own.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import type { CameraDriver } from "../../core/plugin/contract/camera-driver.ts";
import { PluginHost, type PluginStatus } from "../../core/plugin/host/plugin-host.ts";
import type { Confinement } from "../../core/plugin/isolated/confinement.ts";
import type { GroupBranch } from "../../core/plugin/isolated/control-groups.ts";
import type { PluginGrants } from "../../core/plugin/package/permissions.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { CHILD_CORE } from "./child-core.ts";

export const STRANGER = "nightjar-camera-stranger";
export const STREAMS = { main: { kind: "rtsp", url: "rtsp://x/", transport: "tcp" } } as const;

export interface StrangerOptions {
  /** Folder for the plugin's and the recorder's files. */
  readonly root: string;
  /** `nightjar` in its package.json, besides name and kind. */
  readonly own?: object;
  /** The rest of its package.json. */
  readonly card?: object;
  /** Before everything else in its entry. */
  readonly top?: string;
  /** In `setup(nvr, config)`, after the driver is registered. */
  readonly setup?: string;
  /** In the driver's `streams(camera, context)`, before it answers. */
  readonly streams?: string;
  /** Other files of it, by path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly grants?: PluginGrants;
  readonly walls?: Confinement | undefined;
  readonly groups?: GroupBranch;
  /** Runs when its folder is there and nothing is loaded. */
  readonly before?: (folder: string, dataDir: string) => void;
}

export interface Stranger {
  readonly host: PluginHost;
  readonly folder: string;
  readonly dataDir: string;
  status(): PluginStatus;
  /** Calls its driver with a camera at this address. */
  ask(address: string, signal?: AbortSignal): Promise<unknown>;
}

/** Writes the plugin and loads it. The caller stops the host. */
export async function loadStranger(options: StrangerOptions): Promise<Stranger> {
  const folder = join(options.root, "elsewhere", STRANGER);
  const dataDir = join(options.root, "data");
  mkdirSync(folder, { recursive: true });
  mkdirSync(dataDir, { recursive: true });
  writeStranger(folder, options);
  options.before?.(folder, dataDir);
  const host = new PluginHost({
    dataDir,
    version: "0.1.0",
    paths: [{ bundled: false, folder }],
    log: silentLog,
    clock: systemClock,
    settings: () => ({
      enabled: true,
      config: {},
      ...(options.grants === undefined ? {} : { grants: options.grants }),
    }),
    refreshCameras: () => undefined,
    offerCamera: async () => undefined,
    secrets: () => ({ get: async () => undefined, set: async () => undefined }),
    childCore: CHILD_CORE,
    ...(options.walls === undefined ? {} : { walls: options.walls }),
    ...(options.groups === undefined ? {} : { groups: options.groups }),
  });
  await host.load();
  // On a busy machine the host goes on without it meanwhile.
  await waitFor(
    () => {
      const status = host.list()[0];
      return status?.status === "running" || status?.reason !== undefined;
    },
    { deadlineMs: 60_000, what: "the plugin to be loaded, or not" },
  );
  return {
    host,
    folder,
    dataDir,
    status: () => host.list()[0] as PluginStatus,
    ask: async (address, signal = new AbortController().signal) => {
      const driver: CameraDriver | undefined = host.registries.cameraDrivers.get("stranger")?.entry;
      if (driver === undefined) throw new Error(host.list()[0]?.reason ?? "it has registered no driver");
      return driver.streams({ host: address }, { signal, secret: async () => "secret" });
    },
  };
}

/** Writes the files of a plugin; `name` is that of `options.card`, or {@link STRANGER}. */
export function writeStranger(
  folder: string,
  options: Omit<StrangerOptions, "root"> & { readonly driver?: string },
): void {
  const card = {
    name: STRANGER,
    version: "1.0.0",
    type: "module",
    exports: "./index.js",
    keywords: ["nightjar-plugin"],
    engines: { nightjar: "^0.1.0" },
    ...options.card,
    nightjar: { displayName: "Stranger", kind: "camera", ...options.own },
  };
  for (const [path, text] of Object.entries(options.files ?? {})) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  writeFileSync(join(folder, "package.json"), JSON.stringify(card));
  writeFileSync(
    join(folder, "index.js"),
    `import { definePlugin, NightjarError, Type } from "@nightjar/core";
     ${options.top ?? ""}
     export default definePlugin({
       name: ${JSON.stringify(card.name)},
       configSchema: Type.Object({}),
       async setup(nvr, config) {
         nvr.cameraDrivers.register({
           id: ${JSON.stringify(options.driver ?? "stranger")},
           displayName: "Stranger",
           configSchema: Type.Object({ host: Type.String() }),
           async streams(camera, context) {
             ${options.streams ?? ""}
             return ${JSON.stringify(STREAMS)};
           },
         });
         ${options.setup ?? ""}
       },
     });`,
  );
}
