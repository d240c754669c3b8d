// Flows and credentials that were spoilt: a good copy of them takes their place, also on a full disk, and is never spoilt itself.
import assert from "node:assert/strict";
import { linkSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import {
  ASIDE_KEPT,
  backUpFlows,
  prepareFlowsFolder,
  setUnreadableAside,
  takeCredentialsBack,
} from "../../../core/flows/flow-files.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";
import { noTemporaryVolume, temporaryVolume } from "../../../core/testing/temporary-volume.ts";

const START_MS = Date.UTC(2026, 0, 2, 3, 4, 5);
const COPY = "backups/20260102T030405000Z.json";
const COPY_CREDENTIALS = "backups/20260102T030405000Z.credentials.json";
const ASIDE = "flows.unreadable-20260102T030405001Z.json";
const ASIDE_CREDENTIALS = "flows.unreadable-20260102T030405001Z.credentials.json";
const GOOD = '[{"id":"good"}]';
const SEALED = '{"$":"sealed"}';
/** Cut off, emptied, not written by the file system, and something else altogether. */
const SPOILT = ['{"$":"sea', "", "\0".repeat(14), "[]", "null"];

interface Files {
  read(name: string): string;
  write(name: string, text: string): void;
  /** Those of flows alone. */
  names(): string[];
}

/** A folder with flows that were deployed and copied. */
async function deployed(folder: string): Promise<Files> {
  await prepareFlowsFolder(folder);
  const files: Files = {
    read: (name) => readFileSync(join(folder, name), "utf8"),
    write: (name, text) => writeFileSync(join(folder, name), text),
    names: () =>
      readdirSync(folder)
        .filter((name) => name.startsWith("flows"))
        .sort(),
  };
  files.write("flows.json", GOOD);
  files.write("flows_cred.json", SEALED);
  await backUpFlows(folder, START_MS);
  return files;
}

describe("credentials that cannot be read", () => {
  for (const spoilt of SPOILT) {
    const named = JSON.stringify(spoilt);

    it(`never take the place of a good copy of them: ${named}`, async () => {
      using dir = tempDir("nightjar-flows-");
      const files = await deployed(dir.path);
      files.write("flows_cred.json", spoilt);
      await backUpFlows(dir.path, START_MS + 1);
      assert.equal(files.read(COPY_CREDENTIALS), SEALED);
    });

    it(`never take the place of good ones, as a copy: ${named}`, async () => {
      using dir = tempDir("nightjar-flows-");
      const files = await deployed(dir.path);
      files.write(COPY_CREDENTIALS, spoilt);
      files.write("flows.json", "[");
      assert.equal((await setUnreadableAside(dir.path, START_MS + 1))?.file, ASIDE);
      assert.deepEqual([files.read("flows.json"), files.read("flows_cred.json")], [GOOD, SEALED]);
    });

    it(`are put aside, and those of the newest copy take their place: ${named}`, async () => {
      using dir = tempDir("nightjar-flows-");
      const files = await deployed(dir.path);
      assert.equal(await takeCredentialsBack(dir.path, START_MS + 1), undefined, "they are well");
      files.write("flows_cred.json", spoilt);
      const taken = await takeCredentialsBack(dir.path, START_MS + 1);
      const file = "flows_cred.unreadable-20260102T030405001Z.json";
      assert.deepEqual(taken, { file, copyAt: "2026-01-02T03:04:05.000Z" });
      assert.deepEqual([files.read("flows_cred.json"), files.read(file)], [SEALED, spoilt]);
      assert.deepEqual(files.names(), ["flows.json", "flows_cred.json", file]);
      assert.equal(await takeCredentialsBack(dir.path, START_MS + 2), undefined, "the copy is well");
    });
  }

  it("stay where the newest copy is of other flows, or its own cannot be read", async () => {
    using dir = tempDir("nightjar-flows-");
    const files = await deployed(dir.path);
    files.write("flows_cred.json", "");
    files.write("flows.json", '[{"id":"other"}]');
    assert.equal(await takeCredentialsBack(dir.path, START_MS + 1), undefined);
    files.write("flows.json", GOOD);
    files.write(COPY_CREDENTIALS, "{");
    assert.equal(await takeCredentialsBack(dir.path, START_MS + 1), undefined);
    assert.deepEqual(files.names(), ["flows.json", "flows_cred.json"]);
  });

  it("are kept aside, the newest of them", async () => {
    using dir = tempDir("nightjar-flows-");
    const files = await deployed(dir.path);
    for (let number = 1; number <= ASIDE_KEPT + 2; number += 1) {
      files.write("flows_cred.json", `spoilt ${number}`);
      await takeCredentialsBack(dir.path, START_MS + number);
    }
    const aside = files.names().filter((name) => name.startsWith("flows_cred.unreadable-"));
    assert.deepEqual(aside.map(files.read), ["spoilt 3", "spoilt 4", "spoilt 5", "spoilt 6", "spoilt 7"]);
  });
});

describe("a start with unreadable flows that comes to no end", () => {
  it("leaves nothing aside, and the next one finds all as it was", async () => {
    using dir = tempDir("nightjar-flows-");
    const files = await deployed(dir.path);
    files.write("flows.json", "[");
    files.write("flows_cred.json", '{"$":"newer"}');
    mkdirSync(dir.join("flows_cred.json.new"));
    await assert.rejects(setUnreadableAside(dir.path, START_MS));
    assert.deepEqual(files.names(), ["flows.json", "flows_cred.json", "flows_cred.json.new"]);
    rmdirSync(dir.join("flows_cred.json.new"));
    await setUnreadableAside(dir.path, START_MS + 1);
    assert.deepEqual(files.names(), ["flows.json", ASIDE_CREDENTIALS, ASIDE, "flows_cred.json"]);
    assert.deepEqual(
      [files.read(ASIDE_CREDENTIALS), files.read("flows_cred.json")],
      ['{"$":"newer"}', SEALED],
    );
  });

  it("may have left credentials without their flows, and drafts, which go", async () => {
    using dir = tempDir("nightjar-flows-");
    const files = await deployed(dir.path);
    files.write(ASIDE_CREDENTIALS, SEALED);
    files.write(`${ASIDE}.new`, "");
    // A link, if the process was killed on a full disk: nothing is written into the copy.
    linkSync(dir.join(COPY), dir.join("flows.json.new"));
    files.write("flows.of-an-owner.new", "");
    await setUnreadableAside(dir.path, START_MS + 2);
    assert.deepEqual(files.names(), ["flows.json", "flows.of-an-owner.new", "flows_cred.json"]);
    assert.equal(files.read(COPY), GOOD);
  });
});

describe("spoilt flows on a disk without room", { skip: noTemporaryVolume() }, () => {
  const DISK_BYTES = 64 * 1024;

  it("are put aside with their credentials, and the copy takes their place", async () => {
    using disk = await temporaryVolume({ sizeBytes: DISK_BYTES });
    const files = await deployed(disk.path);
    files.write("flows.json", "[");
    files.write("flows_cred.json", '{"$":"newer"}');
    disk.fill();
    assert.deepEqual(await setUnreadableAside(disk.path, START_MS + 1), {
      ...{ file: ASIDE, reason: "not-json", copyAt: "2026-01-02T03:04:05.000Z" },
    });
    assert.deepEqual(files.names(), ["flows.json", ASIDE_CREDENTIALS, ASIDE, "flows_cred.json"]);
    assert.deepEqual([files.read(ASIDE), files.read(ASIDE_CREDENTIALS)], ["[", '{"$":"newer"}']);
    assert.deepEqual([files.read("flows.json"), files.read("flows_cred.json")], [GOOD, SEALED]);
  });

  it("are spoilt once more without harm to the copy, after there was room again", async () => {
    using disk = await temporaryVolume({ sizeBytes: DISK_BYTES });
    const files = await deployed(disk.path);
    files.write("flows.json", "[");
    disk.fill();
    await setUnreadableAside(disk.path, START_MS + 1);
    await backUpFlows(disk.path, START_MS + 2);
    assert.equal(statSync(join(disk.path, COPY)).nlink, 2, "there is room for no other");
    disk.unfill();
    await backUpFlows(disk.path, START_MS + 3);
    // As an editor of text or `cp` does: into the file that stands.
    files.write("flows.json", "by hand");
    files.write("flows_cred.json", "by hand");
    assert.deepEqual([files.read(COPY), files.read(COPY_CREDENTIALS)], [GOOD, SEALED]);
  });

  it("come up with credentials that are taken back, too", async () => {
    using disk = await temporaryVolume({ sizeBytes: DISK_BYTES });
    const files = await deployed(disk.path);
    files.write("flows_cred.json", "[");
    disk.fill();
    const taken = await takeCredentialsBack(disk.path, START_MS + 1);
    assert.deepEqual([files.read("flows_cred.json"), files.read(taken?.file ?? "")], [SEALED, "["]);
  });

  it("leave no copy that is cut off", async () => {
    using disk = await temporaryVolume({ sizeBytes: DISK_BYTES });
    const files = await deployed(disk.path);
    files.write("flows.json", '[{"id":"newer"}]');
    files.write("flows_cred.json", '{"$":"newer"}');
    disk.fill();
    await assert.rejects(backUpFlows(disk.path, START_MS + 1), { code: "ENOSPC" });
    assert.equal(readdirSync(join(disk.path, "backups")).length, 2);
    files.write("flows.json", GOOD);
    await assert.rejects(backUpFlows(disk.path, START_MS + 1), { code: "ENOSPC" });
    assert.deepEqual([files.read(COPY), files.read(COPY_CREDENTIALS)], [GOOD, SEALED]);
  });
});
