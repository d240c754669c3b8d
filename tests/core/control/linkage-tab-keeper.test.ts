// The tab "Alarm linkage" and the rules as one: what a person deploys changes the rules, nothing else does. Against a server that
// keeps flows and their revisions as Node-RED does.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { describe, it, type TestContext } from "node:test";
import { ConfigStore } from "../../../core/config/config-store.ts";
import type { LinkageRule } from "../../../core/config/linkage-config.ts";
import { LinkageTabKeeper } from "../../../core/control/linkage-tab-keeper.ts";
import { LINKAGE_TAB_ID, type StoredNode, ticksOf } from "../../../core/flows/linkage-tab.ts";
import { silentLog } from "../../../core/log.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";

const RULE: LinkageRule = {
  ...{ id: "gate", name: "Gate", types: ["motion"] },
  actions: [
    { action: "record", settings: {} },
    { action: "capture", settings: {} },
  ],
};
const [RECORD = "", CAPTURE = ""] = ticksOf(RULE).map(({ id }) => id);

async function setUp(t: TestContext) {
  const dir = tempDir();
  let flows: readonly StoredNode[] = [];
  const revision = () => createHash("sha256").update(JSON.stringify(flows)).digest("hex");
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      if (request.method === "GET") {
        response.end(JSON.stringify({ flows, rev: revision() }));
        return;
      }
      const body = JSON.parse(Buffer.concat(parts).toString()) as { flows: StoredNode[]; rev: string };
      if (body.rev === revision()) flows = body.flows;
      else response.statusCode = 409;
      response.end(JSON.stringify({ rev: revision() }));
    });
  });
  const socketPath = dir.join("node-red.sock");
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const config = await ConfigStore.open({ dataDir: dir.path, log: silentLog, watch: false });
  await config.update((draft) => {
    draft.linkage.rules = [structuredClone(RULE)];
  });
  const clock = new FakeClock();
  const keeper = new LinkageTabKeeper({
    ...{ clock, config, log: silentLog, socketPath },
    isRunning: () => true,
    problemOf: (action) => (action === "sound" ? undefined : "unknown-action"),
  });
  t.after(async () => {
    server.close();
    server.closeAllConnections();
    await config.close();
    dir.remove();
  });
  const settle = async (): Promise<void> => {
    keeper.look();
    await keeper.settled();
  };
  await settle();
  const changes: string[][] = [];
  return {
    ...{ keeper, clock, config, settle, changes },
    rules: () => config.get().linkage.rules,
    flows: () => flows,
    /** What an editor does: takes flows and their revision, and gives others. */
    async deploy(change: (flows: readonly StoredNode[]) => readonly StoredNode[], base = revision()) {
      keeper.deployBegins();
      flows = change(flows);
      // Node-RED tells that flows were started before its answer has come to whoever deployed.
      await settle();
      keeper.deployOver({
        ...{ base, revision: revision() },
        async change(rules, changed, before) {
          if (JSON.stringify(config.get().linkage.rules) !== before) return false;
          await config.update((draft) => {
            draft.linkage.rules = structuredClone(rules) as LinkageRule[];
          });
          changes.push([...changed]);
          return true;
        },
      });
      await keeper.settled();
    },
    /** As a start with other flows, or a deploy by nobody. */
    replace(next: readonly StoredNode[]) {
      flows = next;
    },
  };
}

const without = (id: string) => (flows: readonly StoredNode[]) => flows.filter((node) => node.id !== id);

describe("the keeper of the tab of alarm linkage", () => {
  it("has a tick unticked that a person has deleted, and an action node ticked that they have added", async (t) => {
    const rig = await setUp(t);
    await rig.deploy(without(RECORD));
    assert.deepEqual(rig.rules()[0]?.actions, [{ action: "capture", settings: {} }]);
    assert.deepEqual(rig.changes, [["gate"]]);
    assert.equal(
      rig.flows().some(({ id }) => id === RECORD),
      false,
    );
    const added: StoredNode = {
      ...{ id: "mine", type: "nj-linkage", z: LINKAGE_TAB_ID, g: "nightjar-group-gate" },
      ...{ act: "action", action: "sound", settings: "{}", wires: [["own"]] },
    };
    await rig.deploy((flows) => [...flows, added]);
    assert.deepEqual(
      rig.rules()[0]?.actions.map(({ action }) => action),
      ["capture", "sound"],
    );
    const ticks = rig.flows().filter(({ type }) => type === "nj-tick");
    assert.deepEqual(
      ticks.map((tick) => [tick["action"], tick["wires"]]),
      [
        ["capture", [[]]],
        ["sound", [["own"]]],
      ],
    );
    assert.equal(
      rig.flows().some(({ type }) => type === "nj-linkage"),
      false,
    );
    assert.deepEqual(rig.keeper.notices, []);
  });

  it("makes the tab anew where nobody has deployed, or over flows that were not before their eyes", async (t) => {
    const rig = await setUp(t);
    const whole = rig.flows().length;
    rig.replace(without(RECORD)(rig.flows()));
    await rig.settle();
    assert.equal(rig.flows().length, whole, "an older copy, a program: the rules say what there is");
    await rig.deploy(without(CAPTURE), "0".repeat(64));
    assert.deepEqual([rig.flows().length, rig.rules()[0]?.actions.length], [whole, 2]);
    assert.deepEqual(
      rig.keeper.notices.map(({ reason }) => reason),
      ["other-flows"],
    );
    rig.keeper.forget();
    await rig.deploy(without(CAPTURE));
    assert.equal(rig.rules()[0]?.actions.length, 2, "flows did not run: they were mended");
    assert.deepEqual(rig.changes, []);
  });

  it("says which wish could not be followed, and leaves its node", async (t) => {
    const rig = await setUp(t);
    const odd: StoredNode = {
      ...{ id: "odd", type: "nj-linkage", z: LINKAGE_TAB_ID, g: "nightjar-group-gate" },
      ...{ act: "action", action: "none", settings: "{}", wires: [[]] },
    };
    await rig.deploy((flows) => [...flows, odd]);
    assert.deepEqual(
      rig.keeper.notices.map(({ atMs: _, ...notice }) => notice),
      [{ rule: "gate", action: "none", reason: "unknown-action" }],
    );
    assert.ok(rig.flows().some(({ id }) => id === "odd"));
    assert.deepEqual(rig.rules()[0]?.actions, RULE.actions);
  });

  it("leaves the tab alone while a deploy is on its way, though not for ever", async (t) => {
    const rig = await setUp(t);
    rig.keeper.deployBegins();
    rig.replace(without(RECORD)(rig.flows()));
    await rig.settle();
    assert.equal(
      rig.flows().some(({ id }) => id === RECORD),
      false,
    );
    await rig.clock.advance(60_000);
    await rig.keeper.settled();
    assert.equal(
      rig.flows().some(({ id }) => id === RECORD),
      true,
    );
  });
});
