// The ports that the gateway has opened, as others in this process see them: which are the recorder's own, and what is wrong.
import { plainFacts } from "../domain/facts.ts";
import type { ListeningState, PortProblem } from "../gateway/protocol.ts";
import type { StatusProblem } from "../http/wire-schemas.ts";

/** Ports of the recorder's own: no camera is there. */
export function ownPorts({ http, https, rtsp, rtsps }: ListeningState): number[] {
  return [http?.port, https?.port, rtsp?.port, rtsps?.port].filter((port) => port !== undefined);
}

/** What is wrong with a port, for the list of the recorder's problems. */
export function portProblem({ message, context }: PortProblem): StatusProblem {
  return { code: "port", severity: "warning", message, ...plainFacts({ context }) };
}
