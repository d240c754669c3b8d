import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { RecorderExceptions } from "../../../core/alarm/recorder-exceptions.ts";
import {
  brokenArrays,
  loadPerProcessor,
  networkLook,
  processorPressure,
} from "../../../core/system/machine-state.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";
import { engineFixture } from "./alarm-fixture.ts";

async function fixture(t: Parameters<typeof engineFixture>[0]) {
  const { engine, clock, rows } = await engineFixture(t);
  const machine: {
    isUp: boolean | undefined;
    load: number | undefined;
    pressure: number | undefined;
    arrays: { name: string; state: string; missing: number }[];
  } = { isUp: true, load: 0.5, pressure: undefined, arrays: [] };
  const exceptions = new RecorderExceptions({
    clock,
    sink: engine,
    networkIsUp: () => machine.isUp,
    brokenArrays: () => machine.arrays,
    load: () => machine.load,
    pressure: () => machine.pressure,
  });
  t.after(() => exceptions.close());
  const open = async () => (await rows()).filter(({ endMs }) => endMs === undefined).map(({ type }) => type);
  return { clock, rows, machine, exceptions, open };
}

describe("exceptions (manual 11.7)", () => {
  it("are one event for each thing that is wrong, for as long as it is", async (t) => {
    const { exceptions, rows, open } = await fixture(t);
    const missing = {
      code: "recording-missing",
      camera: "yard",
      subject: "Yard",
      message: "Yard is not recorded",
    };
    const plugin = { code: "plugin-quarantined", subject: "Acme", message: "Acme: it failed 5 times" };
    exceptions.takeProblems([missing, plugin, { code: "ffmpeg-missing", message: "there is no ffmpeg" }]);
    exceptions.takeProblems([missing, plugin]);
    assert.deepEqual((await open()).sort(), ["exception-plugin", "exception-record"]);
    exceptions.takeProblems([{ ...missing, code: "recording-stopped" }]);
    assert.deepEqual(await open(), ["exception-record"], "another word for the same is the same event");
    exceptions.takeProblems([{ code: "clock-wrong", message: "the clock says 1970" }]);
    assert.deepEqual(await open(), ["exception-clock"]);
    exceptions.takeProblems([]);
    assert.deepEqual(await open(), []);
    assert.equal((await rows()).length, 3);
  });

  it("are one for each time that the clock is set", async (t) => {
    const { exceptions, rows } = await fixture(t);
    const set = {
      code: "clock-stepped",
      message: "the clock was set back by 3600 s",
      since: "2026-05-04T12:00:00Z",
    };
    const again = {
      code: "clock-stepped",
      message: "the clock was set forward by 60 s",
      since: "2026-05-04T12:10:00Z",
    };
    exceptions.takeProblems([set]);
    exceptions.takeProblems([set]);
    exceptions.takeProblems([again]);
    const told = (await rows()).map(({ endMs, detail }) => [detail["message"], endMs !== undefined]);
    assert.deepEqual(told.sort(), [
      [set.message, true],
      [again.message, false],
    ]);
  });

  it("tell of a network that is gone, once it has been there and is not only plugged over", async (t) => {
    const { clock, machine, open } = await fixture(t);
    clock.advance(10_000);
    machine.isUp = false;
    clock.advance(9_000);
    machine.isUp = true;
    clock.advance(10_000);
    assert.deepEqual(await open(), []);
    machine.isUp = false;
    clock.advance(20_000);
    assert.deepEqual(await open(), ["exception-network"]);
    machine.isUp = true;
    clock.advance(5_000);
    assert.deepEqual(await open(), []);
  });

  it("tell of a network whose only adapter was pulled, as of a cable", async (t) => {
    const { clock, machine, open } = await fixture(t);
    clock.advance(10_000);
    machine.isUp = undefined;
    clock.advance(20_000);
    assert.deepEqual(await open(), ["exception-network"]);
    machine.isUp = true;
    clock.advance(5_000);
    assert.deepEqual(await open(), []);
  });

  it("tell of disk arrays that lack disks, each for as long as it does", async (t) => {
    const { clock, machine, open, rows } = await fixture(t);
    machine.arrays = [{ name: "md0", state: "clean", missing: 1 }];
    clock.advance(5_000);
    clock.advance(5_000);
    assert.deepEqual(await open(), ["exception-array"]);
    machine.arrays = [{ name: "md0", state: "clean", missing: 2 }];
    clock.advance(5_000);
    const [array] = await rows();
    assert.deepEqual([array?.subject, array?.detail], ["md0", { state: "clean", missing: 2 }]);
    machine.arrays = [];
    clock.advance(5_000);
    assert.deepEqual([await open(), (await rows()).length], [[], 1]);
  });

  it("tell of processors that have more to do than they can, once that lasts", async (t) => {
    const { clock, machine, open, rows } = await fixture(t);
    machine.load = 3.456;
    clock.advance(60_000);
    assert.deepEqual(await open(), []);
    clock.advance(10_000);
    assert.deepEqual(await open(), ["exception-cpu"]);
    machine.load = 1;
    clock.advance(5_000);
    assert.deepEqual(await open(), []);
    assert.equal((await rows())[0]?.detail["load"], 3.46);
  });

  it("tell of no processors where processes wait for a dead disk instead", async (t) => {
    const { clock, machine, open } = await fixture(t);
    machine.load = 30;
    machine.pressure = 0.1;
    clock.advance(120_000);
    assert.deepEqual(await open(), []);
    machine.pressure = 0.9;
    clock.advance(70_000);
    assert.deepEqual(await open(), ["exception-cpu"]);
  });

  it("tell of sign-ins that were refused, those from one address as one event", async (t) => {
    const { clock, exceptions, rows } = await fixture(t);
    exceptions.signInFailed("192.0.2.1", {});
    exceptions.signInFailed("192.0.2.2", { wrong: "second-factor" });
    clock.advance(30_000);
    exceptions.signInFailed("192.0.2.1", {});
    clock.advance(61_000);
    exceptions.signInFailed("192.0.2.1", {});
    assert.deepEqual(
      (await rows()).map(({ type, subject, startMs, endMs }) => [
        type,
        subject,
        endMs === undefined ? undefined : endMs - startMs,
      ]),
      [
        ["exception-illegal-login", "192.0.2.1", undefined],
        ["exception-illegal-login", "192.0.2.2", 0],
        ["exception-illegal-login", "192.0.2.1", 30_000],
      ],
    );
  });
});

