#!/usr/bin/env node
// The command `nightjar`, in syntax that any Node from 18 on reads: finds a Node that can run the recorder
// (the one that runs this, or the one that came from npm) and hands over.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const WANTED = [24, 12];
const here = dirname(fileURLToPath(import.meta.url));
const [major, minor] = process.versions.node.split(".").map(Number);
const isNewEnough = major > WANTED[0] || (major === WANTED[0] && minor >= WANTED[1]);

function bundledNode() {
  const name = process.platform === "win32" ? "node.exe" : "node";
  // npm 9, Debian 13's, puts no link to a program called node.
  const places = [join(".bin", name), join(`node-${process.platform}-${process.arch}`, "bin", name)];
  for (let folder = here; ; folder = dirname(folder)) {
    const candidates = places.map((place) => join(folder, "node_modules", place));
    const found = candidates.find((candidate) => existsSync(candidate));
    if (found !== undefined) return found;
    if (dirname(folder) === folder) return undefined;
  }
}

// A checkout has sources, which Node runs as they are; an installed package has JavaScript.
const entry = ["main.ts", "main.js"].map((name) => join(here, "..", name)).find((file) => existsSync(file));
const runtime = isNewEnough ? process.execPath : bundledNode();
if (runtime === undefined) {
  console.error(
    `nightjar: this is Node ${process.versions.node}, Nightjar needs ${WANTED.join(".")} or later: run "npm ci" in its folder, or install a newer Node.`,
  );
  process.exitCode = 1;
} else {
  const child = spawn(runtime, ["--disable-warning=ExperimentalWarning", entry, ...process.argv.slice(2)], {
    stdio: "inherit",
  });
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  // A terminal sends Ctrl-C to both; the recorder answers it, this one waits.
  process.on("SIGINT", () => undefined);
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === null ? 0 : 1);
  });
}
