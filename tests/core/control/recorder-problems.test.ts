import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type ProblemCamera,
  type ProblemSources,
  RecorderProblems,
} from "../../../core/control/recorder-problems.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";

const CAMERA: ProblemCamera = {
  id: "yard",
  name: "Yard",
  enabled: true,
  state: { status: "online", since: "2026-01-01T00:00:00.000Z" },
  record: { mode: "continuous" },
  recording: { active: true },
};

function fixture(given: Partial<ProblemSources> = {}) {
  const clock = new FakeClock();
  clock.setWall(Date.UTC(2026, 5, 1));
  const sources = {
    clock,
    processes: () => [],
    configProblem: () => undefined,
    cameras: () => [],
    plugins: () => [],
    others: () => [],
    ...given,
  };
  const problems = new RecorderProblems(sources);
  const codes = () => problems.list([]).map(({ code, subject }) => `${code} ${subject ?? ""}`.trim());
  return { clock, problems, codes };
}

describe("what is wrong with the recorder", () => {
  it("names a process that ended while it is started again, and for ten minutes after", () => {
    let status: "restarting" | "ready" = "restarting";
    const endedMs = Date.UTC(2026, 5, 1) - 1_000;
    const { clock, codes, problems } = fixture({
      processes: () => [
        { role: "core", status: "ready", restarts: 0 },
        { role: "media", status, restarts: 1, lastExit: "ended by SIGKILL", lastExitAtMs: endedMs },
      ],
    });
    assert.deepEqual(codes(), ["process-restarting media"]);
    assert.match(problems.list([])[0]?.message ?? "", /media ended by SIGKILL/);
    assert.equal(problems.list([])[0]?.since, new Date(endedMs).toISOString());
    status = "ready";
    assert.deepEqual(codes(), ["process-restarted media"]);
    clock.advance(11 * 60_000);
    assert.deepEqual(codes(), []);
  });

  it("names a camera that is to be recorded and is not, once that lasts", () => {
    let camera: ProblemCamera = { ...CAMERA, recording: { active: false } };
    const { clock, codes } = fixture({ cameras: () => [camera] });
    assert.deepEqual(codes(), []);
    clock.advance(20_000);
    assert.deepEqual(codes(), ["recording-missing Yard"]);
    camera = CAMERA;
    assert.deepEqual(codes(), []);
    camera = { ...CAMERA, recording: { active: false } };
    assert.deepEqual(codes(), [], "it counts anew");
    clock.setWall(clock.wallMs() - 3_600_000);
    clock.advance(20_000);
    assert.deepEqual(codes(), ["recording-missing Yard"], "whatever the clock is set to");
    for (const fine of [
      { ...camera, enabled: false, state: { ...CAMERA.state, status: "disabled" } },
      { ...camera, record: { mode: "manual" } },
    ]) {
      camera = fine;
      clock.advance(60_000);
      assert.deepEqual(codes(), []);
    }
  });

  it("names cameras that are away, files that cannot be written, and a spoilt config.json, worst first", () => {
    const { problems } = fixture({
      configProblem: () => ({
        code: "NJ_CONFIG_INVALID",
        message: "config.json: /netwrok is not a known key",
      }),
      cameras: () => [
        {
          ...CAMERA,
          state: {
            status: "offline",
            reason: "wrong password",
            code: "auth",
            since: "2026-05-31T00:00:00.000Z",
          },
        },
        { ...CAMERA, id: "gate", name: "Gate", recording: { active: false, problem: "the volume is full" } },
      ],
      plugins: () => [{ displayName: "Far", status: "quarantined", reason: "it failed 5 times" }],
    });
    const list = problems.list([
      {
        id: "v",
        path: "/srv/video",
        status: "read-only",
        message: "the disk is read-only",
        since: "2026-05-01T00:00:00.000Z",
      },
    ]);
    assert.deepEqual(
      list.map(({ severity, code, subject }) => [severity, code, subject]),
      [
        ["error", "NJ_CONFIG_INVALID", "config.json"],
        ["error", "volume-read-only", "/srv/video"],
        ["error", "recording-stopped", "Gate"],
        ["warning", "camera-auth", "Yard"],
        ["warning", "plugin-quarantined", "Far"],
      ],
    );
    assert.deepEqual(
      [list[1]?.since, list[3]?.since, list[3]?.camera],
      ["2026-05-01T00:00:00.000Z", "2026-05-31T00:00:00.000Z", "yard"],
    );
  });

  it("names a clock that was never set, and one that jumped, for an hour", () => {
    const { clock, problems, codes } = fixture();
    problems.clockStepped({ stepMs: -2_000, atMs: clock.wallMs() });
    assert.deepEqual(codes(), [], "small steps are how a clock is kept right");
    problems.clockStepped({ stepMs: 7_200_000, atMs: clock.wallMs() });
    assert.deepEqual(codes(), ["clock-stepped"]);
    clock.advance(2 * 3_600_000);
    assert.deepEqual(codes(), []);
    problems.clockStepped({ stepMs: -86_400_000 * 365, atMs: clock.wallMs() });
    assert.match(problems.list([])[0]?.message ?? "", /back by 365 days/);
    clock.setWall(Date.UTC(1970, 0, 2));
    assert.deepEqual(codes(), ["clock-wrong"]);
  });

  it("tells of a clock that was never set once, not each time that it has gone on", () => {
    const { clock, problems } = fixture();
    clock.setWall(Date.UTC(1970, 0, 2));
    assert.equal(problems.hasChanged([]), true);
    const [first] = problems.list([]);
    clock.advance(60_000);
    assert.equal(problems.hasChanged([]), false);
    assert.deepEqual(problems.list([])[0], first);
  });

  it("remembers since when, and says once that something changed", () => {
    let camera: ProblemCamera = { ...CAMERA, recording: { active: false, problem: "no room" } };
    const { clock, problems } = fixture({ cameras: () => [camera] });
    assert.equal(problems.hasChanged([]), true);
    const since = problems.list([])[0]?.since;
    clock.advance(5_000);
    assert.equal(problems.hasChanged([]), false);
    assert.equal(problems.list([])[0]?.since, since);
    camera = CAMERA;
    assert.equal(problems.hasChanged([]), true);
    assert.equal(problems.hasChanged([]), false);
  });
});
