// The walls around a stranger's plugin: what it may not touch, tried from inside in every way of confinement that this
// machine can; and the walls of the system alone, tried by a program that nothing inside holds back (attack list A13).
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { getPriority } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { openDb } from "../../core/db/open-db.ts";
import { silentLog } from "../../core/log.ts";
import {
  CONFINEMENT_WAYS,
  type Confinement,
  confined,
  confinements,
} from "../../core/plugin/isolated/confinement.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { loadStranger, type Stranger, type StrangerOptions } from "../support/stranger.ts";

const ways = await confinements(process.env["PATH"] ?? "");
const LIMITS = { timeout: 170_000 };

/** Something that counts whoever comes. */
interface Doors {
  readonly tcpPort: number;
  readonly udpPort: number;
  readonly socketPath: string;
  readonly victimPid: number;
  /** Connections and packets so far. */
  visitors: number;
  close(): void;
}

async function openDoors(folder: string): Promise<Doors> {
  const doors = { visitors: 0 };
  const greet = (): Server =>
    createServer((socket) => {
      doors.visitors += 1;
      socket.on("error", () => undefined);
      socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi");
    });
  const tcp = greet().listen(0, "127.0.0.1");
  const socketPath = join(folder, "cli.sock");
  const unix = greet().listen(socketPath);
  const udp = createSocket("udp4").on("message", () => {
    doors.visitors += 1;
  });
  udp.bind(0, "127.0.0.1");
  const victim = spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"], { stdio: "ignore" });
  await Promise.all([once(tcp, "listening"), once(unix, "listening"), once(udp, "listening")]);
  return Object.assign(doors, {
    tcpPort: (tcp.address() as AddressInfo).port,
    udpPort: udp.address().port,
    socketPath,
    victimPid: victim.pid as number,
    close: () => {
      victim.kill("SIGKILL");
      for (const server of [tcp, unix]) server.close();
      udp.close();
    },
  });
}

