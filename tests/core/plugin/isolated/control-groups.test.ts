// Control groups of plugins: the branch that was handed over is found and made ready, a plugin's process is in its group
// before anything of it runs, and nothing of it is left. By a folder with the files of a group; by the kernel where it lets us.
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { systemClock } from "../../../../core/clock.ts";
import { branchFolder, groupName, openBranch } from "../../../../core/plugin/isolated/control-groups.ts";
import { IsolatedProcess } from "../../../../core/plugin/isolated/isolated-process.ts";
import { controllerFolders, openTrees } from "../../../../core/plugin/isolated/old-control-groups.ts";
import {
  type ControllerFolders,
  endGroup,
  PluginGroup,
} from "../../../../core/plugin/isolated/plugin-group.ts";
import { checkPluginBounds } from "../../../../core/system/doctor/plugin-checks.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../../core/testing/wait-for.ts";
import { CHILD_CORE } from "../../../support/child-core.ts";
import { loadStranger } from "../../../support/stranger.ts";

const BOUNDS = { memoryBytes: 64 * 1024 ** 2, processorPercent: 100, tasks: 32 };
const MOUNTS = `24 1 0:22 / /sys/fs/cgroup ro,nosuid shared:9 - tmpfs tmpfs ro
35 24 0:30 / /sys/fs/cgroup/unified rw,nosuid shared:11 - cgroup2 cgroup2 rw
`;

describe("the branch that was handed over", () => {
  it("is found by what /proc says of the process and of the mounts", () => {
    const unit = "/sys/fs/cgroup/unified/system.slice/nightjar.service";
    const groups = (path: string) => `3:cpu,cpuacct:/elsewhere\n0::${path}\n`;
    assert.equal(branchFolder(groups("/system.slice/nightjar.service"), MOUNTS), unit);
    assert.equal(branchFolder(groups("/system.slice/nightjar.service/recorder"), MOUNTS), unit);
    const inner = MOUNTS.replace("0:30 / ", "0:30 /docker/a ");
    assert.equal(branchFolder(groups("/docker/a/nightjar"), inner), "/sys/fs/cgroup/unified/nightjar");
    for (const [path, mounts] of [
      ["/", MOUNTS],
      ["/recorder", MOUNTS],
      ["/../other", MOUNTS],
      ["/system.slice", ""],
      ["/docker/another", inner],
    ] as const)
      assert.equal(branchFolder(groups(path), mounts), undefined, path);
    assert.equal(branchFolder("3:cpu:/a\n", MOUNTS), undefined);
  });

  it("is cleared of processes before groups below it are bounded", async (t) => {
    const branch = branchOf(t, "cpu io memory pids");
    assert.deepEqual(await openBranch(branch), { folder: branch });
    assert.equal(readFileSync(join(branch, "recorder/cgroup.procs"), "utf8"), "12");
    assert.equal(readFileSync(join(branch, "cgroup.subtree_control"), "utf8"), "+cpu +memory +pids");
  });

  it("is left alone where it lacks a controller, or is not ours", async (t) => {
    const branch = branchOf(t, "cpu pids");
    assert.equal(await openBranch(branch), undefined);
    assert.equal(existsSync(join(branch, "recorder")), false);
    assert.equal(await openBranch(join(branch, "none")), undefined);
  });

  function branchOf(t: { after(fn: () => void): void }, controllers: string): string {
    const root = tempDir("nightjar-branch-");
    t.after(() => root.remove());
    writeFileSync(root.join("cgroup.controllers"), `${controllers}\n`);
    writeFileSync(root.join("cgroup.procs"), "11\n12\n");
    return root.path;
  }
});

