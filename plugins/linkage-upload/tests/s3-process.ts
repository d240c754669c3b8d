// The S3 service in a process of its own, which can be stopped as a machine that hangs is: its kernel still takes connections.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { s3Server } from "./s3-server.ts";

/** Where it is reached, and by whom. */
export type S3Target = Awaited<ReturnType<typeof s3Server>>["target"];

/** Keeps objects below `folder`. Its caller disposes of it. */
export async function s3Process(
  folder: string,
): Promise<AsyncDisposable & { readonly target: S3Target; stall(): void; wake(): void }> {
  const child: ChildProcess = fork(fileURLToPath(import.meta.url), [folder], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const [target] = (await once(child, "message")) as [S3Target];
  return {
    target,
    stall: () => child.kill("SIGSTOP"),
    wake: () => child.kill("SIGCONT"),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
}

if (import.meta.main) {
  process.once("disconnect", () => process.exit(0));
  process.send?.((await s3Server(process.argv[2] ?? "")).target);
}
