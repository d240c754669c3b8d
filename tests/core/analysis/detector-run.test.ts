// One detector at one camera: pictures at its size and rate, the newest in the place of those that wait, silence told, failures
// kept to itself.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { type DetectorCalls, DetectorRun } from "../../../core/analysis/detector-run.ts";
import type { CameraId } from "../../../core/domain/ids.ts";
import { silentLog } from "../../../core/log.ts";
import type {
  DetectorActivity,
  DetectorAnswer,
  DetectorLook,
  DetectorReport,
} from "../../../core/plugin/contract/detector.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";

const FRAMES = { width: 2, height: 1, perSecond: 5 };

function run(calls: Partial<DetectorCalls>, isBlind = false, answersAtOnce = false) {
  const clock = new FakeClock();
  const looks: (DetectorLook & { readonly luma: readonly number[] })[] = [];
  const reports: DetectorReport[] = [];
  const activities: DetectorActivity[] = [];
  const told = { begun: 0, ended: 0, over: 0, awake: 0 };
  const made = new DetectorRun({
    camera: "yard" as CameraId,
    watch: "w1",
    detector: {
      plugin: "nightjar-vca-x",
      id: "x",
      runs: "here",
      frames: FRAMES,
      answersAtOnce,
      eventTypes: ["motion"],
      settings: { sensitivity: 50, rules: [], options: {} },
    },
    calls: {
      begin: async () => {
        told.begun += 1;
      },
      look: (look, luma) => {
        looks.push({ ...look, luma: [...luma] });
        return calls.look?.(look, luma) ?? (answersAtOnce ? [] : Promise.resolve([]));
      },
      end: async () => {
        told.ended += 1;
      },
    },
    clock,
    log: silentLog,
    onReports: (seen) => reports.push(...seen),
    onActivity: (activity) => activities.push(activity),
    onWake: () => {
      told.awake += 1;
    },
    onEnded: () => {
      told.over += 1;
    },
    isBlind: () => isBlind,
  });
  return { made, clock, looks, reports, activities, told };
}

/** Lets what was begun come to its end. */
async function settle(): Promise<void> {
  for (let count = 0; count < 5; count += 1) await turn();
}