describe("a plugin's group", () => {
  it("has its bounds, and a process enters it before it becomes the plugin's", async () => {
    using root = tempDir("nightjar-group-");
    const folder = root.join(groupName("@me/nightjar-camera-a b", 3));
    assert.match(folder, /\/plugin-_me_nightjar-camera-a_b-\d+-3$/);
    const group = await PluginGroup.make(folder, BOUNDS);
    const read = (file: string) => readFileSync(join(folder, file), "utf8");
    assert.deepEqual(["memory.max", "memory.swap.max", "memory.oom.group", "cpu.max", "pids.max"].map(read), [
      "67108864",
      "0",
      "1",
      "100000 100000",
      "32",
    ]);
    const { command, args } = group.entered(process.execPath, [
      "-p",
      "process.pid + ' ' + process.argv[1]",
      "a b",
    ]);
    const ran = spawnSync(command, args, { encoding: "utf8", env: {} });
    assert.equal(ran.stdout, `${read("cgroup.procs").trim()} a b\n`, ran.stderr);
  });

  it("lets nothing run that it does not take in", async () => {
    using root = tempDir("nightjar-group-");
    const group = await PluginGroup.make(root.join("group"), BOUNDS);
    const { command, args } = group.entered("/bin/sh", ["-c", "echo ran"]);
    const elsewhere = args.map((arg) => arg.replace(root.join("group"), root.join("gone")));
    const ran = spawnSync(command, elsewhere, { encoding: "utf8" });
    assert.deepEqual([ran.status, ran.stdout], [97, ""]);
  });

  it("says when the kernel has ended it for its memory", async () => {
    using root = tempDir("nightjar-group-");
    const group = await PluginGroup.make(root.join("group"), BOUNDS);
    assert.equal(group.wentBeyond(), undefined);
    writeFileSync(root.join("group/memory.events"), "low 0\nmax 9\noom 1\noom_kill 0\n");
    assert.equal(group.wentBeyond(), undefined);
    writeFileSync(root.join("group/memory.events"), "low 0\nmax 9\noom 1\noom_kill 2\n");
    assert.match(group.wentBeyond() ?? "", /more than the 64 MB of memory/);
  });

  it("is that of a stranger's process where there is a branch, and its status and doctor say so", async (t) => {
    using root = tempDir("nightjar-stranger-");
    mkdirSync(root.join("branch"));
    const stranger = await loadStranger({ root: root.path, groups: { folder: root.join("branch") } });
    t.after(() => stranger.host.stop());
    assert.equal(stranger.status().status, "running", stranger.status().reason);
    assert.equal(stranger.status().bounds, "control-group");
    const [made = ""] = readdirSync(root.join("branch"));
    const entered = readFileSync(root.join("branch", made, "cgroup.procs"), "utf8").trim();
    assert.match(readFileSync(`/proc/${entered}/cmdline`, "utf8"), /nightjar-camera-stranger/);
    assert.match(checkPluginBounds([stranger.status()])[0]?.message ?? "", /the kernel holds/);
    assert.match(
      checkPluginBounds([{ name: "a", status: "running", bounds: "watch" }])[0]?.message ?? "",
      /looks/,
    );
    assert.deepEqual(checkPluginBounds([{ name: "a", status: "running" }]), []);
    await stranger.host.stop();
    assert.equal(readFileSync(root.join("branch", made, "cgroup.kill"), "utf8"), "1");
  });

  for (const [what, top, isGivenUp] of [
    ["was given up before it was started", "", true],
    ["ended by itself", "process.exit(3);", false],
  ] as const) {
    it(`goes where its plugin ${what}`, async () => {
      using root = tempDir("nightjar-group-");
      mkdirSync(root.join("branch"));
      writeFileSync(root.join("index.js"), top);
      const start = IsolatedProcess.start({
        ...{ name: "nightjar-camera-a", folder: root.path, entry: "index.js", version: "0.1.0" },
        ...{ storageDir: root.join("storage"), cacheDir: root.join("cache"), config: {} },
        ...{ network: "unasked", walls: { way: "process" }, groups: { folder: root.join("branch") } },
        ...{ core: CHILD_CORE, clock: systemClock, handlers: {}, onEnd: () => undefined },
        signal: isGivenUp ? AbortSignal.abort() : new AbortController().signal,
      });
      await assert.rejects(start, isGivenUp ? /stopped before it was set up/ : /ended with code 3/);
      const [made = "", ...others] = readdirSync(root.join("branch"));
      assert.deepEqual([made.startsWith("plugin-"), others], [true, []]);
      assert.equal(readFileSync(root.join("branch", made, "cgroup.kill"), "utf8"), "1");
    });
  }
});

