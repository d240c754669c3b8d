// A recorder and an ONVIF camera: tried before it is kept, recorded, its contact raises an event, which a rule answers by turning
// the camera, and back, and by its siren; its relay is an alarm output; its own motion is an event. The camera names an address
// that cannot be reached, its clock is wrong, and it is restarted in between.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { connect } from "mqtt";
import { systemClock } from "../../core/clock.ts";
import type { MqttView } from "../../core/http/mqtt-schemas.ts";
import { silentLog } from "../../core/log.ts";
import { runMedia } from "../../core/media/process/run-media.ts";
import { fakeCamera } from "../../core/testing/fake-camera.ts";
import { fakeOnvifDevice } from "../../core/testing/fake-onvif-device.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { PASSWORD as ADMIN, startCoreInProcess } from "../support/core-in-process.ts";

const PASSWORD = "canary-of-the-dome";
const HERE = { pan: -0.25, tilt: 0.125, zoom: 0 };

interface Event {
  readonly type: string;
  readonly source: string;
  readonly camera?: string;
  readonly end?: string;
  readonly actions?: readonly { readonly action: string; readonly status: string; readonly note?: string }[];
}
interface View {
  readonly config: Readonly<Record<string, unknown>>;
  readonly recording: { readonly active: boolean };
}

