// One camera that can be turned: by hand, by rules, and back. A hand on the pad says again and again that it is there, and the
// camera is stopped a second after its last word. What rules want goes back once to where the camera looked before the first
// of them; a person takes over from all of it.
import type { Clock, Timer } from "../clock.ts";
import { NightjarError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { PtzPosition, PtzVelocity } from "../plugin/contract/camera-abilities.ts";
import type { CameraControl } from "./camera-control.ts";

/** A hand that has said nothing for so long has let go. */
export const DEAD_MAN_MS = 1_000;
const STOP_AGAIN_MS = 500;
const MOST_STOPS = 10;
const BACK_AGAIN_MS = 5_000;
const MOST_BACKS = 5;
/** Orders that wait for the camera; the last one wins. */
const MOST_WAITING = 4;

/** Where a rule wants a camera to look. */
export type PtzTarget =
  | { readonly kind: "preset" | "patrol" | "pattern"; readonly id: string }
  /** A patrol by the recorder itself: presets, one after the other, over and over. */
  | { readonly kind: "round"; readonly presets: readonly string[]; readonly secondsEach: number };

export interface PtzOrder {
  readonly target: PtzTarget;
  /** Seconds until it goes back to where it looked; 0: it stays. */
  readonly returnSeconds: number;
  /** Where it goes back to; absent: to the position that it tells. */
  readonly returnPreset?: string | undefined;
}

type Origin = { readonly preset: string } | { readonly position: PtzPosition };

export interface PtzHeadParts {
  readonly camera: string;
  readonly control: Pick<
    CameraControl,
    "move" | "stop" | "goToPreset" | "position" | "goToPosition" | "runPatrol"
  >;
  readonly clock: Clock;
  readonly log: Log;
}

export class PtzHead {
  readonly #parts: PtzHeadParts;
  /** What the hand wants last; sent as soon as the camera has taken what it wanted before. */
  #wanted: PtzVelocity | "stop" | undefined;
  #sending: Promise<void> | undefined;
  #deadMan: Timer | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #origin: Origin | undefined;
  #back: Timer | undefined;
  #round: Timer | undefined;
  /** A patrol or pattern of the camera's own that was started. */
  #running: { readonly kind: "patrol" | "pattern"; readonly id: string } | undefined;
  /** How often a person has taken over: what a rule began before that stops at its next step. */
  #hands = 0;
  #isClosed = false;

  constructor(parts: PtzHeadParts) {
    this.#parts = parts;
  }

  /** True while a rule has it look elsewhere, and it is to go back. */
  get goesBack(): boolean {
    return this.#origin !== undefined;
  }

  /** A hand turns it, and must say so again within a second. `isNew`: it did not turn it before. */
  async move(velocity: PtzVelocity): Promise<{ readonly isNew: boolean }> {
    this.#takeOver();
    const isNew = this.#deadMan === undefined;
    this.#deadMan?.cancel();
    if (velocity.pan === 0 && velocity.tilt === 0 && velocity.zoom === 0) {
      await this.stop();
      return { isNew: false };
    }
    this.#deadMan = this.#parts.clock.after(DEAD_MAN_MS, () => {
      this.#deadMan = undefined;
      this.stop().catch((error: unknown) => this.#complain("a camera was not stopped", error));
    });
    await this.#send(velocity);
    return { isNew };
  }

  /** Stops it; tried again where the camera does not. Throws what the first try throws. */
  async stop(): Promise<void> {
    this.#deadMan?.cancel();
    this.#deadMan = undefined;
    try {
      await this.#send("stop");
    } catch (error) {
      this.#stopAgain(1);
      throw error;
    }
  }

  /** A person sends it to a preset, or has it patrol. */
  async goTo(target: PtzTarget): Promise<void> {
    this.#takeOver();
    const hands = this.#hands;
    await this.#inTurn(async () => {
      this.#unlessTaken(hands);
      await this.#go(target);
    });
  }

  /** A person ends what it does by itself. */
  async halt(): Promise<void> {
    this.#takeOver();
    try {
      await this.stop();
    } finally {
      if (this.#running !== undefined) await this.#inTurn(() => this.#endRunning());
    }
  }

  /** A rule wants it to look elsewhere. Answers whether it will go back. Throws `NJ_PTZ_HELD` while a hand turns it. */
  async follow({ target, returnSeconds, returnPreset }: PtzOrder): Promise<{ readonly goesBack: boolean }> {
    if (this.#deadMan !== undefined) throw held();
    const hands = this.#hands;
    return await this.#inTurn(async () => {
      this.#unlessTaken(hands);
      this.#back?.cancel();
      if (returnSeconds === 0) this.#origin = undefined;
      else if (this.#origin === undefined) {
        const origin = await this.#whereNow(returnPreset);
        this.#unlessTaken(hands);
        this.#origin = origin;
      }
      try {
        await this.#go(target);
      } finally {
        if (this.#origin !== undefined && this.#hands === hands)
          this.#back = this.#parts.clock.after(returnSeconds * 1_000, () => void this.#goBack(0));
      }
      return { goesBack: this.#origin !== undefined };
    });
  }

  /** Nothing goes out any more, but for one stop where a hand turns it: not every camera stops by itself. Never rejects. */
  async close(): Promise<void> {
    const isTurning = this.#deadMan !== undefined;
    this.#isClosed = true;
    this.#takeOver();
    this.#deadMan?.cancel();
    this.#deadMan = undefined;
    if (!isTurning) return;
    try {
      await this.#send("stop");
    } catch (error) {
      this.#complain("a camera was not stopped", error);
    }
  }

  async #go(target: PtzTarget): Promise<void> {
    const { control, camera } = this.#parts;
    const hands = this.#hands;
    this.#round?.cancel();
    this.#round = undefined;
    await this.#tryEndRunning();
    this.#unlessTaken(hands);
    if (target.kind === "round") {
      await this.#goRound(target.presets, target.secondsEach, 0);
    } else if (target.kind === "preset") {
      await control.goToPreset(camera, target.id);
    } else {
      const running = { kind: target.kind, id: target.id };
      // Known before the camera has said yes: a person who takes over meanwhile ends it.
      this.#running = running;
      try {
        await control.runPatrol(camera, { ...running, isOn: true });
      } catch (error) {
        if (this.#running === running) this.#running = undefined;
        throw error;
      }
    }
  }

  async #goRound(presets: readonly string[], secondsEach: number, step: number): Promise<void> {
    const { control, camera, clock } = this.#parts;
    const preset = presets[step % presets.length];
    if (preset === undefined) {
      throw new NightjarError("NJ_PTZ_TARGET", "invalid-argument", "a patrol needs presets to go to");
    }
    const hands = this.#hands;
    await control.goToPreset(camera, preset);
    if (this.#hands !== hands) return;
    const timer = clock.after(secondsEach * 1_000, () => {
      const next = this.#inTurn(async () => {
        // Somebody may have taken over while it waited for its turn.
        if (this.#round === timer) await this.#goRound(presets, secondsEach, step + 1);
      });
      next.catch((error: unknown) => this.#complain("a patrol ended", error));
    });
    this.#round = timer;
  }

  async #endRunning(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    await this.#parts.control.runPatrol(this.#parts.camera, { ...running, isOn: false });
  }

  /** A patrol that cannot be ended keeps nobody from looking elsewhere: most cameras end it by that. */
  async #tryEndRunning(): Promise<void> {
    try {
      await this.#endRunning();
    } catch (error) {
      this.#complain("a patrol was not ended", error);
    }
  }

  async #whereNow(preset: string | undefined): Promise<Origin | undefined> {
    if (preset !== undefined) return { preset };
    try {
      return { position: await this.#parts.control.position(this.#parts.camera) };
    } catch (error) {
      // It looks where it is wanted to all the same, and the action's note says that it stays.
      this.#complain("a camera does not tell where it looks", error);
      return undefined;
    }
  }

  async #goBack(tries: number): Promise<void> {
    const origin = this.#origin;
    if (origin === undefined) return;
    const { control, camera, clock } = this.#parts;
    try {
      await this.#inTurn(async () => {
        if (this.#origin !== origin) return;
        this.#round?.cancel();
        this.#round = undefined;
        await this.#tryEndRunning();
        if (this.#origin !== origin) return;
        if ("preset" in origin) await control.goToPreset(camera, origin.preset);
        else await control.goToPosition(camera, origin.position);
        if (this.#origin === origin) this.#origin = undefined;
      });
    } catch (error) {
      if (this.#origin !== origin || this.#isClosed) return;
      this.#complain("a camera did not go back to where it looked", error);
      if (tries + 1 < MOST_BACKS) this.#back = clock.after(BACK_AGAIN_MS, () => void this.#goBack(tries + 1));
      else this.#origin = undefined;
    }
  }

  /** A person is stronger than rules: nothing goes back, no patrol goes on. */
  #takeOver(): void {
    this.#hands += 1;
    this.#back?.cancel();
    this.#round?.cancel();
    this.#back = undefined;
    this.#round = undefined;
    this.#origin = undefined;
  }

  #unlessTaken(hands: number): void {
    if (this.#hands !== hands) throw held();
  }

  #inTurn<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    if (this.#waiting >= MOST_WAITING) {
      const busy = "the camera is still doing what it was told before";
      return Promise.reject(new NightjarError("NJ_PTZ_BUSY", "resource-exhausted", busy));
    }
    this.#waiting += 1;
    const done = this.#turn.then(work).finally(() => {
      this.#waiting -= 1;
    });
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** Sends what is wanted last, one command after the other: a slow camera is not told what nobody wants any more. */
  #send(wanted: PtzVelocity | "stop"): Promise<void> {
    this.#wanted = wanted;
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
    });
    return this.#sending;
  }

  async #sendAll(): Promise<void> {
    const { control, camera } = this.#parts;
    // Begins after `#sending` is set: what comes meanwhile is seen.
    await Promise.resolve();
    for (;;) {
      const wanted = this.#wanted;
      if (wanted === undefined) return;
      this.#wanted = undefined;
      if (wanted === "stop") await control.stop(camera);
      else await control.move(camera, { ...wanted, timeoutMs: DEAD_MAN_MS });
    }
  }

  #stopAgain(tries: number): void {
    // A timer that runs already ends in a stop as well: this one's, or that of a hand that turns it again.
    if (this.#isClosed || this.#deadMan !== undefined || tries >= MOST_STOPS) return;
    this.#deadMan = this.#parts.clock.after(STOP_AGAIN_MS, () => {
      this.#deadMan = undefined;
      this.#send("stop").catch(() => this.#stopAgain(tries + 1));
    });
  }

  #complain(what: string, error: unknown): void {
    this.#parts.log.warn(what, { camera: this.#parts.camera, reason: String(error) });
  }
}

function held(): NightjarError {
  return new NightjarError("NJ_PTZ_HELD", "resource-exhausted", "somebody is turning the camera just now");
}
