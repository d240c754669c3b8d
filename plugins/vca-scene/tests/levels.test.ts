// The manual's levels of video tampering, low, middle and high: what each of them takes for it, and what only a keener one does.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { tamperDetector } from "../src/tamper-detector.ts";
import { covered, dark, scene, sprayed } from "./pictures.ts";

const { signal } = new AbortController();
type Picture = (size: { width: number; height: number }, atMs: number) => Uint8Array;

/** As the page of detection saves them. */
const LEVELS = { low: 25, middle: 50, high: 75 } as const;
const spray =
  (share: number): Picture =>
  (size, atMs) =>
    sprayed(size, atMs, share);

/** Ten seconds of the scene, then ten of something else: what begins. */
async function begun(sensitivity: number, other: Picture): Promise<unknown[]> {
  const detector = tamperDetector();
  const settings = { sensitivity, rules: [], options: { afterSeconds: 1.5, darkness: true } };
  await detector.begin({ watch: "w", camera: "yard", settings }, { signal });
  const { width, height, perSecond } = detector.frames;
  const cases: unknown[] = [];
  for (let count = 0; count < 20 * perSecond; count += 1) {
    const timeMs = (1_000 * count) / perSecond;
    const luma = (timeMs < 10_000 ? scene : other)({ width, height }, timeMs);
    const look = { watch: "w", nowMs: timeMs, silentMs: 0, frame: { timeMs, width, height } };
    for (const answer of await detector.look(look, { signal, luma }))
      if (answer.kind === "start") cases.push(answer.detail?.["case"]);
  }
  return cases;
}

describe("video tampering by its level", { timeout: 120_000 }, () => {
  for (const [what, other, name, levels] of [
    ["a cover over all of it", covered, "covered", ["low", "middle", "high"]],
    ["a spray over three quarters", spray(0.75), "blurred", ["low", "middle", "high"]],
    ["a spray over half", spray(0.5), "blurred", ["middle", "high"]],
    ["a spray over three eighths", spray(0.375), "blurred", ["high"]],
    ["a spray over a quarter", spray(0.25), "blurred", []],
  ] as const satisfies readonly (readonly [string, Picture, string, readonly (keyof typeof LEVELS)[]])[]) {
    it(`takes ${what} for it at ${levels.length === 0 ? "none" : levels.join(", ")}`, async () => {
      for (const [level, sensitivity] of Object.entries(LEVELS)) {
        const isDue = levels.some((one) => one === level);
        assert.deepEqual(await begun(sensitivity, other), isDue ? [name] : [], level);
      }
    });
  }

  it("takes nothing for it at 0", async () => {
    for (const other of [covered, dark, spray(0.75)]) assert.deepEqual(await begun(0, other), []);
  });
});
