// Suite `playback`: 30 days of 32 cameras in the index, whose rows point by hard link to 100 real segments; how long a
// day's timeline takes, and how long a seek takes until there is a picture, in a real browser, through the real gateway.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DATABASE_FILE, openDb } from "../../core/db/open-db.ts";
import type { CameraId } from "../../core/domain/ids.ts";
import { silentLog } from "../../core/log.ts";
import { RecordingIndex } from "../../core/recording/recording-index.ts";
import { ARCHIVE_VOLUME, type Archive, fillArchive, linkFiles } from "./bench-archive.ts";
import { benchClip } from "./bench-clip.ts";
import { makeSegments } from "./bench-segments.ts";
import { launchBrowser, percentile, quietPage } from "./browser.ts";
import { type BenchContext, type Figure, figure } from "./figure.ts";
import { GatewayProcess } from "./gateway-process.ts";
import { benchDir } from "./left-behind.ts";
import { type SeekTimes, seekAll } from "./seek-page.ts";

const CAMERAS = 32;
const LIMITS = { timelineMs: 50, firstPictureMs: 200 };
const DAY_90K = 86_400 * 90_000;

/** Runs the suite. */
export async function playback(context: BenchContext): Promise<readonly Figure[]> {
  const days = context.quick ? 3 : 30;
  using dir = benchDir();
  const volume = { id: ARCHIVE_VOLUME, path: dir.join("volume") };
  await mkdir(volume.path);
  context.progress("making segments");
  const segments = makeSegments(benchClip(context.progress), volume.path, context.quick ? 20 : 100);
  const db = await openDb(join(dir.path, DATABASE_FILE), { log: silentLog });
  try {
    context.progress(`filling the index: ${days} days of ${CAMERAS} cameras`);
    const archive = await fillArchive(db, volume.path, segments, { days, cameras: CAMERAS });
    const index = new RecordingIndex(db);
    const figures = [figure("rows in the index", archive.rows, "segments")];
    context.progress("timelines");
    figures.push(...(await timelines(index, archive, context.quick ? 20 : 100)));
    context.progress("seeks in the browser");
    const gateway = await GatewayProcess.start(dir.path, index, volume);
    try {
      const rounds = seekRounds(archive, context.quick ? 4 : 16);
      for (const { camera, moments } of rounds) {
        for (const { time90k } of moments) {
          await linkFiles(index, archive, segments, { camera, time90k, seconds: 90, folder: volume.path });
        }
      }
      figures.push(...(await seeks(gateway.port, rounds)));
    } finally {
      await gateway.stop();
    }
    return figures;
  } finally {
    await db.close();
  }
}

async function timelines(index: RecordingIndex, archive: Archive, rounds: number): Promise<Figure[]> {
  const random = randomFrom(7);
  const day: number[] = [];
  const lists: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const start90k = Math.round(archive.start90k + random() * (archive.end90k - archive.start90k - DAY_90K));
    const range = { start90k, end90k: start90k + DAY_90K };
    const cameras = archive.cameras as readonly CameraId[];
    const begin = performance.now();
    const found = await index.coverage({ cameras, stream: "main", ...range, maxSpans: 2_000 });
    day.push(performance.now() - begin);
    if (found.some(({ spans }) => spans.length === 0)) throw new Error("a timeline is empty");
    const camera = cameras[round % cameras.length] as CameraId;
    const again = performance.now();
    await index.playable({ camera, stream: "main", start90k, end90k: start90k + 1, limit: 256 });
    lists.push(performance.now() - again);
  }
  return [
    figure(`timeline of a day, ${CAMERAS} cameras, p95`, percentile(day, 0.95), "ms", {
      limit: LIMITS.timelineMs,
    }),
    figure("segment of a moment in the index, p95", percentile(lists, 0.95), "ms"),
  ];
}

interface SeekRound {
  readonly camera: string;
  readonly moments: readonly { readonly time: string; readonly time90k: number }[];
}

/** Which moments of which cameras are sought, one connection a round. */
function seekRounds(archive: Archive, count: number): SeekRound[] {
  const random = randomFrom(11);
  return Array.from({ length: count }, () => ({
    camera: archive.cameras[Math.floor(random() * archive.cameras.length)] ?? "",
    moments: Array.from({ length: 6 }, () => {
      const ms = Math.round((archive.start90k + random() * (archive.end90k - archive.start90k) * 0.99) / 90);
      return { time: new Date(ms).toISOString(), time90k: ms * 90 };
    }),
  }));
}

async function seeks(port: number, rounds: readonly SeekRound[]): Promise<Figure[]> {
  const browser = await launchBrowser();
  const times: SeekTimes[] = [];
  try {
    const page = await quietPage(browser, port);
    for (const { camera, moments } of rounds) {
      const url = `ws://127.0.0.1:${port}/api/v1/cameras/${camera}/playback?ticket=bench`;
      const found = await page.evaluate(seekAll, { url, moments });
      // The first on a connection warms the decoder up; a person's seeks are the others.
      times.push(...found.slice(1));
    }
  } finally {
    await browser.close();
  }
  const p95 = (of: (one: SeekTimes) => number): number => percentile(times.map(of), 0.95);
  const median = (of: (one: SeekTimes) => number): number => percentile(times.map(of), 0.5);
  return [
    figure(
      "seek to first bytes, p95",
      p95((one) => one.bytesMs),
      "ms",
    ),
    figure(
      "seek to first picture, median",
      median((one) => one.pictureMs),
      "ms",
    ),
    figure(
      "seek to first picture, p95",
      p95((one) => one.pictureMs),
      "ms",
      { limit: LIMITS.firstPictureMs },
    ),
    figure(
      "seek to the exact picture, median",
      median((one) => one.exactMs),
      "ms",
    ),
    figure(
      "seek to the exact picture, p95",
      p95((one) => one.exactMs),
      "ms",
    ),
  ];
}

/** Numbers from 0 to 1, the same in every run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x100000000;
  };
}
