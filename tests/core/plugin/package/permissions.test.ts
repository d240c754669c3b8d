// What a plugin may is what it asks for, less what its owner takes away; what a new version asks for besides is his to say.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  accountsLeave,
  asksOf,
  mayTap,
  mqttLeave,
  mqttTopicsLeave,
  networkLeave,
  readPermissions,
  withGrant,
} from "../../../../core/plugin/package/permissions.ts";

const ASKING = { network: ["cloud.example"], hooks: ["recordingPlan" as const, "beforePlayback" as const] };

describe("permissions of a plugin", () => {
  it("are granted as it asks while its owner says nothing", () => {
    assert.deepEqual(asksOf(ASKING, undefined), [
      { permission: "network", hosts: ["cloud.example"], granted: true },
      { permission: "recordingPlan", granted: true },
      { permission: "beforePlayback", granted: true },
    ]);
    assert.deepEqual(asksOf({ network: false }, undefined), []);
  });

  it("are taken away and given back one by one", () => {
    const less = withGrant(ASKING, undefined, "recordingPlan", false);
    assert.equal(mayTap("recordingPlan", ASKING, less), false);
    assert.equal(mayTap("beforePlayback", ASKING, less), true);
    assert.equal(networkLeave(ASKING, less), "granted");
    const none = withGrant(ASKING, less, "network", false);
    assert.equal(networkLeave(ASKING, none), "withheld");
    assert.deepEqual(
      asksOf(ASKING, none).map(({ granted }) => granted),
      [false, false, true],
    );
    assert.equal(mayTap("recordingPlan", ASKING, withGrant(ASKING, none, "recordingPlan", true)), true);
  });

  it("let it use MQTT only if it asks for that and its owner leaves it", () => {
    const asking = readPermissions({ mqtt: true });
    assert.deepEqual(asking, { network: false, mqtt: true });
    assert.equal(typeof readPermissions({ mqtt: "all" }), "string");
    assert.equal(mqttLeave({ network: true }, undefined), "unasked");
    assert.deepEqual(asksOf(asking as never, undefined), [{ permission: "mqtt", granted: true }]);
    const taken = withGrant(asking as never, { network: false }, "mqtt", false);
    assert.deepEqual(taken, { network: false, mqtt: false });
    assert.equal(mqttLeave(asking as never, taken), "withheld");
  });

  it("tell it who may see an event only if it asks for that and its owner leaves it", () => {
    const asking = readPermissions({ accounts: true });
    assert.deepEqual(asking, { network: false, accounts: true });
    assert.equal(typeof readPermissions({ accounts: ["ann"] }), "string");
    assert.equal(accountsLeave({ network: true }, undefined), "unasked");
    assert.deepEqual(asksOf(asking as never, undefined), [{ permission: "accounts", granted: true }]);
    const taken = withGrant(asking as never, undefined, "accounts", false);
    assert.deepEqual(taken, { accounts: false });
    assert.equal(accountsLeave(asking as never, taken), "withheld");
  });

  it("let it use topics of others, those that its card names with its settings", () => {
    const wish = { publish: ["{prefix:house}/device/+/config"], subscribe: ["{prefix:house}/status"] };
    const asking = readPermissions({ mqttTopics: wish });
    assert.deepEqual(asking, { network: false, mqttTopics: wish });
    const asked = (config: unknown) => asksOf(asking as never, undefined, config)[0]?.topics?.publish;
    assert.deepEqual(asked(undefined), ["house/device/+/config"]);
    assert.deepEqual(asked({ prefix: "home/one" }), ["home/one/device/+/config"]);
    for (const prefix of ["#", "+", "a/+", "", "/a", "$SYS", 7, null, "a/b/c/d"])
      assert.deepEqual(asked({ prefix }), [], String(prefix));
    for (const bad of ["#", "+/a", "a/#", "$SYS/a", "a", "a//b", "{prefix}/a", "{prefix:+}/a", "a/b ", 7])
      assert.equal(typeof readPermissions({ mqttTopics: { publish: [bad] } }), "string", String(bad));
    for (const bad of [true, [], { subscribe: ["a/+"] }, { all: [] }, { publish: Array(9).fill("a/b") }])
      assert.equal(typeof readPermissions({ mqttTopics: bad }), "string", JSON.stringify(bad));
    const taken = withGrant(asking as never, undefined, "mqttTopics", false);
    assert.deepEqual([taken, mqttTopicsLeave(asking as never, taken)], [{ mqttTopics: false }, "withheld"]);
    assert.equal(mqttTopicsLeave({ network: false, mqtt: true }, undefined), "unasked");
  });

  it("begin with what was written by hand for all hooks at once", () => {
    const given = withGrant(ASKING, { hooks: false }, "beforePlayback", true);
    assert.equal(mayTap("beforePlayback", ASKING, given), true);
    assert.equal(mayTap("recordingPlan", ASKING, given), false);
  });

  it("are not given to a later version that asks for more, once its owner has chosen", () => {
    const before = { network: false, hooks: ["beforePlayback" as const] };
    const chosen = withGrant(before, undefined, "beforePlayback", true);
    assert.equal(mayTap("recordingPlan", ASKING, chosen), false);
  });

  it("are never more than it asks for, and to be told of things needs none", () => {
    assert.equal(mayTap("recordingPlan", { network: true }, { hooks: true }), false);
    assert.equal(mayTap("cameraAdded", { network: false }, { hooks: false }), true);
  });
});