describe("a detector at a camera", () => {
  it("gets pictures at its size and no more often than it asks for", async () => {
    const { made, looks, told } = run({});
    for (let atMs = 0; atMs <= 1_000; atMs += 100) {
      made.picture(Uint8Array.of(10, 20, 30, 40), 4, 1, 5_000 + atMs);
      await settle();
    }
    assert.deepEqual(
      looks.map(({ frame, luma }) => [frame?.timeMs, luma]),
      [0, 200, 400, 600, 800, 1_000].map((atMs) => [5_000 + atMs, [15, 35]]),
    );
    assert.equal(told.begun, 1);
    made.close();
  });

  it("that answers at once sees each picture where it lies, and is heard before the next line", async () => {
    const start: DetectorReport = { kind: "start", type: "motion" };
    const seen: Uint8Array[] = [];
    const { made, looks, reports } = run(
      {
        look: (_look, luma) => {
          seen.push(luma);
          return [start];
        },
      },
      false,
      true,
    );
    const lent = Uint8Array.of(1, 2, 3, 4);
    // It begins with the first, which is kept until then.
    made.picture(lent, 2, 1, 0);
    await settle();
    made.picture(lent, 2, 1, 200);
    assert.equal(reports.length, 2);
    assert.deepEqual(
      seen.map(({ buffer }) => buffer === lent.buffer),
      [false, true],
    );
    assert.deepEqual(
      looks.map(({ luma }) => luma),
      [
        [1, 2],
        [1, 2],
      ],
    );
    // Of another size it is made smaller, and shown in its turn.
    made.picture(lent, 4, 1, 400);
    await settle();
    assert.deepEqual(looks.at(-1)?.luma, [2, 4]);
    assert.equal(made.figures(0).looked, 3);
    made.close();
  });

  const failures: readonly (readonly [string, DetectorCalls["look"], RegExp])[] = [
    ["answers later than it says", async () => [], /answers later/],
    ["rejects", () => Promise.reject(new TypeError("no eyes")), /no eyes/],
    [
      "throws",
      () => {
        throw new TypeError("no eyes at all");
      },
      /no eyes at all/,
    ],
  ];
  for (const [what, look, reason] of failures) {
    it(`that says that it answers at once and ${what} fails, also once it has begun`, async () => {
      let fails = false;
      const { made, told, looks } = run({ look: (...given) => (fails ? look(...given) : []) }, false, true);
      for (let count = 0; count < 6; count += 1) {
        made.picture(Uint8Array.of(1, 1), 2, 1, 200 * count);
        await settle();
        fails = true;
      }
      assert.match(made.figures(0).problem ?? "", reason);
      assert.deepEqual([told.begun, told.ended, looks.length], [3, 3, 4], "then it rests");
      made.close();
    });
  }

  it("is slow alone: the newest picture takes the place of those that wait", async () => {
    const gates: (() => void)[] = [];
    const { made, looks } = run({
      look: () =>
        new Promise((resolve) => {
          gates.push(() => resolve([]));
        }),
    });
    for (let count = 0; count < 5; count += 1) {
      made.picture(Uint8Array.of(count, count), 2, 1, count * 200);
      await settle();
    }
    assert.equal(looks.length, 1);
    gates.shift()?.();
    await settle();
    assert.deepEqual(
      looks.map(({ luma }) => luma[0]),
      [0, 4],
    );
    assert.equal(made.figures(0).skipped, 3);
    made.close();
    gates.shift()?.();
  });

  it("is told each second that no picture comes, and for how long", async () => {
    const { made, clock, looks } = run({});
    made.picture(Uint8Array.of(1, 1), 2, 1, 0);
    await settle();
    for (let second = 0; second < 3; second += 1) {
      clock.advance(1_000);
      await settle();
    }
    assert.deepEqual(
      looks.map(({ silentMs }) => silentMs),
      [0, 1_000, 2_000, 3_000],
    );
    assert.ok(looks.slice(1).every(({ frame, luma }) => frame === undefined && luma.length === 0));
    made.close();
  });

  it("is told nothing of silence where the recorder itself cannot decode", async () => {
    const { made, clock, looks } = run({}, true);
    for (let second = 0; second < 30; second += 1) {
      clock.advance(1_000);
      await settle();
    }
    assert.deepEqual(looks, []);
    made.close();
  });

  it("that fails again and again is asked less often, begins anew, and says why", async () => {
    const { made, clock, looks, told } = run({ look: () => Promise.reject(new TypeError("no such lens")) });
    for (let count = 0; count < 40; count += 1) {
      made.picture(Uint8Array.of(1, 1), 2, 1, count * 200);
      clock.advance(200);
      await settle();
    }
    // 8 s: three at once, then after 1, 2 and 4 s.
    assert.ok(looks.length <= 7, `asked ${looks.length} times`);
    assert.match(made.figures(0).problem ?? "", /no such lens/);
    assert.equal(told.over, 1, "what it had open is over");
    assert.ok(told.begun > 1 && told.ended > 1);
    made.close();
  });

  it("that reports what it did not announce fails", async () => {
    for (const strange of [{ kind: "start", type: "fire" }, undefined, null]) {
      const { made, reports } = run({ look: async () => [strange as DetectorReport] });
      for (let count = 0; count < 3; count += 1) {
        made.picture(Uint8Array.of(1, 1), 2, 1, count * 200);
        await settle();
      }
      assert.deepEqual(reports, []);
      assert.match(made.figures(0).problem ?? "", /did not announce/);
      made.close();
    }
  });

  it("passes on what was seen, with its track, and takes no object that is none", async () => {
    const seen = { kind: "start", type: "motion" } as const;
    const object = { class: "person", score: 0.5, box: { x: 0, y: 0, width: 1, height: 1 }, track: "7" };
    const good = run({ look: async () => [{ ...seen, objects: [object, { class: "car", score: 1 }] }] });
    good.made.picture(Uint8Array.of(1, 1), 2, 1, 0);
    await settle();
    assert.deepEqual(good.reports[0]?.objects?.[0], object);
    good.made.close();
    for (const wrong of [
      "person",
      [null],
      [{ ...object, class: 7 }],
      [{ ...object, score: "0.5" }],
      [{ ...object, track: 7 }],
      [{ ...object, box: null }],
      Array.from({ length: 257 }, () => object),
    ]) {
      const strange = { ...seen, objects: wrong } as unknown as DetectorReport;
      const bad = run({ look: async () => [strange] });
      for (let count = 0; count < 3; count += 1) {
        bad.made.picture(Uint8Array.of(1, 1), 2, 1, count * 200);
        await settle();
      }
      assert.deepEqual(bad.reports, []);
      assert.match(bad.made.figures(0).problem ?? "", /did not announce/, JSON.stringify(wrong).slice(0, 80));
      bad.made.close();
    }
  });

  it("passes on where something moved, the last word of an answer, and takes no word that is none", async () => {
    const activity: DetectorActivity = { kind: "activity", timeMs: 5, columns: 2, rows: 2, cells: "0110" };
    const good = run({ look: async () => [{ ...activity, cells: "1000" }, activity] });
    good.made.picture(Uint8Array.of(1, 1), 2, 1, 0);
    await settle();
    assert.deepEqual([good.activities, good.reports], [[activity], []]);
    good.made.close();
    for (const wrong of [
      { cells: "011" },
      { cells: "01x0" },
      { columns: 65 },
      { rows: 0 },
      { timeMs: Number.NaN },
    ]) {
      const bad = run({ look: async () => [{ ...activity, ...wrong }] });
      for (let count = 0; count < 3; count += 1) {
        bad.made.picture(Uint8Array.of(1, 1), 2, 1, count * 200);
        await settle();
      }
      assert.deepEqual(bad.activities, []);
      assert.match(bad.made.figures(0).problem ?? "", /did not announce/, JSON.stringify(wrong));
      bad.made.close();
    }
  });

  it("is awake by whatever it answers, and told of no silence while pictures are left out", async () => {
    const answers: DetectorAnswer[][] = [[], [{ kind: "wake" }], [], [{ kind: "end", type: "motion" }]];
    const { made, clock, reports, looks, told } = run({ look: async () => answers.shift() ?? [] });
    const awake: number[] = [];
    for (let count = 0; count < 4; count += 1) {
      made.picture(Uint8Array.of(1, 1), 2, 1, count * 200);
      await settle();
      awake.push(told.awake);
    }
    assert.deepEqual(awake, [0, 1, 1, 2]);
    assert.deepEqual(reports, [{ kind: "end", type: "motion" }]);
    for (let count = 0; count < 4; count += 1) {
      clock.advance(900);
      made.leftOut();
    }
    await settle();
    assert.equal(looks.length, 4, "no word of silence");
    clock.advance(2_000);
    await settle();
    assert.ok((looks[4]?.silentMs ?? 0) >= 1_000, "and one when nothing comes at all");
    made.close();
  });

  it("passes on what it sees, and nothing once it is closed", async () => {
    const seen: DetectorReport = { kind: "start", type: "motion", timeMs: 7 };
    const { made, reports, told } = run({ look: async () => [seen] });
    made.picture(Uint8Array.of(1, 1), 2, 1, 0);
    await settle();
    made.close();
    made.picture(Uint8Array.of(1, 1), 2, 1, 1_000);
    await settle();
    assert.deepEqual([reports, told.over, told.ended], [[seen], 1, 1]);
  });
});
