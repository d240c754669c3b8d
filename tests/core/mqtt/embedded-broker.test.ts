// The embedded broker with real clients: who gets in, who gets what, who may send what (attack list A15).
import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "node:test";
import { waitFor } from "../../../core/testing/wait-for.ts";
import { rightsRows } from "../../../scripts/rights-page.ts";
import { GOOD_PASSWORD } from "../users/users-fixture.ts";
import { brokerFixture } from "./broker-fixture.ts";

const STATE = (camera: string) => `nightjar/camera/${camera}/state`;
const EVENT = (camera: string) => `nightjar/camera/${camera}/event`;

describe("who gets into the embedded broker (A15)", () => {
  it("is, by role, who the table of rights says", async (t) => {
    const { client } = await brokerFixture(t);
    const row = rightsRows([]).find(({ path }) => path === "/mqtt");
    for (const [asker, name] of [
      ["nobody", ""],
      ["viewer", "eve"],
      ["operator", "bob"],
      ["administrator", "ann"],
    ] as const) {
      const isIn = await client(name).then(
        () => true,
        () => false,
      );
      assert.equal(isIn, row?.answers[asker] === "yes", asker);
    }
  });

  it("is who has an account or a token with the right, and nobody else", async (t) => {
    const { client, token, broker } = await brokerFixture(t);
    await assert.rejects(client(""), /Not authorized|Bad/);
    await assert.rejects(client("ann", { password: "wrong horse battery" }), /Bad username or password/);
    await assert.rejects(client("nobody"), /Bad username or password/);
    const without = await token("ann", ["live"]);
    await assert.rejects(client("ann", { password: without.secret }), /Not authorized/);
    const { secret } = await token("ann", ["mqtt.connect", "cameras.view"]);
    await client("ann", { password: secret, clientId: "by-token" });
    await client("eve", { clientId: "by-password" });
    assert.deepEqual(
      broker.clients().map(({ id, userName }) => [id, userName]),
      [
        ["by-token", "ann"],
        ["by-password", "eve"],
      ],
    );
  });

  it("is braked and written down as over HTTP, and the right password is locked out then too", async (t) => {
    const { client, users } = await brokerFixture(t);
    for (let guess = 0; guess < 5; guess += 1) {
      await assert.rejects(client("eve", { password: `wrong horse ${guess}` }), /Bad username or password/);
    }
    await assert.rejects(client("eve"), /Server unavailable/);
    await users.audit.settled();
    const acts = (await users.audit.list({ limit: 20 })).map(({ action }) => action);
    assert.equal(acts.filter((action) => action === "sign-in-failed").length, 5);
    assert.ok(acts.includes("sign-in-refused"));
  });

  it("loses the connection with the token, the account or the session", async (t) => {
    const { client, token, users } = await brokerFixture(t);
    const made = await token("bob", ["mqtt.connect", "cameras.view"]);
    const program = await client("bob", { password: made.secret, clientId: "program" });
    const person = await client("eve", { clientId: "person" });
    const ended = Promise.all([program.gone(), person.gone()]);
    await users.apiTokens.revoke(made.id, "bob", { userName: "ann", address: "" });
    await users.accounts.change("eve", { enabled: false }, { userName: "ann", address: "" });
    await ended;
  });

  it("leaves no session behind", async (t) => {
    const { client, users } = await brokerFixture(t);
    const { mqtt } = await client("eve");
    assert.equal((await users.sessions.listOf("eve")).length, 1);
    mqtt.end();
    await waitFor(async () => (await users.sessions.listOf("eve")).length === 0);
  });

  it("takes over a client id of its own account only", async (t) => {
    const { client } = await brokerFixture(t);
    const first = await client("eve", { clientId: "wall" });
    await assert.rejects(client("ann", { clientId: "wall" }), /Identifier rejected/);
    assert.equal(first.mqtt.connected, true);
    const gone = first.gone();
    const second = await client("eve", { clientId: "wall" });
    await gone;
    assert.equal(second.mqtt.connected, true);
  });

  it("refuses a session without an id (MQTT-3.1.3-8)", async (t) => {
    const { client, raw } = await brokerFixture(t);
    const nameless = await raw();
    // CONNECT, MQTT 3.1.1, name and password, no clean session, no client id.
    const text = (words: string) => {
      const bytes = Buffer.from(words);
      return Buffer.concat([Buffer.from([0, bytes.length]), bytes]);
    };
    const body = Buffer.concat([
      ...[text("MQTT"), Buffer.from([4, 0b1100_0000, 0, 60]), text(""), text("eve"), text(GOOD_PASSWORD)],
    ]);
    nameless.write(Buffer.concat([Buffer.from([0x10, body.length]), body]));
    const [answer] = (await once(nameless, "data")) as [Buffer];
    assert.deepEqual([...answer], [0x20, 2, 0, 2]);
    // Without a session it is welcome.
    await client("eve", { clientId: "" });
  });
});

