// Topics of plugins at the embedded broker: who gets them, who may send commands, and what is cleared when a plugin goes.
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { Db } from "../../../core/db/db.ts";
import { openDb } from "../../../core/db/open-db.ts";
import { NightjarError } from "../../../core/errors.ts";
import { silentLog } from "../../../core/log.ts";
import type { Broker } from "../../../core/mqtt/broker.ts";
import { levelOf } from "../../../core/mqtt/plugin-level.ts";
import { PluginTopics } from "../../../core/mqtt/plugin-topics.ts";
import { readTopic } from "../../../core/mqtt/topics.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";
import { type BrokerFixture, brokerFixture } from "./broker-fixture.ts";

const LAMPS = "nightjar-bridge-lamps";
const PLACE = `nightjar/node/n1/plugin/${LAMPS}`;

interface House extends BrokerFixture {
  readonly db: Db;
  readonly topics: PluginTopics;
  readonly present: Set<string>;
  away: boolean;
  /** As after a restart of the recorder. */
  again(): PluginTopics;
}

async function house(t: TestContext): Promise<House> {
  const fixture = await brokerFixture(t);
  const db = await openDb(":memory:", { log: silentLog });
  t.after(() => db.close());
  const broker: Broker = fixture.broker;
  const made = (): PluginTopics => {
    const topics: PluginTopics = new PluginTopics({
      db,
      log: silentLog,
      node: "n1",
      base: () => "nightjar",
      audit: fixture.users.audit,
      heardChanged: () => broker.listen(topics.heardTopics()),
      isPresent: (plugin) => self.present.has(plugin),
      publish: (message) => {
        if (!self.away) return broker.publish(message);
        return Promise.reject(away());
      },
    });
    return topics;
  };
  const self: House = {
    ...fixture,
    db,
    topics: undefined as never,
    present: new Set([LAMPS]),
    away: false,
    again: made,
  };
  return Object.assign(self, { topics: made() });
}

function away(): Error {
  return new NightjarError("NJ_MQTT_AWAY", "unavailable", "away");
}

