// `nightjar doctor`: looks at everything around the recorder that can be wrong and says what to do about it. Changes
// nothing, needs no running Nightjar, and takes a few seconds.
import { readFile, stat } from "node:fs/promises";
import { freemem, totalmem } from "node:os";
import { dirname, isAbsolute, join, parse } from "node:path";
import type { FrozenConfig } from "../config/config-store.ts";
import { ConfigStore } from "../config/config-store.ts";
import { SECRETS_KEY_FILE } from "../config/secret-store.ts";
import { openDb } from "../db/open-db.ts";
import { systemCode } from "../errors.ts";
import { silentLog } from "../log.ts";
import { searchFfmpeg } from "../media/ffmpeg/find-ffmpeg.ts";
import { detectSandbox } from "../media/ffmpeg/sandbox.ts";
import { type ConfinementWay, detectConfinement } from "../plugin/isolated/confinement.ts";
import { checkVolume, type VolumeCheck } from "./volume-check.ts";

export const CHECK_RESULTS = ["ok", "notice", "warning", "error"] as const;
export type CheckResult = (typeof CHECK_RESULTS)[number];

/** One thing that was looked at. */
export interface Check {
  /** Stable name for scripts: `node`, `ffmpeg`, `volume` … */
  readonly id: string;
  readonly result: CheckResult;
  /** What was found, in a sentence. */
  readonly message: string;
  /** What to do, unless all is well. */
  readonly advice?: string;
}

export interface DoctorOptions {
  readonly dataDir: string;
  /** Measure how fast volumes write (32 MiB each). */
  readonly measure?: boolean;
  readonly nodeVersion?: string;
  readonly nowMs?: number;
}

const NODE_NEEDED = [24, 12] as const;
const MEASURE_BYTES = 32 * 1024 * 1024;
const RESERVE_BYTES = 10 * 1024 ** 3;
const MEMORY_NEEDED = 512 * 1024 ** 2;

/** Runs all checks. Never throws: what cannot be looked at is a finding. */
export async function runDoctor(options: DoctorOptions): Promise<Check[]> {
  const config = await readConfig(options.dataDir);
  const groups = await Promise.all([
    checkNode(options.nodeVersion ?? process.versions.node),
    config.checks,
    checkFfmpeg(config.config?.ffmpeg.path),
    checkPluginWalls(),
    checkDatabase(),
    checkDataFolder(options.dataDir),
    checkClock(options.nowMs ?? Date.now()),
    checkMemory(freemem(), totalmem()),
  ]);
  // One after the other: measured at the same time, two volumes on one disk would slow each other.
  const volumes: Check[] = [];
  for (const volume of config.config?.storage.volumes ?? []) {
    const path = isAbsolute(volume.path) ? volume.path : join(options.dataDir, volume.path);
    const found = await checkVolume(path, { measureBytes: options.measure === true ? MEASURE_BYTES : 0 });
    volumes.push(volumeFinding(found, volume.reserveBytes, isAbsolute(volume.path)));
  }
  return [...groups.flat(), ...volumes];
}

/** The worst result among checks: what an exit code is made of. */
export function worstResult(checks: readonly Check[]): CheckResult {
  let worst = 0;
  for (const check of checks) worst = Math.max(worst, CHECK_RESULTS.indexOf(check.result));
  return CHECK_RESULTS[worst] ?? "ok";
}

function checkNode(version: string): Check[] {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const enough = major > NODE_NEEDED[0] || (major === NODE_NEEDED[0] && minor >= NODE_NEEDED[1]);
  if (enough) return [{ id: "node", result: "ok", message: `Node.js ${version}` }];
  const needed = NODE_NEEDED.join(".");
  const advice = "start with `npm start`, which fetches a newer one";
  return [{ id: "node", result: "error", message: `Node.js ${version} is older than ${needed}`, advice }];
}

