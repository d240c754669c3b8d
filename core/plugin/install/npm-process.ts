// Runs npm, the one that Nightjar brings, as a process of its own: an argument array, an environment of only what it
// needs, settings and cache below the data directory, a time limit, and its output line by line.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { redactUrl } from "../../domain/redact-url.ts";
import { NightjarError } from "../../errors.ts";
import { type GrowthLimits, GrowthWatch } from "./growth-watch.ts";
import { npmSettingsFile } from "./npm-settings.ts";
import type { Registries } from "./registries.ts";

export const NPM_LIMIT_MS = 300_000;
const LINE_LIMIT = 500;
const KEPT_LINES = 40;

const WATCH = new URL("./end-with-parent.ts", import.meta.url).href;

/** Passed on to npm, and with it to the install scripts that were consented to. Nothing else of the environment is. */
const PASSED_ON = [
  "LANG",
  "TZ",
  "TMPDIR",
  "TEMP",
  "TMP",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_FILE",
  "SystemRoot",
  "ComSpec",
  "PATHEXT",
];

export interface NpmRun {
  /** The command with its own arguments: `["install", "nightjar-camera-x@1.0.0"]`. */
  readonly args: readonly string[];
  /** The npm project. */
  readonly cwd: string;
  readonly dataDir: string;
  readonly registries: Registries;
  /** Strangers' programs run: nothing tells them of logins. */
  readonly runsScripts?: boolean;
  readonly signal: AbortSignal;
  readonly limitMs?: number;
  /** What it may add to the project and to its cache. */
  readonly growth?: GrowthLimits | undefined;
  onLine(line: string): void;
}

/**
 * Runs npm to its end and gives what it wrote to standard output. Throws `NJ_PLUGIN_NPM` (with npm's own words),
 * `NJ_PLUGIN_INTEGRITY`, `NJ_PLUGIN_NOT_ON_REGISTRY`, `NJ_PLUGIN_REGISTRY_AWAY`, `NJ_PLUGIN_REGISTRY_LOGIN`,
 * `NJ_PLUGIN_INSTALL_LATE`, `NJ_PLUGIN_TOO_LARGE` or `NJ_PLUGIN_JOB_CANCELLED`; then npm and all that it started are gone.
 */
export async function runNpm(run: NpmRun): Promise<string> {
  const home = npmHome(run.dataDir);
  await mkdir(join(home, "home"), { recursive: true, mode: 0o700 });
  throwIfCancelled(run.signal);
  const settings = run.runsScripts === true ? undefined : await npmSettingsFile(home, run.registries);
  try {
    return await runWith(run, home, settings?.path ?? join(home, "npmrc"));
  } finally {
    await settings?.remove();
  }
}

async function runWith(run: NpmRun, home: string, settings: string): Promise<string> {
  const registryUrl = run.registries.main.url;
  const cache = join(home, "cache");
  const growth = await GrowthWatch.begin([run.cwd, cache], run.growth);
  const limitMs = run.limitMs ?? NPM_LIMIT_MS;
  const child = spawn(
    process.execPath,
    [
      "--disable-warning=ExperimentalWarning",
      `--import=${WATCH}`,
      npmProgram(),
      ...run.args,
      `--registry=${registryUrl}`,
      `--cache=${cache}`,
      `--userconfig=${join(run.dataDir, "plugins", ".npmrc")}`,
      `--globalconfig=${settings}`,
      // A version of a minute ago would not be in a list that was kept.
      "--prefer-online",
      "--no-audit",
      "--no-fund",
      "--no-update-notifier",
      "--no-progress",
      "--no-color",
      "--loglevel=http",
      "--logs-max=0",
      "--fetch-retries=1",
      "--fetch-retry-mintimeout=1000",
      "--fetch-timeout=60000",
    ],
    {
      cwd: run.cwd,
      env: environmentFor(home),
      // The channel tells it when this process has gone.
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      // A group of its own, so that the install scripts end with it.
      detached: process.platform !== "win32",
    },
  );
  const told: string[] = [];
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output = (output + text).slice(-1024 * 1024);
  });
  const flush = byLine(child, (line) => {
    told.push(line);
    if (told.length > KEPT_LINES) told.shift();
    run.onLine(line);
  });
  let ended: "late" | "cancelled" | "too-large" | undefined;
  const end = (why: "late" | "cancelled" | "too-large"): void => {
    ended ??= why;
    // It works in a copy that is thrown away: there is nothing to be polite about.
    killGroup(child);
  };
  const cancel = (): void => end("cancelled");
  const limit = setTimeout(() => end("late"), limitMs);
  run.signal.addEventListener("abort", cancel, { once: true });
  growth.start(() => end("too-large"));
  // Whatever an install script left running has no business any more, and would keep the pipes open.
  child.once("exit", () => killGroup(child));
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    flush();
    if (ended === "late") {
      throw new NightjarError(
        "NJ_PLUGIN_INSTALL_LATE",
        "deadline-exceeded",
        `npm was not done after ${limitMs / 1000} s and was ended`,
      );
    }
    throwIfCancelled(run.signal);
    if (ended === "too-large") throw growth.error();
    // It may have been quicker than the looks.
    await growth.check();
    if (code !== 0) throw npmError(told, registryUrl);
    return output;
  } catch (error) {
    // Whatever made it too large may lie in the cache too, which can be fetched again.
    if (error instanceof NightjarError && error.code === "NJ_PLUGIN_TOO_LARGE")
      await rm(cache, { recursive: true, force: true, maxRetries: 3 });
    throw error;
  } finally {
    clearTimeout(limit);
    await growth.stop();
    run.signal.removeEventListener("abort", cancel);
  }
}

