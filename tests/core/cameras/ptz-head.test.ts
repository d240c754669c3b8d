// A camera that is turned: by a hand that must hold on, by rules that put it back once, and by a person who takes over.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PtzHead, type PtzHeadParts, type PtzTarget } from "../../../core/cameras/ptz-head.ts";
import { NightjarError } from "../../../core/errors.ts";
import { silentLog } from "../../../core/log.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";

const HERE = { pan: 0.1, tilt: 0.2, zoom: 0.3 };
const RIGHT = { pan: 1, tilt: 0, zoom: 0 };
const preset = (id: string): PtzTarget => ({ kind: "preset", id });

function head(change: Partial<PtzHeadParts["control"]> = {}) {
  const told: string[] = [];
  const clock = new FakeClock();
  const say = (what: string) => async () => void told.push(what);
  const ptz = new PtzHead({
    ...{ camera: "gate", clock, log: silentLog },
    control: {
      move: async (_camera, { pan, timeoutMs }) => void told.push(`move ${pan} ${timeoutMs}`),
      stop: say("stop"),
      goToPreset: async (_camera, id) => void told.push(`preset ${id}`),
      position: async () => HERE,
      goToPosition: async (_camera, { pan }) => void told.push(`back ${pan}`),
      runPatrol: async (_camera, { kind, id, isOn }) => void told.push(`${kind} ${id} ${isOn}`),
      ...change,
    },
  });
  const count = (what: string): number => told.filter((one) => one === what).length;
  return { ptz, told, clock, count };
}

describe("a camera that a hand turns", () => {
  it("is stopped a second after the last word of the hand, and by the camera itself", async () => {
    const { ptz, told, clock } = head();
    await ptz.move(RIGHT);
    clock.advance(900);
    await ptz.move({ ...RIGHT, pan: 0.5 });
    clock.advance(900);
    assert.deepEqual(told, ["move 1 1000", "move 0.5 1000"]);
    clock.advance(100);
    await waitFor(() => told.at(-1) === "stop");
    clock.advance(10_000);
    assert.equal(told.length, 3);
  });

  it("is told the last wish alone where it is slow", async () => {
    let free: () => void = () => undefined;
    const slow: number[] = [];
    const { ptz, told } = head({
      move: async (_camera, { pan }) => {
        slow.push(pan);
        if (slow.length === 1) await new Promise<void>((resolve) => (free = resolve));
      },
    });
    const first = ptz.move(RIGHT);
    await waitFor(() => slow.length === 1);
    const rest = [ptz.move({ ...RIGHT, pan: 0.2 }), ptz.move({ ...RIGHT, pan: 0.4 }), ptz.stop()];
    free();
    await Promise.all([first, ...rest]);
    assert.deepEqual([slow, told], [[1], ["stop"]]);
  });

  it("is told to stop until it does", async () => {
    let tries = 0;
    const { ptz, clock } = head({
      stop: async () => {
        tries += 1;
        if (tries < 3) throw new NightjarError("NJ_X", "unavailable", "it does not answer");
      },
    });
    await assert.rejects(ptz.stop(), /does not answer/);
    for (const wanted of [2, 3]) {
      clock.advance(500);
      await waitFor(() => tries === wanted);
    }
    clock.advance(60_000);
    assert.equal(tries, 3);
  });
});

describe("a camera that is given up, or stopped too late", () => {
  it("is stopped once, and not where nobody turns it", async () => {
    const still = head();
    await still.ptz.close();
    const { ptz, told, clock } = head();
    await ptz.move(RIGHT);
    await ptz.close();
    clock.advance(60_000);
    assert.deepEqual([still.told, told], [[], ["move 1 1000", "stop"]]);
  });

  it("is not taken for one that nobody holds where an earlier stop fails late", async () => {
    const { promise, reject } = Promise.withResolvers<void>();
    const { ptz, clock } = head({ stop: () => promise });
    const stopped = assert.rejects(ptz.stop());
    await Promise.resolve();
    const moved = ptz.move(RIGHT).catch(() => undefined);
    reject(new NightjarError("NJ_X", "unavailable", "it does not answer"));
    await Promise.all([stopped, moved]);
    assert.equal(clock.pending, 1, "the hand's own timer alone");
    await ptz.close();
  });
});

