// Playback in a <video>: the element's own clock up to 4× forwards; backwards and at higher speeds the playhead is
// set picture by picture, because the element can neither run backwards nor over pictures that do not touch.
import { MediaSourceFeed } from "./media-source-feed.ts";
import { PendingSteps } from "./pending-steps.ts";
import { PlaybackClock } from "./playback-clock.ts";

/** At most this many pictures a second are set by hand. */
const BY_HAND_MS = 120;
const EPSILON_S = 0.002;
/** The element plays by itself up to this speed; beyond it the recorder sends key frames alone. */
const NATIVE_UP_TO = 4;

export interface MsePlaybackSink {
  shown(timeMs: number): void;
  waiting(waiting: boolean): void;
  /** All that the recorder has for the request was shown. */
  dry(): void;
}

/** The neighbour of `time` in sorted `times`, `offset` places on; undefined outside. Pure. */
export function neighbour(times: readonly number[], time: number, offset: number): number | undefined {
  let at = times.length - 1;
  while (at >= 0 && (times[at] ?? 0) > time + EPSILON_S) at -= 1;
  return times[at + offset];
}

/** Plays recordings of one camera into a video element. */
export class MsePlayback {
  readonly #video: HTMLVideoElement;
  readonly #feed: MediaSourceFeed;
  readonly #sink: MsePlaybackSink;
  readonly #clock = new PlaybackClock();
  readonly #timer: ReturnType<typeof setInterval>;
  /** Presentation times of what was appended, in seconds of the element's time, sorted. */
  #times: number[] = [];
  /** Where the first of them begins that came of the present request. */
  #beginS: number | undefined;
  #zeroMs = 0;
  #targetMs: number | undefined;
  /** Of what the recorder sends now. */
  #speed = 1;
  /** Of what it has been asked for; until it answers, nothing moves: it would in the wrong direction. */
  #wantedSpeed = 1;
  #playing = false;
  /** The recorder is being asked for a moment: nothing moves until it answers, or it would be shown twice. */
  #isAsked = false;
  #isAllSent = false;
  /** Also shown. */
  #isDry = false;
  readonly #steps = new PendingSteps();
  #closed = false;
  #stuckSince = 0;

  constructor(video: HTMLVideoElement, sink: MsePlaybackSink) {
    this.#video = video;
    this.#feed = new MediaSourceFeed(video);
    this.#sink = sink;
    this.#timer = setInterval(() => this.#tick(), BY_HAND_MS);
    this.#watch();
  }

  /** The recorder is asked for a moment. */
  asked(): void {
    this.#isAsked = true;
    this.#stand();
  }

  /** The recorder begins to answer a request: what was there is void. */
  seeked(timeMs: number, speed: number): void {
    this.#isAsked = false;
    this.#isAllSent = false;
    this.#isDry = false;
    this.#feed.clear();
    this.#times = [];
    this.#beginS = undefined;
    this.#targetMs = timeMs;
    this.#speed = speed;
    this.#video.pause();
  }

  /** Nothing follows of the request. */
  allSent(): void {
    this.#isAllSent = true;
  }

  init(mime: string, data: Uint8Array<ArrayBuffer>, zeroMs: number): void {
    this.#zeroMs = zeroMs;
    this.#feed.init(mime, data);
  }

