// What `core`, `gateway` and `flows` agree upon: the sockets, and what `flows` tells `core` about itself. Types only, but for
// the constants at the top.
import { resolve } from "node:path";
import type { ModuleChange } from "./contributed-nodes.ts";

/** In the run folder: core listens, flows connects. */
export const FLOWS_LINK_SOCKET = "flows-link.sock";
/** In the run folder: Node-RED's own HTTP and WebSockets. Nobody but the gateway connects, which judges who may. */
export const FLOWS_HTTP_SOCKET = "flows-http.sock";
/** In the run folder: the recorder's MQTT broker, for flows alone. */
export const FLOWS_MQTT_SOCKET = "flows-mqtt.sock";
/** Where the editor is, below the recorder's address. */
export const FLOWS_EDITOR_PATH = "/flows";
/** Where dashboards and http-in nodes are. */
export const FLOWS_PAGES_PATH = "/flows-http";
/** The nodes that come with the recorder, beside the core. */
export const PALETTE_FOLDER = resolve(import.meta.dirname, "../../flows/palette");
/** Below the data directory: everything that Node-RED keeps. */
export const FLOWS_FOLDER = "flows";

/** A node of a flow, as people find it again. */
export interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly name?: string;
}

/** Why flows were not started with Node-RED. */
export interface SafeModeReason {
  /**
   * `hang`: it answered no more and was killed. `crash`: it ended several times in a row. `unreadable`: the flows could not be
   * read, and no copy of them either.
   */
  readonly case: "hang" | "crash" | "unreadable";
  /** The last node that was handed a message before. */
  readonly node?: FlowNode;
}

/** What is wrong with flows. `not-json`: cut off or spoilt. `not-flows`: no list of nodes. */
export type UnreadableReason = "not-json" | "not-flows";

/** Flows that could not be read and were put aside. */
export interface FlowsSetAside {
  /** Name of the file in the folder of flows that holds them now. */
  readonly file: string;
  readonly reason: UnreadableReason;
  /** When the copy was made that took their place (ISO 8601); undefined: there is none that can be read. */
  readonly copyAt?: string;
}

export interface FlowsState {
  /** `safe`: the editor is there, but no flow runs until somebody deploys. */
  readonly mode: "running" | "safe";
  readonly because?: SafeModeReason;
  readonly setAside?: FlowsSetAside;
  /** Nodes that do nothing because what they need is not allowed; not more than are told of. */
  readonly barred?: readonly FlowNode[];
}

/** What `flows` calls on `core`. */
export type CoreMethodsForFlows = {
  state: (state: FlowsState) => void;
  /** How nodes reach the recorder's broker now; undefined: it has none of its own that runs. */
  broker: () => FlowsBroker | undefined;
  /** Installs or removes contributed nodes, where that is allowed. Resolves once npm is done. */
  module: (change: ModuleChange) => Promise<void>;
};

/** The way to the recorder's broker, and the login for it: never written down, another one after each start of core. */
export interface FlowsBroker {
  readonly socketPath: string;
  readonly username: string;
  readonly password: string;
  /** The recorder's id, and the first level of its topics. */
  readonly node: string;
  readonly base: string;
}
