// Memory that a burst took goes back to the system: by the process itself, with what the supervisor tells Node, and by the thread
// that has written the pictures.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { GiveBack } from "../../../../core/media/process/give-back.ts";
import { nodeArguments, nodeEnvironment } from "../../../../core/supervisor/process-contract.ts";

const MB = 1024 * 1024;
const BURST = fileURLToPath(new URL("./burst.ts", import.meta.url));

describe("memory that a burst took", () => {
  it("is collected here and by whoever has written it, once there is enough of it", () => {
    const freed = [40 * MB, 0, 40 * MB, 10 * MB];
    const collected: string[] = [];
    const memory = new GiveBack(
      { trim: () => freed.shift() ?? 0 },
      () => ["yard", "gate"].map((volume) => ({ giveBack: () => collected.push(volume) })),
      () => collected.push("here"),
    );
    memory.tick();
    memory.tick();
    assert.deepEqual(collected, [], "stopping the loop is not worth 40 MB");
    memory.tick();
    assert.deepEqual(collected, ["yard", "gate", "here"]);
    memory.tick();
    assert.equal(collected.length, 3);
  });

  it("goes back to the system from a process that is told what media is told", {
    skip: process.platform === "linux" ? false : "what a process holds is asked of Linux",
  }, () => {
    const said = execFileSync(process.execPath, [...nodeArguments("media"), BURST], {
      env: { ...process.env, ...nodeEnvironment("media") },
      encoding: "utf8",
    });
    const { beforeMb, burstMb, afterMb } = JSON.parse(said) as Record<string, number>;
    assert.ok((burstMb ?? 0) > (beforeMb ?? 0) + 180, `a burst of 200 MB is one: ${said}`);
    assert.ok((afterMb ?? Number.NaN) < (beforeMb ?? 0) + 40, `and is gone afterwards: ${said}`);
  });
});
