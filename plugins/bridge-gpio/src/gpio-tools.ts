// The command-line tools of libgpiod (gpioget, gpiomon, gpioset), which reach pins by the kernel's character device. Versions 1 and 2
// want other arguments and tell edges by other figures; nothing else of the plugin knows that. Arguments are lists, never a shell's.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import { NightjarError } from "@nightjar/core";
import type { GpioInput, GpioOutput } from "./config.ts";

const run = promisify(execFile);
const ANSWER_MS = 3_000;
const ANSWER_BYTES = 4_096;
const STOP_MS = 1_000;
const WORDS_LIMIT = 300;
const LINE_LIMIT = 200;

/** A tool that runs on: listens to a pin, or holds one. */
export interface RunningTool {
  /** Resolves when it has ended, with what it said on the way. */
  readonly ended: Promise<string>;
  stop(): void;
}

/** Has the kernel end a tool with whoever started it. Of util-linux; the one of BusyBox does not know how. */
const TIED = ["setpriv", "--pdeathsig", "TERM"] as const;

export class GpioTools {
  #version: Promise<1 | 2> | undefined;
  #isTied: Promise<boolean> | undefined;

  /** Which libgpiod it is. Throws `NJ_GPIO_TOOLS` where there is none that is known. */
  version(): Promise<1 | 2> {
    this.#version ??= this.#ask();
    this.#version.catch(() => {
      // Installed meanwhile, it is found the next time.
      this.#version = undefined;
    });
    return this.#version;
  }

  /** Whether a pin is active now. */
  async read(input: GpioInput): Promise<boolean> {
    const args =
      (await this.version()) === 1
        ? [...inputArgs(input, "disable"), input.chip, String(input.line)]
        : ["--numeric", ...inputArgs(input, "disabled"), "--chip", input.chip, String(input.line)];
    const said = (await asked("gpioget", args)).trim();
    if (said !== "0" && said !== "1")
      throw failed("gpioget", input.chip, input.line, said.slice(0, WORDS_LIMIT));
    return said === "1";
  }

  /** Listens to a pin; `edge` is told whenever it becomes active, or is it no more. */
  async listen(input: GpioInput, edge: (isActive: boolean) => void): Promise<RunningTool> {
    const version = await this.version();
    const args =
      version === 1
        ? ["--line-buffered", "--format=%e", ...inputArgs(input, "disable"), input.chip, String(input.line)]
        : ["--format=%e", ...inputArgs(input, "disabled"), "--chip", input.chip, String(input.line)];
    const child = await this.#start("gpiomon", args);
    const falling = version === 1 ? "0" : "2";
    let rest = "";
    child.stdout?.on("data", (bytes: Buffer) => {
      const lines = `${rest}${bytes.toString("latin1")}`.split("\n");
      rest = (lines.pop() ?? "").slice(0, LINE_LIMIT);
      for (const line of lines) {
        if (line === "1") edge(true);
        else if (line === falling) edge(false);
      }
    });
    return running(child);
  }

  /** Holds a pin at a level until it is stopped: the kernel lets go of it when nobody holds it. */
  async hold({ chip, line, activeLow }: GpioOutput, isActive: boolean): Promise<RunningTool> {
    const low = activeLow ? ["--active-low"] : [];
    const level = `${line}=${isActive ? 1 : 0}`;
    const args =
      (await this.version()) === 1 ? ["--mode=signal", ...low, chip, level] : [...low, "--chip", chip, level];
    return running(await this.#start("gpioset", args));
  }

  /**
   * Starts a tool that runs on. One that outlived a recorder that was killed would hold its pin for good, at a level that nobody
   * could change.
   */
  async #start(program: string, args: readonly string[]): Promise<ChildProcess> {
    const [setpriv, ...how] = TIED;
    this.#isTied ??= asked(setpriv, [...how, "gpiomon", "--version"]).then(
      () => true,
      () => false,
    );
    return (await this.#isTied) ? start(setpriv, [...how, program, ...args]) : start(program, args);
  }

  async #ask(): Promise<1 | 2> {
    const said = await asked("gpiomon", ["--version"]);
    const major = /\bv?(\d+)\.\d+/.exec(said)?.[1];
    if (major === "1") return 1;
    if (major === "2") return 2;
    throw tools(`gpiomon says that it is of version ${major ?? "unknown"}, and 1 and 2 are known here`);
  }
}

function inputArgs({ bias, activeLow }: GpioInput, none: string): string[] {
  const word = bias === "disabled" ? none : bias;
  return [...(bias === "as-is" ? [] : [`--bias=${word}`]), ...(activeLow ? ["--active-low"] : [])];
}

/** Nothing of the recorder's surroundings but where programs are. */
function surroundings(): NodeJS.ProcessEnv {
  return { PATH: process.env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C" };
}

async function asked(program: string, args: readonly string[]): Promise<string> {
  try {
    const options = { timeout: ANSWER_MS, maxBuffer: ANSWER_BYTES, env: surroundings() };
    return (await run(program, [...args], options)).stdout;
  } catch (error) {
    throw told(program, error);
  }
}

function start(program: string, args: readonly string[]): ChildProcess {
  try {
    return spawn(program, [...args], { stdio: ["ignore", "pipe", "pipe"], env: surroundings() });
  } catch (error) {
    throw told(program, error);
  }
}

function running(child: ChildProcess): RunningTool {
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  let said = "";
  child.stderr?.on("data", (bytes: Buffer) => {
    said = `${said}${bytes.toString("utf8")}`.slice(-WORDS_LIMIT);
  });
  child.once("error", (error) => resolve(told("the tool", error).message));
  child.once("close", () => resolve(plain(said)));
  return {
    ended,
    stop() {
      child.kill("SIGTERM");
      // One that does not listen holds its pin no longer than this.
      const last = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
      void ended.then(() => clearTimeout(last));
    },
  };
}

function told(program: string, error: unknown): NightjarError {
  const { code, stderr } = error as { readonly code?: unknown; readonly stderr?: unknown };
  if (code === "ENOENT")
    return tools("the tools of libgpiod are not installed (Debian: apt install gpiod), or not in the PATH");
  if (code === "ERR_ACCESS_DENIED")
    return tools("programs may not be started here: run the plugin in the recorder's own process");
  const words = plain(String(stderr ?? ""));
  return new NightjarError(
    "NJ_GPIO_PIN",
    "failed-precondition",
    `${program} failed: ${words === "" ? String(code ?? error).slice(0, WORDS_LIMIT) : words}`,
  );
}

function failed(program: string, chip: string, line: number, words: string): NightjarError {
  const said = words === "" ? "it says nothing" : words;
  return new NightjarError("NJ_GPIO_PIN", "failed-precondition", `${program}, ${chip} line ${line}: ${said}`);
}

function tools(why: string): NightjarError {
  return new NightjarError("NJ_GPIO_TOOLS", "failed-precondition", why);
}

function plain(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}]+/gu, " ")
    .trim()
    .slice(0, WORDS_LIMIT);
}
