import assert from "node:assert/strict";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { createLog, silentLog } from "../../../core/log.ts";
import { pruneUpgradeCopies } from "../../../core/system/upgrade-copies.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";

describe("copies of before upgrades", () => {
  it("stay as far as the newest three of each kind, by their version and not by their name", async () => {
    using dir = tempDir();
    const kept = [
      ...[9, 10, 11].map((version) => `nightjar.db.v${version}.backup`),
      ...[2, 3, 4].map((version) => `config.v${version}.backup.json`),
      "nightjar.db.v12.set-aside",
    ];
    const old = ["nightjar.db.v2.backup", "nightjar.db.v8.backup", "config.v1.backup.json"];
    const others = ["nightjar.db", "config.json", "config.last-good.json", "nightjar.db.v1.backup.mine"];
    for (const name of [...kept, ...old, ...others]) writeFileSync(dir.join(name), "");
    const lines: string[] = [];
    const log = createLog({ destination: { write: (line) => lines.push(line) } });
    await pruneUpgradeCopies(dir.path, log);
    assert.deepEqual(readdirSync(dir.path).sort(), [...kept, ...others].sort());
    for (const name of old)
      assert.ok(
        lines.some((line) => line.includes(name)),
        name,
      );
  });

  it("that cannot be deleted hold nobody up", async () => {
    using dir = tempDir();
    for (const version of [1, 2, 3, 4]) mkdirSync(dir.join(`config.v${version}.backup.json`));
    await pruneUpgradeCopies(dir.path, silentLog);
    assert.equal(readdirSync(dir.path).length, 4);
  });
});
