// What can be wrong with a port, in a sentence for people and as facts.
import type { PortProblem } from "../protocol.ts";

/** Another program has it. */
export function busyPort(kind: string, wanted: number, taken: number): PortProblem {
  return {
    message: `the ${kind} port ${wanted} was busy: ${taken} is used instead`,
    context: { case: "busy", kind, wanted, taken },
  };
}

/** It could not be opened, nor one in its place. */
export function closedPort(
  kind: string,
  { host, port }: { readonly host: string; readonly port: number },
  reason: string,
): PortProblem {
  return {
    message: `the ${kind} port ${port} on ${host} could not be opened: ${reason}`,
    context: { case: "closed", kind, port, host, said: reason },
  };
}
