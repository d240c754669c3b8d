import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { describe, it, type TestContext } from "node:test";
import type { Config } from "../../../core/config/config-schema.ts";
import { CONFIG_FILE } from "../../../core/config/config-store.ts";
import { SECRETS_FILE } from "../../../core/config/secret-store.ts";
import { IMPORT_BACKUP_FILE, ImportBackup } from "../../../core/settings/import-backup.ts";
import type { SettingsDocument } from "../../../core/settings/settings-document.ts";
import { SETTINGS_PARTS, USUAL_PARTS } from "../../../core/settings/settings-parts.ts";
import type { SettingsTransfer } from "../../../core/settings/settings-transfer.ts";
import { STEP_MS } from "../../../core/users/totp.ts";
import { authenticatorApp } from "../../support/authenticator-app.ts";
import { ACTOR, CLIENT, GOOD_PASSWORD } from "../users/users-fixture.ts";
import {
  CANARY,
  cameraConfig,
  code,
  fileIn,
  SEAL_PASSWORD,
  type SettingsFixture,
  settingsFixture,
} from "./settings-fixture.ts";

const OWNER = { by: "command line", kept: undefined };
const ANN = { by: "ann", kept: "ann" };
const EVERY = [...SETTINGS_PARTS];

/** A second recorder, with an administrator and a viewer of its own. */
async function other(t: TestContext): Promise<SettingsFixture> {
  const fixture = await settingsFixture(t);
  await fixture.users.accounts.create({ name: "ann", role: "administrator", password: GOOD_PASSWORD }, ACTOR);
  return fixture;
}

async function sealedOf(transfer: SettingsTransfer): Promise<SettingsDocument> {
  const { bytes } = await transfer.export(SEAL_PASSWORD);
  return transfer.open(bytes, SEAL_PASSWORD, "test");
}

function inputConfig(id: string): Config["inputs"][number] {
  const source = { kind: "http" as const };
  const use = { contact: "normally-open" as const, holdSeconds: 0, use: "alarm" as const };
  return { id, name: id, enabled: true, source, ...use, cameras: [], disarms: [] };
}

function outputConfig(id: string, origin: string): Config["outputs"][number] {
  const call = (name: string) => ({ method: "POST" as const, url: `${origin}/${name}` });
  return {
    id,
    name: id,
    enabled: true,
    driver: { kind: "http", on: call("on"), off: call("off") },
    dwellSeconds: 5,
  };
}

/** Everything that an import may change, as it is stored. */
async function stored(fixture: SettingsFixture): Promise<string> {
  const { config, secrets, users } = fixture;
  const open = secrets.names().map((name) => [name, secrets.get(name)]);
  return JSON.stringify([config.get(), open.sort(), await users.accounts.stored()]);
}

describe("exporting settings", () => {
  it("without a password leaves out secrets, accounts, and what looks like a secret in plugins' settings", async (t) => {
    const { transfer } = await other(t);
    const { name, bytes } = await transfer.export(undefined);
    assert.equal(name, "nightjar-settings-2026-01-01.njset");
    const text = bytes.toString("utf8");
    assert.ok(!text.includes(CANARY) && !text.includes("argon2"), text);
    assert.match(text, /"host": "far\.example"/);
    assert.match(text, /"id": "yard"/);
  });

  it("with a password holds everything, and shows nothing of it", async (t) => {
    const { transfer } = await other(t);
    const { bytes } = await transfer.export(SEAL_PASSWORD);
    assert.ok(!bytes.includes("yard"));
    const read = await transfer.open(bytes, SEAL_PASSWORD, "test");
    assert.equal(read.secrets?.["camera/yard/password"], `${CANARY}-yard`);
    assert.deepEqual(
      read.accounts?.map(({ name, role }) => [name, role]),
      [["ann", "administrator"]],
    );
  });

  it("refuses a password that everybody tries first", async (t) => {
    const { transfer } = await other(t);
    await assert.rejects(transfer.export("password1234"), code("NJ_PASSWORD_WEAK"));
  });

  it("and importing the same changes nothing, sealed or plain", async (t) => {
    const { transfer } = await other(t);
    const plain = await transfer.open((await transfer.export(undefined)).bytes, undefined, "test");
    for (const document of [plain, await sealedOf(transfer)]) {
      const preview = await transfer.check(document, EVERY, OWNER);
      assert.deepEqual(preview.differences, []);
      assert.deepEqual(preview.refused, []);
    }
  });
});

