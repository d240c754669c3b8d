// Settings moved from one real recorder to another: over HTTP and by the command line, with a camera whose password comes
// along and which is recorded there, with accounts, and back again.
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { ConfigStore } from "../../core/config/config-store.ts";
import { SecretStore } from "../../core/config/secret-store.ts";
import { silentLog } from "../../core/log.ts";
import { ImportBackup } from "../../core/settings/import-backup.ts";
import { unseal } from "../../core/settings/sealed-file.ts";
import { parseSettings } from "../../core/settings/settings-document.ts";
import { type FakeCamera, fakeCamera } from "../../core/testing/fake-camera.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { ADMINISTRATOR } from "../e2e/support/recorder.ts";
import { FootageRecorder } from "../support/footage.ts";
import { nightjar } from "../support/nightjar-command.ts";

const SEAL_PASSWORD = "walrus umbrella 77 cliff";
const CAMERA_PASSWORD = "canary-4711-camera";
const KIM_PASSWORD = "heron lantern quarry";

interface Outcome {
  readonly differences: readonly { readonly path: string; readonly kind: string }[];
  readonly stamp: string;
}

describe("settings that move to another recorder", { timeout: 240_000 }, () => {
  const folder = tempDir("nightjar-settings-");
  let camera: FakeCamera;
  let from: FootageRecorder;
  let to: FootageRecorder;

  before(async () => {
    camera = await fakeCamera({ codec: "h264", auth: "digest", password: CAMERA_PASSWORD });
    from = await FootageRecorder.start();
    to = await FootageRecorder.start();
    await from.addCamera("Yard", {
      url: camera.url,
      username: camera.username,
      password: CAMERA_PASSWORD,
      transport: "tcp",
    });
    await from.api("POST", "/users", {
      name: "kim",
      role: "viewer",
      password: KIM_PASSWORD,
      cameras: ["yard"],
    });
  });
  after(async () => {
    await from?.stop();
    await to?.stop();
    await camera?.close();
    folder[Symbol.dispose]();
  });

  it("bring the camera, its password and the accounts over HTTP, and the camera is recorded there", async () => {
    const exported = await fetch(`${from.url}/api/v1/settings/export`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${from.token}` },
      body: JSON.stringify({ password: SEAL_PASSWORD, current: ADMINISTRATOR.password }),
    });
    assert.equal(exported.status, 200);
    const file = Buffer.from(await exported.arrayBuffer());
    assert.ok(!file.includes(CAMERA_PASSWORD) && !file.includes("yard"));
    const handedIn = await fetch(`${to.url}/api/v1/settings/import`, {
      method: "POST",
      headers: { "content-type": "application/octet-stream", authorization: `Bearer ${to.token}` },
      body: file,
    });
    assert.equal(handedIn.status, 201);
    const { id } = (await handedIn.json()) as { id: string };
    const dryRun = await to.api<Outcome>("POST", `/settings/import/${id}/check`, { password: SEAL_PASSWORD });
    const paths = dryRun.differences.map(({ path }) => path);
    for (const path of ["/cameras/yard", "/secrets/camera/yard/password", "/accounts/kim"])
      assert.ok(paths.includes(path), `${path} in ${paths}`);
    assert.ok(!JSON.stringify(dryRun).includes(CAMERA_PASSWORD));
    await to.api("POST", `/settings/import/${id}/apply`, { stamp: dryRun.stamp });
    await to.untilState("yard", ({ state }) => state.status === "online", 30_000, "the imported camera");
    await waitFor(() => to.filesOf("yard").some(({ path }) => statSync(path).size > 10_000) || undefined, {
      deadlineMs: 30_000,
      what: "a recording of the imported camera",
    });
    // Kim signs in with the password that came along, and sees the one camera.
    assert.equal(await signInAsKim(to), 200);
    // Who the recorder is stayed.
    const [here, there] = [from, to].map(
      ({ rig }) => JSON.parse(readFileSync(`${rig.dataDir}/config.json`, "utf8")) as { node: { id: string } },
    );
    assert.notEqual(here?.node.id, there?.node.id);
  });

  it("can be taken back there, and the camera goes with them; its recordings stay", async () => {
    const files = to.filesOf("yard").length;
    await to.api("POST", "/settings/rollback", {});
    const { cameras } = await to.api<{ cameras: unknown[] }>("GET", "/cameras");
    assert.deepEqual(cameras, []);
    assert.ok(to.filesOf("yard").length >= files);
    assert.equal(await signInAsKim(to), 401);
    // Whoever imported is still signed in.
    await to.api("GET", "/session");
  });

  it("move by the command line too: dry run, import, rollback, with exit codes", async () => {
    const sealed = folder.join("moved.njset");
    const plain = folder.join("plain.njset");
    const withPassword = { input: `${SEAL_PASSWORD}\n` };
    const [here, there] = [from.rig.dataDir, to.rig.dataDir];
    const made = await nightjar(here, ["settings", "export", sealed, "--password-stdin"], withPassword);
    assert.equal(made.code, 0, made.err);
    assert.equal(statSync(sealed).mode & 0o777, 0o600);
    assert.match((await nightjar(here, ["settings", "export", sealed])).err, /there already.*NJ_CLI_FILE/);
    assert.equal((await nightjar(here, ["settings", "export", plain])).code, 0);
    assert.ok(!readFileSync(plain, "utf8").includes(CAMERA_PASSWORD));

    const wrong = await nightjar(there, ["settings", "import", sealed, "--password-stdin"], {
      input: "not it",
    });
    assert.equal(wrong.code, 1);
    assert.match(wrong.err, /NJ_SETTINGS_PASSWORD/);
    const args = ["settings", "import", sealed, "--password-stdin", "--parts", "cameras", "--json"];
    const dryRun = await nightjar(there, [...args, "--dry-run"], withPassword);
    assert.equal(dryRun.code, 0, dryRun.err);
    assert.deepEqual(
      (JSON.parse(dryRun.out) as Outcome).differences.map(({ path, kind }) => [path, kind]),
      [
        ["/cameras/yard", "added"],
        ["/secrets/camera/yard/password", "set"],
      ],
    );
    assert.ok(!dryRun.out.includes(CAMERA_PASSWORD));
    assert.deepEqual((await to.api<{ cameras: unknown[] }>("GET", "/cameras")).cameras, []);
    assert.equal((await nightjar(there, args, withPassword)).code, 0);
    await to.untilState(
      "yard",
      ({ state }) => state.status === "online",
      30_000,
      "the camera imported again",
    );
    const strange = await nightjar(there, ["settings", "import", plain, "--parts", "everything"]);
    assert.match(strange.err, /NJ_SETTINGS_PARTS/);
    const back = await nightjar(there, ["settings", "rollback"]);
    assert.equal(back.code, 0, back.err);
    assert.match(back.out, /removed +\/cameras\/yard/);
    assert.equal((await nightjar(there, ["settings", "rollback"])).code, 1);
    assert.equal((await nightjar(folder.join("nowhere"), ["settings", "rollback"])).code, 3);
  });

  it("are those before an import, all of them, where the recorder died in the middle of it", async () => {
    const { rig } = from;
    const { dataDir } = rig;
    const exported = folder.join("whole.njset");
    const made = await nightjar(dataDir, ["settings", "export", exported, "--password-stdin"], {
      input: SEAL_PASSWORD,
    });
    assert.equal(made.code, 0, made.err);
    await rig.stopRecorder();
    // What an import leaves that got no further than the configuration.
    const secrets = await SecretStore.open({ dataDir });
    const whole = await unseal(readFileSync(exported), SEAL_PASSWORD);
    await new ImportBackup(dataDir, secrets).write({
      state: "applying",
      importedAt: new Date().toISOString(),
      by: "admin",
      parts: ["general", "accounts"],
      settings: parseSettings(whole.toString("utf8")),
    });
    const config = await ConfigStore.open({ dataDir, log: silentLog, watch: false });
    const { name } = config.get().node;
    await config.update("/node/name", "Half imported");
    await config.close();
    await nightjar(dataDir, ["user", "remove", "kim"]);
    await rig.launch();
    const settings = await from.api<{ name: string }>("GET", "/settings");
    assert.equal(settings.name, name);
    const { users } = await from.api<{ users: { name: string }[] }>("GET", "/users");
    assert.deepEqual(
      users.map((user) => user.name),
      ["admin", "kim"],
    );
    assert.deepEqual(await from.api("GET", "/settings/last-import"), { available: false });
  });
});

/** The status of the answer. */
async function signInAsKim({ url }: FootageRecorder): Promise<number> {
  const response = await fetch(`${url}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username: "kim", password: KIM_PASSWORD }),
  });
  await response.arrayBuffer();
  return response.status;
}
