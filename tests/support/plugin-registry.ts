// A real npm registry (verdaccio) on loopback for tests, in a process of its own, with anonymous publishing and no
// uplink; and plugins to publish in it, packed and sent by npm's own parts as anybody's are (npm itself takes half a second
// of processor time for each).
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
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

export class PluginRegistry {
  readonly url: string;
  readonly folder: string;
  /** Of the account, where there is one. */
  readonly token: string | undefined;
  readonly #child: ChildProcess;

  private constructor(folder: string, port: number, child: ChildProcess, token: string | undefined) {
    this.folder = folder;
    this.url = `http://127.0.0.1:${port}/`;
    this.token = token;
    this.#child = child;
  }

  /** Starts a registry that keeps its packages below `folder`; with an account it serves nobody else. */
  static async start(folder: string, account?: Account): Promise<PluginRegistry> {
    mkdirSync(folder, { recursive: true });
    const child = fork(fileURLToPath(import.meta.url), [folder, account === undefined ? "open" : "closed"], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const [port] = (await once(child, "message")) as [number];
    const token = account === undefined ? undefined : await signUp(port, account);
    writeFileSync(join(folder, "npmrc"), `//127.0.0.1:${port}/:_authToken=${token ?? "nobody"}\n`);
    return new PluginRegistry(folder, port, child, token);
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
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill();
    await gone;
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
  const folder = process.argv[2] ?? "";
  const isClosed = process.argv[3] === "closed";
  const access = isClosed ? "$authenticated" : "$all";
  const publish = isClosed ? "$authenticated" : "$anonymous";
  const { runServer } = createRequire(import.meta.url)("verdaccio") as {
    runServer(config: unknown): Promise<import("node:http").Server>;
  };
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
  process.once("disconnect", () => process.exit(0));
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    process.send?.(typeof address === "object" ? address?.port : undefined);
  });
}
