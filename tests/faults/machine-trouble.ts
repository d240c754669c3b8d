// The machine under a recorder is in trouble: the cable is out, a disk array lacks a disk, the processors are asked for more than
// they can: `node tests/faults/machine-trouble.ts`. Goal: told as events with their hint and what follows from them, over when
// cured, and recording notices nothing. The recorder runs in namespaces of its own, in which the link is a real one (veth) and
// the files that Linux tells of arrays and load by are others: neither breaks an array nor keeps a machine busy for minutes. With
// `--load` it does the latter.
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readlinkSync, writeFileSync, writeSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { AskedRecorder, type ShownEvent, type ShownException } from "../support/asked-recorder.ts";
import { WHOLE_PACKAGES } from "../support/program.ts";
import {
  type FsckOutcome,
  missingBeyondSlew,
  type RecordedEvidence,
  recordedUntil,
  runFsck,
} from "../support/recorder-evidence.ts";
import { DEMO_FRAME_MS, RecorderRig } from "../support/recorder-rig.ts";

export const MACHINE_TROUBLES = ["exception-array", "exception-network", "exception-cpu"] as const;
export type MachineTrouble = (typeof MACHINE_TROUBLES)[number];

/** How one was told of. */
export interface ToldTrouble {
  /** Those of its kind before it was made. */
  readonly before: number;
  /** While it lasted. */
  readonly during: ShownEvent;
  readonly hint: ShownException | undefined;
  /** When it was cured, and all that are of its kind. */
  readonly after: readonly ShownEvent[];
}

export interface MachineTroubleResult {
  readonly told: Readonly<Record<MachineTrouble, ToldTrouble>>;
  readonly recorded: RecordedEvidence;
  /** Pictures that the senders could not get rid of in time. */
  readonly droppedBySender: number;
  readonly fsck: FsckOutcome;
}

const NAMESPACES = ["--net", "--mount"] as const;
const OWN_MOUNTS = "/proc/self/ns/mnt";
const UPLINK = "uplink";
const SWITCH = "switch";
const ARRAY = "/sys/block/md0/md";
/** As /proc/loadavg says it: far more than any machine of tests has processors for, and next to nothing. All of one length. */
const BUSY_LOAD = "9999.00 9999.00 9999.00 1/100 1000\n";
const CALM_LOAD = "0000.10 0000.10 0000.10 1/100 1000\n";
/** As /proc/pressure/cpu says it, where the kernel has that. */
const PRESSURE = "/proc/pressure/cpu";
const PRESSED = "some avg10=90.00 avg60=90.00 avg300=90.00 total=1\n";
/** So many that never wait, for each processor: the load of a minute is above the limit after a third of one. */
const BUSY_LOOPS = 8;

/** Why it cannot be tried here, or false: `skip` of node:test. */
export function noMachineTrouble(): string | false {
  if (process.platform !== "linux") return "namespaces are Linux's";
  if (process.getuid?.() !== 0) return "needs root: makes namespaces";
  const tried = spawnSync(
    "unshare",
    [
      ...NAMESPACES,
      "sh",
      "-ec",
      `mount -t sysfs sysfs /sys; ip link add ${UPLINK} type veth peer name ${SWITCH}`,
    ],
    { encoding: "utf8" },
  );
  return tried.status === 0 ? false : `no network of its own: ${tried.error?.message ?? tried.stderr.trim()}`;
}

