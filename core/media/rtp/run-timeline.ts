// Gives the frames of a run their times: both tracks share one zero. Sound is aligned to the picture by RTCP sender
// reports where both tracks have them, before that by RTP-Info, else by arrival. A correction within a run
// is made gradually and on the sound only, so that no picture ever jumps. Pure arithmetic, no clocks of its own.

/** Sound and picture this close are left alone: below what people notice, above what reports jitter by. */
const TOLERANCE_MS = 40;
/** Reports farther apart than this speak of different clocks. */
const INCREDIBLE_MS = 10_000;
/** A correction bends each sound's time by at most this share of its duration. */
const SLEW = 1 / 32;
/** A jump forwards beyond this ends the run. */
const MAX_FORWARD_SECONDS = 10;
/** Farther back than any reordering of pictures reaches. */
const MAX_BACKWARD_SECONDS = 1;
/** RTP-Info is believed if the first packet lies this close to it. */
const RTP_INFO_BEFORE_SECONDS = 0.5;
const RTP_INFO_AFTER_SECONDS = 2;

interface Report {
  readonly ntpMs: number;
  readonly timestamp: number;
}

class TrackTime {
  readonly clockRate: number;
  rtpInfo: number | undefined;
  report: Report | undefined;
  /** Unwrapped timestamp at the run's zero; undefined until the track's first frame. */
  zero: number | undefined;
  last = 0;

  constructor(clockRate: number) {
    this.clockRate = clockRate;
  }

  ntpMsAt(timestamp: number): number | undefined {
    const report = this.report;
    return report === undefined
      ? undefined
      : report.ntpMs + ((timestamp - report.timestamp) * 1000) / this.clockRate;
  }
}

/** The times of one run after another. Track clocks are those of RTP. */
export class RunTimeline {
  readonly #video: TrackTime;
  readonly #audio: TrackTime | undefined;
  #zeroArrivalMs: number | undefined;
  #audioPending = 0;
  #lastVideoTime = Number.NEGATIVE_INFINITY;
  /** Distance of the last two pictures that rose. */
  #videoStep = 1;
  /** Frames of the picture may lie out of order; false once the parameter sets rule it out. */
  reorders = true;

  constructor(videoClockRate: number, audioClockRate: number | undefined) {
    this.#video = new TrackTime(videoClockRate);
    this.#audio = audioClockRate === undefined ? undefined : new TrackTime(audioClockRate);
  }

  /** Starts a new zero; reports and clock rates are kept. */
  restart(): void {
    this.#video.zero = undefined;
    this.#video.rtpInfo = undefined;
    this.#lastVideoTime = Number.NEGATIVE_INFINITY;
    if (this.#audio !== undefined) {
      this.#audio.zero = undefined;
      this.#audio.rtpInfo = undefined;
    }
    this.#audioPending = 0;
    this.#zeroArrivalMs = undefined;
  }

  /** `rtptime` of the answer to PLAY: the timestamp that belongs to the run's zero. */
  rtpInfo(track: "video" | "audio", rtptime: number): void {
    const time = track === "video" ? this.#video : this.#audio;
    if (time !== undefined) time.rtpInfo = rtptime;
  }

  /** A sender report: camera's wall clock at an unwrapped timestamp. Only meaningful once the track has started. */
  senderReport(track: "video" | "audio", ntpMs: number, timestamp: number): void {
    const time = track === "video" ? this.#video : this.#audio;
    if (time === undefined) return;
    time.report = { ntpMs, timestamp };
    this.#audioPending = this.#misalignment();
  }

