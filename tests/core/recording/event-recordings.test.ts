import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { silentLog } from "../../../core/log.ts";
import type { MediaMethodsForCore } from "../../../core/media/protocol.ts";
import { EventRecordings, type RecordingCause } from "../../../core/recording/event-recordings.ts";
import type { RecordedCamera } from "../../../core/recording/recorded-camera.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { camera, GATE, NOON, SECOND, YARD } from "./sample-segments.ts";

type Told = { readonly method: string; readonly params: Record<string, unknown> };

describe("recording on events", () => {
  let told: Told[];
  let cameras: RecordedCamera[];
  let clock: FakeClock;
  let recordings: EventRecordings;

  beforeEach(() => {
    told = [];
    clock = new FakeClock(NOON / 90);
    cameras = [camera(YARD, { mode: "event" }), camera(GATE, { mode: "event" })];
    recordings = new EventRecordings({
      clock,
      log: silentLog,
      cameras: () => cameras,
      media: {
        request: (async (method: keyof MediaMethodsForCore, params: Record<string, unknown>) => {
          told.push({ method, params });
        }) as never,
      },
    });
  });

  const cause = (changed: Partial<RecordingCause> = {}): RecordingCause => ({
    eventId: 7,
    type: "motion",
    camera: YARD,
    eventTime90k: NOON,
    until90k: NOON + 600 * SECOND,
    ...changed,
  });
  const recorded = () => told.map(({ params }) => params["camera"]);

  it("tells media in the same turn: the moment of the picture, until when with what comes after, and why", () => {
    recordings.take(cause());
    assert.deepEqual(told, [
      {
        method: "trigger",
        params: {
          camera: YARD,
          stream: "main",
          trigger: {
            id: "event-7",
            eventTime90k: NOON,
            until90k: NOON + 605 * SECOND,
            reasons: ["motion"],
          },
        },
      },
    ]);
  });

  it("ends a recording the chosen time after the event, and then asks for it no longer", () => {
    cameras = [camera(YARD, { mode: "event", postRecordSeconds: 30 })];
    recordings.take(cause());
    recordings.take(cause({ until90k: NOON + 10 * SECOND }));
    assert.deepEqual(told.at(-1), {
      method: "endTrigger",
      params: { camera: YARD, stream: "main", id: "event-7", until90k: NOON + 40 * SECOND },
    });
    assert.equal(recordings.triggers()[0]?.until90k, NOON + 40 * SECOND);
    clock.advance(40_000);
    assert.deepEqual(recordings.triggers(), []);
  });

  it("goes on as long as before where the clock is set meanwhile, back or forward", () => {
    for (const stepSeconds of [-3_600, 3_600]) {
      clock.setWall(NOON / 90 + 1_000);
      recordings.take(cause({ eventId: stepSeconds, until90k: NOON + 10 * SECOND }));
      clock.setWall(NOON / 90 + 1_000 + stepSeconds * 1_000);
      recordings.clockStepped();
      const set = recordings.triggers().find(({ id }) => id === `event-${stepSeconds}`);
      assert.deepEqual(
        [set?.eventTime90k, set?.until90k],
        [NOON + stepSeconds * SECOND, NOON + (15 + stepSeconds) * SECOND],
      );
    }
  });

  it("leaves alone what began after the clock was set and before that was found out", () => {
    clock.setWall(NOON / 90 - 3_600_000);
    const eventTime90k = NOON - 3_600 * SECOND;
    recordings.take(cause({ eventTime90k, until90k: eventTime90k + 10 * SECOND }));
    recordings.clockStepped();
    assert.deepEqual(
      recordings.triggers().map((trigger) => [trigger.eventTime90k, trigger.until90k]),
      [[eventTime90k, eventTime90k + 15 * SECOND]],
    );
  });

  it("forgets nothing that goes on where the clock was set forward and that is not found out yet", () => {
    recordings.take(cause({ until90k: NOON + 10 * SECOND }));
    clock.setWall(NOON / 90 + 3_600_000);
    assert.equal(recordings.triggers().length, 1);
    recordings.clockStepped();
    assert.equal(recordings.triggers()[0]?.until90k, NOON + (3_600 + 15) * SECOND);
    clock.advance(16_000);
    assert.deepEqual(recordings.triggers(), []);
  });

  it("records a linked camera for the events of another, and not the other way round", () => {
    cameras = [camera(YARD, { mode: "event" }), camera(GATE, { mode: "event", eventCameras: [YARD] })];
    recordings.take(cause());
    assert.deepEqual(recorded(), [YARD, GATE]);
    told = [];
    recordings.take(cause({ eventId: 8, camera: GATE }));
    assert.deepEqual(recorded(), [GATE]);
  });

  it("marks what is recorded all the time, and leaves alone what is recorded by hand, never, or of no camera", () => {
    cameras = [
      camera(YARD),
      camera(GATE, { mode: "manual", eventCameras: [YARD] }),
      camera("shed" as typeof YARD, { mode: "off", eventCameras: [YARD] }),
    ];
    recordings.take(cause());
    assert.deepEqual(recorded(), [YARD]);
    recordings.take(cause({ eventId: 8, camera: undefined }));
    recordings.take(cause({ eventId: 9, type: "exception-camera-link" }));
    assert.equal(told.length, 1);
  });

  it("says of alarm inputs and tills what they are, as the timeline shows them", () => {
    for (const [eventId, type] of [
      [8, "alarm-input"],
      [9, "pos"],
    ] as const)
      recordings.take(cause({ eventId, type }));
    assert.deepEqual(
      told.map(({ params }) => (params["trigger"] as { reasons: string[] }).reasons),
      [["alarm"], ["pos"]],
    );
  });

  it("records only for the types that were chosen; none chosen are all", () => {
    cameras = [
      camera(YARD, { mode: "event", eventTypes: ["line-crossing"] }),
      camera(GATE, { mode: "event", eventTypes: [], eventCameras: [YARD] }),
    ];
    recordings.take(cause());
    assert.deepEqual(recorded(), [GATE]);
    recordings.take(cause({ eventId: 8, type: "line-crossing" }));
    assert.deepEqual(recorded(), [GATE, YARD, GATE]);
    assert.deepEqual(
      told.slice(1, 2).map(({ params }) => (params["trigger"] as { reasons: string[] }).reasons),
      [["event"]],
    );
  });

  it("holds at most 64 events of a camera: a storm makes the recording longer, not the memory larger", () => {
    for (let eventId = 1; eventId <= 1_000; eventId += 1)
      recordings.take(cause({ eventId, until90k: NOON + eventId * SECOND }));
    const triggers = recordings.triggers();
    assert.equal(triggers.length, 64);
    assert.equal(Math.max(...triggers.map(({ until90k }) => until90k ?? 0)), NOON + 1_005 * SECOND);
  });

  it("records a camera that is asked for by name, unless it is switched off", () => {
    const byHand = camera(GATE, { mode: "manual" });
    cameras = [byHand];
    recordings.take(cause());
    assert.deepEqual(recorded(), []);
    assert.equal(recordings.record(byHand, 7, 20), true);
    assert.deepEqual(recorded(), [GATE]);
    recordings.take(cause({ until90k: NOON + SECOND }));
    assert.equal(recordings.triggers()[0]?.until90k, NOON + 21 * SECOND, "it ends as the event does");
    assert.equal(recordings.record(camera(GATE, { mode: "off" }), 7, 20), false);
    assert.equal(recordings.record({ ...byHand, enabled: false }, 7, 20), false);
    assert.equal(recordings.record(byHand, 8, 20), false, "nobody knows the event");
  });
});
