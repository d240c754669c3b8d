// Sees to it that a benchmark leaves nothing behind, however it ends: processes that it started and folders that it
// made go with it, also when it is interrupted or fails halfway.
import type { ChildProcess } from "node:child_process";
import { type TempDir, tempDir } from "../../core/testing/temp-dir.ts";

const children = new Map<ChildProcess, NodeJS.Signals>();
const folders = new Set<TempDir>();

/** Ends `child` with the benchmark at the latest; by SIGTERM one that has itself something to clean up. */
export function withUs<Child extends ChildProcess>(child: Child, signal: NodeJS.Signals = "SIGKILL"): Child {
  children.set(child, signal);
  child.once("exit", () => children.delete(child));
  return child;
}

/** A temporary folder that is gone at the end of the block, and with the benchmark at the latest. */
export function benchDir(): TempDir {
  const dir = tempDir("nightjar-bench-");
  folders.add(dir);
  const remove = (): void => {
    dir.remove();
    folders.delete(dir);
  };
  return { path: dir.path, join: dir.join, remove, [Symbol.dispose]: remove };
}

/** To be called once, before anything is started. */
export function leaveNothingBehind(): void {
  process.on("exit", () => {
    for (const [child, signal] of children) child.kill(signal);
    for (const dir of folders) dir.remove();
  });
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    process.on(signal, () => process.exit(code));
  }
}
