// One live picture on the page: tries the ways to show a camera in order (codec-choice.ts), down to stills, and says
// in signals what is going on. Makes and owns the canvas, video or image element inside the box it is given.
import { type Signal, signal } from "@preact/signals";
import { apiUrl, socketUrl } from "../api/client.ts";
import type { CameraStream, StreamName } from "../api/types.ts";
import { AudioSink, audioContext } from "./audio-sink.ts";
import { type Attempt, attempts, ways } from "./codec-choice.ts";
import { feeds } from "./media-source-feed.ts";
import type { FromWorker, LostReason, PlayerFigures } from "./messages.ts";
import { MseLive } from "./mse-live.ts";
import { openSession, stillOf, type WorkerSession } from "./player-host.ts";
import { StillFeed } from "./still-feed.ts";

/** How often a still is fetched where nothing else works. */
const STILL_MS = 2000;

export type LiveState =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | {
      readonly kind: "lost";
      readonly reason: LostReason;
      readonly sinceMs: number;
      readonly code?: string;
      readonly message?: string;
    }
  /** `waits`: all places for converting are taken, and the moving picture comes when one becomes free. */
  | {
      readonly kind: "still";
      readonly codec: string;
      readonly waits?: { readonly running: number; readonly limit: number };
    };

/** Something the viewer should know of how the picture is made. */
export type LiveNote =
  | { readonly kind: "other-stream"; readonly stream: StreamName; readonly codec: string }
  | { readonly kind: "transcoding"; readonly from: string; readonly running: number; readonly limit: number };

export interface SoundState {
  readonly codec: string;
  readonly supported: boolean;
  readonly note?: string;
}

export interface LivePlayerOptions {
  readonly box: HTMLElement;
  readonly camera: string;
  readonly label: string;
  readonly stream: StreamName;
  readonly streams: readonly CameraStream[];
  /** `?player=` of the page, for tests and the curious. */
  readonly forced: string | null;
}

/** Plays one camera live into a box. */
export class LivePlayer {
  readonly state: Signal<LiveState> = signal<LiveState>({ kind: "connecting" });
  readonly figures: Signal<PlayerFigures | undefined> = signal<PlayerFigures | undefined>(undefined);
  readonly sound: Signal<SoundState | undefined> = signal<SoundState | undefined>(undefined);
  readonly note: Signal<LiveNote | undefined> = signal<LiveNote | undefined>(undefined);
  /** The camera's own state, as the live line tells it. */
  readonly cameraState = signal<
    { status: string; message?: string; code?: string; sinceMs: number } | undefined
  >(undefined);
  readonly #options: LivePlayerOptions;
  readonly #attempts: readonly Attempt[];
  readonly #audio = new AudioSink();
  readonly #hidden = (): void => this.#tellVisible();
  #at = 0;
  #session: WorkerSession | undefined;
  #mse: MseLive | undefined;
  #element: HTMLCanvasElement | HTMLVideoElement | undefined;
  #still: StillFeed | undefined;
  #waits: { readonly running: number; readonly limit: number } | undefined;
  #wantSound = false;
  #inView = true;
  #unsupportedCodec = "";

  constructor(options: LivePlayerOptions) {
    this.#options = options;
    this.#attempts = attempts(options.stream, options.streams, ways(options.forced));
    document.addEventListener("visibilitychange", this.#hidden);
    this.#open();
  }

  get attempt(): Attempt | undefined {
    return this.#attempts[this.#at];
  }

  setSound(enabled: boolean): void {
    this.#wantSound = enabled;
    if (enabled) audioContext();
    if (this.#element instanceof HTMLVideoElement) this.#element.muted = !enabled;
    if (!enabled) this.#audio.reset();
    const session = this.#session;
    session?.send({ type: "audio", id: session.id, enabled });
  }

  /** Pauses the line of a tile that nobody sees. */
  setInView(inView: boolean): void {
    this.#inView = inView;
    this.#tellVisible();
  }

  /** What is on show now, as JPEG. */
  async still(): Promise<Blob | undefined> {
    if (this.#still !== undefined) return (await fetch(this.#still.image.src)).blob();
    if (this.#element instanceof HTMLVideoElement) return stillOf(this.#element);
    return this.#session?.picture();
  }

  close(): void {
    document.removeEventListener("visibilitychange", this.#hidden);
    this.#shut();
  }

  #shut(): void {
    this.#hideStills();
    this.#audio.reset();
    this.#session?.close();
    this.#session = undefined;
    this.#mse?.close();
    this.#mse = undefined;
    this.#element?.remove();
    this.#element = undefined;
  }

  #tellVisible(): void {
    const session = this.#session;
    const visible = this.#inView && document.visibilityState === "visible";
    session?.send({ type: "visible", id: session.id, visible });
    if (visible) this.#mse?.resume();
  }

  #open(): void {
    const attempt = this.#attempts[this.#at];
    if (attempt === undefined) {
      this.#showStills();
      return;
    }
    const { box, camera, label } = this.#options;
    const session = openSession((message) => this.#take(message));
    this.#session = session;
    const url = socketUrl(
      `/cameras/${encodeURIComponent(camera)}/live?stream=${attempt.stream}${attempt.transcode ? "&video=h264&wait=1" : ""}`,
    );
    if (attempt.stream !== this.#options.stream && this.#unsupportedCodec !== "") {
      this.note.value = { kind: "other-stream", stream: attempt.stream, codec: this.#unsupportedCodec };
    }
    const open = {
      type: "open-live",
      id: session.id,
      url,
      way: attempt.way,
      audio: this.#wantSound,
    } as const;
    if (attempt.way === "webcodecs") {
      const canvas = document.createElement("canvas");
      this.#place(canvas, box, label);
      const offscreen = canvas.transferControlToOffscreen();
      session.send({ ...open, canvas: offscreen }, [offscreen]);
    } else {
      const video = document.createElement("video");
      video.muted = !this.#wantSound;
      video.playsInline = true;
      video.autoplay = true;
      video.disablePictureInPicture = true;
      this.#place(video, box, label);
      this.#mse = new MseLive(video, {
        shown: () => this.#nowLive(),
        undrawn: (sinceMs) => this.#lost("undrawn", sinceMs),
      });
      session.send({ ...open, canvas: undefined });
    }
    this.#tellVisible();
  }

  #place(element: HTMLCanvasElement | HTMLVideoElement, box: HTMLElement, label: string): void {
    element.className = "picture";
    element.setAttribute("aria-label", label);
    element.setAttribute("role", "img");
    this.#element = element;
    box.prepend(element);
  }

  #next(codec: string): void {
    this.#unsupportedCodec = codec;
    this.#shut();
    this.#at += 1;
    this.#open();
  }

