import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import {
  BACKUPS_KEPT,
  backUpFlows,
  FLOWS_FILE,
  prepareFlowsFolder,
  setUnreadableAside,
} from "../../../core/flows/flow-files.ts";
import { LastNode, readLastNode } from "../../../core/flows/last-node.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";

const START_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

describe("files of flows", () => {
  it("makes the key of credentials once, for its owner alone", async () => {
    using dir = tempDir("nightjar-flows-");
    const key = await prepareFlowsFolder(dir.path);
    assert.match(key, /^[0-9a-f]{64}$/);
    assert.equal(await prepareFlowsFolder(dir.path), key);
    assert.equal(statSync(dir.join("credential-key")).mode & 0o777, 0o600);
  });

  it("copies flows that have changed, credentials with them, and keeps the newest", async () => {
    using dir = tempDir("nightjar-flows-");
    await prepareFlowsFolder(dir.path);
    for (let number = 0; number < BACKUPS_KEPT + 3; number += 1) {
      writeFileSync(dir.join(FLOWS_FILE), JSON.stringify([{ id: `n${number}` }]));
      writeFileSync(dir.join("flows_cred.json"), `{"$":"${number}"}`);
      await backUpFlows(dir.path, START_MS + number);
      await backUpFlows(dir.path, START_MS + 500 + number);
    }
    const names = readdirSync(dir.join("backups")).sort();
    const copies = names.filter((name) => !name.includes("credentials"));
    assert.equal(copies.length, BACKUPS_KEPT);
    assert.equal(names.length, 2 * BACKUPS_KEPT);
    const newest = join(dir.join("backups"), copies.at(-1) ?? "");
    assert.match(readFileSync(newest, "utf8"), /n22/);
    assert.equal(readFileSync(newest.replace(".json", ".credentials.json"), "utf8"), '{"$":"22"}');
  });

  it("puts flows aside that cannot be read, and takes the newest copy that can", async () => {
    using dir = tempDir("nightjar-flows-");
    await prepareFlowsFolder(dir.path);
    assert.equal(await setUnreadableAside(dir.path, START_MS), undefined, "there are none yet");
    writeFileSync(dir.join(FLOWS_FILE), '[{"id":"good"}]');
    writeFileSync(dir.join("flows_cred.json"), '{"$":"old"}');
    await backUpFlows(dir.path, START_MS);
    assert.equal(await setUnreadableAside(dir.path, START_MS), undefined);
    // Cut off by a power failure.
    writeFileSync(dir.join(FLOWS_FILE), '[{"id":"ha');
    writeFileSync(dir.join("flows_cred.json"), "");
    const aside = await setUnreadableAside(dir.path, START_MS + 1);
    assert.equal(aside, "flows.unreadable-20260102T030405001Z.json");
    assert.equal(readFileSync(dir.join(aside ?? ""), "utf8"), '[{"id":"ha');
    assert.equal(readFileSync(dir.join(FLOWS_FILE), "utf8"), '[{"id":"good"}]');
    assert.equal(readFileSync(dir.join("flows_cred.json"), "utf8"), '{"$":"old"}');
  });
});

describe("the last node", () => {
  it("is known to the next process, and only the last", () => {
    using dir = tempDir("nightjar-flows-");
    const file = dir.join("last-node");
    const record = new LastNode(file);
    assert.equal(readLastNode(file), undefined);
    record.note({ id: "a", type: "function", name: "A long name that must not shine through", z: "tab" });
    record.note({ id: "b", type: "switch" });
    record.close();
    assert.deepEqual(readLastNode(file), { id: "b", type: "switch" });
  });

  it("is cut to a bounded record of printable text", () => {
    using dir = tempDir("nightjar-flows-");
    const file = dir.join("last-node");
    const record = new LastNode(file);
    record.note({
      id: "x".repeat(999),
      type: "y".repeat(999),
      name: `${"ü".repeat(99)}\n${"z".repeat(999)}`,
    });
    record.close();
    assert.ok(statSync(file).size <= 512);
    const node = readLastNode(file);
    assert.deepEqual([node?.id.length, node?.type.length, node?.name], [32, 64, `${"ü".repeat(99)} `]);
    assert.equal(readLastNode(dir.join("none")), undefined);
  });
});
