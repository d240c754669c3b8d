// Pairs of pieces through a real pipe: whatever the sizes, and whether or not the other end keeps up, they come out as they went
// in, although what they lay in is used again at once.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { describe, it } from "node:test";
import { writeTogether } from "../../../core/analysis/write-together.ts";

const SIZES = [0, 1, 117, 4_000, 65_000, 65_535, 65_536, 300_000];

describe("pairs that are written together", () => {
  it("come out in order and whole, also where the other end is behind", async () => {
    const child = spawn("cat", { stdio: ["pipe", "pipe", "inherit"] });
    const sent = createHash("sha256");
    const come = createHash("sha256");
    const [first, second] = [Buffer.alloc(300_000), Buffer.alloc(300_000)];
    let sentBytes = 0;
    // Nobody reads yet: the pipes fill up, and the rest waits.
    for (const round of [1, 2, 3]) {
      for (const [index, size] of SIZES.entries()) {
        const pair = [
          first.fill(round * 16 + index).subarray(0, size),
          second.fill(255 - index).subarray(0, 117),
        ];
        for (const piece of pair) sent.update(piece);
        sentBytes += size + 117;
        writeTogether(child.stdin, pair[0] as Buffer, pair[1] as Buffer);
      }
    }
    first.fill(0);
    second.fill(0);
    assert.ok(child.stdin.writableLength > 0, "it is behind");
    let comeBytes = 0;
    child.stdout.on("data", (bytes: Buffer) => {
      come.update(bytes);
      comeBytes += bytes.length;
    });
    child.stdin.end();
    await once(child, "close");
    assert.equal(comeBytes, sentBytes);
    assert.equal(come.digest("hex"), sent.digest("hex"));
  });

  it("come out whole one by one, where the other end keeps up", async () => {
    const child = spawn("cat", { stdio: ["pipe", "pipe", "inherit"] });
    const pieces: Buffer[] = [];
    child.stdout.on("data", (bytes: Buffer) => pieces.push(bytes));
    for (const value of [1, 2, 3]) {
      writeTogether(child.stdin, Buffer.alloc(100, value), Buffer.alloc(1_000, value + 10));
      await once(child.stdout, "data");
    }
    child.stdin.end();
    await once(child, "close");
    const expected = [1, 2, 3].flatMap((value) => [
      Buffer.alloc(100, value),
      Buffer.alloc(1_000, value + 10),
    ]);
    assert.ok(Buffer.concat(pieces).equals(Buffer.concat(expected)));
  });
});
