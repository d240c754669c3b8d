// Starts the rival of the suite `http` (plain-server-process.ts) with what the recorder answers to the same requests.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { withUs } from "./left-behind.ts";
import type { LoadRequest } from "./load.ts";
import type { PlainAnswer } from "./plain-server-process.ts";

export interface PlainServer {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Asks the recorder each request once, and lets a plain server give those answers. */
export async function startPlainServer(
  recorderUrl: string,
  token: string,
  requests: readonly LoadRequest[],
): Promise<PlainServer> {
  const answers: PlainAnswer[] = [];
  for (const { method, path, body } of requests) {
    const response = await fetch(recorderUrl + path, {
      method,
      headers: {
        origin: recorderUrl,
        ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    const type = response.headers.get("content-type") ?? "";
    answers.push({ method, path, status: response.status, type, body: await response.text() });
  }
  const child = withUs(fork(fileURLToPath(new URL("./plain-server-process.ts", import.meta.url))));
  const started = once(child, "message");
  child.send(answers);
  const [{ port }] = (await started) as [{ port: number }];
  return {
    url: `https://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    async stop() {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}
