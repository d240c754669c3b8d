// Looking into tarballs that anybody may have made.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { readTarball } from "../../../../core/plugin/install/tarball-reader.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";
import { member } from "../../../support/tar-archive.ts";

const CARD = '{"name":"nightjar-camera-x"}';

async function read(bytes: Buffer): Promise<unknown> {
  using root = tempDir();
  writeFileSync(root.join("x.tgz"), bytes);
  const { card, integrity } = await readTarball(root.join("x.tgz"));
  assert.equal(integrity, `sha512-${createHash("sha512").update(bytes).digest("base64")}`);
  return card;
}

describe("a tarball (attack list A12)", () => {
  it("shows its card, wherever that stands and whatever comes before", async () => {
    const archives = [
      [member("package/package.json", CARD)],
      [member("anything/package.json", CARD)],
      [
        member("package/", "", "5"),
        member("package/a.js", "x".repeat(70_000)),
        member("package/package.json", CARD),
      ],
      [member("PaxHeader/x", "20 path=package/x.js", "x"), member("package/package.json", CARD)],
      [member("package/node_modules/a/package.json", "{}"), member("package/package.json", CARD)],
      [member("package/package.json", "", "2"), member("package/package.json", CARD)],
    ];
    for (const members of archives) {
      const end = Buffer.alloc(1024);
      assert.deepEqual(await read(gzipSync(Buffer.concat([...members, end]))), JSON.parse(CARD));
    }
  });

  const bad: readonly (readonly [string, Buffer, RegExp])[] = [
    ["is empty", Buffer.alloc(0), /holds no package\.json|cannot be read/],
    ["is no gzip file", Buffer.from("hello"), /cannot be read as a \.tgz file/],
    ["is cut off", gzipSync(member("package/a.js", "y".repeat(9_000))).subarray(0, 60), /cannot be read/],
    ["holds no archive", gzipSync(Buffer.from("hello")), /holds no package\.json/],
    ["holds noise", gzipSync(Buffer.alloc(5_000, 0xee)), /holds no package\.json/],
    ["has no card", gzipSync(member("package/index.js", "1")), /holds no package\.json/],
    [
      "has a card without end",
      gzipSync(member("package/package.json", CARD, "0", 2 ** 31)),
      /holds no package\.json/,
    ],
    ["has a card that is not JSON", gzipSync(member("package/package.json", "{")), /is not JSON/],
    [
      "has a card that is cut off",
      gzipSync(member("package/package.json", CARD, "0", 900)),
      /holds no package\.json/,
    ],
  ];
  for (const [what, bytes, reason] of bad) {
    it(`that ${what} is refused`, async () => {
      await assert.rejects(read(bytes), (error) => {
        assert.match(String(error), reason);
        return (error as { code?: string }).code === "NJ_PLUGIN_TARBALL";
      });
    });
  }

  const bombs: readonly (readonly [string, () => Buffer])[] = [
    [
      "swells a hundredfold behind its card",
      () =>
        Buffer.concat([
          member("package/package.json", CARD),
          member("package/a", "", "0", 2 ** 26),
          Buffer.alloc(2 ** 26),
        ]),
    ],
    [
      "holds more files than any plugin",
      () =>
        Buffer.concat([
          member("package/package.json", CARD),
          ...Array.from({ length: 10_001 }, (_, at) => member(`package/${at}`, "")),
        ]),
    ],
  ];
  for (const [what, make] of bombs) {
    it(`that ${what} is refused, although its card is fine`, async () => {
      await assert.rejects(read(gzipSync(make())), /unpacks to more than a plugin may hold/);
    });
  }

  it("of noise without end takes neither memory nor time", async () => {
    const noise = gzipSync(Buffer.alloc(2 ** 28, 0xee));
    const before = process.memoryUsage().arrayBuffers;
    const begin = performance.now();
    await assert.rejects(read(noise), { code: "NJ_PLUGIN_TARBALL" });
    assert.ok(performance.now() - begin < 20_000);
    assert.ok(process.memoryUsage().arrayBuffers - before < 2 ** 27);
  });

  it("that is a folder is refused", async () => {
    using root = tempDir();
    mkdirSync(root.join("x.tgz"));
    await assert.rejects(readTarball(root.join("x.tgz")), {
      code: "NJ_PLUGIN_TARBALL",
      message: /it is no file/,
    });
  });
});
