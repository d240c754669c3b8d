// What forwards and backwards play share: the stage on which pictures are shown, and a frame as it waits for its turn.
import type { LiveFrameHeader, WireFormat } from "@nightjar/core/wire";
import type { PictureCanvas } from "./picture-canvas.ts";
import type { PlaybackClock } from "./playback-clock.ts";

export interface WaitingFrame {
  readonly format: WireFormat;
  readonly header: LiveFrameHeader;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface Gap {
  readonly start90k: number;
  readonly end90k: number;
}

/** The stage: clock and canvas of a playback session, and whom to tell. */
export interface Stage {
  readonly clock: PlaybackClock;
  readonly canvas: PictureCanvas | undefined;
  /** Should time go on? */
  readonly playing: boolean;
  shown(time90k: number): void;
  /** Play has run dry and waits for the recorder, or goes on again. */
  waiting(waiting: boolean): void;
  /** Time jumped over a gap. */
  jumped(gap: Gap): void;
  /** The last picture that there is has been shown. */
  ended(): void;
}

/** Shows the frames of one request. */
export interface Show {
  /** Nothing is due at a refresh until it begins anew, steps, or time goes on. */
  readonly rests: boolean;
  /** Begins anew: the first picture to show is the one that stands at `want90k`. */
  begin(want90k: number): void;
  push(frame: WaitingFrame): void;
  gap(gap: Gap): void;
  end(): void;
  /** Called once per display refresh with a monotonic time. */
  tick(nowMs: number): void;
  close(): void;
}
