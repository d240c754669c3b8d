// Flows on a disk without room: what stands there stays, a deploy is refused, and messages go on.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { flowStorage, nodeRedStorage } from "../../../core/flows/flow-storage.ts";
import { LastNode, readLastNode } from "../../../core/flows/last-node.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";
import { noTemporaryVolume, temporaryVolume } from "../../../core/testing/temporary-volume.ts";

const DISK_BYTES = 64 * 1024;
const FIRST = [{ id: "a", type: "tab" }];
const SECOND = [{ id: "b", type: "tab" }];

function written(folder: string, name: string): unknown {
  return JSON.parse(readFileSync(join(folder, name), "utf8"));
}

describe("the storage of flows", () => {
  it("replaces flows and credentials as a whole, where Node-RED reads them", async () => {
    using dir = tempDir("nightjar-flows-");
    const storage = flowStorage(dir.path);
    for (const flows of [FIRST, SECOND]) await storage.saveFlows(flows);
    await storage.saveCredentials({ $: "sealed" });
    assert.deepEqual(written(dir.path, "flows.json"), SECOND);
    assert.deepEqual(written(dir.path, "flows_cred.json"), { $: "sealed" });
    assert.deepEqual(readdirSync(dir.path).sort(), ["flows.json", "flows_cred.json"]);
  });

  it("leaves all else to Node-RED's own", () => {
    using dir = tempDir("nightjar-flows-");
    const storage = nodeRedStorage(dir.path) as unknown as Record<string, unknown>;
    for (const name of [
      "init",
      "getFlows",
      "getCredentials",
      "getSettings",
      "saveSettings",
      "saveLibraryEntry",
    ])
      assert.equal(typeof storage[name], "function", name);
  });
});

describe("flows on a disk without room", { skip: noTemporaryVolume() }, () => {
  it("are refused, and those of before stay", async () => {
    using disk = await temporaryVolume({ sizeBytes: DISK_BYTES });
    const storage = flowStorage(disk.path);
    await storage.saveFlows(FIRST);
    await storage.saveCredentials({ $: "first" });
    disk.fill();
    const refused = { code: "NJ_FLOWS_NOT_SAVED", message: /its disk is full/ };
    await assert.rejects(storage.saveFlows(SECOND), refused);
    await assert.rejects(storage.saveCredentials({ $: "second" }), refused);
    assert.deepEqual(written(disk.path, "flows.json"), FIRST);
    assert.deepEqual(written(disk.path, "flows_cred.json"), { $: "first" });
    assert.deepEqual(readdirSync(disk.path).sort(), ["filler", "flows.json", "flows_cred.json"]);
    disk.unfill();
    await storage.saveFlows(SECOND);
    assert.deepEqual(written(disk.path, "flows.json"), SECOND);
  });

  it("cost no message for the record of the node that had it, which then names none", async () => {
    using disk = await temporaryVolume({ sizeBytes: DISK_BYTES });
    const file = join(disk.path, "last-node");
    const lastNode = new LastNode(file);
    disk.fill();
    lastNode.note({ id: "a", type: "function" });
    assert.equal(readLastNode(file), undefined);
    disk.unfill();
    lastNode.note({ id: "b", type: "function" });
    assert.deepEqual(readLastNode(file), { id: "b", type: "function" });
    lastNode.close();
  });
});
