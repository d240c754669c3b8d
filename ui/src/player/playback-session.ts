// One playback line in the worker: asks the recorder for moments, drops what belongs to older requests, and shows
// the rest forwards or backwards. Flow control: the recorder runs ahead of the last position told, and no further.
import type { LiveFrameHeader } from "@nightjar/core/wire";
import { BackwardShow } from "./backward-show.ts";
import { atEveryRefresh } from "./display-refresh.ts";
import { ForwardShow } from "./forward-show.ts";
import type { PictureWay, Post } from "./messages.ts";
import { PictureCanvas } from "./picture-canvas.ts";
import { PlaybackClock } from "./playback-clock.ts";
import { PlaybackNotes } from "./playback-notes.ts";
import { PositionTeller, playRequest, stepBackRequest } from "./playback-requests.ts";
import type { Gap, Show, Stage } from "./playback-show.ts";
import { PlaybackTracks } from "./playback-tracks.ts";
import { reconnectDelayMs } from "./reconnect.ts";
import { StreamSocket } from "./stream-socket.ts";
import { formatOf, numberOf, textOf } from "./wire-text.ts";

/** At the live edge: how long until the recorder is asked whether more was written. */
const EDGE_MS = 1000;
/** How often, while paused, a moment is asked for again of which nothing could be shown: the first part of a new file is on its way. */
const EMPTY_TRIES = 10;
/** Kinds of errors that pass: a disk that does not answer now, a part of the recorder that is being restarted. */
const PASSING = new Set<unknown>(["unavailable", "deadline-exceeded", "resource-exhausted"]);

/** Plays one camera's recordings until closed. */
export class PlaybackSession {
  readonly #id: number;
  readonly #post: Post;
  readonly #way: PictureWay;
  readonly #canvas: PictureCanvas | undefined;
  readonly #clock = new PlaybackClock();
  readonly #socket: StreamSocket;
  readonly #tracks: PlaybackTracks;
  readonly #stage: Stage;
  readonly #position: PositionTeller;
  readonly #notes: PlaybackNotes;
  #stopRefresh: (() => void) | undefined;
  #show: ForwardShow | BackwardShow | undefined;
  #stream: "main" | "sub";
  #request = 0;
  #accepting = false;
  #speed = 1;
  #requestedSpeed = 1;
  #playing = false;
  #want90k: number | undefined;
  #shown90k: number | undefined;
  #edgeTimer: ReturnType<typeof setTimeout> | undefined;
  /** Nothing was shown since the last request; how often it was repeated for that. */
  #isEmpty = false;
  #emptyTries = 0;
  #hasLine = false;
  /** This browser cannot play what is recorded: the recorder is asked for what it can. */
  #isConverted = false;
  /** Something of the last request is on show. */
  #isShown = false;
  /** The last request was answered with an error. */
  #isRefused = false;
  /** How often it was asked again since because the error may have passed. */
  #refusedTries = 0;
  #awaitsStep = false;
  /** Stepping back one frame: the picture shown must be earlier than this. */
  #stepBackFrom90k: number | undefined;

