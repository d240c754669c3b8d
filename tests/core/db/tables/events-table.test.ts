import assert from "node:assert/strict";
import { it } from "node:test";
import { eventsTable } from "../../../../core/db/tables/events-table.ts";
import { onBothDrivers } from "../on-both-drivers.ts";

onBothDrivers("the events table", ({ fresh }) => {
  it("lists events newest first, by type, camera and time, with a cursor", async () => {
    const events = eventsTable(await fresh());
    for (let n = 1; n <= 6; n += 1) {
      await events.insert({
        type: n % 2 === 0 ? "motion" : "video-loss",
        ...(n === 6 ? {} : { camera: n <= 3 ? "yard" : "gate" }),
        startMs: n * 1_000,
        endMs: n * 1_000 + 500,
        payload: { n },
      });
    }
    const numbers = async (query: Parameters<typeof events.list>[0]) =>
      (await events.list(query)).map((event) => event.payload["n"]);
    assert.deepEqual(await numbers({ limit: 2 }), [6, 5]);
    assert.deepEqual(await numbers({ limit: 2, before: 5 }), [4, 3]);
    assert.deepEqual(await numbers({ limit: 9, types: ["motion"] }), [6, 4, 2]);
    assert.deepEqual(await numbers({ limit: 9, cameras: ["yard"] }), [3, 2, 1]);
    assert.deepEqual(await numbers({ limit: 9, startMs: 2_000, endMs: 4_000 }), [3, 2]);
    assert.deepEqual(
      (await events.listAfter(4, 9)).map((event) => event.number),
      [5, 6],
    );
    assert.equal(await events.prune(3_000), 2);
    assert.deepEqual(await numbers({ limit: 9 }), [6, 5, 4, 3]);
  });

  it("ends what is open of a type and camera, and of the recorder itself", async () => {
    const events = eventsTable(await fresh());
    const open = { type: "exception-camera-offline", payload: {} };
    await events.insert({ ...open, camera: "yard", startMs: 100 });
    await events.insert({ ...open, camera: "gate", startMs: 100 });
    await events.insert({ ...open, startMs: 100 });
    await events.endOpen(open.type, "yard", 50);
    await events.endOpen(open.type, undefined, 300);
    assert.deepEqual(
      (await events.listOpen(open.type)).map((event) => event.camera),
      ["gate"],
    );
    const [own, , yard] = await events.list({ limit: 3 });
    assert.equal(own?.endMs, 300);
    assert.equal(yard?.endMs, 100, "an event does not end before it began");
  });
});
