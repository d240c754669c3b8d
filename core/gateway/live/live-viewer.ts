// One viewer of a live stream: a queue of shared frames in front of a socket. A viewer that is more than 2 s or 4 MB
// behind falls to the next key frame; nobody else notices.
import type { Clock } from "../../clock.ts";
import type { WireFormat } from "../../media/live-wire.ts";
import type { StreamState } from "../../media/source.ts";
import type { ViewerSocket } from "../doors/viewer-socket.ts";

/** What the hub knows of a frame without reading it again. */
export interface SharedFrame {
  /** The binary message: live header and bytes. The same buffer goes to every viewer; nobody writes into it. */
  readonly message: Buffer;
  readonly isVideo: boolean;
  readonly isKeyFrame: boolean;
}

/** Whoever takes part in a live stream: a viewer, or a transcoder that feeds others. */
export interface LiveSink {
  /** A text message of the wire protocol, in order with the frames. */
  text(message: LiveText): void;
  /** The cached frames since the last key frame, whatever their size. */
  prime(frames: readonly SharedFrame[]): void;
  frame(frame: SharedFrame): void;
  /** What follows does not continue what came before: nothing until the next key frame. */
  waitForKeyFrame(): void;
  /** The stream can no longer be given: the viewer is told why and leaves. */
  fail(error: unknown): void;
  close(): void;
}

/** Text messages of the server to a viewer (`/cameras/:id/live`). */
export type LiveText =
  | { readonly type: "hello"; readonly camera: string; readonly stream: string }
  | { readonly type: "format"; readonly format: WireFormat }
  | { readonly type: "state"; readonly state: StreamState }
  | { readonly type: "dropped"; readonly frames: number }
  | {
      readonly type: "transcoding";
      readonly from: string;
      readonly to: string;
      readonly running: number;
      readonly limit: number;
    }
  /** All places are taken: `transcoding` and the pictures follow when one becomes free. */
  | {
      readonly type: "transcode-wait";
      readonly from: string;
      readonly running: number;
      readonly limit: number;
    };

export const QUEUE_LIMIT_BYTES = 4 * 1024 * 1024;
export const QUEUE_LIMIT_MS = 2_000;
/** Bytes in the socket beyond which frames wait in the queue, where they can still be dropped. */
const SOCKET_LIMIT_BYTES = 256 * 1024;

interface Waiting {
  readonly message: Buffer | string;
  readonly atMs: number;
}

/** The outgoing side of one viewer. */
export class LiveViewer implements LiveSink {
  readonly #socket: ViewerSocket;
  readonly #clock: Clock;
  readonly #onFail: (error: unknown) => void;
  #queue: Waiting[] = [];
  #queuedBytes = 0;
  #inSocket: Waiting[] = [];
  #inSocketBytes = 0;
  /** The cached pictures that a new viewer gets at once do not count against it. */
  #allowanceBytes = 0;
  #needsKeyFrame: boolean = true;
  #dropped = 0;
  #audio: boolean = false;
  #closed: boolean = false;
  #sentBytes = 0;
  isPaused: boolean = false;

  /** `onFail` is called when the stream can no longer be given. */
  constructor(socket: ViewerSocket, clock: Clock, onFail: (error: unknown) => void = () => undefined) {
    this.#socket = socket;
    this.#clock = clock;
    this.#onFail = onFail;
  }

  /** Bytes handed to the socket so far. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** Sound is sent only when asked for. */
  set audio(enabled: boolean) {
    this.#audio = enabled;
  }

  /** Sends a text message in order with the frames. Texts are never dropped. */
  text(message: LiveText): void {
    this.#push(JSON.stringify(message));
  }

  /** Sends the cached frames since the last key frame, whatever their size. */
  prime(frames: readonly SharedFrame[]): void {
    for (const frame of frames) {
      this.#allowanceBytes += frame.message.length;
      this.frame(frame);
    }
  }

  /** Sends a frame, or leaves it out because this viewer is paused, behind, or without sound. */
  frame(frame: SharedFrame): void {
    if (this.#closed || this.isPaused) return;
    if (!frame.isVideo) {
      if (this.#audio && !this.#needsKeyFrame) this.#push(frame.message);
      return;
    }
    if (this.#needsKeyFrame) {
      if (!frame.isKeyFrame || this.#isBehind()) {
        if (this.#dropped > 0) this.#dropped += 1;
        return;
      }
      this.#needsKeyFrame = false;
      if (this.#dropped > 0) this.text({ type: "dropped", frames: this.#dropped });
      this.#dropped = 0;
    }
    this.#push(frame.message);
    if (this.#isBehind()) this.#dropQueue();
  }

  /** After a pause or a new subscription: nothing until the next key frame. */
  waitForKeyFrame(): void {
    this.#needsKeyFrame = true;
  }

  fail(error: unknown): void {
    this.#onFail(error);
  }

  close(): void {
    this.#closed = true;
    this.#queue = [];
    this.#queuedBytes = 0;
  }

  #isBehind(): boolean {
    if (this.#queuedBytes + this.#inSocketBytes > QUEUE_LIMIT_BYTES + this.#allowanceBytes) return true;
    const oldest = this.#inSocket[0] ?? this.#queue[0];
    return oldest !== undefined && this.#clock.monotonicMs() - oldest.atMs > QUEUE_LIMIT_MS;
  }

  /** Frames that still wait here go; what the socket holds can no longer be taken back. */
  #dropQueue(): void {
    const texts = this.#queue.filter((item) => typeof item.message === "string");
    // At least one, so that the key frame which follows is announced as a jump.
    this.#dropped += Math.max(1, this.#queue.length - texts.length);
    this.#queue = texts;
    this.#queuedBytes = 0;
    for (const text of texts) this.#queuedBytes += text.message.length;
    this.#allowanceBytes = 0;
    this.#needsKeyFrame = true;
  }

  #push(message: Buffer | string): void {
    if (this.#closed) return;
    const waiting = { message, atMs: this.#clock.monotonicMs() };
    if (this.#queue.length === 0 && this.#inSocketBytes < SOCKET_LIMIT_BYTES) {
      this.#send(waiting);
      return;
    }
    this.#queue.push(waiting);
    this.#queuedBytes += message.length;
  }

  #send(waiting: Waiting): void {
    const bytes = waiting.message.length;
    this.#inSocket.push(waiting);
    this.#inSocketBytes += bytes;
    this.#sentBytes += bytes;
    this.#socket.send(waiting.message, this.#flushed);
  }

  readonly #flushed = (): void => {
    const done = this.#inSocket.shift();
    this.#inSocketBytes -= done?.message.length ?? 0;
    while (!this.#closed && this.#inSocketBytes < SOCKET_LIMIT_BYTES) {
      const next = this.#queue.shift();
      if (next === undefined) {
        if (this.#inSocketBytes === 0) this.#allowanceBytes = 0;
        return;
      }
      this.#queuedBytes -= next.message.length;
      this.#send(next);
    }
  };
}
