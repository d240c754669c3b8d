// Nightjar as people have it who are no builders: its package built, packed by npm, and installed globally into a folder of
// the test's. Packages come from npm's cache, or the registry.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join, resolve } from "node:path";
import { waitFor } from "../../core/testing/wait-for.ts";
import { buildProgram } from "../../scripts/build-packages/build-program.ts";
import { processTree } from "./process-tree.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const NPM = join(dirname(createRequire(import.meta.url).resolve("npm/package.json")), "bin/npm-cli.js");

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The recorder while it runs. */
export interface Started {
  readonly url: string;
  readonly urls: readonly string[];
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

/** Packs the package of the checkout into `folder`, as this run of the tests has built it. Answers its archive. */
export async function packProgram(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const built = process.env["NIGHTJAR_TEST_PROGRAM"];
  if (built !== undefined) return packFolder(resolve(built, "../.."), folder);
  const program = join(folder, "nightjar");
  await buildProgram(ROOT, program);
  return packFolder(program, folder);
}

/** Builds the package of a changed copy of the checkout's sources in `folder`. Answers the package's folder. */
export async function buildChanged(
  folder: string,
  edits: Readonly<Record<string, (text: string) => string>>,
): Promise<string> {
  const root = join(folder, "sources");
  for (const path of [
    "core",
    "plugins",
    "flows",
    "ui/dist",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
  ])
    cpSync(join(ROOT, path), join(root, path), { recursive: true });
  for (const path of ["LICENSE", "NOTICE", "CHANGELOG.md"]) cpSync(join(ROOT, path), join(root, path));
  symlinkSync(join(ROOT, "node_modules"), join(root, "node_modules"));
  for (const [path, edit] of Object.entries(edits)) {
    const before = readFileSync(join(root, path), "utf8");
    const after = edit(before);
    if (after === before) throw new Error(`the edit of ${path} changed nothing`);
    writeFileSync(join(root, path), after);
  }
  const program = join(folder, "nightjar");
  await buildProgram(root, program);
  return program;
}

async function packFolder(program: string, into: string): Promise<string> {
  const packed = await run(process.execPath, [NPM, "pack", program, "--pack-destination", into, "--silent"]);
  if (packed.code !== 0) throw new Error(packed.err);
  return join(into, packed.out.trim());
}

/**
 * `npm install --global` with a prefix of its own, without scripts: they would fetch what is optional from elsewhere. Also
 * without what there is for one processor alone: the Node for machines whose own is too old is half of all that is unpacked,
 * and `--omit=optional` leaves out nothing that a package's shrinkwrap names.
 */
export class InstalledNightjar {
  readonly prefix: string;

  constructor(prefix: string) {
    this.prefix = prefix;
    mkdirSync(prefix, { recursive: true });
  }

  async install(tarball: string): Promise<void> {
    const flags = ["--global", "--prefix", this.prefix, "--cpu=none", "--ignore-scripts"];
    const quiet = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
    const ran = await run(process.execPath, [NPM, "install", ...flags, ...quiet, tarball], {
      cwd: this.prefix,
    });
    if (ran.code !== 0) throw new Error(`npm install failed: ${ran.err}`);
  }

  /**
   * The same for the folder of another version that wants the packages of one that is installed already: it gets that one's,
   * as links, and npm is not asked again. Throws where they differ.
   */
  async installBeside(other: InstalledNightjar, program: string): Promise<void> {
    const copied = await run("cp", ["-al", `${other.prefix}/.`, this.prefix]);
    if (copied.code !== 0) throw new Error(copied.err);
    const packages = join(this.prefix, "node_modules");
    renameSync(join(this.folder, "node_modules"), packages);
    const wanted = (folder: string) => {
      const card = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
        dependencies: unknown;
      };
      return JSON.stringify(card.dependencies);
    };
    rmSync(this.folder, { recursive: true });
    renameSync(program, this.folder);
    if (wanted(this.folder) !== wanted(other.folder)) throw new Error("the versions want different packages");
    renameSync(packages, join(this.folder, "node_modules"));
  }

  get folder(): string {
    return join(this.prefix, "lib/node_modules/nightjar");
  }

  /** Runs the command to its end, by its name, as a shell would. */
  nightjar(
    args: readonly string[],
    options: { readonly input?: string; readonly cwd?: string } = {},
  ): Promise<Ran> {
    return run(join(this.prefix, "bin/nightjar"), args, options);
  }

  /** Runs Node with what is said, in a folder. */
  node(args: readonly string[], cwd: string): Promise<Ran> {
    return run(process.execPath, args, { cwd });
  }

  /** Starts the recorder; it is not ready yet. */
  launch(dataDir: string, ...args: string[]): ChildProcess {
    const child = spawn(
      join(this.prefix, "bin/nightjar"),
      ["start", "--json", "--data", dataDir, "--log-level", "warn", ...args],
      { stdio: ["ignore", "pipe", "pipe"], env: environment() },
    );
    if (process.env["RIG_LOG"]) child.stderr?.pipe(process.stderr);
    else child.stderr?.resume();
    return child;
  }

  /** Starts the recorder and waits until it is ready. */
  async start(dataDir: string, ...args: string[]): Promise<Started> {
    const child = this.launch(dataDir, ...args);
    let out = "";
    let err = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      err = (err + chunk.toString()).slice(-2_000);
    });
    const { urls } = await waitFor(
      () => {
        if (child.exitCode !== null) throw new Error(`the recorder ended with ${child.exitCode}: ${err}`);
        try {
          return JSON.parse(out) as { urls: string[] };
        } catch {
          return undefined;
        }
      },
      { deadlineMs: 30_000, what: "the recorder to be ready" },
    );
    return {
      url: urls[0] ?? "",
      urls,
      child,
      stop: async () => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const ended = once(child, "exit");
        child.kill("SIGTERM");
        await ended;
      },
    };
  }
}

/** Kills a process and all below it, in one breath. Resolves when none of them is left: one that ends slowly holds the lock. */
export async function killTree(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  const pids = processTree(child.pid ?? 0);
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended by itself meanwhile.
    }
  }
  await ended;
  await waitFor(() => pids.every((pid) => !existsSync(`/proc/${pid}`)) || undefined, {
    deadlineMs: 20_000,
    what: "all killed processes to be gone",
  });
}

/** The Node of the test comes first, as that of an installation would. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _context, NIGHTJAR_DATA: _data, ...env } = process.env;
  return { ...env, PATH: `${dirname(process.execPath)}${delimiter}${env["PATH"] ?? ""}` };
}

async function run(
  command: string,
  args: readonly string[],
  options: { readonly input?: string; readonly cwd?: string } = {},
): Promise<Ran> {
  const child = spawn(command, args, {
    env: environment(),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString();
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  const [code] = (await once(child, "close")) as [number | null];
  return { code, out, err };
}
