// The catalogue of event types over HTTP: who sets where people are told of a kind, and what the bell is answered.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { httpFixture } from "./http-fixture.ts";

describe("event hints over HTTP (manual 11.7)", () => {
  it("are told of as administrators set it; it is kept, audited, and the bell goes by it", async (t) => {
    const { ask, tokenOf, config, users, services } = await httpFixture(t);
    const asked: (readonly string[] | undefined)[] = [];
    const { search } = services.events;
    Object.assign(services.events, {
      search: (query: Parameters<typeof search>[0]) => {
        asked.push(query.types);
        return search(query);
      },
    });
    const patch = async (who: Parameters<typeof tokenOf>[0], type: string, body: object) =>
      (await ask(`/api/v1/event-types/${type}`, { method: "PATCH", token: await tokenOf(who), body })).status;
    assert.equal(await patch("operator", "exception-clock", { bell: true }), 403);
    assert.equal(await patch("admin", "exception-clock", { bell: true, bar: false }), 200);
    assert.equal(await patch("admin", "line-crossing", { bell: true, sound: "chime" }), 200);
    assert.equal(await patch("admin", "intrusion", { bell: false }), 200);
    assert.equal(await patch("admin", "exception-network", { bell: false }), 200);
    assert.equal(await patch("admin", "exception-network", { bell: false }), 200);
    assert.deepEqual(config.get().alarms.hints, [
      { type: "exception-clock", bell: true, bar: false },
      { type: "line-crossing", bell: true, sound: "chime" },
      { type: "intrusion", bell: false },
      { type: "exception-network", bell: false },
    ]);
    for (const [type, body] of [
      ["motion", { bar: true }],
      ["motion", { sound: "loud" }],
      ["no-such-kind", { bell: true }],
      ["exception-cpu", { bar: true }],
      ["exception-clock", {}],
      ["exception-clock", { bell: "yes" }],
    ] as const)
      assert.equal(await patch("admin", type, body), 422, type);
    await users.audit.settled();
    const acts = await users.audit.list({ limit: 5, actions: ["event-hint-changed"] });
    assert.deepEqual(
      acts.map(({ detail }) => detail),
      [
        { type: "exception-network", bell: false, sound: "off" },
        { type: "intrusion", bell: false, sound: "off" },
        { type: "line-crossing", bell: true, sound: "chime" },
        { type: "exception-clock", bell: true, sound: "off", bar: false },
      ],
      "what changed nothing is not told",
    );

    const token = await tokenOf("admin");
    await ask("/api/v1/events?bell=true", { token });
    await ask("/api/v1/events?bell=true&types=exception-network,exception-clock,motion", { token });
    assert.equal((await ask("/api/v1/events?bell=false", { token })).status, 422);
    const [all, some] = asked;
    assert.ok(all?.includes("tamper") && all.includes("exception-clock") && all.includes("line-crossing"));
    assert.deepEqual(
      ["intrusion", "motion", "exception-network"].filter((type) => all?.includes(type)),
      [],
    );
    assert.deepEqual(some, ["exception-clock"]);
    const viewed = await ask("/api/v1/event-types", { token: await tokenOf("viewer") });
    const { types } = viewed.json as { types: Record<string, unknown>[] };
    const told = (id: string) => {
      const { bell, sound, bar } = types.find((one) => one["id"] === id) ?? {};
      return { bell, sound, bar };
    };
    assert.deepEqual(told("line-crossing"), { bell: true, sound: "chime", bar: undefined });
    assert.deepEqual(told("exception-clock"), { bell: true, sound: "off", bar: false });
    const { json } = await ask("/api/v1/arming/rules", { token });
    assert.equal("hints" in json, false);
  });
});
