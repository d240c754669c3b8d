// What follows from each report of `media`: states are noted, events written, listeners told.
import type { Clock } from "../clock.ts";
import type { CameraId, StreamName, VolumeId } from "../domain/ids.ts";
import { type RecordReason, reasonsOf } from "../domain/record-reasons.ts";
import type { Log } from "../log.ts";
import type { CameraStates } from "./camera-states.ts";
import type { MediaClient } from "./media-client.ts";
import type { RecordedCamera } from "./recorded-camera.ts";
import type { RecorderEvents } from "./recorder-events.ts";
import type { RecordingVolumes } from "./volumes.ts";

/** What changed: for the event stream to browsers, and for MQTT. */
export type RecordingChange =
  | { readonly kind: "camera"; readonly camera: CameraId }
  | { readonly kind: "volume"; readonly volume: VolumeId }
  | {
      readonly kind: "coverage";
      readonly camera: CameraId;
      readonly stream: StreamName;
      readonly start90k: number;
      readonly end90k: number;
      readonly reasons: readonly RecordReason[];
      /** A file was begun at `start90k`; otherwise one was closed. */
      readonly growing: boolean;
    };

export interface MediaListening {
  readonly media: MediaClient;
  readonly states: CameraStates;
  readonly volumes: RecordingVolumes;
  readonly events: RecorderEvents;
  readonly clock: Clock;
  readonly log: Log;
  cameras(): readonly RecordedCamera[];
  tell(change: RecordingChange): void;
  /** `media` is there, or another instance of it. */
  onUp(instance: string): void;
  /** The clock was set. */
  onClockStep(): void;
}

/** Listens until the client is closed. */
export function listenToMedia(parts: MediaListening): void {
  const { media, states, volumes, events, clock, log, tell } = parts;
  const tellCamera = (id: CameraId): void => {
    const camera = parts.cameras().find((candidate) => candidate.id === id);
    if (camera === undefined) return;
    events.takeCamera(states.camera(camera, clock.wallMs()));
    tell({ kind: "camera", camera: id });
  };
  const tellAll = (): void => {
    for (const camera of parts.cameras()) tell({ kind: "camera", camera: camera.id });
  };
  /** A recording shows when both are known: its first file, and that it goes on. Either may be told first. */
  const tellGrowing = ({ camera, stream }: { camera: CameraId; stream: StreamName }): void => {
    const open = states.openSpan({ camera, stream });
    if (open === undefined) return;
    const { file90k, reasons } = open;
    tell({
      kind: "coverage",
      camera,
      stream,
      start90k: file90k,
      end90k: file90k,
      reasons,
      growing: true,
    });
  };
  media.on("up", (instance) => {
    states.takeLink(undefined);
    parts.onUp(instance);
    tellAll();
  });
  media.on("down", () => {
    states.takeLink(clock.wallMs());
    tellAll();
  });
  media.on("streamState", (report) => {
    states.takeState(report);
    tellCamera(report.camera);
  });
  media.on("streamFormat", (report) => {
    states.takeFormat(report);
    tellCamera(report.camera);
  });
  media.on("recordingState", (report) => {
    states.takeRecording(report);
    tellCamera(report.camera);
    tellGrowing(report);
  });
  media.on("clockStepped", () => parts.onClockStep());
  media.on("cameraClock", (report) => states.takeClock(report));
  media.on("segmentOpened", ({ identity }) => {
    states.takeOpened(identity);
    tellGrowing(identity);
  });
  media.on("volumeState", (state) => {
    volumes.take(state);
    const path = volumes.pathOf(state.volume);
    // The last word of a volume whose disk was replaced is no trouble any more.
    if (path !== undefined) events.takeVolume(state, path);
    tell({ kind: "volume", volume: state.volume });
  });
  media.on("segmentClosed", (segment) => {
    states.takeClosed(segment);
    tell({
      kind: "coverage",
      camera: segment.camera,
      stream: segment.stream,
      start90k: segment.startTime90k,
      end90k: segment.startTime90k + segment.duration90k,
      reasons: reasonsOf(segment.reasons.reduce((bits, span) => bits | span.bits, 0)),
      growing: false,
    });
  });
  media.on("segmentRemoved", ({ id, wasLocked }) => {
    if (wasLocked) log.error("a locked recording was deleted", { id });
  });
}
