// When a plugin that was just installed counts as one that runs.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PluginStatus } from "../../../../core/plugin/host/plugin-status.ts";
import { type PluginRunner, startProblem } from "../../../../core/plugin/install/start-check.ts";
import { FakeClock } from "../../../../core/testing/fake-clock.ts";

const NAME = "nightjar-camera-yard";
const LIMITS = { startMs: 10_000, settleMs: 1_000 };
const NEVER = new AbortController().signal;

function status(how: PluginStatus["status"], more: Partial<PluginStatus> = {}): PluginStatus {
  return {
    name: NAME,
    version: "1.1.0",
    displayName: "Yard",
    kind: "camera",
    status: how,
    errors: 0,
    restarts: 0,
    ...more,
  };
}

/** Looks at a plugin whose status changes at these moments; gives the verdict and when it came. */
async function judge(
  history: readonly (readonly [number, PluginStatus | undefined])[],
  options: { restartsBefore?: number; signal?: AbortSignal } = {},
): Promise<{ problem: string | undefined; atMs: number }> {
  const clock = new FakeClock();
  const beginMs = clock.monotonicMs();
  const runner: PluginRunner = {
    rescan: async () => undefined,
    restart: async () => undefined,
    list() {
      const now = history.findLast(([atMs]) => clock.monotonicMs() - beginMs >= atMs)?.[1];
      return now === undefined ? [] : [now];
    },
  };
  let over = false;
  const plugin = { name: NAME, version: "1.1.0", restartsBefore: options.restartsBefore ?? 0 };
  const verdict = startProblem(runner, plugin, clock, LIMITS, options.signal ?? NEVER).finally(() => {
    over = true;
  });
  verdict.catch(() => undefined);
  while (!over) {
    clock.advance(100);
    // The looks happen in the turns between.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { problem: await verdict, atMs: clock.monotonicMs() - beginMs };
}

describe("a plugin that was just installed", () => {
  it("is fine when it runs and goes on running", async () => {
    const { problem, atMs } = await judge([
      [0, status("restarting")],
      [2_000, status("running")],
    ]);
    assert.equal(problem, undefined);
    assert.ok(atMs >= 3_000 && atMs < 3_500, String(atMs));
  });

  it("is fine when its owner has disabled it", async () => {
    assert.equal((await judge([[0, status("disabled")]])).problem, undefined);
  });

  const bad: readonly (readonly [string, Parameters<typeof judge>[0], RegExp, number])[] = [
    ["failed", [[0, status("failed", { reason: "no entry" })]], /^no entry$/, 500],
    [
      "was refused",
      [[0, status("refused", { version: "", reason: "found elsewhere" })]],
      /^found elsewhere$/,
      500,
    ],
    [
      "ended at its start, without waiting for its next tries",
      [[500, status("restarting", { restarts: 1, reason: "it threw" })]],
      /^it threw$/,
      1_000,
    ],
    [
      "ran and ended",
      [
        [0, status("running")],
        [500, status("restarting", { restarts: 1, reason: "it ended with code 3" })],
      ],
      /^it ended with code 3$/,
      1_000,
    ],
    [
      "ran, ended and runs again",
      [
        [0, status("running")],
        [500, status("running", { restarts: 1 })],
      ],
      /ended soon after/,
      1_000,
    ],
    ["never says that it runs", [[0, status("restarting")]], /^it did not run within 10 s$/, 10_500],
    ["is not there", [[0, undefined]], /^it did not run within 10 s$/, 10_500],
    [
      "is still the old one",
      [[0, status("running", { version: "1.0.0" })]],
      /^it did not run within 10 s$/,
      10_500,
    ],
  ];
  for (const [what, history, reason, withinMs] of bad) {
    it(`is a failure when it ${what}`, async () => {
      const { problem, atMs } = await judge(history);
      assert.match(problem ?? "", reason);
      assert.ok(atMs <= withinMs, String(atMs));
    });
  }

  it("is not blamed for what its predecessor of the same version did", async () => {
    const { problem } = await judge([[0, status("running", { restarts: 3 })]], { restartsBefore: 3 });
    assert.equal(problem, undefined);
  });

  it("is waited for no longer when the job is given up", async () => {
    await assert.rejects(judge([[0, status("restarting")]], { signal: AbortSignal.abort() }), {
      code: "NJ_PLUGIN_JOB_CANCELLED",
    });
  });
});
