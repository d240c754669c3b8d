// Ports, certificates, the web interface: what the gateway opens, what it says of it, and how it holds on to it.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { get } from "node:https";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import { systemClock } from "../../../core/clock.ts";
import { serverCertificate } from "../../../core/gateway/doors/certificates.ts";
import { silentLog } from "../../../core/log.ts";
import { startTestGateway, type TestGateway, until } from "./fake-peers.ts";

/** A port that is taken for as long as the server lives. */
async function takenPort(): Promise<{ server: Server; port: number }> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

describe("ports", () => {
  it("takes the next free port for a busy one, says so, and keeps it after a restart", async () => {
    const { server, port } = await takenPort();
    const dataDir = await mkdtemp(join(tmpdir(), "nj-ports-"));
    const settings = { http: { port, host: "127.0.0.1" } };
    try {
      const first = await startTestGateway({ dataDir, settings });
      const taken = first.port;
      assert.ok(taken > port && taken < port + 50);
      await until(() => first.core.listening.length > 0, "told");
      assert.equal(first.core.listening.at(-1)?.http?.port, taken);
      assert.match(
        first.core.listening
          .at(-1)
          ?.problems.map(({ message }) => message)
          .join() ?? "",
        new RegExp(`${port} was busy: ${taken}`),
      );
      await first.stop();
      await new Promise((resolve) => server.close(resolve));
      const second = await startTestGateway({ dataDir, settings });
      assert.equal(second.port, taken);
      await second.stop();
    } finally {
      server.close();
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  it("moves to another port when core says so, and follows what else it says", async () => {
    const gateway = await startTestGateway();
    try {
      const { server, port } = await takenPort();
      await new Promise((resolve) => server.close(resolve));
      const told = gateway.core.listening.length;
      const settings = { ...gateway.core.settings, http: { port, host: "127.0.0.1" }, basePath: "/nvr" };
      gateway.core.link.notify("settingsChanged", settings);
      await until(() => gateway.core.listening.length > told, "told");
      const now = gateway.core.listening.at(-1)?.http?.port ?? 0;
      assert.ok(now >= port && now < port + 50);
      assert.equal((await fetch(`http://127.0.0.1:${now}/nvr/api/v1/status`)).status, 200);
      await assert.rejects(fetch(`${gateway.http}/api/v1/status`));
    } finally {
      await gateway.stop();
    }
  });

  it("opens its ports with the settings known from before while core is away", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "nj-alone-"));
    try {
      const first = await startTestGateway({ dataDir });
      await first.stop();
      const second = await startTestGateway({ dataDir, core: false, media: false });
      const answer = await fetch(`${second.http}/api/v1/status`);
      assert.equal(answer.status, 503);
      assert.equal(answer.headers.get("retry-after"), "2");
      await second.stop();
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});

describe("certificates", () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway({
      settings: {
        https: { port: 0, host: "127.0.0.1", enabled: true },
        certificateNames: ["cams.example"],
      },
    });
  });
  after(() => gateway.stop());

  it("offers a root that a client can verify the server with, by every name", async () => {
    const ca = await (await fetch(`${gateway.http}/ca.crt`)).text();
    const root = new X509Certificate(ca);
    assert.equal(root.ca, true);
    for (const servername of ["localhost", "cams.example"]) {
      const status = await new Promise<number | undefined>((resolve, reject) => {
        get(
          {
            host: "127.0.0.1",
            port: gateway.securePort,
            path: "/ca.crt",
            ca,
            servername,
            headers: { host: servername },
          },
          (response) => {
            response.resume();
            resolve(response.statusCode);
          },
        ).on("error", reject);
      });
      assert.equal(status, 200);
    }
    await assert.rejects(
      new Promise((resolve, reject) => {
        get({ host: "127.0.0.1", port: gateway.securePort, ca, servername: "other.example" }, resolve).on(
          "error",
          reject,
        );
      }),
    );
  });

  it("tells core that the client's connection is secure", async () => {
    const ca = await (await fetch(`${gateway.http}/ca.crt`)).text();
    await new Promise<void>((resolve, reject) => {
      get(
        { host: "127.0.0.1", port: gateway.securePort, path: "/api/v1/status", ca, servername: "localhost" },
        (response) => {
          response.resume().on("end", () => resolve());
        },
      ).on("error", reject);
    });
    assert.equal(gateway.core.requests.at(-1)?.headers["x-nightjar-client-secure"], "1");
  });

  it("keeps keys to itself", async () => {
    for (const name of ["ca.key", "server.key"]) {
      const { mode } = await stat(join(gateway.dataDir, "certificates", name));
      assert.equal(mode & 0o777, 0o600, name);
    }
  });

  it("keeps its root over restarts, and makes a leaf anew for a further name or near its end", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "nj-cert-"));
    const serial = (pem: string) => new X509Certificate(pem).serialNumber;
    try {
      const first = await serverCertificate(dataDir, [], systemClock, silentLog);
      const again = await serverCertificate(dataDir, [], systemClock, silentLog);
      assert.equal(again.certificate, first.certificate);
      const more = await serverCertificate(dataDir, ["nvr.example"], systemClock, silentLog);
      assert.notEqual(serial(more.certificate), serial(first.certificate));
      assert.equal(more.root, first.root);
      assert.match(new X509Certificate(more.certificate).subjectAltName ?? "", /nvr\.example/);
      const later = { ...systemClock, wallMs: () => Date.now() + 380 * 86_400_000 };
      const renewed = await serverCertificate(dataDir, ["nvr.example"], later, silentLog);
      assert.notEqual(serial(renewed.certificate), serial(more.certificate));
      assert.equal(renewed.root, first.root);
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  it("uses the owner's own certificate, and says why one that does not fit is not used", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "nj-own-"));
    const folder = join(dataDir, "certificates");
    try {
      await serverCertificate(dataDir, [], systemClock, silentLog);
      await writeFile(join(folder, "own.crt"), await readFile(join(folder, "server.crt")));
      await writeFile(join(folder, "own.key"), await readFile(join(folder, "server.key")));
      const own = await serverCertificate(dataDir, [], systemClock, silentLog);
      assert.equal(own.root, undefined);
      await writeFile(join(folder, "own.key"), await readFile(join(folder, "ca.key")));
      const wrong = await serverCertificate(dataDir, [], systemClock, silentLog);
      assert.match(wrong.problem ?? "", /does not belong/);
      assert.notEqual(wrong.root, undefined);
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});

