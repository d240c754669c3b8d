// One live stream in the worker: socket → decoder → canvas (or → fragments for the page's MediaSource).
// Pictures are drawn the moment they are decoded; what is late is left out up to the next key frame.
import type { LiveFrameHeader, WireFormat } from "@nightjar/core/wire";
import { FragmentBuilder } from "./fragment-builder.ts";
import { postPieces } from "./fragment-post.ts";
import type { LostReason, PictureWay, Post } from "./messages.ts";
import { PictureCanvas } from "./picture-canvas.ts";
import { Rates } from "./rates.ts";
import { SoundPipe, soundWay } from "./sound-pipe.ts";
import { StreamSocket } from "./stream-socket.ts";
import { decodes, VideoPipe } from "./video-pipe.ts";
import { formatOf, numberOf, stateOf, textOf } from "./wire-text.ts";

/** More undecoded frames than this, and the machine is too slow: on to the next key frame. */
const MOST_UNDECODED = 24;
/** No frame for this long on an open line, or none that was shown: the picture is stale. */
const STALLED_MS = 5000;
const FIGURES_MS = 1000;

interface Underway {
  readonly arrivedMs: number;
  readonly delayBeforeMs: number;
}

/** Plays one live stream until closed. */
export class LiveSession {
  readonly #id: number;
  readonly #way: PictureWay;
  readonly #post: Post;
  readonly #canvas: PictureCanvas | undefined;
  readonly #socket: StreamSocket;
  readonly #rates = new Rates();
  readonly #pipe: VideoPipe;
  readonly #sound: SoundPipe;
  readonly #fragments: FragmentBuilder | undefined;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #underway = new Map<number, Underway>();
  #held: { header: LiveFrameHeader; bytes: Uint8Array<ArrayBuffer> }[] | undefined;
  #format: WireFormat | undefined;
  #audio: boolean;
  #visible = true;
  #live = false;
  #lastFrameMs = performance.now();
  #lastShownMs = performance.now();
  #dropped = 0;
  #width = 0;
  #height = 0;

