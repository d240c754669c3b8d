// The part of Node-RED's runtime that is used here; the package brings no types.
declare module "node-red" {
  import type { IncomingMessage, Server, ServerResponse } from "node:http";
  import type { NodeMaker } from "./barred-nodes.ts";
  import type { ModuleHooks, NodeSet } from "./contributed-nodes.ts";

  type Handler = (request: IncomingMessage, response: ServerResponse) => void;

  /** A message is handed to a node. */
  export interface Received {
    readonly destination?: { readonly node?: unknown };
  }

  interface Runtime {
    init(server: Server, settings: Readonly<Record<string, unknown>>): void;
    start(): Promise<void>;
    stop(): Promise<void>;
    readonly httpAdmin: Handler & { get(path: string, permission: unknown, handler: Handler): void };
    readonly httpNode: Handler;
    readonly nodes: NodeMaker & { getNodeList(): readonly NodeSet[] };
    readonly auth: { needsPermission(permission: string): unknown };
    readonly events: {
      on(event: "flows:started", listener: () => void): void;
    };
    readonly hooks: ModuleHooks & {
      add(name: "onReceive.nightjar", hook: (event: Received) => void): void;
    };
  }

  const runtime: Runtime;
  export default runtime;
}
