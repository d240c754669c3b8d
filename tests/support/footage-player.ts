// Plays recordings in Chromium's <video>: by address, and recording files as they lie on the disk.
import { once } from "node:events";
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import type { Page } from "playwright-core";

/** For the page: plays an address to its end at so many times the speed, and tells what came of it. */
const PLAY_THROUGH = `async (url, rate) => {
  const video = document.createElement("video");
  video.muted = true;
  video.src = url;
  document.body.append(video);
  const ended = new Promise((resolve) => {
    video.addEventListener("ended", () => resolve(undefined));
    video.addEventListener("error", () => resolve(video.error?.message ?? "unknown"));
    setTimeout(() => resolve("stuck at " + video.currentTime + " of " + video.duration + " s"), 25000);
  });
  await video.play().catch(() => undefined);
  video.playbackRate = rate;
  const error = await ended;
  const pictures = video.getVideoPlaybackQuality().totalVideoFrames;
  const seen = { seconds: video.currentTime, pictures, soundBytes: video.webkitAudioDecodedByteCount ?? 0 };
  video.remove();
  return error === undefined ? seen : { ...seen, error };
}`;

/** What came of playing. */
export interface Played {
  readonly error?: string;
  readonly seconds: number;
  readonly pictures: number;
  readonly soundBytes: number;
}

/** Plays an address that the page may open, at so many times the speed: 16 at most. */
export async function playThrough(page: Page, url: string, rate: number): Promise<Played> {
  return (await page.evaluate(`(${PLAY_THROUGH})(${JSON.stringify(url)}, ${rate})`)) as Played;
}

/** Serves files as they are, one an address, on a free port of loopback. The caller closes it. */
export async function serveFiles(
  paths: readonly string[],
): Promise<{ readonly urls: readonly string[]; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const path = paths[Number(request.url?.slice(1))] ?? "";
    response.writeHead(200, { "content-type": "video/mp4", "content-length": statSync(path).size });
    createReadStream(path)
      .on("error", () => response.destroy())
      .pipe(response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    urls: paths.map((_, index) => `http://127.0.0.1:${port}/${index}`),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
