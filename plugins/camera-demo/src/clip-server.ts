// Serves the two clips over RTSP on loopback. Knows nothing of threads: it runs wherever it is called.
import { join } from "node:path";
import { clipSource, createRtspServer, type RtspServer } from "@nightjar/core";

export interface ClipServerOptions {
  readonly mediaFolder: string;
  /** Asked for; 0 or a busy one: any. */
  readonly port: number;
  /** First part of every path: nobody who was not told it gets a picture. */
  readonly token: string;
}

/** Starts the server. The caller closes it. */
export async function serveClips(options: ClipServerOptions): Promise<RtspServer> {
  // Shared timing: every client sees the same moment, as at a real camera.
  const play = { timing: "shared", sound: "with-pictures" } as const;
  const main = await clipSource(join(options.mediaFolder, "main.mp4"), play);
  const sub = await clipSource(join(options.mediaFolder, "sub.mp4"), play);
  const sources = new Map([
    [`/${options.token}/main`, main],
    [`/${options.token}/sub`, sub],
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
    return await listen(options.port);
  } catch (error) {
    if (options.port === 0) throw error;
    return await listen(0);
  }
}
