// The newest that `media` said of every stream: state, format, recording, and since when the open file goes.
// Memory only: `media` tells it again after each reconnect.

import { type CameraState, cameraStateOf } from "../domain/camera-state.ts";
import type { CameraId, StreamName } from "../domain/ids.ts";
import { STREAM_NAMES } from "../domain/ids.ts";
import { type RecordReason, reasonBits } from "../domain/record-reasons.ts";
import type { WireFormat } from "../media/live-wire.ts";
import type { StreamReport } from "../media/protocol.ts";
import type { CameraClock, StreamState } from "../media/source.ts";
import { recordsStream } from "./planner.ts";
import type { RecordedCamera } from "./recorded-camera.ts";

export interface StreamRecording {
  readonly active: boolean;
  readonly reasons: readonly RecordReason[];
  /** Why nothing is recorded although it should be. */
  readonly problem?: string;
}

/** What is known of one stream. */
export interface LiveStream {
  readonly stream: StreamName;
  readonly state: StreamState;
  /** What was done to the camera's sound, for people. */
  readonly note?: string;
  readonly format?: WireFormat;
  readonly clock?: CameraClock;
  readonly recording: StreamRecording;
}

/** What is known of one camera: the sum of its streams first. */
export interface LiveCamera {
  readonly camera: CameraId;
  readonly state: CameraState & { readonly note?: string };
  readonly streams: readonly LiveStream[];
  /** All streams together. */
  readonly recording: StreamRecording;
}

/** What goes on being recorded, from the first file on that the index does not have yet. */
export interface OpenSpan {
  readonly start90k: number;
  /** Start of the file that is being written. */
  readonly file90k: number;
  readonly reasons: readonly RecordReason[];
}

interface Known {
  state?: StreamState;
  note?: string | undefined;
  format?: WireFormat;
  clock?: CameraClock;
  recording?: StreamRecording;
  /** Starts of the files that the index does not have yet, rising; the last one is being written. */
  files90k?: readonly number[] | undefined;
}

const NOT_RECORDING: StreamRecording = { active: false, reasons: [] };

export class CameraStates {
  readonly #streams = new Map<string, Known>();
  #awaySinceMs: number | undefined;

  /** Answers true if the status is another than before. */
  takeState(report: StreamReport & { state: StreamState; note?: string }): boolean {
    const known = this.#known(report);
    const changed = known.state?.status !== report.state.status;
    known.state = report.state;
    known.note = report.note;
    return changed;
  }

  takeFormat(report: StreamReport & { format: WireFormat }): void {
    this.#known(report).format = report.format;
  }

  takeClock(report: StreamReport & { clock: CameraClock }): void {
    this.#known(report).clock = report.clock;
  }

  takeRecording(
    report: StreamReport & { recording: boolean; reasons: readonly RecordReason[]; problem?: string },
  ): void {
    const known = this.#known(report);
    known.recording = {
      active: report.recording,
      reasons: report.reasons,
      ...(report.problem === undefined ? {} : { problem: report.problem }),
    };
    if (!report.recording) known.files90k = undefined;
  }

  takeOpened(report: StreamReport & { startTime90k: number }): void {
    const known = this.#known(report);
    const before = known.files90k?.filter((start90k) => start90k < report.startTime90k) ?? [];
    // One that is never told as closed was given up; its span must not stand for ever.
    known.files90k = [...before.slice(-1), report.startTime90k];
  }

  /** A file was closed and is in the index. */
  takeClosed(report: StreamReport & { startTime90k: number }): void {
    const known = this.#known(report);
    known.files90k = known.files90k?.filter((start90k) => start90k > report.startTime90k);
  }

  /** The link to `media` broke, or (undefined) is there again. */
  takeLink(awaySinceMs: number | undefined): void {
    this.#awaySinceMs = awaySinceMs;
  }

  /** Another instance of `media` has taken over: what the last one said of its sessions and files is void. */
  mediaRestarted(): void {
    for (const known of this.#streams.values()) {
      delete known.state;
      delete known.recording;
      known.files90k = undefined;
    }
  }

