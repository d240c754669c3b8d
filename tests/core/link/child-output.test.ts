// What a child writes comes whole and in order, ends are closed, and nothing of it stays in the folder.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { describe, it } from "node:test";
import { childOutput } from "../../../core/link/child-output.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";

describe("a child's output", () => {
  it("comes in order and whole, of two children at once, and leaves nothing in its folder", async () => {
    using dir = tempDir();
    const outputs = await Promise.all([childOutput(dir.path), childOutput(dir.path)]);
    assert.deepEqual(readdirSync(dir.path), []);
    const came = await Promise.all(
      outputs.map(async (output, index) => {
        const pieces: Buffer[] = [];
        output.onBytes((bytes) => pieces.push(Buffer.from(bytes)));
        const child = spawn("sh", ["-c", `seq ${index} 60000`], {
          stdio: ["ignore", output.childEnd, "ignore"],
        });
        output.childEnd.destroy();
        const [code] = await once(child, "exit");
        assert.equal(code, 0);
        const last = `\n60000\n`;
        return waitFor(() => {
          const whole = Buffer.concat(pieces).toString();
          return whole.endsWith(last) ? whole : undefined;
        });
      }),
    );
    for (const [index, whole] of came.entries())
      assert.equal(whole, Array.from({ length: 60_001 - index }, (_, at) => `${at + index}\n`).join(""));
    for (const output of outputs) output.close();
  });

  it("gives nothing more once it is closed, and its child no place to write to", async () => {
    using dir = tempDir();
    const output = await childOutput(dir.path);
    output.onBytes(() => assert.fail("it is closed"));
    const child = spawn("sh", ["-c", "read line; exec yes"], { stdio: ["pipe", output.childEnd, "ignore"] });
    output.close();
    child.stdin?.end("begin\n");
    const [code, signal] = await once(child, "exit");
    assert.ok(signal === "SIGPIPE" || code === 1, `${code} ${signal}`);
  });

  it("says why there can be none", async () => {
    await assert.rejects(childOutput("/nowhere/at/all"), /listen E/);
  });
});
