// What is asked of arming and linkage over MQTT: who may, what comes of it, and what the audit log says of it.
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { Right } from "../../../core/domain/roles.ts";
import { NightjarError } from "../../../core/errors.ts";
import type { CameraView } from "../../../core/http/camera-schemas.ts";
import { silentLog } from "../../../core/log.ts";
import { FLOWS_USER } from "../../../core/mqtt/flows-door.ts";
import { Requests } from "../../../core/mqtt/requests.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import type { Principal } from "../../../core/users/principal.ts";

const unused = () => {
  throw new Error("nobody asks for this here");
};

describe("requests for arming and linkage over MQTT", () => {
  let acts: string[];
  let done: unknown[];
  let requests: Requests;
  /** Actions wait for it. */
  let hold: Promise<void>;

  beforeEach(() => {
    acts = [];
    done = [];
    hold = Promise.resolve();
    const results = [{ action: "record", status: "done" }];
    const note = (...what: unknown[]) => {
      done.push(what);
      return hold.then(() => results);
    };
    requests = new Requests({
      clock: new FakeClock(Date.UTC(2026, 0, 1)),
      log: silentLog,
      base: () => "nightjar",
      node: "n1",
      cameras: {
        get: () => ({}) as CameraView,
        update: async (camera, change) => {
          done.push([camera, change]);
          return {} as CameraView;
        },
        ...{ startManualRecording: unused, stopManualRecording: unused },
      },
      audit: { record: ({ action }) => void acts.push(action) },
      snapshot: unused,
      endPopups: (end) => {
        done.push(end);
        return ["Desk"];
      },
      explain: {
        async explain(question, { storage, events, recordings }) {
          done.push([question, { storage, events, recordings }]);
          return { camera: question.camera } as never;
        },
      },
      arming: {
        async setProfile(profile) {
          done.push(profile);
          return "home";
        },
      },
      alarmIo: {
        async setOutput(id, on, by, dwellSeconds) {
          if (id === "dead") throw new NightjarError("NJ_OUTPUT_FAILED", "unavailable", "it says nothing");
          done.push([id, on, by, dwellSeconds]);
        },
        setAllOutputs: async (on, by) => void done.push(["all", on, by]),
        setInput: (id, closed, by) => void done.push([id, closed, by]),
      },
      detection: {
        async change(camera, patch) {
          done.push([camera, patch]);
          return {} as never;
        },
      },
      async publishSnapshot(camera, width) {
        done.push([camera, width]);
        return { timeMs: 0, sizeBytes: 9 };
      },
      abilities: {
        async siren({ cameras, parts, on, seconds, by }) {
          if (parts[0] === "wiper") return ["yard: wiper"];
          done.push([cameras, parts, on, seconds, by]);
          return [];
        },
        presets: async () => [{ id: "1", name: "Gate" }],
        async move(camera, velocity) {
          done.push([camera, velocity]);
          return { isNew: true };
        },
        stopMoving: async (camera) => void done.push([camera, "stop"]),
        async goTo(camera, target) {
          if (target.kind === "pattern") throw new NightjarError("NJ_X", "unavailable", "it says nothing");
          done.push([camera, target]);
        },
      },
      linkage: {
        names: () => ({ rules: [{ id: "gate", name: "Gate" }], actions: [{ id: "record", name: "Record" }] }),
        runRule: (rule, cause) => note(rule, cause),
        runAction: (action, settings, cause) => note(action, settings, cause),
      },
    });
  });

  const ask = async (
    command: string,
    body: object,
    rights: readonly Right[],
    cameras: "all" | string[] = "all",
    userName = "ann",
  ) => {
    const principal: Principal = {
      ...{ sessionId: "s", userName, role: "administrator", cameras, expiresAtMs: 1 },
      token: { id: "t", name: "t", rights: new Set(rights), expiresAtMs: undefined },
    };
    let answer = "";
    await requests.take({
      topic: `nightjar/node/n1/request/${command}`,
      payload: Buffer.from(JSON.stringify(body)),
      principal,
      actor: { userName, address: "" },
      answer: (_topic, text) => {
        answer = text;
      },
    });
    return JSON.parse(answer) as { status: string; data: object; error?: { code: string } };
  };

  it("puts a profile in force, which is written down if it is another one", async () => {
    assert.equal((await ask("arming", { profile: "away" }, ["arming.set"])).status, "ok");
    assert.equal((await ask("arming", { profile: "home" }, ["arming.set"])).status, "ok");
    assert.deepEqual([done, acts], [["away", "home"], ["arming-changed"]]);
  });

  it("explains a moment of a camera to those who see it, with what they may see", async () => {
    const at = "2026-01-01T00:00:00Z";
    const asked = () =>
      ask("explain", { camera: "yard", at, type: "motion" }, ["cameras.view", "events.view"]);
    assert.deepEqual((await asked()).data, { camera: "yard" });
    assert.deepEqual(done, [
      [
        { camera: "yard", atMs: Date.parse(at), type: "motion" },
        { storage: false, events: true, recordings: false },
      ],
    ]);
    await ask("explain", { camera: "yard" }, ["cameras.view"], "all", FLOWS_USER);
    assert.deepEqual(
      (done.at(-1) as unknown[])[1],
      { storage: false, events: false, recordings: true },
      "flows may know that there is a recording",
    );
    const foreign = await ask("explain", { camera: "yard" }, ["cameras.view"], ["gate"]);
    assert.equal(foreign.error?.code, "NJ_CAMERA_NOT_FOUND");
    assert.equal(
      (await ask("explain", { camera: "yard" }, ["events.view"])).error?.code,
      "NJ_PERMISSION_DENIED",
    );
    const wrong = await ask("explain", { camera: "yard", type: "rain" }, ["cameras.view"]);
    assert.equal(wrong.error?.code, "NJ_MQTT_REQUEST");
  });

  /** A command at a topic that ends in `set`. */
  const say = (path: string, text: string, rights: readonly Right[], cameras: "all" | string[] = "all") =>
    requests.take({
      topic: `nightjar/${path}`,
      payload: Buffer.from(text),
      principal: {
        ...{ sessionId: "s", userName: "ann", role: "administrator", cameras, expiresAtMs: 1 },
        token: { id: "t", name: "t", rights: new Set(rights), expiresAtMs: undefined },
      },
      actor: { userName: "ann", address: "" },
      answer: unused,
    });

  it("switches what looks and what sounds at a camera, by plain commands, for those who may", async () => {
    const EDITOR: Right[] = ["cameras.edit", "cameras.view"];
    const SWITCHER: Right[] = ["outputs.set", "cameras.view"];
    await say("camera/yard/detection/set", "OFF", EDITOR);
    await say("camera/yard/detector/nightjar-vca-motion/motion/set", "ON", EDITOR);
    await say("camera/yard/detector/acme~nightjar-vca-x/x/set", "OFF", EDITOR);
    await say("camera/yard/auxiliary/siren/set", "ON", SWITCHER);
    await say("camera/yard/auxiliary/light/set", '{"state":"ON","seconds":60,"part":"siren"}', SWITCHER);
    await say("camera/yard/snapshot/set", "PRESS", ["snapshot"]);
    await say("camera/yard/snapshot/set", '{"width":320,"camera":"gate"}', ["snapshot"]);
    assert.deepEqual(done.splice(0), [
      ["yard", { enabled: false }],
      ["yard", { detectors: { "nightjar-vca-motion/motion": { enabled: true } } }],
      ["yard", { detectors: { "@acme/nightjar-vca-x/x": { enabled: false } } }],
      [["yard"], ["siren"], true, 5, "ann"],
      [["yard"], ["light"], true, 60, "ann"],
      ["yard", 640],
      ["yard", 320],
    ]);
    assert.deepEqual(acts, [
      ...["detection-changed", "detection-changed", "detection-changed"],
      ...["output-triggered", "output-triggered"],
    ]);
    await say("camera/yard/detection/set", "OFF", ["cameras.view"]);
    await say("camera/yard/detection/set", "off", EDITOR);
    await say("camera/yard/auxiliary/siren/set", "ON", EDITOR);
    await say("camera/yard/auxiliary/siren/set", "ON", SWITCHER, ["gate"]);
    await say("camera/yard/auxiliary/siren/set", '{"state":"ON","seconds":9000}', SWITCHER);
    await say("camera/yard/snapshot/set", "PRESS", ["live"]);
    await say("camera/yard/snapshot/set", "PRESS", ["snapshot"], ["gate"]);
    await say("camera/yard/snapshot/set", '{"width":9000}', ["snapshot"]);
    assert.deepEqual(done, []);
    const body = { camera: "yard", part: "wiper", state: "ON" };
    assert.equal((await ask("auxiliary", body, SWITCHER)).error?.code, "NJ_CAMERA_ABILITY");
  });

  it("turns a camera at its own topic, and does no command that says that it is too old", async () => {
    await say("camera/yard/ptz/set", '{"command":"move","pan":-1}', ["ptz"]);
    await say("camera/yard/ptz/set", '{"command":"preset","id":"1","camera":"gate"}', ["ptz"]);
    assert.deepEqual(done.splice(0), [
      ["yard", { pan: -1, tilt: 0, zoom: 0 }],
      ["yard", { kind: "preset", id: "1" }],
    ]);
    const at = (time: string): string => JSON.stringify({ command: "stop", time, maxAge: 1_000 });
    await say("camera/yard/ptz/set", at("2025-12-31T23:59:58.000Z"), ["ptz"]);
    await say("camera/yard/enabled/set", '{"state":"OFF","time":"2025-12-31T23:00:00Z"}', ["cameras.edit"]);
    for (const text of ["stop", "{", '{"command":"spin"}', '{"command":"move","tilt":2}'])
      await say("camera/yard/ptz/set", text, ["ptz"]);
    await say("camera/yard/ptz/set", '{"command":"stop"}', ["live"]);
    await say("camera/yard/ptz/set", '{"command":"stop"}', ["ptz"], ["gate"]);
    assert.deepEqual(done, []);
    await say("camera/yard/ptz/set", at("2025-12-31T23:59:59.500Z"), ["ptz"]);
    assert.deepEqual(done, [["yard", "stop"]]);
  });

  it("takes plain commands: a profile, and when a camera is recorded", async () => {
    await say("node/n1/arming/profile/set", "away", ["arming.set"]);
    await say("camera/yard/record-mode/set", "event", ["cameras.edit", "cameras.view"]);
    assert.deepEqual(done.splice(0), ["away", ["yard", { record: { mode: "event" } }]]);
    assert.deepEqual(acts, ["arming-changed", "camera-changed"]);
    await say("node/n2/arming/profile/set", "away", ["arming.set"]);
    await say("node/n1/arming/profile/set", "away", ["arming.set"], ["yard"]);
    await say("node/n1/arming/profile/set", "x".repeat(65), ["arming.set"]);
    await say("camera/yard/record-mode/set", "sometimes", ["cameras.edit", "cameras.view"]);
    await say("camera/yard/record-mode/set", "event", ["cameras.view"]);
    await say("camera/yard/record-mode/set", "event", ["cameras.edit", "cameras.view"], ["gate"]);
    assert.deepEqual(done, []);
  });

  it("turns cameras, for those who may, and those cameras alone that they may see", async () => {
    const turn = (wish: object, rights: readonly Right[] = ["ptz"], cameras: "all" | string[] = "all") =>
      ask("ptz", { camera: "yard", ...wish }, rights, cameras);
    await turn({ command: "move", pan: 0.5 });
    await turn({ command: "preset", id: "1" });
    await turn({ command: "stop" });
    assert.deepEqual(done.splice(0), [
      ["yard", { pan: 0.5, tilt: 0, zoom: 0 }],
      ["yard", { kind: "preset", id: "1" }],
      ["yard", "stop"],
    ]);
    assert.deepEqual(acts, ["ptz-moved", "ptz-sent"]);
    const { data } = await ask("presets", { camera: "yard" }, ["ptz"]);
    assert.deepEqual(data, { camera: "yard", presets: [{ id: "1", name: "Gate" }] });
    const refused = [
      [await turn({ command: "stop" }, ["live"]), "NJ_PERMISSION_DENIED"],
      [await turn({ command: "stop" }, ["ptz"], ["gate"]), "NJ_CAMERA_NOT_FOUND"],
      [await turn({ command: "preset" }), "NJ_MQTT_REQUEST"],
      [await turn({ command: "move", pan: 2 }), "NJ_MQTT_REQUEST"],
    ] as const;
    for (const [{ error }, code] of refused) assert.equal(error?.code, code);
    assert.deepEqual(done, []);
  });

  it("does a rule or an action; what is done for an event stands with the event, not in the audit log", async () => {
    const { data } = await ask("linkage-rule", { rule: "gate", event: 7, camera: "yard" }, ["linkage.run"]);
    assert.deepEqual(data, { results: [{ action: "record", status: "done" }] });
    await ask("linkage-action", { action: "record", settings: { count: 1 } }, ["linkage.run"]);
    assert.deepEqual(done, [
      ["gate", { camera: "yard", event: 7 }],
      ["record", { count: 1 }, {}],
    ]);
    assert.deepEqual(acts, ["linkage-run", "linkage-run"]);
    const names = (await ask("linkage-list", {}, ["linkage.run"])).data as { rules: unknown[] };
    assert.deepEqual(names.rules, [{ id: "gate", name: "Gate" }]);
  });

  it("takes pop-ups from walls, which is written down, and no walls whose names there cannot be", async () => {
    const ended = await ask("popup-end", { walls: ["Desk"], cameras: ["yard"] }, ["linkage.run"]);
    assert.deepEqual(ended.data, { walls: ["Desk"] });
    await ask("popup-end", {}, ["linkage.run"]);
    assert.deepEqual(done, [
      { walls: ["Desk"], cameras: ["yard"] },
      { walls: [], cameras: [] },
    ]);
    assert.deepEqual(acts, ["linkage-run", "linkage-run"]);
    const wrong = await ask("popup-end", { walls: [" Desk"] }, ["linkage.run"]);
    assert.equal(wrong.error?.code, "NJ_MQTT_REQUEST");
  });

  it("switches outputs and virtual inputs, which is written down, and no one without the right", async () => {
    const rights: Right[] = ["outputs.set", "inputs.set"];
    await ask("output", { output: "siren", state: "ON", dwell_seconds: 3 }, rights, ["yard"]);
    await ask("outputs", { state: "OFF" }, rights);
    await ask("input", { input: "gate", state: "ON" }, rights);
    const expected = [
      ["siren", true, "ann", 3],
      ["all", false, "ann"],
      ["gate", true, "ann"],
    ];
    assert.deepEqual(done, expected);
    assert.deepEqual(acts, ["output-triggered", "outputs-cleared", "input-set"]);
    const refused = [
      await ask("output", { output: "siren", state: "ON" }, ["inputs.set"]),
      await ask("outputs", { state: "ON" }, ["inputs.set"]),
      await ask("input", { input: "gate", state: "ON" }, ["outputs.set"]),
    ];
    assert.ok(refused.every(({ error }) => error?.code === "NJ_PERMISSION_DENIED"));
    for (const wrong of [
      { output: "siren", state: "TOGGLE" },
      { state: "ON" },
      { output: "s", state: "ON", dwell_seconds: -1 },
    ])
      assert.equal((await ask("output", wrong, rights)).error?.code, "NJ_MQTT_REQUEST");
    assert.deepEqual(done, expected);
  });

  it("writes down also what a device may have done without saying so", async () => {
    const on = await ask("output", { output: "dead", state: "ON" }, ["outputs.set"]);
    const sent = await ask("ptz", { camera: "yard", command: "pattern", id: "1" }, ["ptz"]);
    assert.deepEqual([on.status, sent.status, done], ["error", "error", []]);
    assert.deepEqual(acts, ["output-triggered", "ptz-sent"]);
  });

  it("has no more than 16 actions done at once, and room for other requests meanwhile", async () => {
    const held = Promise.withResolvers<void>();
    hold = held.promise;
    const asked = Array.from({ length: 17 }, () =>
      ask("linkage-rule", { rule: "gate", event: 7 }, ["linkage.run"]),
    );
    const [first] = await Promise.all([
      Promise.race(asked),
      ask("arming", { profile: "away" }, ["arming.set"]),
    ]);
    assert.equal(first?.error?.code, "NJ_MQTT_BUSY");
    assert.equal(done.at(-1), "away");
    held.resolve();
    const answers = await Promise.all(asked);
    assert.equal(answers.filter(({ status }) => status === "ok").length, 16);
  });

  for (const [command, body] of [
    ["arming", { profile: "away" }],
    ["linkage-list", {}],
    ["popup-end", {}],
    ["linkage-rule", { rule: "gate" }],
    ["linkage-action", { action: "record" }],
  ] as const) {
    it(`refuses ${command} without the right, and to who does not see all cameras`, async () => {
      const without = await ask(command, body, ["mqtt.connect", "settings.view"]);
      const narrow = await ask(command, body, ["arming.set", "linkage.run"], ["yard"]);
      assert.deepEqual(
        [without.error?.code, narrow.error?.code],
        ["NJ_PERMISSION_DENIED", "NJ_PERMISSION_DENIED"],
      );
      assert.deepEqual([done, acts], [[], []]);
    });
  }
});