/** What a plugin tries; each is the body of an async function that knows `doors`, `dataDir`, `require` and `process`. */
const NETWORK_TRIES = {
  "a connection by import":
    'const net = await import("node:net"); await opened(net.connect(doors.tcpPort, "127.0.0.1"));',
  "a connection by import without a scheme":
    'const net = await import("net"); await opened(net.connect(doors.tcpPort));',
  "a connection by require": 'await opened(require("net").connect(doors.tcpPort, "127.0.0.1"));',
  "a connection by the loader's inner door":
    'await opened(require("module")._load("net", null, false).connect(doors.tcpPort, "127.0.0.1"));',
  "a connection by getBuiltinModule":
    'await opened(process.getBuiltinModule("net").connect(doors.tcpPort, "127.0.0.1"));',
  "a connection by a name that changes its mind":
    'let asked = 0; await opened(process.getBuiltinModule({ toString: () => (asked++ ? "net" : "path") }).connect(doors.tcpPort));',
  "a connection with the sockets that the process has":
    "const Socket = process.stderr.constructor; await opened(new Socket().connect(doors.tcpPort, '127.0.0.1'));",
  "a connection with the process's handles":
    "await opened(new (process._getActiveHandles()[0].constructor)().connect(doors.tcpPort));",
  "a connection with a socket caught in passing": `
    const events = require("events"); const emit = events.prototype.emit; let caught;
    const own = await new Promise((resolve) => {
      events.prototype.emit = function (...args) { if (typeof this.connect === "function") resolve(this); return emit.apply(this, args); };
      context.secret("user");
    });
    events.prototype.emit = emit;
    await opened(new own.constructor().connect(doors.tcpPort, "127.0.0.1"));`,
  "a connection over a module of old":
    'const Stream = require("_stream_wrap"); await opened(new (Object.getPrototypeOf(Stream))().connect(doors.tcpPort));',
  "a connection after changing prototypes": `
    const of = (target, ...names) => names.map((name) => [target, name, target[name]]);
    const old = [...of(Set.prototype, "has"), ...of(Map.prototype, "get"), ...of(Array.prototype, "includes", "some"),
      ...of(String.prototype, "startsWith", "replace", "slice"), ...of(Function.prototype, "call", "apply"), ...of(RegExp.prototype, "test", "exec")];
    let socket;
    try {
      for (const [target, name] of old) target[name] = () => undefined;
      socket = process.getBuiltinModule("net").connect(doors.tcpPort, "127.0.0.1");
    } finally {
      for (const [target, name, value] of old) target[name] = value;
    }
    await opened(socket);`,
  "a connection by a hook of its own": `
    require("module").registerHooks({ resolve: (name, context, next) => name === "door" ? { url: "node:net", shortCircuit: true } : next(name, context) });
    await opened(require("door").connect(doors.tcpPort));`,
  "a connection by a name that lies to the loader": `
    const Module = require("module"); const old = Module._resolveFilename;
    Module._resolveFilename = (name, ...rest) => (name === "door" ? "net" : old(name, ...rest));
    await opened(require("door").connect(doors.tcpPort));`,
  fetch: "await fetch(doors.url);",
  "a request with the client behind fetch": `
    Response; await globalThis[Symbol.for("undici.globalDispatcher.1")].dispatch({ origin: doors.url, path: "/", method: "GET" }, {});`,
  "a request with the client behind WebAssembly": `
    await WebAssembly.compileStreaming(Promise.resolve({})).catch(() => undefined);
    const client = globalThis[Symbol.for("undici.globalDispatcher.2")] ?? globalThis[Symbol.for("undici.globalDispatcher.1")];
    await client.dispatch({ origin: doors.url, path: "/", method: "GET" }, {});`,
  "a WebSocket":
    "const ws = new WebSocket(doors.url.replace('http', 'ws')); await new Promise((resolve, reject) => { ws.onopen = resolve; ws.onerror = reject; });",
  "an EventSource":
    "const source = new EventSource(doors.url); await new Promise((resolve, reject) => { source.onopen = resolve; source.onerror = reject; });",
  "an HTTP request":
    'const http = await import("node:http"); await new Promise((resolve, reject) => http.get(doors.url, resolve).on("error", reject));',
  "an HTTP/2 session": 'const http2 = await import("node:http2"); await opened(http2.connect(doors.url));',
  "a TLS connection": 'const tls = await import("node:tls"); await opened(tls.connect(doors.tcpPort));',
  "a packet":
    'const dgram = await import("node:dgram"); await new Promise((resolve, reject) => dgram.createSocket("udp4").send("x", doors.udpPort, "127.0.0.1", (error) => (error ? reject(error) : resolve())));',
  "a name": 'await (await import("node:dns/promises")).lookup("localhost");',
  "a name by the other module": 'await require("dns").promises.resolve4("localhost");',
  "a port of its own": 'const net = await import("node:net"); net.createServer().listen(0);',
  "an agent of HTTP": 'new (require("_http_agent").Agent)().createConnection({ port: doors.tcpPort });',
} as const;

