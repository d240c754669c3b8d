// What cameras can do, in the recorder: asked of their drivers and not believed, their events passed on, sirens that end.
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { Type } from "typebox";
import type { CameraAccess } from "../../../core/cameras/camera-list.ts";
import { CameraAbilitiesDesk } from "../../../core/control/camera-abilities.ts";
import type { Db } from "../../../core/db/db.ts";
import { keyValuesTable } from "../../../core/db/tables/key-values-table.ts";
import { NightjarError } from "../../../core/errors.ts";
import { silentLog } from "../../../core/log.ts";
import type { CameraReport, PulledEvents } from "../../../core/plugin/contract/camera-abilities.ts";
import type { CameraDriver } from "../../../core/plugin/contract/camera-driver.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";
import { memoryDb } from "../alarm-io/alarm-io-fixture.ts";

async function desk(t: TestContext, abilities: Partial<CameraDriver> = {}, given?: Db) {
  const db = given ?? (await memoryDb(t));
  const told: string[] = [];
  const woken: string[] = [];
  const changed: string[] = [];
  const clock = new FakeClock();
  const answers: (readonly CameraReport[])[] = [];
  let wake: () => void = () => undefined;
  const state = { isEnabled: true, isThere: true, address: "1" };
  const driver: CameraDriver = {
    ...{ id: "d", displayName: "D", configSchema: Type.Object({}) },
    streams: async () => ({ main: { kind: "rtsp", url: "rtsp://camera/", transport: "tcp" } }),
    capabilities: async () => ({ events: true, relays: [{ id: "r", name: "R" }], auxiliary: ["siren"] }),
    async setRelay({ address }, { relay, on }, context) {
      told.push(`relay ${relay} ${on} at ${String(address)} by ${await context.secret("password")}`);
    },
    setAuxiliary: async (_config, { part, on }) => void told.push(`${part} ${on}`),
    async pullEvents(_config, _wanted, { signal }): Promise<PulledEvents> {
      while (answers.length === 0 && !signal.aborted)
        await new Promise<void>((resolve) => {
          wake = resolve;
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
      return { session: "s", reports: answers.shift() ?? [] };
    },
    ...abilities,
  };
  const access = (): CameraAccess | undefined =>
    state.isThere
      ? {
          camera: {
            ...{ id: "yard", name: "Yard", driver: "d", enabled: state.isEnabled },
            config: { address: state.address },
          } as unknown as CameraAccess["camera"],
          driver,
          secrets: { password: "secret" },
        }
      : undefined;
  const found = () => {
    const known = access();
    return known === undefined ? undefined : { camera: known.camera, streams: {}, secretsSet: [] };
  };
  const cameras = new CameraAbilitiesDesk({
    ...{ db, clock, log: silentLog },
    list: { access, find: found, all: () => [found()].filter((one) => one !== undefined) },
    events: {
      report: ({ type, source, rule }) => void told.push(`${type} of ${source} ${rule ?? "-"} begins`),
      end: ({ type }) => void told.push(`${type} ends`),
    },
    inputs: () => ({ reported: (camera, input, closed) => void told.push(`${camera} ${input} ${closed}`) }),
    outputs: () => ({ reported: (camera, relay, on) => void told.push(`${camera} ${relay} is ${on}`) }),
    detection: () => ({ wake: (camera) => void woken.push(camera) }),
    changed: (camera) => void changed.push(camera),
  });
  t.after(() => cameras.stop());
  return {
    ...{ cameras, told, changed, woken, clock, state },
    tell(reports: readonly CameraReport[]): void {
      answers.push(reports);
      wake();
    },
  };
}

describe("what cameras can do, in the recorder", () => {
  it("is asked of the driver with the camera's settings and secrets, and remembered while these stay", async (t) => {
    let asked = 0;
    const { cameras, told, state } = await desk(t, {
      capabilities: async () => {
        asked += 1;
        return { relays: [{ id: String(asked), name: "R" }] };
      },
    });
    for (let times = 0; times < 3; times += 1) await cameras.abilities("yard");
    state.address = "2";
    assert.deepEqual((await cameras.abilities("yard")).relays, [{ id: "2", name: "R" }]);
    await cameras.switchCamera(
      { kind: "camera", camera: "yard", relay: "r" },
      true,
      AbortSignal.timeout(1_000),
    );
    assert.deepEqual(told, ["relay r true at 2 by secret"]);
  });

  it("is described as far as it is known, its presets asked for in the background, again after a failure", async (t) => {
    let presets = [{ id: "1", name: "Gate" }];
    let isAway = true;
    const { cameras, changed, clock } = await desk(t, {
      capabilities: async () => ({
        ptz: { ...PTZ(), presets: true, changesPresets: true },
        auxiliary: ["siren", "siren"],
      }),
      async presets() {
        if (isAway) throw new NightjarError("NJ_X", "unavailable", "it says nothing");
        return presets;
      },
      ...{ goToPreset: async () => undefined, move: async () => undefined, stop: async () => undefined },
      ...{ setPreset: async () => ({ id: "2" }), removePreset: async () => undefined },
      ...{ position: async () => ({ pan: 0, tilt: 0, zoom: 0 }), goToPosition: async () => undefined },
      runPatrol: async () => undefined,
    });
    assert.deepEqual([cameras.described("yard"), cameras.auxiliaryStates("yard")], [undefined, []]);
    await cameras.abilities("yard");
    assert.equal(cameras.described("yard"), undefined, "its presets are not known yet");
    await waitFor(() => clock.pending > 0);
    isAway = false;
    await clock.advance(60_000);
    await waitFor(() => cameras.described("yard") !== undefined);
    const known = cameras.described("yard");
    assert.deepEqual([known?.presets, known?.auxiliary], [presets, ["siren"]]);
    presets = [...presets, { id: "2", name: "Yard" }];
    const before = changed.length;
    await cameras.setPreset("yard", { name: "Yard" });
    await waitFor(() => cameras.described("yard")?.presets.length === 2);
    assert.deepEqual(changed.slice(before), ["yard"]);
    await cameras.siren({ cameras: ["yard"], parts: ["siren"], on: true, seconds: 5, by: "ann" });
    assert.deepEqual(cameras.auxiliaryStates("yard"), [{ part: "siren", on: true }]);
    const toldOn = changed.length;
    assert.ok(toldOn > before + 1, "and whoever shows it is told");
    await cameras.siren({ cameras: ["yard"], parts: ["siren"], on: false, seconds: 5, by: "ann" });
    assert.deepEqual(cameras.auxiliaryStates("yard"), [{ part: "siren", on: false }]);
    assert.ok(changed.length > toldOn);
  });

  it("is nothing where the driver has no such methods, and nothing of a camera that is off or gone", async (t) => {
    const { cameras, state } = await desk(t, { capabilities: undefined, presets: undefined } as never);
    assert.deepEqual(await cameras.abilities("yard"), {});
    await assert.rejects(cameras.presets("yard"), { code: "NJ_CAMERA_ABILITY", kind: "failed-precondition" });
    state.isEnabled = false;
    await assert.rejects(cameras.abilities("yard"), { code: "NJ_CAMERA_OFF" });
    state.isThere = false;
    await assert.rejects(cameras.abilities("yard"), { code: "NJ_CAMERA_NOT_FOUND" });
    assert.throws(() => cameras.goTo("yard", { kind: "preset", id: "1" }), { code: "NJ_CAMERA_NOT_FOUND" });
  });

  for (const [what, answer] of [
    ["has no shape", { relays: "many" }],
    ["promises what the driver cannot do", { ptz: PTZ() }],
    [
      "has more parts than any device",
      { inputs: Array.from({ length: 400 }, () => ({ id: "1", name: "" })) },
    ],
  ] as const)
    it(`is not believed where it ${what}`, async (t) => {
      const { cameras } = await desk(t, { capabilities: async () => answer as never });
      await assert.rejects(cameras.abilities("yard"), { code: "NJ_PLUGIN_DATA" });
    });

  it("is heard: events, contacts and relays, each where it belongs; events wake who looks at its pictures", async (t) => {
    const { cameras, told, woken, tell } = await desk(t);
    await cameras.start();
    tell([
      { kind: "event", type: "motion", phase: "begin" },
      { kind: "event", type: "line-crossing", rule: "Fence", phase: "moment" },
      { kind: "input", input: "1", closed: true },
      { kind: "relay", relay: "r", on: true },
      { kind: "event", type: "motion", phase: "end" },
    ]);
    await waitFor(() => told.length === 6);
    assert.deepEqual(told, [
      "motion of camera - begins",
      "line-crossing of camera Fence begins",
      "line-crossing ends",
      "yard 1 true",
      "yard r is true",
      "motion ends",
    ]);
    assert.deepEqual([cameras.contactOf("yard", "1"), cameras.contactOf("yard", "2")], [true, undefined]);
    assert.deepEqual(woken, ["yard", "yard"], "by what begins, not by what ends");
  });

  for (const foul of [
    { kind: "event", type: "exception-volume-full", phase: "begin" },
    { kind: "event", type: "alarm-input", phase: "begin" },
    { kind: "event", type: "motion", rule: "x".repeat(65), phase: "begin" },
    { kind: "input", input: "", closed: true },
  ])
    it(`is not believed where a driver tells ${JSON.stringify(foul).slice(0, 70)}`, async (t) => {
      const { cameras, told, tell, clock } = await desk(t);
      await cameras.start();
      tell([{ kind: "input", input: "1", closed: true }, foul as never]);
      tell([{ kind: "input", input: "2", closed: true }]);
      await waitFor(() => {
        clock.advance(60_000);
        return told.length > 0;
      });
      assert.deepEqual(told, ["yard 2 true"]);
    });

  it("is over when the camera is switched off, and begins anew when it is another one", async (t) => {
    const ended: string[] = [];
    const { cameras, told, tell, state } = await desk(t, {
      endEvents: async (_config, { session }) => void ended.push(session),
    });
    await cameras.start();
    tell([{ kind: "event", type: "motion", phase: "begin" }]);
    await waitFor(() => told.length === 1);
    cameras.cameraChanged({ id: "yard" });
    assert.equal(told.length, 1, "nothing of it has changed");
    state.isEnabled = false;
    cameras.cameraChanged({ id: "yard" });
    assert.deepEqual(told, ["motion of camera - begins", "motion ends"]);
    await waitFor(() => ended.length === 1, { what: "its device to hear that nobody listens" });
    state.isEnabled = true;
    cameras.cameraChanged({ id: "yard" });
    tell([{ kind: "event", type: "motion", phase: "begin" }]);
    await waitFor(() => told.length === 3);
  });

  it("sounds sirens for their time, tried until they are off, and tells what is lacking", async (t) => {
    let fails = 1;
    const said: string[] = [];
    const { cameras, clock } = await desk(t, {
      async setAuxiliary(_config, { part, on }) {
        said.push(`${part} ${on}`);
        if (!on && fails-- > 0) throw new NightjarError("NJ_X", "unavailable", "it does not answer");
      },
    });
    const wish = {
      cameras: ["yard"],
      parts: ["siren", "light"] as const,
      on: true,
      by: "rule night",
      seconds: 10,
    };
    assert.deepEqual(await cameras.siren(wish), ["yard: light"]);
    clock.advance(10_000);
    await waitFor(() => said.length === 2);
    await waitFor(() => {
      clock.advance(1_000);
      return said.length === 3;
    });
    assert.deepEqual(said, ["siren true", "siren false", "siren false"]);
    await cameras.siren(wish);
    await cameras.stop();
    assert.equal(said.at(-1), "siren false", "a recorder that ends leaves none on");
  });

  const SIREN = { cameras: ["yard"], parts: ["siren"] as const, on: true, by: "rule night", seconds: 600 };

  it("switches sirens off before their time is over, also one that it did not switch on", async (t) => {
    const said: string[] = [];
    const { cameras, clock } = await desk(t, {
      setAuxiliary: async (_config, { part, on }) => void said.push(`${part} ${on}`),
    });
    await cameras.siren({ ...SIREN, on: false });
    await cameras.siren(SIREN);
    assert.deepEqual(await cameras.siren({ ...SIREN, parts: ["siren", "light"], on: false }), [
      "yard: light",
    ]);
    clock.advance(600_000);
    await cameras.stop();
    assert.deepEqual(said, ["siren false", "siren true", "siren false"]);
  });

  it("ends the sirens that a killed recorder left on, also of a camera that was switched off since", async (t) => {
    for (const isEnabled of [true, false]) {
      const db = await memoryDb(t);
      const killed = await desk(t, {}, db);
      await killed.cameras.siren(SIREN);
      await waitFor(async () => (await keyValuesTable(db).get("camera-sirens")) !== undefined);
      const next = await desk(t, {}, db);
      next.state.isEnabled = isEnabled;
      await next.cameras.start();
      await waitFor(() => next.told.includes("siren false"));
      await waitFor(
        async () => JSON.stringify(await keyValuesTable(db).get("camera-sirens")) === JSON.stringify([]),
      );
    }
  });

  for (const change of ["isEnabled", "isThere"] as const)
    it(`ends the sirens of a camera that is no more, tried until they are off (${change})`, async (t) => {
      let fails = 1;
      const said: string[] = [];
      const { cameras, clock, state } = await desk(t, {
        async setAuxiliary(_config, { part, on }) {
          said.push(`${part} ${on}`);
          if (!on && fails-- > 0) throw new NightjarError("NJ_X", "unavailable", "it does not answer");
        },
      });
      await cameras.start();
      await cameras.siren(SIREN);
      state[change] = false;
      cameras.cameraChanged({ id: "yard" });
      await waitFor(() => said.length === 2);
      await waitFor(() => {
        clock.advance(1_000);
        return said.length === 3;
      });
      assert.deepEqual(said, ["siren true", "siren false", "siren false"]);
    });
});

function PTZ() {
  const none = { presets: false, changesPresets: false, position: false, patrols: [], patterns: [] };
  return { move: true, zoom: false, ...none };
}
