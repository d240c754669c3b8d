// Volumes for tests: a real file system of a given size in a folder of its own, that can be full, turn read-only, be pulled,
// become slow or lose its power. Either memory (tmpfs), or a file behind a loop device with ext4 or xfs on it. Mounting needs
// root, or for tmpfs a namespace of one's own (`unshare --map-root-user --mount node --test`); `noTemporaryVolume` says what a
// machine lacks. Every volume is taken down again, at the end of the process at the latest.
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
import { NightjarError } from "../errors.ts";
import { tempDir } from "./temp-dir.ts";
import { waitFor } from "./wait-for.ts";

/** What is on a volume; `tmpfs` is quick and needs no loop device, but knows neither slowness nor loss of power. */
export type VolumeFileSystem = "tmpfs" | "ext4" | "xfs";

/** Which volume is to be made. */
export interface TemporaryVolumeOptions {
  /** At least 300 MB for xfs. Of the temporary folder, or of memory, only what is written is taken. */
  readonly sizeBytes: number;
  /** Default: tmpfs. */
  readonly fileSystem?: VolumeFileSystem;
  /** With a write cache that forgets at `powerOff` what was not flushed (nbdkit, nbdfuse; not tmpfs). */
  readonly volatile?: boolean;
}

type OnDisk = Exclude<VolumeFileSystem, "tmpfs">;

const MAKE: Readonly<Record<OnDisk, readonly string[]>> = {
  ext4: ["mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=1,lazy_journal_init=1"],
  xfs: ["mkfs.xfs", "-q", "-f"],
};
/** Version 1 of control groups; the root group, for loop devices belong to no other. */
const THROTTLE = "/sys/fs/cgroup/blkio/blkio.throttle.write_bps_device";
const ANSWERS_TO: Readonly<Record<string, readonly string[]>> = { strace: ["-V"], xfs_io: ["-V"] };

/** Why there can be no volume of that kind here, or false: `skip` of node:test. `tools`: what a test needs besides. */
export function noTemporaryVolume(
  fileSystem: VolumeFileSystem = "tmpfs",
  tools: readonly string[] = [],
): string | false {
  if (process.platform !== "linux") return "volumes for tests are Linux's";
  if (process.getuid?.() !== 0) return "needs root: mounts a file system";
  const own = fileSystem === "tmpfs" ? [] : ["losetup", MAKE[fileSystem][0] ?? ""];
  for (const tool of ["mount", ...own, ...tools]) {
    const { error } = spawnSync(tool, ANSWERS_TO[tool] ?? ["--version"], { stdio: "ignore" });
    if (error !== undefined) return `${tool} is not installed`;
  }
  return fileSystem === "tmpfs" ? cannotMount() : cannotLoop();
}

function cannotLoop(): string | false {
  const probe = spawnSync("losetup", ["--find"], { stdio: "ignore" });
  return probe.status === 0 ? false : "there are no loop devices";
}

/** Tried, since root in a container may not mount. */
function cannotMount(): string | false {
  using folder = tempDir("nightjar-volume-");
  const { status, stderr } = spawnSync("mount", ["-t", "tmpfs", "nightjar", folder.path], {
    encoding: "utf8",
  });
  if (status !== 0) return `nothing can be mounted: ${stderr.trim()}`;
  attempt("umount", [folder.path]);
  return false;
}

/** Why volumes cannot be made slow here, or false. */
export function noSlowVolume(): string | false {
  return existsSync(THROTTLE) ? false : "there is no blkio control group to slow a disk down with";
}

/**
 * Makes and mounts a volume. The caller disposes of it: `using volume = await temporaryVolume({…})`. Throws `NJ_TEST_VOLUME`
 * where there can be none.
 */
export async function temporaryVolume(options: TemporaryVolumeOptions): Promise<TemporaryVolume> {
  const volume = new TemporaryVolume(options);
  try {
    await volume.make();
  } catch (error) {
    volume.dispose();
    throw error;
  }
  return volume;
}

/** A mounted volume. */
export class TemporaryVolume implements Disposable {
  readonly fileSystem: VolumeFileSystem;
  /** Where it is mounted. */
  readonly path: string;
  readonly #sizeBytes: number;
  readonly #folder: ReturnType<typeof tempDir>;
  readonly #image: string;
  readonly #volatile: boolean;
  readonly #onExit = (): void => this.#takeDown();
  #device: string | undefined;
  #isThrottled = false;
  #cache: ChildProcess | undefined;
  #bridge: ChildProcess | undefined;

