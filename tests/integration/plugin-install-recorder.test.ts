// Installing plugins while the whole recorder runs: over the API and by command, with core killed in the middle, and
// what recording notices of it (nothing).
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { ConfigStore } from "../../core/config/config-store.ts";
import { silentLog } from "../../core/log.ts";
import type { PluginStatus } from "../../core/plugin/host/plugin-status.ts";
import type { PluginJob } from "../../core/plugin/install/install-job.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { nightjar } from "../support/nightjar-command.ts";
import { PluginRegistry, pack, writePlugin } from "../support/plugin-registry.ts";
import { gapsOf, runFsck } from "../support/recorder-evidence.ts";
import { DEMO_FRAME_MS, RecorderRig } from "../support/recorder-rig.ts";

const YARD = "nightjar-camera-yard";
const GATE = "nightjar-camera-gate";
const SHED = "nightjar-camera-shed";
/** One whose `setup` never comes to its end. */
const SLOW = {
  name: YARD,
  version: "1.2.0",
  setup: "await new Promise((resolve) => setInterval(resolve, 1e9));",
};

describe("installing plugins in a recorder that runs", { timeout: 170_000 }, () => {
  const root = tempDir("nightjar-install-recorder-");
  const dataDir = root.join("data");
  const sources = root.join("sources");
  let registry: PluginRegistry;
  let rig: RecorderRig | undefined;
  let token = "";

  before(async () => {
    mkdirSync(dataDir);
    registry = await PluginRegistry.start(root.join("registry"));
    for (const version of ["1.0.0", "1.1.0"])
      await registry.publish(writePlugin(sources, { name: YARD, version }));
    const config = await ConfigStore.open({ dataDir, log: silentLog, watch: false });
    await config.update("/pluginRegistry/url", registry.url);
    await config.close();
    await command("add", `${YARD}@1.0.0`);
    rig = await RecorderRig.start({ cameras: 1, dataDir });
    await rig.untilRecording(30_000);
    const account = { username: "admin", password: "a long enough passphrase" };
    const { activationCode } = rig;
    ({ token } = await api<{ token: string }>("POST", "/activate", { code: activationCode, ...account }));
  });
  after(async () => {
    await rig?.dispose();
    await registry.stop();
    root.remove();
  });

  const command = (...args: string[]) => nightjar(dataDir, ["plugin", ...args]);
  const leftovers = () =>
    readdirSync(join(dataDir, "plugins")).filter((name) => name.startsWith(".") || name.includes("journal"));

  async function api<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(new URL(`/api/v1${path}`, rig?.url), {
      method,
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(response.ok, text);
    return JSON.parse(text) as Answer;
  }

  async function ended(id: string): Promise<PluginJob> {
    return waitFor(
      async () => {
        const { job } = await api<{ job: PluginJob }>("GET", `/plugins/jobs/${id}`);
        return job.endedAt === undefined ? undefined : job;
      },
      { deadlineMs: 60_000, periodMs: 100, what: "the job's end" },
    );
  }

  async function versions(): Promise<Record<string, string>> {
    const { plugins } = await api<{ plugins: PluginStatus[] }>("GET", "/plugins");
    return Object.fromEntries(
      plugins
        .filter(({ status, bundled }) => status === "running" && bundled !== true)
        .map(({ name, version }) => [name, version]),
    );
  }

  it("loads at start what was installed before", async () => {
    await waitFor(async () => (await versions())[YARD] === "1.0.0", { deadlineMs: 20_000 });
  });

  it("installs over the API, and tells how it goes on the stream of changes", async () => {
    const stop = new AbortController();
    const stream = await fetch(new URL("/api/v1/changes", rig?.url), {
      headers: { authorization: `Bearer ${token}` },
      signal: stop.signal,
    });
    const source = writePlugin(sources, { name: GATE });
    const { job } = await api<{ job: PluginJob }>("POST", "/plugins/jobs", { action: "install", source });
    let text = "";
    for await (const chunk of stream.body ?? []) {
      text += Buffer.from(chunk as Uint8Array).toString();
      if (text.includes('"status":"done"')) break;
    }
    stop.abort();
    assert.match(text, /event: plugin-job\ndata: \{"id":"job-/);
    assert.equal((await ended(job.id)).status, "done");
    assert.deepEqual(await versions(), { [GATE]: "1.0.0", [YARD]: "1.0.0" });
  });

  it("installs a file that came by browser, and keeps none of those that are no plugin", async () => {
    const tarball = await pack(writePlugin(sources, { name: SHED }), root.join("tarballs"));
    const upload = (body: Uint8Array<ArrayBuffer>) =>
      fetch(new URL("/api/v1/plugins/upload", rig?.url), {
        method: "POST",
        headers: { "content-type": "application/octet-stream", authorization: `Bearer ${token}` },
        body,
      });
    const answer = await upload(new Uint8Array(readFileSync(tarball)));
    assert.equal(answer.status, 201);
    const { source, name, permissions } = (await answer.json()) as Record<string, unknown>;
    assert.deepEqual([name, permissions], [SHED, { network: false }]);
    const refused = await upload(new Uint8Array(3_000_000));
    assert.equal(((await refused.json()) as { code: string }).code, "NJ_PLUGIN_TARBALL");
    const { job } = await api<{ job: PluginJob }>("POST", "/plugins/jobs", { action: "install", source });
    const done = await ended(job.id);
    assert.deepEqual([done.status, done.name, done.permissions], ["done", SHED, { network: false }]);
    assert.deepEqual(readdirSync(join(dataDir, "plugins/uploads")), []);
    assert.equal((await command("remove", SHED)).code, 0);
  });

  it("updates all by command, with the recorder's own answer whether it starts", async () => {
    const updated = await command("update");
    assert.equal(updated.code, 0, updated.err);
    assert.match(updated.out, /waiting until it runs.*Installed .*yard 1\.1\.0 in place of 1\.0\.0/s);
    assert.deepEqual(await versions(), { [GATE]: "1.0.0", [YARD]: "1.1.0" });
    assert.match((await command("list")).out, /nightjar-camera-yard\s+1\.1\.0\s+running/);
    assert.match((await command("update")).out, /up to date/);
  });

  it("takes an update back when core is killed before it was known to run", async () => {
    const source = await pack(writePlugin(sources, SLOW), root.join("tarballs"));
    const { job } = await api<{ job: PluginJob }>("POST", "/plugins/jobs", { action: "install", source });
    await waitFor(
      async () =>
        (await api<{ job: PluginJob }>("GET", `/plugins/jobs/${job.id}`)).job.lines.includes(
          "putting it in place",
        ),
      { deadlineMs: 30_000 },
    );
    await rig?.kill("core");
    await rig?.pidOf("core");
    await waitFor(async () => (await versions().catch(() => undefined))?.[YARD] === "1.1.0", {
      deadlineMs: 30_000,
      what: "the old version to run again",
    });
    const undone = await ended(job.id);
    assert.deepEqual([undone.status, undone.code], ["undone", "NJ_PLUGIN_JOB_INTERRUPTED"]);
    assert.deepEqual(leftovers(), []);
  });

  it("removes by command, and keeps the plugin's own files", async () => {
    const removed = await command("remove", GATE);
    assert.equal(removed.code, 0, removed.err);
    assert.deepEqual(await versions(), { [YARD]: "1.1.0" });
    assert.ok(readdirSync(join(dataDir, "plugins/storage")).includes(GATE));
  });

  it("has recorded all the while without a gap", async () => {
    await rig?.untilRecording(15_000);
    await rig?.stopRecorder();
    assert.deepEqual(gapsOf(rig?.files() ?? [], DEMO_FRAME_MS, 50), []);
    assert.equal(runFsck(dataDir).exitCode, 0);
  });
});
