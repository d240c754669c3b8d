// A config.json that is refused, with no copy that was good: the recorder goes on recording, says what is wrong, and does not
// go round in circles.
import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { ProcessStatus } from "../../core/supervisor/process-contract.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { nightjar } from "../support/nightjar-command.ts";
import { RecorderRig } from "../support/recorder-rig.ts";

/** A process that merely fails is started again after a tenth of a second, and after five at most. */
const LEAST_PAUSE_MS = 9_000;

describe("a refused config.json without a good copy", { timeout: 170_000 }, () => {
  let rig: RecorderRig;
  let good: string;
  const file = () => join(rig.dataDir, "config.json");
  const core = async (): Promise<ProcessStatus | undefined> => {
    const text = await readFile(join(rig.dataDir, "run/processes.json"), "utf8");
    return (JSON.parse(text) as ProcessStatus[]).find(({ role }) => role === "core");
  };

  before(async () => {
    rig = await RecorderRig.start({ cameras: 1 });
    await rig.untilRecording(60_000);
    good = await readFile(file(), "utf8");
    await writeFile(file(), good.replace('"cameras":', '"colour": "red", "cameras":'));
    await rm(join(rig.dataDir, "config.last-good.json"), { force: true });
    process.kill((await core())?.pid ?? 0, "SIGKILL");
    await waitFor(async () => (await core())?.problem !== undefined, { deadlineMs: 30_000 });
  });
  after(() => rig.dispose());

  it("is named with its place by status and doctor", async () => {
    const told = await nightjar(rig.dataDir, ["status"]);
    assert.equal(told.code, 1);
    assert.match(
      told.err,
      /control process cannot start: .*config\.json is refused: \/colour .*NJ_CORE_NOT_STARTED/s,
    );
    assert.match((await nightjar(rig.dataDir, ["doctor"])).out, /\/colour/);
  });

  it("lets what is known be recorded on, and core wait instead of being started over and over", async () => {
    const first = await core();
    await rig.untilRecording(60_000);
    const next = await waitFor(
      async () => {
        const now = await core();
        return now?.problem !== undefined && now.restarts > (first?.restarts ?? 0) ? now : undefined;
      },
      { deadlineMs: 60_000 },
    );
    const perTry =
      ((next.lastExitAtMs ?? 0) - (first?.lastExitAtMs ?? 0)) / (next.restarts - (first?.restarts ?? 0));
    assert.ok(perTry >= LEAST_PAUSE_MS, `a try every ${perTry} ms`);
  });

  it("is taken up as soon as it is mended", async () => {
    await writeFile(file(), good);
    await waitFor(async () => (await rig.status()) !== undefined, { deadlineMs: 30_000 });
    await waitFor(async () => (await core())?.status === "ready", { deadlineMs: 10_000 });
    assert.equal((await core())?.problem, undefined);
    assert.equal((await nightjar(rig.dataDir, ["status"])).code, 0);
  });
});
