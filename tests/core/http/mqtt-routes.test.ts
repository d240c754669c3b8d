// Settings of MQTT over HTTP: the password of another broker goes to that one alone.
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { httpFixture } from "./http-fixture.ts";

const STORED = { url: "mqtts://broker.example:8883", username: "kim", ca: "" };

async function mqttFixture(t: TestContext) {
  const { ask, tokenOf, services, config } = await httpFixture(t);
  const token = await tokenOf("admin");
  const patch = async (external: object) => {
    const { status, json } = await ask("/api/v1/mqtt", { method: "PATCH", token, body: { external } });
    return status === 200 ? json["passwordSet"] : json["code"];
  };
  assert.equal(await patch({ ...STORED, password: "canary-4711" }), true);
  /** Whether there was a password when a change came in force. */
  const met: boolean[] = [];
  t.after(config.onChange("test", () => met.push(services.mqtt.hasPassword())));
  return { patch, met };
}

describe("the password of another broker", () => {
  it("stays where nothing says that it goes elsewhere", async (t) => {
    const { patch, met } = await mqttFixture(t);
    assert.equal(await patch({ ...STORED, acceptRequests: true }), true);
    assert.deepEqual(met, [true]);
  });

  for (const [what, change] of [
    ["address", { url: "mqtts://evil.example:8883" }],
    ["user name", { username: "root" }],
    ["certificate authority", { ca: "-----BEGIN CERTIFICATE-----" }],
  ] as const) {
    it(`is forgotten before another ${what} is in force, unless one is typed`, async (t) => {
      const { patch, met } = await mqttFixture(t);
      assert.equal(await patch(change), false);
      assert.equal(await patch({ ...STORED, password: "canary-4712" }), true);
      assert.deepEqual(met, [false, false]);
    });
  }

  it("stays where the change is refused", async (t) => {
    const { patch, met } = await mqttFixture(t);
    assert.equal(await patch({ url: "http://evil.example" }), "NJ_REQUEST_INVALID");
    assert.equal(await patch({}), true);
    assert.deepEqual(met, []);
  });
});

describe("the web address that links in messages begin with", () => {
  it("is kept, taken away, and refused where it is none or holds a login", async (t) => {
    const { ask, tokenOf, config } = await httpFixture(t);
    const token = await tokenOf("admin");
    const set = async (webAddress: string): Promise<number> =>
      (await ask("/api/v1/mqtt", { method: "PATCH", token, body: { webAddress } })).status;
    assert.equal(await set("https://nvr.example/nvr"), 200);
    assert.equal(config.get().mqtt.webAddress, "https://nvr.example/nvr");
    for (const wrong of [
      "nvr.example",
      "javascript:alert(1)",
      "https://ann:secret@nvr.example",
      "https://a/?x",
    ])
      assert.equal(await set(wrong), 422, wrong);
    assert.equal(config.get().mqtt.webAddress, "https://nvr.example/nvr");
    assert.equal(await set(""), 200);
    assert.equal(config.get().mqtt.webAddress, "");
  });
});
