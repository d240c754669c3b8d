// Small disks of their own for fault tests: a file behind a loop device, with ext4 or xfs on it, that can lose its
// power, turn read-only or be pulled. Needs root; `missingTool` says what a machine lacks. Every disk is taken
// down again, at the end of the process at the latest.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";

export type FileSystem = "ext4" | "xfs";

const MAKE: Readonly<Record<FileSystem, readonly string[]>> = {
  ext4: ["mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=1,lazy_journal_init=1"],
  xfs: ["mkfs.xfs", "-q", "-f"],
};
/** Version 1 of control groups; the root group, for loop devices belong to no other. */
const THROTTLE = "/sys/fs/cgroup/blkio/blkio.throttle.write_bps_device";
const ANSWERS_TO: Readonly<Record<string, readonly string[]>> = { strace: ["-V"], xfs_io: ["-V"] };

/** Why a test cannot run here, or false: `skip` of node:test. Disks need root, losetup and the tools named. */
export function missingTool(...tools: readonly string[]): string | false {
  if (process.platform !== "linux") return "loop devices are Linux's";
  if (process.getuid?.() !== 0) return "needs root: mounts a file system";
  for (const tool of ["mount", "losetup", ...tools]) {
    const { error } = spawnSync(tool, ANSWERS_TO[tool] ?? ["--version"], { stdio: "ignore" });
    if (error !== undefined) return `${tool} is not installed`;
  }
  const probe = spawnSync("losetup", ["--find"], { stdio: "ignore" });
  return probe.status === 0 ? false : "there are no loop devices";
}

/** Why disks cannot be made slow here, or false. */
export function cannotThrottle(): string | false {
  return existsSync(THROTTLE) ? false : "there is no blkio control group to slow a disk down with";
}

/** A mounted disk. `dispose` at the end. */
export class LoopDisk {
  readonly fileSystem: FileSystem;
  /** Where it is mounted. */
  readonly path: string;
  readonly #folder: ReturnType<typeof tempDir>;
  readonly #image: string;
  readonly #volatile: boolean;
  readonly #onExit = (): void => this.#takeDown();
  #device: string | undefined;
  #isThrottled = false;
  #cache: ChildProcess | undefined;
  #bridge: ChildProcess | undefined;

