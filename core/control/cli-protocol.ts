// Messages between the command line and a running `core` on `<data>/run/cli.sock` (0600: whoever owns the data directory).

import type { PluginStatus } from "../plugin/host/plugin-status.ts";
import type { PluginJob, PluginJobOrder } from "../plugin/install/install-job.ts";
import type { OfferedPlugin } from "../plugin/install/registry-client.ts";
import type { PluginUpdate } from "../plugin/install/updates.ts";
import type { LocalSettingsCalls } from "../settings/local-calls.ts";
import type { LocalUserCalls } from "../users/local-calls.ts";

export const CLI_SOCKET = "cli.sock";

/** What the command line calls on `core`. Bodies are those of the HTTP API. */
export type CoreMethodsForCli = {
  status: (params: Record<string, never>) => unknown;
  listCameras: (params: Record<string, never>) => readonly Record<string, unknown>[];
  addCamera: (params: { camera: Record<string, unknown> }) => Record<string, unknown>;
  removeCamera: (params: { id: string; footage: "keep" | "remove" }) => void;
  searchCameras: (params: Record<string, never>) => Record<string, unknown>;
  probeCamera: (params: { driver: string; config: Record<string, unknown> }) => Record<string, unknown>;
  listPlugins: (params: Record<string, never>) => readonly PluginStatus[];
  searchPlugins: (params: { text: string }) => readonly OfferedPlugin[];
  pluginUpdates: (params: Record<string, never>) => readonly PluginUpdate[];
  startPluginJob: (params: PluginJobOrder) => PluginJob;
  pluginJob: (params: { id: string }) => PluginJob;
  cancelPluginJob: (params: { id: string }) => PluginJob;
} & { [M in keyof LocalUserCalls]: LocalUserCalls[M] } & {
  [M in keyof LocalSettingsCalls]: LocalSettingsCalls[M];
};
