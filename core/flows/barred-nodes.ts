// Nodes in flows whose type is not allowed: they stand in their places, say so, and do nothing. Without them Node-RED would
// start no flow at all, for it waits for types that are missing. What they were set to is kept.
import { NightjarError } from "../errors.ts";
import { flowNodeIn } from "./last-node.ts";
import type { FlowNode } from "./protocol.ts";

/** Words of the palette's catalogue, in the reader's language. */
const BADGE = "node-red-contrib-nightjar/nj-server:status.barred";
/** How many are told of by name. */
export const MOST_BARRED = 50;

/** What of Node-RED makes nodes. */
export interface NodeMaker {
  registerType(set: string, type: string, made: (this: BarredNode, config: object) => void): void;
  createNode(node: BarredNode, config: object): void;
}

export interface BarredNode {
  readonly id: string;
  status(badge: { readonly fill: string; readonly shape: string; readonly text: string }): void;
  on(
    event: "input",
    listener: (message: unknown, send: unknown, done: (error?: Error) => void) => void,
  ): unknown;
  on(event: "close", listener: (done: () => void) => void): unknown;
}

export class BarredNodes {
  readonly #nodes = new Map<string, FlowNode>();

  /** Has nodes of these types do nothing. Called once Node-RED has loaded those that it has. */
  bar(maker: NodeMaker, types: readonly string[]): void {
    const present = this.#nodes;
    for (const type of new Set(types)) {
      const stand: Parameters<NodeMaker["registerType"]>[2] = function (config) {
        maker.createNode(this, config);
        const { id } = this;
        const node = flowNodeIn(config);
        if (node !== undefined) present.set(id, node);
        this.status({ fill: "red", shape: "ring", text: BADGE });
        this.on("input", (_message, _send, done) =>
          done(new NightjarError("NJ_FLOWS_BARRED", "permission-denied", `${type}: ${WHY}`)),
        );
        this.on("close", (done) => {
          present.delete(id);
          done();
        });
      };
      try {
        maker.registerType("nightjar/barred", type, stand);
      } catch {
        // A node that may be there has that name too: Node-RED throws where one comes twice. It stays as it is.
      }
    }
  }

  /** Those that stand in flows that run now, at most so many as are told of. */
  get nodes(): FlowNode[] {
    return [...this.#nodes.values()].slice(0, MOST_BARRED);
  }
}

const WHY = "the recorder does not allow this; an administrator can, on the page Flows";
