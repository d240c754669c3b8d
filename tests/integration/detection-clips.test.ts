// The detectors that come with Nightjar on real clips whose truth is known (they are no part of the project; without them this
// is skipped): each at the size and rate at which the recorder shows it pictures.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Detector, DetectorReport } from "../../core/plugin/contract/detector.ts";
import { detectorOptions } from "../../core/plugin/host/detector-options.ts";
import { motionDetector } from "../../plugins/vca-motion/src/detector.ts";
import { tamperDetector } from "../../plugins/vca-scene/src/tamper-detector.ts";
import { lumaOf, realClip } from "../support/detection-clips.ts";

const { signal } = new AbortController();
const PERSONS = "one-by-one-person-detection.mp4";
const PEOPLE = "vtest-pets2009-480x360.mp4";
const CARS = "car-detection.mp4";
const skip = realClip(PERSONS) === undefined ? "the real clips are not at hand" : false;
/** The merge window of events in these tests. */
const MERGE_MS = 2_000;
const SLACK_SECONDS = 1.5;

/** Shows a clip to a detector, `rounds` times one after the other; moments in seconds of the whole. */
async function seenIn(detector: Detector, name: string, rounds = 1, filter = "") {
  const settings = { sensitivity: 50, rules: [], options: detectorOptions(detector.configSchema, {}) };
  await detector.begin({ watch: "w", camera: "yard", settings }, { signal });
  const pictures = [...lumaOf(realClip(name) ?? "", detector.frames, filter)];
  const { width, height, perSecond } = detector.frames;
  const reports: (DetectorReport & { readonly toldSeconds: number })[] = [];
  for (let count = 0; count < rounds * pictures.length; count += 1) {
    const timeMs = Math.round((1_000 * count) / perSecond);
    const look = { watch: "w", nowMs: timeMs, silentMs: 0, frame: { timeMs, width, height } };
    const luma = pictures[count % pictures.length] as Uint8Array;
    for (const report of await detector.look(look, { signal, luma }))
      if (report.kind !== "activity" && report.kind !== "wake")
        reports.push({ ...report, toldSeconds: timeMs / 1_000 });
  }
  return { reports, roundSeconds: pictures.length / perSecond };
}

/** Events as the recorder makes them: what begins again within the merge window goes on. */
function eventsOf(reports: readonly DetectorReport[]): { from: number; to: number }[] {
  const events: { from: number; to: number }[] = [];
  for (const { kind, timeMs = 0 } of reports) {
    const last = events.at(-1);
    if (kind === "end" && last !== undefined) last.to = timeMs / 1_000;
    if (kind !== "start") continue;
    if (last !== undefined && timeMs - last.to * 1_000 <= MERGE_MS) last.to = Number.POSITIVE_INFINITY;
    else events.push({ from: timeMs / 1_000, to: Number.POSITIVE_INFINITY });
  }
  return events;
}

function near(found: number, truth: number, what: string, slack = SLACK_SECONDS): void {
  assert.ok(Math.abs(found - truth) <= slack, `${what}: ${found} s, in truth ${truth} s`);
}

describe("motion on real clips", { skip, timeout: 600_000 }, () => {
  it("six people one after the other are six events a round, none split, none in the first five seconds", async () => {
    const truth = [
      [6.4, 19.4],
      [22.8, 44.6],
      [50.6, 69.6],
      [74.6, 86.4],
      [92.8, 119.6],
      [123.8, 135.8],
    ] as const;
    const rounds = 2;
    const { reports, roundSeconds } = await seenIn(motionDetector(), PERSONS, rounds);
    const events = eventsOf(reports);
    assert.equal(events.length, truth.length * rounds, JSON.stringify(events));
    for (const [index, { from, to }] of events.entries()) {
      const [begin, end] = truth[index % truth.length] as readonly [number, number];
      const round = Math.floor(index / truth.length) * roundSeconds;
      near(from - round, begin, `begin of ${index}`);
      near(to - round, end, `end of ${index}`);
    }
  });

  it("the exposure that follows a car does not multiply its event", async () => {
    const { reports } = await seenIn(motionDetector(), CARS);
    const events = eventsOf(reports);
    // The second and the third car are there at the same time.
    assert.equal(events.length, 3, JSON.stringify(events));
    for (const [index, truth] of [4.3, 14.7, 25.3].entries())
      near(events[index]?.from ?? 0, truth, `car ${index}`);
  });
});

describe("video tampering on real clips", { skip, timeout: 600_000 }, () => {
  // Real scenes, made worse by ffmpeg from 12 to 20 s.
  const FROM = 12;
  const TO = 20;
  const during = `enable='between(t,${FROM},${TO})'`;
  for (const [what, names, filter] of [
    ["a cover", [PERSONS, PEOPLE], `drawbox=x=0:y=0:w=iw:h=ih:color=0x303030:t=fill:${during},`],
    // Of a bare floor nothing can be covered or blurred: clips with detail.
    [
      "a spray over two thirds",
      [PERSONS, PEOPLE],
      `split[a][b];[b]crop=iw*0.68:ih:0:0,boxblur=18:3[c];[a][c]overlay=0:0:${during},`,
    ],
    ["darkness", [PERSONS, CARS], `eq=brightness=-0.9:${during},`],
  ] as const) {
    for (const name of names) {
      it(`${what} on ${name} is told of within 3 s, and over within 5 s after it has gone`, async () => {
        const { reports } = await seenIn(tamperDetector(), name, 1, filter);
        const [begin, end] = reports;
        assert.deepEqual(
          [begin?.kind, end?.kind, reports.length],
          ["start", "end", 2],
          JSON.stringify(reports),
        );
        assert.ok((begin?.toldSeconds ?? 99) <= FROM + 3, `told at ${begin?.toldSeconds}`);
        assert.ok((end?.toldSeconds ?? 99) <= TO + 5, `over at ${end?.toldSeconds}`);
      });
    }
  }

  it("is none in clips that nobody touched", async () => {
    for (const name of [PERSONS, CARS, PEOPLE, "traffic-bgs-video03.mp4", "bottle-detection.mp4"]) {
      const { reports } = await seenIn(tamperDetector(), name);
      assert.deepEqual(reports, [], name);
    }
  });
});