describe("the trees of version 1", () => {
  const mount = (root: string, place: string, controllers: string) =>
    `36 31 0:33 ${root} /sys/fs/cgroup/${place} rw,relatime - cgroup cgroup rw,${controllers}\n`;

  it("are found by what /proc says, mounted alone or together, whole or from a container's own group on", () => {
    const mounts = `${MOUNTS}${mount("/", "memory", "memory")}${mount("/", "cpu,cpuacct", "cpu,cpuacct")}`;
    assert.deepEqual(controllerFolders("9:memory:/a\n4:cpu,cpuacct:/b/c\n0::/\n", mounts), {
      memory: "/sys/fs/cgroup/memory/a",
      cpu: "/sys/fs/cgroup/cpu,cpuacct/b/c",
    });
    const inner = `${mount("/docker/a", "memory", "memory")}${mount("/docker/a", "cpu", "cpu")}${mount("/", "pids", "pids")}`;
    assert.deepEqual(controllerFolders("9:memory:/docker/a\n4:cpu:/docker/a/b\n3:pids:/\n", inner), {
      memory: "/sys/fs/cgroup/memory",
      cpu: "/sys/fs/cgroup/cpu/b",
      pids: "/sys/fs/cgroup/pids",
    });
    for (const groups of ["9:memory:/a\n", "9:memory:/a\n4:cpu:/../b\n", "0::/a\n"])
      assert.equal(controllerFolders(groups, mounts), undefined, groups);
    assert.equal(controllerFolders("9:memory:/elsewhere\n4:cpu:/docker/a\n", inner), undefined);
  });

  it("hold a plugin's group each, with its bounds, and a process enters all of them", async () => {
    using root = tempDir("nightjar-trees-");
    const trees = treesBelow(root.path);
    const group = await PluginGroup.makeOld(trees, "plugin-a-1-1", BOUNDS);
    const read = (file: string) => readFileSync(root.join(file.replace("/", "/plugin-a-1-1/")), "utf8");
    assert.deepEqual(
      [
        "memory/memory.limit_in_bytes",
        "memory/memory.memsw.limit_in_bytes",
        "cpu/cpu.cfs_period_us",
        "cpu/cpu.cfs_quota_us",
        "pids/pids.max",
      ].map(read),
      ["67108864", "67108864", "100000", "100000", "32"],
    );
    const { command, args } = group.entered("/bin/sh", ["-c", 'echo $$ "$1"', "sh", "a b"]);
    const ran = spawnSync(command, args, { encoding: "utf8", env: {} });
    const pid = ["memory", "cpu", "pids"].map((tree) => read(`${tree}/cgroup.procs`).trim());
    assert.deepEqual([ran.stdout, new Set(pid).size], [`${pid[0]} a b\n`, 1], ran.stderr);
    assert.equal(group.wentBeyond(), undefined);
    writeFileSync(root.join("memory/plugin-a-1-1/memory.oom_control"), "under_oom 0\noom_kill 1\n");
    assert.match(group.wentBeyond() ?? "", /more than the 64 MB/);
  });

  it("are cleared of what a killed recorder has left, and of nothing of others", async () => {
    using root = tempDir("nightjar-trees-");
    const trees = treesBelow(root.path);
    // A number that no process has.
    const names = ["plugin-left-999999999-1", `plugin-mine-${process.pid}-1`, "plugin-of-somebody", "other"];
    for (const name of names) mkdirSync(join(trees.cpu, name));
    assert.deepEqual(await openTrees(trees), trees);
    const ended = names.filter((name) => existsSync(join(trees.cpu, name, "cgroup.kill")));
    assert.deepEqual(ended, ["plugin-left-999999999-1"]);
    assert.equal(await openTrees({ ...trees, memory: root.join("none") }), undefined);
  });

  function treesBelow(root: string): ControllerFolders & { readonly pids: string } {
    const [memory, cpu, pids] = ["memory", "cpu", "pids"].map((tree) => join(root, tree)) as [
      string,
      string,
      string,
    ];
    for (const tree of [memory, cpu, pids]) mkdirSync(tree);
    return { memory, cpu, pids };
  }
});

