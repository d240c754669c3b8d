// The guide's nginx in front of a real recorder, below /nvr, with TLS at the proxy: the configuration is read out of the
// guide, so that what people copy is what works. Left out where there is no nginx.
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { generate } from "selfsigned";
import { WebSocket } from "ws";
import { waitFor } from "../../core/testing/wait-for.ts";
import { ADMINISTRATOR, type Recorder } from "../e2e/support/recorder.ts";
import { sharedRecorder } from "../e2e/support/shared-recorder.ts";

const GUIDE = join(import.meta.dirname, "../../docs/guide/proxies-and-certificates.md");
const NGINX = findNginx();

function findNginx(): string | undefined {
  for (const path of ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx"]) {
    try {
      execFileSync(path, ["-v"], { stdio: "ignore" });
      return path;
    } catch {
      // Not there: the next place.
    }
  }
  return undefined;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

describe("behind the guide's nginx", {
  skip: NGINX === undefined ? "no nginx" : false,
  timeout: 180_000,
}, () => {
  let recorder: Recorder;
  let nginx: ChildProcess;
  let folder: string;
  let port: number;
  let ca: string;
  /** What others who share the recorder expect of it. */
  let was: {
    readonly name: string;
    readonly network: { readonly basePath: string; readonly trustedProxies: string[] };
  };

  before(async () => {
    recorder = await sharedRecorder();
    was = await recorder.api<typeof was>("GET", "/settings");
    await recorder.api("PATCH", "/settings", {
      network: { basePath: "/nvr", trustedProxies: ["127.0.0.1", "::1"] },
    });
    folder = await mkdtemp(join(tmpdir(), "nj-nginx-"));
    await mkdir(join(folder, "logs"));
    const made = await generate([{ name: "commonName", value: "localhost" }], {
      keyType: "ec",
      curve: "P-256",
      algorithm: "sha256",
      extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
    });
    ca = made.cert;
    await writeFile(join(folder, "tls.crt"), made.cert);
    await writeFile(join(folder, "tls.key"), made.private);
    port = await freePort();
    await writeFile(join(folder, "nginx.conf"), await configuration());
    nginx = spawn(NGINX ?? "", ["-p", folder, "-c", "nginx.conf", "-e", "logs/error.log"], {
      stdio: "ignore",
    });
    const answers = async () => (await ask("/nvr/api/v1/setup").catch(() => undefined))?.status === 200;
    await waitFor(answers, { deadlineMs: 30_000, what: "nginx and the base path" });
  });
  after(async () => {
    if (nginx?.exitCode === null) {
      const { name, network } = was;
      const { basePath, trustedProxies } = network;
      const body = { name, network: { basePath, trustedProxies } };
      await ask("/nvr/api/v1/settings", { method: "PATCH", cookie: await signIn(), body });
      nginx.kill("SIGTERM");
      await once(nginx, "exit");
    }
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  /** The guide's location, in the smallest server around it. */
  async function configuration(): Promise<string> {
    const guide = await readFile(GUIDE, "utf8");
    const [, location = ""] = /```\n# nginx\n([\s\S]*?)```/.exec(guide) ?? [];
    assert.match(location, /proxy_pass http:\/\/127\.0\.0\.1:8480;/);
    return `daemon off; worker_processes 1; pid logs/nginx.pid;
events { worker_connections 256; }
http {
  access_log off; client_body_temp_path logs/body; proxy_temp_path logs/proxy;
  fastcgi_temp_path logs/fastcgi; uwsgi_temp_path logs/uwsgi; scgi_temp_path logs/scgi;
  map $http_upgrade $connection_upgrade { default upgrade; "" close; }
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate tls.crt; ssl_certificate_key tls.key;
    ${location.replace("127.0.0.1:8480", `127.0.0.1:${new URL(recorder.url).port}`)}
  }
}
`;
  }

  function ask(
    path: string,
    options: { method?: string; body?: unknown; cookie?: string } = {},
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          host: "127.0.0.1",
          servername: "localhost",
          port,
          path,
          ca,
          agent: false,
          method: options.method ?? "GET",
          headers: {
            host: `localhost:${port}`,
            origin: `https://localhost:${port}`,
            "content-type": "application/json",
            ...(options.cookie === undefined ? {} : { cookie: options.cookie }),
          },
        },
        (incoming) => {
          let text = "";
          incoming.setEncoding("latin1");
          incoming.on("data", (chunk: string) => {
            text += chunk;
          });
          incoming.on("end", () =>
            resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }),
          );
        },
      );
      outgoing.on("error", reject);
      outgoing.end(options.body === undefined ? undefined : JSON.stringify(options.body));
    });
  }

  async function signIn(): Promise<string> {
    const answer = await ask("/nvr/api/v1/session", { method: "POST", body: ADMINISTRATOR });
    assert.equal(answer.status, 200, answer.text);
    const cookie = String(answer.headers["set-cookie"]);
    assert.match(cookie, /^__Host-nightjar=\S+; Path=\/; .*Secure/);
    return cookie.split(";")[0] ?? "";
  }

  it("serves the interface and the API below its path, and changes by cookie from its own origin", async () => {
    const page = await ask("/nvr/live");
    assert.match(page.text, /<base href="\/nvr\/">/);
    assert.match((await ask("/nvr/ca.crt")).text, /BEGIN CERTIFICATE/);
    const cookie = await signIn();
    const settings = await ask("/nvr/api/v1/settings", {
      method: "PATCH",
      cookie,
      body: { name: "behind a proxy" },
    });
    assert.equal(settings.status, 200, settings.text);
    const audit = await ask("/nvr/api/v1/audit?limit=5", { cookie });
    assert.match(audit.text, /"remoteAddress":"127\.0\.0\.1"/);
  });

  it("carries WebSockets: changes, and live pictures", async () => {
    const cookie = await signIn();
    const options = { ca, origin: `https://localhost:${port}`, headers: { cookie } };
    const changes = new WebSocket(`wss://localhost:${port}/nvr/api/v1/changes`, options);
    const [told] = (await once(changes, "message")) as [Buffer];
    assert.ok("type" in (JSON.parse(String(told)) as object));
    changes.terminate();
    const { cameras } = JSON.parse((await ask("/nvr/api/v1/cameras", { cookie })).text) as {
      cameras: { id: string }[];
    };
    const live = new WebSocket(`wss://localhost:${port}/nvr/api/v1/cameras/${cameras[0]?.id}/live`, options);
    let pictures = 0;
    live.on("message", (_data: Buffer, isBinary: boolean) => {
      if (isBinary) pictures += 1;
    });
    await waitFor(() => pictures > 5, { deadlineMs: 30_000, what: "live pictures" });
    live.terminate();
    const foreign = new WebSocket(`wss://localhost:${port}/nvr/api/v1/changes`, {
      ...options,
      origin: "https://evil.example",
    });
    foreign.on("error", () => undefined);
    const [, refused] = (await once(foreign, "unexpected-response")) as [unknown, { statusCode: number }];
    assert.equal(refused.statusCode, 403);
    foreign.terminate();
  });
});
