// An index of many days and cameras in a real database, whose rows point to real segments: what a recorder looks like
// after a month, without the month. Rows are made by SQL, as 1.4 million inserts one by one would take too long. Each row
// has the usual path of its own; the files that are played are hard links there, so that no cache by path is favoured.
import { link, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Db } from "../../core/db/db.ts";
import type { CameraId, VolumeId } from "../../core/domain/ids.ts";
import { systemCode } from "../../core/errors.ts";
import type { RecordingIndex } from "../../core/recording/recording-index.ts";
import { type BenchSegment, SEGMENT_SECONDS } from "./bench-segments.ts";

export const ARCHIVE_VOLUME = "0b6f1f5e-0000-4000-8000-000000000001" as VolumeId;
const TICKS = 90_000;
/** Row `sequence` of camera `number` is a link to segment `(sequence × STEP + number × SHIFT) mod count`. */
const [STEP, SHIFT] = [7, 13];
/** Longest span of coverage that a row may hold (schema.sql). */
const SPAN_SECONDS = 6 * 3_600;

export interface Archive {
  readonly cameras: readonly string[];
  readonly start90k: number;
  readonly end90k: number;
  readonly rows: number;
}

/** Fills an empty database with `days` of `cameras` recorded without a gap, ending now. */
export async function fillArchive(
  db: Db,
  folder: string,
  segments: readonly BenchSegment[],
  options: { readonly days: number; readonly cameras: number },
): Promise<Archive> {
  const perCamera = (options.days * 86_400) / SEGMENT_SECONDS;
  const startSeconds = Math.floor(Date.now() / 1000 / SEGMENT_SECONDS - perCamera) * SEGMENT_SECONDS;
  const cameras = Array.from(
    { length: options.cameras },
    (_, index) => `camera-${String(index).padStart(2, "0")}`,
  );
  await db.transaction(async (writer) => {
    await writer.run("insert into volumes (number, id, path, added_at_ms) values (1, ?, ?, 0)", [
      ARCHIVE_VOLUME,
      folder,
    ]);
    await writer.run(
      `create table bench_files (k integer primary key, size_bytes integer, moov_offset integer,
         moov_bytes integer, frames blob)`,
    );
    for (const [index, one] of segments.entries()) {
      await writer.run("insert into bench_files values (?, ?, ?, ?, ?)", [
        index,
        one.sizeBytes,
        one.moovOffset,
        one.moovBytes,
        one.keyFrames,
      ]);
    }
  });
  const [sample] = segments;
  if (sample === undefined) throw new Error("no segments");
  for (const [index, camera] of cameras.entries()) {
    // Starts are staggered over the cameras, as the recorder does it.
    const start90k = (startSeconds + (index * SEGMENT_SECONDS) / cameras.length) * TICKS;
    await db.transaction(async (writer) => {
      const number = index + 1;
      await writer.run("insert into streams (number, camera, stream) values (?, ?, 'main')", [
        number,
        camera,
      ]);
      await writer.run(
        `insert into segments (number, id, stream_number, volume_number, write_sequence, run, sequence, start_90k,
           duration_90k, size_bytes, moov_offset, moov_bytes, video_codec, width, height, audio_codec,
           video_samples, audio_samples, reasons, clock_source, starts_with_key_frame, ends_run, recovered)
         with recursive n (i) as (select 0 union all select i + 1 from n where i + 1 < ?)
         select ? + i, ((? + i * ?) / 90) || '-bench-' || ? || '-' || i, ?, 1, i * ? + ?, ?, i, ? + i * ?,
           ?, f.size_bytes, f.moov_offset, f.moov_bytes, ?, ?, ?, ?, ?, ?, 1, 'node', 1, 0, 0
         from n join bench_files f on f.k = (n.i * ${STEP} + ?) % ?`,
        [
          ...[perCamera, number * 10_000_000, start90k, SEGMENT_SECONDS * TICKS, number, number],
          ...[cameras.length, number, number, start90k, SEGMENT_SECONDS * TICKS, SEGMENT_SECONDS * TICKS],
          ...[sample.videoCodec, sample.width, sample.height, sample.audioCodec],
          ...[sample.videoSamples, sample.audioSamples, number * SHIFT, segments.length],
        ],
      );
      await writer.run(
        `insert into segment_key_frames (segment_number, frames)
         select s.number, f.frames from segments s
         join bench_files f on f.k = (s.sequence * ${STEP} + ?) % ? where s.stream_number = ?`,
        [number * SHIFT, segments.length, number],
      );
      await writer.run(
        `insert into coverage (stream_number, node, run, start_90k, end_90k, reasons)
         with recursive n (i) as (select 0 union all select i + 1 from n where (i + 1) * ? < ?)
         select ?, 'bench', ?, ? + i * ?, ? + (i + 1) * ?, 1 from n`,
        [
          ...[SPAN_SECONDS, options.days * 86_400, number, number],
          ...[start90k, SPAN_SECONDS * TICKS, start90k, SPAN_SECONDS * TICKS],
        ],
      );
    });
  }
  return {
    cameras,
    start90k: startSeconds * TICKS,
    end90k: (startSeconds + options.days * 86_400) * TICKS,
    rows: perCamera * cameras.length,
  };
}

/** Links the files of the rows that a player asks for from a moment on, for `seconds`. */
export async function linkFiles(
  index: RecordingIndex,
  archive: Archive,
  segments: readonly BenchSegment[],
  moment: {
    readonly camera: string;
    readonly time90k: number;
    readonly seconds: number;
    readonly folder: string;
  },
): Promise<void> {
  const { camera, time90k, seconds, folder } = moment;
  const number = archive.cameras.indexOf(camera) + 1;
  const rows = await index.playable({
    camera: camera as CameraId,
    stream: "main",
    start90k: time90k,
    end90k: time90k + seconds * TICKS,
    limit: 16,
  });
  for (const { file, sequence } of rows) {
    const segment = segments[(sequence * STEP + number * SHIFT) % segments.length];
    if (segment === undefined) continue;
    await mkdir(dirname(file), { recursive: true });
    await link(join(folder, segment.path), file).catch((error: unknown) => {
      if (systemCode(error) !== "EEXIST") throw error;
    });
  }
}
