// A different secret in every place that holds one, a real recorder that uses, mistakes and exports them, and then a look at
// everything that comes out of it: none of them is found in clear, nor as base64, hexadecimal or part of an address
// (attack list A17).
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { globSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { connectAsync } from "mqtt";
import { generate } from "selfsigned";
import { type CoreMethodsForFlows, FLOWS_LINK_SOCKET } from "../../core/flows/protocol.ts";
import { connectLink, LINK_VERSION } from "../../core/link/link.ts";
import { type FakeCamera, fakeCamera } from "../../core/testing/fake-camera.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { testPatience, waitFor } from "../../core/testing/wait-for.ts";
import { documentedRoutes } from "../../scripts/documented-routes.ts";
import { authenticatorApp } from "../support/authenticator-app.ts";
import { nightjar } from "../support/nightjar-command.ts";
import { PROGRAM } from "../support/program.ts";
import { writeStranger } from "../support/stranger.ts";

const PLUGIN = "nightjar-camera-canary";
const ROLES = ["administrator", "operator", "viewer"] as const;

/** Secrets by where they were put. What they say is different in every run. */
const secrets = new Map<string, string>();

function secret(place: string): string {
  const text = `Kanarie-${randomBytes(9).toString("base64url")}-geheim`;
  secrets.set(place, text);
  return text;
}

/** How a secret may look in what is searched. */
function guises(text: string): string[] {
  const bytes = Buffer.from(text);
  // Base64 of a longer text that holds it, at each of the three offsets; without the letters that its neighbours share.
  const within = [0, 1, 2].map((offset) =>
    Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .slice(offset === 0 ? 0 : 4)
      .slice(0, -4),
  );
  return [...new Set([text, bytes.toString("hex"), encodeURIComponent(text), ...within])].filter(
    (guise) => guise.length >= 12,
  );
}

class Recorder {
  readonly dataDir: string;
  readonly #child: ChildProcess;
  output = "";
  url = "";

  constructor(dataDir: string, pluginPath: string) {
    this.dataDir = dataDir;
    const args = ["start", "--json", "--data", dataDir, "--log-level", "debug", "--plugin-path", pluginPath];
    this.#child = spawn(process.execPath, [PROGRAM, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    }
  }

  /** The one-time code of the first start. */
  async ready(): Promise<string> {
    const read = () => /"activationCode":\s*"([^"]+)"/.exec(this.output)?.[1];
    const code = await waitFor(read, {
      deadlineMs: 30_000,
      what: () => `the recorder to start: ${this.output.slice(-800)}`,
    });
    this.url = /"urls":\s*\[\s*"([^"]+?)\/?"/.exec(this.output)?.[1] ?? "";
    return code;
  }

  async ask(method: string, path: string, token?: string, body?: unknown): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000 * testPatience()),
    });
  }

  /** Asks and reads the answer, which must be a success. */
  async get<T>(method: string, path: string, token?: string, body?: unknown): Promise<T> {
    const response = await this.ask(method, `/api/v1${path}`, token, body);
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }

  /** Command line and environment of the recorder and of everything that it started. */
  processes(): string {
    const pids = [this.#child.pid ?? 0];
    let text = "";
    for (let pid = pids.pop(); pid !== undefined; pid = pids.pop()) {
      const own = pid;
      try {
        text +=
          readFileSync(`/proc/${own}/cmdline`, "latin1") + readFileSync(`/proc/${own}/environ`, "latin1");
        for (const path of globSync(`/proc/${own}/task/*/children`))
          pids.push(...readFileSync(path, "utf8").split(" ").filter(Boolean).map(Number));
      } catch {
        // It has ended meanwhile.
      }
    }
    return text;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await ended;
  }
}

