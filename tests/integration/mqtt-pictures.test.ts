// Pictures over MQTT from a camera that is recorded: one that is asked for, and one of the last event where that is wanted. Both are
// there again after the recorder's own broker was begun anew, and after the whole recorder was.
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { connect } from "mqtt";
import type { MqttView } from "../../core/http/mqtt-schemas.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { ADMINISTRATOR, activate } from "../support/accounts.ts";
import { RecorderRig } from "../support/recorder-rig.ts";

const CAMERA = "nightjar/camera/cam-1";
const LOGIN = { username: ADMINISTRATOR.username, password: ADMINISTRATOR.password };
const DOOR = {
  ...{ id: "door", name: "Door", enabled: true, contact: "normally-open", holdSeconds: 0 },
  ...{ use: "alarm", cameras: ["cam-1"], disarms: [], source: { kind: "virtual" } },
};

/** What a program that comes now is given of the camera's pictures, by the end of their topics. */
async function pictures(t: TestContext, port: number, count: number): Promise<Map<string, Buffer>> {
  const client = connect(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4, reconnectPeriod: 100, ...LOGIN });
  client.on("error", () => undefined);
  t.after(() => client.end(true));
  const got = new Map<string, Buffer>();
  client.on("message", (topic, payload) => void got.set(topic.slice(CAMERA.length + 1), payload));
  await client.subscribeAsync([`${CAMERA}/snapshot`, `${CAMERA}/event/snapshot`], { qos: 0 });
  await waitFor(() => got.size === count, {
    ...{ deadlineMs: 20_000, what: () => `${count} pictures, there are ${[...got.keys()].join()}` },
  });
  await client.endAsync(true);
  for (const picture of got.values()) assert.equal(picture.subarray(0, 3).toString("hex"), "ffd8ff");
  return got;
}

describe("pictures over MQTT", { timeout: 240_000 }, () => {
  it("are there again after a restart of the broker, and of the recorder", async (t) => {
    const rig = await RecorderRig.start({ cameras: 1 });
    t.after(() => rig.dispose());
    let token = await activate(rig.url, rig.activationCode);
    const ask = async <T>(method: string, path: string, body?: object): Promise<T> => {
      const answer = await fetch(new URL(`/api/v1${path}`, rig.url), {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
      return (text === "" ? undefined : JSON.parse(text)) as T;
    };
    const port = async () =>
      await waitFor(async () => (await ask<MqttView>("GET", "/mqtt")).state.tcp?.port, {
        ...{ deadlineMs: 20_000, what: "the broker" },
      });
    await ask("PUT", "/inputs/settings", { inputs: [DOOR] });
    await rig.untilRecording(30_000);
    await ask("PATCH", "/mqtt", { eventPictures: true });

    const client = connect(`mqtt://127.0.0.1:${await port()}`, { protocolVersion: 4, ...LOGIN });
    t.after(() => client.end(true));
    client.on("error", () => undefined);
    await client.publishAsync(`${CAMERA}/snapshot/set`, "PRESS", { qos: 1 });
    await pictures(t, await port(), 1);
    await ask("PUT", "/inputs/door/contact", { contact: "closed" });
    const before = await pictures(t, await port(), 2);
    assert.deepEqual([...before.keys()].sort(), ["event/snapshot", "snapshot"]);
    await client.endAsync(true);

    await ask("PATCH", "/mqtt", { webAddress: "https://nvr.example" });
    assert.deepEqual(await pictures(t, await port(), 2), before, "of the broker");

    await rig.stopRecorder();
    await rig.launch();
    const session = await fetch(new URL("/api/v1/session", rig.url), {
      ...{ method: "POST", headers: { "content-type": "application/json" } },
      body: JSON.stringify(LOGIN),
    });
    token = ((await session.json()) as { token: string }).token;
    const after = await pictures(t, await port(), 2);
    assert.deepEqual(after.get("snapshot"), before.get("snapshot"), "of the recorder");
  });
});
