import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Turns } from "../../../../core/domain/turns.ts";
import { NightjarError } from "../../../../core/errors.ts";
import { KeptClips } from "../../../../core/gateway/download/kept-clips.ts";

class Clip {
  readonly isLasting: boolean;
  closed = 0;
  constructor(isLasting = true) {
    this.isLasting = isLasting;
  }
  close(): Promise<void> {
    this.closed += 1;
    return Promise.resolve();
  }
}

/** Lets everything that is due happen. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("clips that are kept", () => {
  it("are made once for all who ask, and stay after the last one has gone", async () => {
    const kept = new KeptClips<Clip>(2);
    const clip = new Clip();
    let made = 0;
    const make = () => {
      made += 1;
      return Promise.resolve(clip);
    };
    const first = kept.hold("a", make);
    const second = kept.hold("a", make);
    assert.equal(await first.value, await second.value);
    first.release();
    first.release();
    second.release();
    await settled();
    assert.equal(await kept.hold("a", make).value, clip);
    assert.deepEqual([made, clip.closed], [1, 0]);
  });

  it("are closed when newer ones take their place, but not while somebody reads them", async () => {
    const kept = new KeptClips<Clip>(2);
    const clips = [new Clip(), new Clip(), new Clip(), new Clip()];
    const held = [];
    for (const [at, clip] of clips.entries()) {
      const one = kept.hold(String(at), () => Promise.resolve(clip));
      await one.value;
      if (at > 0) one.release();
      held.push(one);
    }
    await settled();
    assert.equal(kept.count, 2);
    assert.deepEqual(
      clips.map((clip) => clip.closed),
      [0, 1, 0, 0],
    );
    held[0]?.release();
    await settled();
    assert.equal(clips[0]?.closed, 1);
    kept.close();
    await settled();
    assert.deepEqual(
      clips.map((clip) => clip.closed),
      [1, 1, 1, 1],
    );
  });

  it("are given up when nobody waits for them any more, and made anew for the next", async () => {
    const kept = new KeptClips<Clip>(2);
    let given: unknown;
    const first = kept.hold(
      "a",
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => {
            given = signal.reason;
            reject(signal.reason);
          });
        }),
    );
    const failed = assert.rejects(first.value, { code: "NJ_CANCELLED" });
    first.release();
    await failed;
    assert.ok(given instanceof NightjarError);
    const clip = new Clip(false);
    const second = kept.hold("a", () => Promise.resolve(clip));
    assert.equal(await second.value, clip);
    second.release();
    await settled();
    assert.deepEqual([kept.count, clip.closed], [0, 1], "what does not last goes with its last user");
  });
});

describe("turns", () => {
  it("let a few run at once, some wait in order, and refuse the rest", async () => {
    const turns = new Turns(1, 1, () => new NightjarError("NJ_TEST_BUSY", "resource-exhausted", "busy"));
    const order: string[] = [];
    let go: () => void = () => undefined;
    const first = turns.run(async () => {
      order.push("first");
      await new Promise<void>((resolve) => {
        go = resolve;
      });
      throw new NightjarError("NJ_TEST", "internal", "failed");
    });
    const second = turns.run(async () => order.push("second"));
    await assert.rejects(
      turns.run(async () => order.push("third")),
      { code: "NJ_TEST_BUSY" },
    );
    go();
    await assert.rejects(first, { code: "NJ_TEST" });
    await second;
    assert.deepEqual(order, ["first", "second"]);
  });
});