async function readConfig(dataDir: string): Promise<{ config: FrozenConfig | undefined; checks: Check[] }> {
  try {
    await stat(join(dataDir, "config.json"));
  } catch {
    const message = "there is no configuration yet, it is made at the first start";
    return { config: undefined, checks: [{ id: "config", result: "notice", message }] };
  }
  try {
    const store = await ConfigStore.open({ dataDir, log: silentLog, watch: false, readOnly: true });
    const config = store.get();
    const problem = store.problem;
    await store.close();
    if (problem === undefined) {
      return { config, checks: [{ id: "config", result: "ok", message: "config.json is valid" }] };
    }
    const advice = "correct config.json; until then the last good configuration serves";
    return { config, checks: [{ id: "config", result: "error", message: problem.message, advice }] };
  } catch (error) {
    const advice = "correct config.json, or move it away to begin anew";
    return {
      config: undefined,
      checks: [{ id: "config", result: "error", message: sentence(error), advice }],
    };
  }
}

async function checkFfmpeg(configured: string | undefined): Promise<Check[]> {
  const { found, misses } = await searchFfmpeg({ configured });
  const checks: Check[] = misses
    .filter((miss) => miss.source === "setting" || miss.source === "environment")
    .map((miss) => ({
      id: "ffmpeg-setting",
      result: "warning",
      message: `the ffmpeg that is set (${miss.path}) cannot be used: ${miss.reason}`,
      advice: "correct ffmpeg.path or FFMPEG_BIN",
    }));
  if (found === undefined) {
    const message = "there is no ffmpeg: no snapshots, no conversion for browsers that lack a codec";
    return [
      ...checks,
      {
        id: "ffmpeg",
        result: "warning",
        message,
        advice: "install it, for example with `apt install ffmpeg`",
      },
    ];
  }
  checks.push({ id: "ffmpeg", result: "ok", message: `ffmpeg ${found.version} (${found.path})` });
  const sandbox = await detectSandbox(found.path);
  checks.push(
    sandbox === undefined
      ? {
          id: "sandbox",
          result: "notice",
          message: "bubblewrap is not installed or may not be used: ffmpeg runs without a sandbox",
          advice: "install it, for example with `apt install bubblewrap`",
        }
      : { id: "sandbox", result: "ok", message: "ffmpeg runs in a sandbox (bubblewrap)" },
  );
  return checks;
}

const PLUGIN_WALLS: Readonly<Record<ConfinementWay, string>> = {
  bubblewrap: "plugins of others run in a sandbox (bubblewrap)",
  namespaces:
    "plugins of others see no network and no other processes; files are kept from them by Node alone",
  node: "network and files are kept from plugins of others by Node alone",
  process:
    "the network is kept from plugins of others within their own processes only, which is the weaker way",
};

async function checkPluginWalls(): Promise<Check[]> {
  const { way } = await detectConfinement();
  const check = { id: "plugin-walls", message: PLUGIN_WALLS[way] };
  if (way === "bubblewrap") return [{ ...check, result: "ok" }];
  const advice =
    "install bubblewrap, for example with `apt install bubblewrap`; in a container, allow user namespaces";
  return [{ ...check, result: "notice", advice }];
}

async function checkDatabase(): Promise<Check[]> {
  try {
    const db = await openDb(":memory:", { log: silentLog });
    const { driver } = db;
    await db.close();
    return [{ id: "database", result: "ok", message: `the database works (driver ${driver})` }];
  } catch (error) {
    const advice = "run `npm ci` again";
    return [
      { id: "database", result: "error", message: `the database does not work: ${sentence(error)}`, advice },
    ];
  }
}

