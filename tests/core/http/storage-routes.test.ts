import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { volumeView } from "../../../core/control/status-service.ts";
import { createMetrics } from "../../../core/http/metrics.ts";
import { sharedLook } from "../../../core/http/routes/health-routes.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";
import { httpFixture } from "./http-fixture.ts";

describe("storage over HTTP", () => {
  it("shows accounts the cameras that they may see, and the place of the settings to administrators", async (t) => {
    const { ask, tokenOf, users } = await httpFixture(t);
    const admin = await ask("/api/v1/storage", { token: await tokenOf("admin") });
    assert.equal(admin.json["configFile"], "/data/config.json");
    assert.equal((admin.json["cameras"] as unknown[]).length, 2);
    const token = await tokenOf("operator");
    const operator = await ask("/api/v1/storage", { token });
    assert.equal(operator.status, 200);
    assert.ok(!operator.text.includes("config.json"));
    await users.accounts.change(
      "operator",
      { cameras: ["gate"] },
      { userName: "admin", address: "192.0.2.1" },
    );
    const narrowed = await ask("/api/v1/storage", { token: await tokenOf("operator") });
    assert.deepEqual(
      (narrowed.json["cameras"] as { id: string }[]).map(({ id }) => id),
      ["gate"],
    );
    assert.equal((await ask("/api/v1/storage", { token: await tokenOf("viewer") })).status, 403);
  });

  it("changes reserve and overwriting, and nothing that leads to another folder", async (t) => {
    const { ask, tokenOf, calls } = await httpFixture(t);
    const token = await tokenOf("admin");
    const patch = (body: unknown) => ask("/api/v1/storage/volumes/v1", { method: "PATCH", token, body });
    assert.equal((await patch({ reserveBytes: 5e9, overwrite: false })).status, 200);
    assert.equal((await patch({ reserveBytes: null })).status, 200);
    assert.deepEqual(calls, [
      'volume v1 {"reserveBytes":5000000000,"overwrite":false}',
      'volume v1 {"reserveBytes":null}',
    ]);
    for (const body of [
      {},
      { path: "/etc" },
      { reserveBytes: -1 },
      { reserveBytes: 1e300 },
      { overwrite: "no" },
    ]) {
      assert.equal((await patch(body)).status, 422, JSON.stringify(body));
    }
    assert.equal(calls.length, 2);
  });
});

