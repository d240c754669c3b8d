// One camera's recordings on the page: owns the canvas or video, drives the worker session, says in signals where it is.
import { signal } from "@preact/signals";
import { apiUrl, socketUrl } from "../api/client.ts";
import type { StreamName } from "../api/types.ts";
import { AudioSink, audioContext } from "./audio-sink.ts";
import { ways } from "./codec-choice.ts";
import type { LiveNote } from "./live-player.ts";
import { feeds } from "./media-source-feed.ts";
import type { FromWorker, PictureWay } from "./messages.ts";
import { MsePlayback } from "./mse-playback.ts";
import { openSession, stillOf, type WorkerSession } from "./player-host.ts";
import { StillFeed } from "./still-feed.ts";

export type PlaybackTrouble =
  | { readonly kind: "line" }
  | { readonly kind: "unsupported"; readonly codec: string }
  /** All places for converting are taken; play begins when one becomes free. */
  | { readonly kind: "wait"; readonly codec: string; readonly running: number; readonly limit: number }
  | { readonly kind: "refused"; readonly code: string; readonly message: string };

export interface PlaybackPlayerOptions {
  readonly box: HTMLElement;
  readonly camera: string;
  readonly label: string;
  readonly stream: StreamName;
  readonly forced: string | null;
}

/** Plays one camera's recordings into a box. */
export class PlaybackPlayer {
  /** The moment on show; undefined before the first picture. */
  readonly timeMs = signal<number | undefined>(undefined);
  readonly playing = signal(false);
  readonly speed = signal(1);
  readonly waiting = signal(false);
  /** A seek is underway. */
  readonly seeking = signal(false);
  readonly atEdge = signal(false);
  readonly trouble = signal<PlaybackTrouble | undefined>(undefined);
  /** How the picture is made, where it is not simply what was recorded of the stream. */
  readonly note = signal<LiveNote | undefined>(undefined);
  readonly #options: PlaybackPlayerOptions;
  #stream: StreamName;
  #still: StillFeed | undefined;
  #landedMs = 0;
  #isConverted = false;
  /** The last picture that there was. */
  #edgeMs = 0;
  readonly #session: WorkerSession;
  readonly #element: HTMLCanvasElement | HTMLVideoElement;
  readonly #mse: MsePlayback | undefined;
  readonly #audio = new AudioSink();
  #sound = false;

