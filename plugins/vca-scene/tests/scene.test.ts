// Tampering and loss: what raises them, how soon, what does not, and when they are over.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DetectorArea, DetectorReport } from "@nightjar/core";
import { lossDetector } from "../src/loss-detector.ts";
import { tamperDetector } from "../src/tamper-detector.ts";
import { covered, dark, scene, sprayed } from "./pictures.ts";

const { signal } = new AbortController();
type Picture = (size: { width: number; height: number }, atMs: number) => Uint8Array;

async function tampered(
  seconds: number,
  at: Picture,
  options: object = {},
  sensitivity = 50,
  area?: DetectorArea,
) {
  const detector = tamperDetector();
  const settings = {
    ...{ sensitivity, rules: [], options: { afterSeconds: 1.5, darkness: true, ...options } },
    ...(area === undefined ? {} : { area }),
  };
  await detector.begin({ watch: "w", camera: "yard", settings }, { signal });
  const { width, height, perSecond } = detector.frames;
  const reports: DetectorReport[] = [];
  for (let count = 0; count < seconds * perSecond; count += 1) {
    const timeMs = (1_000 * count) / perSecond;
    const look = { watch: "w", nowMs: timeMs, silentMs: 0, frame: { timeMs, width, height } };
    for (const report of await detector.look(look, { signal, luma: at({ width, height }, timeMs) }))
      if (report.kind !== "activity" && report.kind !== "wake")
        reports.push({ ...report, detail: { ...report.detail, toldMs: timeMs } });
  }
  return reports;
}

/** The scene, and something else from 10 to 16 s. */
const between =
  (other: Picture): Picture =>
  (size, atMs) =>
    atMs >= 10_000 && atMs < 16_000 ? other(size, atMs) : scene(size, atMs);

describe("video tampering", { timeout: 120_000 }, () => {
  for (const [what, other, name] of [
    ["a cover", covered, "covered"],
    ["a spray over three quarters", (size, atMs) => sprayed(size, atMs, 0.75), "blurred"],
    ["darkness", dark, "dark"],
  ] as const satisfies readonly (readonly [string, Picture, string])[]) {
    it(`is ${what}: told of within 3 s, and over within 5 s after it has gone`, async () => {
      const [begin, end, ...rest] = await tampered(24, between(other));
      assert.deepEqual([begin?.kind, begin?.detail?.["case"], end?.kind, rest], ["start", name, "end", []]);
      assert.ok(Math.abs((begin?.timeMs ?? 0) - 10_000) <= 500, "it is dated by its begin");
      assert.ok(Number(begin?.detail?.["toldMs"]) <= 13_000, `told at ${begin?.detail?.["toldMs"]}`);
      assert.ok(Number(end?.detail?.["toldMs"]) <= 21_000, `over at ${end?.detail?.["toldMs"]}`);
    });
  }

  it("is looked for within the area alone: what happens beside it is none, what happens to all of it is", async () => {
    const columns = (cells: string): DetectorArea => ({ columns: cells.length, rows: 1, cells });
    const quarter = between((size, atMs) => sprayed(size, atMs, 0.25));
    const most = between((size, atMs) => sprayed(size, atMs, 0.75));
    const kinds = async (at: Picture, area: DetectorArea) =>
      (await tampered(24, at, {}, 50, area)).map(({ kind }) => kind);
    assert.deepEqual(await kinds(quarter, columns("1000")), ["start", "end"]);
    assert.deepEqual(await kinds(most, columns("00001")), []);
    assert.deepEqual(await kinds(between(covered), columns("0")), []);
    assert.deepEqual(await kinds(between(dark), columns("01")), ["start", "end"]);
  });

  it("is not a quarter of the picture blurred, a slow dusk, or the dark where that was set", async () => {
    assert.deepEqual(
      await tampered(
        24,
        between((size, atMs) => sprayed(size, atMs, 0.25)),
      ),
      [],
    );
    const dusk: Picture = (size, atMs) =>
      scene(size, atMs).map((value) => value * Math.max(0.25, 1 - atMs / 60_000));
    assert.deepEqual(await tampered(60, dusk), []);
    assert.deepEqual(await tampered(24, between(dark), { darkness: false }), []);
    assert.deepEqual(await tampered(24, between(covered), {}, 0), []);
  });
});

