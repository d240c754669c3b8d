// `nightjar doctor` as people run it, on machines with faults that are planted for real: it names each, says where it is and
// what to type, and changes nothing. Faults that only root can plant are left out elsewhere, and say so.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import type { Config } from "../../core/config/config-schema.ts";
import { ConfigStore } from "../../core/config/config-store.ts";
import { SecretStore } from "../../core/config/secret-store.ts";
import { DATABASE_FILE, openDb } from "../../core/db/open-db.ts";
import { silentLog } from "../../core/log.ts";
import { initialiseVolume } from "../../core/media/store/volume-marker.ts";
import { type Check, runDoctor, worstResult } from "../../core/system/doctor.ts";
import { type TempDir, tempDir } from "../../core/testing/temp-dir.ts";
import { noSlowVolume, noTemporaryVolume, temporaryVolume } from "../../core/testing/temporary-volume.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { describeTree } from "../support/describe-tree.ts";
import { type CommandSurroundings, nightjar } from "../support/nightjar-command.ts";
import {
  changeDatabase,
  damage,
  mountMemory,
  pathWithout,
  plantCertificate,
  plantProgram,
  remountReadOnly,
} from "../support/planted-faults.ts";
import { RecorderRig } from "../support/recorder-rig.ts";

const NOBODY = 65_534;
const needsRoot = process.platform === "linux" && process.getuid?.() === 0 ? false : "needs root";
const DAY_MS = 86_400_000;

interface Diagnosis {
  readonly code: number | null;
  readonly checks: readonly Check[];
}

/** Its checks, run within the test; with surroundings, the command itself, which takes ten times as long and measures disks. */
async function doctor(
  dataDir: string,
  surroundings?: CommandSurroundings | { readonly measure: true },
): Promise<Diagnosis> {
  if (surroundings === undefined || "measure" in surroundings) {
    const checks = await runDoctor({ dataDir, measure: surroundings !== undefined });
    return { code: ["ok", "notice"].includes(worstResult(checks)) ? 0 : 4, checks };
  }
  const { code, out, err } = await nightjar(dataDir, ["doctor", "--json"], surroundings);
  assert.notEqual(out, "", err);
  return { code, checks: (JSON.parse(out) as { checks: Check[] }).checks };
}

/** The finding of that id and text, which must say what to do, and make the exit code 4. */
function named({ code, checks }: Diagnosis, id: string, message: RegExp): Check {
  const found = checks.find((check) => check.id === id && message.test(check.message));
  assert.ok(found !== undefined, `${id} ${message}: ${JSON.stringify(checks, undefined, 1)}`);
  assert.notEqual(found.result, "ok");
  assert.ok((found.advice ?? "") !== "", `${id} says what to do`);
  if (found.result !== "notice") assert.equal(code, 4);
  return found;
}

