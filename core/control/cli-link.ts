// Core's end of the command line's link: whoever may open the socket in the data directory owns the recorder.

import { type NewCameraBody, NewCameraSchema } from "../http/camera-schemas.ts";
import { checkShape } from "../http/request-checks.ts";
import type { PluginInstallService, PluginService, StatusService } from "../http/services.ts";
import { LINK_VERSION, type LinkServer, listenLinks } from "../link/link.ts";
import { localSettingsCalls } from "../settings/local-calls.ts";
import type { SettingsTransfer } from "../settings/settings-transfer.ts";
import { LOCAL_ACTOR, onDatabase } from "../users/local-calls.ts";
import type { Users } from "../users/users.ts";
import type { Cameras } from "./camera-service.ts";
import type { CoreMethodsForCli } from "./cli-protocol.ts";

const SEARCH_LIMIT_MS = 12_000;

export interface CliLinkOptions {
  readonly socketPath: string;
  readonly instance: string;
  readonly users: Users;
  readonly cameras: Cameras;
  readonly status: StatusService;
  readonly plugins: PluginService;
  readonly pluginInstaller: PluginInstallService;
  readonly settingsTransfer: SettingsTransfer;
}

export type CliHandlers = {
  [M in keyof CoreMethodsForCli]: (params: Parameters<CoreMethodsForCli[M]>[0]) => unknown;
};

/** What is done for each call. What changes something stands in the audit log afterwards, as it does over HTTP. */
export function cliHandlers(options: Omit<CliLinkOptions, "socketPath" | "instance">): CliHandlers {
  const { users, cameras, status, plugins, pluginInstaller } = options;
  const record = (action: string, detail: Record<string, unknown>, camera?: string): void =>
    users.audit.record({ ...LOCAL_ACTOR, action, detail, ...(camera === undefined ? {} : { camera }) });
  return {
    ...onDatabase(users),
    ...localSettingsCalls(options.settingsTransfer, users),
    status: () => status.status(),
    listCameras: () => cameras.list(),
    async addCamera({ camera }) {
      const added = await cameras.create(checkShape(NewCameraSchema, camera, "body") as NewCameraBody);
      record("camera-added", { name: added.name, driver: added.driver }, added.id);
      return added;
    },
    async removeCamera({ id, footage: wanted }) {
      const footage = wanted === "remove" ? "remove" : "keep";
      await cameras.remove(id, footage);
      record("camera-removed", { footage }, id);
    },
    probeCamera: ({ driver, config }) =>
      cameras.probe({ driver, config, signal: AbortSignal.timeout(25_000) }),
    async searchCameras() {
      const outcome = await cameras.search(AbortSignal.timeout(SEARCH_LIMIT_MS));
      record("cameras-searched", { found: outcome.found.length });
      return outcome;
    },
    listPlugins: () => plugins.list(),
    searchPlugins: ({ text }) => pluginInstaller.search(text),
    pluginUpdates: () => pluginInstaller.updates(),
    startPluginJob: (order) => {
      const job = pluginInstaller.start(order);
      record("plugin-job-started", { job: job.id, ...order });
      return job;
    },
    pluginJob: ({ id }) => pluginInstaller.job(id),
    cancelPluginJob({ id }) {
      const job = pluginInstaller.cancel(id);
      record("plugin-job-cancelled", { job: job.id });
      return job;
    },
  };
}

/** Serves the command line until it is closed. */
export function listenForCommandLine(options: CliLinkOptions): Promise<LinkServer> {
  const handlers = cliHandlers(options);
  return listenLinks(
    options.socketPath,
    () => ({ hello: { role: "core", version: LINK_VERSION, instance: options.instance }, handlers }),
    () => undefined,
  );
}