  constructor(
    id: number,
    url: string,
    way: PictureWay,
    canvas: OffscreenCanvas | undefined,
    audio: boolean,
    post: Post,
  ) {
    this.#id = id;
    this.#way = way;
    this.#audio = audio;
    this.#post = post;
    this.#canvas = canvas === undefined ? undefined : new PictureCanvas(canvas);
    this.#fragments = way === "mse" ? new FragmentBuilder() : undefined;
    this.#pipe = new VideoPipe({
      picture: (picture, time90k) => this.#show(picture, time90k),
      fault: () => {
        this.#dropped += this.#underway.size;
        this.#underway.clear();
      },
    });
    this.#sound = new SoundPipe((planes, sampleRate) => {
      post(
        { id, type: "pcm", planes, sampleRate },
        planes.map((plane) => plane.buffer),
      );
    });
    this.#socket = new StreamSocket(url, {
      opened: () => this.#opened(),
      text: (message) => this.#text(message),
      frame: (header, bytes) => this.#frame(header, bytes),
      lost: (refused) => this.#lost(refused ? "refused" : "line"),
    });
    this.#timer = setInterval(() => this.#tick(), FIGURES_MS);
  }

  setAudio(enabled: boolean): void {
    this.#audio = enabled;
    this.#socket.send({ type: "audio", enabled });
    if (!enabled) this.#post({ id: this.#id, type: "pcm-reset" });
    if (this.#fragments !== undefined && this.#format !== undefined) {
      // The set of tracks changes: the page builds a new MediaSource from the next key frame.
      this.#fragments.configure(this.#format, enabled);
    }
    this.#tellSound();
  }

  setVisible(visible: boolean): void {
    if (visible === this.#visible) return;
    this.#visible = visible;
    this.#beginWatch();
    this.#socket.send({ type: visible ? "resume" : "pause" });
    if (!visible) this.#pipe.waitForKeyFrame();
  }

  async still(reply: number): Promise<void> {
    const blob = await this.#canvas?.still();
    this.#post({ id: this.#id, type: "picture", reply, blob, timeMs: Date.now() });
  }

  close(): void {
    clearInterval(this.#timer);
    this.#socket.close();
    this.#pipe.close();
    this.#sound.close();
  }

  #opened(): void {
    this.#beginWatch();
    this.#socket.send({ type: "audio", enabled: this.#audio });
    if (!this.#visible) this.#socket.send({ type: "pause" });
  }

  #text(message: Readonly<Record<string, unknown>>): void {
    const id = this.#id;
    switch (message["type"]) {
      case "format": {
        const format = formatOf(message);
        if (format !== undefined) this.#reformat(format);
        break;
      }
      case "state": {
        const state = stateOf(message);
        if (state !== undefined) this.#post({ id, type: "camera-state", ...state });
        break;
      }
      case "dropped":
        this.#dropped += numberOf(message, "frames") ?? 0;
        break;
      case "transcoding":
        this.#post({
          id,
          type: "transcoding",
          from: textOf(message, "from") ?? "",
          to: textOf(message, "to") ?? "",
          running: numberOf(message, "running") ?? 0,
          limit: numberOf(message, "limit") ?? 0,
        });
        break;
      case "transcode-wait":
        this.#post({
          id,
          type: "transcode-wait",
          from: textOf(message, "from") ?? "",
          running: numberOf(message, "running") ?? 0,
          limit: numberOf(message, "limit") ?? 0,
        });
        break;
      case "error":
        this.#post({
          id,
          type: "refused",
          code: textOf(message, "code") ?? "",
          message: textOf(message, "message") ?? "",
        });
        break;
      default:
    }
  }

  #reformat(format: WireFormat): void {
    this.#format = format;
    this.#width = format.video?.width ?? 0;
    this.#height = format.video?.height ?? 0;
    this.#tellSound();
    if (this.#fragments !== undefined) {
      this.#fragments.configure(format, this.#audio);
      this.#sound.configure(
        format.audio !== undefined && soundWay(format.audio.codec) === "table" ? format.audio : undefined,
      );
      return;
    }
    this.#sound.configure(format.audio);
    this.#held = [];
    void decodes(format).then((supported) => {
      if (format !== this.#format) return;
      const held = this.#held ?? [];
      this.#held = undefined;
      if (!supported) {
        if (format.video !== undefined)
          this.#post({ id: this.#id, type: "unsupported", codec: format.video.codec });
        return;
      }
      this.#pipe.configure(format);
      for (const one of held) this.#decode(one.header, one.bytes);
    });
  }

  #tellSound(): void {
    const audio = this.#format?.audio;
    if (audio === undefined) return;
    const supported = soundWay(audio.codec) !== undefined || this.#way === "mse";
    this.#post({
      id: this.#id,
      type: "sound",
      codec: audio.codec,
      supported,
      ...(audio.note === undefined ? {} : { note: audio.note }),
    });
  }

  #frame(header: LiveFrameHeader, bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#format === undefined || header.formatId !== this.#format.formatId || !this.#visible) return;
    const now = performance.now();
    this.#rates.arrived(now, bytes.byteLength);
    if (header.track === "audio") {
      if (!this.#audio) return;
      this.#sound.feed(header, bytes);
      if (this.#fragments !== undefined) this.#fragment(header, bytes);
      return;
    }
    this.#lastFrameMs = now;
    const delayBeforeMs = this.#rates.transit(now, header.time90k / 90, header.ageUs / 1000);
    this.#underway.set(header.time90k, { arrivedMs: now, delayBeforeMs });
    if (this.#underway.size > 200) this.#underway.clear();
    if (this.#fragments !== undefined) {
      this.#fragment(header, bytes);
      // Whether the page's element shows it is the page's to see.
      this.#lastShownMs = now;
      this.#rates.drawn(now, delayBeforeMs);
      this.#nowLive();
    } else if (this.#held === undefined) this.#decode(header, bytes);
    else if (this.#held.length < 300) this.#held.push({ header, bytes });
  }

  #fragment(header: LiveFrameHeader, bytes: Uint8Array<ArrayBuffer>): void {
    postPieces(this.#id, this.#fragments?.push(header, bytes) ?? [], header, this.#post);
  }

  #decode(header: LiveFrameHeader, bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#pipe.waiting > MOST_UNDECODED && !header.keyFrame) this.#pipe.waitForKeyFrame();
    if (!this.#pipe.feed(header, bytes)) {
      this.#dropped += 1;
      this.#underway.delete(header.time90k);
    }
  }

  #show(picture: VideoFrame, time90k: number): void {
    this.#canvas?.draw(picture);
    this.#width = picture.displayWidth;
    this.#height = picture.displayHeight;
    picture.close();
    const now = performance.now();
    this.#lastShownMs = now;
    const underway = this.#underway.get(time90k);
    this.#underway.delete(time90k);
    this.#rates.drawn(
      now,
      underway === undefined ? undefined : now - underway.arrivedMs + underway.delayBeforeMs,
    );
    this.#nowLive();
  }

  #nowLive(): void {
    if (this.#live) return;
    this.#live = true;
    this.#socket.good();
    this.#post({ id: this.#id, type: "live" });
    this.#tellFigures();
  }

  /** `agoMs`: how long before now the last picture was shown. */
  #lost(reason: LostReason, agoMs = 0): void {
    this.#live = false;
    this.#pipe.waitForKeyFrame();
    this.#post({ id: this.#id, type: "lost", reason, sinceMs: Math.round(Date.now() - agoMs) });
  }

  #tick(): void {
    if (this.#visible && this.#live) {
      const now = performance.now();
      const agoMs = now - this.#lastShownMs;
      if (now - this.#lastFrameMs > STALLED_MS) this.#lost("stalled", agoMs);
      else if (agoMs > STALLED_MS) {
        this.#lost("undrawn", agoMs);
        // A decoder that stands still comes to itself by nothing else.
        this.#pipe.reset();
      }
    }
    if (this.#live) this.#tellFigures();
  }

  /** What was before now says nothing of the line and the decoder. */
  #beginWatch(): void {
    this.#lastFrameMs = performance.now();
    this.#lastShownMs = this.#lastFrameMs;
  }

  #tellFigures(): void {
    const now = performance.now();
    this.#post({
      id: this.#id,
      type: "figures",
      figures: {
        delayMs: this.#rates.delayMs,
        bitrateKbps: this.#rates.bitrateKbps(now),
        framesPerSecond: this.#rates.framesPerSecond(now),
        codec: this.#format?.video?.codec ?? "",
        width: this.#width,
        height: this.#height,
        dropped: this.#dropped,
        way: this.#way,
      },
    });
  }
}
