// Makes segment records as `media` would report them, and puts them into an index.
import { systemClock } from "../../../core/clock.ts";
import type { Db } from "../../../core/db/db.ts";
import type { CameraId, VolumeId } from "../../../core/domain/ids.ts";
import { REASON_BITS } from "../../../core/domain/record-reasons.ts";
import { silentLog } from "../../../core/log.ts";
import type { MediaReport } from "../../../core/media/protocol.ts";
import {
  type SegmentIdentity,
  type SegmentRecord,
  segmentId,
  segmentPath,
} from "../../../core/media/segment.ts";
import type { RecordedCamera, RecordSettings } from "../../../core/recording/recorded-camera.ts";
import { ReportCommitter } from "../../../core/recording/report-committer.ts";

export const SECOND = 90_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
/** 2026-03-01 12:00 UTC in ticks. */
export const NOON = Date.UTC(2026, 2, 1, 12) * 90;

export const VOLUME = "0b54e1f2-7d1c-4a53-9a0e-111111111111" as VolumeId;
export const OTHER_VOLUME = "0b54e1f2-7d1c-4a53-9a0e-222222222222" as VolumeId;
export const YARD = "yard" as CameraId;
export const GATE = "gate" as CameraId;

let writeSequence = 0;

/** A record of a minute of continuous recording at noon, but for what is given. */
export function record(given: Partial<SegmentRecord> = {}): SegmentRecord {
  const identity: SegmentIdentity = {
    camera: given.camera ?? YARD,
    stream: given.stream ?? "main",
    node: given.node ?? "nj",
    run: given.run ?? 1,
    sequence: given.sequence ?? 0,
    startTime90k: given.startTime90k ?? NOON,
    clockSource: "node",
  };
  writeSequence += 1;
  const duration90k = given.duration90k ?? MINUTE;
  return {
    ...identity,
    id: segmentId(identity),
    volume: VOLUME,
    path: segmentPath(identity),
    writeSequence,
    duration90k,
    sizeBytes: 1_000_000,
    videoCodec: "avc1.64001f",
    width: 1920,
    height: 1080,
    audioCodec: undefined,
    videoSamples: 1_500,
    audioSamples: 0,
    moovOffset: 990_000,
    moovBytes: 10_000,
    holes: [],
    reasons: [{ offset90k: 0, duration90k, bits: REASON_BITS.continuous }],
    cameraClockOffsetMs: undefined,
    startsWithKeyFrame: true,
    endsRun: false,
    recovered: false,
    keyFrames: "AAEC",
    ...given,
  };
}

/** `count` minutes of one run, one after the other. */
export function run(count: number, given: Partial<SegmentRecord> = {}): SegmentRecord[] {
  const start = given.startTime90k ?? NOON;
  return Array.from({ length: count }, (_, sequence) =>
    record({ ...given, sequence, startTime90k: start + sequence * (given.duration90k ?? MINUTE) }),
  );
}

export function closed(segments: readonly SegmentRecord[]): MediaReport[] {
  return segments.map((segment) => ({ kind: "segment-closed", segment }));
}

export function deleted(segments: readonly SegmentRecord[]): MediaReport[] {
  return segments.map(({ id, volume, path }) => ({ kind: "segment-deleted", id, volume, path }));
}

/** Writes reports into an index and waits for it. */
export async function feed(db: Db, reports: readonly MediaReport[]): Promise<void> {
  const committer = new ReportCommitter(db, {
    clock: systemClock,
    log: silentLog,
    onCommitted: () => undefined,
  });
  const committed = committer.commit(reports);
  await committer.flush();
  await committed;
  await committer.close();
}

export function camera(id: CameraId, settings: Partial<RecordSettings> = {}): RecordedCamera {
  return {
    id,
    enabled: true,
    streams: {
      main: { kind: "rtsp", url: `rtsp://192.0.2.1/${id}`, transport: "auto" },
      sub: { kind: "rtsp", url: `rtsp://192.0.2.1/${id}/sub`, transport: "auto" },
    },
    record: {
      mode: "continuous",
      streams: "main",
      audio: false,
      preRecordSeconds: 5,
      segmentSeconds: 60,
      retentionDays: null,
      quotaBytes: null,
      ...settings,
    },
  };
}

/** A repeatable sequence of numbers in [0, 1): tests that fail can be run again. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
