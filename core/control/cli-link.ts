// Core's end of the command line's link: whoever may open the socket in the data directory owns the recorder.

import { checkShape } from "../http/request-checks.ts";
import type { PluginInstallService, PluginService, StatusService } from "../http/services.ts";
import { type NewCameraBody, NewCameraSchema } from "../http/wire-schemas.ts";
import { LINK_VERSION, type LinkServer, listenLinks } from "../link/link.ts";
import { localSettingsCalls } from "../settings/local-calls.ts";
import type { SettingsTransfer } from "../settings/settings-transfer.ts";
import { LOCAL_ACTOR, onDatabase } from "../users/local-calls.ts";
import type { Users } from "../users/users.ts";
import type { Cameras } from "./camera-service.ts";
import type { CoreMethodsForCli } from "./cli-protocol.ts";

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

/** Serves the command line until it is closed. */
export function listenForCommandLine(options: CliLinkOptions): Promise<LinkServer> {
  const { users, cameras, status, plugins, pluginInstaller } = options;
  const userCalls = onDatabase(users);
  const handlers: {
    [M in keyof CoreMethodsForCli]: (params: Parameters<CoreMethodsForCli[M]>[0]) => unknown;
  } = {
    ...userCalls,
    ...localSettingsCalls(options.settingsTransfer, users),
    status: () => status.status(),
    listCameras: () => cameras.list(),
    addCamera: ({ camera }) => cameras.create(checkShape(NewCameraSchema, camera, "body") as NewCameraBody),
    removeCamera: ({ id, footage }) => cameras.remove(id, footage === "remove" ? "remove" : "keep"),
    probeCamera: ({ driver, config }) =>
      cameras.probe({ driver, config, signal: AbortSignal.timeout(25_000) }),
    listPlugins: () => plugins.list(),
    searchPlugins: ({ text }) => pluginInstaller.search(text),
    pluginUpdates: () => pluginInstaller.updates(),
    startPluginJob: (order) => {
      const job = pluginInstaller.start(order);
      users.audit.record({ ...LOCAL_ACTOR, action: "plugin-job-started", detail: { job: job.id, ...order } });
      return job;
    },
    pluginJob: ({ id }) => pluginInstaller.job(id),
    cancelPluginJob: ({ id }) => pluginInstaller.cancel(id),
  };
  return listenLinks(
    options.socketPath,
    () => ({ hello: { role: "core", version: LINK_VERSION, instance: options.instance }, handlers }),
    () => undefined,
  );
}
