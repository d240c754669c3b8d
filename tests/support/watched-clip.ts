// A camera that loops a clip in the test's own process and notes when each of some moments of it went out: what is seen can be
// held against when it was to be seen.
import { sourceOfClip } from "../../core/media/rtsp-server/clip-source.ts";
import { readClip } from "../../core/media/rtsp-server/mp4-clip.ts";
import { createRtspServer } from "../../core/media/rtsp-server/rtsp-server.ts";
import type { ServedSource } from "../../core/media/rtsp-server/served-source.ts";

const CLOCK_RATE = 90_000;

export interface WatchedClip extends AsyncDisposable {
  readonly url: string;
  /** When a picture of the clip went out, in the machine's time, in the first round after `fromMs`; undefined before. */
  sentMs(seconds: number, fromMs?: number): number | undefined;
}

/** Serves a clip on loopback; the caller ends it. */
export async function watchedClip(file: string): Promise<WatchedClip> {
  const clip = await readClip(file);
  const source = sourceOfClip(clip);
  const sent: { readonly seconds: number; readonly atMs: number }[] = [];
  const noting: ServedSource = {
    tracks: source.tracks,
    play: (listener, options) =>
      source.play(
        {
          unit(unit) {
            if (unit.track === 0) sent.push({ seconds: unit.time / CLOCK_RATE, atMs: Date.now() });
            listener.unit(unit);
          },
          ended: () => listener.ended(),
        },
        options,
      ),
  };
  const server = await createRtspServer({
    mount: (path) => (path === "/stream" ? { source: noting } : undefined),
    transports: ["tcp"],
  });
  const { durationSeconds } = clip;
  return {
    url: server.url("/stream"),
    sentMs: (seconds, fromMs = 0) =>
      sent.find(
        (each) =>
          each.atMs >= fromMs &&
          each.seconds % durationSeconds >= seconds - 0.001 &&
          each.seconds % durationSeconds < seconds + 1,
      )?.atMs,
    [Symbol.asyncDispose]: () => server.close(),
  };
}
