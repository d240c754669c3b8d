// The command `nightjar` on a real recorder: what it prints, its exit codes, and what happens without a recorder.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { systemClock } from "../../core/clock.ts";
import { ConfigStore } from "../../core/config/config-store.ts";
import { SecretStore } from "../../core/config/secret-store.ts";
import { DATABASE_FILE, openDb } from "../../core/db/open-db.ts";
import { silentLog } from "../../core/log.ts";
import { openUsers } from "../../core/users/users.ts";
import { authenticatorApp } from "../support/authenticator-app.ts";
import { describeTree } from "../support/describe-tree.ts";
import { nightjar } from "../support/nightjar-command.ts";
import { RecorderRig } from "../support/recorder-rig.ts";

describe("nightjar on a running recorder", () => {
  let rig: RecorderRig;
  before(async () => {
    rig = await RecorderRig.start({ cameras: 1 });
    await rig.untilRecording(30_000);
  });
  after(() => rig.dispose());

  it("status says how the recorder is, in words and in JSON", async () => {
    const words = await nightjar(rig.dataDir, ["status"]);
    assert.equal(words.code, 0);
    assert.match(words.out, /1 of 1 cameras online, 1 recorded/);
    const json = JSON.parse((await nightjar(rig.dataDir, ["status", "--json"])).out) as { cameras: object };
    assert.deepEqual(json.cameras, { total: 1, online: 1, recording: 1 });
    assert.match(words.out, /http +127\.0\.0\.1:\d+ +for this machine alone/);
  });

  it("camera probe tells the facts of a stream without adding it", async () => {
    const { code, out } = await nightjar(rig.dataDir, ["camera", "probe", rig.sender.url(9), "--json"]);
    assert.equal(code, 0);
    const facts = JSON.parse(out) as { video: { width: number; height: number }; transport: string };
    assert.deepEqual([facts.video.width, facts.video.height, facts.transport], [1280, 720, "tcp"]);
    assert.equal((await nightjar(rig.dataDir, ["camera", "list"])).out.trim().split("\n").length, 1);
  });

  it("camera probe fails with the reason for people", async () => {
    const { code, err } = await nightjar(rig.dataDir, ["camera", "probe", "rtsp://127.0.0.1:9/x"]);
    assert.equal(code, 1);
    assert.match(err, /Nothing listens at 127\.0\.0\.1:9.*NJ_STREAM_CONNECTION_REFUSED/s);
  });

  it("camera add, list and remove work, and the password stays out of config.json", async () => {
    const url = rig.sender.url(5);
    const added = await nightjar(
      rig.dataDir,
      ["camera", "add", url, "--name", "Back door", "--username", "u", "--password-stdin"],
      { input: "canary-word\n" },
    );
    assert.equal(added.code, 0, added.err);
    assert.match(added.out, /Added back-door/);
    assert.match((await nightjar(rig.dataDir, ["camera", "list"])).out, /back-door\s+Back door\s+rtsp/);
    assert.equal((await readFile(join(rig.dataDir, "config.json"), "utf8")).includes("canary-word"), false);
    assert.equal((await nightjar(rig.dataDir, ["camera", "remove", "back-door"])).code, 2);
    assert.equal(
      (await nightjar(rig.dataDir, ["camera", "remove", "back-door", "--footage", "remove"])).code,
      0,
    );
    assert.doesNotMatch((await nightjar(rig.dataDir, ["camera", "list"])).out, /back-door/);
  });

  it("a second recorder on the same data directory is refused and names the first", async () => {
    const { code, err } = await nightjar(rig.dataDir, ["start"]);
    assert.equal(code, 1);
    assert.match(err, /another Nightjar \(process \d+\).*NJ_DATA_DIR_BUSY/s);
  });

  it("fsck checks beside a running recorder and mends only when it stands", async () => {
    assert.equal((await nightjar(rig.dataDir, ["fsck"])).code, 0);
    assert.match((await nightjar(rig.dataDir, ["fsck", "--repair"])).err, /NJ_FSCK_RUNNING/);
  });

  it("a hand edit with an unknown key is refused by its path, and the old configuration stays", async () => {
    const file = join(rig.dataDir, "config.json");
    const good = await readFile(file, "utf8");
    const bad = JSON.parse(good) as { cameras: Record<string, unknown>[] };
    (bad.cameras[0] as Record<string, unknown>)["colour"] = "red";
    await writeFile(file, JSON.stringify(bad));
    const problem = await poll(async () =>
      /\/cameras\/0\/colour/.exec((await nightjar(rig.dataDir, ["status"])).out),
    );
    assert.ok(problem);
    assert.match((await nightjar(rig.dataDir, ["camera", "list"])).out, /cam-1.*online/);
    await writeFile(file, good);
  });
});