describe("nightjar doctor on a machine with a fault", () => {
  let dir: TempDir;
  let dataDir = "";

  before(() => {
    dir = tempDir("nightjar-doctor-");
    // Others must be able to come as far as the data directory, so that its own rights are what counts.
    chmodSync(dir.path, 0o755);
  });
  after(() => dir.remove());

  /** A data directory as a first start leaves it, with a small reserve: the machine of the test may be full. */
  beforeEach(async () => {
    dataDir = dir.join("data");
    rmSync(dataDir, { recursive: true, force: true });
    await configure((draft) => {
      draft.network.http.port = 0;
      draft.network.https.port = 0;
      draft.mqtt.tcp.port = 0;
      draft.mqtt.tls.port = 0;
      draft.storage.volumes = [{ path: "volumes/default", reserveBytes: 1_000_000, overwrite: true }];
    });
    await SecretStore.open({ dataDir });
    const db = await openDb(join(dataDir, DATABASE_FILE), { log: silentLog });
    await db.close();
  });

  async function configure(change: string | ((draft: Config) => void), value?: unknown): Promise<void> {
    const store = await ConfigStore.open({ dataDir, log: silentLog, watch: false });
    await store.update(change, value);
    await store.close();
  }

  const useVolume = (path: string, reserveBytes = 1_000_000): Promise<void> =>
    configure((draft) => {
      draft.storage.volumes = [{ path, reserveBytes, overwrite: true }];
    });

  it("finds nothing wrong with a sound data directory, and changes nothing in it", async () => {
    const before = describeTree(dataDir);
    const { checks } = await doctor(dataDir, {});
    for (const id of [
      "config",
      "data",
      "data-mode",
      "database",
      "database-file",
      "volume",
      "volume-space",
      "plugin",
    ]) {
      assert.equal(checks.find((check) => check.id === id)?.result, "ok", id);
    }
    assert.deepEqual(
      checks.filter(({ result }) => result === "error"),
      [],
    );
    assert.equal(checks.find(({ id }) => id === "recorder")?.result, "notice");
    assert.deepEqual(describeTree(dataDir), before);
  });

  it("makes no data directory where there is none", async () => {
    const { checks } = await doctor(dir.join("nowhere"));
    assert.equal(checks.find(({ id }) => id === "config")?.result, "notice");
    assert.throws(() => readFileSync(dir.join("nowhere", "config.json")));
    assert.deepEqual(
      describeTree(dir.path).filter((line) => line.includes("nowhere")),
      [],
    );
  });

  it("names an ffmpeg that is missing", async () => {
    const found = named(await doctor(dataDir, { env: { PATH: dir.join("empty") } }), "ffmpeg", /no ffmpeg/);
    assert.match(found.command ?? "", /apt install ffmpeg/);
  });

  it("names an ffmpeg that is too old", async () => {
    const folder = plantProgram(dir.join("old"), "ffmpeg", [
      'echo "ffmpeg version 4.2.7-0ubuntu0.1 Copyright"',
    ]);
    const found = named(
      await doctor(dataDir, { env: { PATH: folder } }),
      "ffmpeg-old",
      /4\.2\.7.* is older than 5\.1/,
    );
    assert.equal(found.where, join(folder, "ffmpeg"));
  });

  it("names the codecs that an ffmpeg lacks, and what goes without them", async () => {
    const folder = plantProgram(dir.join("poor"), "ffmpeg", [
      'PATH="$PATH:/usr/bin:/usr/local/bin"',
      'exec=$(PATH="/usr/local/bin:/usr/bin:/bin" command -v ffmpeg)',
      'case "$*" in *-codecs*) "$exec" "$@" | sed "s/libx264 //" ;; *) exec "$exec" "$@" ;; esac',
    ]);
    const path = `${folder}:${process.env["PATH"]}`;
    named(
      await doctor(dataDir, { env: { PATH: path } }),
      "ffmpeg-codecs",
      /without libx264 \(encoder\): no H\.265 cameras in browsers/,
    );
  });

  it("names an ffmpeg of the settings that is not there", async () => {
    await configure("/ffmpeg/path", "/nowhere/ffmpeg");
    const found = named(await doctor(dataDir), "ffmpeg-setting", /\/nowhere\/ffmpeg/);
    assert.equal(found.where, "config.json, /ffmpeg/path");
  });

  it("names a volume whose disk is not mounted", async () => {
    await useVolume(dir.join("not-mounted"));
    named(await doctor(dataDir), "volume", /not-mounted is not there: the disk may not be mounted/);
  });

  it("names a folder in which the volume of before is not any more, and one that is another volume", async () => {
    const path = dir.join("disk");
    const { marker } = initialiseVolume(path);
    await useVolume(path);
    writeFileSync(
      join(dataDir, "gateway.json"),
      JSON.stringify({ version: 1, taken: {}, settings: { volumes: [{ id: marker.id, path }] } }),
    );
    rmSync(path, { recursive: true });
    mkdirSync(path);
    named(await doctor(dataDir), "volume", /the disk is not mounted/);
    initialiseVolume(path);
    named(await doctor(dataDir), "volume", /another volume \(.*\) lies there/);
  });

  it("names a volume that its user may not write to", { skip: needsRoot }, async () => {
    const path = dir.join("closed");
    mkdirSync(path, { mode: 0o755 });
    await useVolume(path);
    chownTree(dataDir, NOBODY);
    // By its own user's word, and by root's, who could write there himself.
    named(await doctor(dataDir, { uid: NOBODY }), "volume", /closed may not be written to/);
    const found = named(await doctor(dataDir), "volume", /closed may not be written to by nobody/);
    assert.match(found.command ?? "", /^chown nobody /);
  });

  it("names a volume that is mounted read-only", { skip: needsRoot }, async () => {
    using _disk = mountMemory(dir.join("read-only"), "size=8m");
    remountReadOnly(dir.join("read-only"));
    await useVolume(dir.join("read-only"));
    const found = named(await doctor(dataDir), "volume", /read-only is mounted read-only/);
    assert.match(found.command ?? "", /^mount -o remount,rw /);
  });

  it("names a volume that is nearly full, and a file system that forgets", { skip: needsRoot }, async () => {
    using _disk = mountMemory(dir.join("small"), "size=64m");
    writeFileSync(dir.join("small", "filler"), Buffer.alloc(40e6, 1));
    await useVolume(dir.join("small"), 30_000_000);
    const found = await doctor(dataDir);
    named(found, "volume-space", /2\d MB free, less than the 30 MB to be kept free/);
    named(found, "file-system", /small lies on tmpfs/);
  });

  it("names a disk that is too slow", { skip: noTemporaryVolume("ext4") || noSlowVolume() }, async () => {
    const disk = await temporaryVolume({ fileSystem: "ext4", sizeBytes: 300 * 1024 * 1024 });
    try {
      await useVolume(disk.path);
      disk.throttle(600_000);
      named(
        await doctor(dataDir, { measure: true }),
        "volume-speed",
        /is too slow for one camera: 0\.\d MB\/s/,
      );
    } finally {
      disk.dispose();
    }
  });

  it("names a clock that is behind the recordings", async () => {
    const day90k = DAY_MS * 90;
    changeDatabase(
      join(dataDir, DATABASE_FILE),
      `insert into volumes values (1, 'v', '/v', 0);
       insert into streams (number, camera, stream) values (1, 'yard', 'main');
       insert into segments (number, id, stream_number, volume_number, write_sequence, run, sequence, start_90k,
         duration_90k, size_bytes, moov_offset, moov_bytes, video_codec, width, height, video_samples, audio_samples,
         reasons, clock_source, starts_with_key_frame, ends_run, recovered)
       values (1, '1-node-1-1', 1, 1, 1, 1, 0, ${Date.now() * 90 + 40 * day90k}, 90, 1, 1, 1, 'avc1', 1, 1, 1, 0, 1,
         'node', 1, 1, 0)`,
    );
    named(await doctor(dataDir), "clock", /but there are recordings of \d{4}-/);
  });

  it("names a clock that nothing sets", async () => {
    const folder = plantProgram(dir.join("unset"), "timedatectl", ["echo no"]);
    const path = `${folder}:${process.env["PATH"]}`;
    const found = named(await doctor(dataDir, { env: { PATH: path } }), "clock", /not kept by NTP/);
    assert.equal(found.command, "timedatectl set-ntp true");
  });

  it("names the program that has a port of the recorder's", async () => {
    const squatter = spawn(process.execPath, [
      "-e",
      'require("net").createServer().listen(0, "127.0.0.1", function () { console.log(this.address().port); });',
    ]);
    try {
      const [port] = (await once(squatter.stdout, "data")) as [Buffer];
      await configure("/network/http/port", Number(port.toString()));
      const found = named(
        await doctor(dataDir),
        "port",
        /^the http port \d+ on 127\.0\.0\.1 is taken by node \(/,
      );
      assert.match(found.message, new RegExp(`process ${squatter.pid}, .*node`));
      assert.equal(found.where, "config.json, /network/http/port");
      await configure((draft) => {
        draft.network.http.port = 0;
        draft.mqtt.tls.port = Number(port.toString());
      });
      const broker = named(await doctor(dataDir), "port", /^the mqtts port \d+ on 127\.0\.0\.1 is taken by/);
      assert.equal(broker.where, "config.json, /mqtt/tls/port");
      await configure("/mqtt/broker", "off");
      const { checks } = await doctor(dataDir);
      assert.ok(!checks.some(({ message }) => /mqtts port/.test(message)), "nobody opens it then");
    } finally {
      squatter.kill();
    }
  });

  it("names an address that the machine does not have", async () => {
    await configure((draft) => {
      draft.network.https.port = 8443;
      draft.network.https.host = "192.0.2.1";
    });
    const found = named(await doctor(dataDir), "port", /this machine has no such address/);
    assert.equal(found.where, "config.json, /network/https/host");
  });

  it("names a key that others can read, and a data directory that they can write", async () => {
    chmodSync(dataDir, 0o777);
    chmodSync(join(dataDir, "secrets.key"), 0o644);
    const found = await doctor(dataDir);
    assert.match(
      named(found, "secrets-key", /can be read by others/).command ?? "",
      /^chmod 600 .*secrets\.key$/,
    );
    assert.match(named(found, "data-mode", /others may write/).command ?? "", /^chmod 700 /);
  });

  it("names files that a command run as root left behind", { skip: needsRoot }, async () => {
    chownTree(dataDir, NOBODY);
    chownSync(join(dataDir, "config.json"), 0, 0);
    const found = named(await doctor(dataDir), "data-owner", /is nobody's, but config\.json in it belong/);
    assert.match(found.command ?? "", /^chown -R nobody:nogroup /);
  });

  it("names the line of config.json that is no JSON, and the setting that is none", async () => {
    const file = join(dataDir, "config.json");
    const good = readFileSync(file, "utf8");
    writeFileSync(file, good.replace('"version": 1,', '"version": 1,,'));
    named(await doctor(dataDir), "config", /is not JSON .*line \d+ column \d+/);
    writeFileSync(file, good.replace('"network": {', '"netwrok": {'));
    const found = named(await doctor(dataDir), "config", /\/netwrok is not a known key/);
    assert.equal(found.where, "config.json, /netwrok");
    assert.match(found.advice ?? "", /config\.last-good\.json/);
  });

  it("names a time zone that there is none of, in the configuration and of the system", async () => {
    const file = join(dataDir, "config.json");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace(/"timeZone": ".*?"/, '"timeZone": "Mars/Olympus"'));
    assert.equal(
      named(await doctor(dataDir), "time-zone", /is not the name of a time zone/).where,
      "config.json, /timeZone",
    );
    rmSync(dataDir, { recursive: true });
    named(
      await doctor(dataDir, { env: { ...process.env, TZ: "Mars/Olympus" } }),
      "time-zone",
      /Mars\/Olympus/,
    );
  });

  it("names a damaged database, and one of a newer Nightjar", async () => {
    const file = join(dataDir, DATABASE_FILE);
    const good = readFileSync(file);
    damage(file);
    named(await doctor(dataDir), "database-file", /the database is damaged/);
    writeFileSync(file, good);
    changeDatabase(file, "pragma user_version = 999");
    named(await doctor(dataDir), "database-file", /of a newer Nightjar \(schema 999/);
  });

  it("names a plugin whose package is refused", async () => {
    const folder = join(dataDir, "plugins/node_modules/nightjar-camera-future");
    mkdirSync(folder, { recursive: true });
    const card = {
      ...{ name: "nightjar-camera-future", version: "1.0.0", type: "module", keywords: ["nightjar-plugin"] },
      ...{
        engines: { nightjar: "^99.0" },
        exports: "./index.js",
        nightjar: { kind: "camera", displayName: "Future" },
      },
    };
    writeFileSync(join(folder, "package.json"), JSON.stringify(card));
    const found = named(await doctor(dataDir), "plugin", /nightjar-camera-future is refused: .*\^?99/);
    assert.equal(found.where, folder);
  });

  it("names a limit of open files that is too low", { skip: needsRoot }, async () => {
    const few = { through: ["prlimit", "--nofile=256:256"] };
    named(await doctor(dataDir, few), "open-files", /only 256 files/);
  });

  it("names walls that cannot be built without bubblewrap", async () => {
    const bare = { env: { ...process.env, PATH: pathWithout("bwrap") } };
    const { checks } = await doctor(dataDir, bare);
    assert.notEqual(checks.find(({ id }) => id === "plugin-walls")?.result, "ok");
    assert.notEqual(checks.find(({ id }) => id === "sandbox")?.result, "ok");
  });

  it("names a certificate that has ended, one for other names, and one that ends soon", async () => {
    await configure("/network/certificateNames", ["nvr.example.org"]);
    const now = Date.now();
    await plantCertificate(dataDir, "nvr.example.org", now - 90 * DAY_MS, now - DAY_MS);
    named(await doctor(dataDir), "certificate", /ended on \d{4}-/);
    await plantCertificate(dataDir, "other.example.org", now - DAY_MS, now + 90 * DAY_MS);
    named(await doctor(dataDir), "certificate", /is for other\.example\.org, not for nvr\.example\.org/);
    await plantCertificate(dataDir, "nvr.example.org", now - DAY_MS, now + 5 * DAY_MS);
    named(await doctor(dataDir), "certificate", /ends on \d{4}-/);
  });

  it("says to somebody else what it could not look at, and takes nothing of it as sound", {
    skip: needsRoot,
  }, async () => {
    const found = await doctor(dataDir, { uid: NOBODY });
    const { advice, command } = named(found, "access", /recorder of root, and nobody may not look/);
    assert.match(advice ?? "", /as root/);
    assert.match(command ?? "", /^sudo -u root nightjar doctor --data /);
    for (const id of ["config", "data", "database-file", "volume", "plugin"]) {
      assert.equal(
        found.checks.find((check) => check.id === id),
        undefined,
        id,
      );
    }
  });

  it("tells people in words what it tells programs in JSON", async () => {
    chmodSync(join(dataDir, "secrets.key"), 0o644);
    const { code, out } = await nightjar(dataDir, ["doctor"]);
    assert.equal(code, 4);
    assert.match(
      out,
      /^!! {2}the key of the secrets can be read by others\n.*where:.*\n.*do: .*\n.*type: {2}chmod 600/m,
    );
  });
});

describe("nightjar doctor beside a running recorder", () => {
  let rig: RecorderRig;
  before(async () => {
    rig = await RecorderRig.start({ cameras: 1 });
    await rig.untilRecording(30_000);
  });
  after(() => rig.dispose());

  it("asks it too, and leaves it recording", async () => {
    const { checks } = await doctor(rig.dataDir, {});
    assert.match(checks.find(({ id }) => id === "recorder")?.message ?? "", /the recorder runs/);
    assert.equal(checks.find(({ id }) => id === "database-file")?.result, "ok");
    assert.equal((await rig.status())?.cameras.recording, 1);
  });

  it("repeats what the recorder complains of", async () => {
    // The camera falls silent, as one does whose cable was cut.
    for (const pid of rig.sender.pids) process.kill(pid, "SIGSTOP");
    try {
      const found = await waitFor(
        async () => {
          const { checks } = await doctor(rig.dataDir, {});
          return checks.find(({ id, where }) => id === "recorder" && where?.startsWith("camera-") === true);
        },
        { deadlineMs: 60_000, periodMs: 500, what: "the doctor to tell of the camera" },
      );
      assert.match(found.message, /^Camera 1: /);
      assert.ok((found.advice ?? "") !== "");
    } finally {
      for (const pid of rig.sender.pids) process.kill(pid, "SIGCONT");
    }
  });

  it("says so when it holds the data directory and does not answer", async () => {
    const core = rig.withhold("core");
    try {
      named(await doctor(rig.dataDir, {}), "recorder", /has .*, but does not answer/);
    } finally {
      core.release();
    }
  });
});

function chownTree(folder: string, uid: number): void {
  assert.equal(spawnSync("chown", ["-R", `${uid}:${uid}`, folder]).status, 0);
}
