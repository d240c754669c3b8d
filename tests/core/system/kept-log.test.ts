import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { createLog } from "../../../core/log.ts";
import { KeptLog, LOG_FILE_BYTES, LOGS_FOLDER } from "../../../core/system/kept-log.ts";
import { readLog } from "../../../core/system/log-reader.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";

const SPEAKER = join(import.meta.dirname, "kept-log-speaker.ts");
const line = (given: Record<string, unknown>) =>
  `${JSON.stringify({ level: "notice", time: "2026-01-01T00:00:00.000Z", process: "core", message: "x", ...given })}\n`;

describe("the kept log", () => {
  it("holds what a process said, also what it said last", async () => {
    using dir = tempDir();
    const kept = new KeptLog(dir.path, "media");
    const log = createLog({
      level: "notice",
      fields: { process: "media" },
      destination: { write: (text: string) => kept.keep(text) },
    });
    log.notice("a camera is back", { camera: "yard" });
    log.info("not asked for");
    await waitFor(async () => (await readLog(dir.path, { limit: 10, level: "debug" })).length === 1);
    log.error("process fails");
    await kept.close();
    const lines = await readLog(dir.path, { limit: 10, level: "debug" });
    assert.deepEqual(
      lines.map(({ process, level, message, fields }) => [process, level, message, fields]),
      [
        ["media", "notice", "a camera is back", { camera: "yard" }],
        ["media", "error", "process fails", {}],
      ],
    );
    assert.equal((await stat(join(dir.path, LOGS_FOLDER, "media.log"))).mode & 0o777, 0o600);
  });

  it("holds the last line as soon as it is closed, also one that was on its way: the process ends right then", async () => {
    using dir = tempDir();
    for (let round = 0; round < 20; round += 1) {
      const kept = new KeptLog(dir.path, `round-${round}`);
      const file = join(dir.path, LOGS_FOLDER, `round-${round}.log`);
      kept.keep("first\n");
      await waitFor(() => existsSync(file) && readFileSync(file, "utf8") === "first\n");
      kept.keep("last\n");
      await kept.close();
      assert.equal(readFileSync(file, "utf8"), "first\nlast\n");
    }
  });

  it("stays small: one older file, then it is gone", async () => {
    using dir = tempDir();
    const kept = new KeptLog(dir.path, "core");
    const folder = join(dir.path, LOGS_FOLDER);
    const long = "y".repeat(100_000);
    for (let index = 0; index < 30; index += 1) {
      kept.keep(line({ message: `${index} ${long}` }));
      await waitFor(async () => (await readdirSafely(folder)).length > 0 && (await isWritten(folder, index)));
    }
    const sizes = await Promise.all(
      (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size),
    );
    assert.equal(sizes.length, 2);
    for (const size of sizes) assert.ok(size <= LOG_FILE_BYTES + 200_000, String(size));
  });

  it("never fails its process when the disk takes nothing", async () => {
    using dir = tempDir();
    await writeFile(join(dir.path, LOGS_FOLDER), "a file where the folder should be");
    const kept = new KeptLog(dir.path, "core");
    for (let index = 0; index < 100; index += 1) kept.keep(line({ message: "z".repeat(10_000) }));
    await kept.close();
    assert.deepEqual(await readLog(dir.path, { limit: 10, level: "debug" }), []);
  });
});

