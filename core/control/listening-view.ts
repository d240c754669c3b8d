// What the rest of the recorder needs to know of the ports that the gateway listens on.
import { plainFacts } from "../domain/facts.ts";
import type { ListeningState, PortProblem } from "../gateway/protocol.ts";
import type { StatusProblem } from "../http/wire-schemas.ts";

/** The recorder's own ports: no camera is looked for there. */
export function ownPorts({ http, https, rtsp, rtsps }: ListeningState): number[] {
  return [http?.port, https?.port, rtsp?.port, rtsps?.port].filter((port) => port !== undefined);
}

/** What is wrong with a port, as the status shows it. */
export function portProblem({ message, context }: PortProblem): StatusProblem {
  return { code: "port", severity: "warning", message, ...plainFacts({ context }) };
}
