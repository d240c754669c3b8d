// Events and arming over HTTP: whom they are shown to, who may say that they have seen one, who arms and who makes rules.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { eventView } from "../../../core/alarm/event-view.ts";
import type { AlarmEvent } from "../../../core/domain/alarm-event.ts";
import { httpFixture } from "./http-fixture.ts";

describe("events over HTTP", () => {
  it("are shown one by one to those who see their camera; the recorder's own to who runs it", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    const statusOf = async (who: Parameters<typeof tokenOf>[0], id: number | string) =>
      (await ask(`/api/v1/events/${id}`, { token: await tokenOf(who) })).status;
    for (const [who, ...expected] of [
      ["admin", 200, 200, 200],
      ["operator", 200, 200, 200],
      ["viewer", 200, 200, 404],
      ["yard-viewer", 200, 404, 404],
    ] as const)
      assert.deepEqual(
        [await statusOf(who, 1), await statusOf(who, 2), await statusOf(who, 3)],
        expected,
        who,
      );
    assert.equal(await statusOf("admin", 4), 404);
    for (const bad of ["0", "-1", "x", "1e99", "9007199254740993"])
      assert.equal(await statusOf("admin", bad), 422, bad);
  });

  it("tell when an object was in its box, and the way that it took", async (t) => {
    const { ask, tokenOf, services } = await httpFixture(t);
    const startMs = Date.UTC(2026, 0, 1, 12);
    const path = [[0, 0.15, 0.4] as const, [1_500, 0.6667, 0.4] as const];
    const box = { x: 0.1, y: 0.2, width: 0.1, height: 0.4 };
    const event: AlarmEvent = {
      ...{ id: 1, type: "person", camera: "yard", source: "vca-test", startMs, lastMs: startMs + 1_500 },
      objects: [{ class: "person", score: 0.9, box, atMs: startMs + 750, track: "7", path }],
      ...{ pictures: [], detail: {}, revision: 1 },
    };
    Object.assign(services.events, { find: async () => eventView(event) });
    const { status, json } = await ask("/api/v1/events/1", { token: await tokenOf("viewer") });
    assert.equal(status, 200);
    assert.deepEqual(json["objects"], [
      { class: "person", score: 0.9, box, at: "2026-01-01T12:00:00.750Z", track: "7", path },
    ]);
  });

  it("are acknowledged with a note by operators, and the audit log says so", async (t) => {
    const { ask, tokenOf, calls, users } = await httpFixture(t);
    const path = "/api/v1/events/1/acknowledge";
    const body = { note: "the postman" };
    assert.equal((await ask(path, { method: "POST", token: await tokenOf("viewer"), body })).status, 403);
    const token = await tokenOf("operator");
    const { status, json } = await ask(path, { method: "POST", token, body });
    assert.equal(status, 200);
    assert.deepEqual((json["acknowledged"] as Record<string, unknown>)["by"], "operator");
    assert.ok(calls.includes("acknowledge 1 by operator: the postman"));
    assert.equal(
      (await ask("/api/v1/events/9/acknowledge", { method: "POST", token, body: {} })).status,
      404,
    );
    assert.equal((await ask(path, { method: "POST", token, body: { note: "x".repeat(501) } })).status, 422);
    await users.audit.settled();
    const [entry] = await users.audit.list({ limit: 1 });
    assert.deepEqual(
      [entry?.action, entry?.camera, entry?.detail["note"], entry?.userName],
      ["event-acknowledged", "yard", "the postman", "operator"],
    );
  });

  it("have a catalogue of their types", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    const { json } = await ask("/api/v1/event-types", { token: await tokenOf("viewer") });
    const types = json["types"] as { id: string; armedBySchedule: boolean }[];
    assert.equal(types.find(({ id }) => id === "motion")?.armedBySchedule, true);
    assert.equal(types.find(({ id }) => id === "exception-cpu")?.armedBySchedule, false);
  });

  it("are not asked for by a hundred names and more", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    const token = await tokenOf("admin");
    const names = Array.from({ length: 101 }, (_, n) => `a${n}`).join(",");
    for (const key of ["types", "objects"])
      assert.equal((await ask(`/api/v1/events?${key}=${names}`, { token })).status, 422);
    assert.equal((await ask("/api/v1/events?acknowledged=maybe", { token })).status, 422);
    assert.equal((await ask("/api/v1/events?acknowledged=false&objects=person,car", { token })).status, 200);
  });
});

