// The WebSocket `/api/v1/cameras/:id/playback`: takes the client's requests one after the other, the newest ending the
// one before, and sends what they ask for (a seek is a new `play`).
import type { WebSocket } from "ws";
import type { Clock } from "../../clock.ts";
import { isStreamName, type StreamName } from "../../domain/ids.ts";
import { time90kFromMs } from "../../domain/time.ts";
import { NightjarError, toPlainError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { FindFfmpeg } from "../../media/ffmpeg/ffmpeg-tool.ts";
import type { WireFormat } from "../../media/live-wire.ts";
import type { CorePort } from "../core-link.ts";
import { type ByteCounter, type ClientMessage, ClientSocket } from "../doors/client-socket.ts";
import type { Playable } from "../footage/playable.ts";
import { reportUnreadable } from "../footage/report-unreadable.ts";
import type { VolumeReaders } from "../footage/volume-reader.ts";
import type { MediaPort } from "../media-link.ts";
import type { MediaRequest } from "../media-request.ts";
import type { TranscodePlaces } from "../transcode-places.ts";
import { FormatBook } from "./format-book.ts";
import { FrameSender, type ReadyFrame } from "./frame-sender.ts";
import { PlaybackConversion } from "./playback-conversion.ts";
import { type PlaybackOutput, PlaybackRun } from "./playback-run.ts";
import { PlaybackTimeline } from "./playback-timeline.ts";

const SPEEDS = new Set([0.25, 0.5, 1, 2, 4, 8, 16].flatMap((speed) => [speed, -speed]));
const STEP_LIMIT = 100;
/** Bytes in the socket beyond which reading waits for the client. */
const SOCKET_LIMIT_BYTES = 1024 * 1024;

export interface PlaybackParts {
  readonly core: CorePort;
  readonly media: MediaPort;
  readonly readers: VolumeReaders;
  readonly places: TranscodePlaces;
  readonly findFfmpeg: FindFfmpeg;
  readonly clock: Clock;
  readonly log: Log;
  readonly counter: ByteCounter;
}

/** Serves one playback connection until its socket closes. */
export class PlaybackSession {
  readonly #parts: PlaybackParts;
  readonly #media: MediaRequest;
  readonly #client: ClientSocket;
  readonly #sender: FrameSender;
  readonly #book = new FormatBook();
  /** From when the client says that it cannot decode H.265. */
  #conversion: PlaybackConversion | undefined;
  #announced = 0;
  #sourceFormat: WireFormat | undefined;
  #isPaused: boolean = false;
  readonly #timelines = new Map<StreamName, PlaybackTimeline>();
  #run: PlaybackRun | undefined;
  #abort = new AbortController();
  #stream: StreamName = "main";
  #speed = 1;
  #position90k: number | undefined;
  #sendsAudio: boolean = true;
  #audited: boolean = false;

  constructor(socket: WebSocket, request: MediaRequest, parts: PlaybackParts) {
    this.#parts = parts;
    this.#media = request;
    parts.readers.warm();
    this.#client = new ClientSocket(socket, request.access, parts.clock, parts.counter, {
      onMessage: (message) => this.#act(message),
      onClose: () => {
        this.#abort.abort();
        this.#conversion?.close();
      },
    });
    this.#sender = new FrameSender(parts.readers, this.#book, (format) => {
      this.#sourceFormat = format;
      if (this.#conversion === undefined) this.#announce(format);
      else this.#conversion.sourceFormat = format;
    });
  }

  #act(message: ClientMessage): void {
    try {
      switch (message.type) {
        case "play":
          this.#speed = speedOf(message["speed"] ?? 1);
          this.#stream = this.#streamOf(message["stream"]);
          if (message["video"] === "h264") this.#conversion ??= this.#newConversion();
          this.#start(numberOf(message, "request"), timeOf(message["time"]), (run) => run.play());
          break;
        case "speed": {
          this.#speed = speedOf(message["speed"]);
          const from90k = this.#position90k;
          if (from90k !== undefined) this.#start(numberOf(message, "request"), from90k, (run) => run.play());
          break;
        }
        case "step": {
          const frames = stepOf(message["frames"]);
          this.#speed = 1;
          this.#start(numberOf(message, "request"), timeOf(message["time"]), (run) => run.step(frames));
          break;
        }
        case "pause":
        case "resume":
          this.#isPaused = message.type === "pause";
          if (this.#run !== undefined) this.#run.isPaused = this.#isPaused;
          break;
        case "position":
          this.#position90k = numberOf(message, "time90k");
          this.#run?.window.shown(this.#position90k);
          break;
        case "audio":
          this.#sendsAudio = message["enabled"] === true;
          if (this.#run !== undefined) this.#run.sendsAudio = this.#sendsAudio;
          break;
        default:
          // A newer page may say more than this gateway understands.
          break;
      }
    } catch (error) {
      this.#tell(error);
    }
  }

  #start(request: number, time90k: number, begin: (run: PlaybackRun) => Promise<void>): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    this.#position90k = time90k;
    this.#isPaused = false;
    this.#run = undefined;
    this.#audit(time90k);
    this.#runOf(request, time90k, signal)
      .then(async (run) => {
        if (signal.aborted) return;
        run.sendsAudio = this.#sendsAudio;
        if (this.#isPaused) run.isPaused = true;
        this.#run = run;
        await begin(run);
      })
      .catch((error: unknown) => {
        if (!signal.aborted) this.#tell(error);
      });
  }

  /** Makes the run of a request, on the stream and by the way that suit the client. */
  async #runOf(request: number, time90k: number, signal: AbortSignal): Promise<PlaybackRun> {
    const own: PlaybackOutput = {
      // Whatever an older request still has to say is of no interest.
      text: (message) => {
        if (!signal.aborted) this.#client.text(message);
      },
      frames: (frames, sending) => this.#frames(frames, sending),
      unreadable: (item, error) => this.#unreadable(item, error),
    };
    const conversion = this.#conversion;
    let timeline = this.#timeline(this.#stream);
    let output = own;
    if (conversion !== undefined) {
      const otherName = this.#stream === "main" ? "sub" : "main";
      const isGranted = this.#media.access.grant.streams.includes(otherName);
      const other = isGranted ? this.#timeline(otherName) : undefined;
      const better = await conversion.betterStream(timeline, other, time90k, this.#speed < 0, signal);
      if (better.insteadOf !== undefined && other !== undefined) {
        timeline = other;
        own.text({ type: "other-stream", request, stream: better.stream, codec: better.insteadOf });
      }
      output = conversion.begin(own, request, signal);
    }
    const { readers, clock } = this.#parts;
    return new PlaybackRun(
      { timeline, readers, sender: this.#sender, clock, output },
      { request, time90k, speed: this.#speed, signal },
    );
  }

  #newConversion(): PlaybackConversion {
    const { places, findFfmpeg, readers, clock, log } = this.#parts;
    const conversion = new PlaybackConversion({
      ...{ places, findFfmpeg, readers, clock, log },
      announce: (format) => this.#announce(this.#book.numbered(format)),
      tell: (message) => this.#client.text(message),
    });
    conversion.sourceFormat = this.#sourceFormat;
    return conversion;
  }

  #announce(format: WireFormat): number {
    if (format.formatId !== this.#announced) this.#client.text({ type: "format", format });
    this.#announced = format.formatId;
    return format.formatId;
  }

  async #frames(frames: readonly ReadyFrame[], signal: AbortSignal): Promise<void> {
    for (const [at, frame] of frames.entries()) {
      if (signal.aborted || !this.#client.isOpen) return;
      if (!this.#media.access.isValid()) return;
      const isLast = at === frames.length - 1;
      if (!isLast && this.#client.waitingBytes < SOCKET_LIMIT_BYTES) {
        this.#client.send(frame.message, () => undefined);
        continue;
      }
      // The last one of a chunk, or a client that takes its time: wait until the system has it.
      await new Promise<void>((resolve) => this.#client.send(frame.message, resolve));
    }
  }

  #timeline(stream: StreamName): PlaybackTimeline {
    let timeline = this.#timelines.get(stream);
    if (timeline === undefined) {
      timeline = new PlaybackTimeline(this.#parts, this.#media.camera, stream);
      this.#timelines.set(stream, timeline);
    }
    return timeline;
  }

  #unreadable(item: Playable, error: NightjarError): void {
    this.#parts.log.warn("recording not readable", { segment: item.id, reason: error.message });
    reportUnreadable(this.#parts.core, item, error);
  }

  #audit(time90k: number): void {
    if (this.#audited) return;
    this.#audited = true;
    this.#parts.core.notify("audit", {
      sessionId: this.#media.access.grant.sessionId,
      action: "playback-started",
      camera: this.#media.camera,
      remoteAddress: this.#media.access.remoteAddress,
      detail: { time90k, stream: this.#stream },
    });
  }

  #streamOf(value: unknown): StreamName {
    const name = value ?? "main";
    if (typeof name !== "string" || !isStreamName(name)) throw invalid("stream must be main or sub");
    if (!this.#media.access.grant.streams.includes(name)) {
      throw new NightjarError("NJ_STREAM_MISSING", "not-found", `the camera has no ${name} stream for you`);
    }
    return name;
  }

  /** The connection stays: the client may ask for another moment. */
  #tell(error: unknown): void {
    const plain = toPlainError(error);
    if (plain.kind === "internal") this.#parts.log.error("playback failed", { reason: plain.message });
    const message = plain.kind === "internal" ? "playback failed; Nightjar's log says why" : plain.message;
    // The kind says whether it is worth asking again.
    this.#client.text({ type: "error", code: plain.code, kind: plain.kind, message });
  }
}

function numberOf(message: ClientMessage, key: string): number {
  const value = message[key];
  if (typeof value !== "number" || !Number.isFinite(value)) throw invalid(`${key} must be a number`);
  return value;
}

function timeOf(value: unknown): number {
  const ms = typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (!Number.isFinite(ms)) throw invalid("time must be a moment in ISO 8601");
  return time90kFromMs(ms);
}

function speedOf(value: unknown): number {
  if (typeof value !== "number" || !SPEEDS.has(value))
    throw invalid("speed must be ±0.25, 0.5, 1, 2, 4, 8 or 16");
  return value;
}

function stepOf(value: unknown): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value === 0 || Math.abs(value) > STEP_LIMIT) {
    throw invalid(`frames must be a whole number from 1 to ${STEP_LIMIT}, or its negative`);
  }
  return value;
}

function invalid(message: string): NightjarError {
  return new NightjarError("NJ_PLAYBACK_REQUEST", "invalid-argument", message);
}
