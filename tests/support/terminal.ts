// A terminal as a person has one open: a bash that lives on from command to command, with its own folder, aliases and
// environment. For tests that follow a page of the documentation.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { waitFor } from "../../core/testing/wait-for.ts";

const STOP_MS = 20_000;

export class Terminal {
  readonly #shell: ChildProcess;
  readonly #ended: Promise<unknown>;
  #output = "";
  #commands = 0;

  constructor(options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }) {
    // A group of its own: what Ctrl-C reaches in a terminal.
    this.#shell = spawn("bash", ["--noprofile", "--norc"], {
      ...options,
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
    });
    this.#ended = once(this.#shell, "exit");
    for (const stream of [this.#shell.stdout, this.#shell.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output += text;
      });
    }
    // A shell that reads from a pipe has no job control: it would end with what Ctrl-C ends.
    this.#shell.stdin?.write("shopt -s expand_aliases\ntrap : INT\n");
  }

  /** All that was printed so far. */
  get output(): string {
    return this.#output;
  }

  /** Runs lines as if they were typed, each after the last. Answers what they print. Throws if one fails. */
  async run(lines: string, deadlineMs: number): Promise<string> {
    this.#commands += 1;
    const mark = `-- end of ${this.#commands}: `;
    const begin = this.#output.length;
    const guarded = lines
      .trim()
      .split("\n")
      .map((line) => `[ -n "$failed" ] || { ${line}\n} || failed=$?`);
    this.#shell.stdin?.write(`failed=\n${guarded.join("\n")}\necho "${mark}\${failed:-0}"\n`);
    await waitFor(() => this.#output.includes(mark, begin) || this.#shell.exitCode !== null, {
      deadlineMs,
      what: () => `"${lines}" to end; so far: ${this.#output.slice(begin)}`,
    });
    const [printed = "", status = ""] = this.#output.slice(begin).split(mark);
    if (status.trim() === "0") return printed;
    throw new Error(`"${lines}" failed with ${status.trim()}: ${printed}`);
  }

  /** Types lines whose last one stays in the foreground, and waits until something is printed. */
  async stay(lines: string, until: RegExp, deadlineMs: number): Promise<void> {
    const begin = this.#output.length;
    this.#shell.stdin?.write(lines.endsWith("\n") ? lines : `${lines}\n`);
    await waitFor(() => until.test(this.#output.slice(begin)), {
      deadlineMs,
      what: () => `${until} in a terminal; so far: ${this.#output.slice(begin)}`,
    });
  }

  /** Ctrl-C: ends what is in the foreground, and waits until the next command can be typed. */
  async interrupt(): Promise<void> {
    this.#signal("SIGINT");
    await this.run("true", STOP_MS);
  }

  /** Ctrl-C, and the end of the terminal. */
  async close(): Promise<void> {
    this.#shell.stdin?.end();
    this.#signal("SIGINT");
    const hard = setTimeout(() => this.#signal("SIGKILL"), STOP_MS);
    await this.#ended;
    clearTimeout(hard);
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid, exitCode } = this.#shell;
    if (pid === undefined || exitCode !== null) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // It ended by itself meanwhile.
    }
  }
}
