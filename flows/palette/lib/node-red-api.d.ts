// The part of Node-RED's API for nodes that the palette uses; the package brings no types.
import type { EventEmitter } from "node:events";

export interface Message {
  topic?: unknown;
  payload?: unknown;
  event?: unknown;
  [field: string]: unknown;
}

export type Send = (message: Message | null | readonly (Message | null)[]) => void;
export type Done = (error?: Error) => void;

export interface Status {
  fill?: "red" | "green" | "yellow" | "blue" | "grey";
  shape?: "ring" | "dot";
  text?: string;
}

export interface FlowNode extends EventEmitter {
  id: string;
  type: string;
  name?: string;
  credentials?: Record<string, string | undefined>;
  status(status: Status): void;
  send: Send;
  log(text: string): void;
  warn(text: string): void;
  error(text: string, message?: Message): void;
  on(event: "input", listener: (message: Message, send: Send, done: Done) => void): this;
  on(event: "close", listener: (done: () => void) => void): this;
}

export interface NodeConfig {
  id: string;
  type: string;
  name?: string;
  [property: string]: unknown;
}

export interface RuntimeApi {
  nodes: {
    createNode(node: FlowNode, config: NodeConfig): void;
    getNode(id: unknown): FlowNode | null;
    registerType(type: string, made: unknown, options?: object): void;
  };
  settings: { nightjar?: { findBroker(): Promise<RecorderBroker | undefined> } };
  auth: { needsPermission(permission: string): unknown };
  httpAdmin: {
    get(
      path: string,
      permission: unknown,
      handler: (
        request: { params: Record<string, string> },
        response: { json(value: unknown): void; sendStatus(code: number): void },
      ) => void,
    ): void;
  };
  _(key: string, values?: Record<string, unknown>): string;
}

/** How the recorder's broker is reached. */
export interface RecorderBroker {
  /** Within the recorder; otherwise there is an address. */
  socketPath?: string;
  url?: string;
  username?: string | undefined;
  password?: string | undefined;
  /** Id of the recorder; found out where it is not said. */
  node?: string | undefined;
  /** First level of its topics. */
  base: string;
  /** What the TLS node adds. */
  tls?: object | undefined;
}