describe("opening settings files", () => {
  it("brakes whoever guesses passwords, and nobody else", async (t) => {
    const { transfer, clock } = await other(t);
    const { bytes } = await transfer.export(SEAL_PASSWORD);
    for (let guess = 0; guess < 5; guess += 1)
      await assert.rejects(transfer.open(bytes, `wrong guess ${guess}`, "eve"), code("NJ_SETTINGS_PASSWORD"));
    await assert.rejects(transfer.open(bytes, SEAL_PASSWORD, "eve"), code("NJ_SETTINGS_BUSY"));
    assert.ok(await transfer.open(bytes, SEAL_PASSWORD, "ann"));
    clock.turn(60_001);
    assert.ok(await transfer.open(bytes, SEAL_PASSWORD, "eve"));
  });

  it("asks for the password of a sealed file, and lets only a few wait", async (t) => {
    const { transfer } = await other(t);
    const { bytes } = await transfer.export(SEAL_PASSWORD);
    await assert.rejects(transfer.open(bytes, undefined, "ann"), code("NJ_SETTINGS_PASSWORD_MISSING"));
    const many = await Promise.allSettled(
      Array.from({ length: 10 }, () => transfer.open(bytes, SEAL_PASSWORD, "ann")),
    );
    const refused = many.filter((one) => one.status === "rejected");
    assert.equal(refused.length, 6);
    assert.ok(refused.every(({ reason }) => code("NJ_SETTINGS_BUSY")(reason)));
  });
});

