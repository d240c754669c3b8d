// npm as a child process: what it gets to know, what it may bring to the disk (attack list A12), and that nothing of it outlives
// its job.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { GrowthLimits } from "../../../../core/plugin/install/growth-watch.ts";
import { runNpm } from "../../../../core/plugin/install/npm-process.ts";
import { type TempDir, tempDir } from "../../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../../core/testing/wait-for.ts";

/** Runs a program as one of a project's scripts. */
function run(
  root: TempDir,
  program: string,
  options: { limitMs?: number; signal?: AbortSignal; growth?: GrowthLimits } = {},
): { done: Promise<string>; lines: string[] } {
  writeFileSync(root.join("program.mjs"), `import { writeFileSync } from "node:fs";\n${program}`);
  writeFileSync(root.join("package.json"), JSON.stringify({ scripts: { go: "node program.mjs" } }));
  const lines: string[] = [];
  const done = runNpm({
    args: ["run", "go", "--silent"],
    cwd: root.path,
    dataDir: root.join("data"),
    registries: { main: { url: "http://127.0.0.1:9/" }, scopes: {} },
    signal: new AbortController().signal,
    onLine: (line) => lines.push(line),
    ...options,
  });
  return { done, lines };
}

const NPM_PROCESS = new URL("../../../../core/plugin/install/npm-process.ts", import.meta.url).href;
/** Leaves its pid behind and stays for ever. */
const STAY = 'writeFileSync("pid", String(process.pid)); setInterval(() => undefined, 1e6);';

async function pidIn(root: TempDir): Promise<number> {
  await waitFor(() => existsSync(root.join("pid")) && readFileSync(root.join("pid"), "utf8") !== "", {
    deadlineMs: 20_000,
  });
  return Number(readFileSync(root.join("pid"), "utf8"));
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

describe("npm as a child", { timeout: 60_000 }, () => {
  it("knows of the environment only what it needs", async () => {
    using root = tempDir();
    process.env["NPM_TOKEN"] = "canary";
    process.env["npm_config_registry"] = "http://192.0.2.1/";
    try {
      const { done } = run(root, "console.log(JSON.stringify(process.env));");
      const told = await done;
      const environment = JSON.parse(told) as Record<string, string>;
      assert.ok(!told.includes("canary"));
      assert.equal(environment["npm_config_registry"] ?? "http://127.0.0.1:9/", "http://127.0.0.1:9/");
      assert.equal(environment["HOME"], root.join("data/cache/npm/home"));
    } finally {
      delete process.env["NPM_TOKEN"];
      delete process.env["npm_config_registry"];
    }
  });

  it("is ended with all that it started when its time is over", async () => {
    using root = tempDir();
    const { done } = run(root, STAY, { limitMs: 4_000 });
    done.catch(() => undefined);
    const pid = await pidIn(root);
    await assert.rejects(done, { code: "NJ_PLUGIN_INSTALL_LATE", message: /not done after 4 s/ });
    await waitFor(() => !lives(pid));
  });

  it("is ended with all that it started when the job is given up", async () => {
    using root = tempDir();
    const job = new AbortController();
    const { done } = run(root, STAY, { signal: job.signal });
    done.catch(() => undefined);
    const pid = await pidIn(root);
    job.abort();
    await assert.rejects(done, { code: "NJ_PLUGIN_JOB_CANCELLED" });
    await waitFor(() => !lives(pid));
  });

  const bombs = [
    ["bytes", "writeFileSync('part-' + n, Buffer.alloc(1024 ** 2, 1))"],
    ["files", "writeFileSync('part-' + n, '')"],
  ] as const;
  for (const [what, write] of bombs) {
    it(`is ended with all that it started when it brings ${what} without end`, async () => {
      using root = tempDir();
      const { done } = run(
        root,
        `writeFileSync("pid", String(process.pid)); let n = 0; setInterval(() => { n += 1; ${write}; }, 1);`,
        { growth: { bytes: 16 * 1024 ** 2, entries: 200 } },
      );
      done.catch(() => undefined);
      const pid = await pidIn(root);
      await assert.rejects(done, { code: "NJ_PLUGIN_TOO_LARGE", message: /16 MiB or 200 files/ });
      await waitFor(() => !lives(pid));
      assert.equal(existsSync(root.join("data/cache/npm/cache")), false);
    });
  }

  it("is refused afterwards what it brought faster than anybody looked", async () => {
    using root = tempDir();
    const { done } = run(root, 'writeFileSync("part", Buffer.alloc(4 * 1024 ** 2, 1));', {
      growth: { bytes: 1024 ** 2, entries: 1_000 },
    });
    await assert.rejects(done, { code: "NJ_PLUGIN_TOO_LARGE" });
  });

  it("is ended with all that it started when the process that wanted it is killed", async () => {
    using root = tempDir();
    writeFileSync(root.join("stay.mjs"), `import { writeFileSync } from "node:fs"; ${STAY}`);
    writeFileSync(root.join("package.json"), JSON.stringify({ scripts: { go: "node stay.mjs" } }));
    const order = {
      args: ["run", "go"],
      cwd: root.path,
      dataDir: root.join("data"),
      registries: { main: { url: "http://127.0.0.1:9/" }, scopes: {} },
    };
    const parent = spawn(process.execPath, [
      "--disable-warning=ExperimentalWarning",
      "--input-type=module",
      "--eval",
      `import { runNpm } from ${JSON.stringify(NPM_PROCESS)};
       const more = { signal: new AbortController().signal, onLine() {} };
       await runNpm({ ...${JSON.stringify(order)}, ...more });`,
    ]);
    const pid = await pidIn(root);
    parent.kill("SIGKILL");
    await waitFor(() => !lives(pid));
  });

  it("is done when it is, although a script left something running", async () => {
    using root = tempDir();
    writeFileSync(root.join("stay.mjs"), `import { writeFileSync } from "node:fs"; ${STAY}`);
    const { done } = run(
      root,
      `import { spawn } from "node:child_process";
       import { existsSync } from "node:fs";
       spawn(process.execPath, ["stay.mjs"], { stdio: "inherit" }).unref();
       const look = setInterval(() => { if (existsSync("pid")) process.exit(0); }, 10);`,
    );
    await done;
    const pid = await pidIn(root);
    await waitFor(() => !lives(pid));
  });

  it("tells line by line, without passwords, without escapes and without end", async () => {
    using root = tempDir();
    const { done, lines } = run(
      root,
      `console.error("a\\u001b[31mb https://kim:canary@example.org/");
       process.stderr.write("x".repeat(100_000) + "\\nlast");`,
    );
    await done;
    assert.ok(lines.includes("a [31mb https://***@example.org/"), lines[0]);
    assert.equal(lines.at(-1), "last");
    assert.ok(lines.every((line) => line.length <= 500));
  });

  it("that fails is told of in its own words", async () => {
    using root = tempDir();
    writeFileSync(root.join("package.json"), "{");
    await assert.rejects(
      runNpm({
        args: ["install"],
        cwd: root.path,
        dataDir: root.join("data"),
        registries: { main: { url: "http://127.0.0.1:9/" }, scopes: {} },
        signal: new AbortController().signal,
        onLine: () => undefined,
      }),
      { code: "NJ_PLUGIN_NPM", message: /package\.json/ },
    );
  });
});
