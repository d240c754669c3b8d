import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { ConfigStore } from "../../../core/config/config-store.ts";
import { SecretStore } from "../../../core/config/secret-store.ts";
import { silentLog } from "../../../core/log.ts";
import { diagnostics, withoutSecrets } from "../../../core/system/diagnostics.ts";
import { type Check, runDoctor, worstResult } from "../../../core/system/doctor.ts";
import { checkVolume } from "../../../core/system/volume-check.ts";

let dataDir = "";
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "nightjar-doctor-"));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

async function makeConfig(): Promise<void> {
  const store = await ConfigStore.open({ dataDir, log: silentLog, watch: false });
  await store.close();
}

function find(checks: readonly Check[], id: string): Check | undefined {
  return checks.find((check) => check.id === id);
}

describe("doctor", () => {
  it("looks at everything and changes nothing", async () => {
    await makeConfig();
    const before = await readdir(dataDir, { recursive: true });
    const checks = await runDoctor({ dataDir });
    for (const id of [
      "node",
      "config",
      "ffmpeg",
      "plugin-walls",
      "database",
      "data",
      "clock",
      "memory",
      "volume",
    ]) {
      assert.ok(find(checks, id) !== undefined, id);
    }
    assert.equal(find(checks, "config")?.result, "ok");
    assert.equal(find(checks, "data")?.result, "ok");
    assert.deepEqual(await readdir(dataDir, { recursive: true }), before);
  });

  it("names the place that is wrong in config.json", async () => {
    await makeConfig();
    await writeFile(join(dataDir, "config.json"), '{"version":1,"netwrok":{}}');
    const check = find(await runDoctor({ dataDir }), "config");
    assert.equal(check?.result, "error");
    assert.match(check?.message ?? "", /\/netwrok is not a known key/);
  });

  it("warns of a volume whose disk may not be mounted", async () => {
    const store = await ConfigStore.open({ dataDir, log: silentLog, watch: false });
    await store.update("/storage/volumes", [{ path: join(dataDir, "not-mounted") }]);
    await store.close();
    assert.equal(find(await runDoctor({ dataDir }), "volume")?.result, "warning");
  });

  it("finds an old Node, a clock that cannot be right and a key that others can read", async () => {
    await SecretStore.open({ dataDir });
    await chmod(join(dataDir, "secrets.key"), 0o644);
    const checks = await runDoctor({ dataDir, nodeVersion: "20.19.0", nowMs: 86_400_000 });
    for (const id of ["node", "clock", "secrets-key"]) {
      assert.equal(find(checks, id)?.result, "error", id);
      assert.ok((find(checks, id)?.advice ?? "") !== "", id);
    }
    assert.equal(worstResult(checks), "error");
  });

  it("says that recordings inside a checkout are easily deleted", async () => {
    await mkdir(join(dataDir, ".git"));
    const checks = await runDoctor({ dataDir: join(dataDir, "data") });
    assert.equal(find(checks, "data-in-checkout")?.result, "notice");
  });

  it("sums up by the worst result", () => {
    assert.equal(worstResult([]), "ok");
    const check = (result: Check["result"]): Check => ({ id: "x", result, message: "" });
    assert.equal(worstResult([check("ok"), check("warning"), check("notice")]), "warning");
  });
});

describe("checking a volume", () => {
  it("measures how many cameras it carries and leaves nothing behind", async () => {
    const found = await checkVolume(dataDir, { measureBytes: 2_000_000 });
    assert.equal(found.writable, true);
    assert.ok((found.bytesPerSecond ?? 0) > 0 && (found.syncsPerSecond ?? 0) > 0);
    assert.ok((found.freeBytes ?? 0) <= (found.totalBytes ?? 0));
    assert.deepEqual(await readdir(dataDir), []);
  });

  it("says why a path cannot be used", async () => {
    await writeFile(join(dataDir, "file"), "");
    const found = await checkVolume(join(dataDir, "file"));
    assert.equal(found.writable, false);
    assert.match(found.problem ?? "", /not a folder/);
  });
});

describe("diagnostics (attack list A17)", () => {
  it("hold what helps and no secret", async () => {
    const store = await ConfigStore.open({ dataDir, log: silentLog, watch: false });
    const document = diagnostics({
      version: "0.0.0",
      nowMs: 0,
      config: store.get(),
      status: {
        cameras: [{ url: "rtsp://admin:canary-4711@192.0.2.5/", password: "canary-4711", passwordSet: true }],
        deep: {
          apiKey: { value: "canary-4711" },
          message: "cannot open http://a:canary-4711@h/?token=canary-4711",
        },
      },
      checks: [],
    });
    await store.close();
    const text = JSON.stringify(document);
    assert.ok(!text.includes("canary-4711"));
    assert.ok(text.includes('"passwordSet":true') && text.includes("8480"));
  });

  it("end at endless nesting", () => {
    const loop: Record<string, unknown> = {};
    loop["inner"] = loop;
    assert.ok(JSON.stringify(withoutSecrets(loop)).length < 1_000);
  });
});