  constructor(
    id: number,
    url: string,
    way: PictureWay,
    canvas: OffscreenCanvas | undefined,
    stream: "main" | "sub",
    post: Post,
  ) {
    this.#id = id;
    this.#post = post;
    this.#way = way;
    this.#stream = stream;
    this.#canvas = canvas === undefined ? undefined : new PictureCanvas(canvas);
    this.#tracks = new PlaybackTracks(id, way, post, (codec) => {
      if (this.#isConverted) post({ id, type: "unsupported", codec });
      else this.convert();
    });
    this.#notes = new PlaybackNotes(id, post);
    const session = this;
    this.#stage = {
      clock: this.#clock,
      canvas: this.#canvas,
      get playing() {
        return session.#playing;
      },
      shown: (time90k) => this.#shownNow(time90k),
      waiting: (waiting) => post({ id, type: "buffering", waiting }),
      jumped: (gap) => post({ id, type: "gap", startMs: gap.start90k / 90, endMs: gap.end90k / 90 }),
      ended: () => this.#ended(),
    };
    this.#socket = new StreamSocket(url, {
      opened: () => this.#opened(),
      text: (message) => this.#text(message),
      frame: (header, bytes) => this.#frame(header, bytes),
      lost: (refused) => {
        this.#hasLine = false;
        post({ id, type: "lost", reason: refused ? "refused" : "line", sinceMs: Date.now() });
      },
    });
    this.#position = new PositionTeller(this.#socket, () => (this.#hasLine ? this.#shown90k : undefined));
  }

  play(time90k: number, speed: number): void {
    this.#speed = speed;
    this.#playing = true;
    this.#emptyTries = 0;
    this.#refusedTries = 0;
    this.#ask(time90k + 89);
  }

  seek(time90k: number): void {
    this.#emptyTries = 0;
    this.#refusedTries = 0;
    this.#ask(time90k + 89);
  }

  pause(): void {
    this.#playing = false;
    this.#clock.hold(performance.now());
    this.#tracks.sound.hold();
  }

  resume(): void {
    if (this.#playing) return;
    this.#playing = true;
    const here = this.#isRefused ? this.#refusedPlace() : (this.#shown90k ?? this.#want90k);
    const isVoid = this.#requestedSpeed !== this.#speed || this.#notes.rests || this.#isRefused;
    if (here !== undefined && isVoid) this.#ask(here);
    else this.#post({ id: this.#id, type: "resumed" });
    this.#wake();
  }

  setSpeed(speed: number): void {
    this.#speed = speed;
    this.#tracks.sound.silence();
    const here = this.#shown90k ?? this.#want90k;
    // A paused player asks at normal speed, for exact frames; it asks again when it goes on.
    if (this.#playing && here !== undefined) this.#ask(here);
  }

  /** Steps whole frames while paused. */
  step(frames: number): void {
    this.pause();
    const here = this.#shown90k;
    if (here === undefined) return;
    if (frames < 0) {
      this.#ask(here - 1);
      this.#stepBackFrom90k = here;
    } else if (
      this.#requestedSpeed !== 1 ||
      !(this.#show instanceof ForwardShow) ||
      !this.#show.step(frames)
    ) {
      this.#ask(here);
      if (this.#show instanceof ForwardShow) this.#show.stepAfterSeek(frames);
    }
    this.#wake();
  }

  setStream(stream: "main" | "sub"): void {
    if (stream === this.#stream) return;
    this.#stream = stream;
    const here = this.#shown90k ?? this.#want90k;
    if (here !== undefined) this.#ask(here);
  }

  setAudio(enabled: boolean): void {
    this.#tracks.setAudio(enabled);
    this.#socket.send({ type: "audio", enabled });
    const here = this.#shown90k;
    if (this.#way === "mse" && here !== undefined) this.#ask(here);
  }

  /** Asks for the moment again, in a form that this browser can play. */
  convert(): void {
    if (this.#isConverted) return;
    this.#isConverted = true;
    const want = this.#isShown ? this.#shown90k : this.#want90k;
    if (want !== undefined) this.#ask(want);
  }

  /** The page's own player (MSE) shows this moment. */
  shownByPage(time90k: number): void {
    this.#shown90k = time90k;
    this.#isShown = true;
    this.#refusedTries = 0;
    this.#notes.shown();
    // Sound that it cannot play goes by what it shows: its clock is not ours.
    if (this.#playing && this.#accepting) this.#tracks.sound.tick(time90k);
  }

  /** The page's own player (MSE) has shown all that was sent. */
  dry(): void {
    this.#ended();
  }

  async still(reply: number): Promise<void> {
    const blob = await this.#canvas?.still();
    this.#post({ id: this.#id, type: "picture", reply, blob, timeMs: (this.#shown90k ?? 0) / 90 });
  }

  close(): void {
    this.#rest();
    this.#position.close();
    clearTimeout(this.#edgeTimer);
    this.#socket.close();
    this.#show?.close();
    this.#tracks.sound.close();
  }

  /** Asks the recorder for a moment; everything of earlier requests is void from now on. */
  #ask(want90k: number): void {
    clearTimeout(this.#edgeTimer);
    this.#edgeTimer = undefined;
    this.#isEmpty = true;
    this.#isShown = false;
    this.#isRefused = false;
    const speed = this.#playing ? this.#speed : 1;
    this.#request += 1;
    this.#stepBackFrom90k = undefined;
    this.#accepting = false;
    this.#position.forget();
    this.#want90k = want90k;
    this.#requestedSpeed = speed;
    this.#clock.hold(performance.now());
    this.#clock.setSpeed(speed, performance.now());
    this.#tracks.sound.silence();
    if (this.#way === "webcodecs") this.#begin(this.#stageShow(speed), want90k);
    else {
      this.#tracks.waitForKeyFrame();
      this.#post({ id: this.#id, type: "asked" });
    }
    this.#notes.asked();
    this.#socket.send(playRequest(this.#request, want90k, speed, this.#stream, this.#isConverted));
  }

  #stepOverGap(here90k: number): void {
    this.#request += 1;
    this.#accepting = false;
    this.#awaitsStep = true;
    this.#socket.send(stepBackRequest(this.#request, here90k));
  }

  #stageShow(speed: number): Show {
    const fits = speed > 0 ? this.#show instanceof ForwardShow : this.#show instanceof BackwardShow;
    if (this.#show === undefined || !fits) {
      this.#show?.close();
      this.#show = speed > 0 ? new ForwardShow(this.#stage) : new BackwardShow(this.#stage);
    }
    return this.#show;
  }

  #begin(show: Show | undefined, want90k: number): void {
    show?.begin(want90k);
    this.#wake();
  }

  /** Shows at each refresh what is due, until nothing moves. The page's own player (MSE) needs none of it: it has its own clock. */
  #wake(): void {
    if (this.#show === undefined) return;
    this.#stopRefresh ??= atEveryRefresh((nowMs) => {
      this.#show?.tick(nowMs);
      if (this.#clock.running) this.#tracks.sound.tick(this.#clock.at(nowMs));
      if (this.#show?.rests !== false) this.#rest();
    });
  }

  #rest(): void {
    this.#stopRefresh?.();
    this.#stopRefresh = undefined;
  }

  #opened(): void {
    this.#hasLine = true;
    this.#tracks.forget();
    this.#socket.send({ type: "audio", enabled: this.#tracks.sound.enabled });
    const here = this.#shown90k ?? this.#want90k;
    if (here !== undefined) this.#ask(here);
  }

  #text(message: Readonly<Record<string, unknown>>): void {
    const id = this.#id;
    switch (message["type"]) {
      case "seeked":
        if (message["request"] === this.#request) this.#seeked(numberOf(message, "time90k"));
        break;
      case "format":
        this.#tracks.configure(formatOf(message));
        break;
      case "gap": {
        const start90k = numberOf(message, "start90k");
        const end90k = numberOf(message, "end90k");
        if (this.#accepting && start90k !== undefined && end90k !== undefined)
          this.#gap({ start90k, end90k });
        break;
      }
      case "end":
        if (message["request"] !== this.#request) break;
        // The page's own player tells when it has shown what it was given.
        if (this.#way === "webcodecs") this.#show?.end();
        else if (this.#isEmpty) this.#ended();
        else this.#post({ id, type: "all-sent" });
        break;
      case "error":
        this.#isRefused = true;
        if (PASSING.has(message["kind"])) this.#askOnceItPassed();
        this.#post({
          id,
          type: "refused",
          code: textOf(message, "code") ?? "",
          message: textOf(message, "message") ?? "",
        });
        break;
      default:
        this.#notes.take(message);
    }
  }

  /** What was refused: the moment that was asked for, or what comes after the picture on show. */
  #refusedPlace(): number | undefined {
    return this.#isShown ? this.#shown90k : this.#want90k;
  }

  /** Asks for the same again, after pauses that grow: a disk may need minutes, and nobody should have to watch for it. */
  #askOnceItPassed(): void {
    const want = this.#refusedPlace();
    if (want === undefined) return;
    clearTimeout(this.#edgeTimer);
    this.#edgeTimer = setTimeout(() => this.#ask(want), reconnectDelayMs(this.#refusedTries, Math.random()));
    this.#refusedTries += 1;
  }

  #seeked(time90k: number | undefined): void {
    this.#accepting = true;
    this.#socket.good();
    if (this.#awaitsStep && time90k !== undefined) {
      this.#want90k = time90k;
      this.#begin(this.#show, time90k);
      // The recorder stands still after a step; what follows is wanted for the next one.
      this.#socket.send({ type: "resume" });
    }
    this.#awaitsStep = false;
    this.#post({ id: this.#id, type: "live" });
    this.#post({
      id: this.#id,
      type: "seeked",
      timeMs: Math.max(this.#want90k ?? 0, time90k ?? 0) / 90,
      speed: this.#requestedSpeed,
    });
  }

  #gap(gap: Gap): void {
    if (this.#way === "mse")
      this.#post({ id: this.#id, type: "gap", startMs: gap.start90k / 90, endMs: gap.end90k / 90 });
    this.#show?.gap(gap);
  }

  #frame(header: LiveFrameHeader, bytes: Uint8Array<ArrayBuffer>): void {
    if (!this.#accepting) return;
    // The page's own player shows what it is given.
    if (this.#way === "mse") this.#isEmpty = false;
    const picture = this.#tracks.take(header, bytes, this.#requestedSpeed === 1);
    if (picture !== undefined) this.#show?.push(picture);
  }

  #shownNow(time90k: number): void {
    this.#shown90k = time90k;
    this.#isShown = true;
    this.#isEmpty = false;
    this.#emptyTries = 0;
    this.#refusedTries = 0;
    this.#notes.shown();
    const from = this.#stepBackFrom90k;
    this.#stepBackFrom90k = undefined;
    // Before the first picture after a gap: the recorder, which knows what lies beyond it, steps over.
    if (from !== undefined && time90k >= from) this.#stepOverGap(time90k);
    this.#post({ id: this.#id, type: "time", timeMs: time90k / 90 });
  }

  /** Nothing follows. Forwards that is the live edge, where more is being written: ask again in a moment. */
  #ended(): void {
    this.#post({ id: this.#id, type: "end", timeMs: (this.#shown90k ?? 0) / 90 });
    const waitsForFirst = this.#isEmpty && this.#emptyTries < EMPTY_TRIES;
    if (this.#speed < 0 || (!this.#playing && !waitsForFirst)) {
      this.#playing = false;
      return;
    }
    this.#begin(this.#show, this.#shown90k ?? this.#want90k ?? 0);
    this.#askAgain();
  }

  /** Asks in a moment for what comes after the picture on show; where there is none yet, for the same again. */
  #askAgain(): void {
    clearTimeout(this.#edgeTimer);
    if (this.#isEmpty) {
      const want = this.#want90k;
      if (want === undefined || (!this.#playing && this.#emptyTries >= EMPTY_TRIES)) return;
      this.#emptyTries += 1;
      this.#edgeTimer = setTimeout(() => this.#ask(want), EDGE_MS);
    } else if (this.#playing) {
      const here = this.#shown90k;
      this.#edgeTimer = setTimeout(() => {
        if (this.#playing && here !== undefined) this.#ask(here + 1);
      }, EDGE_MS);
    }
  }
}