describe("what a power failure would cost, over HTTP", () => {
  it("is told of each volume by the storage and the status of the recorder", async (t) => {
    const { ask, tokenOf, services } = await httpFixture(t);
    const token = await tokenOf("admin");
    for (const path of ["/api/v1/storage", "/api/v1/status"]) {
      const [volume] = (await ask(path, { token })).json["volumes"] as { syncMs?: number }[];
      assert.equal(volume?.syncMs, 4200, path);
    }
    // Until a first sync there is none, and no figure may stand in for it.
    const before = await services.status.status();
    const volumes = before.volumes.map(({ syncMs: _, ...rest }) => rest);
    const metrics = createMetrics({ ...services, status: { status: async () => ({ ...before, volumes }) } });
    assert.doesNotMatch(await metrics.text(), /^nightjar_volume_sync_seconds\{/m);
  });

  it("comes from what media reports", () => {
    const state = { id: undefined, path: "/srv/video", status: "slow", usedBytes: 7 } as const;
    assert.equal(volumeView({ ...state, syncMs: 4200 }).syncMs, 4200);
    assert.ok(!("syncMs" in volumeView(state)));
  });
});

describe("the choice of a disk over HTTP", () => {
  it("is among what is offered, for administrators, by an id alone, and stands in the audit log", async (t) => {
    const { ask, tokenOf, calls, users } = await httpFixture(t);
    const token = await tokenOf("admin");
    const offered = await ask("/api/v1/storage/places", { token });
    const [place] = offered.json["places"] as { id: string; isRecommended: boolean }[];
    assert.ok(place?.isRecommended);
    const choose = (body: unknown, as = token) =>
      ask("/api/v1/storage/volumes", { method: "POST", token: as, body });
    assert.equal((await choose({ place: place.id })).status, 200);
    assert.deepEqual(calls, [`record to ${place.id}`]);
    for (const body of [
      {},
      { place: "/mnt/disk" },
      { place: "../../../../../etc" },
      { place: place.id, path: "/etc" },
      { place: place.id, folder: "/etc" },
      { path: "/mnt/disk" },
      { place: [place.id] },
    ]) {
      assert.equal((await choose(body)).status, 422, JSON.stringify(body));
    }
    assert.equal((await choose({ place: place.id }, await tokenOf("operator"))).status, 403);
    assert.equal((await ask("/api/v1/storage/places", { token: await tokenOf("operator") })).status, 403);
    assert.equal(calls.length, 1);
    const [entry] = await users.audit.list({ limit: 1, actions: ["volume-added"] });
    assert.deepEqual(entry?.detail, { mountPoint: "/mnt/disk" });
  });
});

describe("a replaced disk over HTTP", () => {
  it("is put to use by administrators, by the id that they saw, and stands in the audit log", async (t) => {
    const { ask, tokenOf, calls, users } = await httpFixture(t);
    const token = await tokenOf("admin");
    const use = (body: unknown, as = token) =>
      ask("/api/v1/storage/volumes/v1/disk", { method: "POST", token: as, body });
    for (const body of [{}, { place: "/mnt" }, { place: "00112233445566aa", path: "/etc" }])
      assert.equal((await use(body)).status, 422, JSON.stringify(body));
    assert.equal((await use({ place: "00112233445566aa" }, await tokenOf("operator"))).status, 403);
    assert.deepEqual(calls, []);
    assert.equal((await use({ place: "00112233445566aa" })).status, 200);
    assert.deepEqual(calls, ["disk 00112233445566aa for v1"]);
    // One that was a volume before is only put first.
    const choose = { method: "POST", token, body: { place: "00112233445566aa" } };
    assert.equal((await ask("/api/v1/storage/volumes", choose)).status, 200);
    await waitFor(
      async () => (await users.audit.list({ limit: 9, actions: ["volume-made-first"] })).length === 1,
    );
    const [entry] = await users.audit.list({ limit: 1, actions: ["volume-disk-replaced"] });
    assert.deepEqual(entry?.detail, { path: "/srv/video", mountPoint: "/srv", volume: "v1" });
  });
});

describe("the log and the doctor over HTTP", () => {
  it("are for administrators, and bounded", async (t) => {
    const { ask, tokenOf, calls } = await httpFixture(t);
    const token = await tokenOf("admin");
    assert.deepEqual((await ask("/api/v1/log", { token })).json, { lines: [] });
    await ask("/api/v1/log?limit=1000&level=debug&process=media", { token });
    await ask("/api/v1/log?plugin=@some/nightjar-camera-far", { token });
    assert.deepEqual(calls, [
      "log notice 200 all",
      "log debug 1000 media",
      "log notice 200 @some/nightjar-camera-far",
    ]);
    for (const query of [
      "limit=1001",
      "limit=0",
      "level=all",
      "process=../core",
      "process=a.log",
      "plugin=",
    ]) {
      assert.equal((await ask(`/api/v1/log?${query}`, { token })).status, 422, query);
    }
    const checks = (await ask("/api/v1/doctor", { token })).json["checks"] as { id: string }[];
    assert.ok(checks.some(({ id }) => id === "config"));
    for (const path of ["/api/v1/log", "/api/v1/doctor"]) {
      assert.equal((await ask(path, { token: await tokenOf("operator") })).status, 403, path);
    }
  });

  it("look once for all who ask, and no longer than anybody waits", async () => {
    const looks: { readonly signal: AbortSignal; readonly answer: (text: string) => void }[] = [];
    const look = sharedLook((signal) => new Promise<string>((answer) => void looks.push({ signal, answer })));
    const [first, second] = [new AbortController(), new AbortController()];
    const gone = look(first.signal);
    const stays = look(second.signal);
    assert.equal(looks.length, 1);
    first.abort(new DOMException("gone", "AbortError"));
    await assert.rejects(gone, { name: "AbortError" });
    assert.equal(looks[0]?.signal.aborted, false, "another one waits");
    looks[0]?.answer("found");
    assert.equal(await stays, "found");
    const last = look(second.signal);
    second.abort(new DOMException("gone", "AbortError"));
    await assert.rejects(last, { name: "AbortError" });
    assert.equal(looks[1]?.signal.aborted, true);
    const anew = look(new AbortController().signal);
    looks[2]?.answer("anew");
    assert.equal(await anew, "anew");
  });
});
