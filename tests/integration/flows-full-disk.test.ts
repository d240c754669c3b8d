// Flows of a recorder whose disk is full: a deploy is refused and says why, the flows of before go on, also when Node-RED is started
// anew, and once there is room they are deployed as ever.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { noTemporaryVolume, temporaryVolume } from "../../core/testing/temporary-volume.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { ADMINISTRATOR, activate } from "../support/accounts.ts";
import { WITHOUT_NODE_RED } from "../support/own-node-red.ts";
import { RecorderRig } from "../support/recorder-rig.ts";
import { flowsFor } from "../support/sample-flows.ts";

const DISK_BYTES = 4 * 1024 * 1024;

describe("flows of a recorder whose disk is full", {
  timeout: 240_000,
  skip: WITHOUT_NODE_RED || noTemporaryVolume(),
}, () => {
  it("are refused, and those that run go on", async (t) => {
    using folder = tempDir("nightjar-flows-");
    using disk = await temporaryVolume({ sizeBytes: DISK_BYTES });
    const dataDir = folder.join("data");
    mkdirSync(dataDir);
    symlinkSync(disk.path, join(dataDir, "flows"));
    const rig = await RecorderRig.start({ cameras: 0, dataDir });
    t.after(() => rig.dispose());
    const bearer = { authorization: `Bearer ${await activate(rig.url, rig.activationCode)}` };
    const { origin } = new URL(rig.url);
    const ask = (path: string, method: string, body?: object, headers: Record<string, string> = bearer) =>
      fetch(new URL(path, rig.url), {
        method,
        headers: { "content-type": "application/json", origin, ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const { username, password } = ADMINISTRATOR;
    const session = await ask("/api/v1/session", "POST", { username, password }, {});
    const cookie = (session.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    const reaches = async (status: string) =>
      await waitFor(
        async () => {
          const view = (await (await ask("/api/v1/flows", "GET")).json()) as { status: string };
          return view.status === status;
        },
        { deadlineMs: 60_000, what: `flows to be ${status}` },
      );
    const turn = async (enabled: boolean) => {
      assert.equal((await ask("/api/v1/flows", "PATCH", { enabled }, { cookie })).status, 200);
      await reaches(enabled ? "running" : "off");
    };
    const deploy = (says: string) =>
      ask("/flows/flows", "POST", flowsFor({ page: `msg.payload = "${says}"; return msg;` }), { cookie });
    const says = async (text: string) => {
      let seen: string | undefined;
      await waitFor(
        async () => {
          const answer = await ask("/flows-http/page", "GET");
          seen = `${answer.status} ${await answer.text()}`;
          return seen === `200 ${text}`;
        },
        { deadlineMs: 30_000, what: () => `the page to say ${text}; it says ${seen}` },
      );
    };

    await turn(true);
    for (const text of ["first", "second"]) assert.equal((await deploy(text)).status, 204);
    await says("second");
    const before = (await rig.status())?.problems.map(({ code }) => code);

    disk.fill();
    const refused = await deploy("third");
    const { code, message } = (await refused.json()) as { code: string; message: string };
    assert.deepEqual([refused.status, code], [503, "NJ_FLOWS_NOT_SAVED"]);
    assert.match(message, /could not be saved in .+: its disk is full\. Those of before go on/);
    await says("second");
    assert.ok(readFileSync(join(disk.path, "flows.json"), "utf8").includes("second"));
    assert.deepEqual(
      (await rig.status())?.problems.map(({ code: one }) => one),
      before,
    );
    await turn(false);
    await turn(true);
    await says("second");

    disk.unfill();
    assert.equal((await deploy("third")).status, 204);
    await says("third");
  });
});
