// Somebody's own Node-RED whose disk is full: a deploy is refused and says why, the flows that run go on hearing events and acting,
// what lies on the disk stays whole, and the recorder does not notice.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { MqttView } from "../../core/http/mqtt-schemas.ts";
import type { StatusView } from "../../core/http/wire-schemas.ts";
import { noTemporaryVolume, temporaryVolume } from "../../core/testing/temporary-volume.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { breakIn, call } from "../support/core-calls.ts";
import { startNodeRed, WITHOUT_NODE_RED } from "../support/own-node-red.ts";
import { sirenHouse } from "../support/siren-house.ts";

const LOGIN = "exception-illegal-login";
const RIGHTS = ["mqtt.connect", "status.view", "system.view", "cameras.view", "events.view", "outputs.set"];
const DISK_BYTES = 8 * 1024 * 1024;

/** An event switches the siren on, and is counted. What these flows are called, `/got` tells. */
function flowsAt(url: string, called: string) {
  return [
    { id: "srv", type: "nj-server", base: "nightjar", where: "other", url },
    { id: "tab", type: "tab", label: called },
    {
      ...{ id: "n-event", type: "nj-event", z: "tab", server: "srv", types: LOGIN, phases: "start" },
      ...{ maxAge: "", wires: [["n-heard", "n-siren"]] },
    },
    {
      ...{ id: "n-siren", type: "nj-output", z: "tab", server: "srv", output: "siren", act: "on" },
      wires: [["n-done"]],
    },
    ...["heard", "done"].map((name) => ({
      ...{ id: `n-${name}`, type: "function", z: "tab", outputs: 1, wires: [[]] },
      func: `flow.set("${name}", (flow.get("${name}") ?? 0) + 1);`,
    })),
    { id: "n-in", type: "http in", z: "tab", url: "/got", method: "get", wires: [["n-tell"]] },
    {
      ...{ id: "n-tell", type: "function", z: "tab", outputs: 1, wires: [["n-out"]] },
      func: `msg.payload = { called: "${called}", heard: flow.get("heard") ?? 0, done: flow.get("done") ?? 0 }; return msg;`,
    },
    { id: "n-out", type: "http response", z: "tab", wires: [] },
  ];
}

interface Got {
  readonly called: string;
  readonly heard: number;
  readonly done: number;
}

describe("a Node-RED of one's own whose disk is full", {
  timeout: 240_000,
  skip: WITHOUT_NODE_RED || noTemporaryVolume(),
}, () => {
  it("refuses a deploy, and goes on with the flows that run", async (t) => {
    const { core, secret, port } = await sirenHouse(t, RIGHTS);
    const url = `mqtt://127.0.0.1:${port}`;
    const problems = async () =>
      (await call<StatusView>(core, "GET", "/status")).problems.map(({ code }) => code);

    using disk = await temporaryVolume({ sizeBytes: DISK_BYTES });
    const nodeRed = await startNodeRed(t, disk.path);
    const deploy = (called: string) =>
      nodeRed.deploy(flowsAt(url, called), { srv: { user: "admin", token: secret } });
    const got = () => nodeRed.ask<Got>("/got");
    const isHeard = async (times: number) => {
      let seen: Got | undefined;
      await waitFor(
        async () => {
          seen = await got();
          return seen.heard === times && seen.done === times;
        },
        { deadlineMs: 30_000, what: () => `event ${times} to be acted on: ${JSON.stringify(seen)}` },
      );
    };
    const isSounding = async () =>
      (await call<{ outputs: { on: boolean }[] }>(core, "GET", "/outputs")).outputs[0]?.on;
    const connected = async () =>
      (await call<MqttView>(core, "GET", "/mqtt")).state.clients.map(({ id }) => id);
    // Once: what finds no room then is Node-RED's copy of them. It does not notice when the flows themselves find none.
    await deploy("running");
    const [client] = await waitFor(async () => {
      const ids = await connected();
      return ids.length === 1 ? ids : undefined;
    });
    await breakIn(core, "127.0.0.2");
    await isHeard(1);
    const before = await problems();

    disk.fill();
    assert.equal(disk.freeBytes, 0);
    await assert.rejects(deploy("refused"), /ENOSPC/);
    await call(core, "POST", "/outputs/clear", {});
    assert.equal(await isSounding(), false);
    await breakIn(core, "127.0.0.3");
    await isHeard(2);
    assert.equal((await got()).called, "running");
    assert.equal(await isSounding(), true);
    assert.deepEqual([await connected(), await problems()], [[client], before], "the recorder noticed");
    const kept = JSON.parse(readFileSync(join(disk.path, "flows.json"), "utf8")) as { label?: string }[];
    assert.ok(
      kept.some(({ label }) => label === "running"),
      "the flows on the disk are those that run",
    );

    disk.unfill();
    await deploy("mended");
    // It answers before its flows have started.
    await waitFor(async () => (await got().catch(() => undefined))?.called === "mended", {
      ...{ deadlineMs: 30_000, what: "the mended flows to run" },
    });
    await waitFor(async () => {
      const ids = await connected();
      return ids.length === 1 && ids[0] !== client;
    });
    await breakIn(core, "127.0.0.4");
    await isHeard(3);
  });
});