describe("an ONVIF camera in a recorder (manual 3.1, 6, 11.6)", { timeout: 180_000 }, () => {
  it("is added by address, user and password, recorded, heard, turned and switched", async (t) => {
    await using source = await fakeCamera({ auth: "digest", username: "dome", password: PASSWORD });
    await using device = await fakeOnvifDevice({
      ...{ username: "dome", password: PASSWORD, streamUrl: source.url },
      ...{ namedHost: "192.0.2.7", clockOffsetMs: -86_400_000 },
      profiles: [{ token: "main", width: 640, height: 360 }],
    });
    const { state } = device;
    state.turnTo(HERE);
    const core = await startCoreInProcess({
      configure(draft) {
        draft.plugins["nightjar-bridge-home-assistant"] = { enabled: true, config: { announce: true } };
      },
    });
    t.after(() => core.stop());
    const media = await runMedia({
      ...{ dataDir: core.dataDir, log: silentLog, clock: systemClock, instance: "media" },
      ready: () => undefined,
    });
    t.after(() => media.stop());
    const ask = async <T>(method: string, path: string, body?: unknown, status = 200): Promise<T> => {
      const given = body === undefined ? {} : { body: JSON.stringify(body) };
      const answer = await core.ask(`/api/v1${path}`, { token: core.token, method, ...given });
      assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`);
      return (answer.text === "" ? {} : JSON.parse(answer.text)) as T;
    };
    const events = async (type: string) =>
      (await ask<{ events: Event[] }>("GET", `/events?types=${type}`)).events;

    const config = { address: `127.0.0.1:${device.port}`, username: "dome", password: PASSWORD };
    const wrong = { driver: "onvif", config: { ...config, password: "another" } };
    const refused = await ask<{ code: string }>("POST", "/cameras/probe", wrong, 409);
    assert.equal(refused.code, "NJ_ONVIF_PASSWORD");
    const tried = await waitFor(async () => {
      const body = JSON.stringify({ driver: "onvif", config });
      const answer = await core.ask("/api/v1/cameras/probe", { token: core.token, method: "POST", body });
      return answer.status === 200 ? (JSON.parse(answer.text) as { video: { codec: string } }) : undefined;
    });
    assert.match(tried.video.codec, /^avc1/);
    const added = await ask<View>(
      "POST",
      "/cameras",
      { id: "dome", name: "Dome", driver: "onvif", config, record: { mode: "continuous" } },
      201,
    );
    const { passwordSet, ...shown } = added.config;
    assert.deepEqual(
      [passwordSet, shown],
      [true, { address: `http://127.0.0.1:${device.port}/onvif/device_service`, username: "dome" }],
    );
    await waitFor(async () => (await ask<View>("GET", "/cameras/dome")).recording.active, {
      deadlineMs: 30_000,
      what: "the recording",
    });

    const can = await ask<{ relays: { id: string }[]; auxiliary: string[] }>(
      "GET",
      "/cameras/dome/abilities",
    );
    assert.deepEqual(
      [can.relays.map(({ id }) => id), can.auxiliary],
      [
        ["relay0", "relay1"],
        ["siren", "light"],
      ],
    );
    const input = {
      ...{ id: "door", name: "Door", enabled: true, contact: "normally-open", holdSeconds: 0 },
      ...{ use: "alarm", cameras: ["dome"], disarms: [] },
      source: { kind: "camera", camera: "dome", input: "input1" },
    };
    await ask("PUT", "/inputs/settings", { inputs: [input] });
    const output = { id: "gate", name: "Gate", enabled: true, dwellSeconds: 1 };
    const driver = { kind: "camera", camera: "dome", relay: "relay0" };
    await ask("PUT", "/outputs/settings", { outputs: [{ ...output, driver }] });
    const rule = {
      ...{ id: "look", name: "Look", types: ["alarm-input"] },
      actions: [
        { action: "ptz", settings: { target: "2", returnSeconds: 1 } },
        { action: "siren", settings: { light: false, seconds: 1 } },
        { action: "output", settings: { outputs: ["gate"] } },
      ],
    };
    await ask("PUT", "/linkage/rules", { rules: [rule] });
    await waitFor(() => state.subscriptions.size > 0, { what: "the recorder to listen" });
    const inputState = async () =>
      (await ask<{ inputs: { contact: string }[] }>("GET", "/inputs")).inputs[0]?.contact;
    await waitFor(async () => (await inputState()) === "open", { what: "the contact's first word" });

    const seen = new Set<string>();
    const watch = setInterval(() => {
      if (state.position.pan === 0.5) seen.add("looked");
      if (state.relays.get("relay0") === true) seen.add("relay");
      if (state.auxiliary.get("tt:Siren") === true) seen.add("siren");
    }, 5);
    t.after(() => clearInterval(watch));
    state.setInput("input1", true);
    await waitFor(() => seen.size === 3, { what: () => `all of the rule: ${[...seen].join()}` });
    const isBack = () =>
      state.position.pan === HERE.pan &&
      state.relays.get("relay0") === false &&
      state.auxiliary.get("tt:Siren") === false;
    await waitFor(isBack, { deadlineMs: 20_000, what: "everything to be as before" });
    const [event] = await waitFor(async () => {
      const all = await events("alarm-input");
      return all[0]?.actions?.length === 3 ? all : undefined;
    });
    assert.deepEqual(
      [event?.camera, event?.actions?.map(({ status }) => status)],
      ["dome", ["done", "done", "done"]],
    );

    // Switched off and on again: it has forgotten who listens, and what goes on is told again.
    state.forgetSubscriptions();
    await waitFor(() => state.subscriptions.size > 0, { deadlineMs: 20_000, what: "a new subscription" });
    state.setInput("input1", false);
    await waitFor(async () => (await events("alarm-input"))[0]?.end !== undefined, { what: "its end" });
    state.setMotion(true);
    const motion = await waitFor(async () => (await events("motion"))[0], { what: "the camera's motion" });
    assert.deepEqual([motion.camera, motion.source], ["dome", "camera"]);
    state.setMotion(false);
    await waitFor(async () => (await events("motion"))[0]?.end !== undefined, {
      deadlineMs: 30_000,
      what: "the end of the motion",
    });

    await ask("POST", "/cameras/dome/ptz/move", { pan: 1 }, 204);
    await waitFor(() => device.asked.at(-1) === "Stop" || device.asked.includes("Stop"), {
      what: "the stop after the last word of the hand",
    });
    assert.equal(state.isMoving, false);

    // The same over MQTT, where Home Assistant has found it with what it can do.
    const { state: broker } = await ask<MqttView>("GET", "/mqtt");
    const client = connect(`mqtt://127.0.0.1:${broker.tcp?.port ?? 0}`, {
      ...{ protocolVersion: 4, username: "admin", password: ADMIN, reconnectPeriod: 0 },
    });
    t.after(() => client.end(true));
    const said = new Map<string, Buffer>();
    client.on("message", (topic, payload) => void said.set(topic, payload));
    await client.subscribeAsync(["nightjar/camera/dome/#", "homeassistant/#"], { qos: 1 });
    const tell = (path: string, text: string) =>
      client.publishAsync(`nightjar/camera/dome/${path}`, text, { qos: 1 });
    const stateOf = (path: string) => said.get(`nightjar/camera/dome/${path}`)?.toString();
    await tell("ptz/set", '{"command":"preset","id":"2"}');
    await waitFor(() => state.position.pan === 0.5, { what: "the camera to look at its preset" });
    await waitFor(() => stateOf("auxiliary/siren/state") === "OFF", {
      what: () => `the siren's state among ${[...said.keys()].join()}`,
    });
    await tell("auxiliary/siren/set", '{"state":"ON","seconds":60}');
    await waitFor(() => stateOf("auxiliary/siren/state") === "ON" && state.auxiliary.get("tt:Siren"));
    await tell("auxiliary/siren/set", "OFF");
    await waitFor(() => stateOf("auxiliary/siren/state") === "OFF");
    await tell("snapshot/set", '{"width":160}');
    const picture = await waitFor(() => said.get("nightjar/camera/dome/snapshot"), { deadlineMs: 20_000 });
    assert.deepEqual([...picture.subarray(0, 3)], [0xff, 0xd8, 0xff], "a JPEG");
    const found = await waitFor(() => said.get("homeassistant/device/nightjar-camera-dome/config"));
    const { components } = JSON.parse(found.toString()) as {
      components: Readonly<Record<string, { platform: string; options?: string[] } | undefined>>;
    };
    assert.deepEqual(
      ["ptz-left", "ptz-zoom-in", "siren", "light", "wiper"].map((key) => components[key]?.platform),
      ["button", "button", "siren", "switch", undefined],
    );
    const { presets } = await ask<{ presets: { name: string }[] }>("GET", "/cameras/dome/presets");
    assert.deepEqual(
      components["ptz-preset"]?.options,
      presets.map(({ name }) => name),
    );

    await ask("DELETE", "/cameras/dome?footage=remove", undefined, 204);
    await waitFor(() => stateOf("auxiliary/siren/state") === "" && stateOf("snapshot") === "");
    await waitFor(() => state.subscriptions.size === 0, { what: "the end of listening" });
    assert.ok(!core.log.join("\n").includes(PASSWORD), "the password stands in the log");
    assert.ok(!device.heard.includes(PASSWORD), "the password went over the line");
  });
});