  /** True if the picture's timestamp jumped in a way that no loss or reordering explains: the run must end. */
  videoJumped(timestamp: number): boolean {
    if (this.#video.zero === undefined) return false;
    const step = timestamp - this.#video.last;
    return (
      step > MAX_FORWARD_SECONDS * this.#video.clockRate ||
      step < -MAX_BACKWARD_SECONDS * this.#video.clockRate
    );
  }

  /** Time of a picture since the run's zero, in its clock. */
  videoTime(timestamp: number, arrivalMs: number): number {
    const video = this.#video;
    if (video.zero === undefined) {
      video.zero = this.#zeroFor(video, timestamp, arrivalMs);
      video.last = timestamp;
    }
    let time = Math.round(timestamp - video.zero);
    if (!this.reorders && time <= this.#lastVideoTime) {
      // A camera without B pictures whose clock was set back: a little is jitter, and the pictures keep their order;
      // more than the distance of two pictures is a new base, and the times go on where they were.
      time = this.#lastVideoTime + (timestamp < video.last - this.#videoStep ? this.#videoStep : 1);
      if (timestamp < video.last - this.#videoStep) {
        video.zero = timestamp - time;
        video.last = timestamp;
      }
    } else if (timestamp > video.last) {
      this.#videoStep = timestamp - video.last;
    }
    if (timestamp > video.last) video.last = timestamp;
    this.#lastVideoTime = time;
    return time;
  }

  /** Time of a sound since the run's zero, in its clock. */
  audioTime(timestamp: number, duration: number, arrivalMs: number): number {
    const audio = this.#audio;
    if (audio === undefined) return 0;
    const step = timestamp - audio.last;
    if (
      audio.zero !== undefined &&
      (step > MAX_FORWARD_SECONDS * audio.clockRate || step < -MAX_BACKWARD_SECONDS * audio.clockRate)
    ) {
      // The sound's clock jumped alone: it gets a new zero, the picture goes on.
      audio.zero = undefined;
      audio.rtpInfo = undefined;
      audio.report = undefined;
      this.#audioPending = 0;
    }
    if (audio.zero === undefined) audio.zero = this.#audioZero(audio, timestamp, arrivalMs);
    audio.last = timestamp;
    if (this.#audioPending !== 0) {
      const limit = duration * SLEW;
      const slew = Math.max(-limit, Math.min(limit, this.#audioPending));
      audio.zero -= slew;
      this.#audioPending -= slew;
    }
    return Math.round(timestamp - audio.zero);
  }

  #audioZero(audio: TrackTime, timestamp: number, arrivalMs: number): number {
    const byArrival = this.#zeroFor(audio, timestamp, arrivalMs);
    const ideal = this.#idealAudioZero(audio);
    if (ideal === undefined) return byArrival;
    return Math.abs(ideal - byArrival) > (INCREDIBLE_MS / 1000) * audio.clockRate ? byArrival : ideal;
  }

  #zeroFor(track: TrackTime, timestamp: number, arrivalMs: number): number {
    if (track.rtpInfo !== undefined) {
      const offset = (timestamp - track.rtpInfo) | 0;
      if (
        offset >= -RTP_INFO_BEFORE_SECONDS * track.clockRate &&
        offset <= RTP_INFO_AFTER_SECONDS * track.clockRate
      ) {
        if (this.#zeroArrivalMs === undefined) {
          this.#zeroArrivalMs = arrivalMs - (offset * 1000) / track.clockRate;
        }
        return timestamp - offset;
      }
    }
    if (this.#zeroArrivalMs === undefined) this.#zeroArrivalMs = arrivalMs;
    return timestamp - Math.round(((arrivalMs - this.#zeroArrivalMs) * track.clockRate) / 1000);
  }

  /** Where the sound's zero would be by the sender reports of both tracks. */
  #idealAudioZero(audio: TrackTime): number | undefined {
    if (this.#video.zero === undefined || audio.report === undefined) return undefined;
    const zeroNtpMs = this.#video.ntpMsAt(this.#video.zero);
    if (zeroNtpMs === undefined) return undefined;
    return audio.report.timestamp + ((zeroNtpMs - audio.report.ntpMs) * audio.clockRate) / 1000;
  }

  /** By how much the sound's times must rise, in its clock; 0 where they are close enough or nothing is known. */
  #misalignment(): number {
    const audio = this.#audio;
    if (audio?.zero === undefined) return 0;
    const ideal = this.#idealAudioZero(audio);
    if (ideal === undefined) return 0;
    const difference = audio.zero - ideal;
    const differenceMs = (Math.abs(difference) * 1000) / audio.clockRate;
    // Once a correction is under way it goes to its end; small ones are not begun.
    if (differenceMs > INCREDIBLE_MS) return 0;
    return differenceMs <= TOLERANCE_MS && this.#audioPending === 0 ? 0 : difference;
  }
}