async function checkDataFolder(dataDir: string): Promise<Check[]> {
  const checks: Check[] = [];
  const found = await checkVolume(dataDir);
  checks.push(
    found.writable
      ? { id: "data", result: "ok", message: `the data directory is ${dataDir}` }
      : {
          id: "data",
          result: "error",
          message: `the data directory ${dataDir} ${found.problem ?? ""}`.trim(),
        },
  );
  const checkout = await enclosingCheckout(dataDir);
  if (checkout !== undefined) {
    const message = `the data directory lies inside a git checkout (${checkout}): recordings there are easily deleted`;
    checks.push({
      id: "data-in-checkout",
      result: "notice",
      message,
      advice: "choose another one with --data",
    });
  }
  const key = await stat(join(dataDir, SECRETS_KEY_FILE)).catch(() => undefined);
  if (key !== undefined && process.platform !== "win32" && (key.mode & 0o077) !== 0) {
    const advice = `chmod 600 ${join(dataDir, SECRETS_KEY_FILE)}, and consider the cameras' passwords known`;
    checks.push({
      id: "secrets-key",
      result: "error",
      message: "the key of the secrets can be read by others",
      advice,
    });
  }
  return checks;
}

async function enclosingCheckout(folder: string): Promise<string | undefined> {
  for (let at = folder; at !== parse(at).root; at = dirname(at)) {
    const isCheckout = await stat(join(at, ".git")).then(
      () => true,
      () => false,
    );
    if (isCheckout) return at;
  }
  return undefined;
}

async function checkClock(nowMs: number): Promise<Check[]> {
  if (nowMs < Date.UTC(2025, 0, 1)) {
    const message = `the clock says ${new Date(nowMs).toISOString()}, which cannot be`;
    return [
      {
        id: "clock",
        result: "error",
        message,
        advice: "set the clock, best by NTP (`timedatectl set-ntp true`)",
      },
    ];
  }
  // systemd-timesyncd and chrony leave their marks; where neither is known nothing is claimed.
  const synced = await readFile("/run/systemd/timesync/synchronized").then(
    () => true,
    (error: unknown) => (systemCode(error) === "ENOENT" ? undefined : true),
  );
  const message =
    synced === true ? "the clock is kept by NTP" : "whether the clock is kept by NTP is not known";
  return [{ id: "clock", result: synced === true ? "ok" : "notice", message }];
}

function checkMemory(freeBytes: number, totalBytes: number): Check[] {
  const size = `${(totalBytes / 1024 ** 3).toFixed(1)} GiB of memory, ${(freeBytes / 1024 ** 3).toFixed(1)} GiB free`;
  if (totalBytes >= MEMORY_NEEDED) return [{ id: "memory", result: "ok", message: size }];
  return [
    {
      id: "memory",
      result: "warning",
      message: `only ${size}`,
      advice: "record few cameras with short pre-record",
    },
  ];
}

function volumeFinding(found: VolumeCheck, reserveBytes: number | undefined, ownDisk: boolean): Check {
  const { path } = found;
  if (!found.writable) {
    const advice = "mount it, or give the folder to the user that Nightjar runs as";
    return { id: "volume", result: "error", message: `${path} ${found.problem ?? "cannot be used"}`, advice };
  }
  if (found.missing === true && ownDisk) {
    const message = `${path} is not there: the disk may not be mounted, and recordings would fill another one`;
    return { id: "volume", result: "warning", message, advice: "mount the disk, or make the folder" };
  }
  const free = found.freeBytes ?? 0;
  const reserve = reserveBytes ?? Math.max(RESERVE_BYTES, (found.totalBytes ?? 0) * 0.05);
  const space = `${(free / 1e9).toFixed(1)} GB free`;
  const speed =
    found.bytesPerSecond === undefined
      ? ""
      : `, ${(found.bytesPerSecond / 1e6).toFixed(0)} MB/s, ${Math.round(found.syncsPerSecond ?? 0)} syncs/s: about ${found.cameras} cameras of 4 Mbit/s`;
  if (free < reserve) {
    const message = `${path}: ${space}, less than the ${(reserve / 1e9).toFixed(1)} GB to be kept free${speed}`;
    return { id: "volume", result: "warning", message, advice: "free some space, or lower reserveBytes" };
  }
  return { id: "volume", result: "ok", message: `${path}: ${space}${speed}` };
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
