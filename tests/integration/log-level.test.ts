// What is printed and logged: a recorder goes on where nobody reads it, and logs by config.json, changed while everything runs,
// unless the command line says otherwise.
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { ConfigStore } from "../../core/config/config-store.ts";
import type { LogLevel } from "../../core/log.ts";
import { silentLog } from "../../core/log.ts";
import { type TempDir, tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { nightjar, startNightjar } from "../support/nightjar-command.ts";

const ROLES = ["media", "core", "gateway"] as const;
/** Every process says this when it is told to stop, to developers alone. */
const LAST_WORDS = '"message":"process stops"';

function kept(dir: TempDir, name: string): string {
  const file = dir.join("logs", `${name}.log`);
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

async function configure(dir: TempDir): Promise<void> {
  const config = await ConfigStore.open({ dataDir: dir.path, log: silentLog, watch: false });
  await config.update((draft) => {
    draft.network.http.port = 0;
    draft.network.https.enabled = false;
    draft.network.rtsp.port = 0;
    draft.firstRun.demoRemoved = true;
  });
  await config.close();
}

/** Starts a recorder, lets `act` do something, stops it. Gives who said the last words. */
async function saidBy(dir: TempDir, args: readonly string[], act: () => Promise<void>): Promise<string[]> {
  await configure(dir);
  const recorder = startNightjar(dir.path, ["start", "--json", ...args]);
  let told = "";
  recorder.stdout.on("data", (chunk: Buffer) => {
    told += chunk.toString();
  });
  recorder.stderr.resume();
  const ended = once(recorder, "exit");
  try {
    await waitFor(() => told.includes('"ready": true'), { deadlineMs: 60_000 });
    await act();
  } finally {
    recorder.kill("SIGTERM");
    await ended;
  }
  return ROLES.filter((role) => kept(dir, role).includes(LAST_WORDS));
}

function setLevel(dir: TempDir, level: LogLevel): void {
  const file = dir.join("config.json");
  const config = JSON.parse(readFileSync(file, "utf8")) as object;
  writeFileSync(file, JSON.stringify({ ...config, log: { level } }));
}

/** Until the supervisor has passed it on. */
async function untilSettled(dir: TempDir, level: LogLevel): Promise<void> {
  const line = new RegExp(`"least":"${level}"`);
  await waitFor(() => line.test(kept(dir, "supervisor")), { deadlineMs: 20_000 });
}

describe("log.level of config.json", { timeout: 170_000 }, () => {
  it("holds for all processes as soon as it is changed", async () => {
    using dir = tempDir();
    const said = await saidBy(dir, [], async () => {
      setLevel(dir, "debug");
      await untilSettled(dir, "debug");
    });
    assert.deepEqual(said, [...ROLES]);
  });

  it("gives way to --log-level", async () => {
    using dir = tempDir();
    const said = await saidBy(dir, ["--log-level", "notice"], async () => {
      setLevel(dir, "debug");
      await waitFor(() => kept(dir, "core").includes("config.json was edited and is in force"), {
        deadlineMs: 20_000,
      });
    });
    assert.deepEqual(said, []);
  });
});

it("a recorder goes on when whoever read what it prints has gone, and the terminal it was not started in", async () => {
  using dir = tempDir();
  await configure(dir);
  const recorder = startNightjar(dir.path, ["start"]);
  const ended = once(recorder, "exit");
  try {
    // Its first line has come, the others find nobody.
    await once(recorder.stdout, "data");
    recorder.stdout.destroy();
    recorder.stderr.destroy();
    await waitFor(async () => (await nightjar(dir.path, ["status"])).code === 0, {
      ...{ deadlineMs: 60_000, what: "the recorder to answer" },
    });
    // As under `nohup`: standard input is no terminal.
    recorder.kill("SIGHUP");
    for (let look = 0; look < 3; look += 1)
      assert.equal((await nightjar(dir.path, ["status"])).code, 0, "it runs on");
    assert.equal(recorder.exitCode, null);
  } finally {
    recorder.kill("SIGTERM");
  }
  assert.deepEqual(await ended, [0, null]);
});
