// What one camera tells is heard over and over, through losses, and what it does not confirm after one is over.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CameraEvents } from "../../../core/cameras/camera-events.ts";
import { NightjarError } from "../../../core/errors.ts";
import { silentLog } from "../../../core/log.ts";
import type { CameraReport, PulledEvents } from "../../../core/plugin/contract/camera-abilities.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";

const motion = (phase: "begin" | "end"): CameraReport => ({ kind: "event", type: "motion", phase });
const tamper = (phase: "begin" | "end"): CameraReport => ({ kind: "event", type: "tamper", phase });
const away = new NightjarError("NJ_X", "unavailable", "it does not answer");

function listening(answers: (PulledEvents | Error)[], events = true) {
  const clock = new FakeClock();
  const told: CameraReport[] = [];
  const sessions: (string | undefined)[] = [];
  const ended: string[] = [];
  let asked = 0;
  const heard = new CameraEvents({
    ...{ camera: "gate", clock, log: silentLog },
    control: {
      capabilities: async () => {
        asked += 1;
        return { events };
      },
      pullEvents: async (_camera, { session }) => {
        sessions.push(session);
        const answer = answers.shift();
        if (answer instanceof Error) throw answer;
        if (answer !== undefined) return answer;
        return await new Promise<never>(() => undefined);
      },
      endEvents: async (_camera, session) => void ended.push(session),
    },
    told: (report) => void told.push(report),
  });
  heard.start();
  /** Goes on until so many answers were asked for. */
  const pulled = async (count: number): Promise<void> => {
    await waitFor(() => {
      if (sessions.length >= count) return true;
      clock.advance(60_000);
      return false;
    });
  };
  return { heard, clock, told, sessions, ended, pulled, asked: () => asked };
}

describe("the events of a camera", () => {
  it("are told once as they begin and end, and moments and contacts each time", async () => {
    const crossed: CameraReport = { kind: "event", type: "line-crossing", phase: "moment" };
    const input: CameraReport = { kind: "input", input: "1", closed: true };
    const { told, sessions, pulled } = listening([
      { session: "s", reports: [motion("end"), input] },
      { session: "s", reports: [motion("begin"), motion("begin"), crossed, crossed] },
      { session: "s", reports: [motion("end"), motion("end"), input] },
    ]);
    await pulled(4);
    assert.deepEqual(told, [input, motion("begin"), crossed, crossed, motion("end"), input]);
    assert.deepEqual(sessions, [undefined, "s", "s", "s"]);
  });

  it("that a camera does not confirm after it was away are over, those that it confirms go on", async () => {
    const { told, pulled } = listening([
      { session: "a", reports: [motion("begin"), tamper("begin")] },
      away,
      { session: "b", reports: [] },
      { session: "b", reports: [motion("begin")] },
    ]);
    await pulled(5);
    assert.deepEqual(told, [motion("begin"), tamper("begin"), tamper("end")]);
  });

  it("are over when the camera stays away", async () => {
    const { told, pulled } = listening([
      { session: "a", reports: [motion("begin")] },
      ...Array.from({ length: 6 }, () => away),
    ]);
    await pulled(7);
    assert.deepEqual(told, [motion("begin"), motion("end")]);
  });

  it("are asked for with growing pauses after failures, up to a minute", async () => {
    const { clock, sessions, asked } = listening(Array.from({ length: 20 }, () => away));
    await waitFor(() => sessions.length === 1);
    for (const [index, pauseMs] of [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000].entries()) {
      clock.advance(pauseMs - 1);
      await Promise.resolve();
      assert.equal(sessions.length, index + 1);
      clock.advance(1);
      await waitFor(() => sessions.length === index + 2);
    }
    // Each time anew: the camera may be another one now.
    assert.equal(asked(), sessions.length);
  });

  it("are asked for once a second of a camera that answers at once that there are none", async () => {
    const none = { session: "s", reports: [] };
    const { clock, sessions, heard } = listening([none, { session: "s", reports: [motion("begin")] }, none]);
    await waitFor(() => sessions.length === 1 && clock.pending === 1);
    for (const [index, pauseMs] of [100, 100, 1_000].entries()) {
      clock.advance(pauseMs - 1);
      await Promise.resolve();
      assert.equal(sessions.length, index + 1);
      clock.advance(1);
      await waitFor(() => sessions.length === index + 2 && (index === 2 || clock.pending === 1));
    }
    heard.stop(true);
  });

  it("are not pulled from a camera that has none, which is asked again later", async () => {
    const { clock, sessions, asked, heard } = listening([], false);
    await waitFor(() => asked() === 1);
    clock.advance(9 * 60_000);
    assert.equal(asked(), 1);
    await waitFor(() => {
      clock.advance(60_000);
      return asked() === 2;
    });
    assert.deepEqual(sessions, []);
    heard.stop(true);
    clock.advance(3_600_000);
    assert.equal(asked(), 2);
  });

  it("are over when nobody listens any more, and the device is told", async () => {
    const { heard, told, ended, pulled } = listening([{ session: "a", reports: [motion("begin")] }]);
    await pulled(2);
    heard.stop(true);
    assert.deepEqual(told, [motion("begin"), motion("end")]);
    assert.deepEqual(ended, ["a"]);
  });

  it("are left to the next process where the recorder ends", async () => {
    const { heard, told, pulled } = listening([{ session: "a", reports: [motion("begin")] }]);
    await pulled(2);
    heard.stop(false);
    assert.deepEqual(told, [motion("begin")]);
  });
});