  /** Use {@link temporaryVolume}. */
  constructor({ sizeBytes, fileSystem = "tmpfs", volatile = false }: TemporaryVolumeOptions) {
    this.fileSystem = fileSystem;
    this.#sizeBytes = sizeBytes;
    this.#volatile = volatile;
    this.#folder = tempDir("nightjar-volume-");
    this.path = this.#folder.join("mounted");
    this.#image = this.#folder.join("image");
    mkdirSync(this.path);
    process.on("exit", this.#onExit);
  }

  /** Called by {@link temporaryVolume}, once. */
  async make(): Promise<void> {
    if (this.fileSystem !== "tmpfs") {
      const image = openSync(this.#image, "w");
      ftruncateSync(image, this.#sizeBytes);
      closeSync(image);
      await this.#attach();
      const [tool = "", ...args] = MAKE[this.fileSystem];
      run(tool, [...args, this.device]);
    }
    this.#mount();
  }

  /** The loop device, `/dev/loop3`; empty where there is none. */
  get device(): string {
    return this.#device ?? "";
  }

  /** What can still be written, in bytes. */
  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.path);
    return bavail * bsize;
  }

  /**
   * Takes the power away (not of tmpfs): nothing that was not synced survives. The processes that used the volume are to
   * be killed then, and the volume brought back with `powerOn`.
   */
  powerOff(): void {
    this.#needsDisk("lose its power");
    if (this.#volatile) this.#cache?.kill("SIGKILL");
    else run("xfs_io", ["-x", "-c", "shutdown", this.path]);
  }

  /** Mounts it again after `powerOff`, or after `pull`: as it was, but for tmpfs, which is empty then. */
  async powerOn(): Promise<void> {
    if (this.#isMounted())
      await waitFor(() => attempt("umount", [this.path]), { deadlineMs: 10_000, periodMs: 50 });
    if (this.#volatile) {
      this.#detach();
      await this.#attach();
    } else if (this.#device === undefined && this.fileSystem !== "tmpfs") {
      await this.#attach();
    }
    this.#mount();
  }

  /**
   * Makes it read-only: ext4 under its users, as it does by itself after an error; the others only while nobody has a file
   * open for writing.
   */
  turnReadOnly(): void {
    run("mount", ["-o", this.fileSystem === "ext4" ? "remount,abort" : "remount,ro", this.path]);
  }

  /** Pulls it: gone from its place, and its device with it. */
  pull(): void {
    run("umount", ["-l", this.path]);
    if (this.#device !== undefined) attempt("losetup", ["-d", this.#device]);
    this.#device = undefined;
  }

  /** Pulls it and mounts another, empty one of the same kind at its place (not tmpfs). */
  async replace(): Promise<void> {
    this.#needsDisk("be replaced");
    if (this.#isMounted()) this.pull();
    rmSync(this.#image);
    await this.make();
  }

  /** Makes it slow (not tmpfs): no more than so many bytes are written in a second. 0: as fast as it can. */
  throttle(bytesPerSecond: number): void {
    this.#needsDisk("be slow");
    const numbers = readFileSync(`/sys/block/${basename(this.device)}/dev`, "utf8").trim();
    writeFileSync(THROTTLE, `${numbers} ${bytesPerSecond}`);
    this.#isThrottled = bytesPerSecond > 0;
  }

  /** Fills it with a file of nothing until `leaveBytes` are free. */
  fill(leaveBytes = 0): void {
    const bytes = Math.floor(this.freeBytes - leaveBytes);
    if (bytes > 0) run("fallocate", ["-l", String(bytes), join(this.path, "filler")]);
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

  [Symbol.dispose](): void {
    this.dispose();
  }

  #mount(): void {
    const what =
      this.fileSystem === "tmpfs"
        ? ["-t", "tmpfs", "-o", `size=${this.#sizeBytes}`, "nightjar"]
        : [this.device];
    run("mount", [...what, this.path]);
  }

  #needsDisk(what: string): void {
    if (this.fileSystem === "tmpfs") throw failed(`a tmpfs cannot ${what}: choose ext4 or xfs`);
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
  if (status !== 0) throw failed(`${tool} ${args.join(" ")}: ${error?.message ?? stderr.trim()}`);
  return stdout;
}

function attempt(tool: string, args: readonly string[]): boolean {
  return spawnSync(tool, args, { stdio: "ignore" }).status === 0;
}

function failed(message: string): NightjarError {
  return new NightjarError("NJ_TEST_VOLUME", "failed-precondition", message);
}
