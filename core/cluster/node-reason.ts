// Why a node is not well, as a code with its facts and an English sentence, so that each language can say it. The sentences
// of the interface stand under `node-lost.<case>` in its catalogues.
import { type Facts, plainFacts } from "../domain/facts.ts";

/** What can be between a recorder and one that it watches. */
export type NodeCase =
  | "refused"
  | "no-answer"
  | "unreachable"
  | "name"
  | "cut"
  | "certificate"
  | "other-certificate"
  | "protocol"
  | "redirect"
  | "not-nightjar"
  | "not-ready"
  | "own"
  | "address"
  | "own-network";

export interface NodeReason {
  readonly case: NodeCase;
  /** For people, without the node's name. */
  readonly message: string;
  readonly context: Facts;
}

const SENTENCES: Readonly<Record<NodeCase, string>> = {
  refused: "{host} refuses the connection: no recorder runs there, or it has another port",
  "no-answer": "{host} does not answer",
  unreachable: "there is no way to {host} ({error})",
  name: "the name in {host} is not known",
  cut: "{host} cuts the connection off",
  certificate: "the certificate of {host} is not trusted: {fingerprint}",
  "other-certificate": "{host} shows another certificate than the one that is trusted: {fingerprint}",
  protocol: "what answers at {host} does not speak as the address says ({error})",
  redirect: "{host} sends to another address: give that one",
  "not-nightjar": "what answers at {host} is no Nightjar",
  "not-ready": "{host} answers, but its recorder is not ready",
  own: "{host} is this recorder itself",
  address: "{host} leads to no machine",
  "own-network": "this recorder's own network is down, so that nothing is known of {host}",
};

/** A reason with its sentence filled in. */
export function nodeReason(which: NodeCase, facts: Facts): NodeReason {
  const message = SENTENCES[which].replace(/\{(\w+)\}/g, (_place, name: string) =>
    String(facts[name] ?? "?"),
  );
  return { case: which, message, context: { case: which, ...facts } };
}

/** A reason as it stands in an answer of the API, a problem or an event. */
export function toldReason({ message, context }: NodeReason) {
  return { code: NODE_LOST, message, ...plainFacts({ context }) };
}

/** The code of all of them; their `case` tells them apart. */
export const NODE_LOST = "node-lost";

const SYSTEM_CASES: Readonly<Record<string, NodeCase>> = {
  ECONNREFUSED: "refused",
  ETIMEDOUT: "no-answer",
  ENOTFOUND: "name",
  EAI_AGAIN: "name",
  ECONNRESET: "cut",
  EPIPE: "cut",
  NJ_ADDRESS_OWN: "own",
  NJ_NODE_ADDRESS: "address",
};

/** What an error of the connection means. `host`: as in the address, with its port. */
export function reasonOfError(error: unknown, host: string): NodeReason {
  if (error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError"))
    return nodeReason("no-answer", { host });
  const code = systemCode(error);
  if (/^(?:HPE_|EPROTO|ERR_SSL|ERR_TLS)/.test(code)) return nodeReason("protocol", { host, error: code });
  const which = SYSTEM_CASES[code];
  return which === undefined
    ? nodeReason("unreachable", { host, error: code === "" ? "?" : code })
    : nodeReason(which, { host });
}

/** Of the error itself; of the first of those that stand for several addresses of one name. */
function systemCode(error: unknown): string {
  const { code, errors } = (error ?? {}) as { readonly code?: unknown; readonly errors?: unknown };
  if (typeof code === "string") return code.slice(0, 40);
  return Array.isArray(errors) && errors.length > 0 ? systemCode(errors[0]) : "";
}
