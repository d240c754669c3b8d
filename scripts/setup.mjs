// What `npm start` and `npm test` need before anything else runs: packages, ffmpeg, the built interface.
// Plain JavaScript for Node 18 and later, with nothing but Node's own modules. Says what it does.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { configuredFfmpeg } from "./ffmpeg-setting.mjs";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

export function say(text) {
  process.stderr.write(`[nightjar] ${text}\n`);
}

/** Runs a program; throws with its name when it fails. */
function run(command, args, options = {}) {
  // What is printed on the way is for people: standard output is the recorder's, which a program may read.
  const result = spawnSync(command, args, { cwd: root, stdio: ["inherit", 2, 2], ...options });
  if (result.status !== 0) {
    say(`"${command} ${args.join(" ")}" failed${result.error ? `: ${result.error.message}` : ""}.`);
    process.exit(1);
  }
}

/** SQLite's own choice: -O3, Node's for addons, takes half as long again and makes little of it. */
const FOR_USE = "-O2";
/** Compiled in a fraction of the time, and several times slower: tests do little with each of their databases. */
const FOR_TESTS = "-O0";
/** The one warning of -Wall that GCC looks for longest: a quarter of a minute in SQLite's single file of 9 MB. */
const UNASKED = "-Wno-misleading-indentation";

/** How npm is run: program, arguments, options. */
function npmCall(args, optimization = FOR_USE) {
  // Where sqlite3's binary cannot be downloaded it is compiled, against the headers that come with npm's Node; without
  // a compiler it is left out, and Node's own SQLite serves.
  const headers = join(root, "node_modules", `node-${process.platform}-${process.arch}`);
  const env = {
    ...process.env,
    npm_config_nodedir: process.env.npm_config_nodedir ?? headers,
    CFLAGS: process.env.CFLAGS ?? `${optimization} ${UNASKED}`,
    CXXFLAGS: process.env.CXXFLAGS ?? optimization,
  };
  // npm tells scripts where it lies; otherwise it is on the PATH.
  const npmCli = process.env.npm_execpath;
  if (npmCli?.endsWith(".js")) return [process.execPath, [npmCli, ...args], { env }];
  return [process.platform === "win32" ? "npm.cmd" : "npm", args, { env, shell: false }];
}

function stampFile(name) {
  return join(root, "node_modules", ".nightjar", name);
}

/** Where Node keeps the compiled code of a checkout's sources. */
export const compiledCode = stampFile("code");

/** This file is there as soon as all packages are, also what they compile for themselves. */
export const packagesMark = stampFile("packages");

function readStamp(name) {
  try {
    return readFileSync(stampFile(name), "utf8");
  } catch {
    return "";
  }
}

function writeStamp(name, value) {
  mkdirSync(dirname(stampFile(name)), { recursive: true });
  writeFileSync(stampFile(name), value);
}

/** `npm ci` when the packages are missing or the lock file has changed since. */
export function installDependencies() {
  const lock = lockHash();
  if (arePackagesHere(lock)) {
    if (readStamp("packages") === compiledForTests(lock)) compileForUse(lock);
    return;
  }
  install([]);
  writeStamp("packages", lock);
}

/** What stands in the stamp where sqlite3 was compiled here by a run of the tests. */
function compiledForTests(lock) {
  return `${lock} ${FOR_TESTS}`;
}

/** Nobody's recordings are to lie in the slower database because the tests were run first. */
function compileForUse(lock) {
  say("compiling sqlite3 anew: what the tests compiled is slower; this takes a minute …");
  const [command, args, options] = npmCall(["rebuild", "sqlite3", "--loglevel=silent"]);
  // Where that cannot be, the one that is there serves.
  spawnSync(command, args, { cwd: root, stdio: "ignore", ...options });
  writeStamp("packages", lock);
}

/**
 * The same, but what packages compile or download for themselves is still being made when this returns: resolves when
 * it is, or cannot be and others serve instead. Compiling sqlite3 keeps one processor busy for a minute.
 */
