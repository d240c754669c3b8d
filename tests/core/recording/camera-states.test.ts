import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cameraId } from "../../../core/domain/ids.ts";
import { CameraStates } from "../../../core/recording/camera-states.ts";

const YARD = { camera: cameraId("yard"), stream: "main" as const };
const S = 90_000;

function recorded(): CameraStates {
  const states = new CameraStates();
  states.takeRecording({ ...YARD, recording: true, reasons: ["continuous"] });
  states.takeOpened({ ...YARD, startTime90k: 10 * S });
  return states;
}
const spanOf = (states: CameraStates) => {
  const { start90k, file90k } = states.openSpan(YARD) ?? {};
  return [start90k, file90k];
};

describe("what is being recorded and not in the index yet", () => {
  it("reaches back to a file that was closed a moment ago, until the index has it", () => {
    const states = recorded();
    assert.deepEqual(spanOf(states), [10 * S, 10 * S]);
    states.takeOpened({ ...YARD, startTime90k: 70 * S });
    assert.deepEqual(spanOf(states), [10 * S, 70 * S]);
    states.takeClosed({ ...YARD, startTime90k: 10 * S });
    assert.deepEqual(spanOf(states), [70 * S, 70 * S]);
    assert.deepEqual(
      states.openSpans({ cameras: [YARD.camera], stream: "main" }, 100 * S).map(({ end90k }) => end90k),
      [100 * S],
    );
  });

  it("forgets a file that was given up, however many follow", () => {
    const states = recorded();
    for (const start of [20, 30, 40]) states.takeOpened({ ...YARD, startTime90k: start * S });
    assert.deepEqual(spanOf(states), [30 * S, 40 * S]);
  });

  it("is nothing once the recording ends, or while the recorder is away", () => {
    const states = recorded();
    states.takeLink(1);
    assert.equal(states.openSpan(YARD), undefined);
    states.takeLink(undefined);
    assert.notEqual(states.openSpan(YARD), undefined);
    states.takeRecording({ ...YARD, recording: false, reasons: [] });
    assert.equal(states.openSpan(YARD), undefined);
    states.takeRecording({ ...YARD, recording: true, reasons: ["manual"] });
    assert.equal(states.openSpan(YARD), undefined);
  });
});
