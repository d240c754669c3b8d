// Flows on a disk without room: what stands there stays, a deploy is refused, and messages go on.
import assert from "node:assert/strict";
import { linkSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { type FlowStorage, flowStorage, nodeRedStorage } from "../../../core/flows/flow-storage.ts";
import { LastNode, readLastNode } from "../../../core/flows/last-node.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";
import { noTemporaryVolume, temporaryVolume } from "../../../core/testing/temporary-volume.ts";

const DISK_BYTES = 64 * 1024;
const FIRST = [{ id: "a", type: "tab" }];
const SECOND = [{ id: "b", type: "tab" }];

const REFUSED = { code: "NJ_FLOWS_NOT_SAVED", message: /its disk is full/ };

/** As Node-RED deploys: credentials, where they are others than before, and then the flows. */
async function deploy(storage: FlowStorage, flows: unknown, credentials?: unknown): Promise<void> {
  if (credentials !== undefined) await storage.saveCredentials(credentials);
  await storage.saveFlows(flows);
}

function storageOf(folder: string): FlowStorage {
  return flowStorage(folder, async () => written(folder, "flows_cred.json"));
}

function written(folder: string, name: string): unknown {
  return JSON.parse(readFileSync(join(folder, name), "utf8"));
}

describe("the storage of flows", () => {
  it("replaces flows and credentials as a whole, where Node-RED reads them", async () => {
    using dir = tempDir("nightjar-flows-");
    const storage = storageOf(dir.path);
    for (const flows of [FIRST, SECOND]) await deploy(storage, flows, { $: "sealed" });
    assert.deepEqual(written(dir.path, "flows.json"), SECOND);
    assert.deepEqual(written(dir.path, "flows_cred.json"), { $: "sealed" });
    assert.deepEqual(readdirSync(dir.path).sort(), ["flows.json", "flows_cred.json"]);
  });

  it("writes into no file that stands, nor into what a killed process left beside it", async () => {
    using dir = tempDir("nightjar-flows-");
    const storage = storageOf(dir.path);
    await deploy(storage, FIRST);
    for (const name of ["copy", "flows.json.new"]) linkSync(dir.join("flows.json"), dir.join(name));
    await deploy(storage, SECOND);
    assert.deepEqual([written(dir.path, "flows.json"), written(dir.path, "copy")], [SECOND, FIRST]);
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
    const storage = storageOf(disk.path);
    await deploy(storage, FIRST, { $: "first" });
    disk.fill();
    await assert.rejects(deploy(storage, SECOND), REFUSED);
    assert.deepEqual(written(disk.path, "flows.json"), FIRST);
    assert.deepEqual(readdirSync(disk.path).sort(), ["filler", "flows.json", "flows_cred.json"]);
    disk.unfill();
    await deploy(storage, SECOND);
    assert.deepEqual(written(disk.path, "flows.json"), SECOND);
  });

  it("keep a password that was deployed with them for the next deploy, which brings it no more", async () => {
    using disk = await temporaryVolume({ sizeBytes: DISK_BYTES });
    const storage = storageOf(disk.path);
    await deploy(storage, FIRST, { $: "old" });
    disk.fill();
    await assert.rejects(deploy(storage, SECOND, { $: "new" }), REFUSED);
    await assert.rejects(deploy(storage, SECOND), REFUSED);
    assert.deepEqual(written(disk.path, "flows_cred.json"), { $: "old" });
    disk.unfill();
    await deploy(storage, SECOND);
    assert.deepEqual(written(disk.path, "flows_cred.json"), { $: "new" });
  });

  it("leave the credentials of before where there is room for the new ones alone", async () => {
    using disk = await temporaryVolume({ sizeBytes: DISK_BYTES });
    const storage = storageOf(disk.path);
    await deploy(storage, FIRST, { a: "of a node that goes" });
    // A page or two: enough for credentials, not for flows.
    disk.fill(8 * 1024);
    const many = Array.from({ length: 400 }, (_, index) => ({ id: `n${index}`, type: "tab" }));
    await assert.rejects(deploy(storage, many, {}), REFUSED);
    assert.deepEqual(written(disk.path, "flows.json"), FIRST);
    assert.deepEqual(written(disk.path, "flows_cred.json"), { a: "of a node that goes" });
    assert.deepEqual(readdirSync(disk.path).sort(), ["filler", "flows.json", "flows_cred.json"]);
  });

  it("are over, with their credentials, once Node-RED has loaded those of before", async () => {
    using disk = await temporaryVolume({ sizeBytes: DISK_BYTES });
    const storage = storageOf(disk.path);
    await deploy(storage, FIRST, { $: "old" });
    disk.fill();
    await assert.rejects(deploy(storage, SECOND, { $: "refused" }), REFUSED);
    disk.unfill();
    assert.deepEqual(await storage.getCredentials(), { $: "old" });
    await deploy(storage, SECOND);
    assert.deepEqual(written(disk.path, "flows_cred.json"), { $: "old" });
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

  it("leave a node that is handed the next message, too, in the record once there is room", async () => {
    using disk = await temporaryVolume({ sizeBytes: DISK_BYTES });
    const file = join(disk.path, "last-node");
    const lastNode = new LastNode(file);
    const node = { id: "a", type: "function" };
    disk.fill();
    lastNode.note(node);
    disk.unfill();
    lastNode.note(node);
    assert.deepEqual(readLastNode(file), node);
    lastNode.close();
  });
});
