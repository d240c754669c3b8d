// What the contract suites of all kinds share: the two ways of running a plugin, a call that must end, and a whole life in a
// process of its own that must end by itself.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { NightjarError } from "../errors.ts";
import { loadedFirst } from "../supervisor/loaded-first.ts";
import type { LifeOrder } from "./clean-stop-child.ts";

export const MODES = [
  ["inline", "with the recorder"],
  ["process", "in a process of its own"],
] as const;
export const SUITE_LIMIT_MS = 180_000;
/** A call that nobody waits for ends within this time. */
const CANCEL_MS = 5_000;
const LIFE_LIMIT_MS = 30_000;
const CHILD = fileURLToPath(new URL("./clean-stop-child.ts", import.meta.url));

/** What a suite reads of a plugin's package.json. */
export interface ContractCard {
  readonly name: string;
  /** What its `nightjar.provides` says of a registry. */
  provides(word: string): string[];
}

/** Reads the identity card of the plugin in a folder. */
export function contractCard(folder: string): ContractCard {
  const card = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    readonly name: string;
    readonly nightjar?: { readonly provides?: readonly string[] };
  };
  return {
    name: card.name,
    provides: (word) =>
      (card.nightjar?.provides ?? []).filter((item) => item.startsWith(`${word}:`)).toSorted(),
  };
}

/** Resolves when the call has ended, one way or the other. Throws `NJ_TEST_DEADLINE` if it does not. */
export async function settled(call: Promise<unknown>): Promise<void> {
  const over = call.then(
    () => true,
    () => true,
  );
  const tooLong = new AbortController();
  // Whatever the machine: after a while the recorder gives a call up itself, and nothing would be proved.
  const late = pause(CANCEL_MS, false, { signal: tooLong.signal }).catch(() => false);
  const isOver = await Promise.race([over, late]);
  tooLong.abort();
  if (isOver) return;
  throw new NightjarError(
    "NJ_TEST_DEADLINE",
    "deadline-exceeded",
    `waited ${CANCEL_MS} ms for a call to end that was given up, which did not come`,
  );
}

/** Runs a plugin's life in a process of its own and waits for that to end by itself. Throws `NJ_TEST_PLUGIN` if it does not. */
export async function liveOnce(order: LifeOrder): Promise<void> {
  // What the test runner tells its own processes is nothing for this one.
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const child = spawn(process.execPath, [...loadedFirst(), CHILD, JSON.stringify(order)], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (said.includes("kept alive by")) child.kill("SIGKILL");
    });
  }
  const limit = setTimeout(() => child.kill("SIGKILL"), LIFE_LIMIT_MS);
  const [code] = (await once(child, "close")) as [number | null];
  clearTimeout(limit);
  if (code !== 0 || !said.includes("stopped")) {
    throw new NightjarError(
      "NJ_TEST_PLUGIN",
      "failed-precondition",
      `the plugin's process did not end by itself after stop: ${said.trim() || "it said nothing"}`,
    );
  }
}
