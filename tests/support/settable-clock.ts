// A wall clock that tests set, for a recorder that runs with its environment (`RigOptions.env`): libfaketime answers for the kernel,
// so that the clock of the machine stays as it is. Time that only goes on (monotonic) and the times of files stay the kernel's.
import { globSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [LIBRARY] = globSync("/usr/lib/*/faketime/libfaketimeMT.so.1");
const SECOND_MS = 1_000;

/** Why no clock can be set here, or false: `skip` of node:test. */
export const noSettableClock: string | false =
  LIBRARY === undefined ? "no libfaketime: nobody sets the clock of a recorder" : false;

export class SettableClock {
  readonly #file: string;
  #offsetMs = 0;

  /** Right, until it is set. `folder` holds what the recorder's processes read the time from. */
  constructor(folder: string) {
    this.#file = join(folder, "clock");
    this.setTo(0);
  }

  /** What the recorder is to be started with. */
  get env(): Readonly<Record<string, string>> {
    return {
      LD_PRELOAD: LIBRARY ?? "",
      FAKETIME_TIMESTAMP_FILE: this.#file,
      // As with a real one, all processes see it set at once.
      FAKETIME_NO_CACHE: "1",
      DONT_FAKE_MONOTONIC: "1",
      NO_FAKE_STAT: "1",
    };
  }

  /** Sets it to so much beside the right time; 0 is right. */
  setTo(offsetMs: number): void {
    this.#offsetMs = offsetMs;
    writeFileSync(this.#file, `${offsetMs < 0 ? "-" : "+"}${Math.abs(offsetMs) / SECOND_MS}\n`);
  }

  /** What it says, in milliseconds since the epoch. */
  nowMs(): number {
    return Date.now() + this.#offsetMs;
  }
}