describe("a secret in every place (attack list A17)", { timeout: 300_000 }, () => {
  const folder = tempDir("nightjar-canary-");
  /** What came out, by where. */
  const outputs = new Map<string, string>();
  let recorder: Recorder;
  let camera: FakeCamera;
  let guarded: FakeCamera;
  let watch: NodeJS.Timeout;
  let seenProcesses = "";

  before(async () => {
    const dataDir = folder.join("data");
    const pluginFolder = folder.join("plugins", PLUGIN);
    mkdirSync(dataDir);
    mkdirSync(pluginFolder, { recursive: true });
    writeStranger(pluginFolder, {
      card: { name: PLUGIN },
      own: { configSchema: "./config.schema.json" },
      driver: "canary",
      files: {
        "config.schema.json": JSON.stringify({
          type: "object",
          properties: { host: { type: "string" }, token: { type: "string", "x-secret": true } },
          additionalProperties: false,
        }),
      },
    });
    camera = await fakeCamera({ auth: "digest", password: secret("password of a camera") });
    guarded = await fakeCamera({ auth: "basic", password: "another-password-altogether" });
    recorder = new Recorder(dataDir, folder.join("plugins"));
    watch = setInterval(() => {
      seenProcesses += recorder.processes();
    }, 250);
  });
  after(async () => {
    clearInterval(watch);
    await recorder?.stop();
    await camera?.close();
    await guarded?.close();
    folder[Symbol.dispose]();
  });

  it("is taken by the recorder: cameras, accounts, second factor, plugin, export", async () => {
    const code = await recorder.ready();
    const passwords = Object.fromEntries(
      ROLES.map((role) => [role, secret(`password of the ${role}`)]),
    ) as Record<(typeof ROLES)[number], string>;
    const first = await recorder.get<{ token: string }>("POST", "/activate", undefined, {
      code,
      username: "administrator",
      password: passwords.administrator,
    });
    const { token } = first;
    secrets.set("session of the first administrator", token);
    for (const role of ["operator", "viewer"] as const) {
      await recorder.get("POST", "/users", token, { name: role, role, password: passwords[role] });
    }
    const tokens = new Map<string, string>();
    for (const role of ROLES) {
      const answer = await recorder.ask("POST", "/api/v1/session", undefined, {
        username: role,
        password: passwords[role],
      });
      const opened = (await answer.json()) as { token: string };
      tokens.set(role, opened.token);
      secrets.set(`session of the ${role}`, opened.token);
      const device = /-device=([^;]+)/.exec(answer.headers.getSetCookie().join("\n"))?.[1];
      assert.ok(device !== undefined && device.length > 20, "the browser is known again");
      secrets.set(`device cookie of the ${role}`, device);
    }
    const wrong = secret("password that is wrong");
    for (const username of ["viewer", "nobody"]) {
      assert.equal(
        (await recorder.ask("POST", "/api/v1/session", undefined, { username, password: wrong })).status,
        401,
      );
    }
    const add = (id: string, config: object) =>
      recorder.get("POST", "/cameras", token, { id, name: id, driver: "rtsp", config });
    await add("good", {
      url: camera.url,
      username: camera.username,
      password: camera.password,
      transport: "tcp",
    });
    const address = (url: string, password: string, query = "") =>
      `${url.replace("rtsp://", `rtsp://${guarded.username}:${encodeURIComponent(password)}@`)}${query}`;
    await add("wrong", {
      url: address(guarded.url, secret("wrong password within an address")),
      transport: "tcp",
    });
    await add("away", { url: address("rtsp://127.0.0.1:9/x", secret("password of a camera that is away")) });
    await add("query", { url: `rtsp://127.0.0.1:9/x?user=admin&password=${secret("password in a query")}` });
    await add("path", {
      url: `rtsp://127.0.0.1:9/user=admin_password=${secret("password in a path")}_channel=1.sdp`,
    });
    const changed = {
      url: "rtsp://127.0.0.1:9/x",
      username: "admin",
      password: secret("password that was changed"),
    };
    await recorder.get("PATCH", "/cameras/away", token, { config: changed });
    for (const url of [guarded.url, "rtsp://127.0.0.1:9/x", "http://127.0.0.1:9/x", "rtsp://[::zz]/"]) {
      const password = secret(`password of a camera that was only tried at ${url}`);
      const body = { driver: "rtsp", config: { url: address(url, password), transport: "tcp" } };
      const answer = await recorder.ask("POST", "/api/v1/cameras/probe", token, body);
      assert.ok(answer.status >= 400);
      outputs.set(`answer to a probe of ${url}`, await answer.text());
    }
    await recorder.get("PUT", "/plugins/settings", token, {
      name: PLUGIN,
      config: { host: "h", token: secret("secret of a plugin") },
    });
    const begun = await recorder.get<{ uri: string; secret: string }>(
      "POST",
      "/session/second-factor",
      tokens.get("operator"),
      {
        password: passwords.operator,
      },
    );
    secrets.set("secret of the second factor", begun.secret.replaceAll(" ", ""));
    const app = authenticatorApp(begun.uri);
    const confirmed = await recorder.get<{ recoveryCodes: string[] }>(
      "POST",
      "/session/second-factor/confirm",
      tokens.get("operator"),
      { code: app.codeAt(Date.now()) },
    );
    for (const [at, text] of confirmed.recoveryCodes.entries()) secrets.set(`recovery code ${at}`, text);
    const ticket = await recorder.get<{ ticket: string }>("POST", "/media-tickets", token, {
      camera: "good",
      rights: ["snapshot"],
    });
    secrets.set("media ticket", ticket.ticket);
    await waitFor(
      async () =>
        (await recorder.get<{ state: { status: string } }>("GET", "/cameras/good", token)).state.status ===
        "online",
      { deadlineMs: 30_000, periodMs: 200, what: "the camera to be online" },
    );
    await recorder
      .ask("GET", `/api/v1/cameras/good/snapshot.jpg?ticket=${ticket.ticket}`)
      .then((each) => each.arrayBuffer());
    await plantAround(token, passwords.administrator);
    await plantFurther(token, passwords.administrator);
    const sealed = await recorder.ask("POST", "/api/v1/settings/export", token, {
      password: secret("password of a sealed export"),
      current: passwords.administrator,
    });
    assert.equal(sealed.status, 200);
    outputs.set("sealed export", Buffer.from(await sealed.arrayBuffer()).toString("latin1"));
    const opened = await recorder.ask("POST", "/api/v1/settings/export", token, {});
    outputs.set("plain export", await opened.text());
    for (const name of ["secrets.key", "media/desired-state.key"]) {
      secrets.set(name, readFileSync(join(recorder.dataDir, name), "utf8").trim());
    }
    await waitFor(
      async () =>
        (await recorder.get<{ state: { status: string } }>("GET", "/cameras/wrong", token)).state.status ===
        "offline",
      { deadlineMs: 30_000, periodMs: 200, what: "the wrong password to be noticed" },
    );
    for (const role of ROLES) await collect(role, tokens.get(role));
    await collect("nobody", undefined);
  });

  /**
   * What inputs, outputs and flows let in and are let in with, each used and mistaken once, while somebody hears everything that
   * the broker within says.
   */
  async function plantAround(token: string, password: string): Promise<void> {
    const { ports } = await recorder.get<{ ports: { kind: string; port: number }[] }>(
      "GET",
      "/status",
      token,
    );
    const port = ports.find(({ kind }) => kind === "mqtt")?.port ?? 0;
    const listener = await connectAsync(`mqtt://127.0.0.1:${port}`, {
      ...{ protocolVersion: 4, reconnectPeriod: 0, username: "administrator", password },
    });
    let said = "";
    listener.on("message", (topic, payload) => {
      said += `${topic} ${payload.toString("latin1")}\n`;
    });
    await listener.subscribeAsync(["#", "nightjar/#"]);
    const use = { contact: "normally-open", holdSeconds: 0, use: "alarm", cameras: [], disarms: [] };
    const input = { id: "bell", name: "Bell", enabled: true, source: { kind: "http" }, ...use };
    await recorder.get("PUT", "/inputs/settings", token, { inputs: [input] });
    const made = await recorder.get<{ token: string }>("POST", "/inputs/bell/token", token);
    secrets.set("token of an input", made.token);
    const wrong = secret("wrong token of an input");
    for (const [given, status] of [
      [wrong, 404],
      [made.token, 204],
    ] as const) {
      const answer = await recorder.ask("POST", `/api/v1/inputs/bell/signal?token=${given}`);
      assert.equal(answer.status, status);
      outputs.set(`answer to a signal of an input: ${status}`, await answer.text());
    }
    const call = { method: "POST", url: "http://127.0.0.1:9/switch" };
    const driver = { kind: "http", on: call, off: call };
    const output = { id: "siren", name: "Siren", enabled: true, driver, dwellSeconds: 0 };
    await recorder.get("PUT", "/outputs/settings", token, { outputs: [output] });
    const authorization = `Bearer ${secret("authorization of an output")}`;
    await recorder.get("PUT", "/outputs/siren/authorization", token, { authorization });
    const triggered = await recorder.ask("POST", "/api/v1/outputs/siren/trigger", token, {});
    outputs.set("answer of an output that cannot be reached", await triggered.text());
    await recorder.get("PATCH", "/flows", token, { enabled: true });
    secrets.set("login of flows at the broker", await loginOfFlows());
    await waitFor(() => (/siren/.test(said) && /bell/.test(said) ? true : undefined), {
      what: () => `the broker to tell of input and output: ${said.slice(-500)}`,
    });
    outputs.set("everything that was said over MQTT", said);
    await listener.endAsync();
  }

  /** As the process of flows asks for it; whoever may open that socket owns the data directory. */
  async function loginOfFlows(): Promise<string> {
    const link = await connectLink<CoreMethodsForFlows>(join(recorder.dataDir, "run", FLOWS_LINK_SOCKET), {
      hello: { role: "flows", version: LINK_VERSION, instance: "canary" },
      handlers: {},
    });
    try {
      const login = await waitFor(async () => (await link.request("broker", undefined)) ?? undefined, {
        what: "flows to have a login",
      });
      return login.password;
    } finally {
      link.close();
    }
  }

  /** Secrets that programs and other servers use, each refused once before it is taken. */
  async function plantFurther(token: string, current: string): Promise<void> {
    const asked = { name: "a program", rights: ["live"], cameras: "all", expiresAt: "never" };
    const made = await recorder.get<{ secret: string }>("POST", "/tokens", token, { ...asked, current });
    secrets.set("secret of an API token", made.secret);
    const stream = await recorder.get<{ streamPassword: string }>(
      "POST",
      "/session/stream-passwords",
      token,
      { label: "VLC", password: current },
    );
    secrets.set("stream password", stream.streamPassword);
    const broker = { broker: "external", external: { url: "mqtt://127.0.0.1:9", username: "nightjar" } };
    const password = secret("password of another broker");
    await recorder.get("PATCH", "/mqtt", token, { ...broker, external: { ...broker.external, password } });
    await recorder.get("PUT", "/plugins/registries", token, {
      url: "http://127.0.0.1:9/",
      login: { token: secret("token of a registry") },
      scopes: [
        {
          scope: "@house",
          url: "http://127.0.0.1:9/house/",
          login: { username: "nightjar", password: secret("password of a registry") },
        },
      ],
    });
    // It is asked, in vain: what npm says of that is kept, too.
    outputs.set(
      "answer of a search",
      await (await recorder.ask("GET", "/api/v1/plugins/search", token)).text(),
    );
    const own = await generate([{ name: "commonName", value: "nvr.example" }], {
      keyType: "ec",
      curve: "P-256",
      algorithm: "sha256",
      extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "nvr.example" }] }],
    });
    const [, line = ""] = own.private.split("\n");
    assert.match(line, /^[\w+/]{40,}/);
    secrets.set("key of the own certificate", line.trim());
    // First with a certificate of another's: what is refused says why, and does not repeat what it was given.
    const refused = await recorder.ask("PUT", "/api/v1/certificate", token, {
      certificate: own.private,
      key: own.private,
    });
    assert.equal(refused.status, 422);
    outputs.set("answer to a wrong certificate", await refused.text());
    await recorder.get("PUT", "/certificate", token, { certificate: own.cert, key: own.private });
  }

  /** Everything that an account can read. */
  async function collect(who: string, token: string | undefined): Promise<void> {
    for (const route of documentedRoutes()) {
      if (route.method !== "GET" || route.path.endsWith("/changes")) continue;
      for (const id of ["good", "wrong", "away", "query", "path"]) {
        const query = route.path.includes("plugins/")
          ? `?name=${PLUGIN}`
          : /recordings|coverage/.test(route.path)
            ? "?start=2026-01-01T00:00:00Z&end=2027-01-01T00:00:00Z"
            : "";
        const path = route.path.replace("/cameras/:id", `/cameras/${id}`).replace(/:\w+/, "x") + query;
        if (outputs.has(`${who}: ${path}`)) continue;
        const response = await recorder.ask("GET", path, token);
        outputs.set(`${who}: ${path}`, JSON.stringify([...response.headers]) + (await response.text()));
      }
    }
    for (const page of ["/", "/cameras", "/login", "/no-such-page.js", "/api/v1/nothing"]) {
      outputs.set(`${who}: page ${page}`, await (await recorder.ask("GET", page, token)).text());
    }
    const changes = await recorder.ask("GET", "/api/v1/changes", token);
    if (!changes.ok) return;
    const reader = changes.body?.getReader();
    // Restarting a camera is told to everybody who may see it.
    const admin = secrets.get("session of the first administrator");
    for (const id of ["away", "query", "path"])
      await recorder.get("PATCH", `/cameras/${id}`, admin, { name: `${id} of ${who}` });
    let text = "";
    while (!text.includes(`path of ${who}`))
      text += Buffer.from((await reader?.read())?.value ?? []).toString();
    await reader?.cancel();
    outputs.set(`${who}: stream of changes`, text);
  }

  it("is in nothing that the command line says", async () => {
    for (const args of [
      ["status", "--json"],
      ["camera", "list", "--json"],
      ["user", "list", "--json"],
      ["plugin", "list", "--json"],
      ["doctor", "--json"],
    ]) {
      const { out, err } = await nightjar(recorder.dataDir, args);
      outputs.set(`nightjar ${args.join(" ")}`, out + err);
    }
  });

  it("is in no answer, page, stream, export, log, process or file", async (t) => {
    clearInterval(watch);
    seenProcesses += recorder.processes();
    await recorder.stop();
    outputs.set("command lines and environments", seenProcesses);
    outputs.set("log", recorder.output);
    // The keys themselves are where the keys are.
    const keys = new Set(["secrets.key", "media/desired-state.key", "certificates/own.key"]);
    for (const name of globSync("**/*", { cwd: recorder.dataDir, withFileTypes: true })) {
      if (!name.isFile()) continue;
      const path = join(name.parentPath, name.name);
      const short = path.slice(recorder.dataDir.length + 1);
      if (!keys.has(short)) outputs.set(`file ${short}`, readFileSync(path, "latin1"));
    }
    assert.ok(
      [...outputs.keys()].some((name) => name.endsWith("nightjar.db")) && recorder.output.length > 1_000,
    );
    const hits: string[] = [];
    const found = new Set<string>();
    for (const [place, text] of secrets) {
      const looks = guises(text);
      for (const [where, output] of outputs) {
        if (!looks.some((guise) => output.includes(guise))) continue;
        found.add(place);
        if (!isAllowed(place, where)) hits.push(`${place} in ${where}`);
      }
    }
    t.diagnostic(`${secrets.size} secrets looked for in ${outputs.size} outputs`);
    assert.deepEqual(hits, []);
    // The search does find what is there.
    assert.deepEqual([...found], ["password in a query", "password in a path"]);
  });

  /**
   * Addresses are settings: whoever may change a camera sees them whole, and so does the owner of the machine (config.json
   * and what is made of it, the plain export, `nightjar camera list`). Nobody else and nothing else.
   */
  function isAllowed(place: string, where: string): boolean {
    if (place !== "password in a query" && place !== "password in a path") return false;
    return (
      /^administrator: \/api\/v1\/cameras(?:\/[a-z]+)?(?:\?|$)|^administrator: stream of changes$/.test(
        where,
      ) ||
      /^plain export$|^nightjar camera list|^file (?:config\.json|config\.last-good\.json|media\/desired-state\.json|known-streams)/.test(
        where,
      )
    );
  }
});
