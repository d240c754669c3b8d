import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import {
  ASIDE_KEPT,
  BACKUPS_KEPT,
  backUpFlows,
  FLOWS_FILE,
  prepareFlowsFolder,
  setAsideIn,
  setUnreadableAside,
} from "../../../core/flows/flow-files.ts";
import { LastNode, readLastNode } from "../../../core/flows/last-node.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";

const START_MS = Date.UTC(2026, 0, 2, 3, 4, 5);
const ASIDE = "flows.unreadable-20260102T030405001Z.json";

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
    assert.deepEqual(aside, {
      file: ASIDE,
      reason: "not-json",
      copyAt: "2026-01-02T03:04:05.000Z",
    });
    assert.deepEqual(setAsideIn(aside), aside);
    assert.equal(readFileSync(dir.join(ASIDE), "utf8"), '[{"id":"ha');
    assert.equal(readFileSync(dir.join(FLOWS_FILE), "utf8"), '[{"id":"good"}]');
    assert.equal(readFileSync(dir.join("flows_cred.json"), "utf8"), '{"$":"old"}');
    assert.equal(await setUnreadableAside(dir.path, START_MS + 2), undefined, "the copy is well");
  });

  it("keeps the credentials of what it puts aside, and passes over copies that cannot be read", async () => {
    using dir = tempDir("nightjar-flows-");
    await prepareFlowsFolder(dir.path);
    writeFileSync(dir.join(FLOWS_FILE), '[{"id":"good"}]');
    await backUpFlows(dir.path, START_MS - 60_000);
    writeFileSync(dir.join("backups/20260102T030404000Z.json"), "[");
    writeFileSync(dir.join(FLOWS_FILE), '{"id":"no list"}');
    writeFileSync(dir.join("flows_cred.json"), '{"$":"newer"}');
    assert.deepEqual(await setUnreadableAside(dir.path, START_MS + 1), {
      file: ASIDE,
      reason: "not-flows",
      copyAt: "2026-01-02T03:03:05.000Z",
    });
    const credentials = ASIDE.replace(".json", ".credentials.json");
    assert.equal(readFileSync(dir.join(credentials), "utf8"), '{"$":"newer"}');
    assert.equal(readFileSync(dir.join(FLOWS_FILE), "utf8"), '[{"id":"good"}]');
  });

  it("says at each start that there is neither a copy nor a flow, until somebody deploys", async () => {
    using dir = tempDir("nightjar-flows-");
    await prepareFlowsFolder(dir.path);
    writeFileSync(dir.join(FLOWS_FILE), "");
    const told = { file: ASIDE, reason: "not-json" };
    assert.deepEqual(await setUnreadableAside(dir.path, START_MS + 1), told);
    assert.ok(!existsSync(dir.join(FLOWS_FILE)));
    assert.deepEqual(await setUnreadableAside(dir.path, START_MS + 2), told);
    writeFileSync(dir.join(FLOWS_FILE), "[]");
    await backUpFlows(dir.path, START_MS + 3);
    assert.equal(await setUnreadableAside(dir.path, START_MS + 4), undefined, "deployed");
    rmSync(dir.join(FLOWS_FILE));
    assert.equal(await setUnreadableAside(dir.path, START_MS + 5), undefined, "taken away by hand");
  });

  for (const isCopied of [true, false])
    it(`keeps the newest of what was put aside, ${isCopied ? "with" : "without"} a copy in its place, and touches nothing else`, async () => {
      using dir = tempDir("nightjar-flows-");
      await prepareFlowsFolder(dir.path);
      writeFileSync(dir.join(FLOWS_FILE), "[]");
      if (isCopied) await backUpFlows(dir.path, START_MS);
      writeFileSync(dir.join("flows.unreadable-by-hand.json"), "an owner's");
      const present = readdirSync(dir.path).length;
      for (let number = 1; number <= ASIDE_KEPT + 3; number += 1) {
        writeFileSync(dir.join(FLOWS_FILE), `spoilt ${number}`);
        writeFileSync(dir.join("flows_cred.json"), `sealed ${number}`);
        const told = await setUnreadableAside(dir.path, START_MS + number);
        assert.equal(readFileSync(dir.join(told?.file ?? ""), "utf8"), `spoilt ${number}`);
      }
      const aside = readdirSync(dir.path)
        .filter((name) => /-\d.*Z\./.test(name))
        .sort();
      assert.deepEqual(
        aside.map((name) => readFileSync(dir.join(name), "utf8")),
        [4, 5, 6, 7, 8].flatMap((number) => [`sealed ${number}`, `spoilt ${number}`]),
      );
      // Without a copy the flows are away; their credentials stay in either case.
      assert.equal(readdirSync(dir.path).length - aside.length, present + (isCopied ? 1 : 0));
    });

  it("copies credentials that have changed alone to the newest copy", async () => {
    using dir = tempDir("nightjar-flows-");
    await prepareFlowsFolder(dir.path);
    writeFileSync(dir.join(FLOWS_FILE), "[]");
    for (const [index, sealed] of ["old", "new"].entries()) {
      writeFileSync(dir.join("flows_cred.json"), `{"$":"${sealed}"}`);
      await backUpFlows(dir.path, START_MS + index);
    }
    assert.equal(readdirSync(dir.join("backups")).length, 2);
    assert.equal(
      readFileSync(dir.join("backups/20260102T030405000Z.credentials.json"), "utf8"),
      '{"$":"new"}',
    );
  });

  it("are believed to be aside only where they can be", () => {
    for (const told of [undefined, "flows.json", {}, { file: "../config.json", reason: "not-json" }])
      assert.equal(setAsideIn(told), undefined);
    assert.deepEqual(setAsideIn({ file: ASIDE, reason: "<b>", copyAt: "long ago", more: 1 }), {
      file: ASIDE,
      reason: "not-json",
    });
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