const oldGround = kernelTrees();

describe("the kernel's own control groups of version 1", {
  skip: typeof oldGround === "string" ? oldGround : false,
}, () => {
  const trees = oldGround as ControllerFolders;
  after(() => {
    for (const tree of Object.values(trees)) {
      for (const entry of readdirSync(tree, { withFileTypes: true }))
        if (entry.isDirectory()) rmdirSync(join(tree, entry.name));
      rmdirSync(tree);
    }
  });

  it("end a plugin that wants more memory than is allowed, which is named, and leave no group of it", async (t) => {
    using root = tempDir("nightjar-trees-");
    const stranger = await loadStranger({
      root: root.path,
      groups: { trees },
      streams: "Buffer.alloc(1e9, 1);",
    });
    t.after(() => stranger.host.stop());
    assert.deepEqual([stranger.status().status, stranger.status().bounds], ["running", "control-group"]);
    await assert.rejects(stranger.ask("camera"));
    const { reason } = await waitFor(() =>
      stranger.status().reason === undefined ? undefined : stranger.status(),
    );
    // By the kernel, or by the recorder where that looked first.
    assert.match(
      reason ?? "",
      /it wanted more than the 384 MB of memory|it took \d+ MB of memory; 384 MB are allowed/,
    );
    await stranger.host.stop();
    const left = () =>
      Object.values(trees).flatMap((tree) => readdirSync(tree).filter((name) => name.startsWith("plugin-")));
    await waitFor(() => left().length === 0, { what: "its groups to go with it" });
  });

  it("give a plugin no more of a processor than is allowed, and end all that is in a group", async () => {
    const group = await PluginGroup.makeOld(trees, groupName("busy", 1), { ...BOUNDS, processorPercent: 10 });
    const { command, args } = group.entered("/bin/sh", ["-c", "while :; do :; done"]);
    const busy = spawn(command, args, { stdio: "ignore" });
    const ended = once(busy, "exit");
    const throttled = () =>
      /^nr_throttled (\d+)$/m.exec(
        readFileSync(join(trees.cpu, groupName("busy", 1), "cpu.stat"), "utf8"),
      )?.[1];
    await waitFor(() => Number(throttled()) > 2, { what: "the kernel to hold it back" });
    await group.end();
    assert.deepEqual(await ended, [null, "SIGKILL"]);
    assert.equal(existsSync(join(trees.cpu, groupName("busy", 1))), false);
  });
});

const ground = kernelGround();