describe("topics of plugins", () => {
  it("are seen by those who see the whole recorder, and spoken by nobody but the plugin", async (t) => {
    const { topics, client } = await house(t);
    const [ann, bob] = [await client("ann"), await client("bob")];
    await ann.subscribe("nightjar/#");
    await bob.subscribe("nightjar/#");
    await topics.publish(LAMPS, "lamps/yard/state", "ON", true);
    await waitFor(() => ann.got.length === 1);
    assert.deepEqual(ann.got, [`${PLACE}/lamps/yard/state ON`]);
    await ann.publish(`${PLACE}/lamps/yard/state`, "forged");
    await ann.publish(`${PLACE}/a/b/c/d/set`, "too deep");
    await topics.publish(LAMPS, "lamps/yard/state", "OFF", true);
    await waitFor(() => ann.got.length === 2);
    assert.deepEqual(ann.got.at(-1), `${PLACE}/lamps/yard/state OFF`);
    // bob sees two cameras only: what a plugin says may be about others.
    assert.deepEqual(bob.got, []);
  });

  it("reach topics of others, and never the recorder's own", async (t) => {
    const { topics, client, heard } = await house(t);
    const ann = await client("ann");
    await ann.subscribe("homes/#");
    const got: string[] = [];
    topics.subscribeOutside(LAMPS, "homes/status", ({ payload }) => void got.push(payload));
    await topics.publishOutside(LAMPS, "homes/lamp/config", "{}", true);
    await waitFor(() => ann.got.length === 1);
    await ann.publish("homes/status", "online");
    await ann.publish("homes/other", "online");
    await waitFor(() => heard.length > 0);
    assert.deepEqual(heard, ["homes/status online"]);
    topics.hear("homes/status", Buffer.from("online"));
    assert.deepEqual(got, ["online"]);
    for (const topic of ["nightjar", "nightjar/camera/yard/state"]) {
      await assert.rejects(topics.publishOutside(LAMPS, topic, "x", true), { code: "NJ_PLUGIN_MQTT" });
      assert.throws(() => topics.subscribeOutside(LAMPS, topic, () => undefined), { code: "NJ_PLUGIN_MQTT" });
    }
    topics.forget(LAMPS);
    topics.unsubscribe(LAMPS);
    await topics.settled();
    await waitFor(() => ann.got.at(-1) === "homes/lamp/config ");
    await ann.publish("homes/status", "offline");
    await ann.publish("homes/end", "");
    await waitFor(() => ann.got.at(-1) === "homes/end ");
    assert.equal(heard.length, 1);
  });

  it("bring a command from whoever has the right that the plugin names, and audit it", async (t) => {
    const { topics, client, taken, users } = await house(t);
    const got: string[] = [];
    topics.subscribe(LAMPS, { filter: "lamps/+/set", permission: "settings.edit" }, ({ topic, payload }) => {
      got.push(`${topic} ${payload}`);
    });
    const [ann, eve] = [await client("ann"), await client("eve")];
    await eve.publish(`${PLACE}/lamps/yard/set`, "ON");
    await ann.publish(`${PLACE}/lamps/yard/set`, "OFF");
    await ann.publish(`${PLACE}/doors/yard/set`, "OPEN");
    await ann.publish(`nightjar/node/n2/plugin/${LAMPS}/lamps/yard/set`, "OTHER");
    await ann.publish(`${PLACE}/lamps/yard/set`, "KEPT", { retain: true });
    await waitFor(() => taken.length === 4);
    assert.deepEqual(
      taken.map((message) => topics.take(message)),
      [true, true, true, true],
    );
    assert.deepEqual(got, ["lamps/yard/set OFF"]);
    await users.audit.settled();
    const acts = await users.audit.list({ limit: 100 });
    const entries = acts.filter(({ action }) => action === "plugin-asked");
    assert.equal(entries.length, 1);
    assert.deepEqual(entries[0]?.detail, { plugin: LAMPS, topic: "lamps/yard/set", source: "mqtt" });
    topics.unsubscribe(LAMPS);
    for (const message of taken) topics.take(message);
    assert.equal(got.length, 1);
  });

  it("are cleared when the plugin goes, and not taken from a life that publishes them anew", async (t) => {
    const { topics, client } = await house(t);
    await topics.publish(LAMPS, "lamps/yard/state", "ON", true);
    await topics.publish(LAMPS, "lamps/gate/state", "ON", true);
    topics.forget(LAMPS);
    await topics.publish(LAMPS, "lamps/gate/state", "OFF", true);
    await topics.settled();
    const ann = await client("ann");
    await ann.subscribe(`${PLACE}/#`);
    await waitFor(() => ann.got.length > 0);
    assert.deepEqual(ann.got, [`${PLACE}/lamps/gate/state OFF`]);
  });

  it("wait for a broker that is away, and are cleared then if the plugin was removed meanwhile", async (t) => {
    const fixture = await house(t);
    fixture.away = true;
    await fixture.topics.publish(LAMPS, "lamps/yard/state", "ON", true);
    await assert.rejects(fixture.topics.publish(LAMPS, "rings", "now", false), { code: "NJ_MQTT_AWAY" });
    fixture.away = false;
    await fixture.topics.all();
    const ann = await fixture.client("ann");
    await ann.subscribe(`${PLACE}/#`);
    await waitFor(() => ann.got.length === 1);
    await fixture.topics.settled();

    // The recorder stands still while the plugin is removed.
    fixture.present.delete(LAMPS);
    const later = fixture.again();
    await later.all();
    await later.settled();
    await waitFor(() => ann.got.length === 2);
    assert.equal(ann.got[1], `${PLACE}/lamps/yard/state `);
  });

  it("have places that no two packages share", () => {
    const names = [
      "nightjar-pos-x",
      "@acme/nightjar-pos-x",
      "@acme-nightjar/nightjar-pos-x",
      "@a_c/nightjar-pos-X",
    ];
    assert.equal(new Set(names.map(levelOf)).size, names.length);
    for (const name of names) {
      const found = readTopic("nightjar", `nightjar/node/n1/plugin/${levelOf(name)}/a/set`);
      assert.equal(found?.name, "pluginSet", name);
    }
  });
});
