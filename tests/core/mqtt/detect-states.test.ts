// Events as retained states: what a sensor in a dashboard shows.
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { openDb } from "../../../core/db/open-db.ts";
import { lastEventNumbers, putEvents } from "../../../core/db/tables/events-table.ts";
import type { CameraView } from "../../../core/http/camera-schemas.ts";
import type { EventView } from "../../../core/http/event-schemas.ts";
import { silentLog } from "../../../core/log.ts";
import { DetectStates, ruleLevel } from "../../../core/mqtt/detect-states.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";

async function rig(t: TestContext) {
  const db = await openDb(":memory:", { log: silentLog });
  t.after(() => db.close());
  const clock = new FakeClock();
  const sent: string[] = [];
  const cameras = new Set(["yard"]);
  const states = (): DetectStates =>
    new DetectStates({
      ...{ db, clock, log: silentLog, base: () => "nightjar" },
      cameras: { list: () => [...cameras].map((id) => ({ id }) as CameraView) },
      publish: async ({ topic, payload, retain }) => {
        assert.equal(retain, true);
        sent.push(`${topic.replace("nightjar/camera/", "").replace("/state", "")} ${payload}`);
      },
    });
  return { db, clock, sent, cameras, states };
}

const event = (id: number, type: string, more: object = {}): EventView =>
  ({ id, type, camera: "yard", ...more }) as EventView;
const OVER = { end: "2026-01-01T00:00:00.000Z" };
const NONE = ["yard/detect/motion OFF", "yard/detect/tamper OFF", "yard/detect/video-loss OFF"];

describe("states of detection", () => {
  it("are there from the start, on while an event goes on, and off when the last of them is over", async (t) => {
    const { sent, states } = await rig(t);
    const all = states();
    await all.all();
    assert.deepEqual(sent.splice(0), NONE);
    await all.take(event(1, "motion"));
    await all.take(event(2, "motion"));
    await all.take(event(1, "motion", OVER));
    assert.deepEqual(sent.splice(0), ["yard/detect/motion ON"]);
    await all.take(event(2, "motion", OVER));
    await all.take(event(2, "motion", { ...OVER, acknowledged: {} }));
    await all.take(event(3, "motion", { camera: undefined }));
    assert.deepEqual(sent.splice(0), ["yard/detect/motion OFF"]);
  });

  it("tell the rules of a type apart, whatever they are called, and no more of them than are bounded", async (t) => {
    const { sent, states } = await rig(t);
    const all = states();
    await all.all();
    sent.length = 0;
    await all.take(event(1, "line-crossing", { rule: "line-1" }));
    await all.take(event(2, "line-crossing", { rule: "Gate / +#" }));
    await all.take(event(1, "line-crossing", { rule: "line-1", ...OVER }));
    const gate = `yard/detect/line-crossing/${ruleLevel("Gate / +#")}`;
    assert.match(gate, /\/gate-[0-9a-f]{8}$/);
    assert.notEqual(ruleLevel("Gate / +"), ruleLevel("Gate / +#"));
    for (const odd of ["\u{1f6aa}", "a b".repeat(22), "-", "A"])
      assert.match(ruleLevel(odd), /^[a-z0-9-]{1,64}$/);
    assert.deepEqual(sent.splice(0), [
      "yard/detect/line-crossing ON",
      "yard/detect/line-crossing/line-1 ON",
      `${gate} ON`,
      "yard/detect/line-crossing/line-1 OFF",
    ]);
    for (let id = 3; id < 68; id += 1)
      await all.take(event(id, "line-crossing", { rule: `r${id}`, ...OVER }));
    const cleared = sent.filter((line) => line.endsWith(" "));
    assert.deepEqual(
      cleared,
      ["line-1", "r3", "r4"].map((rule) => `yard/detect/line-crossing/${rule} `),
      "those that rest give way, the first first",
    );
    sent.length = 0;
    await all.cameraRemoved("yard");
    assert.equal(sent.filter((line) => /line-crossing\/.* $/.test(line)).length, 64);
  });

  it("show what is over at once for a moment, once a second at most", async (t) => {
    const { clock, sent, states } = await rig(t);
    const all = states();
    await all.all();
    sent.length = 0;
    for (const id of [1, 2]) await all.take(event(id, "line-crossing", OVER));
    assert.deepEqual(sent.splice(0), ["yard/detect/line-crossing ON", "yard/detect/line-crossing OFF"]);
    await clock.advance(1_000);
    await all.take(event(3, "line-crossing", OVER));
    assert.equal(sent.length, 2);
  });

  it("are known again after a restart, and taken away with their camera", async (t) => {
    const { db, sent, cameras, states } = await rig(t);
    cameras.add("gate");
    const before = states();
    await before.all();
    await before.take(event(1, "person", { camera: "gate" }));
    const { id, revision } = await lastEventNumbers(db);
    const open = { ...{ type: "motion", camera: "yard", source: "test", startMs: 1, lastMs: 1 }, detail: {} };
    await putEvents(db, [{ ...open, id: id + 1, revision: revision + 1, objects: [], pictures: [] }], 1);
    sent.length = 0;
    const after = states();
    await after.all();
    assert.ok(sent.includes("yard/detect/motion ON"));
    assert.ok(sent.includes("gate/detect/person OFF"), "what it left at the broker is put right");
    await after.cameraRemoved("gate");
    const cleared = sent.filter((line) => line.endsWith(" "));
    assert.deepEqual(cleared.sort(), [
      "gate/detect/motion ",
      "gate/detect/person ",
      "gate/detect/tamper ",
      "gate/detect/video-loss ",
    ]);
    cameras.delete("yard");
    cameras.delete("gate");
    sent.length = 0;
    await states().all();
    assert.deepEqual(sent.sort(), ["yard/detect/motion ", "yard/detect/tamper ", "yard/detect/video-loss "]);
    cameras.add("new");
    await after.camera("new");
    assert.ok(sent.includes("new/detect/motion OFF"));
  });
});
