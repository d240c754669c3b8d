// A pin has one holder at a time, whoever begins it again, and none once it is closed: with tools that are opened by hand.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as turnOfLoop } from "node:timers/promises";
import type { Log } from "@nightjar/core";
import { FakeClock } from "@nightjar/core/testing";
import type { RunningTool } from "../src/gpio-tools.ts";
import { OutputPin } from "../src/pins.ts";

const SIREN = { name: "siren", chip: "gpiochip0", line: 27, activeLow: false } as const;

const quiet: Log = {
  debug: () => undefined,
  info: () => undefined,
  notice: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => quiet,
};

class HeldTool implements RunningTool {
  readonly #ended = Promise.withResolvers<string>();
  readonly ended = this.#ended.promise;
  isStopped = false;

  stop(): void {
    this.isStopped = true;
  }

  end(): void {
    this.#ended.resolve("");
  }
}

function pin() {
  const clock = new FakeClock();
  const opening: PromiseWithResolvers<RunningTool>[] = [];
  const tools = {
    read: async () => false,
    listen: async () => new HeldTool(),
    hold(): Promise<RunningTool> {
      const next = Promise.withResolvers<RunningTool>();
      opening.push(next);
      return next.promise;
    },
  };
  const output = new OutputPin({ tools, timers: clock, log: quiet }, SIREN, false, () => undefined);
  const open = async (at: number): Promise<HeldTool> => {
    const tool = new HeldTool();
    opening[at]?.resolve(tool);
    await turnOfLoop();
    return tool;
  };
  return { clock, opening, output, open };
}

describe("an output that is held", () => {
  it("is opened by one tool at a time where it is switched while it is tried again", async () => {
    const { clock, opening, output, open } = pin();
    void output.start();
    await turnOfLoop();
    (await open(0)).end();
    await turnOfLoop();
    clock.advance(1_000);
    await turnOfLoop();
    assert.equal(opening.length, 2);
    void output.set(true);
    await turnOfLoop();
    assert.equal(opening.length, 2, "the other one is about to have it");
    const second = await open(1);
    assert.deepEqual([second.isStopped, opening.length], [true, 2]);
    second.end();
    await turnOfLoop();
    const third = await open(2);
    assert.deepEqual([third.isStopped, opening.length], [false, 3]);
    const closed = output.close();
    assert.equal(third.isStopped, true);
    third.end();
    await closed;
    clock.advance(60_000);
    await turnOfLoop();
    assert.equal(opening.length, 3);
  });

  it("is closed once a tool that was about to have it has ended", async () => {
    const { clock, output, open } = pin();
    void output.start();
    await turnOfLoop();
    let isClosed = false;
    const closed = output.close().then(() => {
      isClosed = true;
    });
    const tool = await open(0);
    assert.deepEqual([tool.isStopped, isClosed], [true, false]);
    tool.end();
    await closed;
    assert.equal(clock.pending, 0);
  });
});
