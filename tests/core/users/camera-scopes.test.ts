import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { openDb } from "../../../core/db/open-db.ts";
import { keyValuesTable } from "../../../core/db/tables/key-values-table.ts";
import { silentLog } from "../../../core/log.ts";
import { CameraScopes } from "../../../core/users/camera-scopes.ts";

async function tableOf(t: TestContext) {
  const db = await openDb(":memory:", { log: silentLog });
  t.after(() => db.close());
  return keyValuesTable(db);
}

describe("which cameras an account may see", () => {
  it("outlives a restart, with what it may do with each", async (t) => {
    const table = await tableOf(t);
    const scope = ["yard", { id: "gate", rights: ["live", "playback"] }] as const;
    await (await CameraScopes.load(table)).set("Vera", scope);
    const again = await CameraScopes.load(table);
    assert.deepEqual(again.of("vera"), scope);
    assert.equal(again.of("anna"), "all");
  });

  it("is never more than was granted, whatever is stored", async (t) => {
    const table = await tableOf(t);
    await table.set("users.cameraScopes", {
      vera: [
        "yard",
        { id: "gate", rights: ["live", "of-a-later-version", 7] },
        { id: "roof" },
        { rights: [] },
        5,
      ],
      anna: "all",
    });
    const scopes = await CameraScopes.load(table);
    assert.deepEqual(scopes.of("vera"), ["yard", { id: "gate", rights: ["live"] }]);
    assert.deepEqual(scopes.of("anna"), []);
  });
});