describe("events by severity", () => {
  it("are those whose types are of it, of the types that are asked for besides", async (t) => {
    const fixture = await httpFixture(t);
    const asked: (readonly string[] | undefined)[] = [];
    const { search } = fixture.services.events;
    Object.assign(fixture.services.events, {
      search: (query: Parameters<typeof search>[0]) => {
        asked.push(query.types);
        return search(query);
      },
    });
    const token = await fixture.tokenOf("admin");
    const get = async (query: string) => (await fixture.ask(`/api/v1/events?${query}`, { token })).status;
    assert.equal(await get("severities=alarm&acknowledged=false"), 200);
    assert.equal(await get("severities=alarm,warning&types=motion,line-crossing,intrusion"), 200);
    assert.equal(await get("severities=alarm&types=motion"), 200);
    const [alarms, some, none] = asked;
    assert.ok(alarms?.includes("intrusion") && alarms.includes("tamper") && !alarms.includes("motion"));
    assert.deepEqual([...(some ?? [])].sort(), ["intrusion", "line-crossing"]);
    assert.deepEqual(none, [], "never all");
    for (const wrong of ["severities=loud", "severities=alarm,", "severities="])
      assert.equal(await get(wrong), 422, wrong);
  });
});

describe("arming over HTTP", () => {
  it("is switched by operators, and kept in config.json", async (t) => {
    const { ask, tokenOf, config, users } = await httpFixture(t);
    const set = async (who: Parameters<typeof tokenOf>[0], profile: string) =>
      await ask("/api/v1/arming", { method: "PUT", token: await tokenOf(who), body: { profile } });
    assert.equal((await set("viewer", "away")).status, 403);
    assert.equal((await set("operator", "away")).json["profile"], "away");
    assert.equal(config.get().alarms.profile, "away");
    const { status, text } = await set("operator", "holidays");
    assert.equal(status, 422);
    assert.match(text, /alarms\/profile/);
    assert.equal((await ask("/api/v1/arming", { token: await tokenOf("viewer") })).json["profile"], "away");
    await users.audit.settled();
    const [entry] = await users.audit.list({ limit: 1, actions: ["arming-changed"] });
    assert.deepEqual(entry?.detail, { profile: "away", before: "home" });
  });

  it("has rules that administrators change, each list as a whole; what cannot be is refused with its place", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    const path = "/api/v1/arming/rules";
    const patch = async (who: Parameters<typeof tokenOf>[0], body: object) =>
      await ask(path, { method: "PATCH", token: await tokenOf(who), body });
    const schedule = { monday: [{ from: "22:00", to: "06:00" }] };
    const rules = [{ id: "night", name: "Night", types: ["motion"], schedule }];
    assert.equal((await patch("operator", { rules })).status, 403);
    const { status, json } = await patch("admin", { rules, mergeSeconds: 5 });
    assert.equal(status, 200);
    assert.deepEqual([json["mergeSeconds"], json["keepDays"]], [5, 400]);
    assert.deepEqual(json["rules"], [{ ...rules[0], enabled: true }]);
    const overlapping = { ...schedule, tuesday: [{ from: "05:00", to: "07:00" }] };
    const refused = await patch("admin", { rules: [{ ...rules[0], schedule: overlapping }] });
    assert.equal(refused.status, 422);
    assert.match(refused.text, /rules\/0\/schedule\/tuesday\/0.*overlaps 22:00 to 06:00 of monday/);
    assert.equal((await patch("admin", {})).status, 422);
    assert.equal((await patch("admin", { place: { latitude: 91, longitude: 0 } })).status, 422);
    assert.equal((await patch("admin", { place: { latitude: 52, longitude: 13 } })).status, 200);
    assert.equal((await patch("admin", { place: null })).json["place"], undefined);
    const { json: kept } = await ask(path, { token: await tokenOf("operator") });
    assert.deepEqual(kept["rules"], json["rules"]);
    assert.equal((await ask(path, { token: await tokenOf("viewer") })).status, 403);
  });

  it("has rules that nobody changes unseen: who hands back the stamp of older ones is refused", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    const path = "/api/v1/arming/rules";
    const token = await tokenOf("admin");
    const patch = (body: object) => ask(path, { method: "PATCH", token, body });
    const { stamp } = (await ask(path, { token })).json;
    const holidays = [{ name: "Feast", when: { by: "day-of-year", from: "12-24", to: "12-26" } }];
    assert.equal((await patch({ holidays, stamp })).status, 200);
    const late = await patch({ holidays: [], stamp });
    assert.deepEqual([late.status, late.json["code"]], [409, "NJ_ARMING_CHANGED"]);
    const { json: kept } = await ask(path, { token });
    assert.deepEqual(
      (kept["holidays"] as { name: string }[]).map(({ name }) => name),
      ["Feast"],
    );
    assert.equal(
      (await ask("/api/v1/arming", { method: "PUT", token, body: { profile: "away" } })).status,
      200,
    );
    assert.equal((await patch({ holidays: [], stamp: kept["stamp"] })).status, 200, "the profile is no rule");
  });
});
