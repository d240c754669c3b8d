// A person who meets the recorder for the first time: does everything by clicking and typing in a real browser, and is
// counted: clicks, fields that were typed into, and seconds.
import type { Locator } from "playwright-core";

export interface Effort {
  readonly clicks: number;
  readonly fields: number;
  readonly seconds: number;
}

export class Newcomer {
  readonly #begin = performance.now();
  readonly #steps: { readonly name: string; readonly effort: Effort }[] = [];
  #clicks = 0;
  #fields = 0;

  async click(target: Locator): Promise<void> {
    // Waits until it can be clicked, as a person does.
    await target.click();
    this.#clicks += 1;
  }

  /** Clicks into a field and types. The click counts. */
  async type(field: Locator, text: string): Promise<void> {
    await this.click(field);
    await field.fill(text);
    this.#fields += 1;
  }

  /** Notes how far it took to come here. */
  reached(name: string): void {
    this.#steps.push({ name, effort: this.effort });
  }

  /** How far it took to come to a step; undefined while it was not reached. */
  effortAt(name: string): Effort | undefined {
    return this.#steps.find((step) => step.name === name)?.effort;
  }

  get effort(): Effort {
    const seconds = (performance.now() - this.#begin) / 1000;
    return { clicks: this.#clicks, fields: this.#fields, seconds: Math.round(seconds * 10) / 10 };
  }

  /** Clicks, fields and seconds up to each step, one a line. */
  get report(): string[] {
    return this.#steps.map(
      ({ name, effort }) =>
        `${name}: ${effort.clicks} clicks, ${effort.fields} fields typed into, ${effort.seconds} s`,
    );
  }
}
