// The service's user, made by the system's own useradd in a folder that stands for the system (`--prefix`): no account of
// this machine is touched.
import assert from "node:assert/strict";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { closedPlaces } from "../../../../core/system/service/closed-places.ts";
import {
  ensureDataDir,
  ensureServiceUser,
  type ServiceUser,
} from "../../../../core/system/service/service-user.ts";
import { mustRun, runProgram } from "../../../../core/system/service/system-program.ts";
import { type TempDir, tempDir } from "../../../../core/testing/temp-dir.ts";

const isRoot = process.getuid?.() === 0;
const noUsers =
  isRoot && existsSync("/usr/sbin/useradd") && existsSync("/usr/bin/getent")
    ? false
    : "making users needs root and useradd";

/** Makes `useradd` and `getent` work on account files below the folder. */
async function withAccountsIn<Result>(dir: TempDir, action: () => Promise<Result>): Promise<Result> {
  mkdirSync(dir.join("etc"));
  for (const file of ["passwd", "group", "shadow", "gshadow"]) writeFileSync(dir.join("etc", file), "");
  mkdirSync(dir.join("bin"));
  const script = (name: string, line: string): void => {
    writeFileSync(dir.join("bin", name), `#!/bin/sh\n${line}\n`);
    chmodSync(dir.join("bin", name), 0o755);
  };
  script("useradd", `exec /usr/sbin/useradd --prefix '${dir.path}' "$@"`);
  script("getent", `exec grep "^$2:" '${dir.join("etc/passwd")}'`);
  const path = process.env["PATH"];
  process.env["PATH"] = `${dir.join("bin")}:${path}`;
  try {
    return await action();
  } finally {
    process.env["PATH"] = path;
  }
}

describe("the service's user", { skip: noUsers }, () => {
  it("is made once, of the system's range, without a shell and a password", async () => {
    using dir = tempDir();
    const users = await withAccountsIn(dir, async () => [
      await ensureServiceUser("nightjar", "/var/lib/nightjar"),
      await ensureServiceUser("nightjar", "/var/lib/nightjar"),
    ]);
    const [first, second] = users as [ServiceUser, ServiceUser];
    assert.deepEqual([first.created, second.created], [true, false]);
    assert.equal(second.uid, first.uid);
    assert.ok(first.uid > 0 && first.uid < 1_000, String(first.uid));
    const passwd = readFileSync(dir.join("etc/passwd"), "utf8");
    assert.match(passwd, /^nightjar:x:\d+:\d+:[^:]*:\/var\/lib\/nightjar:\/.*(nologin|false)$/m);
    assert.match(readFileSync(dir.join("etc/shadow"), "utf8"), /^nightjar:!/m);
    assert.equal(existsSync(dir.join("var/lib/nightjar")), false);
  });

  it("gets a data directory that nobody else can look into", async () => {
    using dir = tempDir();
    await ensureDataDir(dir.join("srv/videos"), { uid: 4321, gid: 4321 });
    const { uid, gid, mode } = statSync(dir.join("srv/videos"));
    assert.deepEqual([uid, gid, mode & 0o777], [4321, 4321, 0o700]);
    // Again, with recordings in it: nothing to do.
    writeFileSync(dir.join("srv/videos/a"), "");
    await ensureDataDir(dir.join("srv/videos"), { uid: 4321, gid: 4321 });
  });

  it("is not given what somebody else has filled", async () => {
    using dir = tempDir();
    writeFileSync(dir.join("letter"), "");
    await assert.rejects(ensureDataDir(dir.path, { uid: 4321, gid: 4321 }), {
      code: "NJ_SERVICE_DATA",
      message: /not empty and belongs to user 0.*chown -R 4321:4321/s,
    });
    assert.equal(statSync(dir.path).uid, 0);
  });
});

describe("places that are closed to the service", { skip: noUsers }, () => {
  it("are named before the first start: ways to the program, and volumes", async () => {
    using dir = tempDir();
    chmodSync(dir.path, 0o755);
    mkdirSync(dir.join("closed/core"), { recursive: true });
    writeFileSync(dir.join("closed/core/main.ts"), "");
    chmodSync(dir.join("closed"), 0o700);
    mkdirSync(dir.join("theirs"));
    mkdirSync(dir.join("its"));
    chownSync(dir.join("its"), 4321, 4321);
    const problems = await closedPlaces(
      {
        scope: "system",
        node: "/bin/sh",
        entry: dir.join("closed/core/main.ts"),
        programFolder: dir.join("closed"),
        dataDir: "/var/lib/nightjar",
        volumes: [dir.join("theirs"), dir.join("its"), dir.join("away")],
        pluginPaths: [],
      },
      { uid: 4321, gid: 4321 },
    );
    assert.deepEqual(problems, [
      `${dir.join("closed")} is closed to other users: \`chmod o+rx\` it, or install Nightjar elsewhere`,
      `the service cannot write the volume ${dir.join("theirs")}: \`chown 4321:4321\` it`,
      `the volume ${dir.join("away")} is not there`,
    ]);
  });
});

describe("programs of the system", () => {
  it("are run to their end, with what they said", async () => {
    assert.deepEqual(await runProgram(process.execPath, ["-e", "console.log(1); process.exitCode = 3"]), {
      code: 3,
      out: "1\n",
      err: "",
    });
  });

  it("that fail or are missing are named, with the reason", async () => {
    await assert.rejects(mustRun(process.execPath, ["-e", "console.error('no such bus'); process.exit(1)"]), {
      code: "NJ_SERVICE_PROGRAM",
      message: /exit code 1: no such bus/,
    });
    await assert.rejects(mustRun("no-such-program-here", []), {
      code: "NJ_SERVICE_PROGRAM",
      message: /no-such-program-here.*ENOENT/,
    });
  });
});
