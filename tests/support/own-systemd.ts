// A systemd for one test: the real program, in namespaces of its own (own-systemd.sh). Accounts, units and services that
// are made in it are gone with it.
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { waitFor } from "../../core/testing/wait-for.ts";
import type { CommandResult } from "./nightjar-command.ts";

const NAMESPACES = ["--mount", "--pid", "--net", "--cgroup", "--uts", "--ipc", "--fork", "--mount-proc"];
/** What own-systemd.sh needs the kernel to allow. */
const PROBE =
  "mount -t tmpfs tmpfs /mnt; mkdir /mnt/over /mnt/work; mount -t cgroup2 cgroup2 /mnt/over; umount /mnt/over; " +
  "mount -t overlay overlay -o lowerdir=/etc,upperdir=/mnt/over,workdir=/mnt/work /etc; " +
  "ip link set lo up";
const SCRIPT = join(import.meta.dirname, "own-systemd.sh");

export class OwnSystemd {
  readonly #unshare: ChildProcess;
  readonly #folder: string;
  readonly #pid: number;
  readonly #log: () => string;

  private constructor(unshare: ChildProcess, folder: string, pid: number, log: () => string) {
    this.#unshare = unshare;
    this.#folder = folder;
    this.#pid = pid;
    this.#log = log;
  }

  /** Why it cannot run here, or false. */
  static absent(): string | false {
    if (process.platform !== "linux" || process.getuid?.() !== 0)
      return "a systemd of one's own needs root on Linux";
    if (!existsSync("/lib/systemd/systemd")) return "systemd is not installed (Debian package systemd)";
    const tried = spawnSync("unshare", [...NAMESPACES, "--", "sh", "-ec", PROBE]);
    if (tried.status !== 0) return "namespaces and mounts in them are not allowed here";
    try {
      rmdirSync(mkdtempSync(join(groupsFolder(), "nightjar-")));
    } catch {
      return "control groups cannot be made here";
    }
    return false;
  }

  /** Starts it and waits until it takes orders. */
  static async start(): Promise<OwnSystemd> {
    const folder = mkdtempSync(join(tmpdir(), "nightjar-systemd-"));
    const unshare = spawn(SCRIPT, [folder], { stdio: ["ignore", "pipe", "pipe"] });
    let log = "";
    for (const stream of [unshare.stdout, unshare.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        log += chunk.toString();
      });
    }
    const ready = (pid: number) =>
      spawnSync("nsenter", inside(pid, ["systemctl", "show-environment"])).status === 0;
    let pid = 0;
    await waitFor(
      () => {
        assert.equal(unshare.exitCode, null, `systemd did not start: ${log}`);
        pid = childOf(unshare.pid ?? 0);
        return pid !== 0 && ready(pid);
      },
      { deadlineMs: 20_000, what: () => `systemd; ${log}` },
    );
    return new OwnSystemd(unshare, folder, pid, () => log);
  }

  /** What it has logged. */
  get log(): string {
    return this.#log();
  }

  /** Runs a command in its world. */
  async run(command: readonly string[]): Promise<CommandResult> {
    const child = spawn("nsenter", inside(this.#pid, command), { stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      err += chunk.toString();
    });
    const [code] = (await once(child, "close")) as [number | null];
    return { code, out, err };
  }

  /** Ends it and all that it started. */
  async stop(): Promise<void> {
    const closed = once(this.#unshare, "close");
    this.#unshare.kill("SIGKILL");
    await closed;
    rmSync(this.#folder, { recursive: true, force: true });
    await waitFor(() => removeGroups(basename(this.#folder)));
  }
}

function inside(pid: number, command: readonly string[]): string[] {
  return [
    "--target",
    String(pid),
    "--mount",
    "--pid",
    "--net",
    "--cgroup",
    "--uts",
    "--ipc",
    "--",
    ...command,
  ];
}

function childOf(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0] ?? 0);
  } catch {
    return 0;
  }
}

/** Where control groups are, the second version of them. */
function groupsFolder(): string {
  const mounts = readFileSync("/proc/mounts", "utf8").split("\n");
  return mounts.find((line) => line.split(" ")[2] === "cgroup2")?.split(" ")[1] ?? "/no-control-groups";
}

/** Its branch of control groups goes once the last process has. */
function removeGroups(name: string): boolean {
  const branch = join(groupsFolder(), name);
  const { stdout } = spawnSync("find", [branch, "-depth", "-type", "d"], { encoding: "utf8" });
  try {
    for (const folder of stdout.split("\n").filter((path) => path !== "")) rmdirSync(folder);
  } catch {
    return false;
  }
  return true;
}