describe("a process whose standard error nobody reads", () => {
  it("goes on, and ends: a terminal may be stopped, a pipe not be read", { timeout: 60_000 }, async () => {
    using dir = tempDir();
    const child = spawn(process.execPath, [SPEAKER, dir.path], { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    // Never read: the pipe holds 64 KiB, and the child says more than a megabyte.
    child.stderr.pause();
    try {
      await waitFor(() => said.includes("has said all") || undefined, { what: "the process to go on" });
      await waitFor(() => said.includes("has closed") || undefined, {
        what: "the process to come to its end",
      });
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("is told all that was said where somebody reads, to the last line", async () => {
    using dir = tempDir();
    const child = spawn(process.execPath, [SPEAKER, dir.path], { stdio: ["ignore", "ignore", "pipe"] });
    let last = "";
    for await (const chunk of child.stderr) last = `${last}${String(chunk)}`.slice(-5_000);
    assert.match(last, /"the last line"}\n$/);
  });
});

describe("reading the log", () => {
  it("merges processes by time, filters by level and process, and gives the newest", async () => {
    using dir = tempDir();
    const folder = join(dir.path, LOGS_FOLDER);
    await mkdir(folder);
    await writeFile(
      join(folder, "core.log"),
      [1, 3, 5].map((s) => line({ time: `2026-01-01T00:00:0${s}.000Z` })).join(""),
    );
    await writeFile(
      join(folder, "media.log"),
      [2, 4]
        .map((s) => line({ time: `2026-01-01T00:00:0${s}.000Z`, level: "warn", process: "media" }))
        .join(""),
    );
    const times = async (query: Parameters<typeof readLog>[1]) =>
      (await readLog(dir.path, query)).map(({ time }) => Number(time.slice(17, 19)));
    assert.deepEqual(await times({ limit: 10, level: "debug" }), [1, 2, 3, 4, 5]);
    assert.deepEqual(await times({ limit: 2, level: "debug" }), [4, 5]);
    assert.deepEqual(await times({ limit: 10, level: "warn" }), [2, 4]);
    assert.deepEqual(await times({ limit: 10, level: "debug", process: "core" }), [1, 3, 5]);
  });

  it("gives the lines of one plugin: its own, and those about it", async () => {
    using dir = tempDir();
    const folder = join(dir.path, LOGS_FOLDER);
    await mkdir(folder);
    const names = ["nightjar-a", undefined, "nightjar-ab", "nightjar-a"];
    await writeFile(join(folder, "core.log"), names.map((plugin, at) => line({ plugin, at })).join(""));
    const lines = await readLog(dir.path, { limit: 10, level: "debug", plugin: "nightjar-a" });
    assert.deepEqual(
      lines.map(({ fields }) => fields["at"]),
      [0, 3],
    );
  });

  it("takes what sounds like a secret out, and leaves out what is no line of the log", async () => {
    using dir = tempDir();
    const folder = join(dir.path, LOGS_FOLDER);
    await mkdir(folder);
    await writeFile(
      join(folder, "core.log"),
      [
        line({
          message: "cannot reach rtsp://admin:canary-1@192.0.2.1/",
          url: "http://u:canary-2@h/",
          password: "canary-3",
        }),
        "half a line",
        line({ level: "loud", message: "canary-4" }),
        line({ time: "yesterday", message: "canary-5" }),
        line({ message: "m".repeat(9_000), far: "f".repeat(9_000) }),
      ].join("\n"),
    );
    const lines = await readLog(dir.path, { limit: 10, level: "debug" });
    assert.equal(lines.length, 2);
    assert.doesNotMatch(JSON.stringify(lines), /canary/);
    assert.ok(JSON.stringify(lines[1]).length < 7_000);
  });

  it("looks at files of its own names only, and at the newest part of a large one", async () => {
    using dir = tempDir();
    const folder = join(dir.path, LOGS_FOLDER);
    await mkdir(folder);
    await writeFile(join(dir.path, "secrets.json"), line({ message: "canary" }));
    await writeFile(join(folder, "x-y.log"), line({ message: "canary" }));
    await writeFile(join(folder, "core.log.2"), line({ message: "canary" }));
    await writeFile(join(folder, "core.log"), line({ message: "n" }).repeat(50_000));
    const lines = await readLog(dir.path, { limit: 100_000, level: "debug" });
    assert.ok(lines.length > 1_000 && lines.length < 10_000, String(lines.length));
    assert.doesNotMatch(JSON.stringify(lines.slice(0, 50)), /canary/);
  });
});

async function readdirSafely(folder: string): Promise<string[]> {
  return await readdir(folder).catch(() => []);
}

async function isWritten(folder: string, index: number): Promise<boolean> {
  const text = await readFile(join(folder, "core.log"), "utf8").catch(() => "");
  return text.includes(`"${index} `);
}
