// The ports that the gateway has opened, as others in this process see them: which are the recorder's own, and what is wrong.
import { plainFacts } from "../domain/facts.ts";
import type { ListeningState, PortProblem } from "../gateway/protocol.ts";
import type { StatusProblem } from "../http/wire-schemas.ts";

/** TCP ports of the recorder's own: those of the gateway and of whatever else has opened some. */
export function ownPorts(
  { http, https, rtsp, rtsps }: ListeningState,
  others: readonly { readonly port: number }[] = [],
): number[] {
  return [http, https, rtsp, rtsps, ...others].flatMap((door) => door?.port ?? []);
}

/** What is wrong with a port, for the list of the recorder's problems. */
export function portProblem({ message, context }: PortProblem): StatusProblem {
  return { code: "port", severity: "warning", message, ...plainFacts({ context }) };
}
