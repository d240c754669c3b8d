// Core's end of the command line's link: whoever may open the socket in the data directory owns the recorder.

import { checkShape } from "../http/request-checks.ts";
import type { StatusService } from "../http/services.ts";
import { type NewCameraBody, NewCameraSchema } from "../http/wire-schemas.ts";
import { LINK_VERSION, type LinkServer, listenLinks } from "../link/link.ts";
import { onDatabase } from "../users/local-calls.ts";
import type { Users } from "../users/users.ts";
import type { Cameras } from "./camera-service.ts";
import type { CoreMethodsForCli } from "./cli-protocol.ts";

export interface CliLinkOptions {
  readonly socketPath: string;
  readonly instance: string;
  readonly users: Users;
  readonly cameras: Cameras;
  readonly status: StatusService;
}

/** Serves the command line until it is closed. */
export function listenForCommandLine(options: CliLinkOptions): Promise<LinkServer> {
  const { users, cameras, status } = options;
  const userCalls = onDatabase(users);
  const handlers: {
    [M in keyof CoreMethodsForCli]: (params: Parameters<CoreMethodsForCli[M]>[0]) => unknown;
  } = {
    ...userCalls,
    status: () => status.status(),
    listCameras: () => cameras.list(),
    addCamera: ({ camera }) => cameras.create(checkShape(NewCameraSchema, camera, "body") as NewCameraBody),
    removeCamera: ({ id, footage }) => cameras.remove(id, footage === "remove" ? "remove" : "keep"),
    probeCamera: ({ driver, config }) =>
      cameras.probe({ driver, config, signal: AbortSignal.timeout(25_000) }),
  };
  return listenLinks(
    options.socketPath,
    () => ({ hello: { role: "core", version: LINK_VERSION, instance: options.instance }, handlers }),
    () => undefined,
  );
}
