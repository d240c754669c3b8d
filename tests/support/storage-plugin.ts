// A server that mounts and unmounts folders when it is asked, as whatever looks after shares on a machine does, and a storage
// plugin that asks it. The plugin itself may start no programs. It misbehaves where the volume's `mode` says so.
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { writeHousePlugin } from "./house-plugin.ts";

export const STORAGE_PLUGIN = "nightjar-storage-house";
export const STORAGE_SOURCE = `${STORAGE_PLUGIN}/house`;

/** Why nothing can be mounted here, or false: `skip` of node:test. */
export function cannotMount(folder: string): string | false {
  if (process.platform !== "linux") return "mounts of the kind that this tests are Linux's";
  if (process.getuid?.() !== 0) return "needs root: mounts a file system";
  mkdirSync(folder, { recursive: true });
  if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]).status !== 0)
    return "this machine lets nobody mount anything";
  spawnSync("umount", [folder]);
  return false;
}

export interface Mounter {
  readonly url: string;
  /** False: it refuses to mount, as a share that is away. */
  mayMount: boolean;
  /** Takes the mount away under whoever writes there. */
  pull(): void;
  close(): Promise<void>;
}

/** Mounts the folder `disk` on `folder` when it is asked to. The caller closes it, which unmounts. */
export async function mounter(disk: string, folder: string): Promise<Mounter> {
  let isMounted = false;
  const unmount = (): void => {
    if (isMounted) spawnSync("umount", ["-l", folder]);
    isMounted = false;
  };
  const made = { url: "", mayMount: true, pull: unmount, close: async (): Promise<void> => undefined };
  const server = createServer((request, response) => {
    request.resume();
    response.setHeader("connection", "close");
    if (request.method === "PUT" && made.mayMount && !isMounted)
      isMounted = spawnSync("mount", ["--bind", disk, folder]).status === 0;
    if (request.method === "DELETE") unmount();
    response.statusCode = request.method === "PUT" && !made.mayMount ? 503 : 200;
    response.end(JSON.stringify({ mounted: isMounted }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  made.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  made.close = async () => {
    unmount();
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return made;
}

/** Writes the plugin; `core` is what it imports, `mounts` what its driver says of its folders. */
export function writeStoragePlugin(
  folder: string,
  options: { readonly core?: string; readonly mounts?: boolean; readonly own?: object } = {},
): void {
  const { core = "@nightjar/core", mounts = true, own } = options;
  writeHousePlugin(
    folder,
    STORAGE_PLUGIN,
    { kind: "storage", provides: ["storage-driver:house"], ...own },
    `import { definePlugin, NightjarError, Type } from ${JSON.stringify(core)};
    const never = () => new Promise(() => undefined);
    export default definePlugin({
      name: ${JSON.stringify(STORAGE_PLUGIN)},
      configSchema: Type.Object({}),
      setup(nvr) {
        const ask = async (url, method, signal) => {
          const answer = await nvr.fetch(url, { method, signal });
          if (!answer.ok) throw new NightjarError("NJ_HOUSE", "unavailable", "the share is away");
          return answer.json();
        };
        nvr.storageDrivers.register({
          id: "house",
          displayName: "House",
          mounts: ${mounts},
          configSchema: Type.Object({
            url: Type.Optional(Type.String()),
            mode: Type.String({ default: "good" }),
          }, { additionalProperties: false }),
          async prepare({ path, config: { url, mode } }, { signal }) {
            if (mode === "throw") throw new NightjarError("NJ_HOUSE", "unavailable", "the house burns at " + path);
            if (mode === "hang") return never();
            if (mode === "exit") process.exit(7);
            if (url !== undefined) await ask(url, "PUT", signal);
          },
          async health({ config: { url, mode } }, { signal }) {
            if (mode === "hang-health") return never();
            if (mode === "lie-shape") return "ready";
            if (mode === "lie-ready") return { ready: true };
            if (url === undefined) return { ready: true };
            const { mounted } = await ask(url, "GET", signal);
            return mounted ? { ready: true } : { ready: false, reason: "the share is not mounted" };
          },
          async release({ config: { url } }, { signal }) {
            if (url !== undefined) await ask(url, "DELETE", signal);
          },
        });
      },
    });`,
  );
}