const OTHER_TRIES = {
  "end another process": 'process.kill(doors.victimPid, "SIGKILL");',
  "end its group": 'process.kill(0, "SIGKILL");',
  "end everything": 'process.kill(-1, "SIGKILL");',
  "end another process by the inner door": "process._kill(doors.victimPid, 9);",
  "end the recorder by a pid that changes":
    "let n = 0; process.kill({ valueOf: () => (n++ ? doors.victimPid : process.pid) }, 9);",
  "debug another process": "process._debugProcess(doors.victimPid);",
  "slow another process down": 'require("os").setPriority(doors.victimPid, 19);',
  "slow another process down by import": '(await import("node:os")).setPriority(doors.victimPid, 19);',
  "become somebody else": "process.setuid(65534);",
  "read the database":
    'const { DatabaseSync } = await import("node:sqlite"); new DatabaseSync(dataDir + "/nightjar.db");',
  "read the database by attaching it": `const { DatabaseSync } = process.getBuiltinModule("node:sqlite"); new DatabaseSync(":memory:").exec("ATTACH DATABASE '" + dataDir + "/nightjar.db' AS x");`,
  "write anywhere through a database": `const { DatabaseSync } = require("node:sqlite"); new DatabaseSync(":memory:").exec("VACUUM INTO '" + dataDir + "/planted.db'");`,
  "reach the recorder's own socket": 'await opened(require("net").connect(doors.socketPath));',
  "reach the recorder's own socket by options":
    'await opened(require("net").connect({ path: doors.socketPath }));',
  "reach the recorder's own socket by HTTP":
    'await new Promise((resolve, reject) => require("http").get({ socketPath: doors.socketPath, path: "/" }, resolve).on("error", reject));',
  "reach the recorder's own socket by options that change": `
    let asked = 0; const net = require("net");
    await opened(new net.Socket().connect({ port: doors.tcpPort + 1, get path() { return asked++ > 0 ? doors.socketPath : undefined; } }));`,
  "reach the recorder's own socket by arguments of Node's own":
    'const net = require("net"); await opened(new net.Socket().connect(net._normalizeArgs([doors.socketPath])));',
  "reach the recorder's own socket by what lies beneath standard error": `
    let Request; const watch = require("async_hooks").createHook({ init(id, type, trigger, resource) { if (type === "WRITEWRAP") Request ??= resource.constructor; } }).enable();
    await new Promise((resolve) => process.stderr.write("x".repeat(2_000_000), resolve)); watch.disable();
    const pipe = new (process.stderr._handle.constructor)(0); const request = new Request();
    await new Promise((resolve, reject) => {
      request.oncomplete = (status) => (status === 0 ? resolve() : reject(new Error("status " + status)));
      const code = pipe.connect(request, doors.socketPath); if (code !== 0) reject(new Error("code " + code));
    });`,
  "put a socket of its own among the recorder's by the server's inner door":
    'const handle = require("net")._createServerHandle(dataDir + "/planted.sock", -1, -1); if (typeof handle === "number") throw new Error("code " + handle);',
  "put a socket of its own among the recorder's":
    'const net = require("net"); await listening(net.createServer().listen(dataDir + "/planted.sock"));',
  "open the inspector": '(await import("node:inspector")).open(0);',
  "start a program":
    'const done = require("child_process").spawnSync("id"); if (done.error) throw done.error;',
  "become another program": 'process.execve("/usr/bin/id", ["id"], {});',
  "start a worker": 'new (require("worker_threads").Worker)("1", { eval: true });',
  "load an addon": 'process.dlopen({ exports: {} }, "/usr/lib/x86_64-linux-gnu/libc.so.6");',
  "require an addon": 'require("./addon.node");',
  "start WASI": 'new (require("wasi").WASI)({ version: "preview1", preopens: { "/": "/" } });',
  "reach Node's bindings": 'process.binding("tcp_wrap");',
  "change V8's flags": 'require("v8").setFlagsFromString("--allow-natives-syntax");',
  "write its memory to disk": 'require("v8").writeHeapSnapshot(dataDir + "/planted.heap");',
  "write a report": 'process.report.writeReport(dataDir + "/planted.json");',
  "read the secrets": 'require("fs").readFileSync(dataDir + "/secrets.json");',
  "read another plugin's folder":
    'require("fs").readFileSync(dataDir + "/plugins/storage/nightjar-camera-other/canary");',
  "read another plugin's compiled code": 'require("fs").readdirSync(dataDir + "/cache/plugins");',
  "read the recorder's environment": 'require("fs").readFileSync("/proc/" + process.ppid + "/environ");',
  "write outside its folder": 'require("fs").writeFileSync(dataDir + "/planted", "x");',
  "make a link out of its folder": 'require("fs").symlinkSync(dataDir + "/secrets.json", "link");',
  "make a hard link out of its folder": 'require("fs").linkSync(dataDir + "/secrets.json", "link");',
  "move a file into its folder": 'require("fs").renameSync(dataDir + "/secrets.json", "moved");',
} as const;

