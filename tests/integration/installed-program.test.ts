// The packed package, installed globally by npm as anybody would, records, serves its pages and runs plugins of others;
// and going to a newer version and back again loses nothing.
import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";
import { ConfigStore } from "../../core/config/config-store.ts";
import { SecretStore } from "../../core/config/secret-store.ts";
import { SCHEMA_VERSION } from "../../core/db/migrate.ts";
import { silentLog } from "../../core/log.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { VERSION } from "../../core/version.ts";
import {
  buildChanged,
  InstalledNightjar,
  killTree,
  packProgram,
  type Started,
} from "../support/installed-nightjar.ts";
import { pack, writePlugin } from "../support/plugin-registry.ts";
import { segmentPaths } from "../support/recorder-evidence.ts";

const NEWER = VERSION.replace(/\d+$/, (patch) => String(Number(patch) + 1));
const YARD = "nightjar-camera-yard";
const PASSWORD = "a long pass phrase";
const PROBE_ROWS = 400_000;

/** A newer Nightjar: another form of the settings, and a database step that takes a while. */
const EDITS = {
  "core/package.json": (text: string) => text.replace(`"version": "${VERSION}"`, `"version": "${NEWER}"`),
  "core/config/config-version.ts": (text: string) => text.replace("CONFIG_VERSION = 1", "CONFIG_VERSION = 2"),
  "core/config/migrations.ts": (text: string) =>
    text.replace(
      "CONFIG_MIGRATIONS: ReadonlyMap<number, ConfigMigration> = new Map()",
      `CONFIG_MIGRATIONS: ReadonlyMap<number, ConfigMigration> = new Map([
        [1, (old) => ({ ...old, node: { ...(old["node"] as object), name: "renamed by the upgrade" } })],
      ])`,
    ),
  "core/db/migrations.ts": (text: string) =>
    text.replace(
      /\n\];\s*$/,
      `
        { to: ${SCHEMA_VERSION + 1}, sql: \`create table upgrade_probe (number integer primary key, filling text) strict;
          insert into upgrade_probe with recursive counted (number) as
            (select 1 union all select number + 1 from counted where number < ${PROBE_ROWS})
            select number, hex(randomblob(40)) from counted\` },
      ];
      `,
    ),
};

