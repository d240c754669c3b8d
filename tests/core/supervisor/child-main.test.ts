// A supervised process ends when it is told to or its supervisor is gone, also while it still waits for another process.
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync } from "node:fs";
import { afterEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { tempDir } from "../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";

const MAIN = fileURLToPath(new URL("../../../core/main.ts", import.meta.url));

describe("a gateway that waits for a core which never comes", () => {
  const clean: (() => void)[] = [];
  afterEach(() => {
    for (const action of clean.splice(0)) action();
  });

  /** Starts one, and waits until it gives signs of life. */
  async function gateway(): Promise<ChildProcess> {
    const dir = tempDir("nightjar-orphan-");
    mkdirSync(dir.join("run"));
    const child = fork(MAIN, ["process", "gateway", "--data", dir.path, "--log-level", "error"], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    clean.push(() => {
      child.kill("SIGKILL");
      dir.remove();
    });
    await once(child, "message");
    return child;
  }

  for (const [what, act] of [
    ["its supervisor is gone", (child: ChildProcess) => child.disconnect()],
    ["it is told to stop", (child: ChildProcess) => void child.send({ type: "stop" })],
    ["it is terminated", (child: ChildProcess) => void child.kill("SIGTERM")],
  ] as const) {
    it(`ends when ${what}`, async () => {
      const child = await gateway();
      const pid = child.pid ?? 0;
      act(child);
      await waitFor(() => !existsSync(`/proc/${pid}`) || child.exitCode !== null, {
        deadlineMs: 20_000,
        periodMs: 50,
        what: "its end",
      });
      assert.equal(child.exitCode, 0);
    });
  }
});
