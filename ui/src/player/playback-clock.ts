// The clock of playback: media time that runs at a speed against a monotonic clock, and can be held. Pure.

/** Speeds that the recorder plays at; negative ones run backwards. */
export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16] as const;

/** The next quicker (`+1`) or slower (`-1`) speed in a shuttle from -16 to 16, as J and L do. */
export function shuttle(speed: number, direction: 1 | -1): number {
  const scale = [...SPEEDS.map((one) => -one).reverse(), ...SPEEDS];
  const at = scale.indexOf(speed);
  const next = scale[at + direction];
  return next ?? speed;
}

/** Media time in 90 kHz ticks. `nowMs` is always of the same monotonic clock. */
export class PlaybackClock {
  #media90k = 0;
  #sinceMs = 0;
  #speed = 1;
  #running = false;

  get speed(): number {
    return this.#speed;
  }

  get running(): boolean {
    return this.#running;
  }

  /** Media time now. */
  at(nowMs: number): number {
    if (!this.#running) return this.#media90k;
    return this.#media90k + (nowMs - this.#sinceMs) * 90 * this.#speed;
  }

  /** Jumps to a media time; runs on if it ran. */
  jump(media90k: number, nowMs: number): void {
    this.#media90k = media90k;
    this.#sinceMs = nowMs;
  }

  run(nowMs: number): void {
    if (this.#running) return;
    this.#running = true;
    this.#sinceMs = nowMs;
  }

  hold(nowMs: number): void {
    this.#media90k = this.at(nowMs);
    this.#running = false;
  }

  setSpeed(speed: number, nowMs: number): void {
    this.#media90k = this.at(nowMs);
    this.#sinceMs = nowMs;
    this.#speed = speed;
  }
}
