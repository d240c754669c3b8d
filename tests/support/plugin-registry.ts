// Real npm registries (verdaccio) on loopback for tests, all of a test's process in one process of their own, with anonymous
// publishing and no uplink; and plugins to publish in them, packed and sent by npm's own parts as anybody's are (npm itself takes
// half a second of processor time for each).
import { type ChildProcess, fork } from "node:child_process";
import { on, once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

type Options = Readonly<Record<string, unknown>>;
interface Manifest {
  readonly name: string;
  readonly version: string;
}

const partOfNpm = createRequire(createRequire(import.meta.url).resolve("npm/package.json"));
const packed = partOfNpm("libnpmpack") as (spec: string, options: Options) => Promise<Buffer>;
const { publish } = partOfNpm("libnpmpublish") as {
  publish(manifest: Manifest, tarball: Buffer, options: Options): Promise<unknown>;
};
const { manifest } = partOfNpm("pacote") as {
  manifest(spec: string, options: Options): Promise<Manifest>;
};

export interface Account {
  readonly username: string;
  readonly password: string;
}

/** What is asked of the process that serves registries; it answers each with its number and, where one was opened, its port. */
type Order = { readonly number: number } & (
  | { readonly open: string; readonly isClosed: boolean }
  | { readonly close: number }
);
interface Answer {
  readonly number: number;
  readonly port?: number;
}

/** To load verdaccio takes more than a second of the processor, to open one registry more next to nothing. */
let serving: ChildProcess | undefined;
let orders = 0;

async function ask(order: { open: string; isClosed: boolean } | { close: number }): Promise<Answer> {
  serving ??= fork(fileURLToPath(import.meta.url), [], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const child = serving;
  orders += 1;
  const number = orders;
  const answered = new AbortController();
  // It ends with this process, which does not wait for it but while something is asked of it.
  child.ref();
  child.channel?.ref();
  child.send({ number, ...order } satisfies Order);
  try {
    for await (const [answer] of on(child, "message", { signal: answered.signal, close: ["exit"] }))
      if ((answer as Answer).number === number) return answer as Answer;
  } finally {
    answered.abort();
    if (child.listenerCount("message") === 0) {
      child.channel?.unref();
      child.unref();
    }
  }
  throw new Error("the process that serves registries has ended");
}

export class PluginRegistry {
  readonly url: string;
  readonly folder: string;
  /** Of the account, where there is one. */
  readonly token: string | undefined;
  #port: number | undefined;

  private constructor(folder: string, port: number, token: string | undefined) {
    this.folder = folder;
    this.url = `http://127.0.0.1:${port}/`;
    this.token = token;
    this.#port = port;
  }

  /** Starts a registry that keeps its packages below `folder`; with an account it serves nobody else. */
  static async start(folder: string, account?: Account): Promise<PluginRegistry> {
    mkdirSync(folder, { recursive: true });
    const { port = 0 } = await ask({ open: folder, isClosed: account !== undefined });
    const token = account === undefined ? undefined : await signUp(port, account);
    writeFileSync(join(folder, "npmrc"), `//127.0.0.1:${port}/:_authToken=${token ?? "nobody"}\n`);
    return new PluginRegistry(folder, port, token);
  }

  /** Publishes a tarball or a package's folder. */
  async publish(path: string, tag = "latest"): Promise<void> {
    const { host } = new URL(this.url);
    const options = {
      ...optionsIn(this.folder),
      registry: this.url,
      defaultTag: tag,
      [`//${host}/:_authToken`]: this.token ?? "nobody",
    };
    await publish(
      await manifest(path, { ...options, fullMetadata: true }),
      await packed(path, options),
      options,
    );
  }

  /** Where the registry keeps the tarball of a version. */
  tarball(name: string, version: string): string {
    return join(this.folder, "storage", name, `${basename(name)}-${version}.tgz`);
  }

  async stop(): Promise<void> {
    const port = this.#port;
    if (port === undefined) return;
    this.#port = undefined;
    await ask({ close: port });
  }
}

/** Makes an account as npm does, and gives its token. */
async function signUp(port: number, { username, password }: Account): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/-/user/org.couchdb.user:${username}`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: username, password, type: "user" }),
  });
  return ((await answer.json()) as { token: string }).token;
}

/** Packs a package's folder and gives the tarball's path. */
export async function pack(folder: string, into: string): Promise<string> {
  mkdirSync(into, { recursive: true });
  const options = optionsIn(into);
  const { name, version } = await manifest(folder, options);
  const file = join(into, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`);
  writeFileSync(file, await packed(folder, options));
  return file;
}

function optionsIn(folder: string): Options {
  return { cache: join(folder, "cache"), ignoreScripts: true, allowDirectory: "all", allowFile: "all" };
}

export interface PluginParts {
  readonly name: string;
  readonly version?: string;
  /** Body of `setup`. */
  readonly setup?: string;
  readonly card?: Readonly<Record<string, unknown>>;
  /** The whole entry file. */
  readonly entry?: string;
}

/** Writes a plugin's package into a new folder below `root` and gives the folder. */
export function writePlugin(root: string, parts: PluginParts): string {
  const { name, version = "1.0.0", setup = "" } = parts;
  const folder = join(
    root,
    `${name.replaceAll(/[@/]/g, "_")}-${version}-${Math.random().toString(36).slice(2)}`,
  );
  mkdirSync(folder, { recursive: true });
  const card = {
    name,
    version,
    description: "A plugin of a test",
    type: "module",
    exports: "./index.js",
    keywords: ["nightjar-plugin"],
    engines: { nightjar: "^0.1.0" },
    peerDependencies: { "@nightjar/core": "^0.1.0" },
    nightjar: { displayName: `Test ${name}` },
    ...parts.card,
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(card, undefined, 2));
  writeFileSync(
    join(folder, "index.js"),
    parts.entry ??
      `import { appendFileSync } from "node:fs";
       import { definePlugin, Type } from "@nightjar/core";
       export default definePlugin({
         name: ${JSON.stringify(name)},
         configSchema: Type.Object({}),
         async setup(nvr) { ${setup} },
       });`,
  );
  return folder;
}

if (import.meta.main) {
  const { runServer } = createRequire(import.meta.url)("verdaccio") as {
    runServer(config: unknown): Promise<Server>;
  };
  const servers = new Map<number, Server>();
  const open = async (folder: string, isClosed: boolean): Promise<number> => {
    const access = isClosed ? "$authenticated" : "$all";
    const publish = isClosed ? "$authenticated" : "$anonymous";
    const server = await runServer({
      storage: join(folder, "storage"),
      self_path: join(folder, "config.yaml"),
      auth: { htpasswd: { file: join(folder, "htpasswd") } },
      uplinks: {},
      packages: {
        "@*/*": { access, publish },
        "**": { access, publish },
      },
      log: { type: "stdout", format: "json", level: "fatal" },
      web: { enable: false },
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    servers.set(port, server);
    return port;
  };
  const close = (port: number): void => {
    servers.get(port)?.close();
    servers.get(port)?.closeAllConnections();
    servers.delete(port);
  };
  process.on("message", async (order: Order) => {
    const { number } = order;
    if ("open" in order)
      process.send?.({ number, port: await open(order.open, order.isClosed) } satisfies Answer);
    else {
      close(order.close);
      process.send?.({ number } satisfies Answer);
    }
  });
  process.once("disconnect", () => process.exit(0));
}