describe("what clients of the embedded broker get (A15)", () => {
  it("is a picture in its own bytes", async (t) => {
    const { client, broker } = await brokerFixture(t);
    const { mqtt, subscribe } = await client("eve");
    const picture = Buffer.from([0xff, 0xd8, 0x00, 0xfe, 0xc3, 0x28]);
    await subscribe("nightjar/camera/+/snapshot");
    const came = new Promise<[string, Buffer]>((resolve) => {
      mqtt.once("message", (topic, payload) => resolve([topic, payload]));
    });
    for (const camera of ["street", "yard"])
      await broker.publish({
        ...{ topic: `nightjar/camera/${camera}/snapshot`, payload: picture, qos: 0, retain: true },
      });
    const [topic, payload] = await came;
    assert.deepEqual([topic, payload], ["nightjar/camera/yard/snapshot", picture]);
  });

  it("is what their rights and cameras allow, whatever wildcards they use, live and retained", async (t) => {
    const { client, say, token } = await brokerFixture(t);
    await say(STATE("yard"), "1", true);
    await say(STATE("street"), "1", true);
    await say("nightjar/node/n1/health", "{}", true);
    await say("nightjar/node/n1/state", "online", true);
    const ann = await client("ann");
    const eve = await client("eve");
    const { secret } = await token("ann", ["mqtt.connect", "events.view"], ["street"]);
    const program = await client("ann", { password: secret });
    for (const one of [ann, eve, program]) {
      assert.deepEqual(
        await one.subscribe("#", "nightjar/#", "+/camera/+/state", "nightjar/+/+/event"),
        [1, 1, 1, 1],
      );
    }
    await say(EVENT("yard"), "2");
    await say(EVENT("street"), "2");
    await say("nightjar/node/n1/event", "2");
    await say("nightjar/node/n1/state", "last");
    const seen = (got: string[]) => [...new Set(got.map((text) => text.split(" ")[0]))].sort();
    await waitFor(() => seen(ann.got).length >= 7, { what: () => seen(ann.got).join() });
    await waitFor(() => seen(eve.got).length >= 3, { what: () => seen(eve.got).join() });
    assert.deepEqual(seen(eve.got), [EVENT("yard"), STATE("yard"), "nightjar/node/n1/state"].sort());
    await waitFor(() => program.got.length > 0);
    assert.deepEqual(seen(program.got), [EVENT("street")]);
  });

  it("is nothing of other programs' topics but for administrators, nor of the broker's own", async (t) => {
    const { client } = await brokerFixture(t);
    const ann = await client("ann");
    const eve = await client("eve");
    assert.deepEqual(
      await eve.subscribe("home/#", "$SYS/#", "$SYS/nowhere", "$share/g/nightjar/#", "#"),
      [128, 128, 128, 128, 1],
    );
    assert.deepEqual(await ann.subscribe("home/#", "$SYS/#"), [1, 128]);
    await eve.publish("home/lamp", "on");
    await eve.publish("$SYS/nowhere", "on");
    await ann.publish("home/lamp", "off");
    await waitFor(() => ann.got.length > 0);
    assert.deepEqual(ann.got, ["home/lamp off"]);
    assert.deepEqual(eve.got, []);
  });

  it("follows when the account's cameras change", async (t) => {
    const { client, say, token, users } = await brokerFixture(t);
    const { secret } = await token("bob", ["mqtt.connect", "cameras.view", "events.view"]);
    const program = await client("bob", { password: secret });
    await program.subscribe("nightjar/#");
    await say(EVENT("gate"), "1");
    await waitFor(() => program.got.length === 1);
    await users.accounts.change("bob", { cameras: ["yard"] }, { userName: "ann", address: "" });
    await waitFor(async () => {
      await say(EVENT("gate"), "2");
      const before = program.got.length;
      await say(EVENT("yard"), "3");
      await waitFor(() => program.got.at(-1)?.endsWith(" 3") && program.got.length > before);
      return program.got.at(-2)?.endsWith(" 2") !== true;
    });
  });
});

