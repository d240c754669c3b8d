// One output with a device that does what a test wants and a clock that is turned by hand.
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { Output } from "../../../core/alarm-io/output.ts";
import { NightjarError } from "../../../core/errors.ts";
import { silentLog } from "../../../core/log.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";

describe("an alarm output (manual 11.6, 11.9)", () => {
  let clock: FakeClock;
  let sent: boolean[];
  let isBroken: boolean;
  let held: Promise<void>;
  let output: Output;

  const make = (dwellSeconds: number) =>
    new Output({
      clock,
      config: { id: "siren", name: "Siren", enabled: true, driver: { kind: "virtual" }, dwellSeconds },
      log: silentLog,
      driver: {
        async set(on) {
          sent.push(on);
          await held;
          if (isBroken) throw new NightjarError("NJ_OUTPUT_FAILED", "unavailable", "it is not reached");
        },
      },
      changed: () => undefined,
    });

  beforeEach(() => {
    clock = new FakeClock();
    sent = [];
    isBroken = false;
    held = Promise.resolve();
    output = make(5);
  });

  it("goes on, and off by itself when its dwell is over", async () => {
    await output.trigger("ann");
    const { offAtMs, ...state } = output.state;
    assert.deepEqual(state, { on: true, by: "ann", sinceMs: clock.wallMs() });
    assert.equal(offAtMs, clock.wallMs() + 5_000);
    clock.advance(4_999);
    assert.deepEqual(sent, [true]);
    clock.advance(1);
    await waitFor(() => !output.state.on);
    assert.deepEqual(sent, [true, false]);
    assert.equal(clock.pending, 0);
  });

  it("stays on as a latch until it is cleared", async () => {
    output = make(0);
    await output.trigger("ann");
    clock.advance(86_400_000);
    assert.deepEqual([output.state.on, output.state.offAtMs], [true, undefined]);
    await output.clear("bob");
    assert.deepEqual([output.state.on, output.state.by, sent], [false, "bob", [true, false]]);
  });

  it("follows whichever wish lasts longer, and tells its device once", async () => {
    await output.trigger("rule a");
    clock.advance(3_000);
    await output.trigger("rule b", 1);
    assert.equal(output.state.offAtMs, clock.wallMs() + 2_000);
    await output.trigger("rule b", 10);
    assert.equal(output.state.offAtMs, clock.wallMs() + 10_000);
    await output.trigger("rule c", 0);
    await output.trigger("rule b", 10);
    assert.equal(output.state.offAtMs, undefined);
    clock.advance(60_000);
    assert.deepEqual([output.state.on, sent], [true, [true]]);
  });

  it("is not on if its device refuses, and says why", async () => {
    isBroken = true;
    await assert.rejects(output.trigger("ann"), { code: "NJ_OUTPUT_FAILED" });
    assert.deepEqual([output.state.on, output.state.reason], [false, "it is not reached"]);
    isBroken = false;
    await output.trigger("ann");
    assert.deepEqual([output.state.on, output.state.reason], [true, undefined]);
  });

  it("is tried to be switched off until it is, with pauses that grow; a new command goes before", async () => {
    await output.trigger("ann");
    isBroken = true;
    clock.advance(5_000);
    await waitFor(() => output.state.reason !== undefined && clock.pending === 1);
    assert.equal(output.state.on, true);
    clock.advance(1_000);
    await waitFor(() => sent.length === 3 && clock.pending === 1);
    clock.advance(1_999);
    assert.equal(sent.length, 3);
    isBroken = false;
    clock.advance(1);
    await waitFor(() => !output.state.on);
    assert.deepEqual([sent, output.state.reason], [[true, false, false, false], undefined]);
    isBroken = true;
    await output.trigger("ann").catch(() => undefined);
    isBroken = false;
    await output.trigger("ann");
    isBroken = true;
    await assert.rejects(output.clear("ann"));
    isBroken = false;
    await output.trigger("bob", 0);
    clock.advance(600_000);
    assert.deepEqual([output.state.on, output.state.by, clock.pending], [true, "bob", 0]);
  });

  it("switches its device off at the end of the dwell even if that says that it is off", async () => {
    await output.trigger("ann");
    output.heard(false);
    assert.deepEqual([output.state.on, output.state.by], [false, "device"]);
    clock.advance(5_000);
    await waitFor(() => sent.length === 2);
    output.heard(true);
    assert.deepEqual([output.state.on, output.state.by, output.state.offAtMs], [true, "device", undefined]);
  });

  it("keeps a latch over a restart, and switches off what was on for a time", async () => {
    output.restore({ isLatched: true, sinceMs: 1, by: "ann" });
    assert.deepEqual([output.state, sent], [{ on: true, sinceMs: 1, by: "ann" }, []]);
    const other = make(5);
    isBroken = true;
    other.restore({ isLatched: false });
    await waitFor(() => clock.pending === 1);
    assert.equal(other.state.on, true);
    isBroken = false;
    clock.advance(1_000);
    await waitFor(() => !other.state.on);
    assert.deepEqual(sent, [false, false]);
  });

  it("lets no more than a few commands wait", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    held = promise;
    const all = Array.from({ length: 9 }, () => output.trigger("ann"));
    await assert.rejects(all[8] ?? Promise.resolve(), { code: "NJ_OUTPUT_BUSY", kind: "resource-exhausted" });
    resolve();
    await Promise.all(all.slice(0, 8));
    assert.deepEqual(sent, [true]);
  });

  it("is switched off whatever else waits, by the last word that is said", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    held = promise;
    const all = Array.from({ length: 8 }, () => output.trigger("ann"));
    all.push(output.clear("bob"), output.clear("bob"));
    await assert.rejects(output.trigger("ann"), { code: "NJ_OUTPUT_BUSY" });
    resolve();
    await Promise.all(all);
    assert.deepEqual([sent, output.state.on, output.state.by], [[true, false], false, "bob"]);
    await Promise.all([output.clear("ann"), output.trigger("ann"), output.clear("bob")]);
    assert.deepEqual([output.state.on, output.state.by, sent.at(-1)], [false, "bob", false]);
  });

  it("is told to be off for a while if it did not say that it went on", async () => {
    isBroken = true;
    await assert.rejects(output.trigger("ann"), { code: "NJ_OUTPUT_FAILED" });
    for (let tries = 1; tries <= 6; tries += 1) {
      await waitFor(() => clock.pending === 1);
      clock.advance(60_000);
      await waitFor(() => sent.length === tries + 1);
    }
    await waitFor(() => clock.pending === 0);
    assert.deepEqual(sent, [true, false, false, false, false, false, false]);
    await assert.rejects(output.trigger("ann"));
    isBroken = false;
    clock.advance(1_000);
    await waitFor(() => sent.length === 9 && clock.pending === 0);
    assert.deepEqual([output.state.on, output.state.reason], [false, undefined]);
  });

  it("is told so for as long as before where somebody tries to switch it off, in vain", async () => {
    isBroken = true;
    await assert.rejects(output.trigger("ann"));
    await assert.rejects(output.clear("bob"));
    for (let tries = 1; tries <= 6; tries += 1) {
      await waitFor(() => clock.pending === 1);
      clock.advance(60_000);
      await waitFor(() => sent.length === tries + 2);
    }
    await waitFor(() => clock.pending === 0);
    assert.deepEqual(sent, [true, false, false, false, false, false, false, false]);
    await assert.rejects(output.clear("bob"));
    assert.equal(clock.pending, 0, "nothing says that it may be on any more");
  });

  it("is silent after its end", async () => {
    await output.trigger("ann");
    output.close();
    clock.advance(60_000);
    assert.deepEqual([sent, clock.pending], [[true], 0]);
  });
});