  private constructor(fileSystem: FileSystem, sizeMb: number, volatile: boolean) {
    this.fileSystem = fileSystem;
    this.#volatile = volatile;
    this.#folder = tempDir("nightjar-disk-");
    this.path = this.#folder.join("mounted");
    this.#image = this.#folder.join("image");
    mkdirSync(this.path);
    const image = openSync(this.#image, "w");
    ftruncateSync(image, sizeMb * 1024 * 1024);
    closeSync(image);
    process.on("exit", this.#onExit);
  }

  /** Makes and mounts a disk. `volatile`: with a write cache that forgets what was not flushed (nbdkit, nbdfuse). */
  static async make(options: {
    readonly fileSystem: FileSystem;
    /** At least 300 for xfs. The space is taken from the temporary folder only as it is written. */
    readonly sizeMb: number;
    readonly volatile?: boolean;
  }): Promise<LoopDisk> {
    const disk = new LoopDisk(options.fileSystem, options.sizeMb, options.volatile ?? false);
    try {
      await disk.#attach();
      const [tool = "", ...args] = MAKE[options.fileSystem];
      run(tool, [...args, disk.#device ?? ""]);
      run("mount", [disk.#device ?? "", disk.path]);
    } catch (error) {
      disk.dispose();
      throw error;
    }
    return disk;
  }

  /** The loop device, `/dev/loop3`. */
  get device(): string {
    return this.#device ?? "";
  }

  get freeMb(): number {
    const { bavail, bsize } = statfsSync(this.path);
    return (bavail * bsize) / 1024 / 1024;
  }

  /**
   * Takes the power away: nothing that was not synced survives. The processes that used the disk are to be killed
   * then, and the disk brought back with `powerOn`.
   */
  powerOff(): void {
    if (this.#volatile) this.#cache?.kill("SIGKILL");
    else run("xfs_io", ["-x", "-c", "shutdown", this.path]);
  }

  /** Mounts it again after `powerOff`, or after `pull`. */
  async powerOn(): Promise<void> {
    if (this.#isMounted())
      await waitFor(() => attempt("umount", [this.path]), { deadlineMs: 10_000, periodMs: 50 });
    if (this.#volatile) {
      this.#detach();
      await this.#attach();
    } else if (this.#device === undefined) {
      await this.#attach();
    }
    run("mount", [this.#device ?? "", this.path]);
  }

  /** Makes it read-only under its users, as ext4 does by itself after an error (ext4 only). */
  turnReadOnly(): void {
    run("mount", ["-o", "remount,abort", this.path]);
  }

  /** Pulls it: gone from its place, and its device with it. */
  pull(): void {
    run("umount", ["-l", this.path]);
    if (this.#device !== undefined) attempt("losetup", ["-d", this.#device]);
    this.#device = undefined;
  }

  /** Makes it slow: no more than so many bytes are written in a second. 0: as fast as it can. */
  throttle(bytesPerSecond: number): void {
    const numbers = readFileSync(`/sys/block/${basename(this.device)}/dev`, "utf8").trim();
    writeFileSync(THROTTLE, `${numbers} ${bytesPerSecond}`);
    this.#isThrottled = bytesPerSecond > 0;
  }

  /** Fills it with a file of nothing until `leaveMb` are free. */
  fill(leaveMb: number): void {
    const bytes = Math.floor((this.freeMb - leaveMb) * 1024 * 1024);
    run("fallocate", ["-l", String(bytes), join(this.path, "filler")]);
  }

  /** Makes room again. */
  unfill(): void {
    rmSync(join(this.path, "filler"), { force: true });
  }

  /** Unmounts and removes it. Safe to call more than once. */
  dispose(): void {
    process.off("exit", this.#onExit);
    this.#takeDown();
  }

  async #attach(): Promise<void> {
    let backing = this.#image;
    if (this.#volatile) {
      const socket = this.#folder.join("nbd.sock");
      const bridge = this.#folder.join("bridge");
      mkdirSync(bridge, { recursive: true });
      rmSync(socket, { force: true });
      this.#cache = spawn(
        "nbdkit",
        ["-f", "-U", socket, "--filter=cache", "file", this.#image, "cache=writeback"],
        { stdio: "ignore" },
      );
      await waitFor(() => existsSync(socket), { what: "nbdkit" });
      this.#bridge = spawn("nbdfuse", [bridge, `nbd+unix:///?socket=${socket}`], { stdio: "ignore" });
      backing = join(bridge, "nbd");
      await waitFor(() => existsSync(backing), { what: "nbdfuse" });
    }
    this.#device = run("losetup", ["--find", "--show", backing]).trim();
  }

  #detach(): void {
    if (this.#device !== undefined) attempt("losetup", ["-d", this.#device]);
    this.#device = undefined;
    if (!this.#volatile) return;
    attempt("umount", ["-l", this.#folder.join("bridge")]);
    this.#bridge?.kill("SIGKILL");
    this.#cache?.kill("SIGKILL");
  }

  #isMounted(): boolean {
    return readFileSync("/proc/mounts", "utf8")
      .split("\n")
      .some((line) => line.split(" ")[1] === this.path);
  }

  #takeDown(): void {
    if (this.#isThrottled) this.throttle(0);
    while (this.#isMounted() && attempt("umount", ["-l", this.path])) {
      // A place may be mounted over more than once.
    }
    this.#detach();
    this.#folder[Symbol.dispose]();
  }
}

function run(tool: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(tool, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${tool} ${args.join(" ")}: ${error?.message ?? stderr.trim()}`);
  return stdout;
}

function attempt(tool: string, args: readonly string[]): boolean {
  return spawnSync(tool, args, { stdio: "ignore" }).status === 0;
}
