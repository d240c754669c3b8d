// What a node says of itself at `GET /api/v1/setup`, read as from a stranger: bounded, and nothing of it believed that has not
// its shape. That resource is asked since it is the one that every Nightjar answers without an account, and since the answer
// comes from its core process, out of its database: a gateway that stands alone says 503, and so a node is `online` only while
// what records and decides is there (readiness, not mere liveness of a port).
import { type NodeReason, nodeReason } from "./node-reason.ts";

/** Below the node's address. */
export const HEALTH_PATH = "api/v1/setup";
/** Of the body; a recorder's is a few hundred bytes. */
export const MOST_ANSWER_BYTES = 16 * 1024;

const VERSION = /^[0-9A-Za-z][0-9A-Za-z.+-]{0,63}$/;

export type NodeAnswer =
  | { readonly isNightjar: true; readonly version: string }
  | { readonly isNightjar: false; readonly reason: NodeReason };

/** `body` undefined: it was longer than {@link MOST_ANSWER_BYTES}. `host`: as in the address, with its port. */
export function readNodeAnswer(status: number, body: Buffer | undefined, host: string): NodeAnswer {
  if (status >= 300 && status <= 399) return { isNightjar: false, reason: nodeReason("redirect", { host }) };
  // A gateway or proxy whose recorder is away.
  if (status >= 502 && status <= 504) return { isNightjar: false, reason: nodeReason("not-ready", { host }) };
  const version = status === 200 && body !== undefined ? versionIn(body) : undefined;
  return version === undefined
    ? { isNightjar: false, reason: nodeReason("not-nightjar", { host }) }
    : { isNightjar: true, version };
}

function versionIn(body: Buffer): string | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
  if (typeof answer !== "object" || answer === null) return undefined;
  const { product, version } = answer as { readonly product?: unknown; readonly version?: unknown };
  if (product !== "Nightjar" || typeof version !== "string" || !VERSION.test(version)) return undefined;
  return version;
}