describe("a dry run", () => {
  it("names what would be added, changed and removed, and of secrets never a value", async (t) => {
    const [from, to] = [await other(t), await other(t)];
    await from.config.update((draft) => {
      draft.cameras = [{ ...cameraConfig("yard"), name: "Back yard" }, cameraConfig("door")];
      draft.timeZone = "Asia/Tokyo";
    });
    await from.secrets.set("camera/yard/password", `${CANARY}-new`);
    await from.secrets.set("camera/door/password", `${CANARY}-door`);
    await from.secrets.delete("plugin/nightjar-camera-far/settings/password");
    await from.users.accounts.create(
      { name: "kim", role: "viewer", password: GOOD_PASSWORD, cameras: ["door"] },
      ACTOR,
    );
    await to.config.update("/timeZone", "UTC");
    const before = await stored(to);
    const document = await sealedOf(from.transfer);
    const preview = await to.transfer.check(document, USUAL_PARTS, ANN);
    const found = new Map(preview.differences.map(({ path, ...rest }) => [path, rest]));
    assert.equal(found.get("/cameras/door")?.kind, "added");
    assert.equal(found.get("/cameras/gate")?.kind, "removed");
    assert.deepEqual(found.get("/cameras/yard/name"), {
      kind: "changed",
      before: '"Camera yard"',
      after: '"Back yard"',
    });
    assert.deepEqual(found.get("/timeZone"), { kind: "changed", before: '"UTC"', after: '"Asia/Tokyo"' });
    assert.deepEqual(found.get("/secrets/camera/door/password"), { kind: "set", secret: true });
    assert.deepEqual(found.get("/secrets/camera/yard/password"), { kind: "changed", secret: true });
    assert.deepEqual(found.get("/secrets/plugin/nightjar-camera-far/settings/password"), {
      kind: "removed",
      secret: true,
    });
    assert.deepEqual(found.get("/accounts/kim"), { kind: "added", after: '"viewer"' });
    assert.ok(![...found.keys()].some((path) => path.startsWith("/node/id") || path.startsWith("/network")));
    assert.ok(!JSON.stringify(preview).includes(CANARY));
    assert.equal(await stored(to), before, "a dry run changed something");
  });

  it("shows secrets that were typed into plugins' settings without their values", async (t) => {
    const [from, to] = [await other(t), await other(t)];
    await from.config.update((draft) => {
      const far = draft.plugins["nightjar-camera-far"];
      if (far !== undefined) far.config = { host: "far.example", apiToken: `${CANARY}-2`, deep: {} };
    });
    const preview = await to.transfer.check(await sealedOf(from.transfer), ["plugins"], OWNER);
    assert.deepEqual(preview.differences, [
      { path: "/plugins/nightjar-camera-far/config/apiToken", kind: "changed", secret: true },
      { path: "/plugins/nightjar-camera-far/config/deep/key", kind: "removed", secret: true },
    ]);
  });

  it("says what whoever has no hold of the data directory cannot bring in, and what will be missing", async (t) => {
    const [from, to] = [await other(t), await other(t)];
    await from.config.update((draft) => {
      draft.storage.volumes = [
        { path: "volumes/default", overwrite: true },
        { path: "/mnt/video", overwrite: true },
        { path: "../elsewhere", overwrite: true },
      ];
      draft.ffmpeg.path = "/tmp/evil";
      draft.cameras.push({ ...cameraConfig("alien"), driver: "alien" });
      draft.plugins["nightjar-camera-near"] = { enabled: true, config: {} };
    });
    await to.config.update((draft) => {
      const far = draft.plugins["nightjar-camera-far"];
      if (far !== undefined) Object.assign(far, { grants: { network: false }, isolation: "process" });
    });
    const document = await sealedOf(from.transfer);
    const preview = await to.transfer.check(document, EVERY, ANN);
    assert.deepEqual(
      preview.refused.map(({ path }) => path),
      ["/storage/volumes//mnt/video", "/storage/volumes/../elsewhere"],
    );
    assert.match(preview.notes.join("\n"), /alien \(alien\).*\n.*nightjar-camera-near/);
    await to.transfer.apply(document, EVERY, ANN, preview.stamp);
    const after = to.config.get();
    assert.deepEqual(
      after.storage.volumes.map(({ path }) => path),
      ["volumes/default"],
    );
    assert.equal(after.ffmpeg.path, undefined);
    assert.deepEqual(after.plugins["nightjar-camera-far"]?.grants, { network: false });
    assert.equal(after.plugins["nightjar-camera-far"]?.isolation, "process");
    // Who owns the data directory could write all of that into config.json anyway.
    const owners = await to.transfer.check(document, EVERY, OWNER);
    assert.deepEqual(owners.refused, []);
  });
});

