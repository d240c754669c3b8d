// Suite `live`: how long a picture takes from the camera's socket to a browser's canvas (WebCodecs) or <video> (MSE), by
// the number that is burnt into the demo camera's pictures, and how soon the first picture is there. Through the real
// media and gateway processes and a real browser; decoding is in software where there is no graphics card. Then the
// recorder's own page (own-page.ts).
import { fileURLToPath } from "node:url";
import { clipSource } from "../../core/media/rtsp-server/clip-source.ts";
import { createRtspServer } from "../../core/media/rtsp-server/rtsp-server.ts";
import type { ServedSource } from "../../core/media/rtsp-server/served-source.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { launchBrowser, percentile, quietPage } from "./browser.ts";
import { type BenchContext, type Figure, figure } from "./figure.ts";
import { GatewayProcess } from "./gateway-process.ts";
import { benchDir } from "./left-behind.ts";
import { watchLiveMse } from "./live-mse-page.ts";
import { type LiveSeen, watchLive } from "./live-page.ts";
import { MediaProcess } from "./media-process.ts";
import { ownPageFigures } from "./own-page.ts";
import { bundleParts, putParts } from "./page-parts.ts";

const FIRST_PICTURE_MS = 300;
const WAYS = [
  { name: "WebCodecs", watch: watchLive, delayMs: 150 },
  { name: "MSE", watch: watchLiveMse, delayMs: 500 },
] as const;
/** After the first picture a player catches up with what is live: pictures of this time are not counted. */
const SETTLING_MS = 3_000;
const CLIP = fileURLToPath(new URL("../../plugins/camera-demo/media/main.mp4", import.meta.url));
const FRAME_TICKS = 6_000;
const FRAMES_PER_LOOP = 960;

/** Runs the suite. */
export async function live(context: BenchContext): Promise<readonly Figure[]> {
  // One after the other, with nothing of the first left.
  return [...(await playerFigures(context)), ...(await ownPageFigures(context))];
}

async function playerFigures(context: BenchContext): Promise<readonly Figure[]> {
  using dir = benchDir();
  const sent = new Map<number, number>();
  const source = noting(await clipSource(CLIP), sent);
  const camera = await createRtspServer({ mount: () => ({ source }), writes: "packet" });
  const media = await MediaProcess.start(dir.path);
  const nothing = { playable: async () => [], nextRecorded: async () => undefined };
  const gateway = await GatewayProcess.start(dir.path, nothing, media.volume);
  const browser = await launchBrowser();
  try {
    await media.record([camera.url("/demo")]);
    await waitFor(async () => (await media.figures()).streams[0]?.framesRecorded, {
      deadlineMs: 30_000,
      what: "the camera to be recorded",
      periodMs: 100,
    });
    const page = await quietPage(browser, gateway.port);
    await putParts(page, await bundleParts());
    const url = `ws://127.0.0.1:${gateway.port}/api/v1/cameras/camera-0/live?stream=main&ticket=bench`;
    const figures: Figure[] = [];
    for (const way of WAYS) {
      const first: number[] = [];
      const delays: number[] = [];
      let missed = 0;
      for (let round = 0; round < (context.quick ? 4 : 6); round += 1) {
        context.progress(`watching through ${way.name}, ${round + 1}`);
        const seen = await page.evaluate(way.watch, { url, pictures: context.quick ? 90 : 135 });
        // The first round warms the page and its decoder up.
        if (round > 0) first.push(seen.firstPictureMs);
        const found = delaysOf(seen, sent);
        delays.push(...found.delays);
        missed += found.missed;
      }
      if (delays.length === 0) throw new Error(`no live picture was seen through ${way.name}`);
      figures.push(
        figure(`first picture (${way.name}), median`, percentile(first, 0.5), "ms"),
        figure(`first picture (${way.name}), p95`, percentile(first, 0.95), "ms", {
          limit: FIRST_PICTURE_MS,
        }),
        figure(`camera's socket to picture (${way.name}), median`, percentile(delays, 0.5), "ms"),
        figure(`camera's socket to picture (${way.name}), p95`, percentile(delays, 0.95), "ms", {
          limit: way.delayMs,
        }),
        // A <video> shows what is due at the next repaint, and may pass a picture over by design.
        figure(
          `pictures left out (${way.name})`,
          missed,
          "frames",
          way.name === "WebCodecs" ? { limit: 0 } : {},
        ),
      );
    }
    return figures;
  } finally {
    await browser.close();
    await gateway.stop();
    await media.stop();
    await camera.close();
  }
}

/** Notes when each frame, by its burnt-in number, was handed to the network. */
function noting(source: ServedSource, sent: Map<number, number>): ServedSource {
  return {
    tracks: source.tracks,
    play: (listener, options) =>
      source.play(
        {
          unit(unit) {
            if (unit.track === 0)
              sent.set(
                (unit.time / FRAME_TICKS) % FRAMES_PER_LOOP,
                performance.timeOrigin + performance.now(),
              );
            listener.unit(unit);
          },
          ended: () => listener.ended(),
        },
        options,
      ),
  };
}

/** Delays of the pictures that came live; those out of the cache at the start are older by design. */
function delaysOf(seen: LiveSeen, sent: ReadonlyMap<number, number>): { delays: number[]; missed: number } {
  const delays: number[] = [];
  let missed = 0;
  const settledMs = (seen.shown[0]?.atMs ?? 0) + SETTLING_MS;
  const isLive = seen.shown.filter(({ atMs }) => atMs > settledMs);
  for (const [index, { frame, atMs }] of isLive.entries()) {
    const sentMs = sent.get(frame);
    if (sentMs !== undefined) delays.push(atMs - sentMs);
    const before = isLive[index - 1];
    if (before !== undefined) missed += ((frame - before.frame + FRAMES_PER_LOOP) % FRAMES_PER_LOOP) - 1;
  }
  return { delays, missed };
}