/** npm's own folder: cache, home and settings. */
export function npmHome(dataDir: string): string {
  return join(dataDir, "cache", "npm");
}

/** Throws `NJ_PLUGIN_JOB_CANCELLED` when somebody gave the job up. */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) {
    throw new NightjarError("NJ_PLUGIN_JOB_CANCELLED", "failed-precondition", "the job was cancelled");
  }
}

function npmProgram(): string {
  const find = createRequire(import.meta.url);
  return join(dirname(find.resolve("npm/package.json")), "bin", "npm-cli.js");
}

function environmentFor(home: string): NodeJS.ProcessEnv {
  const passed = PASSED_ON.map((name) => [name, process.env[name]] as const).filter(
    (entry) => entry[1] !== undefined,
  );
  return {
    ...Object.fromEntries(passed),
    // Install scripts call `node`: the one that runs Nightjar.
    PATH: [dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter),
    HOME: join(home, "home"),
  };
}

function byLine(child: ChildProcess, onLine: (line: string) => void): () => void {
  let rest = "";
  const tell = (line: string): void => {
    const text = redactUrl(line.replaceAll(/\p{Cc}/gu, " ").trimEnd()).slice(0, LINE_LIMIT);
    if (text !== "") onLine(text);
  };
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    // A line without an end is told in pieces.
    rest = (lines.pop() ?? "").slice(-4 * LINE_LIMIT);
    for (const line of lines) tell(line);
  });
  return () => {
    tell(rest);
    rest = "";
  };
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended, and with it its group.
  }
}

/** npm's last words, as one of our errors. */
function npmError(lines: readonly string[], registryUrl: string): NightjarError {
  const said = lines.filter((line) => line.startsWith("npm error "));
  const code = /^npm error code (\S+)/.exec(
    said.find((line) => line.startsWith("npm error code")) ?? "",
  )?.[1];
  const words = said
    .map((line) => line.slice("npm error ".length).trim())
    .filter((line) => line !== "" && !/^(code |A complete log|Log files were not)/.test(line))
    .join(" ")
    .slice(0, 1000);
  const why = words === "" ? "npm failed without a word" : words;
  if (code === "EINTEGRITY") {
    return new NightjarError(
      "NJ_PLUGIN_INTEGRITY",
      "failed-precondition",
      `a file is not the one that its checksum belongs to: ${why}`,
    );
  }
  if (code === "E401" || code === "E403" || code === "ENEEDAUTH") {
    return new NightjarError(
      "NJ_PLUGIN_REGISTRY_LOGIN",
      "failed-precondition",
      `a registry wants another login, or does not allow this: ${why}`,
    );
  }
  if (code === "E404" || code === "ETARGET" || code === "ENOVERSIONS") {
    return new NightjarError("NJ_PLUGIN_NOT_ON_REGISTRY", "not-found", why);
  }
  if (
    /^(ECONN|ENOTFOUND|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET|ENOTCACHED)/.test(code ?? "")
  ) {
    return new NightjarError(
      "NJ_PLUGIN_REGISTRY_AWAY",
      "unavailable",
      `the registry ${redactUrl(registryUrl)} does not serve (${code}). Check the network, or pluginRegistry.url in config.json`,
    );
  }
  return new NightjarError("NJ_PLUGIN_NPM", "failed-precondition", `npm: ${why}`);
}