describe("nightjar without a running recorder", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "nightjar-cli-"));
  after(() => rm(dataDir, { recursive: true, force: true }));

  it("says that none runs, with an exit code of its own", async () => {
    const { code, err } = await nightjar(dataDir, ["status"]);
    assert.equal(code, 3);
    assert.match(err, /no recorder runs with/);
  });

  it("makes the first administrator headless", async () => {
    const made = await nightjar(dataDir, ["user", "create", "--admin", "anna", "--password-stdin"], {
      input: "a long pass phrase\n",
    });
    assert.equal(made.code, 0, made.err);
    assert.match((await nightjar(dataDir, ["user", "list"])).out, /anna\s+administrator/);
    assert.match((await nightjar(dataDir, ["user", "activation-code"])).out, /needs no code/);
  });

  it("takes the second factor of an account away, which is the way back for a lone administrator", async () => {
    await setUpSecondFactor(dataDir, "anna");
    assert.match((await nightjar(dataDir, ["user", "list"])).out, /anna\s+administrator\s+second factor/);
    const reset = await nightjar(dataDir, ["user", "reset-second-factor", "anna"]);
    assert.equal(reset.code, 0, reset.err);
    assert.match(reset.out, /anna signs in with the password alone/);
    assert.doesNotMatch((await nightjar(dataDir, ["user", "list"])).out, /second factor/);
    const again = await nightjar(dataDir, ["user", "reset-second-factor", "anna"]);
    assert.equal(again.code, 1);
    assert.match(again.err, /NJ_SECOND_FACTOR_OFF/);
  });

  it("narrows an account to cameras, changes its role, disables it and lets it in again", async () => {
    const account = async (...args: string[]): Promise<Record<string, unknown>> => {
      const { code, err } = await nightjar(dataDir, ["user", ...args], { input: "looks at pictures\n" });
      assert.equal(code, 0, err);
      const all = JSON.parse((await nightjar(dataDir, ["user", "list", "--json"])).out) as [];
      const { role, cameras, enabled } = all.find(({ name }) => name === "vera") ?? ({} as never);
      return { role, cameras, enabled };
    };
    const made = ["create", "vera", "--role", "viewer", "--cameras", "gate,yard:live", "--password-stdin"];
    const cameras = ["gate", { id: "yard", rights: ["live"] }];
    const vera = { role: "viewer", cameras, enabled: true };
    assert.deepEqual(await account(...made), vera);
    assert.match((await nightjar(dataDir, ["user", "list"])).out, /vera\s+viewer\s+gate,yard:live/);
    assert.deepEqual(await account("change", "vera", "--disable"), { ...vera, enabled: false });
    const back = ["change", "vera", "--enable", "--role", "operator", "--cameras", "all"];
    assert.deepEqual(await account(...back), { role: "operator", cameras: "all", enabled: true });
  });

  it("refuses a weak password with the reason", async () => {
    const { code, err } = await nightjar(
      dataDir,
      ["user", "create", "bob", "--role", "viewer", "--password-stdin"],
      { input: "short\n" },
    );
    assert.equal(code, 1);
    assert.match(err, /at least 12.*NJ_PASSWORD_WEAK/s);
  });

  it("explains each command with its usage and examples, and the command that was meant", async () => {
    for (const name of [
      "start",
      "status",
      "doctor",
      "camera",
      "fsck",
      "user",
      "plugin",
      "service",
      "bench",
      "settings",
      "token",
      "downgrade",
    ]) {
      const { code, out } = await nightjar(dataDir, [name, "--help"]);
      assert.equal(code, 0, name);
      assert.match(
        out,
        new RegExp(`Usage:\\n  nightjar ${name}.*Examples:\\n  .*nightjar ${name}.*Exit codes:`, "s"),
      );
    }
    const mistyped = await nightjar(dataDir, ["stauts"]);
    assert.equal(mistyped.code, 2);
    assert.match(mistyped.err, /no command "stauts"\. Did you mean status\?/);
    assert.match((await nightjar(dataDir, ["fsck", "--reapir"])).err, /Did you mean --repair\?/);
  });

  it("answers programs in JSON, what it prints as well as what went wrong", async () => {
    for (const args of [
      ["--version"],
      ["user", "list"],
      ["plugin", "list"],
      ["fsck"],
      ["service", "print"],
    ]) {
      const { out, err } = await nightjar(dataDir, [...args, "--json"]);
      assert.notEqual(JSON.parse(out), undefined, `${args.join(" ")}: ${err}`);
    }
    for (const [args, code, exit] of [
      [["status"], "NJ_NOT_RUNNING", 3],
      [["camera", "list"], "NJ_NOT_RUNNING", 3],
      [["fly"], "NJ_CLI_USAGE", 2],
      [["settings", "import", "/nowhere"], "NJ_CLI_FILE", 1],
    ] as const) {
      const result = await nightjar(dataDir, [...args, "--json"]);
      assert.equal(result.code, exit, args.join(" "));
      assert.equal((JSON.parse(result.err) as { error: { code: string } }).error.code, code);
    }
  });

  it("moves settings out and in while the recorder stands still, whole and back again", async () => {
    const file = join(dataDir, "sealed.njset");
    const nowhere = await nightjar(join(dataDir, "nowhere"), ["settings", "rollback"]);
    assert.equal(nowhere.code, 3, nowhere.err);
    // A recorder that was started once has a configuration.
    await (await ConfigStore.open({ dataDir, log: silentLog, watch: false })).close();
    const sealed = { input: "a seal of many words\n" };
    const out = await nightjar(dataDir, ["settings", "export", file, "--password-stdin"], sealed);
    assert.equal(out.code, 0, out.err);
    const other = await mkdtemp(join(tmpdir(), "nightjar-cli-other-"));
    try {
      const secret = { input: "another long phrase\n" };
      await nightjar(other, ["user", "create", "--admin", "olga", "--password-stdin"], secret);
      const options = ["--password-stdin", "--parts", "accounts,general"];
      const dry = await nightjar(other, ["settings", "import", file, ...options, "--dry-run"], sealed);
      assert.match(dry.out, /anna[\s\S]*Nothing was changed/, dry.err);
      const taken = await nightjar(other, ["settings", "import", file, ...options], sealed);
      assert.equal(taken.code, 0, `${taken.out}${taken.err}`);
      assert.match((await nightjar(other, ["user", "list"])).out, /anna\s+administrator/);
      const back = await nightjar(other, ["settings", "rollback"]);
      assert.equal(back.code, 0, `${back.out}${back.err}`);
      const accounts = (await nightjar(other, ["user", "list"])).out;
      assert.match(accounts, /olga/);
      assert.doesNotMatch(accounts, /anna/);
    } finally {
      await rm(other, { recursive: true, force: true });
    }
  });

  it("checks recordings without making or changing a file, whoever looks", async () => {
    const fresh = await mkdtemp(join(tmpdir(), "nightjar-cli-fresh-"));
    try {
      assert.equal((await nightjar(fresh, ["fsck"])).code, 0);
      assert.deepEqual(describeTree(fresh), []);
      const before = describeTree(dataDir);
      assert.equal((await nightjar(dataDir, ["fsck"])).code, 0);
      assert.deepEqual(describeTree(dataDir), before);
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  });

  it("refuses what it does not understand with exit code 2", async () => {
    for (const args of [
      ["fly"],
      ["camera"],
      ["camera", "add"],
      ["camera", "add", "rtsp://camera/", "--config", "{}"],
      ["camera", "probe", "--config", "rtsp://camera/"],
      ["plugin"],
      ["plugin", "create", "camera"],
      ["user", "create", "x"],
      ["user", "reset-second-factor"],
      ["user", "change", "x"],
      ["user", "change", "x", "--cameras", "Gate 1"],
      ["start", "--log-level", "loud"],
    ]) {
      assert.equal((await nightjar(dataDir, args)).code, 2, args.join(" "));
    }
  });
});

/** As the page would, on the data directory of a recorder that stands still. */
async function setUpSecondFactor(dataDir: string, userName: string): Promise<void> {
  const db = await openDb(join(dataDir, DATABASE_FILE), { log: silentLog });
  const secrets = await SecretStore.open({ dataDir });
  const sessionLimits = () => ({ idleMs: 0, absoluteMs: 0 });
  const users = await openUsers({
    db,
    secrets,
    dataDir,
    clock: systemClock,
    log: silentLog,
    sessionLimits,
  });
  const { uri } = await users.secondFactors.begin(userName);
  const code = authenticatorApp(uri).codeAt(Date.now());
  await users.secondFactors.confirm(userName, code, { userName, address: "" });
  await users.close();
  await db.close();
}

async function poll<Value>(probe: () => Promise<Value | null>): Promise<Value | null> {
  const end = performance.now() + 30_000;
  for (;;) {
    const value = await probe();
    if (value !== null || performance.now() > end) return value;
  }
}