describe("Nightjar, installed from its package", { timeout: 290_000 }, () => {
  const root = tempDir("nightjar-installed-");
  const dataDir = root.join("data");
  const older = new InstalledNightjar(root.join("older/prefix"));
  const newer = new InstalledNightjar(root.join("newer/prefix"));
  const database = join(dataDir, "nightjar.db");
  /** The one in use. */
  let installed = older;
  let recorder: Started | undefined;

  before(async () => {
    await older.install(await packProgram(root.join("older")));
    mkdirSync(dataDir);
    const config = await ConfigStore.open({ dataDir, log: silentLog, watch: false });
    await config.update((draft) => {
      draft.network.http.port = 0;
      draft.network.https.port = 0;
      draft.node.name = "before the upgrade";
    });
    await config.close();
  });
  after(async () => {
    await recorder?.stop();
    root.remove();
  });

  const nightjar = (...args: string[]) => installed.nightjar([...args, "--data", dataDir]);
  const files = () => segmentPaths([join(dataDir, "volumes/default")]);
  const settings = () =>
    JSON.parse(readFileSync(join(dataDir, "config.json"), "utf8")) as {
      version: number;
      node: { name: string };
      cameras: { id: string }[];
    };

  it("carries JavaScript alone, the licence, declarations for authors, and every version that it was tested with", () => {
    const inside = readdirSync(installed.folder, { recursive: true, encoding: "utf8" }).filter(
      (path) => !path.startsWith("node_modules"),
    );
    const typescript = inside.filter((path) => /(?<!\.d)\.ts$/.test(path));
    assert.deepEqual(
      typescript.filter((path) => !path.startsWith("core/plugin/create/templates/")),
      [],
    );
    for (const path of [
      "LICENSE",
      "NOTICE",
      "THIRD-PARTY-LICENSES.txt",
      "core/index.d.ts",
      "core/testing/index.d.ts",
      "ui/dist/index.html",
    ])
      assert.ok(inside.includes(path), path);
    const { dependencies } = JSON.parse(readFileSync(join(installed.folder, "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
    };
    for (const [name, version] of Object.entries(dependencies)) {
      const card = join(installed.folder, "node_modules", name, "package.json");
      assert.equal((JSON.parse(readFileSync(card, "utf8")) as { version: string }).version, version, name);
    }
  });

  it("says which it is, and plainly what only a checkout has", async () => {
    assert.equal((await installed.nightjar(["--version"])).out.trim(), VERSION);
    assert.match((await installed.nightjar(["bench"])).err, /run this from a checkout.*NJ_BENCH_MISSING/s);
    const unit = (await nightjar("service", "print")).out;
    assert.ok(unit.includes(realpathSync(installed.folder)), unit);
  });

  it("takes accounts before its first start, and a plugin of a stranger from an archive", async () => {
    const made = await installed.nightjar(
      ["user", "create", "--admin", "anna", "--password-stdin", "--data", dataDir],
      { input: `${PASSWORD}\n` },
    );
    assert.equal(made.code, 0, made.err);
    const tarball = await pack(writePlugin(root.join("sources"), { name: YARD }), root.join("tarballs"));
    const added = await nightjar("plugin", "add", tarball);
    assert.equal(added.code, 0, added.err);
  });

  it("starts, records the demo camera, serves its pages and runs the plugin", async () => {
    recorder = await installed.start(dataDir);
    assert.equal(recorder.urls.length, 2, "HTTP, and HTTPS with a certificate of its own");
    const page = await (await fetch(recorder.url)).text();
    const script = /src="([^"]+\.js)"/.exec(page)?.[1];
    assert.equal((await fetch(new URL(script ?? "", recorder.url))).status, 200);
    assert.match(await metricsOf(recorder.url), /^nightjar_\w+/m);
    const added = await installed.nightjar(
      [
        "camera",
        "add",
        "rtsp://127.0.0.1:9/none",
        "--name",
        "Away",
        "--id",
        "away",
        "--username",
        "u",
      ].concat(["--password-stdin", "--data", dataDir]),
      { input: "camera secret\n" },
    );
    assert.equal(added.code, 0, added.err);
    await waitFor(
      async () => /^demo .*online +recorded/m.test((await nightjar("camera", "list")).out) || undefined,
      {
        deadlineMs: 20_000,
        what: "the demo camera to be recorded",
      },
    );
    const plugin = await waitFor(
      async () => /nightjar-camera-yard.*running/.exec((await nightjar("plugin", "list")).out),
      { deadlineMs: 20_000, what: "the stranger's plugin to run" },
    );
    assert.ok(plugin);
    assert.equal(
      realpathSync(join(dataDir, "plugins/node_modules/@nightjar/core")),
      realpathSync(join(installed.folder, "core")),
    );
    const status = JSON.parse((await nightjar("status", "--json")).out) as { problems: { code: string }[] };
    // Another recorder of this machine may hold the usual ports: the next free ones are taken then.
    assert.deepEqual(
      status.problems.filter(({ code }) => !/^(ffmpeg-missing|camera-.*|port)$/.test(code)),
      [],
    );
  });

  it("makes new plugins whose tests pass with the installed core", async () => {
    const made = await installed.nightjar(["plugin", "create", "camera", "acme", root.path]);
    assert.equal(made.code, 0, made.err);
    const tests = await installed.node(["--test", "--test-reporter=tap"], root.join("nightjar-camera-acme"));
    assert.equal(tests.code, 0, tests.out.slice(-4_000));
  });

  it("leaves everything in order when it ends", async () => {
    await recorder?.stop();
    const checked = await nightjar("fsck");
    assert.equal(checked.code, 0, checked.out);
    assert.ok(files().length > 0);
  });

  it("killed in the middle of an upgrade, finishes it at the next start, with copies of what was before", async () => {
    const before = settings();
    const recorded = files();
    await newer.installBeside(older, await buildChanged(root.join("newer"), EDITS));
    installed = newer;
    assert.equal((await installed.nightjar(["--version"])).out.trim(), NEWER);
    const backup = `${database}.v${SCHEMA_VERSION}.backup`;
    const interrupted = installed.launch(dataDir);
    await waitFor(() => existsSync(backup) || undefined, {
      deadlineMs: 30_000,
      periodMs: 5,
      what: "the copy",
    });
    await killTree(interrupted);
    assert.equal(schemaOf(dataDir, root.join("looked-at")), SCHEMA_VERSION, "the kill came too late");

    recorder = await installed.start(dataDir);
    assert.equal(schemaOf(dataDir, root.join("looked-at")), SCHEMA_VERSION + 1);
    assert.equal(settings().version, 2);
    assert.equal(settings().node.name, "renamed by the upgrade");
    assert.deepEqual(settings().cameras, before.cameras);
    assert.match((await nightjar("user", "list")).out, /anna\s+administrator/);
    assert.equal(await cameraSecret(dataDir), "camera secret");
    assert.match((await nightjar("plugin", "list")).out, /nightjar-camera-yard/);
    for (const file of recorded) assert.ok(files().includes(file), file);
    const kept = JSON.parse(readFileSync(join(dataDir, "config.v1.backup.json"), "utf8")) as typeof before;
    assert.deepEqual(kept, before);
    await waitFor(() => files().length > recorded.length || undefined, {
      deadlineMs: 20_000,
      what: "the newer one to record",
    });
    await recorder.stop();
    const checked = await nightjar("fsck");
    assert.equal(checked.code, 0, checked.out);
  });

  it("refuses what a newer one wrote, naming both and the way back, and changes nothing", async () => {
    installed = older;
    const before = readFileSync(join(dataDir, "config.json"), "utf8");
    const refused = await nightjar("start");
    assert.equal(refused.code, 1);
    assert.match(refused.err, new RegExp(`written by Nightjar ${NEWER}, and this is ${VERSION},`));
    assert.match(refused.err, /config\.v1\.backup\.json.*nightjar\.db\.v\d+\.backup.*NJ_DATA_TOO_NEW/s);
    assert.ok(refused.err.includes(`nightjar downgrade --data ${dataDir}`), refused.err);
    assert.equal(readFileSync(join(dataDir, "config.json"), "utf8"), before);
  });

  it("goes back by the command that it names, with what was recorded since", async () => {
    const recorded = files();
    const back = await nightjar("downgrade");
    assert.equal(back.code, 0, `${back.out}${back.err}`);
    assert.match(back.out, /config\.v2\.set-aside\.json/);
    recorder = await installed.start(dataDir);
    assert.equal(settings().version, 1);
    assert.equal(settings().node.name, "before the upgrade");
    assert.match((await nightjar("user", "list")).out, /anna\s+administrator/);
    assert.equal(await cameraSecret(dataDir), "camera secret");
    await recorder.stop();
    for (const file of recorded) assert.ok(files().includes(file), file);
    const checked = await nightjar("fsck");
    assert.equal(checked.code, 0, checked.out);
    const again = await nightjar("downgrade");
    assert.match(again.err, /nothing to take back.*NJ_DATA_NOT_NEWER/s);
  });
});

/** Signs in as a program does, and asks for the figures. */
async function metricsOf(url: string): Promise<string> {
  const signedIn = await fetch(new URL("/api/v1/session", url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username: "anna", password: PASSWORD }),
  });
  const { token } = (await signedIn.json()) as { token: string };
  const answer = await fetch(new URL("/metrics", url), { headers: { authorization: `Bearer ${token}` } });
  return answer.text();
}

/** The schema, read from a copy: looking at the file itself would mend it. */
function schemaOf(dataDir: string, folder: string): number {
  mkdirSync(folder, { recursive: true });
  for (const suffix of ["", "-wal"]) {
    const file = join(dataDir, `nightjar.db${suffix}`);
    if (existsSync(file)) cpSync(file, join(folder, `copy.db${suffix}`));
    else writeFileSync(join(folder, `copy.db${suffix}`), "");
  }
  using copy = new DatabaseSync(join(folder, "copy.db"));
  return Number(copy.prepare("pragma user_version").get()?.["user_version"]);
}

async function cameraSecret(dataDir: string): Promise<string | undefined> {
  const secrets = await SecretStore.open({ dataDir });
  const name = secrets.names().find((each) => each.includes("away"));
  return name === undefined ? undefined : secrets.get(name);
}
