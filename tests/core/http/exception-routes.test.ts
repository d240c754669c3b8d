// Exceptions over HTTP: who sees them.
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
});