  append(data: Uint8Array<ArrayBuffer>, timeMs: number, audio: boolean): void {
    this.#feed.append(data);
    if (audio) return;
    const time = (timeMs - this.#zeroMs) / 1000;
    this.#beginS ??= time;
    let at = this.#times.length;
    while (at > 0 && (this.#times[at - 1] ?? 0) > time) at -= 1;
    this.#times.splice(at, 0, time);
    if (this.#times.length > 20_000) this.#times.shift();
  }

  /** Plays at a speed. Where that is not the one of what is sent, the recorder is being asked for it. */
  play(speed: number): void {
    this.#playing = true;
    this.#wantedSpeed = speed;
    this.#steps.forget();
    if (speed !== this.#speed) this.#stand();
  }

  pause(): void {
    this.#playing = false;
    this.#stand();
  }

  /** The moment that the element stands at; undefined while it is about to stand at another. */
  get timeMs(): number | undefined {
    const isThere = this.#targetMs === undefined && !this.#isAsked && this.#times.length > 0;
    return isThere ? this.#zeroMs + this.#video.currentTime * 1000 : undefined;
  }

  /** Another moment is wanted. */
  forgetSteps(): void {
    this.#steps.forget();
  }

  /**
   * Steps one picture. False if it is not buffered, and the recorder must be asked for what follows: a step forwards is
   * made then.
   */
  step(frames: number): boolean {
    if (frames < 0) this.#steps.forget();
    if (this.timeMs === undefined) return frames > 0 && this.#addSteps(frames);
    return this.#stepNow(frames) || (frames > 0 && !this.#steps.add(frames, performance.now()));
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#feed.close();
  }

  /** Tells which picture is on show, from the compositor where the browser says so. */
  #watch(): void {
    if (this.#closed) return;
    const video = this.#video;
    video.requestVideoFrameCallback((_now, metadata) => {
      if (this.#targetMs === undefined) this.#sink.shown(this.#zeroMs + metadata.mediaTime * 1000);
      this.#watch();
    });
  }

  /** Steps from a picture that is on its way. */
  #addSteps(frames: number): boolean {
    this.#steps.add(frames, performance.now());
    return true;
  }

  get #native(): boolean {
    return this.#speed > 0 && this.#speed <= NATIVE_UP_TO;
  }

  #stand(): void {
    this.#video.pause();
    this.#clock.hold(performance.now());
  }

  #stepNow(frames: number): boolean {
    const next = neighbour(this.#times, this.#video.currentTime, frames);
    if (next === undefined) return false;
    this.#video.currentTime = next + EPSILON_S;
    return true;
  }

  get #moves(): boolean {
    return this.#playing && !this.#isAsked && this.#wantedSpeed === this.#speed;
  }

  #tick(): void {
    if (this.#targetMs !== undefined) this.#land(this.#targetMs);
    else if (!this.#playing) this.#makeSteps();
    else if (!this.#moves) return;
    else if (this.#native) this.#keepPlaying();
    else this.#byHand();
  }

  /** The picture on show comes first, so that people and tests see each. */
  #makeSteps(): void {
    const nowMs = performance.now();
    if (this.#steps.due(nowMs) === 0 || this.#video.seeking) return;
    if (this.#stepNow(1)) this.#steps.made(nowMs);
  }

  #land(targetMs: number): void {
    const video = this.#video;
    const target = (targetMs - this.#zeroMs) / 1000;
    const first = this.#times[0];
    // Pictures of the earlier request are about to go: a playhead set among them would wait for ever for their return.
    if (first === undefined || this.#feed.isStale || video.readyState < HTMLMediaElement.HAVE_METADATA)
      return;
    const place = this.#landingPlace(target);
    if (place === undefined) return;
    video.currentTime = place + EPSILON_S;
    this.#targetMs = undefined;
    this.#clock.setSpeed(this.#speed, performance.now());
    this.#clock.jump(video.currentTime * 90_000, performance.now());
    if (this.#moves && this.#native) this.#start();
  }

  /** Where in what is buffered the moment is shown; undefined while that has not come. */
  #landingPlace(target: number): number | undefined {
    const { buffered } = this.#video;
    const endOf = (range: number): number => buffered.end(range) - 2 * EPSILON_S;
    if (this.#speed < 0) {
      const newest = buffered.length - 1;
      if (newest < 0) return undefined;
      // The newest comes first, picture by picture. Its last one may end before the moment, but until it is there, one that is
      // too early would flash up.
      const isThere = target < buffered.end(newest) || this.#isNewestWhole(buffered);
      return isThere ? Math.max(buffered.start(newest), Math.min(target, endOf(newest))) : undefined;
    }
    for (let range = 0; range < buffered.length; range += 1) {
      // Before the range: the recorder jumped over a gap to its start.
      if (target < buffered.end(range))
        return Math.max(Math.min(target, endOf(range)), buffered.start(range));
    }
    return undefined;
  }

  /** Backwards: nothing more comes of the group that was sent first. Key frames alone are one each. */
  #isNewestWhole(buffered: TimeRanges): boolean {
    const isNextThere = buffered.start(0) < (this.#beginS ?? 0) - EPSILON_S;
    return this.#speed < -NATIVE_UP_TO || isNextThere || (this.#isAllSent && this.#feed.isIdle);
  }

  #start(): void {
    this.#video.playbackRate = this.#speed;
    void this.#video.play().catch(() => undefined);
  }

  #keepPlaying(): void {
    const video = this.#video;
    if (video.paused) this.#start();
    const { buffered, currentTime } = video;
    const starved = video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
    this.#sink.waiting(starved && !this.#isDry);
    if (!starved) {
      this.#stuckSince = 0;
      return;
    }
    this.#stuckSince ||= performance.now();
    if (performance.now() - this.#stuckSince < 300) return;
    for (let range = 0; range < buffered.length; range += 1) {
      if (buffered.start(range) > currentTime + EPSILON_S) {
        video.currentTime = buffered.start(range) + EPSILON_S;
        return;
      }
    }
    this.#runDry();
  }

  /** Once for each request. */
  #runDry(): void {
    if (!this.#isAllSent || this.#isDry) return;
    this.#isDry = true;
    this.#sink.dry();
  }

  #byHand(): void {
    const now = performance.now();
    if (!this.#clock.running) {
      this.#clock.jump(this.#video.currentTime * 90_000, now);
      this.#clock.run(now);
    }
    if (this.#video.seeking) return;
    const wanted = this.#clock.at(now) / 90_000;
    const current = this.#video.currentTime;
    const next =
      this.#speed > 0
        ? this.#times.findLast((time) => time <= wanted && time > current + EPSILON_S)
        : (this.#times.find((time) => time >= wanted && time < current - 2 * EPSILON_S) ??
          this.#times.findLast((time) => time < current - 2 * EPSILON_S));
    const ahead = this.#speed > 0 ? this.#times.find((time) => time > current + EPSILON_S) : next;
    this.#sink.waiting(ahead === undefined && !this.#isDry);
    if (ahead === undefined) {
      this.#clock.jump(current * 90_000, now);
      this.#runDry();
      return;
    }
    if (next !== undefined) this.#video.currentTime = next + EPSILON_S;
  }
}
