// Stands in for the tools of libgpiod where there are no pins: programs of the same names that take exactly the arguments of version 1 or
// 2 and refuse all others, with pins that are files. Their help pages and sources were the measure, no board.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tempDir, waitFor } from "@nightjar/core/testing";

const PROGRAM = `
const { appendFileSync, existsSync, readFileSync, rmSync, watch, writeFileSync } = require("node:fs");
const { basename, dirname, join } = require("node:path");
const { parseArgs } = require("node:util");
const here = dirname(process.argv[1]);
const tool = basename(process.argv[1]);
const version = Number(readFileSync(join(here, "version"), "utf8"));
appendFileSync(join(here, "calls"), [tool, ...process.argv.slice(2)].join(" ") + "\\n");
const fail = (words) => { process.stderr.write(tool + ": " + words + "\\n"); process.exit(1); };
const common = { version: { type: "boolean" }, "active-low": { type: "boolean" }, bias: { type: "string" } };
const own = {
  1: { gpioget: {}, gpiomon: { "line-buffered": { type: "boolean" }, format: { type: "string" } }, gpioset: { mode: { type: "string" } } },
  2: { gpioget: { numeric: { type: "boolean" }, chip: { type: "string" } }, gpiomon: { chip: { type: "string" }, format: { type: "string" } }, gpioset: { chip: { type: "string" } } },
}[version][tool];
let parsed;
try { parsed = parseArgs({ options: { ...common, ...own }, allowPositionals: true }); } catch (error) { fail(error.message); }
const { values, positionals } = parsed;
if (values.version) { console.log(tool + " (libgpiod) v" + version + ".6.3\\nCopyright"); process.exit(0); }
const biases = version === 1 ? ["as-is", "disable", "pull-down", "pull-up"] : ["as-is", "disabled", "pull-down", "pull-up"];
if (values.bias !== undefined && !biases.includes(values.bias)) fail("invalid bias: " + values.bias);
const [chip, place] = version === 1 ? positionals : [values.chip, ...positionals];
if (chip !== "gpiochip0") fail("unable to open chip '" + chip + "': No such file or directory");
const [line, level] = String(place).split("=");
const file = join(here, "pin-" + line);
const busy = join(here, "busy-" + line);
if (existsSync(busy)) fail("unable to request lines: Device or resource busy");
const active = () => (readFileSync(file, "utf8").trim() === "1") !== (values["active-low"] === true);
if (tool === "gpioget") { console.log(active() ? "1" : "0"); process.exit(0); }
const take = () => writeFileSync(busy, String(process.pid));
const release = () => { rmSync(busy, { force: true }); process.exit(0); };
process.on("SIGTERM", release);
process.on("SIGINT", release);
setInterval(() => undefined, 60_000);
if (tool === "gpioset") {
  take();
  if (version === 1 && values.mode !== "signal") release();
  writeFileSync(file, (level === "1") !== (values["active-low"] === true) ? "1" : "0");
} else {
  if (version === 1 && !values["line-buffered"]) fail("a pipe would hold its words back");
  if (values.format !== "%e") fail("another format");
  let was = active();
  watch(file, () => {
    const is = active();
    if (is === was || readFileSync(file, "utf8") === "") return;
    was = is;
    console.log(is ? "1" : version === 1 ? "0" : "2");
  });
  take();
}
`;

/** Puts them first in the PATH until it is disposed. */
export function fakeGpiod(version: 1 | 2, pins: Readonly<Record<number, 0 | 1>>) {
  const dir = tempDir("nightjar-gpiod-");
  mkdirSync(dir.join("bin"));
  const at = (name: string): string => dir.join("bin", name);
  for (const name of ["gpioget", "gpiomon", "gpioset"]) {
    writeFileSync(at(name), `#!${process.execPath}\n${PROGRAM}`);
    chmodSync(at(name), 0o755);
  }
  writeFileSync(at("package.json"), '{"type":"commonjs"}');
  writeFileSync(at("version"), String(version));
  for (const [line, level] of Object.entries(pins)) writeFileSync(at(`pin-${line}`), String(level));
  /** 0: nobody has it. */
  const pid = (line: number): number => {
    try {
      return Number(readFileSync(at(`busy-${line}`), "utf8"));
    } catch {
      return 0;
    }
  };
  const before = process.env["PATH"];
  process.env["PATH"] = `${at("")}:${before}`;
  return {
    level: (line: number): string => readFileSync(at(`pin-${line}`), "utf8"),
    /** Whoever stands at the pin. */
    turn: (line: number, level: 0 | 1): void => writeFileSync(at(`pin-${line}`), String(level)),
    pid,
    /** The process that has a pin, once one has. */
    holder: (line: number): Promise<number> =>
      waitFor(() => pid(line) || undefined, { deadlineMs: 20_000, what: `somebody to hold line ${line}` }),
    calls: (): string[] => readFileSync(at("calls"), "utf8").trim().split("\n"),
    [Symbol.dispose](): void {
      process.env["PATH"] = before;
      dir[Symbol.dispose]();
    },
  };
}
