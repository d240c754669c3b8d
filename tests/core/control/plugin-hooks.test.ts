// What plugins answer in hooks is looked at before anybody obeys it, and what happens is told to them once.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  closingReceipt,
  diagnosticParts,
  plannedPlaces,
  StreamTeller,
} from "../../../core/control/plugin-hooks.ts";
import type { VolumeId } from "../../../core/domain/ids.ts";
import { createLog, type Log } from "../../../core/log.ts";
import { createHooks } from "../../../core/plugin/calls/hooks.ts";
import type { PosTransaction } from "../../../core/plugin/contract/hook-data.ts";
import type { Receipt } from "../../../core/pos/receipts.ts";
import { camera, GATE, OTHER_VOLUME, VOLUME, YARD } from "../recording/sample-segments.ts";

function made() {
  const warned: string[] = [];
  const log: Log = createLog({ level: "warn", destination: { write: (line) => warned.push(line) } });
  return { warned, log, hooks: createHooks({ failed: () => undefined, measured: () => undefined }) };
}

describe("where recordings go", () => {
  const cameras = [camera(YARD), camera(GATE), { ...camera("off" as typeof YARD), enabled: false }];

  it("is what plugins say of each camera that is recorded; what they leave out comes last", async () => {
    const { hooks, log, warned } = made();
    const volumes = [VOLUME, OTHER_VOLUME];
    assert.deepEqual(await plannedPlaces(hooks, cameras, volumes, log), new Map());
    const asked: string[] = [];
    hooks.placementPlan.tapPromise({ name: "x" }, async (plan) => {
      asked.push(plan.camera);
      return plan.camera === GATE ? { ...plan, volumes: [OTHER_VOLUME] } : plan;
    });
    assert.deepEqual(await plannedPlaces(hooks, cameras, [VOLUME], log), new Map(), "there is no choice");
    assert.deepEqual(
      await plannedPlaces(hooks, cameras, volumes, log),
      new Map([
        [YARD, volumes],
        [GATE, [OTHER_VOLUME, VOLUME]],
      ]),
    );
    assert.deepEqual([asked, warned], [[YARD, GATE], []]);
  });

  for (const [what, change] of [
    ["a volume that there is not", { volumes: ["moon" as VolumeId] }],
    ["a volume twice", { volumes: [OTHER_VOLUME, OTHER_VOLUME] }],
    ["another camera", { camera: GATE, volumes: [OTHER_VOLUME] }],
    ["no names", { volumes: [{ id: OTHER_VOLUME } as never] }],
  ] as const) {
    it(`stays where a plugin names ${what}, and that is logged`, async () => {
      const { hooks, log, warned } = made();
      hooks.placementPlan.tapPromise({ name: "x" }, async (plan) => ({ ...plan, ...change }));
      const places = await plannedPlaces(hooks, [camera(YARD)], [VOLUME, OTHER_VOLUME], log);
      assert.deepEqual(places.get(YARD), [VOLUME, OTHER_VOLUME]);
      assert.match(warned.join(""), /makes no sense/);
    });
  }
});

describe("streams", () => {
  const at = { camera: YARD, stream: "main", sinceMs: 0 } as const;

  it("begin once and end with the reason, also when nobody reports their end any more", async () => {
    const { hooks } = made();
    const heard: string[] = [];
    hooks.streamStarted.tapPromise({ name: "x" }, async (of, stream) => void heard.push(`${of} ${stream}`));
    hooks.streamEnded.tapPromise({ name: "x" }, async (of, stream, reason) => {
      heard.push(`${of} ${stream} ended: ${reason?.code}, ${reason?.message}`);
    });
    const teller = new StreamTeller(hooks);
    const fault = { code: "stalled", message: "nothing came for 10 s" } as const;
    teller.take({ ...at, state: { status: "online", sinceMs: 0 } });
    teller.take({ ...at, state: { status: "degraded", sinceMs: 0 } });
    teller.take({ ...at, state: { status: "offline", sinceMs: 0, fault } });
    teller.take({ ...at, state: { status: "online", sinceMs: 0 } });
    teller.take({ ...at, state: { status: "connecting", sinceMs: 0 } });
    teller.take({ ...at, state: { status: "online", sinceMs: 0 } });
    teller.keepOnly([camera(YARD)]);
    teller.keepOnly([{ ...camera(YARD), enabled: false }]);
    teller.take({ ...at, state: { status: "offline", sinceMs: 0 } });
    await new Promise(setImmediate);
    assert.deepEqual(heard, [
      "yard main",
      "yard main ended: stalled, nothing came for 10 s",
      "yard main",
      "yard main ended: undefined, undefined",
      "yard main",
      "yard main ended: not-wanted, the camera was switched off or taken off the list",
    ]);
  });
});

describe("receipts that are over", () => {
  const till = { id: "counter", name: "Counter", cameras: ["yard"] };
  const receipt = (): Receipt => ({
    ...{ startMs: 1_000, lastMs: 3_000, endedBy: "end", totalMinor: undefined, receipt: "7" },
    lines: [
      { text: "ACME", timeMs: 1_000 },
      { text: "JOHN DOE", timeMs: 2_000 },
      { text: "TOTAL 3.00", timeMs: 3_000 },
    ],
  });

  it("are kept as plugins have changed them", async () => {
    const { hooks, log, warned } = made();
    const sold = receipt();
    await closingReceipt(hooks, till, sold, log);
    assert.deepEqual(sold, receipt(), "nobody has a say");
    hooks.posTransaction.tapPromise({ name: "x" }, async (given) => {
      assert.deepEqual([given.till, given.cameras, given.totalMinor], ["counter", ["yard"], null]);
      const lines = given.lines.filter(({ text }) => text !== "JOHN DOE");
      return { ...given, lines, totalMinor: 300, receipt: "A7" };
    });
    await closingReceipt(hooks, till, sold, log);
    const { lines } = receipt();
    assert.deepEqual(sold, {
      ...receipt(),
      ...{ totalMinor: 300, receipt: "A7", lines: [lines[0], lines[2]] },
    });
    assert.deepEqual(warned, []);
  });

  for (const [what, change] of [
    ["a total that is none", { totalMinor: 1.5 }],
    ["lines without text", { lines: [{ time: new Date(1_000).toISOString() }] as never }],
    ["lines of another time", { lines: [{ time: new Date(9_000).toISOString(), text: "late" }] }],
    ["lines of no time", { lines: [{ time: "noon", text: "x" }] }],
    ["too many lines", { lines: Array(1_001).fill({ time: new Date(1_000).toISOString(), text: "" }) }],
    ["too long a number", { receipt: "x".repeat(65) }],
  ] as const satisfies readonly (readonly [string, Partial<PosTransaction>])[]) {
    it(`stay as they were where a plugin answers ${what}, and that is logged`, async () => {
      const { hooks, log, warned } = made();
      hooks.posTransaction.tapPromise({ name: "x" }, async (given) => ({ ...given, ...change }));
      const sold = receipt();
      await closingReceipt(hooks, till, sold, log);
      assert.deepEqual(sold, receipt());
      assert.match(warned.join(""), /makes no sense/);
    });
  }
});

it("plugins' parts of the diagnostics document stand under their names", async () => {
  const { hooks } = made();
  hooks.diagnostics.tapPromise({ name: "nightjar-camera-a" }, (async () => ({ queue: 3 })) as never);
  const parts = await diagnosticParts(hooks, { readable: () => ["s3same"] });
  assert.deepEqual(parts, { plugins: { "nightjar-camera-a": { queue: 3 } }, secrets: ["s3same"] });
});