  constructor(options: PlaybackPlayerOptions) {
    this.#options = options;
    this.#stream = options.stream;
    const way: PictureWay = ways(options.forced)[0] ?? "mse";
    this.#session = openSession((message) => this.#take(message));
    const id = this.#session.id;
    const url = socketUrl(`/cameras/${encodeURIComponent(options.camera)}/playback`);
    const open = { type: "open-playback", id, url, way, stream: options.stream } as const;
    if (way === "webcodecs") {
      const canvas = document.createElement("canvas");
      this.#element = canvas;
      const offscreen = canvas.transferControlToOffscreen();
      this.#session.send({ ...open, canvas: offscreen }, [offscreen]);
    } else {
      const video = document.createElement("video");
      video.muted = true;
      video.playsInline = true;
      this.#element = video;
      this.#mse = new MsePlayback(video, {
        shown: (timeMs) => {
          this.#session.send({ type: "shown", id, timeMs });
          this.#shown(timeMs);
        },
        waiting: (waiting) => {
          this.waiting.value = waiting;
        },
        dry: () => this.#session.send({ type: "dry", id }),
      });
      this.#session.send({ ...open, canvas: undefined });
    }
    this.#element.className = "picture";
    this.#element.setAttribute("role", "img");
    this.#element.setAttribute("aria-label", options.label);
    options.box.prepend(this.#element);
  }

  play(timeMs: number, speed = this.speed.value): void {
    this.#begin(timeMs);
    this.playing.value = true;
    this.speed.value = speed;
    this.#mse?.play(speed);
    this.#session.send({ type: "play", id: this.#session.id, timeMs, speed });
  }

  /** Shows another moment; goes on playing if it played. */
  seek(timeMs: number): void {
    this.#begin(timeMs);
    this.#session.send({ type: "seek", id: this.#session.id, timeMs });
  }

  pause(): void {
    this.playing.value = false;
    this.waiting.value = false;
    this.#mse?.pause();
    this.#session.send({ type: "pause", id: this.#session.id });
  }

  resume(): void {
    this.playing.value = true;
    this.atEdge.value = false;
    this.#tellPlace();
    // The page's own player goes on when the session has said whether what is buffered still counts.
    this.#session.send({ type: "resume", id: this.#session.id });
  }

  setSpeed(speed: number): void {
    this.speed.value = speed;
    this.atEdge.value = false;
    this.#tellPlace();
    // A player that stands asks for the new speed when it goes on.
    if (this.playing.value) this.#mse?.play(speed);
    this.#session.send({ type: "speed", id: this.#session.id, speed });
  }

  step(frames: number): void {
    this.pause();
    const { id } = this.#session;
    if (this.#mse?.step(frames) === true) return;
    const timeMs = this.#tellPlace();
    if (timeMs !== undefined && frames > 0) this.#session.send({ type: "seek", id, timeMs });
    else this.#session.send({ type: "step", id, frames });
  }

  setStream(stream: StreamName): void {
    this.#stream = stream;
    this.#tellPlace();
    this.#session.send({ type: "stream", id: this.#session.id, stream });
  }

  setSound(enabled: boolean): void {
    this.#sound = enabled;
    if (enabled) audioContext();
    if (this.#element instanceof HTMLVideoElement) this.#element.muted = !enabled;
    if (!enabled) this.#audio.reset();
    this.#tellPlace();
    this.#session.send({ type: "audio", id: this.#session.id, enabled });
  }

  still(): Promise<Blob | undefined> {
    return this.#element instanceof HTMLVideoElement ? stillOf(this.#element) : this.#session.picture();
  }

  close(): void {
    this.#audio.reset();
    this.#session.close();
    this.#mse?.close();
    this.#hideStill();
    this.#element.remove();
  }

  #begin(timeMs: number): void {
    this.seeking.value = true;
    this.atEdge.value = false;
    this.#mse?.forgetSteps();
    if (this.timeMs.value === undefined) this.timeMs.value = timeMs;
  }

  /** Where the element stands, which may be ahead of what it has told as shown: what is asked for next begins there. */
  #tellPlace(): number | undefined {
    const timeMs = this.#mse?.timeMs;
    if (timeMs !== undefined) this.#session.send({ type: "shown", id: this.#session.id, timeMs });
    return timeMs;
  }

  /** A still of the moment in the place of the picture that nobody converts now. */
  #showStill(): void {
    const { box, camera, label } = this.#options;
    this.#still ??= new StillFeed(box, label, { shown: () => undefined, failed: () => this.#hideStill() });
    const query = new URLSearchParams({
      at: new Date(Math.floor(this.#landedMs)).toISOString(),
      stream: this.#stream,
    });
    this.#still.show(apiUrl(`/cameras/${encodeURIComponent(camera)}/snapshot.jpg?${query}`));
    this.#element.hidden = true;
    this.timeMs.value = this.#landedMs;
    this.seeking.value = false;
    this.waiting.value = false;
  }

  #hideStill(): void {
    this.#still?.close();
    this.#still = undefined;
    this.#element.hidden = false;
  }

  #shown(timeMs: number): void {
    if (this.#still !== undefined) this.#hideStill();
    this.timeMs.value = timeMs;
    this.seeking.value = false;
    if (this.atEdge.value && timeMs > this.#edgeMs + 1) this.atEdge.value = false;
    if (this.playing.value && this.waiting.value) this.waiting.value = false;
    if (this.trouble.value !== undefined) this.trouble.value = undefined;
  }

  #take(message: FromWorker): void {
    switch (message.type) {
      case "time":
        this.#shown(message.timeMs);
        break;
      case "live":
        if (this.trouble.value?.kind === "line") this.trouble.value = undefined;
        break;
      case "lost":
        if (this.trouble.value?.kind !== "refused") this.trouble.value = { kind: "line" };
        break;
      case "unsupported":
        this.trouble.value = { kind: "unsupported", codec: message.codec };
        break;
      case "refused":
        this.trouble.value = { kind: "refused", code: message.code, message: message.message };
        this.seeking.value = false;
        break;
      case "buffering":
        this.waiting.value = message.waiting;
        break;
      case "end":
        this.seeking.value = false;
        this.waiting.value = false;
        this.atEdge.value = this.speed.value > 0;
        this.#edgeMs = message.timeMs;
        if (this.speed.value < 0) {
          this.playing.value = false;
          this.#mse?.pause();
        }
        break;
      case "asked":
        this.#mse?.asked();
        break;
      case "resumed":
        if (this.playing.value) this.#mse?.play(this.speed.value);
        break;
      case "all-sent":
        this.#mse?.allSent();
        break;
      case "pcm":
        if (this.#sound) this.#audio.play(message.planes, message.sampleRate);
        break;
      case "pcm-reset":
        this.#audio.reset();
        break;
      case "transcode-wait":
        this.trouble.value = {
          kind: "wait",
          codec: message.from,
          running: message.running,
          limit: message.limit,
        };
        this.note.value = undefined;
        this.#showStill();
        break;
      case "transcoding":
        if (this.trouble.value?.kind === "wait") this.trouble.value = undefined;
        this.note.value = {
          kind: "transcoding",
          from: message.from,
          running: message.running,
          limit: message.limit,
        };
        break;
      case "other-stream":
        this.note.value = { kind: "other-stream", stream: message.stream, codec: message.codec };
        break;
      case "as-recorded":
        this.note.value = undefined;
        break;
      case "seeked":
        this.#landedMs = message.timeMs;
        this.#mse?.seeked(message.timeMs, message.speed);
        if (this.playing.value) this.#mse?.play(this.speed.value);
        break;
      case "init":
        if (feeds(message.mime)) this.#mse?.init(message.mime, message.data, message.zeroMs);
        else if (!this.#isConverted) {
          this.#isConverted = true;
          this.#session.send({ type: "convert", id: this.#session.id });
        } else this.trouble.value = { kind: "unsupported", codec: /"([^",]+)/.exec(message.mime)?.[1] ?? "" };
        break;
      case "fragment":
        this.#mse?.append(message.data, message.timeMs, message.audio);
        break;
      default:
    }
  }
}
