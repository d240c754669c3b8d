// Exceptions over HTTP: who sees them, who sets where they are told of, and what the bell is answered.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { httpFixture } from "./http-fixture.ts";

describe("exceptions over HTTP (manual 11.7)", () => {
  it("are shown to those who run the recorder", async (t) => {
    const { ask, tokenOf, calls } = await httpFixture(t);
    const get = async (who: Parameters<typeof tokenOf>[0]) =>
      (await ask("/api/v1/exceptions", { token: await tokenOf(who) })).status;
    assert.deepEqual([await get("viewer"), await get("operator"), await get("admin")], [403, 200, 200]);
    assert.deepEqual(
      calls.filter((call) => call.startsWith("exceptions")),
      ["exceptions everything true", "exceptions everything true"],
    );
  });

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
      (await ask(`/api/v1/exceptions/${type}`, { method: "PATCH", token: await tokenOf(who), body })).status;
    assert.equal(await patch("operator", "exception-clock", { bell: true }), 403);
    assert.equal(await patch("admin", "exception-clock", { bell: true, bar: false }), 200);
    assert.equal(await patch("admin", "exception-network", { bell: false }), 200);
    assert.equal(await patch("admin", "exception-network", { bell: false }), 200);
    assert.deepEqual(config.get().alarms.hints, [
      { type: "exception-clock", bell: true, bar: false },
      { type: "exception-network", bell: false },
    ]);
    for (const [type, body] of [
      ["motion", { bell: true }],
      ["exception-cpu", { bar: true }],
      ["exception-clock", {}],
      ["exception-clock", { bell: "yes" }],
    ] as const)
      assert.equal(await patch("admin", type, body), 422, type);
    await users.audit.settled();
    const acts = await users.audit.list({ limit: 5, actions: ["exception-hint-changed"] });
    assert.deepEqual(
      acts.map(({ detail }) => detail),
      [
        { type: "exception-network", bell: false },
        { type: "exception-clock", bell: true, bar: false },
      ],
      "what changed nothing is not told",
    );

    const token = await tokenOf("admin");
    await ask("/api/v1/events?bell=true", { token });
    await ask("/api/v1/events?bell=true&types=exception-network,exception-clock,motion", { token });
    assert.equal((await ask("/api/v1/events?bell=false", { token })).status, 422);
    const [all, some] = asked;
    assert.ok(all?.includes("intrusion") && all.includes("exception-clock") && !all.includes("motion"));
    assert.equal(all?.includes("exception-network"), false);
    assert.deepEqual(some, ["exception-clock"]);
    const { json } = await ask("/api/v1/arming/rules", { token });
    assert.equal("hints" in json, false);
  });
});
