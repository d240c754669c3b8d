// Who steps back, and who has a terminal to be kept from: what a process's session means to others.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { getPriority } from "node:os";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { sandboxed } from "../../core/media/ffmpeg/sandbox.ts";
import { hasTerminal, setNiceness, setNicenessOfAll } from "../../core/niceness.ts";

const NICENESS = new URL("../../core/niceness.ts", import.meta.url).href;
const ASK = `import(${JSON.stringify(NICENESS)}).then(({ hasTerminal }) => console.log(String(hasTerminal())));`;
const SCRIPT = "/usr/bin/script";

describe("a process that steps back", () => {
  it("does so within its session, or with all of it, which may be set beside others as a whole", async (t) => {
    const child = spawn("sleep", ["60"], { detached: true, stdio: "ignore" });
    t.after(() => child.kill("SIGKILL"));
    await once(child, "spawn");
    const pid = child.pid as number;
    const group = `/proc/${pid}/autogroup`;
    setNiceness(pid, 3);
    assert.equal(getPriority(pid), 3);
    if (existsSync(group)) assert.match(readFileSync(group, "utf8"), / nice 0$/m);
    setNicenessOfAll(pid, 12);
    assert.equal(getPriority(pid), 12);
    if (existsSync(group)) assert.match(readFileSync(group, "utf8"), / nice 12$/m);
    setNiceness(pid, 40);
    assert.equal(getPriority(pid), 19, "the system has no more than that");
  });

  it("that has ended is said to have", async () => {
    const child = spawn("true");
    await once(child, "exit");
    assert.throws(() => setNiceness(child.pid as number, 5), /ESRCH/);
    assert.throws(() => setNicenessOfAll(child.pid as number, 5), /ESRCH/);
  });
});

describe("a terminal", { skip: process.platform !== "linux" && "no /proc" }, () => {
  it("is none where a process leads a session, as the recorder's do", async () => {
    const child = spawn(process.execPath, ["-e", ASK], {
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
    });
    assert.equal((await text(child.stdout)).trim(), "false");
  });

  it("is there for who was started in one", { skip: !existsSync(SCRIPT) && "no script(1)" }, () => {
    const line = `'${process.execPath}' -e '${ASK}'`;
    const told = execFileSync(SCRIPT, ["--quiet", "--command", line, "/dev/null"], { encoding: "utf8" });
    assert.equal(told.trim(), "true");
  });

  it("is what ffmpeg is kept from by a session of its own; elsewhere it steps back with who started it", () => {
    const { args } = sandboxed({ bwrap: "/usr/bin/bwrap" }, "/usr/bin/ffmpeg", ["-version"]);
    assert.equal(args.includes("--new-session"), hasTerminal());
  });
});
