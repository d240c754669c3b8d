// A child that cannot be ended, as one that waits for a disk inside the kernel: frozen here by a control group, in which even
// SIGKILL waits. Needs root and the freezer of control groups' first version.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { silentLog } from "../../../core/log.ts";
import { SupervisedChild } from "../../../core/supervisor/child.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";

const FREEZER = "/sys/fs/cgroup/freezer";
const skip =
  process.getuid?.() === 0 && existsSync(`${FREEZER}/cgroup.procs`)
    ? false
    : "needs root and the freezer of control groups";

/** Holds processes so that nothing ends them until it is undone. */
class Freezer {
  readonly #folder = `${FREEZER}/nightjar-test-${process.pid}`;

  constructor() {
    mkdirSync(this.#folder);
  }

  freeze(pid: number): void {
    writeFileSync(`${this.#folder}/cgroup.procs`, String(pid));
    writeFileSync(`${this.#folder}/freezer.state`, "FROZEN");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    writeFileSync(`${this.#folder}/freezer.state`, "THAWED");
    await waitFor(
      () => {
        try {
          rmdirSync(this.#folder);
          return true;
        } catch {
          return false;
        }
      },
      { what: "the end of what was frozen" },
    );
  }
}

describe("a process that hangs and cannot even be killed", { skip }, () => {
  for (const [name, ends] of [
    ["is left behind, and another one started beside it", false],
    ["does not hold up the end of the recorder", true],
  ] as const) {
    it(name, async () => {
      const dir = await mkdtemp(join(tmpdir(), "nightjar-left-"));
      await using freezer = new Freezer();
      const entry = join(dir, "child.mjs");
      await writeFile(
        entry,
        `setInterval(() => process.connected && process.send({ type: "alive" }), 50);
        process.send({ type: "ready", facts: { pid: process.pid } });
        process.on("message", ({ type }) => type === "stop" && process.exit(0));
        process.on("disconnect", () => process.exit(0));`,
      );
      const ready: number[] = [];
      const child = new SupervisedChild({
        role: "media",
        entry,
        args: [],
        env: process.env,
        log: silentLog,
        onReady: ({ pid }) => ready.push(Number(pid)),
        onChange: () => undefined,
        limits: { silenceMs: ends ? 600_000 : 500, leftAfterMs: 100 },
      });
      child.start();
      const [first = 0] = await waitFor(() => ready.length > 0 && ready);
      freezer.freeze(first);
      if (!ends) {
        await waitFor(() => ready.length > 1, { what: "another process" });
        assert.notEqual(ready[1], first);
        assert.equal(existsSync(`/proc/${first}`), true, "the first one is still there");
        assert.equal(child.status.status, "ready");
        assert.equal(child.status.pid, ready[1]);
      }
      await child.stop(100);
      assert.equal(child.status.status, "stopped");
      assert.equal(existsSync(`/proc/${first}`), true, "the first one is still there");
      await rm(dir, { recursive: true });
    });
  }
});
