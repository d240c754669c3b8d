// Host keys that were accepted are known again, and private keys that were put into one line are read.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { tempDir } from "@nightjar/core/testing";
import { fingerprintOf, HostKeys } from "../src/host-keys.ts";
import { pemOf } from "../src/sftp-carrier.ts";

const PRINT = fingerprintOf(Buffer.from("a key"));

describe("host keys", () => {
  it("are known after a restart, by server and port", async () => {
    using dir = tempDir();
    const before = new HostKeys(dir.path);
    await before.open();
    assert.equal(before.get("nas.example", 22), undefined);
    await before.accept("NAS.example", 22, PRINT);
    const after = new HostKeys(dir.path);
    await after.open();
    assert.deepEqual([after.get("nas.example", 22), after.get("nas.example", 2_222)], [PRINT, undefined]);
  });

  it("are bounded, and nothing of a file that is none of ours", async () => {
    using dir = tempDir();
    const keys = new HostKeys(dir.path);
    for (let port = 1; port <= 101; port += 1) await keys.accept("nas.example", port, PRINT);
    assert.deepEqual([keys.get("nas.example", 1), keys.get("nas.example", 101)], [undefined, PRINT]);
    writeFileSync(dir.join("host-keys.json"), JSON.stringify({ "nas.example:22": "anything", "b:1": PRINT }));
    const after = new HostKeys(dir.path);
    await after.open();
    assert.deepEqual([after.get("nas.example", 22), after.get("b", 1)], [undefined, PRINT]);
  });
});

describe("a private key", () => {
  const body = Buffer.alloc(150, 7).toString("base64");
  const text = `-----BEGIN OPENSSH PRIVATE KEY-----\n${body.slice(0, 64)}\n${body.slice(64, 128)}\n${body.slice(128, 192)}\n${body.slice(192)}\n-----END OPENSSH PRIVATE KEY-----\n`;
  for (const [how, given] of [
    ["as it is", text],
    ["in one line", text.replaceAll("\n", "")],
    ["with blanks for lines", text.replaceAll("\n", " ")],
  ] as const)
    it(`is read ${how}`, () => assert.equal(pemOf(given), text));
  it("of another form is left to who knows it", () =>
    assert.equal(pemOf("PuTTY-User-Key-File-3"), "PuTTY-User-Key-File-3"));
});
