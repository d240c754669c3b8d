// The part of Node-RED's runtime that is used here; the package brings no types.
declare module "node-red" {
  import type { IncomingMessage, Server, ServerResponse } from "node:http";

  type Handler = (request: IncomingMessage, response: ServerResponse) => void;

  interface Runtime {
    init(server: Server, settings: Readonly<Record<string, unknown>>): void;
    start(): Promise<void>;
    stop(): Promise<void>;
    readonly httpAdmin: Handler;
    readonly httpNode: Handler;
    readonly events: {
      on(event: "flows:started", listener: () => void): void;
    };
    readonly hooks: {
      add(
        name: "onReceive.nightjar",
        hook: (event: { readonly destination?: { readonly node?: unknown } }) => void,
      ): void;
    };
  }

  const runtime: Runtime;
  export default runtime;
}