describe("what clients of the embedded broker send (A15)", () => {
  it("reaches Nightjar where it may, and nobody else", async (t) => {
    const { client, taken } = await brokerFixture(t);
    const ann = await client("ann");
    const bob = await client("bob");
    const eve = await client("eve");
    await ann.subscribe("nightjar/#", "#");
    for (const one of [eve, bob]) {
      await one.publish("nightjar/camera/yard/manual-recording/set", "ON");
      await one.publish("nightjar/camera/street/manual-recording/set", "ON");
      await one.publish("nightjar/camera/yard/enabled/set", "OFF");
      await one.publish("nightjar/camera/yard/state", "forged");
      await one.publish("nightjar/node/n1/state", "offline", { retain: true });
      await one.publish("nightjar/unknown", "x");
      // Retained: it would be done again by whoever comes later.
      await one.publish("nightjar/camera/yard/manual-recording/set", "OFF", { retain: true });
    }
    assert.deepEqual(
      taken.map(({ topic, payload, actor }) => [actor.userName, topic, payload.toString()]),
      [["bob", "nightjar/camera/yard/manual-recording/set", "ON"]],
    );
    await ann.publish("home/last", "1");
    await waitFor(() => ann.got.length > 0);
    assert.deepEqual(ann.got, ["home/last 1", "home/last 1"].slice(0, ann.got.length));
    const late = await client("ann", { clientId: "late" });
    await late.subscribe("#");
    assert.deepEqual(late.got, []);
  });

  it("is judged the same when it is a last will, and not heard of accounts that were ended", async (t) => {
    const { client, token, users } = await brokerFixture(t);
    const ann = await client("ann");
    await ann.subscribe("#");
    const will = (topic: string) => ({ topic, payload: Buffer.from("will"), qos: 1 as const, retain: true });
    const eve = await client("eve", { will: will("nightjar/node/n1/state") });
    const other = await client("ann", { clientId: "honest", will: will("home/honest") });
    const { secret, id } = await token("ann", ["mqtt.connect", "mqtt.other-topics"]);
    const fired = await client("ann", { clientId: "fired", password: secret, will: will("home/fired") });
    const gone = fired.gone();
    await users.apiTokens.revoke(id, "ann", { userName: "ann", address: "" });
    await gone;
    eve.mqtt.stream.destroy();
    other.mqtt.stream.destroy();
    await waitFor(() => ann.got.length > 0);
    assert.deepEqual(ann.got, ["home/honest will"]);
  });

  it("is answered to the account that asked, and to no other", async (t) => {
    const { client, taken } = await brokerFixture(t);
    const bob = await client("bob");
    const ann = await client("ann");
    for (const one of [ann, bob]) await one.subscribe("nightjar/node/n1/response/+");
    await bob.publish("nightjar/node/n1/request/snapshot", "{}");
    const [asked] = await waitFor(() => (taken.length > 0 ? taken : undefined));
    asked?.answer("nightjar/node/n1/response/snapshot", "picture");
    await waitFor(() => bob.got.length > 0);
    assert.deepEqual(bob.got, ["nightjar/node/n1/response/snapshot picture"]);
    assert.deepEqual(ann.got, []);
  });

  it("tells somebody else's password nowhere", async (t) => {
    const { client, broker } = await brokerFixture(t);
    await client("eve");
    assert.equal(JSON.stringify(broker.clients()).includes(GOOD_PASSWORD), false);
  });
});
