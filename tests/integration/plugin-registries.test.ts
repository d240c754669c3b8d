// Plugins from registries that want a login, and from behind a proxy: npm itself, verdaccio with its accounts, a proxy
// that only passes on what it is asked to. The logins are looked for wherever they have no business.
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, request, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { generate } from "selfsigned";
import { ConfigStore } from "../../core/config/config-store.ts";
import { SecretStore } from "../../core/config/secret-store.ts";
import { NightjarError } from "../../core/errors.ts";
import { silentLog } from "../../core/log.ts";
import { type Registries, registriesOf } from "../../core/plugin/install/registries.ts";
import { RegistrySettings } from "../../core/plugin/install/registry-settings.ts";
import { type TempDir, tempDir } from "../../core/testing/temp-dir.ts";
import { InstallRig, type PluginRecorder, YARD } from "../support/install-rig.ts";
import { PluginRegistry, writePlugin } from "../support/plugin-registry.ts";

const HOUSE = "@house/nightjar-camera-porch";
const PASSWORD = "canary-password-4711";
const WRONG = "canary-wrong-4712";

/** A proxy as companies have them: CONNECT for what is sealed, whole addresses for the rest. */
async function startProxy(): Promise<{ url: string; asked: string[]; server: Server }> {
  const asked: string[] = [];
  const server = createHttpServer((incoming, answer) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    const onward = request(
      incoming.url ?? "",
      { method: incoming.method ?? "GET", headers: incoming.headers },
      (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
      },
    );
    onward.once("error", () => answer.writeHead(502).end());
    incoming.pipe(onward);
  });
  server.on("connect", (incoming, socket, head) => {
    asked.push(`CONNECT ${incoming.url}`);
    const [host, port] = (incoming.url ?? "").split(":");
    const onward = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.write(head);
      onward.pipe(socket);
      socket.pipe(onward);
    });
    onward.once("error", () => socket.destroy());
    socket.once("error", () => onward.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, server };
}