describe("the machine", () => {
  it("says which of its arrays lack disks or do not run", (t) => {
    const dir = tempDir();
    t.after(() => dir.remove());
    const array = (name: string, state: string, degraded?: string) => {
      mkdirSync(dir.join(`${name}/md`), { recursive: true });
      writeFileSync(dir.join(`${name}/md/array_state`), `${state}\n`);
      if (degraded !== undefined) writeFileSync(dir.join(`${name}/md/degraded`), `${degraded}\n`);
    };
    array("md0", "clean", "1");
    array("md1", "active", "0");
    array("md2", "inactive");
    array("md127", "inactive");
    writeFileSync(dir.join("md127/md/metadata_version"), "external:imsm\n");
    array("md126", "clean", "0");
    writeFileSync(dir.join("md126/md/metadata_version"), "external:/md127/0\n");
    mkdirSync(dir.join("sda"));
    assert.deepEqual(
      brokenArrays(dir.path).sort((a, b) => (a.name < b.name ? -1 : 1)),
      [
        { name: "md0", state: "clean", missing: 1 },
        { name: "md2", state: "inactive", missing: 0 },
      ],
    );
    assert.deepEqual(brokenArrays(dir.join("nowhere")), []);
  });

  it("says whether a cable is in, and nothing where it has no network", (t) => {
    const dir = tempDir();
    t.after(() => dir.remove());
    const link = (name: string, carrier: string | undefined) => {
      mkdirSync(dir.join(name), { recursive: true });
      if (carrier !== undefined) writeFileSync(dir.join(`${name}/carrier`), carrier);
    };
    link("lo", "1\n");
    const isUp = networkLook(dir.path);
    assert.equal(isUp(), undefined);
    link("eth0", "0\n");
    link("eth1", undefined);
    assert.equal(isUp(), false);
    link("eth1", "1\n");
    assert.equal(isUp(), true);
    link("eth0/device", undefined);
    assert.equal(isUp(), false, "a bridge of containers is no network where there is an adapter");
    link("eth0", "1\n");
    assert.equal(isUp(), true);
    rmSync(dir.join("eth0"), { recursive: true });
    assert.equal(isUp(), undefined, "nor where the adapter was pulled");
    assert.notEqual(networkLook(dir.join("nowhere"))(), undefined);
    assert.ok((loadPerProcessor() ?? 0) >= 0);
    const pressure = dir.join("cpu");
    assert.equal(processorPressure(pressure), undefined);
    writeFileSync(pressure, "some avg10=10.25 avg60=63.40 avg300=9.51 total=1\nfull avg10=0.00 avg60=0.00\n");
    assert.equal(processorPressure(pressure), 0.634);
  });
});