type Tries = Readonly<Record<string, string>>;

function prober(tries: Tries, doors: Doors, dataDir: string): Pick<StrangerOptions, "top" | "streams"> {
  const bodies = Object.entries(tries).map(
    ([name, body]) => `${JSON.stringify(name)}: async (context) => { ${body} }`,
  );
  const { tcpPort, udpPort, socketPath, victimPid } = doors;
  return {
    top: `
      import { createRequire } from "node:module";
      const require = createRequire(import.meta.url);
      const doors = ${JSON.stringify({ tcpPort, udpPort, socketPath, victimPid, url: `http://127.0.0.1:${tcpPort}` })};
      const dataDir = ${JSON.stringify(dataDir)};
      const on = (what) => (emitter) => new Promise((resolve, reject) => { emitter.on(what, resolve); emitter.on("secureConnect", resolve); emitter.on("error", reject); });
      const opened = on("connect");
      const listening = on("listening");
      const tries = { ${bodies.join(",\n")} };`,
    streams: "if (camera.host in tries) await tries[camera.host](context);",
  };
}

/** What Node or the guard says; a system's own walls say other things, which do not count here. */
const DENIED =
  /NJ_PLUGIN_PERMISSION|has been restricted|loading addons is disabled|symlink API requires full fs\.read|Cannot find module '_stream_wrap'/;

for (const way of CONFINEMENT_WAYS) {
  const walls = ways.find((found) => found.way === way);
  describe(`a stranger's plugin within ${way}`, {
    ...LIMITS,
    skip: walls === undefined && "not on this machine",
  }, () => {
    const root = tempDir(`nightjar-walls-${way}-`);
    let doors: Doors;
    let poor: Stranger;
    let rich: Stranger;

    before(async () => {
      mkdirSync(root.join("run"));
      doors = await openDoors(root.join("run"));
      const load = (name: string, tries: Tries, own: object): Promise<Stranger> =>
        loadStranger({
          root: root.join(name),
          own,
          walls,
          ...prober(tries, doors, root.join(name, "data")),
          files: { "addon.node": "" },
          before: (_folder, dataDir) => {
            writeFileSync(join(dataDir, "secrets.json"), "canary");
            mkdirSync(join(dataDir, "plugins/storage/nightjar-camera-other"), { recursive: true });
            writeFileSync(join(dataDir, "plugins/storage/nightjar-camera-other/canary"), "canary");
          },
        });
      poor = await load("poor", { ...NETWORK_TRIES, ...OTHER_TRIES }, {});
      rich = await load("rich", { ...NETWORK_TRIES, ...OTHER_TRIES }, { permissions: { network: true } });
      const db = await openDb(root.join("rich/data/nightjar.db"), { log: silentLog });
      await db.close();
      assert.equal(poor.status().status, "running", poor.status().reason);
      assert.equal(rich.status().status, "running", rich.status().reason);
    });
    after(async () => {
      await Promise.all([poor?.host.stop(), rich?.host.stop()]);
      doors?.close();
      root.remove();
    });

    for (const what of Object.keys(NETWORK_TRIES)) {
      it(`that has not asked for the network is refused ${what}`, async () => {
        doors.visitors = 0;
        await assert.rejects(poor.ask(what), (error: Error) => {
          assert.match(`${(error as { code?: string }).code} ${error.message}`, DENIED);
          return true;
        });
        assert.equal(doors.visitors, 0);
      });
    }

    for (const what of Object.keys(OTHER_TRIES)) {
      it(`cannot ${what}, with the network or without`, async () => {
        doors.visitors = 0;
        for (const one of [poor, rich]) {
          // What is looked at is what is used: it knocks at the port that it named, where nobody is.
          const expected = one === rich && what.endsWith("that change") ? /connect ECONNREFUSED/ : DENIED;
          await assert.rejects(one.ask(what), (error: Error) => {
            assert.match(`${(error as { code?: string }).code} ${error.message}`, expected);
            return true;
          });
          assert.equal(one.status().status, "running", one.status().reason);
        }
        assert.equal(doors.visitors, 0);
        process.kill(doors.victimPid, 0);
        assert.equal(getPriority(doors.victimPid), getPriority(process.pid));
        assert.deepEqual(
          readdirSync(rich.dataDir).filter((name) => name.startsWith("planted")),
          [],
        );
      });
    }

    it("that has asked for the network has it", async () => {
      for (const what of [
        "a connection by import",
        "a connection by require",
        "fetch",
        "an HTTP request",
        "a packet",
        "a name",
        "a port of its own",
      ]) {
        await rich.ask(what);
      }
      assert.ok(doors.visitors >= 4, `${doors.visitors}`);
    });

    it("says in its status how it is walled in, what it asks for and what it has", () => {
      assert.equal(poor.status().confinement, way);
      assert.deepEqual(poor.status().permissions, { network: false });
      assert.equal(poor.status().network, "unasked");
      assert.deepEqual(rich.status().permissions, { network: true });
      assert.equal(rich.status().network, "granted");
    });
  });
}