/** The same registry behind HTTPS, as a house's own: answers with addresses by which it was asked. */
async function sealed(
  registry: PluginRegistry,
): Promise<{ url: string; certificate: string; server: Server }> {
  const made = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] },
    ],
  });
  const { port } = new URL(registry.url);
  const server = createHttpsServer({ key: made.private, cert: made.cert }, (incoming, answer) => {
    const headers = { ...incoming.headers, "x-forwarded-proto": "https" };
    const onward = request(
      { host: "127.0.0.1", port, path: incoming.url, method: incoming.method, headers },
      (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
      },
    );
    onward.once("error", () => answer.writeHead(502).end());
    incoming.pipe(onward);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
  return { url, certificate: made.cert, server };
}

const code = (expected: string) => (error: unknown) =>
  error instanceof NightjarError && error.code === expected;

describe("registries of plugins", { timeout: 290_000 }, () => {
  let rig: InstallRig;
  let closed: PluginRegistry;
  let root: TempDir;
  let token: string;
  before(async () => {
    rig = await InstallRig.start([{ name: YARD, version: "1.0.0" }]);
    root = tempDir("nightjar-registries-");
    closed = await PluginRegistry.start(root.join("closed"), { username: "house", password: PASSWORD });
    token = closed.token ?? "";
    await closed.publish(writePlugin(root.join("sources"), { name: HOUSE }));
  });
  after(async () => {
    await closed.stop();
    await rig.dispose();
    root.remove();
  });

  async function install(recorder: PluginRecorder, name: string): Promise<{ status: string; said: string }> {
    const { id } = recorder.installer.start({ action: "install", source: name });
    const job = await recorder.installer.finished(id);
    return { status: job.status, said: JSON.stringify(job) };
  }

  const from = (login?: Registries["main"]["login"]): Registries => ({
    main: { url: rig.registry.url },
    scopes: { "@house": { url: closed.url, login } },
  });

  it("are asked by scope, with a token or with a name and password, for search and for npm", async () => {
    for (const [login, others] of [
      [{ token }, [YARD]],
      [{ username: "house", password: PASSWORD }, []],
    ] as const) {
      const recorder = await rig.recorder({ registries: () => from(login) });
      const names = (await recorder.installer.search("")).map(({ name }) => name);
      assert.deepEqual(names.sort(), [HOUSE, YARD].sort());
      const { status, said } = await install(recorder, HOUSE);
      assert.equal(status, "done", said);
      assert.equal(recorder.host.list().find(({ name }) => name === HOUSE)?.status, "running");
      // What is asked without a login is the same for both.
      for (const other of others) assert.equal((await install(recorder, other)).status, "done");
      // Neither in what is told, nor in any file that stays.
      for (const secret of [PASSWORD, token, Buffer.from(`house:${PASSWORD}`).toString("base64")]) {
        assert.ok(!said.includes(secret), "a job tells the login");
        const files = readdirSync(recorder.dataDir, { recursive: true, withFileTypes: true });
        for (const file of files.filter((each) => each.isFile())) {
          const path = join(file.parentPath, file.name);
          assert.ok(!readFileSync(path).includes(secret), `${path} holds the login`);
        }
      }
      await rig.rest();
    }
  });

  it("leave no login behind where the recorder was killed in the middle", async () => {
    const recorder = await rig.recorder({ registries: () => from({ token }) });
    const left = join(recorder.dataDir, "cache/npm/npmrc-of-a-killed-one");
    mkdirSync(join(recorder.dataDir, "cache/npm"), { recursive: true });
    writeFileSync(left, token);
    await recorder.installer.recover();
    assert.equal(existsSync(left), false);
    await rig.rest();
  });

  it("say that they want a login, or another one, and nothing is installed", async () => {
    for (const login of [undefined, { token: WRONG }, { username: "house", password: WRONG }]) {
      const recorder = await rig.recorder({ registries: () => from(login) });
      const { status, said } = await install(recorder, HOUSE);
      assert.equal(status, "failed");
      assert.match(said, /NJ_PLUGIN_REGISTRY_LOGIN|NJ_PLUGIN_NOT_ON_REGISTRY/);
      assert.ok(!said.includes(WRONG));
      assert.deepEqual(await recorder.installer.installed(), []);
      // What the open one has is found all the same.
      assert.deepEqual(
        (await recorder.installer.search("")).map(({ name }) => name),
        [YARD],
      );
      await rig.rest();
    }
  });

  it("are reached through the proxy that the environment names, by the search and by npm", async () => {
    const proxy = await startProxy();
    process.env["HTTP_PROXY"] = proxy.url;
    try {
      const recorder = await rig.recorder({ registries: () => from({ token }) });
      assert.ok((await recorder.installer.search(YARD)).length > 0);
      const searched = proxy.asked.length;
      assert.ok(searched > 0, "the search went past the proxy");
      assert.equal((await install(recorder, HOUSE)).status, "done");
      const ofNpm = proxy.asked.slice(searched).filter((line) => line.includes("porch"));
      assert.ok(
        ofNpm.some((line) => line.includes(".tgz") || line.startsWith("CONNECT")),
        proxy.asked.join("\n"),
      );
      process.env["HTTP_PROXY"] = "http://127.0.0.1:9/";
      await assert.rejects(recorder.installer.search(YARD), code("NJ_PLUGIN_REGISTRY_AWAY"));
    } finally {
      delete process.env["HTTP_PROXY"];
      proxy.server.closeAllConnections();
      proxy.server.close();
      await rig.rest();
    }
  });

  it("are reached through a proxy by HTTPS too: the proxy sees a host, and nothing of the login", async () => {
    const proxy = await startProxy();
    const house = await sealed(closed);
    const trusted = getCACertificates("default");
    writeFileSync(root.join("house.pem"), house.certificate);
    setDefaultCACertificates([...trusted, house.certificate]);
    process.env["HTTPS_PROXY"] = proxy.url;
    process.env["NODE_EXTRA_CA_CERTS"] = root.join("house.pem");
    try {
      const place = { url: house.url, login: { token } };
      const recorder = await rig.recorder({
        registries: () => ({ main: { url: rig.registry.url }, scopes: { "@house": place } }),
      });
      const { status, said } = await install(recorder, HOUSE);
      assert.equal(status, "done", said);
      const host = new URL(house.url).host;
      // The card is asked for by Nightjar, the rest by npm.
      assert.ok(proxy.asked.filter((line) => line === `CONNECT ${host}`).length >= 2, proxy.asked.join("\n"));
      assert.ok(!proxy.asked.some((line) => line.includes(token)));
    } finally {
      delete process.env["HTTPS_PROXY"];
      delete process.env["NODE_EXTRA_CA_CERTS"];
      setDefaultCACertificates(trusted);
      for (const { server } of [proxy, house]) {
        server.closeAllConnections();
        server.close();
      }
      await rig.rest();
    }
  });

  it("keep their logins sealed, and never send one to an address that it was not given for", async () => {
    const dataDir = root.join("settings");
    const config = await ConfigStore.open({ dataDir, log: silentLog, watch: false });
    const secrets = await SecretStore.open({ dataDir });
    const settings = new RegistrySettings(config, secrets);
    const url = "https://registry.example/";
    const scopes = [{ scope: "@house", url: closed.url, login: { token } }];
    assert.deepEqual(await settings.put({ url, login: { username: "me", password: PASSWORD }, scopes }), {
      url,
      login: "password",
      scopes: [{ scope: "@house", url: closed.url, login: "token" }],
    });
    for (const file of ["config.json", "secrets.json"])
      assert.doesNotMatch(readFileSync(join(dataDir, file), "utf8"), new RegExp(`${PASSWORD}|${token}`));
    // Left out, a login stays; with another address it goes.
    const moved = await settings.put({
      url: "https://elsewhere.example/",
      scopes: [{ scope: "@house", url: closed.url }],
    });
    assert.deepEqual([moved.login, moved.scopes[0]?.login], ["none", "token"]);
    // Also where config.json is changed by hand.
    await config.update((draft) => {
      draft.pluginRegistry.scopes = { "@house": { url: "https://thief.example/" } };
    });
    assert.equal(registriesOf(config.get().pluginRegistry, secrets).scopes["@house"]?.login, undefined);
    assert.deepEqual((await settings.put({ url, scopes: [] })).scopes, []);
    assert.deepEqual(secrets.names("plugin-registry/"), []);
    for (const bad of [`a$${"{HOME}"}`, 'a"b', "a b", "a\nb"])
      await assert.rejects(
        settings.put({ url, login: { token: bad }, scopes: [] }),
        code("NJ_PLUGIN_REGISTRY_LOGIN"),
      );
    await config.close();
  });
});
