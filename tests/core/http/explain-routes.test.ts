// "Why?" over HTTP: how a moment is written, and what of the answer each account is given.
import assert from "node:assert/strict";
import { it } from "node:test";
import { httpFixture } from "./http-fixture.ts";

it("why over HTTP is asked of a moment in both forms, by those who see the camera, for what they may see", async (t) => {
  const { ask, tokenOf, calls } = await httpFixture(t);
  const iso = "2026-01-01T10:00:00+01:00";
  const ms = Date.parse(iso);
  const get = async (who: Parameters<typeof tokenOf>[0], camera: string, query = "") =>
    await ask(`/api/v1/cameras/${camera}/explain${query}`, { token: await tokenOf(who) });
  const last = () => calls.findLast((call) => call.startsWith("explain"));
  const seen = (rest: object) =>
    JSON.stringify({ recordings: true, events: true, storage: true, gate: true, ...rest });

  assert.equal((await get("admin", "yard", `?at=${encodeURIComponent(iso)}&type=motion`)).status, 200);
  assert.equal(last(), `explain yard ${ms} motion ${seen({})}`);
  assert.equal((await get("viewer", "yard", `?at=${ms}`)).json["at"], new Date(ms).toISOString());
  assert.equal(last(), `explain yard ${ms} all ${seen({ storage: false })}`);
  assert.equal((await get("yard-viewer", "yard")).json["now"], true);
  assert.equal(last(), `explain yard now all ${seen({ storage: false, gate: false })}`);

  assert.equal((await get("yard-viewer", "gate")).status, 404);
  assert.equal((await ask("/api/v1/cameras/yard/explain")).status, 401);
  for (const wrong of ["at=yesterday", "at=", "at=9e9", "at=999999999999999", "type=rain", "when=now"])
    assert.equal((await get("admin", "yard", `?${wrong}`)).status, 422, wrong);
});
