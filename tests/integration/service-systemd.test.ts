// `nightjar service install` on a running systemd: the unit's walls, the recorder inside them, its ends and beginnings.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { waitFor } from "../../core/testing/wait-for.ts";
import { OwnSystemd } from "../support/own-systemd.ts";
import { PROGRAM } from "../support/program.ts";

const DATA = "/var/lib/nightjar";
const skip = OwnSystemd.absent();

interface Status {
  readonly active: string;
  readonly enabled: string;
  readonly result: string;
  readonly restarts: number;
  readonly pid: number;
}

describe("the service on a running systemd", { skip }, () => {
  let systemd: OwnSystemd;
  before(async () => {
    systemd = await OwnSystemd.start();
  });
  after(() => systemd.stop());

  const command = [process.execPath, "--disable-warning=ExperimentalWarning", PROGRAM];
  const nightjar = (...args: string[]) => systemd.run([...command, ...args]);
  const status = async () => JSON.parse((await nightjar("service", "status", "--json")).out) as Status;
  const untilRecording = (data = DATA) =>
    waitFor(async () => /1 recorded/.test((await nightjar("status", "--data", data)).out), {
      deadlineMs: 60_000,
      periodMs: 1_000,
      what: () => `a recording; ${systemd.log}`,
    });

  it("is installed with its user, started, and records the demo camera", async () => {
    const installed = await nightjar("service", "install", "--json");
    assert.equal(installed.code, 0, `${installed.err}\n${systemd.log}`);
    const { started, userCreated, next } = JSON.parse(installed.out) as Record<string, unknown>;
    assert.deepEqual([started, userCreated, next], [true, true, []]);
    const { active, enabled } = await status();
    assert.deepEqual([active, enabled], ["active", "enabled"]);
    await untilRecording();
    const { pid } = await status();
    const owner = await systemd.run(["stat", "--format=%U", `/proc/${pid}`, DATA]);
    assert.equal(owner.out, "nightjar\nnightjar\n");
    // Of all control groups, it may divide its own.
    const { out: mounts } = await systemd.run(["cat", `/proc/${pid}/mountinfo`]);
    const groups = mounts.split("\n").filter((line) => line.includes(" - cgroup2 "));
    const access = groups
      .map((line) => line.split(" "))
      .map(([, , , , place, how = ""]) => [place, how.slice(0, 2)]);
    assert.deepEqual(access, [
      ["/sys/fs/cgroup", "ro"],
      ["/sys/fs/cgroup/system.slice/nightjar.service", "rw"],
    ]);
    const own = "/sys/fs/cgroup/system.slice/nightjar.service";
    assert.equal((await systemd.run(["stat", "--format=%U", own])).out, "nightjar\n");
  });

  it("leaves room for the walls around plugins and ffmpeg inside its own", async () => {
    // The same unit with another command: what `doctor` finds there is what the recorder finds.
    const unit = (await nightjar("service", "print")).out
      .replace(" start --data", " doctor --json --data")
      .replace("Type=exec", "Type=oneshot\nStandardOutput=append:/run/doctor.json")
      .replace("Restart=on-failure", "SuccessExitStatus=4");
    const write = 'printf %s "$1" > /etc/systemd/system/nightjar-doctor.service';
    await systemd.run(["sh", "-c", write, "sh", unit]);
    const { code, err } = await systemd.run(["systemctl", "start", "nightjar-doctor"]);
    assert.equal(code, 0, `${err}\n${systemd.log}`);
    const { checks } = JSON.parse((await systemd.run(["cat", "/run/doctor.json"])).out) as {
      checks: { id: string; result: string; message: string }[];
    };
    for (const id of ["node", "database", "data", "sandbox", "plugin-walls"]) {
      const check = checks.find((found) => found.id === id);
      assert.equal(check?.result, "ok", `${id}: ${check?.message}`);
    }
  });

  it("comes back by itself when it is killed", async () => {
    const { pid } = await status();
    await systemd.run(["kill", "-KILL", String(pid)]);
    await untilRecording();
    const again = await status();
    assert.equal(again.restarts, 1);
    assert.notEqual(again.pid, pid);
  });

  it("ends in order, with every recording closed", async () => {
    const { code, err } = await systemd.run(["systemctl", "stop", "nightjar"]);
    assert.equal(code, 0, err);
    const { active, result } = await status();
    assert.deepEqual([active, result], ["inactive", "success"]);
    const fsck = await systemd.run(["runuser", "-u", "nightjar", "--", ...command, "fsck", "--data", DATA]);
    assert.equal(fsck.code, 0, fsck.out);
  });

  it("goes without its recordings", async () => {
    assert.equal((await nightjar("service", "uninstall")).code, 0);
    const left = await systemd.run(["ls", "/etc/systemd/system/nightjar.service", join(DATA, "volumes")]);
    assert.match(left.out, /default/);
    assert.match(left.err, /nightjar\.service.*No such file/);
  });

  it("records where homes are, below a name with blanks, percent and dollar signs", async () => {
    // Like /home and /root, /run/user is hidden from the service but for what its unit names.
    const data = "/run/user/my 100% $HOME videos";
    const installed = await nightjar("service", "install", "--data", data);
    assert.equal(installed.code, 0, installed.err);
    assert.match(installed.out, /activation-code --data '\/run\/user\/my 100% \$HOME videos'$/m);
    await untilRecording(data);
    const stored = JSON.parse((await nightjar("service", "status", "--json")).out) as { dataDir: string };
    assert.equal(stored.dataDir, data);
    assert.equal((await nightjar("service", "uninstall")).code, 0);
  });

  it("runs in a user's own manager, without root", async (context) => {
    const data = "/var/lib/anna/videos";
    const manager = `[Service]
User=anna
Delegate=yes
RuntimeDirectory=anna
Environment=XDG_RUNTIME_DIR=/run/anna HOME=/var/lib/anna
ExecStart=/lib/systemd/systemd --user
StandardError=append:/run/anna.log
`;
    const make = [
      "useradd --no-create-home --home-dir /var/lib/anna anna",
      "install -d -o anna /var/lib/anna",
      'printf %s "$1" > /etc/systemd/system/anna.service',
      "systemctl start anna",
    ];
    const made = await systemd.run(["sh", "-ec", make.join("\n"), "sh", manager]);
    assert.equal(made.code, 0, made.err);
    const anna = (...words: string[]) =>
      systemd.run([
        "runuser",
        "-u",
        "anna",
        "--",
        "env",
        "XDG_RUNTIME_DIR=/run/anna",
        "HOME=/var/lib/anna",
        ...words,
      ]);
    if ((await anna("test", "-r", PROGRAM)).code !== 0) {
      context.skip("the program lies in a folder that is closed to other users");
      return;
    }
    await waitFor(async () => (await anna("systemctl", "--user", "show-environment")).code === 0, {
      deadlineMs: 20_000,
      what: () => `anna's manager; ${systemd.log}`,
    });
    const installed = await anna(...command, "service", "install", "--user", "--json", "--data", data);
    assert.equal(installed.code, 0, installed.err);
    const { started, next } = JSON.parse(installed.out) as Record<string, unknown>;
    assert.deepEqual([started, next], [true, ["loginctl enable-linger"]]);
    await waitFor(async () => /1 recorded/.test((await anna(...command, "status", "--data", data)).out), {
      deadlineMs: 60_000,
      periodMs: 1_000,
      what: () => `a recording of anna's; ${systemd.log}`,
    });
    assert.equal((await anna(...command, "service", "status", "--user")).code, 0);
    assert.equal((await anna(...command, "service", "uninstall", "--user")).code, 0);
    assert.equal((await anna(...command, "service", "status", "--user")).code, 3);
  });
});
