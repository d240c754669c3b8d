// Suite `live`: how long a picture takes from the camera's socket to a browser's canvas (WebCodecs), by the number that
// is burnt into the demo camera's pictures, and how soon the first picture is there. Through the real media and
// gateway processes and a real browser; decoding is in software where there is no graphics card.
import { readFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { clipSource } from "../../core/media/rtsp-server/clip-source.ts";
import { createRtspServer } from "../../core/media/rtsp-server/rtsp-server.ts";
import type { ServedSource } from "../../core/media/rtsp-server/served-source.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { launchBrowser, percentile } from "./browser.ts";
import { type BenchContext, type Figure, figure } from "./figure.ts";
import { GatewayProcess } from "./gateway-process.ts";
import { type LiveSeen, watchLive } from "./live-page.ts";
import { MediaProcess } from "./media-process.ts";

const LIMITS = { firstPictureMs: 300, delayMs: 150 };
const CLIP = fileURLToPath(new URL("../../plugins/camera-demo/media/main.mp4", import.meta.url));
const COUNTER = new URL("../../core/testing/frame-counter.ts", import.meta.url);
const FRAME_TICKS = 6_000;
const FRAMES_PER_LOOP = 960;

/** Runs the suite. */
export async function live(context: BenchContext): Promise<readonly Figure[]> {
  using dir = tempDir("nightjar-bench-");
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
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${gateway.port}/`);
    await putCounterReader(page);
    const url = `ws://127.0.0.1:${gateway.port}/api/v1/cameras/camera-0/live?stream=main&ticket=bench`;
    const first: number[] = [];
    const delays: number[] = [];
    let missed = 0;
    for (let round = 0; round < (context.quick ? 4 : 12); round += 1) {
      context.progress(`watching, ${round + 1}`);
      const seen = await page.evaluate(watchLive, { url, pictures: context.quick ? 60 : 150 });
      // The first round warms the page and its decoder up.
      if (round > 0) first.push(seen.firstPictureMs);
      const found = delaysOf(seen, sent);
      delays.push(...found.delays);
      missed += found.missed;
    }
    return [
      figure("first picture (WebCodecs), median", percentile(first, 0.5), "ms"),
      figure("first picture (WebCodecs), p95", percentile(first, 0.95), "ms", {
        limit: LIMITS.firstPictureMs,
      }),
      figure("camera's socket to canvas (WebCodecs), median", percentile(delays, 0.5), "ms"),
      figure("camera's socket to canvas (WebCodecs), p95", percentile(delays, 0.95), "ms", {
        limit: LIMITS.delayMs,
      }),
      figure("pictures left out", missed, "frames", { limit: 0 }),
    ];
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
  // A key frame interval of 30 frames at most is cached.
  const isLive = seen.shown.slice(40);
  for (const [index, { frame, atMs }] of isLive.entries()) {
    const sentMs = sent.get(frame);
    if (sentMs !== undefined) delays.push(atMs - sentMs);
    const before = isLive[index - 1];
    if (before !== undefined) missed += ((frame - before.frame + FRAMES_PER_LOOP) % FRAMES_PER_LOOP) - 1;
  }
  return { delays, missed };
}

/** Makes `readFrameCounter` known to the page. */
async function putCounterReader(page: Page): Promise<void> {
  const code = stripTypeScriptTypes(await readFile(COUNTER, "utf8")).replaceAll(/^export /gm, "");
  await page.evaluate(`(() => { ${code}\nglobalThis.readFrameCounter = readFrameCounter; })()`);
}