describe("a plugin whose owner takes the network away", LIMITS, () => {
  const root = tempDir("nightjar-withheld-");
  let plugin: Stranger | undefined;
  afterEach(() => plugin?.host.stop());
  after(() => root.remove());

  it("does not have it, and is told who has taken it", async () => {
    plugin = await loadStranger({
      root: root.join("one"),
      own: { permissions: { network: true } },
      grants: { network: false },
      streams: 'await fetch("http://127.0.0.1:1");',
    });
    await assert.rejects(plugin.ask("camera"), {
      code: "NJ_PLUGIN_PERMISSION",
      message: /its owner does not grant it the network/,
    });
    assert.equal(plugin.status().network, "withheld");
  });

  it("loses it while the recorder runs, as soon as its owner says so", async () => {
    const grants: { network?: boolean } = {};
    plugin = await loadStranger({
      root: root.join("running"),
      own: { permissions: { network: true } },
      grants,
      streams: 'await fetch("http://127.0.0.1:1");',
    });
    await assert.rejects(plugin.ask("camera"), { message: "fetch failed" });
    assert.equal(plugin.status().network, "granted");
    grants.network = false;
    await plugin.host.settingsChanged();
    await assert.rejects(plugin.ask("camera"), { code: "NJ_PLUGIN_PERMISSION" });
    assert.equal(plugin.status().network, "withheld");
  });

  it("is named with that reason when it cannot do without", async () => {
    plugin = await loadStranger({ root: root.join("two"), top: 'import "node:net";' });
    assert.equal(plugin.status().status, "restarting");
    assert.match(plugin.status().reason ?? "", /node:net: its package\.json does not ask for the network/);
  });
});

describe("a plugin with a link in its folder", LIMITS, () => {
  const root = tempDir("nightjar-links-");
  let plugin: Stranger | undefined;
  afterEach(() => plugin?.host.stop());
  after(() => root.remove());

  for (const [what, target] of [
    ["the recorder's secrets", (dataDir: string) => join(dataDir, "secrets.json")],
    ["what is not there yet", () => "/tmp/nightjar-not-there/x"],
    ["the system", () => "/etc"],
  ] as const) {
    it(`to ${what} is not started, and the link is named`, async () => {
      plugin = await loadStranger({
        root: root.join(what),
        before: (folder, dataDir) => {
          writeFileSync(join(dataDir, "secrets.json"), "canary");
          mkdirSync(join(folder, "deep"));
          symlinkSync(target(dataDir), join(folder, "deep/link"));
        },
      });
      assert.match(plugin.status().reason ?? "", /a link that leads out of it: deep\/link/);
      assert.notEqual(plugin.status().status, "running");
    });
  }

  it("within it runs", async () => {
    plugin = await loadStranger({
      root: root.join("within"),
      files: { "lib/a.js": "export const a = 1;" },
      top: 'import { a } from "./b.js";',
      before: (folder) => symlinkSync("lib/a.js", join(folder, "b.js")),
    });
    assert.equal(plugin.status().status, "running", plugin.status().reason);
  });
});

