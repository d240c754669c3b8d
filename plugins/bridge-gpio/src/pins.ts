// One pin each: an input that is listened to, an output that is held. Their tools are watched: one that ends is started again, with
// growing pauses, and it is logged once that a pin is lost and once that it is back.
import type { Log, PluginTimer, PluginTimers } from "@nightjar/core";
import type { GpioInput, GpioOutput } from "./config.ts";
import type { GpioTools, RunningTool } from "./gpio-tools.ts";

const PAUSES_MS = [1_000, 2_000, 5_000, 10_000, 30_000];
/** A tool that cannot have its pin says so at once; one that still runs then has it. */
const SETTLED_MS = 200;

export interface PinParts {
  readonly tools: Pick<GpioTools, "read" | "listen" | "hold">;
  readonly timers: PluginTimers;
  readonly log: Log;
}

abstract class Pin {
  protected readonly parts: PinParts;
  readonly #name: string;
  #tool: RunningTool | undefined;
  #timer: PluginTimer | undefined;
  #tries = 0;
  #isClosed = false;
  #problem: string | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: PinParts, name: string) {
    this.parts = parts;
    this.#name = name;
  }

  /** Why it does not work; undefined: it does. */
  get problem(): string | undefined {
    return this.#problem;
  }

  protected get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Begins, in place of what ran before. */
  start(): Promise<void> {
    return this.#inTurn(() => this.#begin());
  }

  /** Lets go of the pin; resolves when nobody has it, nor is about to. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#tool?.stop();
    await this.#turn;
    await this.#tool?.ended;
  }

  /** One after the other: a pin has one holder. */
  #inTurn(action: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(action);
    return this.#turn;
  }

  async #begin(): Promise<void> {
    this.#timer?.cancel();
    const before = this.#tool;
    this.#tool = undefined;
    before?.stop();
    await before?.ended;
    if (this.#isClosed) return;
    try {
      const tool = await this.open();
      if (this.#isClosed) {
        tool.stop();
        await tool.ended;
        return;
      }
      this.#tool = tool;
      this.#timer = this.parts.timers.after(SETTLED_MS, () => this.#settled());
      void tool.ended.then((said) => {
        if (this.#tool === tool) this.#lost(said === "" ? "its tool has ended" : said);
      });
    } catch (error) {
      this.#lost(error instanceof Error ? error.message : String(error));
    }
  }

  protected abstract open(): Promise<RunningTool>;
  /** Its tool has it. */
  protected abstract works(): void;

  #settled(): void {
    if (this.#problem !== undefined) this.parts.log.notice("pin works again", { pin: this.#name });
    this.#problem = undefined;
    this.#tries = 0;
    this.works();
  }

  #lost(why: string): void {
    this.#tool = undefined;
    this.#timer?.cancel();
    if (this.#isClosed) return;
    if (this.#problem === undefined)
      this.parts.log.warn("pin does not work", { pin: this.#name, reason: why });
    this.#problem = why;
    const pause = PAUSES_MS[Math.min(this.#tries, PAUSES_MS.length - 1)] ?? 0;
    this.#tries += 1;
    this.#timer = this.parts.timers.after(pause, () => this.#again());
  }

  /** Not where it was begun meanwhile for another reason: that one has the pin. */
  #again(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#tool === undefined) await this.#begin();
    });
  }
}

/** A pin that is listened to. `turned` is told how it is, at the begin and with each change. */
export class InputPin extends Pin {
  readonly #input: GpioInput;
  readonly #turned: (isActive: boolean) => void;

  constructor(parts: PinParts, input: GpioInput, turned: (isActive: boolean) => void) {
    super(parts, input.name);
    this.#input = input;
    this.#turned = (isActive) => {
      if (!this.isClosed) turned(isActive);
    };
  }

  protected async open(): Promise<RunningTool> {
    // Nobody can ask for a pin that is listened to: it is asked for before.
    this.#turned(await this.parts.tools.read(this.#input));
    return this.parts.tools.listen(this.#input, this.#turned);
  }

  protected works(): void {
    // What it is has been told.
  }
}

/** A pin that is held. `held` is told when it is at the level that is wanted. */
export class OutputPin extends Pin {
  readonly #output: GpioOutput;
  readonly #held: (isActive: boolean) => void;
  #wanted: boolean;

  constructor(parts: PinParts, output: GpioOutput, isActive: boolean, held: (isActive: boolean) => void) {
    super(parts, output.name);
    this.#output = output;
    this.#wanted = isActive;
    this.#held = held;
  }

  set(isActive: boolean): Promise<void> {
    this.#wanted = isActive;
    return this.start();
  }

  protected open(): Promise<RunningTool> {
    return this.parts.tools.hold(this.#output, this.#wanted);
  }

  protected works(): void {
    this.#held(this.#wanted);
  }
}
