import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FrozenConfig } from "../../../core/config/config-store.ts";
import { openDb } from "../../../core/db/open-db.ts";
import { putReceipt, searchReceipts } from "../../../core/db/tables/receipts-table.ts";
import { silentLog } from "../../../core/log.ts";
import { Tills } from "../../../core/pos/tills.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";

const DAY_MS = 86_400_000;

describe("receipts of all tills", () => {
  it("are kept for the days of their till, by a moment that can be trusted", async (t) => {
    const db = await openDb(":memory:", { log: silentLog });
    t.after(() => db.close());
    const clock = new FakeClock();
    let trustedMs = clock.wallMs();
    const config = { tills: [{ id: "bar", keepDays: 30 }] } as unknown as FrozenConfig;
    const tills = new Tills({
      ...{ db, clock, log: silentLog, config: () => config, parsers: () => [], agesMs: () => trustedMs },
      events: { report: () => undefined, end: () => undefined },
    });
    const lines = [{ timeMs: trustedMs, text: "1 TEA" }];
    const receipt = { till: "bar", startMs: trustedMs, lastMs: trustedMs, endedBy: "pause", lines };
    await putReceipt(db, undefined, { ...receipt, totalMinor: undefined, receipt: undefined });
    clock.setWall(trustedMs + 60 * DAY_MS);
    await tills.forgetOld();
    assert.equal((await searchReceipts(db, { limit: 9 })).length, 1, "the clock alone has jumped");
    trustedMs += 60 * DAY_MS;
    await tills.forgetOld();
    assert.equal((await searchReceipts(db, { limit: 9 })).length, 0);
  });
});
