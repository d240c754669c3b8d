// What flows are allowed: nothing unless it is said; what is left out then, what stands in its place, and the walls for it.
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { barredTypes, excludedFiles, NOTHING_ALLOWED } from "../../../core/flows/allowed.ts";
import { BarredNodes, type NodeMaker } from "../../../core/flows/barred-nodes.ts";
import { notedTypes, noteTypes } from "../../../core/flows/contributed-nodes.ts";
import { nodeRedSettings } from "../../../core/flows/node-red-settings.ts";
import { readAllowed } from "../../../core/flows/read-allowed.ts";
import { silentLog } from "../../../core/log.ts";
import { flowsWalls } from "../../../core/supervisor/flows-walls.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";

const ALL = { programs: true, folders: ["/srv/share"], modules: true };

describe("what flows are allowed", () => {
  it("is nothing where nothing is said, or what is said cannot be read", () => {
    for (const text of [undefined, "", "{}", "null", '{"programs":"yes","folders":[],"modules":true}'])
      assert.deepEqual(readAllowed(text), NOTHING_ALLOWED, String(text));
    assert.deepEqual(readAllowed(JSON.stringify(ALL)), ALL);
  });

  it("decides which nodes there are; those that open ports are never", () => {
    assert.deepEqual(excludedFiles(ALL), ["31-tcpin.js", "32-udp.js"]);
    assert.deepEqual(barredTypes(ALL), []);
    assert.deepEqual(barredTypes(NOTHING_ALLOWED), ["exec", "file", "file in", "watch"]);
    assert.deepEqual(barredTypes({ ...NOTHING_ALLOWED, programs: true }), ["file", "file in", "watch"]);
    assert.equal(excludedFiles(NOTHING_ALLOWED).length, 5);
  });

  it("decides what Node-RED installs and loads", () => {
    const made = (allowed: typeof ALL) => {
      const options = { folder: "/f", credentialKey: "k", isSafe: false, log: silentLog };
      const { externalModules } = nodeRedSettings({ ...options, allowed, findBroker: async () => undefined });
      return (externalModules as { palette: object; autoInstall: boolean }).palette;
    };
    assert.deepEqual(made(ALL), { allowInstall: true, allowUpload: false, allowUpdate: true });
    assert.deepEqual(made({ ...ALL, modules: false }), {
      ...{ allowInstall: false, allowUpload: false, allowUpdate: false },
      ...{ allowList: ["node-red-contrib-nightjar"], denyList: ["*"] },
    });
  });

  it("opens a wall for each folder that core has found, and for programs; never for native code and threads", () => {
    using dir = tempDir();
    mkdirSync(dir.join("share"));
    const folders = [dir.join("share")];
    const opened = flowsWalls(dir.join("data"), { programs: true, folders, modules: true });
    const closed = flowsWalls(dir.join("data"), NOTHING_ALLOWED);
    assert.deepEqual(
      opened.filter((one) => !closed.includes(one)),
      [
        `--allow-fs-read=${dir.join("share")}`,
        `--allow-fs-write=${dir.join("share")}`,
        "--allow-child-process",
        "--allow-fs-read=/bin/bash",
      ],
    );
    assert.ok(closed.includes("--permission") && !closed.some((one) => /child|worker|addons/.test(one)));
  });
});

describe("nodes that are not allowed", () => {
  it("stand in their places, say so, and do nothing", async () => {
    const made = new Map<string, (this: never, config: object) => void>();
    const badges: string[] = [];
    const maker: NodeMaker = {
      // As Node-RED does, which has `inject` of its own.
      registerType: (_set, type, make) => {
        if (made.has(type) || type === "inject") throw new Error(`${type} already registered`);
        made.set(type, make);
      },
      createNode: (node, config) => void Object.assign(node, config),
    };
    const barred = new BarredNodes();
    barred.bar(maker, ["exec", "inject", "exec"]);
    assert.deepEqual([...made.keys()], ["exec"], "what is there stays");
    const node = Object.assign(new EventEmitter(), {
      status: ({ text }: { text: string }) => void badges.push(text),
    });
    made.get("exec")?.call(node as never, { id: "n1", type: "exec", name: "Call" });
    assert.deepEqual(barred.nodes, [{ id: "n1", type: "exec", name: "Call" }]);
    assert.match(String(badges[0]), /status\.barred$/);
    const refused = await new Promise((done) => node.emit("input", {}, () => undefined, done));
    assert.match(String(refused), /exec: the recorder does not allow this/);
    await new Promise<void>((done) => node.emit("close", done));
    assert.deepEqual(barred.nodes, []);
  });

  it("are known by the types that modules had, as far as the file can be read", async () => {
    using dir = tempDir();
    assert.deepEqual(await notedTypes(dir.path), []);
    await noteTypes(dir.path, [
      { module: "node-red", types: ["inject"] },
      { module: "node-red-contrib-nightjar", types: ["nj-event"] },
      { module: "@scope/dashboard", types: ["ui-text", "ui-text"] },
      { module: "another", types: ["inject"], err: "type_already_registered" },
    ]);
    assert.deepEqual(await notedTypes(dir.path), ["ui-text"]);
    for (const text of ["{", '{"a":1}', '[7,{"x":1}]']) {
      writeFileSync(dir.join("contributed-types.json"), text);
      assert.deepEqual(await notedTypes(dir.path), [], text);
    }
  });
});
