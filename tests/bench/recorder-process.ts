// The whole recorder for suites that measure it as its users meet it: `nightjar start` with cameras of a sender apart, one
// administrator signed in, and HTTPS on loopback.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ConfigStore } from "../../core/config/config-store.ts";
import { silentLog } from "../../core/log.ts";
import { livingOwner } from "../../core/supervisor/data-lock.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { withUs } from "./left-behind.ts";

const MAIN = fileURLToPath(new URL("../../core/main.ts", import.meta.url));
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** `npm start` may have packages to install and the interface to build. */
const START_MS = 300_000;

export interface RecorderProcess {
  /** `http://127.0.0.1:…` and `https://127.0.0.1:…`, the latter with the recorder's own certificate. */
  readonly url: string;
  readonly secureUrl: string;
  readonly activationCode: string | undefined;
  /** From starting the process to its word that it serves, in milliseconds. */
  readonly readyMs: number;
  /** Pid of one of its processes. */
  pidOf(role: "media" | "core" | "gateway"): number;
  stop(): Promise<void>;
}

/** Writes the configuration: these cameras by RTSP, recorded always, and ports that are free. `subUrls`: of their sub-streams. */
export async function configureRecorder(
  dataDir: string,
  urls: readonly string[],
  subUrls: readonly string[] = [],
): Promise<void> {
  const config = await ConfigStore.open({ dataDir, log: silentLog, watch: false });
  await config.update((draft) => {
    draft.network.http = { host: "127.0.0.1", port: 0 };
    draft.network.https = { enabled: true, host: "127.0.0.1", port: 0 };
    draft.firstRun.demoRemoved = true;
    draft.storage.volumes = [{ path: "volumes/default", reserveBytes: 1024 ** 3, overwrite: true }];
    for (const [index, url] of urls.entries()) {
      draft.cameras.push({
        ...{ id: `camera-${index}`, name: `Camera ${index}`, driver: "rtsp", enabled: true },
        config: {
          url,
          ...(subUrls[index] === undefined ? {} : { subUrl: subUrls[index] }),
          transport: "tcp",
        },
        record: { mode: "continuous", streams: "main", audio: true },
      } as unknown as (typeof draft.cameras)[number]);
    }
  });
  await config.close();
}

/** Starts the recorder, or has `npm start` do that, and waits until it says that it serves. */
export async function startRecorderProcess(
  dataDir: string,
  how: "directly" | "npm start" = "directly",
): Promise<RecorderProcess> {
  const begin = performance.now();
  const [program, ...args] =
    how === "npm start"
      ? ["npm", "--silent", "start", "--"]
      : [process.execPath, "--disable-warning=ExperimentalWarning", MAIN, "start"];
  const child = withUs(
    spawn(program as string, [...args, "--json", "--data", dataDir, "--log-level", "warn"], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "inherit"],
    }),
    "SIGTERM",
  );
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => {
    printed += chunk.toString();
  });
  const ready = await waitFor(
    () => {
      if (child.exitCode !== null) throw new Error(`the recorder ended with ${child.exitCode}`);
      return printed.trimEnd().endsWith("}") ? (JSON.parse(printed) as Ready) : undefined;
    },
    { deadlineMs: START_MS, periodMs: 5, what: "the recorder to be ready" },
  );
  const readyMs = performance.now() - begin;
  return {
    url: localUrl(ready.urls, "http:"),
    secureUrl: localUrl(ready.urls, "https:"),
    activationCode: ready.activationCode,
    readyMs,
    pidOf: (role) => childPid(child, role),
    async stop() {
      const ended = once(child, "exit");
      // What npm runs need not hear what npm is told.
      const owner = await livingOwner(dataDir);
      process.kill(owner?.pid ?? child.pid ?? 0, "SIGTERM");
      await ended;
    },
  };
}

interface Ready {
  readonly urls: readonly string[];
  readonly activationCode?: string;
}

/** Told for people: without a name of its own the machine stands there in words. */
function localUrl(urls: readonly string[], scheme: string): string {
  const port = urls
    .find((url) => url.startsWith(`${scheme}//`))
    ?.split(":")
    .at(-1);
  if (port === undefined) throw new Error(`the recorder serves no ${scheme}`);
  return `${scheme}//127.0.0.1:${port}`;
}

function childPid({ pid = 0 }: ChildProcess, role: string): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);
  const found = children.find((one) => {
    const words = readFileSync(`/proc/${one}/cmdline`, "utf8").split("\0");
    return words.includes("process") && words.includes(role);
  });
  if (found === undefined) throw new Error(`the recorder has no process ${role}`);
  return found;
}
