// The actions "Turn a camera" and "Siren and light", in the words of the event's page.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { actionSettings } from "../../../core/linkage/action-settings.ts";
import { type CameraActionParts, cameraActions } from "../../../core/linkage/camera-actions.ts";
import type { LinkageDone, LinkageRequest } from "../../../core/plugin/contract/linkage-action.ts";

function acting(change: Partial<CameraActionParts> = {}) {
  const told: unknown[] = [];
  const actions = cameraActions({
    async follow(camera, order) {
      told.push({ camera, ...order });
      return { goesBack: order.returnSeconds > 0 };
    },
    async siren(wish) {
      told.push(wish);
      return [];
    },
    ...change,
  });
  const run = async (
    id: string,
    settings: Record<string, unknown>,
    request: { readonly camera?: string; readonly isTest?: boolean } = {},
  ): Promise<LinkageDone | undefined> => {
    const action = actions.find((one) => one.id === id);
    assert.ok(action);
    const { isTest = false, ...event } = request;
    const whole = {
      ...{ event, isTest, rule: { id: "night", name: "Night" }, pictures: [] },
      config: actionSettings(action, settings),
    } as unknown as LinkageRequest;
    return (await action.run(whole, { signal: new AbortController().signal })) ?? undefined;
  };
  return { told, run };
}

describe("the action that turns a camera (manual 6, linkage)", () => {
  it("sends the event's camera, or the one that it names, and has it come back", async () => {
    const { told, run } = acting();
    await run("ptz", { target: "3" }, { camera: "gate" });
    await run("ptz", { camera: "yard", to: "patrol", target: "1", returnSeconds: 0 }, { camera: "gate" });
    await run(
      "ptz",
      { to: "pattern", target: "4", returnSeconds: 60, returnPreset: "9" },
      { camera: "gate" },
    );
    await run("ptz", { camera: "yard", to: "round", presets: ["1", "2"], returnPreset: "9" });
    assert.deepEqual(told, [
      { camera: "gate", target: { kind: "preset", id: "3" }, returnSeconds: 30, returnPreset: undefined },
      { camera: "yard", target: { kind: "patrol", id: "1" }, returnSeconds: 0, returnPreset: undefined },
      { camera: "gate", target: { kind: "pattern", id: "4" }, returnSeconds: 60, returnPreset: "9" },
      {
        ...{ camera: "yard", returnSeconds: 30, returnPreset: "9" },
        target: { kind: "round", presets: ["1", "2"], secondsEach: 10 },
      },
    ]);
  });

  it("comes back soon where somebody tries it, and says where a camera stays", async () => {
    const { told, run } = acting({
      async follow(_camera, { returnSeconds }) {
        told.push(returnSeconds);
        return { goesBack: false };
      },
    });
    const done = await run("ptz", { target: "3" }, { camera: "gate", isTest: true });
    assert.deepEqual(told, [5]);
    assert.match(done?.note ?? "", /stays/);
  });

  it("refuses to turn no camera, and to nowhere", async () => {
    const { run } = acting();
    await assert.rejects(run("ptz", { target: "1" }), { code: "NJ_LINKAGE_NO_CAMERA" });
    for (const settings of [{}, { to: "round" }, { to: "pattern", presets: ["1"] }])
      await assert.rejects(run("ptz", settings, { camera: "gate" }), { code: "NJ_PTZ_TARGET" });
    await assert.rejects(run("ptz", { target: "1", returnSeconds: -1 }, { camera: "gate" }), {
      code: "NJ_LINKAGE_SETTINGS",
    });
  });
});

describe("the action that sounds sirens of cameras", () => {
  it("wants siren and light for a while, less where somebody tries it", async () => {
    const { told, run } = acting();
    await run("siren", { seconds: 60 }, { camera: "gate" });
    await run("siren", { cameras: ["yard"], light: false, seconds: 60 }, { isTest: true });
    assert.deepEqual(told, [
      { cameras: ["gate"], parts: ["siren", "light"], on: true, by: "rule night", seconds: 60 },
      { cameras: ["yard"], parts: ["siren"], on: true, by: "rule night", seconds: 5 },
    ]);
  });

  it("wants them off before their time is over", async () => {
    const { told, run } = acting();
    await run("siren", { command: "clear", light: false }, { camera: "gate" });
    assert.deepEqual(told, [
      { cameras: ["gate"], parts: ["siren"], on: false, by: "rule night", seconds: 10 },
    ]);
    await assert.rejects(run("siren", { command: "louder" }, { camera: "gate" }), {
      code: "NJ_LINKAGE_SETTINGS",
    });
  });

  it("fails where no camera has any, and says what was left out", async () => {
    const none = acting({ siren: async () => ["gate: siren", "gate: light"] });
    await assert.rejects(none.run("siren", {}, { camera: "gate" }), { code: "NJ_CAMERA_NO_SIREN" });
    await assert.rejects(none.run("siren", { siren: false, light: false }, { camera: "gate" }), {
      code: "NJ_CAMERA_NO_SIREN",
    });
    const some = acting({ siren: async () => ["gate: light"] });
    assert.match((await some.run("siren", {}, { camera: "gate" }))?.note ?? "", /without gate: light/);
  });
});