describe("importing settings", () => {
  it("brings cameras, secrets and accounts, and keeps who the recorder is", async (t) => {
    const [from, to] = [await other(t), await settingsFixture(t)];
    await to.users.accounts.create({ name: "bea", role: "administrator", password: GOOD_PASSWORD }, ACTOR);
    await to.users.accounts.create({ name: "gone", role: "viewer", password: GOOD_PASSWORD }, ACTOR);
    const gone = await to.users.sessions.open("gone", CLIENT);
    const own = await to.users.sessions.open("bea", CLIENT);
    const ended: string[] = [];
    to.users.sessions.onRevoked("test", (ids) => ended.push(...ids));
    await from.users.accounts.create(
      { name: "kim", role: "viewer", password: GOOD_PASSWORD, cameras: ["door"] },
      ACTOR,
    );
    await from.config.update((draft) => void draft.cameras.push(cameraConfig("door")));
    await from.secrets.set("camera/door/password", `${CANARY}-door`);
    const id = to.config.get().node.id;
    await to.transfer.apply(await sealedOf(from.transfer), EVERY, { by: "bea", kept: "bea" });
    assert.equal(to.config.get().node.id, id);
    assert.ok(to.config.get().cameras.some((camera) => camera.id === "door"));
    assert.equal(to.secrets.get("camera/door/password"), `${CANARY}-door`);
    assert.deepEqual(
      (await to.users.accounts.list()).map(({ name, role, cameras }) => [name, role, cameras]),
      [
        ["ann", "administrator", "all"],
        ["bea", "administrator", "all"],
        ["kim", "viewer", ["door"]],
      ],
    );
    // Their passwords came along, and who imported is still signed in.
    assert.ok(await to.users.signIn.signIn("kim", GOOD_PASSWORD, CLIENT));
    assert.ok(await to.users.sessions.authenticate(own.token));
    assert.equal(await to.users.sessions.authenticate(gone.token), undefined);
    assert.deepEqual(ended, [gone.sessionId]);
    assert.deepEqual(to.changedSecrets, [["camera/door/password"]]);
  });

  it("brings linkage rules, inputs and outputs with their secrets, and tells of each difference", async (t) => {
    const [from, to] = [await other(t), await other(t)];
    await from.config.update((draft) => {
      draft.inputs = [inputConfig("bell")];
      draft.outputs = [outputConfig("siren", "http://192.0.2.9")];
      draft.linkage.rules = [
        { id: "r1", name: "At the door", actions: [{ action: "record", settings: {} }] },
      ];
    });
    await from.secrets.set("input/bell/token", `${CANARY}-bell`);
    await from.secrets.set("output/siren/authorization", `${CANARY}-siren`);
    await from.secrets.set("mqtt/password", `${CANARY}-broker`);
    const document = await sealedOf(from.transfer);
    const { differences } = await to.transfer.apply(document, EVERY, OWNER);
    const paths = differences.map(({ path }) => path);
    for (const path of ["/linkage/rules", "/inputs", "/outputs", "/secrets/mqtt/password"])
      assert.ok(paths.includes(path), `${path} in ${paths.join()}`);
    assert.ok(!JSON.stringify(differences).includes(CANARY));
    assert.equal(to.config.get().linkage.rules[0]?.name, "At the door");
    assert.equal(to.secrets.get("input/bell/token"), `${CANARY}-bell`);
    assert.equal(to.secrets.get("output/siren/authorization"), `${CANARY}-siren`);
    assert.equal(to.secrets.get("mqtt/password"), `${CANARY}-broker`);
    await to.transfer.rollback(OWNER);
    assert.deepEqual([to.config.get().linkage.rules, to.secrets.names("output/")], [[], []]);
  });

  it("keeps what authorizes an output from whoever else a plain file has it call", async (t) => {
    const [from, to] = [await other(t), await other(t)];
    const outputs = [outputConfig("siren", "http://192.0.2.9"), outputConfig("lamp", "http://192.0.2.9")];
    await to.config.update("/outputs", outputs);
    for (const id of ["siren", "lamp"]) await to.secrets.set(`output/${id}/authorization`, CANARY);
    await from.config.update("/outputs", [outputConfig("siren", "http://192.0.2.66"), outputs[1]]);
    const plain = await from.transfer.open((await from.transfer.export(undefined)).bytes, undefined, "test");
    await to.transfer.apply(plain, ["cameras"], ANN);
    assert.deepEqual(to.secrets.names("output/"), ["output/lamp/authorization"]);
  });

  it("takes a plain file that names other hosts without telling them a secret, and says which go", async (t) => {
    const [from, to] = [await other(t), await other(t)];
    const outputs = [outputConfig("siren", "http://192.0.2.9")];
    const external = { url: "mqtts://broker.example", username: "kim", ca: "", acceptRequests: false };
    await to.config.update((draft) => Object.assign(draft, { outputs, mqtt: { ...draft.mqtt, external } }));
    await to.secrets.set("output/siren/authorization", CANARY);
    await to.secrets.set("mqtt/password", CANARY);
    await to.secrets.set("camera/gate/password", CANARY);
    // Of a camera that was taken out of config.json by hand: another one of its id is another one.
    await to.secrets.set("camera/new/password", CANARY);
    const mine = await to.transfer.open((await to.transfer.export(undefined)).bytes, undefined, "test");
    await from.config.update((draft) => {
      draft.cameras = [
        cameraConfig("yard", { url: "rtsp://192.0.2.66/yard" }),
        { ...cameraConfig("gate"), name: "Another name" },
        cameraConfig("new"),
      ];
      draft.outputs = [outputConfig("siren", "http://192.0.2.66")];
      draft.mqtt.external = { ...external, url: "mqtts://192.0.2.66" };
      draft.plugins["nightjar-camera-far"] = {
        enabled: true,
        config: { host: "192.0.2.66", deep: {} },
      };
    });
    const plain = await from.transfer.open((await from.transfer.export(undefined)).bytes, undefined, "test");
    const { notes } = await to.transfer.apply(plain, EVERY, OWNER);
    assert.deepEqual(to.secrets.names(), ["camera/gate/password"]);
    const config = JSON.stringify(to.config.get());
    assert.match(config, /192\.0\.2\.66.*"host":"192\.0\.2\.66"/);
    assert.ok(!config.includes(CANARY), config);
    const said = notes.find((note) => note.includes("these secrets"));
    for (const name of [
      "camera/yard/password",
      "output/siren/authorization",
      "mqtt/password",
      "plugin/nightjar-camera-far/settings/password",
      "/plugins/nightjar-camera-far/config",
    ])
      assert.ok(said?.includes(name), `${name} in ${said}`);
    assert.ok(!said?.includes("camera/gate") && !said?.includes(CANARY), said);
    // A file taken and given back changes nothing.
    await to.transfer.rollback(OWNER);
    const again = await to.transfer.check(mine, EVERY, OWNER);
    assert.deepEqual(
      again.differences.filter(({ path }) => path !== "/secrets/camera/new/password"),
      [],
    );
    assert.ok(!again.notes.join().includes("these secrets"), again.notes.join());
  });

  it("takes only the parts that were chosen", async (t) => {
    const [from, to] = [await other(t), await other(t)];
    await from.config.update((draft) => {
      draft.cameras = [];
      draft.timeZone = "Asia/Tokyo";
    });
    await to.transfer.apply(await sealedOf(from.transfer), ["general"], OWNER);
    assert.equal(to.config.get().timeZone, "Asia/Tokyo");
    assert.equal(to.config.get().cameras.length, 2);
  });

  it("never takes the importing account away, nor the last administrator", async (t) => {
    const [from, to] = [await settingsFixture(t), await other(t)];
    await from.users.accounts.create(
      { name: "ANN", role: "viewer", password: "other words entirely" },
      ACTOR,
    );
    const document = await sealedOf(from.transfer);
    const preview = await to.transfer.apply(document, EVERY, ANN);
    assert.match(preview.notes.join(), /Your account ann stays/);
    assert.ok(await to.users.signIn.signIn("ann", GOOD_PASSWORD, CLIENT));
    const byOwner = await to.transfer.check(document, ["accounts"], OWNER);
    assert.deepEqual(
      byOwner.refused.map(({ path }) => path),
      ["/accounts"],
    );
    assert.deepEqual(byOwner.differences, []);
  });

  it("takes no account whose name is that of the importing one but for capital letters of any script", async (t) => {
    const [from, to] = [await settingsFixture(t), await other(t)];
    for (const [{ users }, name] of [
      [from, "özil"],
      [to, "Özil"],
    ] as const)
      await users.accounts.create({ name, role: "administrator", password: GOOD_PASSWORD }, ACTOR);
    const document = await sealedOf(from.transfer);
    const before = await to.users.accounts.stored();
    const by = { by: "Özil", kept: "Özil" };
    const { refused, differences } = await to.transfer.apply(document, ["accounts"], by);
    assert.deepEqual(
      refused.map(({ path }) => path),
      ["/accounts/özil"],
    );
    assert.deepEqual(differences, []);
    assert.deepEqual(await to.users.accounts.stored(), before);
  });

  it("happens only on the settings that were looked at, where a stamp is given", async (t) => {
    const [from, to] = [await other(t), await other(t)];
    const document = await sealedOf(from.transfer);
    const { stamp } = await to.transfer.check(document, EVERY, ANN);
    await to.config.update("/timeZone", "Asia/Tokyo");
    await assert.rejects(to.transfer.apply(document, EVERY, ANN, stamp), code("NJ_SETTINGS_CHANGED"));
  });

  it("can be taken back once, with everything that it changed", async (t) => {
    const [from, to] = [await other(t), await other(t)];
    await from.config.update((draft) => {
      draft.cameras = [cameraConfig("door")];
    });
    await from.secrets.set("camera/door/password", `${CANARY}-door`);
    await from.users.accounts.create({ name: "kim", role: "viewer", password: GOOD_PASSWORD }, ACTOR);
    const before = await stored(to);
    assert.equal(await to.transfer.lastImport(ANN), undefined);
    await to.transfer.apply(await sealedOf(from.transfer), EVERY, ANN);
    assert.notEqual(await stored(to), before);
    for (const name of await readdir(to.dataDir))
      assert.ok(!(await readFile(fileIn(to, name), "latin1")).includes(`${CANARY}-yard`), name);
    // As after a restart.
    const later = to.again();
    const undo = await later.lastImport(ANN);
    assert.deepEqual([undo?.by, undo?.parts], ["ann", EVERY]);
    assert.ok(undo?.differences.some(({ path, kind }) => path === "/cameras/gate" && kind === "added"));
    await later.rollback(ANN);
    assert.equal(await stored(to), before);
    await assert.rejects(later.rollback(ANN), code("NJ_SETTINGS_NOTHING_TO_UNDO"));
  });
});

