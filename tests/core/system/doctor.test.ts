import assert from "node:assert/strict";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { checkConfig } from "../../../core/config/check-config.ts";
import { ConfigStore } from "../../../core/config/config-store.ts";
import { SecretStore } from "../../../core/config/secret-store.ts";
import { silentLog } from "../../../core/log.ts";
import { diagnostics, withoutSecrets } from "../../../core/system/diagnostics.ts";
import { checkGpio } from "../../../core/system/doctor/gpio-checks.ts";
import { checkPorts, wantedPorts } from "../../../core/system/doctor/port-checks.ts";
import { type Check, runDoctor, worstResult } from "../../../core/system/doctor.ts";
import { checkVolume } from "../../../core/system/volume-check.ts";

const NOBODYS = { pids: [], open: [] };
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

  it("waits for no look beyond its limit, and says which were not done", async () => {
    await makeConfig();
    const checks = await runDoctor({ dataDir, limitMs: 0 });
    assert.match(find(checks, "ffmpeg")?.message ?? "", /ffmpeg could not be looked at/);
    assert.equal(find(checks, "config")?.result, "ok");
  });

  it("is given up by whoever asked", async () => {
    await makeConfig();
    const asker = new AbortController();
    const looking = runDoctor({ dataDir, signal: asker.signal });
    asker.abort(new DOMException("gone", "AbortError"));
    await assert.rejects(looking, { name: "AbortError" });
  });

  it("looks for the tools and chips of pins where some are configured, and only there", async () => {
    assert.deepEqual(await checkGpio({}), []);
    const on = {
      enabled: true,
      config: { inputs: [{ name: "door", line: 1, chip: "gpiochip3" }], outputs: 7 },
    };
    const pins = { "nightjar-bridge-gpio": on };
    assert.deepEqual(await checkGpio({ "nightjar-bridge-gpio": { ...on, enabled: false } }), []);
    const missing = await checkGpio(pins, dataDir, dataDir);
    assert.deepEqual(
      missing.map(({ id, command }) => [id, command]),
      [
        ["gpio-tools", "apt install gpiod"],
        ["gpio-chip", "gpiodetect"],
      ],
    );
    for (const name of ["gpioget", "gpiomon", "gpioset", "gpiochip3"])
      await writeFile(join(dataDir, name), "", { mode: 0o755 });
    const [all, ...rest] = await checkGpio(pins, `/nowhere:${dataDir}`, dataDir);
    assert.deepEqual([all?.id, all?.result, rest.length], ["gpio-tools", "ok", 0]);
  });

  it("names the place that is wrong in config.json", async () => {
    await makeConfig();
    await writeFile(join(dataDir, "config.json"), '{"version":1,"netwrok":{}}');
    const checks = await runDoctor({ dataDir });
    const check = checks.find(({ where }) => where === "config.json, /netwrok");
    assert.deepEqual([check?.id, check?.result], ["config", "error"]);
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

  it("looks at the ports of the gateway and of the broker within, where that is the one", () => {
    const config = checkConfig("config", { version: 1, node: { id: "here", name: "Here" }, timeZone: "UTC" });
    const of = (mqtt: object) => wantedPorts({ ...config, mqtt: { ...config.mqtt, ...mqtt } });
    const places = (mqtt: object) => of(mqtt).map(({ settings, port }) => `${settings} ${port}`);
    assert.deepEqual(places({}).slice(-2), ["/mqtt/tcp 1883", "/mqtt/tls 8883"]);
    assert.ok(places({}).includes("/network/https 8443"));
    assert.ok(!places({ broker: "external" }).some((place) => place.startsWith("/mqtt")));
    assert.ok(!places({ tcp: { ...config.mqtt.tcp, enabled: false } }).includes("/mqtt/tcp 1883"));
  });

  it("does not take a port of the recorder itself for another program's, and names whose it is otherwise", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const wanted = [{ kind: "http", settings: "/network/http", host: "127.0.0.1", port }];
    const [own] = await checkPorts(wanted, { pids: [process.pid], open: [] });
    const [told] = await checkPorts(wanted, { pids: [], open: [{ kind: "http", port }] });
    const [others] = await checkPorts(wanted, NOBODYS);
    server.close();
    await once(server, "close");
    const [free] = await checkPorts(wanted, NOBODYS);
    assert.deepEqual(
      [own, told, others, free].map((check) => check?.result),
      ["ok", "ok", "warning", "ok"],
    );
    assert.match(others?.message ?? "", new RegExp(`taken by .* \\(process ${process.pid}, `));
  });

  it("says what a running recorder complains of, but not twice what it found itself", async () => {
    const status = {
      processes: [],
      problems: [
        { code: "camera-timeout", severity: "warning", message: "Yard: nothing answers" },
        { code: "ffmpeg-missing", severity: "warning", message: "there is no ffmpeg" },
      ],
    } as const;
    const checks = await runDoctor({
      dataDir,
      running: {
        status,
        plugins: [
          { name: "nightjar-camera-x", status: "quarantined", reason: "it failed 5 times" },
          { name: "pluigns", status: "refused", reason: "there is none", context: { case: "no-folder" } },
        ],
      },
    });
    const path = checks.find(({ id, where }) => id === "plugin" && where === "pluigns");
    assert.match(path?.advice ?? "", /correct --plugin-path/);
    const said = checks.filter(({ id }) => id === "recorder").map(({ message }) => message);
    assert.deepEqual(said, ["Yard: nothing answers"]);
    assert.match(
      find(checks, "plugin")?.message ?? "",
      /nightjar-camera-x is left alone .*: it failed 5 times/,
    );
  });

  it("has each id of its findings in the guide, and the guide no other", async () => {
    const folder = join(import.meta.dirname, "../../../core/system/doctor");
    const sources = await Promise.all(
      (await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")),
    );
    const inCode = new Set(
      sources.flatMap((text) => [...text.matchAll(/(?:finding|ok)\(\s*"([a-z-]+)"/g)].map(([, id]) => id)),
    );
    for (const [, id] of sources.join("").matchAll(/\? "([a-z-]+)" : "config"/g)) inCode.add(id);
    const guide = await readFile(join(import.meta.dirname, "../../../docs/guide/doctor.md"), "utf8");
    const rows = guide.split("\n").filter((line) => line.startsWith("| `"));
    const inGuide = rows.flatMap((row) =>
      [...(row.split("|")[1] ?? "").matchAll(/`([a-z-]+)`/g)].map(([, id]) => id),
    );
    inCode.add("config");
    assert.deepEqual([...inCode].sort(), inGuide.sort());
  });

  it("sums up by the worst result", () => {
    assert.equal(worstResult([]), "ok");
    const check = (result: Check["result"]): Check => ({ id: "x", result, message: "", code: "x" });
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

  it("hold what plugins add, without secrets under whatever name they stand", async () => {
    const store = await ConfigStore.open({ dataDir, log: silentLog, watch: false });
    const { plugins } = diagnostics({
      ...{ version: "0.0.0", nowMs: 0, config: store.get(), status: {}, checks: [] },
      plugins: {
        "nightjar-login-token": { queue: 3, apiKey: "canary", url: "http://a:canary@h/" },
        "nightjar-camera-sly": { "is s3same": ["open s3same!", "open s3same! again", "abc"], n: 1 },
      },
      secrets: ["abc", "s3same", "s3same!"],
    });
    await store.close();
    assert.deepEqual(plugins, {
      "nightjar-login-token": { queue: 3, apiKey: "***", url: "http://***@h/" },
      "nightjar-camera-sly": { "is ***": ["open ***", "open *** again", "abc"], n: 1 },
    });
  });

  it("end at endless nesting", () => {
    const loop: Record<string, unknown> = {};
    loop["inner"] = loop;
    assert.ok(JSON.stringify(withoutSecrets(loop)).length < 1_000);
  });
});
