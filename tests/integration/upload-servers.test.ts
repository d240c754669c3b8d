// Uploads to servers that others wrote: vsftpd, OpenSSH, Apache and an S3 service; with a wrong password, a full disk, a stall,
// a certificate that nobody knows and a host key that has changed; cut halfway, and through a restart of the recorder.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type ErrorKind, NightjarError } from "../../core/errors.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { noTemporaryVolume, temporaryVolume } from "../../core/testing/temporary-volume.ts";
import { type TestNvr, testNvr } from "../../core/testing/test-nvr.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { growingName } from "../../plugins/linkage-upload/src/carriers.ts";
import { picture, requestFor } from "../../plugins/linkage-upload/tests/requests.ts";
import { s3Process } from "../../plugins/linkage-upload/tests/s3-process.ts";
import { s3Server } from "../../plugins/linkage-upload/tests/s3-server.ts";
import {
  type FileHouse,
  type FileServer,
  fileHouse,
  PASSWORD,
  startApache,
  startSshd,
  startVsftpd,
  USER,
  WITHOUT_FILE_SERVERS,
} from "../support/file-servers.ts";

const PLUGIN = new URL("../../plugins/linkage-upload", import.meta.url);
/** Ends a hang, however busy the machine. */
const PATIENT_SECONDS = 25;
const FOLDER = "Home/gate/2026-03-29";
const NAMES = [
  "2026-03-29_03-59-59-000_motion_17.json",
  "2026-03-29_03-59-59-500_motion_17.jpg",
  "2026-03-29_04-00-00-000_motion_17.jpg",
];
const { signal } = new AbortController();

type Fields = Readonly<Record<string, unknown>>;

/** A recorder that knows a target, the same with a wrong password, and on a full disk. */
async function recorder(target: Fields, others: Fields = {}): Promise<TestNvr> {
  const nvr = await testNvr({
    ...{ pluginFolder: PLUGIN, isolation: "inline" },
    settings: {
      target1: { name: "Good", ...target },
      target2: { name: "Stranger", ...target, password: "wrong horse" },
      target3: { name: "Full", ...target, folder: `${target["folder"] ?? ""}/full`.replace(/^\//, "") },
      stallSeconds: PATIENT_SECONDS,
      ...others,
    },
  });
  await nvr.start();
  return nvr;
}

const upload = (nvr: TestNvr, target: string, options: Parameters<typeof requestFor>[1] = {}) =>
  nvr.linkageAction().run(requestFor({ target }, options), { signal });

/** No message holds a secret. */
function failure(code: string, kind: ErrorKind, words: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof NightjarError, String(error));
    assert.deepEqual([error.code, error.kind], [code, kind], error.message);
    assert.match(error.message, words);
    assert.doesNotMatch(`${error.message} ${JSON.stringify(error.context)}`, /horse|PRIVATE KEY/);
    return true;
  };
}

/** All that came of the event, and nothing half. */
function assertThere(home: string, folder = FOLDER): void {
  assert.deepEqual(readdirSync(join(home, folder)).sort(), NAMES);
  const [event = "", ...pictures] = NAMES.map((name) => readFileSync(join(home, folder, name)));
  assert.equal((JSON.parse(String(event)) as { cameraName: string }).cameraName, "Gate");
  for (const [index, bytes] of pictures.entries())
    assert.ok((bytes as Buffer).equals(picture(index + 1)), NAMES[index + 1]);
}

/** Until all of it is there under its own name. */
async function arrived(home: string): Promise<void> {
  await waitFor(() => NAMES.every((name) => existsSync(join(home, FOLDER, name))), { what: "what waited" });
}

/** A folder of the account's own. */
function ownFolder(home: string, ...steps: readonly string[]): string {
  const { uid, gid } = statSync(home);
  let path = home;
  for (const step of steps) {
    path = join(path, step);
    mkdirSync(path, { recursive: true });
    chownSync(path, uid, gid);
  }
  return path;
}

