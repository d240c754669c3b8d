// Forwards play: decodes a few pictures ahead and shows each when the clock reaches it. Pictures between the key frame
// and the wanted moment are decoded and thrown away, so that a seek lands on the exact frame.
import type { Gap, Show, Stage, WaitingFrame } from "./playback-show.ts";
import { VideoPipe } from "./video-pipe.ts";

/** Pictures decoded ahead. Hardware decoders lend few; more than this would stop some of them. */
const AHEAD = 8;
/** Chunks given to the decoder at once on the way to the wanted moment. */
const PASSING = 64;
/** No input for this long, and a seek settles on the best picture that there is, until a better one comes. */
const SETTLE_MS = 200;
/** The clock may run this far ahead of a decoder that cannot keep up. */
const LAG_90K = 45_000;
/** A pause on screen longer than this, and time jumps even where no gap was announced. */
const LONGEST_STILL_MS = 2500;

interface Picture {
  readonly picture: VideoFrame;
  readonly time90k: number;
}

/** Shows one request forwards. */
export class ForwardShow implements Show {
  readonly #stage: Stage;
  readonly #pipe: VideoPipe;
  #encoded: WaitingFrame[] = [];
  #pictures: Picture[] = [];
  #gaps: Gap[] = [];
  #formatId: number | undefined;
  #flushing = false;
  #want90k: number | undefined;
  /** What was wanted when a seek settled on a picture before it: a converter or a disk may only have been slow. */
  #late90k: number | undefined;
  #shown90k: number | undefined;
  #ended = false;
  #flushed = false;
  #waiting = false;
  #steps = 0;
  #lastInputMs = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#pipe = new VideoPipe({
      picture: (picture, time90k) => this.#take(picture, time90k),
      fault: () => undefined,
    });
  }

  get seeking(): boolean {
    return this.#want90k !== undefined;
  }

  get rests(): boolean {
    return this.#want90k === undefined && this.#steps === 0 && !this.#stage.playing;
  }

  begin(want90k: number): void {
    this.#drop();
    this.#encoded = [];
    this.#gaps = [];
    this.#want90k = want90k;
    this.#late90k = undefined;
    this.#ended = false;
    this.#flushed = false;
    this.#steps = 0;
    this.#lastInputMs = performance.now();
    this.#pipe.reset();
    this.#flushing = false;
  }

  push(frame: WaitingFrame): void {
    this.#encoded.push(frame);
    this.#lastInputMs = performance.now();
    this.#pump();
  }

  gap(gap: Gap): void {
    this.#gaps.push(gap);
  }

  end(): void {
    this.#ended = true;
    this.#pump();
  }

  /** Shows the next pictures, one a refresh, while time stands still. False: this show cannot. */
  step(frames: number): boolean {
    if (this.#want90k !== undefined || this.#ended) return false;
    this.#late90k = undefined;
    this.#steps += frames;
    return true;
  }

  /** The same, once the seek underway has landed. */
  stepAfterSeek(frames: number): void {
    this.#steps = frames;
  }

  tick(nowMs: number): void {
    this.#pump();
    if (this.#want90k !== undefined) this.#settle(nowMs);
    else if (this.#steps > 0) this.#stepOne(nowMs);
    else if (this.#stage.playing) this.#play(nowMs);
  }

  close(): void {
    this.#drop();
    this.#encoded = [];
    this.#pipe.close();
  }

  #drop(): void {
    for (const one of this.#pictures) one.picture.close();
    this.#pictures = [];
  }

  #pump(): void {
    while (!this.#flushing) {
      const next = this.#encoded[0];
      // What comes before the wanted moment is thrown away when decoded, so it need not be rationed.
      const passing = next !== undefined && next.header.time90k < (this.#want90k ?? 0);
      if (this.#pipe.waiting + (passing ? 0 : this.#pictures.length) >= (passing ? PASSING : AHEAD)) return;
      if (next === undefined) {
        if (this.#ended && !this.#flushed) {
          this.#flushed = true;
          void this.#pipe.flush();
        }
        return;
      }
      if (next.header.formatId !== this.#formatId) {
        this.#changeFormat(next);
        return;
      }
      this.#encoded.shift();
      this.#pipe.feed(next.header, next.bytes);
    }
  }

  /** The parameter sets change: what the decoder still holds comes out first. */
  #changeFormat(next: WaitingFrame): void {
    if (this.#formatId === undefined) {
      this.#formatId = next.header.formatId;
      this.#pipe.configure(next.format);
      this.#pump();
      return;
    }
    this.#flushing = true;
    void this.#pipe.flush().then(() => {
      if (!this.#flushing) return;
      this.#flushing = false;
      this.#formatId = undefined;
      this.#pump();
    });
  }

  #take(picture: VideoFrame, time90k: number): void {
    this.#pictures.push({ picture, time90k });
    const want = this.#want90k;
    // Of the pictures on the way to the wanted one, only the latest is kept.
    while (want !== undefined && (this.#pictures[1]?.time90k ?? Number.POSITIVE_INFINITY) <= want) {
      this.#pictures.shift()?.picture.close();
    }
    if (want !== undefined) this.#settle(performance.now());
    else if (this.#late90k !== undefined) this.#takeLate(this.#late90k);
    this.#pump();
  }

  /** Shows what is nearer to the moment that was wanted than the picture that stands, unless time has gone on since. */
  #takeLate(late90k: number): void {
    const first = this.#pictures[0];
    if (!this.rests || first === undefined || first.time90k > late90k) this.#late90k = undefined;
    else this.#showNext(performance.now(), true);
  }

  #settle(nowMs: number): void {
    const want = this.#want90k;
    const first = this.#pictures[0];
    if (want === undefined || first === undefined) {
      if (
        this.#ended &&
        this.#encoded.length === 0 &&
        this.#pipe.waiting === 0 &&
        nowMs - this.#lastInputMs > SETTLE_MS
      ) {
        this.#stage.ended();
      }
      return;
    }
    const idle =
      this.#encoded.length === 0 && this.#pipe.waiting === 0 && nowMs - this.#lastInputMs > SETTLE_MS;
    const isEarly = first.time90k <= want && this.#pictures.length < 2;
    if (isEarly && !idle) return;
    this.#late90k = isEarly ? want : undefined;
    this.#want90k = undefined;
    this.#showNext(nowMs, true);
  }

  #stepOne(nowMs: number): void {
    if (this.#pictures.length === 0) {
      if (this.#ended && this.#encoded.length === 0) {
        this.#steps = 0;
        this.#stage.ended();
      }
      return;
    }
    this.#steps -= 1;
    this.#showNext(nowMs, true);
  }

  #showNext(nowMs: number, jump: boolean): void {
    const next = this.#pictures.shift();
    if (next === undefined) return;
    this.#stage.canvas?.draw(next.picture);
    next.picture.close();
    this.#shown90k = next.time90k;
    if (jump) this.#stage.clock.jump(next.time90k, nowMs);
    this.#setWaiting(false);
    this.#stage.shown(next.time90k);
    this.#pump();
  }

  #setWaiting(waiting: boolean): void {
    if (waiting === this.#waiting) return;
    this.#waiting = waiting;
    this.#stage.waiting(waiting);
  }

  #play(nowMs: number): void {
    const { clock } = this.#stage;
    const next = this.#pictures[0];
    if (next === undefined) {
      if (this.#encoded.length > 0 || this.#pipe.waiting > 0) return;
      clock.hold(nowMs);
      if (this.#ended) this.#stage.ended();
      else if (nowMs - this.#lastInputMs > SETTLE_MS) this.#setWaiting(true);
      return;
    }
    if (!clock.running) {
      clock.jump(next.time90k, nowMs);
      clock.run(nowMs);
    }
    this.#jumpGap(next, nowMs);
    let now = clock.at(nowMs);
    const newest = this.#pictures.at(-1)?.time90k ?? now;
    if (now > newest + LAG_90K * Math.abs(clock.speed)) {
      clock.jump(newest, nowMs);
      now = newest;
    }
    while ((this.#pictures[1]?.time90k ?? Number.POSITIVE_INFINITY) <= now)
      this.#pictures.shift()?.picture.close();
    if ((this.#pictures[0]?.time90k ?? Number.POSITIVE_INFINITY) <= now) this.#showNext(nowMs, false);
  }

  #jumpGap(next: Picture, nowMs: number): void {
    const { clock } = this.#stage;
    const shown = this.#shown90k ?? next.time90k;
    const gap = this.#gaps[0];
    if (gap !== undefined && next.time90k >= gap.end90k - 9000) {
      if (clock.at(nowMs) < gap.start90k && clock.at(nowMs) < shown + 9000) return;
      this.#gaps.shift();
      clock.jump(next.time90k, nowMs);
      this.#stage.jumped(gap);
    } else if ((next.time90k - clock.at(nowMs)) / 90 / Math.abs(clock.speed) > LONGEST_STILL_MS) {
      clock.jump(next.time90k, nowMs);
    }
  }
}
