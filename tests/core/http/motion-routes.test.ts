// Motion over HTTP: searched for in an area by those who may play a camera's recordings, and seen now by those who may see it.
import assert from "node:assert/strict";
import { it } from "node:test";
import { httpFixture } from "./http-fixture.ts";

const RANGE = "start=2026-01-01T00:00:00Z&end=2026-01-02T00:00:00Z";

it("motion over HTTP is searched for by camera, time and area, within bounds and rights", async (t) => {
  const { ask, tokenOf, calls } = await httpFixture(t);
  const get = async (who: Parameters<typeof tokenOf>[0], path: string) =>
    await ask(`/api/v1/cameras/${path}`, { token: await tokenOf(who) });
  const last = () => JSON.parse(calls.findLast((call) => call.startsWith("motion "))?.slice(7) ?? "{}");
  const whole = { camera: "yard", startMs: Date.UTC(2026, 0, 1), endMs: Date.UTC(2026, 0, 2) };

  assert.deepEqual((await get("admin", `yard/motion?${RANGE}`)).json, { moments: [] });
  assert.deepEqual(last(), { ...whole, limit: 200 });
  const cursor = whole.startMs + 5_000;
  await get("admin", `yard/motion?${RANGE}&columns=2&rows=2&cells=0110&limit=7&cursor=${cursor}`);
  assert.deepEqual(last(), {
    ...{ ...whole, startMs: cursor },
    area: { columns: 2, rows: 2, cells: "0110" },
    limit: 7,
  });
  await get("admin", `yard/motion?${RANGE}&cursor=0`);
  assert.equal(last().startMs, whole.startMs, "a cursor leads no further back");

  for (const wrong of [
    "columns=2&rows=2&cells=011",
    "cells=0110",
    "columns=2&rows=2",
    "columns=2&rows=2&cells=01x0",
    "columns=65&rows=1&cells=1",
    `columns=64&rows=64&cells=${"1".repeat(4_097)}`,
    "limit=0",
    "limit=1001",
    "cursor=-1",
    "cursor=x",
    "area=all",
  ])
    assert.equal((await get("admin", `yard/motion?${RANGE}&${wrong}`)).status, 422, wrong);
  const years = "start=2020-01-01T00:00:00Z&end=2026-01-01T00:00:00Z";
  assert.equal((await get("admin", `yard/motion?${years}`)).status, 422);

  assert.equal((await get("yard-viewer", `gate/motion?${RANGE}`)).status, 404);
  assert.equal((await ask(`/api/v1/cameras/yard/motion?${RANGE}`)).status, 401);
  assert.deepEqual((await get("yard-viewer", "yard/detection/activity")).json, {});
  assert.equal((await get("yard-viewer", "gate/detection/activity")).status, 404);
  assert.equal((await ask("/api/v1/cameras/yard/detection/activity")).status, 401);
});
