// A child that the system cannot make a process of when it is to be started again: the supervisor lives on and tries again.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { it } from "node:test";
import { createLog } from "../../../core/log.ts";
import { SupervisedChild } from "../../../core/supervisor/child.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";

it("a process that cannot be made again is tried until it can", async () => {
  using dir = tempDir("nightjar-child-");
  const entry = dir.join("child.mjs");
  writeFileSync(
    entry,
    `process.send({ type: "ready", facts: { pid: process.pid } });
     process.on("message", ({ type }) => type === "stop" && process.exit(0));
     process.on("disconnect", () => process.exit(0));`,
  );
  const ready: number[] = [];
  const lines: string[] = [];
  const args: string[] = [];
  const child = new SupervisedChild({
    ...{ role: "media", entry, args, env: process.env },
    log: createLog({ destination: { write: (line) => void lines.push(line) } }),
    onReady: ({ pid }) => ready.push(Number(pid)),
    onChange: () => undefined,
    limits: { startAgainMs: 50 },
  });
  child.start();
  const [first = 0] = await waitFor(() => ready.length > 0 && ready);
  // No system takes this: forking throws, as without memory.
  args.push("\0");
  process.kill(first, "SIGKILL");
  const failed = () => lines.filter((line) => line.includes("and is tried again")).length;
  await waitFor(() => failed() > 1, { what: "two starts to fail" });
  assert.equal(child.status.status, "restarting");
  args.pop();
  await waitFor(() => ready.length > 1, { what: "another process" });
  await child.stop(1_000);
  assert.equal(child.status.status, "stopped");
});
