// Alarm inputs and outputs of a whole recorder: a sensor's word over MQTT becomes an event, a rule switches an output for a
// second, and all of it is seen over MQTT; one-key disarming, and a device that calls with its token.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { connectAsync } from "mqtt";
import type { MqttView } from "../../core/http/mqtt-schemas.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { PASSWORD, startCoreInProcess } from "../support/core-in-process.ts";

interface Event {
  readonly type: string;
  readonly end?: string;
  readonly source: string;
  readonly camera?: string;
  readonly actions?: readonly { readonly action: string; readonly status: string; readonly note?: string }[];
}

const INPUTS = [
  {
    ...{ id: "door", name: "Back door", enabled: true, contact: "normally-closed", holdSeconds: 0 },
    ...{ use: "alarm", cameras: ["yard"], disarms: [] },
    source: { kind: "mqtt", topic: "sensors/door", field: "contact", closed: "true", open: "false" },
  },
  {
    ...{ id: "key", name: "Key switch", enabled: true, contact: "normally-open", holdSeconds: 0 },
    ...{ use: "one-key-disarm", cameras: [], disarms: ["output"], source: { kind: "virtual" } },
  },
  {
    ...{ id: "bell", name: "Bell", enabled: true, contact: "normally-open", holdSeconds: 1 },
    ...{ use: "alarm", cameras: [], disarms: [], source: { kind: "http" } },
  },
];
const OUTPUT = {
  ...{ id: "siren", name: "Siren", enabled: true, dwellSeconds: 1 },
  driver: { kind: "mqtt", topic: "house/siren/set", on: "SOUND", off: "HUSH" },
};
const RULE = {
  ...{ id: "door", name: "Door", enabled: true, at: "start", types: ["alarm-input"], cameras: ["yard"] },
  actions: [{ action: "output", settings: { outputs: ["siren"] } }],
};

describe("alarm inputs and outputs of a recorder (manual 11.6, 11.9)", { timeout: 120_000 }, () => {
  it("go from a sensor over a rule to an output and back, seen on MQTT; a key disarms them; devices call", async (t) => {
    const core = await startCoreInProcess({
      configure(draft) {
        draft.network.https = { enabled: false, host: "127.0.0.1", port: 0 };
        draft.network.rtsps.enabled = false;
        draft.network.rtsp.port = 0;
      },
    });
    t.after(() => core.stop());
    const { token } = core;
    const ask = async <T>(method: string, path: string, body?: unknown, status = 200): Promise<T> => {
      const given = body === undefined ? {} : { body: JSON.stringify(body) };
      const answer = await core.ask(`/api/v1${path}`, { token, method, ...given });
      assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`);
      return (answer.text === "" ? {} : JSON.parse(answer.text)) as T;
    };
    const events = async () => (await ask<{ events: Event[] }>("GET", "/events?types=alarm-input")).events;
    await ask("PUT", "/inputs/settings", { inputs: INPUTS });
    const { stamp } = await ask<{ stamp: string }>("PUT", "/outputs/settings", { outputs: [OUTPUT] });
    await ask("PUT", "/linkage/rules", { rules: [RULE] });

    const port = await waitFor(async () => (await ask<MqttView>("GET", "/mqtt")).state.tcp?.port);
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
      ...{ protocolVersion: 4, username: "admin", password: PASSWORD, reconnectPeriod: 0 },
    });
    t.after(() => client.end(true));
    const got: string[] = [];
    client.on(
      "message",
      (topic, payload) => void got.push(`${topic.replace(/^.*\/node\/[^/]+\//, "")} ${payload}`),
    );
    const states = ["input", "output"].map((kind) => `nightjar/node/+/${kind}/+/state`);
    await client.subscribeAsync([...states, "house/siren/set"], { qos: 1 });
    const since = (start: number) => got.slice(start).filter((line) => /siren/.test(line));
    await waitFor(() => got.length === 4, { what: "the retained states" });
    assert.deepEqual([...got].sort(), [
      "input/bell/state OFF",
      "input/door/state OFF",
      "input/key/state OFF",
      "output/siren/state OFF",
    ]);

    const say = (contact: boolean) =>
      client.publishAsync("sensors/door", JSON.stringify({ contact, battery: 90 }), { qos: 1 });
    await say(true);
    await say(false);
    await waitFor(() => since(4).length === 4, { what: "on and off of the siren" });
    assert.deepEqual(since(4).toSorted(), [
      "house/siren/set HUSH",
      "house/siren/set SOUND",
      "output/siren/state OFF",
      "output/siren/state ON",
    ]);
    const order = since(4).filter((line) => line.startsWith("output"));
    assert.deepEqual(order, ["output/siren/state ON", "output/siren/state OFF"]);
    assert.ok(got.includes("input/door/state ON"));
    const [first] = await waitFor(async () => {
      const all = await events();
      return all[0]?.actions === undefined ? undefined : all;
    });
    assert.deepEqual([first?.camera, first?.source, first?.actions?.[0]?.status], ["yard", "input", "done"]);
    await say(true);
    await waitFor(async () => (await events())[0]?.end !== undefined, { what: "the end of the event" });

    await ask("PUT", "/inputs/key/contact", { contact: "closed" });
    const before = got.length;
    await say(false);
    const second = await waitFor(async () => {
      const all = await events();
      return all.length === 2 && all[0]?.actions !== undefined ? all[0] : undefined;
    });
    assert.deepEqual([second.actions?.[0]?.status, second.actions?.[0]?.note], ["disarmed", "Key switch"]);
    assert.deepEqual(since(before), []);
    await ask("PUT", "/inputs/door/contact", { contact: "open" }, 409);

    const { path } = await ask<{ path: string }>("POST", "/inputs/bell/token");
    const called = async (address: string) => (await core.ask(address, { method: "POST" })).status;
    assert.equal(await called(path.replace(/token=.*/, "token=guessed")), 404);
    assert.equal(await called(path.replace("bell", "door")), 404);
    assert.equal(await called(path), 204);
    await waitFor(async () => (await events()).length === 3, { what: "the bell" });
    const settings = await core.ask("/api/v1/inputs/settings", { token });
    assert.doesNotMatch(settings.text, new RegExp(path.replace(/.*token=/, "")));
    assert.match(settings.text, /"tokens":\["bell"\]/);
    const { path: next } = await ask<{ path: string }>("POST", "/inputs/bell/token");
    assert.deepEqual([await called(path), await called(next)], [404, 204]);

    await ask("POST", "/outputs/siren/trigger", { dwellSeconds: 0 });
    await ask("POST", "/outputs/clear");
    await ask("PUT", "/outputs/settings", { outputs: [], stamp: "another" }, 409);
    await ask("PUT", "/outputs/settings", { outputs: [], stamp });
    await waitFor(() => got.includes("output/siren/state "), { what: "the state that is cleared" });
  });
});
