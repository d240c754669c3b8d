import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { planStreams, recordsStream } from "../../../core/recording/planner.ts";
import { camera, GATE, OTHER_VOLUME, VOLUME, YARD } from "./sample-segments.ts";

const NOW_MS = Date.UTC(2026, 2, 1, 12, 34, 56);
const HOUR_MS = 3_600_000;

function plan(input: Partial<Parameters<typeof planStreams>[0]>) {
  return planStreams({ cameras: [], volumes: [VOLUME], triggers: [], nowMs: NOW_MS, ...input });
}

const trigger = {
  camera: YARD,
  id: "manual",
  eventTime90k: NOW_MS * 90,
  until90k: null,
  reasons: ["manual" as const],
};

describe("planning streams", () => {
  it("records the main stream of a continuous camera for two days ahead and holds its sub-stream for viewers", () => {
    const [main, sub] = plan({ cameras: [camera(YARD)] });
    assert.deepEqual(main, {
      camera: YARD,
      stream: "main",
      source: { kind: "rtsp", url: "rtsp://192.0.2.1/yard", transport: "auto" },
      audio: false,
      volumes: [VOLUME],
      intervals: [
        {
          startMs: Date.UTC(2026, 2, 1, 12),
          endMs: Date.UTC(2026, 2, 1, 12) + 48 * HOUR_MS,
          reasons: ["continuous"],
        },
      ],
      recordsOnEvents: false,
      triggers: [],
      preRecordSeconds: 0,
      segmentSeconds: 60,
    });
    assert.deepEqual([sub?.stream, sub?.volumes, sub?.intervals], ["sub", [], []]);
  });

  it("writes to the volumes in the order of the camera's own place, where it has one", () => {
    const places = new Map([[GATE, [OTHER_VOLUME, VOLUME]]]);
    const streams = plan({ cameras: [camera(YARD), camera(GATE)], volumes: [VOLUME, OTHER_VOLUME], places });
    assert.deepEqual(
      streams.map(({ volumes }) => volumes),
      [[VOLUME, OTHER_VOLUME], [], [OTHER_VOLUME, VOLUME], []],
    );
  });

  it("makes equal plans within the hour, so that nothing is sent twice", () => {
    const cameras = [camera(YARD)];
    assert.deepEqual(plan({ cameras }), plan({ cameras, nowMs: NOW_MS + 20 * 60_000 }));
    assert.notDeepEqual(plan({ cameras }), plan({ cameras, nowMs: NOW_MS + HOUR_MS }));
  });

  it("records a manual camera only by its triggers, with what came before", () => {
    const cameras = [camera(YARD, { mode: "manual" }), camera(GATE, { mode: "manual" })];
    const [main, , gate] = plan({ cameras, triggers: [trigger] });
    assert.deepEqual([main?.intervals, main?.volumes, main?.preRecordSeconds], [[], [VOLUME], 5]);
    assert.deepEqual(main?.triggers, [
      { id: "manual", eventTime90k: NOW_MS * 90, until90k: null, reasons: ["manual"] },
    ]);
    assert.deepEqual(gate?.triggers, []);
  });

  it("records a camera on events by its triggers alone, and all the time when nobody can tell it of events", () => {
    const [main, sub] = plan({ cameras: [camera(YARD, { mode: "event" })] });
    assert.deepEqual(
      [main?.intervals, main?.volumes, main?.recordsOnEvents, main?.preRecordSeconds],
      [[], [VOLUME], true, 5],
    );
    assert.equal(sub?.recordsOnEvents, false);
  });

  it("leaves out triggers that are over", () => {
    const cameras = [camera(YARD, { mode: "manual" })];
    const over = { ...trigger, until90k: NOW_MS * 90 };
    assert.deepEqual(plan({ cameras, triggers: [over] })[0]?.triggers, []);
  });

  it("holds the streams of a camera that is switched off without recording them, and none of a disabled one", () => {
    const off = plan({ cameras: [camera(YARD, { mode: "off" })], triggers: [trigger] });
    assert.deepEqual(
      off.map((stream) => [stream.volumes, stream.intervals, stream.triggers]),
      [
        [[], [], []],
        [[], [], []],
      ],
    );
    assert.deepEqual(plan({ cameras: [{ ...camera(YARD), enabled: false }] }), []);
  });

  for (const [streams, recorded] of [
    ["main", ["main"]],
    ["sub", ["sub"]],
    ["both", ["main", "sub"]],
  ] as const) {
    it(`records ${recorded.join(" and ")} for "${streams}"`, () => {
      const planned = plan({ cameras: [camera(YARD, { streams })] });
      const names = planned.filter((stream) => stream.volumes.length > 0).map((stream) => stream.stream);
      assert.deepEqual(names, recorded);
    });
  }

  it("records the main stream of a camera without the sub-stream that is asked for", () => {
    const { main } = camera(YARD).streams;
    const single = { ...camera(YARD, { streams: "sub" }), streams: main === undefined ? {} : { main } };
    assert.equal(recordsStream(single, "main"), true);
    assert.equal(recordsStream(single, "sub"), false);
  });

  it("keeps the length of files within its bounds", () => {
    const lengths = [1, 10, 300, 999].map(
      (segmentSeconds) => plan({ cameras: [camera(YARD, { segmentSeconds })] })[0]?.segmentSeconds,
    );
    assert.deepEqual(lengths, [10, 10, 300, 300]);
  });
});
