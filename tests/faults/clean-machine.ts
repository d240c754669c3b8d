// A stranger's first minutes: a fresh clone of what is committed, an empty home and a PATH that holds git, npm, node and sh alone, so
// neither compiler nor Python nor ffmpeg: `node tests/faults/clean-machine.ts [--path bare|whole] [--node FILE] [--npm FILE]`.
// `npm start` until a recording grows and the page answers, its end, and a second start. `whole`: with all that the machine has.
// Downloads every package anew, and is no part of the tests; results in docs/reference/clean-machine.md.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, mkdirSync, realpathSync, statSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";
import { NightjarError } from "../../core/errors.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { ROOT } from "../support/program.ts";

const FIRST_LIMIT_MS = 900_000;
const SECOND_LIMIT_MS = 300_000;
const RECORDING_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 60_000;
const OUTPUT_LIMIT = 256 * 1024;
/** What nobody needs who only wants to record: absent from the bare PATH, and said to be so in the result. */
const ABSENT = ["cc", "gcc", "g++", "clang", "make", "python", "python3", "ffmpeg", "apt-get"];
/** How this machine reaches a package registry, where that takes more than a name: certificates and proxies, by environment. */
const NETWORK =
  /^(?:NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR|GIT_SSL_CAINFO|https?_proxy|no_proxy|npm_config_(?:registry|cafile|https?_proxy|proxy|noproxy))$/i;

export interface CleanMachineResult {
  readonly commit: string;
  readonly node: string;
  readonly npm: string;
  /** What the PATH held; undefined: everything of this machine. */
  readonly path: readonly string[] | undefined;
  readonly absent: readonly string[];
  readonly cloneSeconds: number;
  readonly first: StartResult;
  readonly second: StartResult;
  /** sqlite3 was compiled or downloaded; else Node's own SQLite serves. */
  readonly hasSqlite3: boolean;
}

interface StartResult {
  /** From the command to the recorder's word that it is ready. */
  readonly readySeconds: number;
  /** To a recording that grows. */
  readonly recordingSeconds: number;
  /** The page's own title. */
  readonly title: string;
  readonly exitCode: number | null;
  /** What the start says on its way. */
  readonly said: readonly string[];
}

/** Clones, starts, stops and starts again. */
export async function cleanMachine(options: {
  readonly path: "bare" | "whole";
  readonly node: string;
  readonly npm: string;
  readonly log?: (text: string) => void;
}): Promise<CleanMachineResult> {
  using dir = tempDir("nightjar-clean-");
  for (const name of ["home", "bin"]) mkdirSync(dir.join(name));
  const links = { node: options.node, npm: options.npm, git: found("git"), sh: found("sh") };
  for (const [name, file] of Object.entries(links)) symlinkSync(realpathSync(file), dir.join("bin", name));
  const path = options.path === "bare" ? dir.join("bin") : [dir.join("bin"), systemPath()].join(delimiter);
  const environment: NodeJS.ProcessEnv = { HOME: dir.join("home"), PATH: path, LANG: "C.UTF-8" };
  for (const [name, value] of Object.entries(process.env)) if (NETWORK.test(name)) environment[name] = value;
  const tell = (command: string, ...args: string[]): string =>
    execFileSync(dir.join("bin", command), args, { env: environment, encoding: "utf8" }).trim();

  const checkout = dir.join("nightjar");
  const begin = performance.now();
  tell("git", "clone", "--quiet", `file://${ROOT}`, checkout);
  const cloneSeconds = seconds(begin);
  const start = {
    checkout,
    data: dir.join("data"),
    npm: dir.join("bin", "npm"),
    environment,
    log: options.log,
  };
  const first = await startOnce(start, FIRST_LIMIT_MS);
  const second = await startOnce(start, SECOND_LIMIT_MS);
  return {
    commit: tell("git", "-C", checkout, "rev-parse", "--short", "HEAD"),
    node: tell("node", "--version"),
    npm: tell("npm", "--version"),
    path: options.path === "bare" ? Object.keys(links) : undefined,
    absent: ABSENT.filter((name) => !path.split(delimiter).some((folder) => existsSync(join(folder, name)))),
    cloneSeconds,
    first,
    second,
    hasSqlite3: existsSync(join(checkout, "node_modules/sqlite3/build/Release/node_sqlite3.node")),
  };
}

