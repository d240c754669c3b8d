// What is kept of pictures, and how often they are made.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Clock } from "../../../../core/clock.ts";
import { NightjarError } from "../../../../core/errors.ts";
import { KeptPictures } from "../../../../core/gateway/download/kept-pictures.ts";
import { PicturePace } from "../../../../core/gateway/download/picture-pace.ts";

/** A clock that is turned by hand; `after` runs what is due. */
class TurnedClock implements Clock {
  nowMs = 1_000_000;
  readonly #due: { readonly atMs: number; readonly action: () => void }[] = [];

  wallMs = () => this.nowMs;
  monotonicMs = () => this.nowMs;
  every = () => ({ cancel: () => undefined });

  after(delayMs: number, action: () => void) {
    this.#due.push({ atMs: this.nowMs + delayMs, action });
    return { cancel: () => undefined };
  }

  turn(ms: number): void {
    this.nowMs += ms;
    for (const one of this.#due.splice(0)) {
      if (one.atMs <= this.nowMs) one.action();
      else this.#due.push(one);
    }
  }
}

describe("pictures that are kept", () => {
  it("are made once for all who ask, and anew after a failure", async () => {
    const kept = new KeptPictures();
    let made = 0;
    const make = async () => {
      made += 1;
      if (made === 1) throw new NightjarError("NJ_TEST", "unavailable", "not now");
      return Buffer.from("jpeg");
    };
    await assert.rejects(kept.get("a", make));
    const [one, two] = await Promise.all([kept.get("a", make), kept.get("a", make)]);
    assert.equal(one, two);
    assert.equal(made, 2);
  });

  it("stay within their bytes, the latest used longest", async () => {
    const kept = new KeptPictures(1_000);
    const make = async () => Buffer.alloc(400);
    await kept.get("a", make);
    await kept.get("b", make);
    await kept.get("a", make);
    await kept.get("c", make);
    assert.equal(kept.bytes, 800);
    let madeAgain = 0;
    const count = async () => {
      madeAgain += 1;
      return Buffer.alloc(400);
    };
    await kept.get("a", count);
    assert.equal(madeAgain, 0);
    await kept.get("b", count);
    assert.equal(madeAgain, 1);
    await kept.get("huge", async () => Buffer.alloc(5_000));
    assert.ok(kept.bytes <= 1_000);
  });
});

describe("the pace of pictures", () => {
  it("makes four at once, then one a second for each camera, and sends away whoever would wait long", async () => {
    const clock = new TurnedClock();
    const pace = new PicturePace(clock);
    const done: number[] = [];
    const ask = (number: number) => pace.turn("yard").then(() => done.push(number));
    const waiting = [0, 1, 2, 3, 4, 5, 6, 7].map(ask);
    await Promise.all(waiting.slice(0, 4));
    assert.deepEqual(done, [0, 1, 2, 3]);
    await assert.rejects(
      pace.turn("yard"),
      (error) =>
        error instanceof NightjarError &&
        error.code === "NJ_SNAPSHOT_BUSY" &&
        Number(error.context["retryAfterSeconds"]) >= 1,
    );
    await pace.turn("gate");
    for (const number of [4, 5, 6, 7]) {
      clock.turn(1_000);
      await waiting[number];
      assert.deepEqual(done.at(-1), number);
    }
    clock.turn(60_000);
    await Promise.all([8, 9, 10, 11].map(ask));
    assert.equal(done.length, 12);
  });

  it("never makes more than one a second and a burst of four, however often it is asked", async () => {
    const clock = new TurnedClock();
    const pace = new PicturePace(clock);
    const madeMs: number[] = [];
    let refused = 0;
    for (let ms = 0; ms < 60_000; ms += 100) {
      for (let ask = 0; ask < 3; ask += 1) {
        pace.turn("yard").then(
          () => madeMs.push(clock.monotonicMs()),
          () => {
            refused += 1;
          },
        );
      }
      clock.turn(100);
      // The turns that came are told in the microtasks of this moment.
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.ok(madeMs.length >= 60, `${madeMs.length} were made`);
    assert.ok(refused > 1_000, `${refused} were sent away`);
    for (const [first, fromMs] of madeMs.entries()) {
      for (const seconds of [0, 1, 5, 30]) {
        const made = madeMs.slice(first).filter((atMs) => atMs <= fromMs + seconds * 1_000).length;
        assert.ok(made <= seconds + 4, `${made} in ${seconds} s from ${fromMs}`);
      }
    }
  });
});
