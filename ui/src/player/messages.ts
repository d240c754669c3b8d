// What the page and the player worker say to each other. The worker owns sockets, decoders and OffscreenCanvases;
// the page owns elements, AudioContext and MediaSource (which browsers give to the page alone, or not to all workers).

/** How pictures are made visible: decoded frame by frame, or appended to a MediaSource. */
export type PictureWay = "webcodecs" | "mse";

export interface PlayerFigures {
  /** From the recorder's receipt of the picture to its drawing, in milliseconds; undefined where unknown (MSE adds its own). */
  readonly delayMs: number | undefined;
  readonly bitrateKbps: number;
  readonly framesPerSecond: number;
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  /** Frames left out because the line or this machine is too slow. */
  readonly dropped: number;
  readonly way: PictureWay;
}

/** Why a player shows no new pictures. `stalled`: none arrive; `undrawn`: they do, and none comes out of the decoder. */
export type LostReason = "line" | "stalled" | "undrawn" | "refused";

export type ToWorker =
  | {
      readonly type: "open-live";
      readonly id: number;
      readonly url: string;
      readonly way: PictureWay;
      readonly canvas: OffscreenCanvas | undefined;
      readonly audio: boolean;
    }
  | {
      readonly type: "open-playback";
      readonly id: number;
      readonly url: string;
      readonly way: PictureWay;
      readonly canvas: OffscreenCanvas | undefined;
      readonly stream: "main" | "sub";
    }
  | { readonly type: "audio"; readonly id: number; readonly enabled: boolean }
  | { readonly type: "visible"; readonly id: number; readonly visible: boolean }
  | { readonly type: "play"; readonly id: number; readonly timeMs: number; readonly speed: number }
  | { readonly type: "seek"; readonly id: number; readonly timeMs: number }
  | { readonly type: "pause"; readonly id: number }
  | { readonly type: "resume"; readonly id: number }
  | { readonly type: "speed"; readonly id: number; readonly speed: number }
  | { readonly type: "step"; readonly id: number; readonly frames: number }
  | { readonly type: "stream"; readonly id: number; readonly stream: "main" | "sub" }
  | { readonly type: "shown"; readonly id: number; readonly timeMs: number }
  /** The page cannot play what comes: ask the recorder to convert it. */
  | { readonly type: "convert"; readonly id: number }
  /** The page's own player has shown all that was sent. */
  | { readonly type: "dry"; readonly id: number }
  | { readonly type: "picture"; readonly id: number; readonly reply: number }
  | { readonly type: "close"; readonly id: number };

export type FromWorker = { readonly id: number } & (
  | { readonly type: "live" }
  | { readonly type: "lost"; readonly reason: LostReason; readonly sinceMs: number }
  | {
      readonly type: "camera-state";
      readonly status: string;
      readonly code?: string;
      readonly message?: string;
      readonly sinceMs: number;
    }
  | { readonly type: "unsupported"; readonly codec: string }
  | { readonly type: "refused"; readonly code: string; readonly message: string }
  | {
      readonly type: "transcoding";
      readonly from: string;
      readonly to: string;
      readonly running: number;
      readonly limit: number;
    }
  /** No place to convert is free; `transcoding` follows when one is. */
  | {
      readonly type: "transcode-wait";
      readonly from: string;
      readonly running: number;
      readonly limit: number;
    }
  | { readonly type: "other-stream"; readonly stream: "main" | "sub"; readonly codec: string }
  /** What is on show was neither converted nor taken from the other stream. */
  | { readonly type: "as-recorded" }
  | { readonly type: "figures"; readonly figures: PlayerFigures }
  | { readonly type: "sound"; readonly codec: string; readonly supported: boolean; readonly note?: string }
  | {
      readonly type: "pcm";
      readonly planes: readonly Float32Array<ArrayBuffer>[];
      readonly sampleRate: number;
    }
  | { readonly type: "pcm-reset" }
  | {
      readonly type: "init";
      readonly mime: string;
      readonly data: Uint8Array<ArrayBuffer>;
      /** Presentation time that is zero in the fragments, in milliseconds since the epoch. */
      readonly zeroMs: number;
    }
  | {
      readonly type: "fragment";
      readonly data: Uint8Array<ArrayBuffer>;
      /** Presentation time of its picture, in milliseconds since the epoch. */
      readonly timeMs: number;
      readonly keyFrame: boolean;
      readonly audio: boolean;
    }
  /** The recorder is being asked for a moment: what was sent so far is void, `seeked` follows. */
  | { readonly type: "asked" }
  /** Play goes on with what was sent. */
  | { readonly type: "resumed" }
  | { readonly type: "seeked"; readonly timeMs: number; readonly speed: number }
  /** To the page's own player: nothing follows of this request. */
  | { readonly type: "all-sent" }
  | { readonly type: "time"; readonly timeMs: number }
  | { readonly type: "gap"; readonly startMs: number; readonly endMs: number }
  | { readonly type: "buffering"; readonly waiting: boolean }
  | { readonly type: "end"; readonly timeMs: number }
  | {
      readonly type: "picture";
      readonly reply: number;
      readonly blob: Blob | undefined;
      readonly timeMs: number;
    }
);

/** Sends to the page, handing over buffers where a transfer list is given. */
export type Post = (message: FromWorker, transfer?: Transferable[]) => void;