/** `npm start` until it records and shows its page; then its end, as by Ctrl-C. */
async function startOnce(
  {
    checkout,
    data,
    npm,
    environment,
    log,
  }: {
    readonly checkout: string;
    readonly data: string;
    readonly npm: string;
    readonly environment: NodeJS.ProcessEnv;
    readonly log: ((text: string) => void) | undefined;
  },
  limitMs: number,
): Promise<StartResult> {
  const begin = performance.now();
  const child = spawn(npm, ["start", "--", "--data", data], {
    cwd: checkout,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, as a terminal makes one: all of it gets the signal.
    detached: true,
  });
  const exited = once(child, "exit") as Promise<[number | null]>;
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      log?.(text.trimEnd());
      output = (output + text).slice(-OUTPUT_LIMIT);
    });
  }
  try {
    const url = await waitFor(
      () => {
        if (child.exitCode !== null) throw failure(`npm start ended with ${child.exitCode}`, output);
        return /Ready after .*? Open (http:\/\/\S+)/.exec(output)?.[1];
      },
      { deadlineMs: limitMs, periodMs: 20, what: "the recorder to be ready" },
    );
    const readySeconds = seconds(begin);
    const size = (): number =>
      globSync("**/*.mp4", { cwd: data }).reduce((sum, name) => sum + statSync(join(data, name)).size, 0);
    const before = size();
    await waitFor(() => size() > before, {
      deadlineMs: RECORDING_LIMIT_MS,
      periodMs: 50,
      what: "a recording that grows",
    });
    const recordingSeconds = seconds(begin);
    const answer = await fetch(url);
    const title = /<title>([^<]*)<\/title>/.exec(await answer.text())?.[1];
    if (!answer.ok || title === undefined) throw failure(`${url} answers ${answer.status}`, output);
    const said = output.split("\n").filter((line) => line.startsWith("[nightjar] "));
    return { readySeconds, recordingSeconds, title, said, exitCode: await end(child, exited) };
  } finally {
    signal(child, "SIGKILL");
  }
}

async function end(child: ChildProcess, exited: Promise<[number | null]>): Promise<number | null> {
  signal(child, "SIGINT");
  const timer = setTimeout(() => signal(child, "SIGKILL"), STOP_LIMIT_MS);
  const [code] = await exited;
  clearTimeout(timer);
  return code;
}

/** To the whole group, if anything of it is there. */
function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch {
    // All of it has ended.
  }
}

function failure(what: string, output: string): NightjarError {
  return new NightjarError("NJ_TEST_NOT_YET", "internal", `${what}:\n${output.slice(-4_000)}`);
}

function seconds(begin: number): number {
  return Math.round((performance.now() - begin) / 100) / 10;
}

/** The PATH without what a checkout puts in front of it. */
function systemPath(): string {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.filter((folder) => !folder.includes("node_modules")).join(delimiter);
}

/** A program of the system, not of a checkout. */
function found(name: string): string {
  const folder = systemPath()
    .split(delimiter)
    .find((each) => existsSync(join(each, name)));
  if (folder === undefined) throw new NightjarError("NJ_TEST_MISSING", "internal", `there is no ${name}`);
  return join(folder, name);
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: {
      path: { type: "string", default: "bare" },
      node: { type: "string", default: found("node") },
      npm: { type: "string", default: found("npm") },
    },
  });
  const result = await cleanMachine({
    path: values.path === "whole" ? "whole" : "bare",
    node: values.node,
    npm: values.npm,
    log: (text) => process.stderr.write(`${text}\n`),
  });
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  process.exitCode = result.second.readySeconds <= 3 ? 0 : 1;
}