describe("second factors", () => {
  async function withFactor(fixture: SettingsFixture, name: string) {
    const { users, clock } = fixture;
    await users.accounts.create({ name, role: "viewer", password: GOOD_PASSWORD }, ACTOR);
    const app = authenticatorApp((await users.secondFactors.begin(name)).uri);
    const recovery = await users.secondFactors.confirm(name, app.codeAt(clock.nowMs), ACTOR);
    clock.turn(STEP_MS);
    const signIn = (where: SettingsFixture, code?: string) =>
      where.users.signIn.signIn(name, GOOD_PASSWORD, CLIENT, code);
    return { app, recovery, signIn };
  }

  it("come along with their accounts: the same app and the recovery codes that are left", async (t) => {
    const [from, to] = [await other(t), await other(t)];
    const { app, recovery, signIn } = await withFactor(from, "kim");
    await signIn(from, recovery[0]);
    const document = await sealedOf(from.transfer);
    assert.ok(!(await from.transfer.export(undefined)).bytes.includes("secondFactor"));
    const preview = await to.transfer.apply(document, EVERY, ANN);
    assert.ok(!JSON.stringify(preview).includes(document.accounts?.[1]?.secondFactor?.secret ?? "?"));
    to.clock.turn(STEP_MS);
    await assert.rejects(signIn(to), code("NJ_SECOND_FACTOR_NEEDED"));
    await assert.rejects(signIn(to, recovery[0]), code("NJ_SECOND_FACTOR_WRONG"));
    assert.ok(await signIn(to, app.codeAt(to.clock.nowMs)));
    assert.ok(await signIn(to, recovery[1]));
  });

  it("are back with their accounts when an import is taken back, and leave no secret behind", async (t) => {
    const [from, to] = [await other(t), await other(t)];
    const { app, signIn } = await withFactor(to, "kim");
    const document = await sealedOf(from.transfer);
    const preview = await to.transfer.apply(document, EVERY, ANN);
    assert.ok(preview.differences.some(({ path, kind }) => path === "/accounts/kim" && kind === "removed"));
    assert.deepEqual(to.secrets.names("second-factor/"), []);
    await to.transfer.rollback(ANN);
    assert.equal(to.secrets.names("second-factor/").length, 1);
    await assert.rejects(signIn(to), code("NJ_SECOND_FACTOR_NEEDED"));
    assert.ok(await signIn(to, app.codeAt(to.clock.nowMs)));
  });

  it("that a file would take away or bring are told without their secret", async (t) => {
    const to = await other(t);
    const before = await sealedOf(to.transfer);
    await withFactor(to, "kim");
    const after = await sealedOf(to.transfer);
    const without = {
      ...after,
      accounts: (after.accounts ?? []).map(({ secondFactor: _, ...account }) => account),
    };
    const preview = await to.transfer.check(without, ["accounts"], ANN);
    assert.deepEqual(preview.differences, [
      { path: "/accounts/kim/secondFactor", kind: "removed", secret: true },
    ]);
    assert.equal((await to.transfer.check(before, ["accounts"], ANN)).differences.length, 1);
  });
});

