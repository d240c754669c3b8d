// The detectors that come with Nightjar on real clips whose truth is known (they are no part of the project; without them this
// is skipped): each at the size and rate at which the recorder shows it pictures.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { motionDetector } from "../../plugins/vca-motion/src/detector.ts";
import { tamperDetector } from "../../plugins/vca-scene/src/tamper-detector.ts";
import { eventsOf, reportsOf } from "../support/clip-events.ts";
import {
  agreementOf,
  BOTTLES,
  CARS,
  type ClipTruth,
  PERSONS,
  SLACK_SECONDS,
  type Span,
} from "../support/clip-truth.ts";
import { realClip, SPRAYED_SHARE } from "../support/detection-clips.ts";

const PEOPLE = "vtest-pets2009-480x360.mp4";
const skip = realClip(PERSONS.name) === undefined ? "the real clips are not at hand" : false;

/** Motion in a clip whose truth is known, as events of the recorder. */
async function seenIn(truth: ClipTruth) {
  const { reports, roundSeconds } = await reportsOf(motionDetector(), realClip(truth.name) ?? "", truth);
  const events = await eventsOf(reports);
  return { events, roundSeconds, agreement: agreementOf(truth, roundSeconds, events) };
}

function near(found: number, truth: number, what: string, slack = SLACK_SECONDS): void {
  assert.ok(Math.abs(found - truth) <= slack, `${what}: ${found} s, in truth ${truth} s`);
}

describe("motion on real clips", { skip, timeout: 600_000 }, () => {
  it("six people one after the other are six events a round, none split, none in the first five seconds", async () => {
    const { spans, rounds } = PERSONS;
    const { events, roundSeconds } = await seenIn(PERSONS);
    assert.equal(events.length, spans.length * rounds, JSON.stringify(events));
    for (const [index, { from, to }] of events.entries()) {
      const truth = spans[index % spans.length] as Span;
      const round = Math.floor(index / spans.length) * roundSeconds;
      near(from - round, truth.from, `begin of ${index}`);
      near(to - round, truth.to, `end of ${index}`);
    }
  });

  for (const [what, truth, least] of [
    ["the exposure that follows a car does not multiply its event", CARS, 3],
    ["what is taken away, or put back, is an event for as long as something moves, not longer", BOTTLES, 6],
  ] as const) {
    it(what, async () => {
      const { events, agreement } = await seenIn(truth);
      const { right, found, missed, split } = agreement;
      assert.deepEqual([right, missed, split], [events.length, 0, 0], JSON.stringify(events));
      assert.ok(found >= least, `${found} of ${agreement.truths} are found: ${JSON.stringify(events)}`);
    });
  }
});

describe("video tampering on real clips", { skip, timeout: 600_000 }, () => {
  // Real scenes, made worse by ffmpeg from 12 to 20 s.
  const FROM = 12;
  const TO = 20;
  const during = `enable='between(t,${FROM},${TO})'`;
  for (const [what, names, filter] of [
    ["a cover", [PERSONS.name, PEOPLE], `drawbox=x=0:y=0:w=iw:h=ih:color=0x303030:t=fill:${during},`],
    // Of a bare floor nothing can be covered or blurred: clips with detail.
    [
      "a spray over three fifths",
      [PERSONS.name, PEOPLE],
      `split[a][b];[b]crop=iw*${SPRAYED_SHARE}:ih:0:0,boxblur=18:3[c];[a][c]overlay=0:0:${during},`,
    ],
    ["darkness", [PERSONS.name, CARS.name], `eq=brightness=-0.9:${during},`],
  ] as const) {
    for (const name of names) {
      it(`${what} on ${name} is told of within 3 s, and over within 5 s after it has gone`, async () => {
        const { reports } = await reportsOf(tamperDetector(), realClip(name) ?? "", { filter });
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
    for (const name of [PERSONS.name, CARS.name, PEOPLE, "traffic-bgs-video03.mp4", "bottle-detection.mp4"]) {
      const { reports } = await reportsOf(tamperDetector(), realClip(name) ?? "");
      assert.deepEqual(reports, [], name);
    }
  });
});