describe("video tampering by key frames alone", () => {
  it("wakes at the first that shows it, and is told of within three seconds of it", async () => {
    const detector = tamperDetector();
    const settings = { sensitivity: 50, rules: [], options: { afterSeconds: 1.5, darkness: true } };
    await detector.begin({ watch: "w", camera: "yard", settings }, { signal });
    const { width, height } = detector.frames;
    const told: string[] = [];
    let everyMs = 500;
    for (let timeMs = 0; timeMs < 40_000; timeMs += everyMs) {
      const luma = (timeMs >= 30_100 ? covered : scene)({ width, height }, timeMs);
      const look = { watch: "w", nowMs: timeMs, silentMs: 0, frame: { timeMs, width, height } };
      const answers = await detector.look(look, { signal, luma });
      for (const answer of answers)
        told.push(`${answer.kind} ${timeMs}${"timeMs" in answer ? ` of ${answer.timeMs}` : ""}`);
      everyMs = timeMs < 10_000 || answers.length > 0 || timeMs > 32_000 ? 500 : 2_000;
    }
    // Covered right after a key frame, the worst of all moments.
    assert.deepEqual(told.slice(0, 3), ["wake 32000", "wake 32500", "start 33000 of 31250"]);
  });
});

describe("video loss", () => {
  async function lost(silences: readonly number[], afterSeconds = 5, sensitivity = 50) {
    const detector = lossDetector();
    const settings = { sensitivity, rules: [], options: { afterSeconds } };
    await detector.begin({ watch: "w", camera: "yard", settings }, { signal });
    const told: string[] = [];
    for (const [index, silentMs] of silences.entries()) {
      const nowMs = index * 1_000;
      const frame = silentMs === 0 ? { frame: { timeMs: nowMs, width: 16, height: 16 } } : {};
      const look = { watch: "w", nowMs, silentMs, ...frame };
      const luma = new Uint8Array(silentMs === 0 ? 256 : 0);
      for (const { kind, timeMs } of await detector.look(look, { signal, luma }))
        told.push(`${kind} ${timeMs}`);
    }
    return told;
  }

  it("begins when no picture has come for as long as was set, dated by the last one, and ends with the next", async () => {
    const silences = [0, 0, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 0, 0];
    assert.deepEqual(await lost(silences), ["start 1000", "end 8000"]);
    assert.deepEqual(await lost(silences, 2), ["start 1000", "end 8000"]);
    assert.deepEqual(await lost(silences, 10), []);
    assert.deepEqual(await lost(silences, 5, 0), []);
    assert.deepEqual(await lost([1_000, 4_000, 5_000, 0]), ["start -3000", "end 3000"], "also of the first");
  });

  it("does not end with the picture that the decoder held back since its begin, but with the one after", async () => {
    const detector = lossDetector();
    const settings = { sensitivity: 50, rules: [], options: { afterSeconds: 5 } };
    await detector.begin({ watch: "w", camera: "yard", settings }, { signal });
    const told: string[] = [];
    for (const [nowMs, silentMs, timeMs] of [
      [60_000, 0, 59_900],
      [66_000, 6_000, undefined],
      [70_000, 0, 60_100],
      [70_000, 0, 69_900],
      // A clock that was set back is no reason to wait for hours.
      [76_000, 6_000, undefined],
      [9_000, 0, 8_900],
    ] as const) {
      const frame = timeMs === undefined ? {} : { frame: { timeMs, width: 16, height: 16 } };
      for (const report of await detector.look(
        { watch: "w", nowMs, silentMs, ...frame },
        { signal, luma: new Uint8Array(256) },
      ))
        told.push(`${report.kind} ${"timeMs" in report ? report.timeMs : 0}`);
    }
    assert.deepEqual(told, ["start 60000", "end 69900", "start 70000", "end 8900"]);
  });
});
