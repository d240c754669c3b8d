// Backwards play: a group of pictures arrives in decoding order, is decoded whole, copied at screen size (decoders lend
// few pictures), and shown from late to early while the group before it is made ready.
import { keepEvery } from "./gop-thinning.ts";
import type { Gap, Show, Stage, WaitingFrame } from "./playback-show.ts";
import { VideoPipe } from "./video-pipe.ts";

/** Pictures are kept at most this wide. */
const WIDEST = 1280;

interface Still {
  readonly bitmap: ImageBitmap;
  readonly time90k: number;
}

/** Shows one request backwards. */
export class BackwardShow implements Show {
  readonly #stage: Stage;
  readonly #pipe: VideoPipe;
  readonly #scratch = new OffscreenCanvas(2, 2);
  readonly #context: OffscreenCanvasRenderingContext2D | null;
  #arriving: WaitingFrame[] = [];
  #groups: WaitingFrame[][] = [];
  /** From late to early. */
  #stills: Still[] = [];
  #collecting: Still[] = [];
  #every = 1;
  #seen = 0;
  #busy = false;
  #generation = 0;
  #want90k = 0;
  #shown90k: number | undefined;
  #ended = false;
  #waiting = false;
  #gaps: Gap[] = [];

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#context = this.#scratch.getContext("2d", { alpha: false });
    this.#pipe = new VideoPipe({
      picture: (picture, time90k) => this.#keep(picture, time90k),
      fault: () => undefined,
    });
  }

  get rests(): boolean {
    return this.#shown90k !== undefined && !this.#stage.playing;
  }

  begin(want90k: number): void {
    this.#generation += 1;
    this.#drop();
    this.#arriving = [];
    this.#groups = [];
    this.#gaps = [];
    this.#busy = false;
    this.#want90k = want90k;
    this.#shown90k = undefined;
    this.#ended = false;
  }

  push(frame: WaitingFrame): void {
    if (frame.header.keyFrame && this.#arriving.length > 0) this.#closeGroup();
    this.#arriving.push(frame);
    // With key frames only, each is a group of its own and need not wait for the next.
    if (Math.abs(this.#stage.clock.speed) > 4) this.#closeGroup();
  }

  gap(gap: Gap): void {
    this.#closeGroup();
    this.#gaps.push(gap);
  }

  end(): void {
    this.#closeGroup();
    this.#ended = true;
  }

  tick(nowMs: number): void {
    this.#prepare();
    if (this.#shown90k === undefined) this.#first(nowMs);
    else if (this.#stage.playing) this.#play(nowMs);
  }

  close(): void {
    this.#generation += 1;
    this.#drop();
    this.#pipe.close();
  }

  #drop(): void {
    for (const one of [...this.#stills, ...this.#collecting]) one.bitmap.close();
    this.#stills = [];
    this.#collecting = [];
  }

  #closeGroup(): void {
    if (this.#arriving.length > 0) this.#groups.push(this.#arriving);
    this.#arriving = [];
    this.#prepare();
  }

  /** Decodes the next group once the one on show is half through. */
  #prepare(): void {
    const group = this.#groups[0];
    const first = group?.[0];
    if (this.#busy || group === undefined || first === undefined || this.#stills.length > 24) return;
    this.#groups.shift();
    this.#busy = true;
    const generation = this.#generation;
    const scale = Math.min(1, WIDEST / (first.format.video?.width ?? WIDEST));
    const width = Math.round((first.format.video?.width ?? 2) * scale);
    const height = Math.round((first.format.video?.height ?? 2) * scale);
    this.#scratch.width = width;
    this.#scratch.height = height;
    this.#every = keepEvery(group.length, width, height);
    this.#seen = 0;
    this.#pipe.configure(first.format);
    for (const frame of group) this.#pipe.feed(frame.header, frame.bytes);
    void this.#pipe.flush().then(() => {
      if (generation !== this.#generation) return;
      this.#busy = false;
      this.#stills.push(...this.#collecting.reverse());
      this.#collecting = [];
    });
  }

  #keep(picture: VideoFrame, time90k: number): void {
    const wanted = this.#seen % this.#every === 0 && time90k <= this.#want90k && this.#context !== null;
    this.#seen += 1;
    if (wanted) {
      this.#context?.drawImage(picture, 0, 0, this.#scratch.width, this.#scratch.height);
      this.#collecting.push({ bitmap: this.#scratch.transferToImageBitmap(), time90k });
    }
    picture.close();
  }

  #show(nowMs: number, jump: boolean): void {
    const still = this.#stills.shift();
    if (still === undefined) return;
    this.#stage.canvas?.draw(still.bitmap);
    still.bitmap.close();
    this.#shown90k = still.time90k;
    if (jump) this.#stage.clock.jump(still.time90k, nowMs);
    this.#stage.shown(still.time90k);
  }

  #first(nowMs: number): void {
    if (this.#stills.length > 0) this.#show(nowMs, true);
    else if (this.#ended && !this.#busy && this.#groups.length === 0) this.#stage.ended();
  }

  #play(nowMs: number): void {
    const { clock } = this.#stage;
    const next = this.#stills[0];
    if (next === undefined) {
      if (this.#busy || this.#groups.length > 0) return;
      clock.hold(nowMs);
      if (this.#ended) this.#stage.ended();
      else this.#setWaiting(true);
      return;
    }
    this.#setWaiting(false);
    if (!clock.running) {
      clock.jump(this.#shown90k ?? next.time90k, nowMs);
      clock.run(nowMs);
    }
    const gap = this.#gaps[0];
    if (gap !== undefined && next.time90k <= gap.start90k + 9000) {
      this.#gaps.shift();
      clock.jump(next.time90k, nowMs);
      this.#stage.jumped(gap);
    }
    const now = clock.at(nowMs);
    if (now < next.time90k - 45_000 * Math.abs(clock.speed)) clock.jump(next.time90k, nowMs);
    // A picture stands from its own time to the next one's: it is due once time has gone below its successor.
    while ((this.#stills[1]?.time90k ?? Number.NEGATIVE_INFINITY) >= now)
      this.#stills.shift()?.bitmap.close();
    if ((this.#shown90k ?? Number.POSITIVE_INFINITY) > now) this.#show(nowMs, false);
  }

  #setWaiting(waiting: boolean): void {
    if (waiting === this.#waiting) return;
    this.#waiting = waiting;
    this.#stage.waiting(waiting);
  }
}