export async function installDependenciesAhead() {
  const lock = lockHash();
  if (arePackagesHere(lock)) return;
  install(["--ignore-scripts"]);
  const { allowScripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  // Each by itself: where one cannot be made, npm would leave out the others too.
  await Promise.all(
    Object.keys(allowScripts).map((name) => {
      if (!allowScripts[name]) return undefined;
      const [command, args, options] = npmCall(["rebuild", name, "--loglevel=silent"], FOR_TESTS);
      const rebuild = spawn(command, args, { cwd: root, stdio: "ignore", ...options });
      return new Promise((resolve) => rebuild.on("exit", resolve).on("error", resolve));
    }),
  );
  // A binary that was downloaded is the one that everybody has.
  const isCompiled = existsSync(join(root, "node_modules", "sqlite3", "build", "Makefile"));
  writeStamp("packages", isCompiled ? compiledForTests(lock) : lock);
}

function lockHash() {
  return createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
}

function arePackagesHere(lock) {
  const nodeFound = bundledNode() !== undefined || isNewEnough(process.versions.node);
  if (!nodeFound) return false;
  if ([lock, compiledForTests(lock)].includes(readStamp("packages"))) return true;
  if (readStamp("packages") !== "" || !existsSync(join(root, "node_modules", ".package-lock.json")))
    return false;
  // Somebody ran npm by hand: believed if it left everything in place.
  writeStamp("packages", lock);
  return true;
}

function install(flags) {
  say("installing packages (npm ci); the first time takes a minute or two …");
  run(...npmCall(["ci", "--no-audit", "--no-fund", "--loglevel=error", ...flags]));
  if (bundledNode() === undefined && !isNewEnough(process.versions.node)) {
    say(
      `this system's Node is ${process.versions.node} and npm has no newer one for it: install Node 24.12 or later, then start again.`,
    );
    process.exit(1);
  }
}

function isNewEnough(version) {
  const [major, minor] = version.split(".").map(Number);
  return major > 24 || (major === 24 && minor >= 12);
}

/**
 * What Node is told so that it reads packages of hundreds of files from one each: arguments and environment. Made when the
 * packages have changed; without it everything is read as it lies, and a start takes half a second more.
 */
export function wholePackages() {
  try {
    const lock = lockHash();
    let [madeFor, folder] = readStamp("whole").split("\n");
    if (madeFor !== lock || !existsSync(join(folder, "places.json"))) {
      const making = spawnSync(node(), [join(root, "scripts", "whole-packages.ts")], { encoding: "utf8" });
      if (making.status !== 0) return { args: [], env: {} };
      folder = making.stdout.trim();
      writeStamp("whole", `${lock}\n${folder}`);
    }
    const hook = pathToFileURL(join(root, "scripts", "whole-packages.mjs")).href;
    return { args: ["--import", hook], env: { NIGHTJAR_WHOLE_PACKAGES: folder } };
  } catch {
    // Where nothing can be written, nothing is kept.
    return { args: [], env: {} };
  }
}

/** The Node that runs everything. */
export function node() {
  return bundledNode() ?? process.execPath;
}

/** The Node that came from npm; npm 9, Debian 13's, puts no link to a program called node. */
function bundledNode() {
  const name = process.platform === "win32" ? "node.exe" : "node";
  const places = [join(".bin", name), join(`node-${process.platform}-${process.arch}`, "bin", name)];
  return places.map((place) => join(root, "node_modules", place)).find((file) => existsSync(file));
}

/** Newest change of a file, or below a folder, in milliseconds. */
function newest(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return readdirSync(path)
    .filter((name) => !["dist", "node_modules", "tests"].includes(name))
    .reduce((latest, name) => Math.max(latest, newest(join(path, name))), 0);
}

/** What the web interface is built of: its own sources, what it takes from core, and the packages in it. */
const INTERFACE_SOURCES = ["ui", "core/media/live-wire.ts", "core/media/mp4", "package-lock.json"];

/** Builds the web interface when its sources are newer than what was built. */
export function buildInterface() {
  const built = join(root, "ui", "dist", "index.html");
  const latest = Math.max(...INTERFACE_SOURCES.map((source) => newest(join(root, source))));
  if (existsSync(built) && statSync(built).mtimeMs >= latest) return;
  say("building the web interface …");
  const vite = join(root, "node_modules", "vite", "bin", "vite.js");
  run(node(), [vite, "build", "--logLevel", "warn"], { cwd: join(root, "ui") });
}

export function onPath(name) {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .some((folder) => folder !== "" && existsSync(join(folder, name)));
}

export function isDebianRoot() {
  return process.platform === "linux" && process.getuid?.() === 0 && onPath("apt-get");
}

/** Installs Debian packages as root, saying so; gives false where that is not possible. */
export function aptInstall(packages, what) {
  if (!isDebianRoot()) return false;
  say(`installing ${what} with apt-get (${packages.join(" ")}) …`);
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const install = () =>
    spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], {
      stdio: ["ignore", "ignore", "inherit"],
      env: environment,
    });
  if (install().status === 0) return true;
  spawnSync("apt-get", ["update", "-qq"], { stdio: ["ignore", "ignore", "inherit"], env: environment });
  return install().status === 0;
}

/** As the recorder looks for it (core/media/ffmpeg/find-ffmpeg.ts). */
export function hasFfmpeg(args) {
  if (configuredFfmpeg(args, process.env, root) !== undefined) return true;
  const named = process.env.NIGHTJAR_FFMPEG || process.env.FFMPEG_BIN;
  if (named && existsSync(named)) return true;
  const packaged = ["ffmpeg-static", `@ffmpeg-installer/${process.platform}-${process.arch}`];
  return (
    packaged.some((folder) => existsSync(join(root, "node_modules", folder, "ffmpeg"))) || onPath("ffmpeg")
  );
}

/**
 * Sees to an ffmpeg. Recording does without; snapshots and transcoding do not, so its absence is only said. `args`: those of
 * `nightjar start`, which say whose settings count.
 */
export function ensureFfmpeg(args = []) {
  if (hasFfmpeg(args) || aptInstall(["ffmpeg"], "ffmpeg")) return true;
  say(
    'there is no ffmpeg: snapshots and H.265 in browsers that lack it will not work. Install it with "sudo apt install ffmpeg" or your system\'s like.',
  );
  return false;
}