describe("an import of which a part fails (attack list A12)", () => {
  /** Breaks one store for real, and mends it again. */
  const breaks: [
    string,
    (fixture: SettingsFixture) => Promise<void>,
    (fixture: SettingsFixture) => Promise<void>,
  ][] = [
    [
      "the secrets",
      (fixture) => putFolderInPlace(fixture, SECRETS_FILE),
      (fixture) => mendFile(fixture, SECRETS_FILE),
    ],
    [
      "the accounts, after the secrets were stored,",
      async ({ db }) => {
        await db.run("create trigger broken before insert on users begin select raise(abort, 'no'); end");
      },
      async ({ db }) => {
        await db.run("drop trigger broken");
      },
    ],
    [
      "the configuration, after secrets and accounts were stored,",
      (fixture) => putFolderInPlace(fixture, CONFIG_FILE),
      (fixture) => mendFile(fixture, CONFIG_FILE),
    ],
  ];
  for (const [what, breakIt, mend] of breaks) {
    it(`puts everything back when ${what} cannot be stored`, async (t) => {
      const [from, to] = [await other(t), await other(t)];
      await from.config.update((draft) => {
        draft.cameras = [cameraConfig("door")];
      });
      await from.secrets.set("camera/door/password", `${CANARY}-door`);
      await from.users.accounts.create({ name: "kim", role: "viewer", password: GOOD_PASSWORD }, ACTOR);
      const document = await sealedOf(from.transfer);
      const before = await stored(to);
      await breakIt(to);
      await assert.rejects(to.transfer.apply(document, EVERY, ANN), code("NJ_SETTINGS_NOT_APPLIED"));
      assert.equal(await stored(to), before);
      await mend(to);
      assert.equal(await to.transfer.lastImport(ANN), undefined);
      await to.transfer.apply(document, EVERY, ANN);
      assert.notEqual(await stored(to), before);
    });
  }

  it("is put back at the next start when the recorder died in the middle of it", async (t) => {
    const to = await other(t);
    const before = await stored(to);
    const settings = await sealedOf(to.transfer);
    await new ImportBackup(to.dataDir, to.secrets).write({
      state: "applying",
      importedAt: "2026-01-01T00:00:00.000Z",
      by: "ann",
      parts: EVERY,
      settings,
    });
    await to.secrets.set("camera/yard/password", "half-way");
    await to.users.accounts.create({ name: "half", role: "viewer", password: GOOD_PASSWORD }, ACTOR);
    await to.again().recover();
    assert.equal(await stored(to), before);
    assert.ok(!(await readdir(to.dataDir)).includes(IMPORT_BACKUP_FILE));
  });
});

async function putFolderInPlace(fixture: SettingsFixture, name: string): Promise<void> {
  await rename(fileIn(fixture, name), fileIn(fixture, `${name}.kept`));
  await mkdir(fileIn(fixture, name));
}

async function mendFile(fixture: SettingsFixture, name: string): Promise<void> {
  await rm(fileIn(fixture, name), { recursive: true });
  await rename(fileIn(fixture, `${name}.kept`), fileIn(fixture, name));
}
