import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { getPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { createLog, silentLog } from "../../../core/log.ts";
import { livingOwner, lockDataDir, processStartTime } from "../../../core/supervisor/data-lock.ts";
import { Supervisor } from "../../../core/supervisor/supervisor.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";

const root = await mkdtemp(join(tmpdir(), "nightjar-supervisor-"));
after(() => rm(root, { recursive: true, force: true }));
let number = 0;
const freshDir = async () => mkdtemp(join(root, `d${number++}-`));

describe("the lock on a data directory", () => {
  it("refuses a second process and names the first", async () => {
    const dir = await freshDir();
    const lock = await lockDataDir(dir);
    await assert.rejects(lockDataDir(dir), {
      code: "NJ_DATA_DIR_BUSY",
      message: new RegExp(`process ${process.pid}`),
    });
    await lock.release();
    await (await lockDataDir(dir)).release();
  });

  it("is taken over from a process that is dead", async () => {
    const dir = await freshDir();
    const child = spawn(process.execPath, ["-e", ""]);
    const startTime = await processStartTime(child.pid ?? 0);
    await once(child, "exit");
    const bootId = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
    await writeFile(join(dir, "nightjar.lock"), JSON.stringify({ pid: child.pid, startTime, bootId }));
    assert.equal(await livingOwner(dir), undefined);
    await (await lockDataDir(dir)).release();
  });

  it("is taken over from one that has ended and that nobody fetches", async (t) => {
    const dir = await freshDir();
    // The shell becomes a program that knows nothing of its child.
    const parent = spawn("sh", ["-c", "sleep 0.2 & echo $!; exec sleep 60"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    t.after(() => parent.kill("SIGKILL"));
    const pid = Number(String((await once(parent.stdout, "data"))[0]));
    const startTime = await processStartTime(pid);
    const bootId = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
    await writeFile(join(dir, "nightjar.lock"), JSON.stringify({ pid, startTime, bootId }));
    await waitFor(async () => (await livingOwner(dir)) === undefined, { what: "the end of the owner" });
    assert.notEqual(startTime, "", "it was there, and still is");
    assert.equal(await processStartTime(pid), startTime);
    await (await lockDataDir(dir)).release();
  });

  it("is taken over when the pid belongs to another process by now", async () => {
    const dir = await freshDir();
    const bootId = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
    await writeFile(join(dir, "nightjar.lock"), JSON.stringify({ pid: process.pid, startTime: "1", bootId }));
    await (await lockDataDir(dir)).release();
  });

  it("is taken over after a reboot", async () => {
    const dir = await freshDir();
    const startTime = await processStartTime(process.pid);
    await writeFile(
      join(dir, "nightjar.lock"),
      JSON.stringify({ pid: process.pid, startTime, bootId: "another" }),
    );
    await (await lockDataDir(dir)).release();
  });

  it("survives a lock file that holds rubbish", async () => {
    const dir = await freshDir();
    await writeFile(join(dir, "nightjar.lock"), "{");
    await (await lockDataDir(dir)).release();
  });

  it("says what is wrong when the directory cannot be written", async () => {
    await assert.rejects(lockDataDir(join(root, "missing")), {
      code: "NJ_DATA_DIR_UNUSABLE",
      message: /ENOENT/,
    });
  });
});

describe("the supervisor", () => {
  // A child that behaves as `core/main.ts process ROLE` does towards its supervisor.
  const child = `
    const send = (message) => process.connected && process.send(message);
    setInterval(() => send({ type: "alive" }), 200);
    send({ type: "ready", facts: { pid: process.pid, environment: process.env } });
    process.on("message", (message) => { if (message.type === "stop") process.exit(0); });
    process.on("disconnect", () => process.exit(0));
  `;

  async function supervised(roles: readonly ("media" | "core" | "gateway")[]) {
    const dir = await freshDir();
    const entry = join(dir, "child.mjs");
    await writeFile(entry, child);
    const facts: { role: string; pid: number; environment: Record<string, string> }[] = [];
    let waiting: { count: number; resolve: () => void } | undefined;
    const supervisor = new Supervisor({
      dataDir: join(dir, "data"),
      entry,
      args: [],
      log: silentLog,
      roles,
      onFacts: (role, fact) => {
        facts.push({ role, ...(fact as { pid: number; environment: Record<string, string> }) });
        if (waiting !== undefined && facts.length >= waiting.count) waiting.resolve();
      },
    });
    const untilReady = (count: number) => {
      const ready = Promise.withResolvers<void>();
      waiting = { count, resolve: ready.resolve };
      if (facts.length >= count) ready.resolve();
      return ready.promise;
    };
    return { dir, supervisor, facts, untilReady };
  }

  it("starts every process and starts one again that was killed", async () => {
    const { supervisor, facts, untilReady } = await supervised(["media", "core"]);
    await supervisor.start();
    await untilReady(2);
    const media = facts.find(({ role }) => role === "media");
    process.kill(media?.pid ?? 0, "SIGKILL");
    await untilReady(3);
    assert.equal(facts[2]?.role, "media");
    assert.notEqual(facts[2]?.pid, media?.pid);
    await supervisor.stop();
  });

  it("keeps the folder in which its processes meet for its own account alone, also one that was open to others", async () => {
    const { dir, supervisor, untilReady } = await supervised(["media"]);
    const run = join(dir, "data", "run");
    await mkdir(run, { recursive: true });
    await chmod(run, 0o755);
    await supervisor.start();
    await untilReady(1);
    assert.equal((await stat(run)).mode & 0o777, 0o700);
    await supervisor.stop();
  });

  it("gives its children none of the owner's environment but what they need", async () => {
    process.env["AWS_SECRET_ACCESS_KEY"] = "canary";
    const { supervisor, facts, untilReady } = await supervised(["media"]);
    await supervisor.start();
    await untilReady(1);
    delete process.env["AWS_SECRET_ACCESS_KEY"];
    assert.equal(JSON.stringify(facts[0]?.environment).includes("canary"), false);
    assert.equal(typeof facts[0]?.environment["PATH"], "string");
    await supervisor.stop();
  });

  it("runs a process on demand only while core has work for it, once however often it is told", async () => {
    const { dir, supervisor, facts } = await supervised(["core"]);
    const entry = join(dir, "child.mjs");
    // Core wants it twice at once, and no more as soon as it is there.
    await writeFile(
      entry,
      `${child}
      if (process.argv.includes("core")) {
        const want = (wanted) => send({ type: "want", role: "analysis", wanted });
        want(true);
        want(true);
        let isDone = false;
        process.on("message", ({ processes = [] }) => {
          if (isDone || !processes.some(({ role, status }) => role === "analysis" && status === "ready")) return;
          isDone = true;
          want(false);
        });
      }`,
    );
    await supervisor.start();
    await waitFor(() => facts.some(({ role }) => role === "analysis") || undefined, { deadlineMs: 10_000 });
    const pid = facts.find(({ role }) => role === "analysis")?.pid ?? 0;
    await waitFor(() => (isGone(pid) ? true : undefined), { deadlineMs: 10_000, what: "its end" });
    await supervisor.stop();
    assert.deepEqual(facts.map(({ role }) => role).toSorted(), ["analysis", "core"]);
  });

  it("goes on when a process cannot be started, and starts the next that is wanted", async () => {
    const { dir, supervisor, facts } = await supervised(["core"]);
    // A file in the place of the folder of flows.
    await mkdir(join(dir, "data"));
    await writeFile(join(dir, "data", "flows"), "");
    await writeFile(
      join(dir, "child.mjs"),
      `${child}
      if (process.argv.includes("core")) {
        send({ type: "want", role: "flows", wanted: true });
        send({ type: "want", role: "analysis", wanted: true });
      }`,
    );
    await supervisor.start();
    await waitFor(() => facts.some(({ role }) => role === "analysis") || undefined, { deadlineMs: 10_000 });
    await supervisor.stop();
    assert.deepEqual(facts.map(({ role }) => role).toSorted(), ["analysis", "core"]);
  });

  it("lets recording go first: the others step back when there is too little time for all", async (t) => {
    const { supervisor, facts, untilReady } = await supervised(["media", "core"]);
    await supervisor.start();
    t.after(() => supervisor.stop());
    await untilReady(2);
    const nicenessOf = (role: string): number =>
      getPriority(facts.find((fact) => fact.role === role)?.pid ?? 0) - getPriority();
    assert.equal(nicenessOf("media"), 0);
    assert.equal(nicenessOf("core"), Math.min(19, getPriority() + 5) - getPriority());
  });

  it("waits for the children of one that was killed, kills those that stay, and nobody else", async (t) => {
    const { dir, supervisor, untilReady } = await supervised(["media"]);
    const ending = spawn("sleep", ["0.3"]);
    const staying = spawn("sleep", ["60"]);
    t.after(() => {
      for (const child of [ending, staying]) child.kill("SIGKILL");
    });
    // Its pid has been given to somebody else since: to us.
    const stranger = { pid: process.pid, startTime: "1" };
    const leftovers = [stranger];
    for (const { pid = 0 } of [ending, staying])
      leftovers.push({ pid, startTime: await processStartTime(pid) });
    const ends = Promise.all([once(ending, "exit"), once(staying, "exit")]);
    const run = join(dir, "data", "run");
    await mkdir(run, { recursive: true });
    await writeFile(join(run, "children.json"), JSON.stringify(leftovers));
    await writeFile(join(run, "media.sock"), "");
    await supervisor.start();
    await untilReady(1);
    assert.deepEqual(await ends, [
      [0, null],
      [null, "SIGKILL"],
    ]);
    assert.deepEqual(
      (await readdir(run)).filter((name) => name === "media.sock"),
      [],
    );
    await supervisor.stop();
  });

  it("releases the data directory when it stops", async () => {
    const { dir, supervisor, untilReady } = await supervised(["media"]);
    await supervisor.start();
    await untilReady(1);
    await assert.rejects(lockDataDir(join(dir, "data")), { code: "NJ_DATA_DIR_BUSY" });
    await supervisor.stop();
    await (await lockDataDir(join(dir, "data"))).release();
  });
});

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}

describe("a process on demand that cannot be started", () => {
  /** As each process does, it says that it is ready and alive; `more` is what the core does, and what others do at their end. */
  async function demanding(more: {
    readonly core: string;
    readonly end?: string;
    readonly begin?: string;
    readonly roles?: readonly ("core" | "media")[];
  }) {
    const dataDir = await freshDir();
    const entry = join(await freshDir(), "entry.mjs");
    await writeFile(
      entry,
      `const want = (role, wanted) => process.send({ type: "want", role, wanted });
       setInterval(() => process.send({ type: "alive" }), 200);
       const ready = () => process.send({ type: "ready", facts: {} });
       ${more.begin ?? "ready();"}
       if (process.argv[3] === "core") { ${more.core} }
       process.on("message", ({ type }) => { if (type === "stop") { ${more.end ?? ""} process.exit(0); } });
       process.on("disconnect", () => process.exit(0));
       process.on("SIGTERM", () => process.exit(0));`,
    );
    const problems: string[] = [];
    const lines: string[] = [];
    const args: string[] = [];
    const announced: string[][] = [];
    const supervisor = new Supervisor({
      ...{ dataDir, entry, args, roles: more.roles ?? ["core"] },
      onReady: (facts) => void announced.push(Object.keys(facts).toSorted()),
      log: createLog({ destination: { write: (line) => void lines.push(line) } }),
      onProblem: (role, reason) => void problems.push(`${role}: ${reason}`),
    });
    const statusOf = async (wanted: string) => {
      const text = await readFile(join(dataDir, "run", "processes.json"), "utf8").catch(() => "[]");
      return (
        JSON.parse(text) as { role: string; status: string; restarts: number; problem?: string }[]
      ).find(({ role }) => role === wanted);
    };
    return { dataDir, supervisor, args, problems, lines, announced, statusOf };
  }
  const WANTS_FLOWS = 'want("flows", true);';

  it("is tried again, and the reason is told until it runs", async (t) => {
    const { dataDir, supervisor, problems, statusOf } = await demanding({ core: WANTS_FLOWS });
    // Where its folder should be made.
    await writeFile(join(dataDir, "flows"), "");
    await supervisor.start();
    t.after(() => supervisor.stop());
    await waitFor(async () => ((await statusOf("flows"))?.restarts ?? 0) > 0, { what: "a second try" });
    assert.match((await statusOf("flows"))?.problem ?? "", /EEXIST/);
    await rm(join(dataDir, "flows"));
    await waitFor(async () => (await statusOf("flows"))?.status === "ready", { what: "a start" });
    assert.deepEqual(problems.length, 1, problems.join());
  });

  it("is tried again also where the system made no process of it", async (t) => {
    const { supervisor, args, problems, statusOf } = await demanding({ core: WANTS_FLOWS });
    await supervisor.start();
    t.after(() => supervisor.stop());
    // No system takes this: forking throws, as without memory.
    args.push("\0");
    await waitFor(() => problems.length > 0, { what: "the problem to be told" });
    assert.match(problems.join(), /flows: .*null bytes/);
    args.pop();
    await waitFor(async () => (await statusOf("flows"))?.status === "ready", { what: "a start" });
  });

  it("holds up nobody: that the others are ready is told without it", async (t) => {
    const mark = join(await freshDir(), "begun");
    const { supervisor, announced } = await demanding({
      ...{ core: 'want("analysis", true);', roles: ["core", "media"] },
      // Media is ready once analysis is there, which never is.
      begin: `const { existsSync, writeFileSync } = await import("node:fs");
        const mark = ${JSON.stringify(mark)};
        if (process.argv[3] === "core") ready();
        else if (process.argv[3] === "analysis") writeFileSync(mark, "");
        else {
          const look = setInterval(() => {
            if (!existsSync(mark)) return;
            clearInterval(look);
            ready();
          }, 20);
        }`,
    });
    await supervisor.start();
    t.after(() => supervisor.stop());
    await waitFor(() => announced.length > 0, { what: "what is there to be told as ready" });
    assert.deepEqual(announced, [["core", "media"]]);
  });

  it("is not tried again once nobody wants it, whatever is done before that", async () => {
    const { dataDir, supervisor, lines, statusOf } = await demanding({
      core: `${WANTS_FLOWS} want("analysis", true);
        setTimeout(() => { want("analysis", false); want("flows", false); }, 300);`,
      // Until after flows would be tried again.
      end: 'if (process.argv[3] === "analysis") { setTimeout(() => process.exit(0), 1_200); return; }',
    });
    await writeFile(join(dataDir, "flows"), "");
    await supervisor.start();
    await waitFor(() => statusOf("analysis"), { what: "the other process" });
    await waitFor(async () => (await statusOf("analysis")) === undefined, { what: "its end" });
    await supervisor.stop();
    const failures = lines.filter((line) => line.includes("a process cannot be started"));
    assert.equal(failures.length, 1, failures.join(""));
  });
});
