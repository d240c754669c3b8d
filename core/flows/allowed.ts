// What flows are allowed beyond what they may always, as the process of flows learns it, and what nodes that are left out for
// want of it are called. The supervisor builds the process's walls of the same (flows-walls.ts).
import type { FlowsAllowed } from "../config/flows-config.ts";

/** In the environment of the process: JSON. Nothing in it is secret. */
export const FLOWS_ALLOWED = "NIGHTJAR_FLOWS_ALLOWED";
/** What holds where nothing is said. */
export const NOTHING_ALLOWED: FlowsAllowed = { programs: false, folders: [], modules: false };

/** Files of Node-RED's node sets that are left out always: they would open ports. */
const PORT_NODES = ["31-tcpin.js", "32-udp.js"];

/** Files of node sets that are not loaded. */
export function excludedFiles({ programs, folders }: FlowsAllowed): string[] {
  return [
    ...PORT_NODES,
    ...(programs ? [] : ["90-exec.js"]),
    ...(folders.length > 0 ? [] : ["10-file.js", "23-watch.js"]),
  ];
}

/** Types of Node-RED's own nodes that are not there for want of leave. */
export function barredTypes({ programs, folders }: FlowsAllowed): string[] {
  return [...(programs ? [] : ["exec"]), ...(folders.length > 0 ? [] : ["file", "file in", "watch"])];
}
