// Runs in a worker thread: serves the clips, so that sending packets never burdens the core's own loop.
// Started by stream-server.ts; tells its port, ends when told anything.
import { parentPort, workerData } from "node:worker_threads";
import { type ClipServerOptions, serveClips } from "./clip-server.ts";

export type StreamWorkerMessage = { readonly port: number } | { readonly problem: string };

const port = parentPort;
if (port !== null) {
  try {
    const server = await serveClips(workerData as ClipServerOptions);
    port.postMessage({ port: server.port } satisfies StreamWorkerMessage);
    port.once("message", () => {
      void server.close().finally(() => port.close());
    });
  } catch (error) {
    port.postMessage({
      problem: error instanceof Error ? error.message : String(error),
    } satisfies StreamWorkerMessage);
    port.close();
  }
}