  /** Forgets the streams of cameras that are gone. */
  keepOnly(cameras: readonly RecordedCamera[]): void {
    const kept = new Set(
      cameras.flatMap((camera) =>
        STREAM_NAMES.filter((stream) => camera.enabled && camera.streams[stream] !== undefined).map(
          (stream) => keyOf({ camera: camera.id, stream }),
        ),
      ),
    );
    for (const key of this.#streams.keys()) if (!kept.has(key)) this.#streams.delete(key);
  }

  /** What is being recorded of a stream and not in the index yet; undefined if nothing is. */
  openSpan(report: StreamReport): OpenSpan | undefined {
    const known = this.#streams.get(keyOf(report));
    if (this.#awaySinceMs !== undefined) return undefined;
    const [start90k] = known?.files90k ?? [];
    if (start90k === undefined || known?.recording?.active !== true) return undefined;
    return { start90k, file90k: known.files90k?.at(-1) ?? start90k, reasons: known.recording.reasons };
  }

  /** What is being recorded of a stream of several cameras, up to `now90k`, as the timeline lays them on. */
  openSpans(
    query: { readonly cameras: readonly CameraId[]; readonly stream: StreamName },
    now90k: number,
  ): { camera: CameraId; start90k: number; end90k: number; reasons: number }[] {
    return query.cameras.flatMap((camera) => {
      const open = this.openSpan({ camera, stream: query.stream });
      if (open === undefined || open.start90k >= now90k) return [];
      return [{ camera, start90k: open.start90k, end90k: now90k, reasons: reasonBits(open.reasons) }];
    });
  }

  /** The state of a camera, summed up. */
  camera(camera: RecordedCamera, nowMs: number): LiveCamera {
    if (!camera.enabled) {
      return {
        camera: camera.id,
        state: { status: "disabled", sinceMs: nowMs },
        streams: [],
        recording: NOT_RECORDING,
      };
    }
    const streams = STREAM_NAMES.filter((stream) => camera.streams[stream] !== undefined).map((stream) =>
      this.#stream(camera, stream, nowMs),
    );
    const [first] = streams;
    const byName = new Map(streams.map((stream) => [stream.stream, stream.state]));
    const main = byName.get("main") ?? first?.state;
    const sub = byName.has("main") ? byName.get("sub") : undefined;
    const state = cameraStateOf(
      { ...(main === undefined ? {} : { main }), ...(sub === undefined ? {} : { sub }) },
      nowMs,
    );
    const note = streams.find((stream) => stream.note !== undefined)?.note;
    return {
      camera: camera.id,
      state: { ...state, ...(note === undefined ? {} : { note }) },
      streams,
      recording: sumOf(camera, streams),
    };
  }

  #stream(camera: RecordedCamera, stream: StreamName, nowMs: number): LiveStream {
    const known = this.#streams.get(keyOf({ camera: camera.id, stream })) ?? {};
    const { note, format, clock } = known;
    return {
      stream,
      state: this.#stateOf(known, nowMs),
      ...(note === undefined ? {} : { note }),
      ...(format === undefined ? {} : { format }),
      ...(clock === undefined ? {} : { clock }),
      recording: this.#recordingOf(known),
    };
  }

  /** Nothing is recorded of a stream that is away, whatever was said before it went. */
  #recordingOf(known: Known): StreamRecording {
    const isThere = known.state?.status === "online" || known.state?.status === "degraded";
    const { recording = NOT_RECORDING } = known;
    if (this.#awaySinceMs === undefined && (isThere || !recording.active)) return recording;
    return NOT_RECORDING;
  }

  #stateOf(known: Known, nowMs: number): StreamState {
    if (this.#awaySinceMs !== undefined) {
      return {
        status: "connecting",
        fault: {
          code: "server-error",
          message: "the recorder is being restarted",
          context: { case: "recorder" },
        },
        sinceMs: this.#awaySinceMs,
      };
    }
    return known.state ?? { status: "connecting", sinceMs: nowMs };
  }

  #known(report: StreamReport): Known {
    const key = keyOf(report);
    let known = this.#streams.get(key);
    if (known === undefined) {
      known = {};
      this.#streams.set(key, known);
    }
    return known;
  }
}

function sumOf(camera: RecordedCamera, streams: readonly LiveStream[]): StreamRecording {
  const recorded = streams.filter((stream) => recordsStream(camera, stream.stream));
  const problem = recorded.find((stream) => stream.recording.problem !== undefined)?.recording.problem;
  return {
    active: recorded.some((stream) => stream.recording.active),
    reasons: [...new Set(recorded.flatMap((stream) => stream.recording.reasons))],
    ...(problem === undefined ? {} : { problem }),
  };
}

function keyOf(report: StreamReport): string {
  return `${report.camera}/${report.stream}`;
}
