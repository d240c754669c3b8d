// A supervised process ends when it is told to or its supervisor is gone, also while it still waits for another process.
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { afterEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { ChildMessage } from "../../../core/supervisor/child-protocol.ts";
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

describe("a core that cannot read a file of its data directory", () => {
  const spoilt = [
    ["config.json", '{ "colour": "red" }', "NJ_CONFIG_INVALID"],
    ["config.json", "{", "NJ_CONFIG_INVALID"],
    ["secrets.json", "{", "NJ_SECRETS_UNREADABLE"],
  ] as const;
  for (const [name, text, code] of spoilt) {
    it(`says with its last words that ${name} holding ${text} has to be mended, and ends`, async () => {
      using dir = tempDir("nightjar-spoilt-");
      mkdirSync(dir.join("run"));
      writeFileSync(dir.join(name), text);
      const child = fork(MAIN, ["process", "core", "--data", dir.path], {
        stdio: ["ignore", "ignore", "ignore", "ipc"],
      });
      const messages: ChildMessage[] = [];
      child.on("message", (message: ChildMessage) => messages.push(message));
      await Promise.all([once(child, "exit"), once(child, "disconnect")]);
      assert.equal(child.exitCode, 1);
      const failed = messages.find((message) => message.type === "failed");
      assert.deepEqual([failed?.failure.code, failed?.failure.file], [code, dir.join(name)]);
    });
  }
});