  /** Stills in the place of a moving picture: for good, or until one can be had. */
  #showStills(): void {
    if (this.#still !== undefined) return;
    const { box, camera, label } = this.#options;
    const element = this.#element;
    // The stream that was tried last is one that the camera has; the wanted one it may lack.
    const stream = this.#attempts.at(-1)?.stream ?? this.#options.stream;
    const address = `${apiUrl(`/cameras/${encodeURIComponent(camera)}/snapshot.jpg`)}?stream=${stream}`;
    const still = new StillFeed(box, label, {
      shown: () => {
        if (element !== undefined) element.hidden = true;
        this.#nowStill();
      },
      failed: () => this.#lost("stalled", Date.now()),
    });
    this.#still = still;
    this.note.value = undefined;
    this.figures.value = undefined;
    still.repeat(STILL_MS, () => {
      const isSeen = document.visibilityState === "visible" && this.#inView;
      return isSeen ? `${address}&try=${Date.now()}` : undefined;
    });
  }

  #nowLive(): void {
    this.#hideStills();
    this.state.value = { kind: "live" };
  }

  #nowStill(): void {
    const waits = this.#waits;
    const codec = this.#unsupportedCodec;
    const before = this.state.value;
    if (before.kind === "still" && before.waits === waits) return;
    this.state.value = { kind: "still", codec, ...(waits === undefined ? {} : { waits }) };
  }

  #hideStills(): void {
    this.#still?.close();
    this.#still = undefined;
    this.#waits = undefined;
    if (this.#element !== undefined) this.#element.hidden = false;
  }

  #take(message: FromWorker): void {
    switch (message.type) {
      case "live":
        if (this.#mse === undefined) this.#nowLive();
        else this.#mse.expect();
        break;
      case "transcode-wait":
        this.#waits = { running: message.running, limit: message.limit };
        if (this.state.value.kind === "still") this.#nowStill();
        this.#showStills();
        break;
      case "lost":
        this.#lost(message.reason, message.sinceMs);
        break;
      case "camera-state":
        this.cameraState.value = message;
        break;
      case "unsupported":
        this.#next(message.codec);
        break;
      case "refused":
        if (this.attempt?.transcode === true) this.#next(this.#unsupportedCodec);
        else this.#refused(message.code, message.message);
        break;
      case "transcoding":
        this.note.value = {
          kind: "transcoding",
          from: message.from,
          running: message.running,
          limit: message.limit,
        };
        break;
      case "figures":
        this.figures.value =
          this.#mse === undefined ? message.figures : this.#withBuffer(message.figures, this.#mse);
        break;
      case "sound":
        this.sound.value = message;
        break;
      case "pcm":
        if (this.#wantSound) this.#audio.play(message.planes, message.sampleRate);
        break;
      case "pcm-reset":
        this.#audio.reset();
        break;
      case "init":
        if (!feeds(message.mime)) this.#next(/"([^",]+)/.exec(message.mime)?.[1] ?? "");
        else this.#mse?.init(message.mime, message.data);
        break;
      case "fragment":
        this.#mse?.append(message.data);
        break;
      default:
    }
  }

  #lost(reason: LostReason, sinceMs: number): void {
    const before = this.state.value;
    // The first loss counts; tries that fail after it change the reason only.
    const since = before.kind === "lost" ? before.sinceMs : sinceMs;
    const told =
      before.kind === "lost" && before.code !== undefined
        ? { code: before.code, message: before.message ?? "" }
        : {};
    this.state.value = { kind: "lost", reason, sinceMs: since, ...told };
  }

  #refused(code: string, message: string): void {
    const before = this.state.value;
    const sinceMs = before.kind === "lost" ? before.sinceMs : Date.now();
    this.state.value = { kind: "lost", reason: "refused", sinceMs, code, message };
  }

  #withBuffer(figures: PlayerFigures, mse: MseLive): PlayerFigures {
    return { ...figures, delayMs: (figures.delayMs ?? 0) + Math.round(mse.behind * 1000) };
  }
}
