// The door of the recorder's own flows to its broker: their login alone, with the rights of the palette and no others.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { describe, it } from "node:test";
import { MqttClient } from "mqtt";
import { FLOWS_RIGHTS, FLOWS_USER, type FlowsBrokerLogin, FlowsDoor } from "../../../core/mqtt/flows-door.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";
import { GOOD_PASSWORD } from "../users/users-fixture.ts";
import { brokerFixture } from "./broker-fixture.ts";

describe("the door of flows to the broker", () => {
  it("lets in flows with their login, and no account; what they may is what the palette needs", async (t) => {
    using dir = tempDir("nightjar-flows-door-");
    const { broker, taken, say } = await brokerFixture(t);
    const door = new FlowsDoor(dir.path);
    assert.equal(loginOf(door), undefined, "closed, it has none");
    await door.open(broker);
    t.after(() => door.close());
    const login = loginOf(door);
    assert.ok(login);
    const enter = async (username: string, password: string) => {
      const client = new MqttClient(() => connect(login.socketPath), {
        ...{ protocolVersion: 4, reconnectPeriod: 0, username, password },
      });
      t.after(() => client.end(true));
      const outcome = await new Promise<string>((resolve) => {
        client.once("connect", () => resolve("in"));
        client.once("error", ({ message }) => resolve(message));
      });
      return { client, outcome };
    };
    assert.match((await enter("ann", GOOD_PASSWORD)).outcome, /Bad username/);
    assert.match((await enter(FLOWS_USER, "wrong horse battery")).outcome, /Bad username/);
    const { client, outcome } = await enter(login.username, login.password);
    assert.equal(outcome, "in");

    const got: string[] = [];
    client.on("message", (topic) => got.push(topic));
    await client.subscribeAsync("nightjar/#");
    await say("nightjar/camera/yard/state", "1");
    await say("nightjar/node/n1/linkage/tell-home/event", "{}");
    await waitFor(() => got.length === 2);
    await client.publishAsync("nightjar/node/n1/request/arming", "{}", { qos: 1 });
    await client.publishAsync("nightjar/camera/yard/enabled/set", "OFF", { qos: 1 });
    await client.publishAsync("house/lamp", "on", { qos: 1 });
    assert.deepEqual(
      taken.map(({ topic }) => topic),
      ["nightjar/node/n1/request/arming"],
      "no switching off of cameras, no topics of other programs",
    );
    for (const right of [
      "settings.edit",
      "users.manage",
      "cameras.edit",
      "flows.edit",
      "live",
      "playback",
    ] as const)
      assert.ok(!FLOWS_RIGHTS.has(right), right);
    const gone = new Promise((resolve) => client.once("close", () => resolve(undefined)));
    await door.close();
    await gone;
  });
});

/** Asked anew: it comes and goes. */
function loginOf(door: FlowsDoor): FlowsBrokerLogin | undefined {
  return door.login;
}