describe("a camera that rules turn", () => {
  it("goes to a preset, and back to where it was", async () => {
    const { ptz, told, clock } = head();
    assert.deepEqual(await ptz.follow({ target: preset("2"), returnSeconds: 10 }), { goesBack: true });
    clock.advance(9_999);
    assert.deepEqual(told, ["preset 2"]);
    clock.advance(1);
    await waitFor(() => !ptz.goesBack);
    assert.deepEqual(told, ["preset 2", "back 0.1"]);
  });

  it("follows the last of several events, and goes back once, to before the first", async () => {
    let at = 0;
    const { ptz, told, clock } = head({
      position: async () => {
        at += 1;
        return { ...HERE, pan: at };
      },
    });
    await ptz.follow({ target: preset("1"), returnSeconds: 10 });
    clock.advance(8_000);
    await ptz.follow({ target: preset("2"), returnSeconds: 10 });
    clock.advance(8_000);
    assert.deepEqual(told, ["preset 1", "preset 2"]);
    clock.advance(2_000);
    await waitFor(() => !ptz.goesBack);
    clock.advance(60_000);
    assert.deepEqual(told, ["preset 1", "preset 2", "back 1"]);
  });

  it("goes back to a preset where it does not know where it looks, or stays and says so", async () => {
    const position = async (): Promise<never> => {
      throw new NightjarError("NJ_X", "unimplemented", "it does not know");
    };
    const { ptz, told, clock } = head({ position });
    const stays = await ptz.follow({ target: preset("1"), returnSeconds: 5 });
    assert.deepEqual(stays, { goesBack: false });
    await ptz.follow({ target: preset("1"), returnSeconds: 5, returnPreset: "9" });
    clock.advance(5_000);
    await waitFor(() => told.at(-1) === "preset 9");
  });

  it("stays where nothing is said of going back, also if it was to", async () => {
    const { ptz, told, clock } = head();
    await ptz.follow({ target: preset("1"), returnSeconds: 5 });
    await ptz.follow({ target: preset("2"), returnSeconds: 0 });
    clock.advance(60_000);
    assert.deepEqual(told, ["preset 1", "preset 2"]);
  });

  it("is left to a person who takes over", async () => {
    const { ptz, told, clock } = head();
    await ptz.follow({ target: preset("1"), returnSeconds: 5 });
    await ptz.move(RIGHT);
    await ptz.stop();
    clock.advance(60_000);
    assert.deepEqual(told, ["preset 1", "move 1 1000", "stop"]);
  });

  const round: PtzTarget = { kind: "round", presets: ["a", "b"], secondsEach: 3 };
  for (const [what, target, seen] of [
    ["a patrol goes to its first preset", round, ["preset a", "move 1 1000", "stop"]],
    ["it goes to a preset", preset("a"), ["preset a", "move 1 1000", "stop"]],
  ] as const)
    it(`is left to a person who takes over while ${what}`, async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const { ptz, told, clock } = head({
        async goToPreset(_camera, id) {
          told.push(`preset ${id}`);
          await promise;
        },
      });
      const followed = ptz.follow({ target, returnSeconds: 5 });
      await waitFor(() => told.length === 1);
      await ptz.move(RIGHT);
      resolve();
      assert.deepEqual(await followed, { goesBack: false });
      clock.advance(60_000);
      await waitFor(() => told.length === 3 && clock.pending === 0);
      assert.deepEqual(told, seen);
    });

  it("is left to a person who takes over while it is asked where it looks", async () => {
    const { promise, resolve } = Promise.withResolvers<typeof HERE>();
    const { ptz, told, clock } = head({ position: () => promise });
    const followed = assert.rejects(ptz.follow({ target: preset("1"), returnSeconds: 5 }), {
      code: "NJ_PTZ_HELD",
    });
    const second = assert.rejects(ptz.follow({ target: preset("2"), returnSeconds: 5 }), {
      code: "NJ_PTZ_HELD",
    });
    await ptz.move(RIGHT);
    resolve(HERE);
    await Promise.all([followed, second]);
    clock.advance(60_000);
    await waitFor(() => told.at(-1) === "stop");
    assert.deepEqual([told, ptz.goesBack, clock.pending], [["move 1 1000", "stop"], false, 0]);
  });

  it("is left to a person who takes over while it goes back", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { ptz, told, clock } = head({
      async runPatrol(_camera, { isOn }) {
        told.push(`patrol ${isOn}`);
        if (!isOn) await promise;
      },
    });
    await ptz.follow({ target: { kind: "patrol", id: "t" }, returnSeconds: 5 });
    clock.advance(5_000);
    await waitFor(() => told.length === 2);
    await ptz.move(RIGHT);
    await ptz.stop();
    resolve();
    // Comes after all that waited for its turn.
    await ptz.goTo(preset("9"));
    clock.advance(60_000);
    assert.deepEqual(told, ["patrol true", "patrol false", "move 1 1000", "stop", "preset 9"]);
  });

  it("is not taken out of a hand that turns it", async () => {
    const { ptz, told, clock } = head();
    await ptz.move(RIGHT);
    await assert.rejects(ptz.follow({ target: preset("1"), returnSeconds: 5 }), { code: "NJ_PTZ_HELD" });
    clock.advance(1_000);
    await waitFor(() => told.at(-1) === "stop");
    await ptz.follow({ target: preset("1"), returnSeconds: 5 });
    assert.equal(told.at(-1), "preset 1");
  });

  it("tries to go back a few times", async () => {
    let tries = 0;
    const { ptz, clock } = head({
      goToPosition: async () => {
        tries += 1;
        throw new NightjarError("NJ_X", "unavailable", "it does not answer");
      },
    });
    await ptz.follow({ target: preset("1"), returnSeconds: 5 });
    for (const wanted of [1, 2, 3, 4, 5]) {
      clock.advance(5_000);
      await waitFor(() => tries === wanted);
    }
    await waitFor(() => !ptz.goesBack);
    clock.advance(60_000);
    assert.equal(tries, 5);
  });

  it("patrols by the recorder's clock where it has no patrol of its own, until it goes back", async () => {
    const { ptz, told, clock } = head();
    const target: PtzTarget = { kind: "round", presets: ["a", "b"], secondsEach: 3 };
    await ptz.follow({ target, returnSeconds: 8 });
    for (const wanted of ["preset b", "preset a"]) {
      clock.advance(3_000);
      await waitFor(() => told.at(-1) === wanted);
    }
    clock.advance(2_000);
    await waitFor(() => !ptz.goesBack);
    clock.advance(60_000);
    assert.deepEqual(told, ["preset a", "preset b", "preset a", "back 0.1"]);
  });

  it("has a patrol of the camera's own started, and ended before it goes back", async () => {
    const { ptz, told, clock } = head();
    await ptz.follow({ target: { kind: "patrol", id: "t" }, returnSeconds: 5 });
    clock.advance(5_000);
    await waitFor(() => !ptz.goesBack);
    assert.deepEqual(told, ["patrol t true", "patrol t false", "back 0.1"]);
  });

  it("has a pattern of the camera's own started, and ended before it goes back", async () => {
    const { ptz, told, clock } = head();
    const target: PtzTarget = { kind: "pattern", id: "4" };
    assert.deepEqual(await ptz.follow({ target, returnSeconds: 60 }), { goesBack: true });
    clock.advance(59_999);
    assert.deepEqual(told, ["pattern 4 true"]);
    clock.advance(1);
    await waitFor(() => !ptz.goesBack);
    assert.deepEqual(told, ["pattern 4 true", "pattern 4 false", "back 0.1"]);
    told.length = 0;
    await ptz.follow({ target, returnSeconds: 5, returnPreset: "9" });
    clock.advance(5_000);
    await waitFor(() => !ptz.goesBack);
    assert.deepEqual(told, ["pattern 4 true", "pattern 4 false", "preset 9"]);
  });

  it("does nothing more once it is closed", async () => {
    const { ptz, told, clock } = head();
    await ptz.follow({ target: { kind: "round", presets: ["a"], secondsEach: 3 }, returnSeconds: 5 });
    await ptz.close();
    clock.advance(60_000);
    assert.deepEqual(told, ["preset a"]);
  });

  it("goes where it is wanted, and back, though its patrol cannot be ended", async () => {
    const { ptz, told, clock } = head({
      async runPatrol(_camera, { isOn }) {
        if (!isOn) throw new NightjarError("NJ_X", "unavailable", "it does not answer");
      },
    });
    await ptz.goTo({ kind: "patrol", id: "t" });
    await ptz.follow({ target: preset("1"), returnSeconds: 5 });
    await ptz.follow({ target: { kind: "patrol", id: "t" }, returnSeconds: 5 });
    clock.advance(5_000);
    await waitFor(() => !ptz.goesBack);
    assert.deepEqual(told, ["preset 1", "back 0.1"]);
  });

  it("has its patrol ended by a person also where it does not stop", async () => {
    const { ptz, told } = head({
      stop: async () => {
        throw new NightjarError("NJ_X", "unavailable", "it does not stop");
      },
    });
    await ptz.goTo({ kind: "patrol", id: "t" });
    await assert.rejects(ptz.halt(), /does not stop/);
    assert.deepEqual(told, ["patrol t true", "patrol t false"]);
  });
});