describe("the web interface", () => {
  let folder: string;
  let gateway: TestGateway;
  const script = "console.log(1);\n".repeat(200);
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "nj-ui-"));
    await mkdir(join(folder, "assets"));
    await writeFile(join(folder, "index.html"), "<!doctype html><html><head></head><body></body></html>");
    await writeFile(join(folder, "assets", "index-a1b2c3d4.js"), script);
    gateway = await startTestGateway({ uiFolder: folder });
  });
  after(async () => {
    await gateway.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("gives the index page for paths of the interface and 404 for files that are not there", async () => {
    for (const path of ["/", "/live", "/playback/yard"]) {
      const answer = await fetch(gateway.http + path);
      assert.equal(answer.status, 200);
      assert.match(await answer.text(), /<base href="\/">/);
      assert.equal(answer.headers.get("cache-control"), "no-cache");
    }
    assert.equal((await fetch(`${gateway.http}/assets/none.js`)).status, 404);
    assert.equal((await fetch(`${gateway.http}/`, { method: "POST" })).status, 405);
  });

  it("marks hashed files as unchanging, compresses them, and knows them by tag", async () => {
    const url = `${gateway.http}/assets/index-a1b2c3d4.js`;
    const zipped = await new Promise<{ headers: NodeJS.Dict<string | string[]>; body: Buffer }>((resolve) => {
      void import("node:http").then(({ get: plainGet }) =>
        plainGet(url, { headers: { "accept-encoding": "gzip" } }, (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }));
        }),
      );
    });
    assert.equal(zipped.headers["content-encoding"], "gzip");
    assert.equal(gunzipSync(zipped.body).toString(), script);
    const answer = await fetch(url, { headers: { "accept-encoding": "identity" } });
    assert.equal(await answer.text(), script);
    assert.match(answer.headers.get("cache-control") ?? "", /immutable/);
    const etag = answer.headers.get("etag") ?? "";
    assert.equal((await fetch(url, { headers: { "if-none-match": etag } })).status, 304);
  });

  it("allows no inline script or style and no frame", async () => {
    const policy = (await fetch(`${gateway.http}/`)).headers.get("content-security-policy") ?? "";
    for (const part of [
      "default-src 'self'",
      "worker-src 'self' blob:",
      "style-src 'self'",
      "frame-ancestors 'none'",
    ]) {
      assert.ok(policy.includes(part), part);
    }
    assert.ok(!policy.includes("unsafe"));
  });
});
