// The driver: has a share unlocked over HTTP, and asks whether it still is. The share itself is mounted by the system, where
// the folder of the volume is: a plugin starts no programs.
import {
  NightjarError,
  type Nvr,
  type Static,
  type StorageDriver,
  type StorageRequest,
} from "@nightjar/core";
import { type pluginConfig, volumeConfig } from "./config.ts";

/** Less than the two seconds that the recorder waits for an answer about health. */
const PATIENCE_MS = 1_500;

/** Makes the driver. It keeps no state. */
export function storageDriver(ask: Nvr["fetch"], plugin: Static<typeof pluginConfig>): StorageDriver {
  async function askAbout({ config }: StorageRequest, method: "PUT" | "GET" | "DELETE", signal: AbortSignal) {
    const { share } = config as Static<typeof volumeConfig>;
    const { url, key } = plugin;
    if (url === undefined) throw away("the storage's address is not set: see the plugin's settings");
    const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const address = `${url}/shares/${share}`;
    const answer = await ask(address, { method, headers, signal, timeoutMs: PATIENCE_MS }).catch(
      (error: unknown) => {
        throw away(`the storage at ${url} does not answer: ${reasonOf(error)}`);
      },
    );
    if (answer.status === 404) throw away(`the storage has no share "${share}"`);
    if (!answer.ok) throw away(`the storage at ${url} answers with ${answer.status}`);
    return answer;
  }
  return {
    id: "template",
    displayName: "Template",
    configSchema: volumeConfig,
    // Set it to true where the volume's folder is a mount of its own: the recorder then looks itself.
    mounts: false,
    async prepare(request, { signal }) {
      await askAbout(request, "PUT", signal);
    },
    async health(request, { signal }) {
      const { unlocked } = (await (await askAbout(request, "GET", signal)).json()) as { unlocked?: unknown };
      return unlocked === true ? { ready: true } : { ready: false, reason: "the share is locked" };
    },
    async release(request, { signal }) {
      await askAbout(request, "DELETE", signal);
    },
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function away(message: string): NightjarError {
  return new NightjarError("NJ_STORAGE_AWAY", "unavailable", message);
}