describe("the walls of the system alone", LIMITS, () => {
  const root = tempDir("nightjar-system-walls-");
  let doors: Doors;
  before(async () => {
    mkdirSync(root.join("run"));
    mkdirSync(root.join("own"));
    doors = await openDoors(root.join("run"));
    writeFileSync(root.join("secrets.json"), "canary");
    writeFileSync(
      root.join("own/probe.mjs"),
      `import fs from "node:fs"; import net from "node:net"; import dgram from "node:dgram";
       const { tcpPort, udpPort, socketPath, victimPid, secret } = JSON.parse(process.argv[2]);
       const tell = {};
       const attempt = async (name, work) => { tell[name] = await work().then(() => "done", (error) => error.code ?? error.message); };
       const opened = (socket) => new Promise((resolve, reject) => socket.on("connect", () => resolve(socket.destroy())).on("error", reject));
       await attempt("tcp", () => opened(net.connect(tcpPort, "127.0.0.1")));
       await attempt("unix", () => opened(net.connect(socketPath)));
       await attempt("file", async () => fs.readFileSync(secret));
       await attempt("kill", async () => process.kill(victimPid, 0));
       await attempt("write", async () => fs.writeFileSync(process.argv[1] + ".x", ""));
       await attempt("own", async () => fs.writeFileSync("own", ""));
       await attempt("proc", async () => { if (fs.readdirSync("/proc").filter((name) => /^\\d+$/.test(name)).length > 4) throw new Error("seen"); throw new Error("alone"); });
       console.log(JSON.stringify(tell));`,
    );
  });
  after(() => {
    doors?.close();
    root.remove();
  });

  async function probe(confinement: Confinement, network: boolean): Promise<Record<string, string>> {
    mkdirSync(root.join("writes"), { recursive: true });
    const walls = {
      network,
      reads: [root.join("own")],
      writes: [root.join("writes")],
      cwd: root.join("writes"),
    };
    const { tcpPort, udpPort, socketPath, victimPid } = doors;
    const order = JSON.stringify({
      tcpPort,
      udpPort,
      socketPath,
      victimPid,
      secret: root.join("secrets.json"),
    });
    const { command, args } = confined(confinement, walls, [root.join("own/probe.mjs"), order]);
    const child = spawn(command, args, { cwd: walls.cwd, env: {}, stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    let complaint = "";
    child.stderr.on("data", (chunk) => {
      complaint += chunk;
    });
    const [code] = await once(child, "close");
    assert.equal(code, 0, complaint);
    return JSON.parse(out) as Record<string, string>;
  }

  const bubblewrap = ways.find(({ way }) => way === "bubblewrap");
  it("in bubblewrap leave no network, no file, no process and no socket of ours in sight", {
    skip: bubblewrap === undefined && "no bubblewrap that works",
  }, async () => {
    assert.ok(bubblewrap !== undefined);
    const shut = await probe(bubblewrap, false);
    assert.deepEqual(shut, {
      tcp: "ECONNREFUSED",
      unix: "ENOENT",
      file: "ENOENT",
      kill: "ESRCH",
      write: "EROFS",
      own: "done",
      proc: "alone",
    });
    assert.deepEqual(await probe(bubblewrap, true), { ...shut, tcp: "done" });
  });

  const namespaces = ways.find(({ way }) => way === "namespaces");
  it("in namespaces leave no network and no process of ours in sight", {
    skip: namespaces === undefined && "no namespaces that work",
  }, async () => {
    assert.ok(namespaces !== undefined);
    const { tcp, kill, own, proc } = await probe(namespaces, false);
    assert.deepEqual(
      { tcp, kill, own, proc },
      { tcp: "ENETUNREACH", kill: "ESRCH", own: "done", proc: "alone" },
    );
    assert.equal((await probe(namespaces, true))["tcp"], "done");
  });
});