/** Half of the first picture lies there, as a former try left it. Gives the file's number on the disk. */
function leaveHalf(home: string, folder: string): number {
  const bytes = picture(1);
  const digest = createHash("sha256").update(bytes).digest("hex");
  const half = join(ownFolder(home, folder, ...FOLDER.split("/")), growingName(NAMES[1] ?? "", digest));
  writeFileSync(half, bytes.subarray(0, 70_000));
  const { uid, gid } = statSync(home);
  chownSync(half, uid, gid);
  return statSync(half).ino;
}

describe("uploads to servers that others wrote", { skip: WITHOUT_FILE_SERVERS }, () => {
  let house: FileHouse;
  const servers: FileServer[] = [];

  before(async () => {
    house = await fileHouse();
  });
  after(async () => {
    for (const server of servers) await server.stop();
    house[Symbol.dispose]();
  });

  const kept = async (server: Promise<FileServer>): Promise<FileServer> => {
    servers.push(await server);
    return server;
  };
  const start = {
    ftp: () => kept(startVsftpd(house)),
    implicit: () => kept(startVsftpd(house, { isImplicit: true })),
    ssh: () => kept(startSshd(house)),
    dav: () => kept(startApache(house)),
    davs: () => kept(startApache(house, { isTls: true })),
  };
  const account = { user: USER, password: PASSWORD };

  const cases: readonly (readonly [string, keyof typeof start, (port: number) => Fields, boolean])[] = [
    ["ftp", "ftp", (port) => ({ protocol: "ftp", host: "127.0.0.1", port, ...account }), true],
    [
      "ftps",
      "ftp",
      (port) => ({ protocol: "ftps", host: "localhost", port, ...account, certificates: house.certificates }),
      true,
    ],
    [
      "ftps-implicit",
      "implicit",
      (port) => ({
        protocol: "ftps-implicit",
        host: "localhost",
        port,
        ...account,
        certificates: house.certificates,
      }),
      true,
    ],
    ["sftp", "ssh", (port) => ({ protocol: "sftp", host: "127.0.0.1", port, ...account }), true],
    [
      "webdav",
      "dav",
      (port) => ({ protocol: "webdav", url: `http://127.0.0.1:${port}/`, ...account }),
      false,
    ],
    [
      "webdav over TLS",
      "davs",
      (port) => ({
        protocol: "webdav",
        url: `https://localhost:${port}`,
        ...account,
        certificates: house.certificates,
      }),
      false,
    ],
  ];
  for (const [name, server, fieldsOf, goesOn] of cases)
    it(`by ${name}: whole files, going on where it was cut; a wrong password, a full disk and a stall are told`, async () => {
      const running = await start[server]();
      const folder = name.replaceAll(" ", "-");
      const place = ownFolder(house.home, folder);
      const fields = { ...fieldsOf(running.port), folder };
      await using nvr = await recorder(fields, { target3: { name: "Full", ...fields, folder: "full" } });
      // By hand first, as people do: a host key is accepted by it.
      const tried = await upload(nvr, "Good", { isTest: true, pictures: 0 });
      assert.match(tried?.note ?? "", name === "sftp" ? /^Good: 1 file; host key SHA256:/ : /^Good: 1 file$/);
      const tests = readdirSync(join(place, FOLDER));
      assert.match(tests.join(), /^test_\S+\.json$/);
      rmSync(join(place, "Home"), { recursive: true });
      const inode = goesOn ? leaveHalf(house.home, folder) : undefined;
      assert.deepEqual(await upload(nvr, "Good"), { note: "Good: 3 files" });
      assertThere(place);
      const [, first = ""] = NAMES;
      if (goesOn) assert.equal(statSync(join(place, FOLDER, first)).ino, inode, "it went on");
      // Once more over what is there.
      assert.deepEqual(await upload(nvr, "Good"), { note: "Good: 3 files" });
      assertThere(place);
      await assert.rejects(
        upload(nvr, "Stranger", { isTest: true }),
        failure("NJ_UPLOAD_SIGN_IN", "failed-precondition", /does not let this user in/),
      );
      await assert.rejects(
        upload(nvr, "Full", { isTest: true }),
        failure("NJ_UPLOAD_NO_SPACE", "resource-exhausted", /space/),
      );
      running.stall();
      try {
        await using hasty = await recorder(fields, {
          stallSeconds: 1,
          target2: undefined,
          target3: undefined,
        });
        if (name === "sftp") assert.ok(!readdirSync(hasty.storageDir).includes("host-keys.json"));
        await assert.rejects(
          upload(hasty, "Good", { isTest: true }),
          failure("NJ_UPLOAD_TIMEOUT", "deadline-exceeded", /stood still for 1 s/),
        );
      } finally {
        running.wake();
      }
      await running.stop();
    });

  it("go to no certificate that nobody knows", async () => {
    const [ftp, implicit, davs] = [await start.ftp(), await start.implicit(), await start.davs()];
    await using nvr = await testNvr({
      ...{ pluginFolder: PLUGIN, isolation: "inline" },
      settings: {
        target1: { name: "ftps", protocol: "ftps", host: "localhost", port: ftp.port, ...account },
        target2: {
          name: "implicit",
          protocol: "ftps-implicit",
          host: "localhost",
          port: implicit.port,
          ...account,
        },
        target3: { name: "webdav", protocol: "webdav", url: `https://localhost:${davs.port}`, ...account },
        stallSeconds: PATIENT_SECONDS,
      },
    });
    await nvr.start();
    for (const name of ["ftps", "implicit", "webdav"])
      await assert.rejects(
        upload(nvr, name, { isTest: true }),
        failure("NJ_UPLOAD_CERTIFICATE", "failed-precondition", /certificate of localhost.* is not trusted/),
      );
  });

  it("go to no SSH server whose host key nobody has accepted, or has changed; by key, too", async () => {
    const ssh = await start.ssh();
    const target = { protocol: "sftp", host: "127.0.0.1", port: ssh.port, user: USER, folder: "by-key" };
    // As a field for secrets takes it: in one line.
    const privateKey = house.privateKey.replaceAll("\n", "");
    await using nvr = await recorder({ ...target, privateKey }, { target3: undefined });
    const unknown = failure("NJ_UPLOAD_HOST_KEY", "failed-precondition", /nobody has accepted yet \(SHA256:/);
    await assert.rejects(upload(nvr, "Good"), unknown);
    const tried = await upload(nvr, "Good", { isTest: true });
    const [print = ""] = /SHA256:\S+/.exec(tried?.note ?? "") ?? [];
    assert.match(print, /^SHA256:[A-Za-z0-9+/]{43}$/);
    // What waited goes on by the next turn.
    await nvr.clock.advance(5_000);
    await arrived(join(house.home, "by-key"));
    await nvr.restart();
    assert.deepEqual(await upload(nvr, "Good", { id: 18 }), { note: "Good: 3 files" });
    await ssh.stop();
    await kept(startSshd(house, { hostKey: "other-host", port: ssh.port }));
    await assert.rejects(
      upload(nvr, "Good", { isTest: true }),
      (error: unknown) =>
        failure("NJ_UPLOAD_HOST_KEY", "failed-precondition", /another host key than before/)(error) &&
        (error as Error).message.includes(print),
    );
  });

  it("wait while the server is away, through a restart of the recorder, and come by themselves", async () => {
    const first = await start.ftp();
    await first.stop();
    await using nvr = await recorder({
      protocol: "ftp",
      host: "127.0.0.1",
      port: first.port,
      ...account,
      folder: "late",
    });
    await assert.rejects(
      upload(nvr, "Good"),
      failure("NJ_UPLOAD_UNAVAILABLE", "unavailable", /is not reached/),
    );
    await nvr.restart();
    await kept(startVsftpd(house, { port: first.port }));
    await nvr.clock.advance(5_000);
    await arrived(join(house.home, "late"));
    assertThere(join(house.home, "late"));
  });

  it("tell what a server does not let this user do", async () => {
    const [ftp, ssh, dav] = [await start.ftp(), await start.ssh(), await start.dav()];
    mkdirSync(join(house.home, "closed"), { mode: 0o755 });
    await using nvr = await testNvr({
      ...{ pluginFolder: PLUGIN, isolation: "inline" },
      settings: {
        target1: {
          name: "ftp",
          protocol: "ftp",
          host: "127.0.0.1",
          port: ftp.port,
          ...account,
          folder: "closed",
        },
        target2: {
          name: "sftp",
          protocol: "sftp",
          host: "127.0.0.1",
          port: ssh.port,
          ...account,
          folder: "closed",
        },
        target3: {
          name: "webdav",
          protocol: "webdav",
          url: `http://127.0.0.1:${dav.port}/closed`,
          ...account,
        },
        stallSeconds: PATIENT_SECONDS,
      },
    });
    await nvr.start();
    for (const name of ["ftp", "sftp", "webdav"])
      await assert.rejects(upload(nvr, name, { isTest: true }), (error: unknown) => {
        const { code, message } = error as NightjarError;
        assert.match(code, /^NJ_UPLOAD_(FOLDER|REFUSED|UNAVAILABLE)$/, message);
        return true;
      });
  });
});

describe("uploads to an S3 service", () => {
  it("are whole objects with signatures that it checks; a wrong secret and a wrong bucket are told", async () => {
    using folder = tempDir();
    await using s3 = await s3Server(folder.path);
    await using nvr = await recorder(s3.target, {
      target3: { name: "Full", ...s3.target, bucket: "nothing" },
    });
    assert.deepEqual(await upload(nvr, "Good"), { note: "Good: 3 files" });
    const stored = (name: string) =>
      readFileSync(join(folder.path, s3.target.bucket, FOLDER, `${name}._S3rver_object`));
    assert.ok(stored(NAMES[1] ?? "").equals(picture(1)));
    assert.match(String(stored(NAMES[0] ?? "")), /"cameraName": "Gate"/);
    await assert.rejects(
      upload(nvr, "Stranger", { isTest: true }),
      failure("NJ_UPLOAD_SIGN_IN", "failed-precondition", /SignatureDoesNotMatch/),
    );
    await assert.rejects(
      upload(nvr, "Full", { isTest: true }),
      failure("NJ_UPLOAD_FOLDER", "failed-precondition", /no bucket nothing/),
    );
  });

  it("end where it stands still, and go on once it does not", async () => {
    using folder = tempDir();
    await using s3 = await s3Process(folder.path);
    await using nvr = await recorder(s3.target, { stallSeconds: 1 });
    s3.stall();
    await assert.rejects(
      upload(nvr, "Good", { isTest: true }),
      failure("NJ_UPLOAD_TIMEOUT", "deadline-exceeded", /stood still for 1 s/),
    );
    s3.wake();
    const taken = async () => (await upload(nvr, "Good").catch(() => undefined))?.note === "Good: 3 files";
    await waitFor(taken, { what: "all of it to be taken" });
  });

  it("wait where its disk is full, and go on when there is room", {
    skip: noTemporaryVolume(),
  }, async (t) => {
    const volume = await temporaryVolume({ sizeBytes: 4 * 1_024 * 1_024 });
    t.after(() => volume.dispose());
    await using s3 = await s3Server(volume.path);
    await using nvr = await recorder(s3.target);
    volume.fill();
    // The service says no more of its disk than that something went wrong within it.
    const full = failure(
      "NJ_UPLOAD_UNAVAILABLE",
      "unavailable",
      /cannot take files now \(500 InternalError\)/,
    );
    await assert.rejects(upload(nvr, "Good", { isTest: true }), full);
    await assert.rejects(upload(nvr, "Good"), full);
    const stored = NAMES.map((name) => join(volume.path, s3.target.bucket, FOLDER, `${name}._S3rver_object`));
    const isThere = (path: string, index: number) =>
      existsSync(path) && (index === 0 ? statSync(path).size > 0 : readFileSync(path).equals(picture(index)));
    assert.ok(!stored.some(isThere), "nothing is there, not even the event");
    volume.unfill();
    // Tried by hand, as people do who have made room: what waits is not held back by its pause any more.
    assert.match((await upload(nvr, "Good", { isTest: true, pictures: 0 }))?.note ?? "", /^Good: 1 file$/);
    await nvr.clock.advance(5_000);
    await waitFor(() => stored.every(isThere), { what: "what waited" });
  });
});