describe("the kernel's own control groups", { skip: typeof ground === "string" ? ground : false }, () => {
  const branch = typeof ground === "string" ? "" : ground.branch;
  const present =
    branch === ""
      ? []
      : readFileSync(join(branch, "cgroup.controllers"), "utf8").split(/\s+/).filter(Boolean);
  after(() => {
    for (const name of readdirSync(branch, { withFileTypes: true }))
      if (name.isDirectory()) rmdirSync(join(branch, name.name));
    rmdirSync(branch);
  });

  it("take the recorder's processes into one of their own, and end and remove one with all that is in it", async (t) => {
    const recorder = sleeper(t, branch);
    await once(recorder.stdout as NodeJS.ReadableStream, "data");
    assert.deepEqual(await openBranch(branch, present.slice(0, 1)), { folder: branch });
    const groupOf = (pid: number | undefined) => readFileSync(`/proc/${pid}/cgroup`, "utf8");
    assert.match(groupOf(recorder.pid), /\/recorder$/m);
    // With a controller that bounds, this is `PluginGroup.make`.
    const left = join(branch, groupName("left", 1));
    mkdirSync(left);
    const plugin = sleeper(t, left);
    await once(plugin.stdout as NodeJS.ReadableStream, "data");
    assert.match(groupOf(plugin.pid), /\/plugin-left-/);
    const ended = once(plugin, "exit");
    await openBranch(branch, present.slice(0, 1));
    assert.deepEqual(await ended, [null, "SIGKILL"], "what a killed recorder has left is ended");
    assert.equal(existsSync(left), false);
    await endGroup(left);
    recorder.kill("SIGKILL");
    await once(recorder, "exit");
    await endGroup(join(branch, "recorder"));
    assert.equal(existsSync(join(branch, "recorder")), false);
  });

  it("end a process that wants more memory than is allowed, and say so", {
    skip: present.includes("memory") ? false : "the memory controller belongs to version 1 here",
  }, async () => {
    await openBranch(branch, ["cpu", "memory", "pids"]);
    const group = await PluginGroup.make(join(branch, groupName("hog", 2)), BOUNDS);
    const hog = "const all = []; for (;;) all.push(Buffer.alloc(4e6, 1));";
    const { command, args } = group.entered(process.execPath, ["-e", hog]);
    const { signal } = spawnSync(command, args, { timeout: 60_000 });
    assert.equal(signal, "SIGKILL");
    assert.match(group.wentBeyond() ?? "", /more than the 64 MB/);
    await group.end();
    assert.equal(
      readdirSync(branch).some((name) => name.startsWith("plugin-hog-")),
      false,
    );
  });
});

/** A process that enters a group, says so, and waits. */
function sleeper(t: { after(fn: () => void): void }, group: string): ChildProcess {
  const enter = 'echo $$ > "$1" && echo in && exec cat';
  const child = spawn("/bin/sh", ["-c", enter, "sh", join(group, "cgroup.procs")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  return child;
}

/** Trees of version 1 for these tests, or why there are none. */
function kernelTrees(): ControllerFolders | string {
  if (process.platform !== "linux" || process.getuid?.() !== 0)
    return "control groups of one's own need root on Linux";
  const mounts = readFileSync("/proc/mounts", "utf8");
  const treeOf = (controller: string): string | undefined => {
    const place = new RegExp(`^\\S+ (\\S+) cgroup rw\\S*\\b${controller}\\b`, "m").exec(mounts)?.[1];
    return place === undefined ? undefined : mkdtempSync(join(place, "nightjar-test-"));
  };
  try {
    const [memory, cpu] = [treeOf("memory"), treeOf("cpu")];
    if (memory !== undefined && cpu !== undefined) return { memory, cpu };
    for (const made of [memory, cpu]) if (made !== undefined) rmdirSync(made);
    return "control groups of version 1 are not mounted, or read-only";
  } catch {
    return "control groups of version 1 cannot be made here";
  }
}

/** A branch for these tests, or why there is none. */
function kernelGround(): { readonly branch: string } | string {
  if (process.platform !== "linux" || process.getuid?.() !== 0)
    return "control groups of one's own need root on Linux";
  const mount = readFileSync("/proc/mounts", "utf8").match(/^\S+ (\S+) cgroup2 \S*\brw\b/m)?.[1];
  if (mount === undefined) return "control groups of version 2 are not mounted, or read-only";
  try {
    return { branch: mkdtempSync(join(mount, "nightjar-test-")) };
  } catch {
    return "control groups cannot be made here";
  }
}
