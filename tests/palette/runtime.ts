// A small Node-RED for tests of nodes: makes nodes of the palette's real files, hands them messages, and keeps what they do.
// The recorder's broker behind them is real.
import { EventEmitter, once } from "node:events";
import { createRequire } from "node:module";
import type { TestContext } from "node:test";

const require = createRequire(import.meta.url);
const SETS = [
  ...["nj-server", "nj-events", "nj-cameras", "nj-arming", "nj-linkage"],
  ...["nj-outputs", "nj-telling"],
];

export interface Sent {
  readonly payload?: unknown;
  readonly camera?: unknown;
  readonly event?: unknown;
  readonly nightjarError?: { readonly code: string; readonly message: string };
  readonly [field: string]: unknown;
}

/** A node as tests see it. */
export interface TestNode extends EventEmitter {
  /** What left by each output. */
  readonly outputs: Sent[][];
  readonly badges: { readonly fill?: string; readonly text?: string }[];
  /** Lines of the log. */
  readonly lines: string[];
  /** Hands it a message; answers the error that `done` was told, if any. */
  give(message: object): Promise<Error | undefined>;
}

export interface TestRuntime {
  make(config: {
    readonly id: string;
    readonly type: string;
    readonly [property: string]: unknown;
  }): TestNode;
  /** What an editor gets. */
  get(path: string): Promise<unknown>;
}

class MadeNode extends EventEmitter implements TestNode {
  readonly outputs: Sent[][] = [[], []];
  readonly badges: { fill?: string; text?: string }[] = [];
  readonly lines: string[] = [];
  id = "";
  type = "";
  credentials: unknown;

  readonly status = (badge: { fill?: string; text?: string }): void => void this.badges.push(badge);
  readonly log = (line: string): void => void this.lines.push(line);
  readonly warn = (line: string): void => void this.lines.push(line);
  readonly error = (line: string): void => void this.lines.push(line);
  readonly send = (messages: Sent | readonly (Sent | null)[]): void => {
    for (const [index, message] of (Array.isArray(messages) ? messages : [messages]).entries())
      if (message !== null) this.outputs[index]?.push(message);
  };

  give(message: object): Promise<Error | undefined> {
    return new Promise((resolve) => this.emit("input", message, this.send, resolve));
  }

  async close(): Promise<void> {
    for (const listener of this.listeners("close"))
      await new Promise<void>((resolve) => (listener as (done: () => void) => void).call(this, resolve));
  }
}

/** Loads all sets of nodes; `credentials` by node. Everything is closed when the test is over. */
export function testRuntime(
  t: TestContext,
  credentials: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
): TestRuntime {
  const types = new Map<string, (this: MadeNode, config: object) => void>();
  const nodes = new Map<string, MadeNode>();
  const routes = new Map<string, (request: object, response: object) => void>();
  const RED = {
    nodes: {
      createNode(node: MadeNode, config: { id: string; type: string }) {
        Object.assign(node, { id: config.id, type: config.type, credentials: credentials[config.id] ?? {} });
      },
      getNode: (id: string) => nodes.get(id) ?? null,
      registerType: (type: string, made: (this: MadeNode, config: object) => void) => types.set(type, made),
    },
    settings: {},
    auth: { needsPermission: (permission: string) => permission },
    httpAdmin: {
      get: (path: string, _permission: string, handler: (request: object, response: object) => void) =>
        routes.set(path, handler),
    },
    _: (key: string) => key,
  };
  for (const set of SETS) (require(`../../flows/palette/nodes/${set}.js`) as (red: object) => void)(RED);
  t.after(async () => {
    for (const node of [...nodes.values()].toReversed()) await node.close();
  });
  return {
    make(config) {
      const node = new MadeNode();
      nodes.set(config.id, node);
      types.get(config.type)?.call(node, config);
      return node;
    },
    async get(path) {
      const answered = new EventEmitter();
      const [, id] = /^\/nightjar\/([^/]+)\/choices$/.exec(path) ?? [];
      const got = once(answered, "json");
      routes.get("/nightjar/:id/choices")?.(
        { params: { id } },
        { json: (value: unknown) => answered.emit("json", value) },
      );
      return (await got)[0];
    },
  };
}