/** Makes all of them in one recording. */
export async function machineTrouble(cameras: number, withLoad = false): Promise<MachineTroubleResult> {
  const child = spawn(
    "unshare",
    [
      ...[...NAMESPACES, "--fork", "--kill-child", process.execPath, ...WHOLE_PACKAGES, import.meta.filename],
      ...["--cameras", String(cameras), "--apart-from", readlinkSync(OWN_MOUNTS)],
      ...(withLoad ? ["--load"] : []),
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
  assert.ok(chunks.length > 0, "the recorder was not tried: its namespaces' process says why");
  return JSON.parse(Buffer.concat(chunks).toString()) as MachineTroubleResult;
}

/** Within the namespaces. */
async function inNamespaces(cameras: number, withLoad: boolean): Promise<MachineTroubleResult> {
  using files = tempDir("nightjar-machine-");
  run("mount", "-t", "sysfs", "sysfs", "/sys");
  run("mount", "-t", "tmpfs", "blocks", "/sys/block");
  const load = withLoad ? busyLoops() : toldLoad(files.path);
  run("ip", "link", "set", "lo", "up");
  run("ip", "link", "add", UPLINK, "type", "veth", "peer", "name", SWITCH);
  // Without any address but the loopback's, no name is resolved, not even localhost.
  run("ip", "address", "add", "192.0.2.1/24", "dev", UPLINK);
  run("ip", "link", "set", UPLINK, "up");
  run("ip", "link", "set", SWITCH, "up");
  mkdirSync(ARRAY, { recursive: true });
  tellArray("0");

  const rig = await RecorderRig.start({ cameras });
  try {
    const recorder = await AskedRecorder.of(rig);
    await recorder.captureAt(MACHINE_TROUBLES, "cam-1");
    await rig.untilRecording(30_000);
    // The first look that sees it has seen the network as well: only what was there can be gone.
    const array = await tell(
      recorder,
      "exception-array",
      () => tellArray("1"),
      () => tellArray("0"),
    );
    const [network, cpu] = await Promise.all([
      tell(
        recorder,
        "exception-network",
        () => run("ip", "link", "set", SWITCH, "down"),
        () => run("ip", "link", "set", SWITCH, "up"),
      ),
      tell(
        recorder,
        "exception-cpu",
        () => load.begin(),
        () => load.end(),
      ),
    ]);
    const { unitsDropped } = await rig.sender.counters();
    const endMs = Date.now();
    await rig.stopRecorder();
    return {
      told: { "exception-array": array, "exception-network": network, "exception-cpu": cpu },
      recorded: recordedUntil(rig.files(), endMs, DEMO_FRAME_MS),
      droppedBySender: unitsDropped,
      fsck: runFsck(rig.dataDir),
    };
  } finally {
    load.end();
    await rig.dispose();
  }
}

/** Makes one and cures it. */
async function tell(
  recorder: AskedRecorder,
  type: MachineTrouble,
  make: () => void,
  cure: () => void,
): Promise<ToldTrouble> {
  const before = (await recorder.events(type)).length;
  make();
  const begun = await recorder.begun(type, 180_000);
  const during = await recorder.followed(begun);
  const hint = await recorder.exception(type);
  cure();
  await recorder.ended(begun);
  return { before, during, hint, after: await recorder.events(type) };
}

/** Load and pressure as Linux tells them, without any. */
function toldLoad(folder: string): { begin(): void; end(): void } {
  const load = join(folder, "loadavg");
  writeFileSync(load, CALM_LOAD);
  run("mount", "--bind", load, "/proc/loadavg");
  if (existsSync(PRESSURE)) {
    const pressure = join(folder, "pressure");
    writeFileSync(pressure, PRESSED);
    run("mount", "--bind", pressure, PRESSURE);
  }
  return { begin: () => overwrite(load, BUSY_LOAD), end: () => overwrite(load, CALM_LOAD) };
}

/** Load itself. */
function busyLoops(): { begin(): void; end(): void } {
  const loops: ChildProcess[] = [];
  return {
    begin() {
      for (let count = cpus().length * BUSY_LOOPS; count > 0; count -= 1)
        loops.push(spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" }));
    },
    end() {
      for (const loop of loops) loop.kill("SIGKILL");
    },
  };
}

/** How many disks md0 lacks. */
function tellArray(degraded: string): void {
  writeFileSync(`${ARRAY}/array_state`, "clean\n");
  writeFileSync(`${ARRAY}/degraded`, `${degraded}\n`);
}

/** Puts a text in the place of another of its length, with no moment in which there is none. */
function overwrite(path: string, text: string): void {
  const file = openSync(path, "r+");
  writeSync(file, text, 0);
  closeSync(file);
}

function run(tool: string, ...args: readonly string[]): void {
  const { status, error, stderr } = spawnSync(tool, args, { encoding: "utf8" });
  assert.equal(status, 0, `${tool} ${args.join(" ")}: ${error?.message ?? stderr}`);
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: {
      cameras: { type: "string", default: "2" },
      load: { type: "boolean", default: false },
      "apart-from": { type: "string" },
    },
  });
  const cameras = Number(values.cameras);
  const outside = values["apart-from"];
  // What the namespaces are for is not to be done to the machine itself.
  assert.notEqual(outside, readlinkSync(OWN_MOUNTS), "this is not a namespace of its own");
  const result = await (outside === undefined
    ? machineTrouble(cameras, values.load)
    : inNamespaces(cameras, values.load));
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  const { recorded, droppedBySender, fsck } = result;
  const isGood =
    recorded.gaps.length +
      recorded.reconnected.length +
      missingBeyondSlew(recorded, DEMO_FRAME_MS).length +
      droppedBySender +
      (fsck.exitCode ?? 1) ===
    0;
  process.exitCode = isGood ? 0 : 1;
}
