// Asks an HTTPS server at a steady rate whether it answers or not, and tells how long each answer took from the moment at
// which it was due to be asked for: a server that stands still is not asked less, and its stillness counts in full (no
// coordinated omission). Also holds idle connections open. Started by load.ts; one order a message.
import { Agent, type RequestOptions, request } from "node:https";
import type { IdleOrder, LoadOrder, LoadResult } from "./load.ts";

/** Connections that a page, a phone and a few programs keep open. */
const CONNECTIONS = 24;
const TIMEOUT_MS = 30_000;
const TICK_MS = 1;

const idle: Agent[] = [];

process.on("message", (order: LoadOrder | IdleOrder) => {
  const work = order.kind === "load" ? load(order) : holdIdle(order);
  work.then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on("disconnect", () => process.exit(0));

async function load({ url, token, requests, perSecond, seconds }: LoadOrder): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, rejectUnauthorized: false });
  const total = perSecond * seconds;
  const latenciesMs: number[] = [];
  const failures: string[] = [];
  const waiting: Promise<void>[] = [];
  const begin = performance.now() + 50;
  await new Promise<void>((resolve) => {
    let sent = 0;
    const timer = setInterval(() => {
      const now = performance.now();
      for (; sent < total && begin + (sent * 1000) / perSecond <= now; sent += 1) {
        const dueMs = begin + (sent * 1000) / perSecond;
        const one = requests[sent % requests.length];
        if (one === undefined) continue;
        waiting.push(
          ask(url + one.path, agent, { method: one.method, token, body: one.body }).then(
            (status) => {
              latenciesMs.push(performance.now() - dueMs);
              if (status < 200 || status > 299) failures.push(`${one.method} ${one.path}: ${status}`);
            },
            (error: unknown) => void failures.push(`${one.method} ${one.path}: ${String(error)}`),
          ),
        );
      }
      if (sent < total) return;
      clearInterval(timer);
      resolve();
    }, TICK_MS);
  });
  await Promise.all(waiting);
  agent.destroy();
  return { latenciesMs, failures: failures.slice(0, 5), failed: failures.length };
}

/** Opens connections, each with one answered request, and leaves them open. */
async function holdIdle({ url, path, count }: IdleOrder): Promise<LoadResult> {
  const latenciesMs: number[] = [];
  for (let opened = 0; opened < count; opened += 25) {
    await Promise.all(
      Array.from({ length: Math.min(25, count - opened) }, async () => {
        // An agent each: one alone would use its connections again.
        const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
        idle.push(agent);
        await ask(url + path, agent, { method: "GET" });
      }),
    );
  }
  return { latenciesMs, failures: [], failed: 0 };
}

function ask(
  url: string,
  agent: Agent,
  { method, token, body }: { method: string; token?: string; body?: string | undefined },
): Promise<number> {
  const headers = {
    origin: new URL(url).origin,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined
      ? {}
      : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
  };
  const options: RequestOptions = { agent, method, headers, timeout: TIMEOUT_MS };
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode ?? 0));
      response.once("error", reject);
    });
    sent.once("timeout", () => sent.destroy(new Error("no answer")));
    sent.once("error", reject);
    sent.end(body);
  });
}
