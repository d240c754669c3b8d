// A real recorder for browser tests: `nightjar start` on a fresh data directory, activated, with its demo camera
// recording. Takes whatever ports are free.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NightjarError } from "../../../core/errors.ts";
import { testPatience } from "../../../core/testing/wait-for.ts";
import { activate } from "../../support/accounts.ts";
import { PROGRAM, ROOT } from "../../support/program.ts";

/** A start that takes longer hangs. */
const START_MS = 30_000 * testPatience();
/** What the first of all recorders made, for those after it: making certificates takes as long as a tenth of a start. */
const CERTIFICATES = join(ROOT, "node_modules/.nightjar/certificates");

export { ADMINISTRATOR } from "../../support/accounts.ts";

export interface Recorder {
  /** `http://localhost:8480`, without a slash at the end. */
  readonly url: string;
  /** `https://localhost:8443`, likewise; with the recorder's own certificate. */
  readonly secureUrl: string;
  /** The one-time code of the first start; used up when `activate` was asked for. */
  readonly code: string;
  /** Its data directory, gone when it stops. */
  readonly dataDir: string;
  /** A session token; empty when the recorder was not activated. */
  readonly token: string;
  api<T>(method: string, path: string, body?: unknown): Promise<T>;
  stop(): Promise<void>;
}

/**
 * Starts a recorder, with more arguments if given. One that is to be activated has the certificates of one before it, where there
 * was one; `prepare` may put something else into its data directory before. The caller stops it.
 */
export async function startRecorder(
  isActivated: boolean,
  args: readonly string[] = [],
  prepare?: (dataDir: string) => Promise<void>,
): Promise<Recorder> {
  const data = await mkdtemp(join(tmpdir(), "nightjar-e2e-"));
  if (isActivated && existsSync(CERTIFICATES))
    await cp(CERTIFICATES, join(data, "certificates"), { recursive: true });
  await prepare?.(data);
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", PROGRAM, "start", "--data", data, ...args],
    {
      cwd: ROOT,
      stdio: ["ignore", "pipe", process.env["NIGHTJAR_TEST_LOG"] === undefined ? "ignore" : "inherit"],
    },
  );
  // Whoever fails on the way, or starts several of which one fails, leaves none behind.
  const endIt = (): void => void child.kill("SIGTERM");
  process.once("exit", endIt);
  const ended = once(child, "exit").finally(() => process.off("exit", endIt));
  const { url, secureUrl, code } = await firstWords(child);
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended;
    await rm(data, { recursive: true, force: true, maxRetries: 5 });
  };
  let token = "";
  const api = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        "content-type": "application/json",
        origin: url,
        ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new NightjarError("NJ_TEST_REFUSED", "internal", `${method} ${path}: ${response.status} ${text}`);
    }
    return (text === "" ? undefined : JSON.parse(text)) as T;
  };
  try {
    if (isActivated) token = await activate(url, code);
    await keepCertificates(join(data, "certificates"));
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, secureUrl, code, dataDir: data, token, api, stop };
}

/** Whole or not at all: others start beside it. A recorder without HTTPS has made none. */
async function keepCertificates(made: string): Promise<void> {
  if (existsSync(CERTIFICATES) || !existsSync(made)) return;
  const beside = `${CERTIFICATES}-${process.pid}`;
  await cp(made, beside, { recursive: true });
  // Another one may have been faster.
  await rename(beside, CERTIFICATES).catch(() => rm(beside, { recursive: true }));
}

/** Reads address and one-time code from what the recorder prints. */
function firstWords(child: ChildProcess): Promise<{ url: string; secureUrl: string; code: string }> {
  return new Promise((resolve, reject) => {
    let printed = "";
    const fail = (why: string): void => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      reject(new NightjarError("NJ_TEST_NO_START", "internal", `${why}: ${printed.slice(-2000)}`));
    };
    const timer = setTimeout(() => fail("the recorder did not start in time"), START_MS);
    const early = (): void => fail("the recorder ended");
    child.once("exit", early);
    child.stdout?.on("data", (data: Buffer) => {
      printed += data.toString();
      const url = /Open (http:\/\/\S+?)[\s,]/.exec(printed)?.[1];
      // Printed for people: without a name of its own the machine stands there in words.
      const securePort = /https:\/\/[^\n]*?:(\d+)/.exec(printed)?.[1] ?? "";
      const code = /one-time code is (\S+)/.exec(printed)?.[1];
      if (url === undefined || code === undefined) return;
      clearTimeout(timer);
      child.off("exit", early);
      resolve({ url: url.replace(/\/$/, ""), secureUrl: `https://localhost:${securePort}`, code });
    });
  });
}
