// Runs in a worker thread: serves the two clips over RTSP on loopback, so that sending packets never burdens the
// core's own loop. Started by stream-server.ts; tells its port, ends when told anything.
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { clipSource, createRtspServer, type RtspServer } from "@nightjar/core";

export interface StreamWorkerData {
  readonly mediaFolder: string;
  /** Asked for; 0 or a busy one: any. */
  readonly port: number;
  /** First part of every path: nobody who was not told it gets a picture. */
  readonly token: string;
}

export type StreamWorkerMessage = { readonly port: number } | { readonly problem: string };

async function serve(data: StreamWorkerData): Promise<RtspServer> {
  // Shared timing: every client sees the same moment, as at a real camera.
  const main = await clipSource(join(data.mediaFolder, "main.mp4"), { timing: "shared" });
  const sub = await clipSource(join(data.mediaFolder, "sub.mp4"), { timing: "shared" });
  const sources = new Map([
    [`/${data.token}/main`, main],
    [`/${data.token}/sub`, sub],
  ]);
  const listen = (port: number): Promise<RtspServer> =>
    createRtspServer({
      host: "127.0.0.1",
      port,
      maxConnections: 64,
      serverName: "Nightjar demo camera",
      mount: (path, query) => {
        const source = sources.get(path);
        const shiftSeconds = Number(query.get("shift") ?? "0");
        return (
          source && { source, playback: { shiftSeconds: Number.isFinite(shiftSeconds) ? shiftSeconds : 0 } }
        );
      },
    });
  try {
    return await listen(data.port);
  } catch (error) {
    if (data.port === 0) throw error;
    return await listen(0);
  }
}

const port = parentPort;
if (port !== null) {
  try {
    const server = await serve(workerData as StreamWorkerData);
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
