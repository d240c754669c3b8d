// A plugin's process that is killed in its first milliseconds leaves nothing of the walls around it, which are being built
// just then.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, it } from "node:test";
import { confined, confinements } from "../../../../core/plugin/isolated/confinement.ts";
import { killWrapped } from "../../../../core/plugin/isolated/kill-wrapped.ts";

const ROUNDS = 80;
/** From a start to the plugin's first line takes some ten times as long. */
const STEP_MICROSECONDS = 75;
const GONE_MS = 5_000;
const WALLS = { network: false, reads: [], writes: [], cwd: "/" };

const wrapping = (await confinements(process.env["PATH"] ?? "")).filter(({ tool }) => tool !== undefined);

describe("a process that is killed while walls are built around it", {
  skip: wrapping.length > 0 ? false : "no program builds walls here",
}, () => {
  for (const way of wrapping) {
    it(`leaves nothing of them behind (${way.way})`, async () => {
      const { command, args } = confined(way, WALLS, ["-e", "setTimeout(() => undefined, 60_000)"]);
      const left: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const child = spawn(command, args, { stdio: ["ignore", "pipe", "ignore"], env: {}, detached: true });
        const { pid } = child;
        assert.ok(pid !== undefined);
        // Whoever is left holds the other end.
        const closed = once(child, "close", { signal: AbortSignal.timeout(GONE_MS) });
        child.stdout.resume();
        const untilMs = performance.now() + (round * STEP_MICROSECONDS) / 1_000;
        while (performance.now() < untilMs) {
          // Timers are too coarse for this.
        }
        killWrapped(pid);
        await closed.catch(() => left.push(round));
      }
      assert.deepEqual(left, [], "rounds that left something");
    });
  }
});
