// The nodes that this recorder watches, by its settings: each has a watch of its own, a lost one has an event of the kind
// `exception-hot-spare` until it answers or is watched no more. Without nodes nothing runs. It watches and tells; nothing is
// taken over from a node that is lost.
import type { Clock } from "../clock.ts";
import type { ClusterConfig, NodeConfig } from "../config/cluster-config.ts";
import type { DeepReadonly } from "../config/config-store.ts";
import type { EventReport } from "../domain/alarm-event.ts";
import type { Log } from "../log.ts";
import { type NodeReason, toldReason } from "./node-reason.ts";
import { type NodeState, WatchedNode } from "./watched-node.ts";

/** A node and how it is. */
export interface NodeNow extends NodeState {
  readonly node: Readonly<NodeConfig>;
  /** Why the last look failed; one failure makes nobody suspect. */
  readonly failing?: NodeReason | undefined;
}

export interface NodeWatchOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly sink: { report(report: EventReport): unknown; end(report: EventReport): void };
  /** TCP ports of this recorder. */
  ownPorts(): readonly number[];
  /** True where a cable or radio link is up; undefined where that cannot be known. */
  networkIsUp(): boolean | undefined;
  /** A node's state is another one. */
  changed(now: NodeNow): void;
}

interface Entry {
  node: Readonly<NodeConfig>;
  readonly watch: WatchedNode;
}

const SOURCE = "recorder";

export class NodeWatch {
  readonly #options: NodeWatchOptions;
  readonly #entries = new Map<string, Entry>();
  #lostMs = 0;
  #networkWasUp = false;

  constructor(options: NodeWatchOptions) {
    this.#options = options;
  }

  /** Takes the settings, at the start and whenever they change. Of nodes that stay as they are nothing is touched. */
  set(settings: DeepReadonly<ClusterConfig>): void {
    const wanted = new Map(settings.nodes.map((node) => [node.id, node]));
    for (const [id, entry] of this.#entries) if (!wanted.has(id)) this.#end(id, entry);
    const lostMs = settings.lostSeconds * 1_000;
    const isOtherTime = lostMs !== this.#lostMs;
    this.#lostMs = lostMs;
    for (const node of wanted.values()) this.#take(node, isOtherTime);
    const order = [...wanted.keys()];
    const entries = [...this.#entries].sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
    this.#entries.clear();
    for (const [id, entry] of entries) this.#entries.set(id, entry);
  }

  /** In the order of the settings. */
  list(): readonly NodeNow[] {
    return [...this.#entries.values()].map(({ node, watch: { state, failing } }) => ({
      ...{ node, ...state, failing },
    }));
  }

  /** Ends all looks. Events stay open: the next start takes them up. */
  close(): void {
    for (const { watch } of this.#entries.values()) watch.close();
    this.#entries.clear();
  }

  #take(node: Readonly<NodeConfig>, isOtherTime: boolean): void {
    const known = this.#entries.get(node.id);
    const isSamePlace = known?.node.url === node.url && known.node.certificate === node.certificate;
    if (known !== undefined && isSamePlace) {
      const isRenamed = known.node.name !== node.name;
      known.node = node;
      if (isOtherTime) known.watch.lostMsChanged();
      if (isRenamed) this.#tell(known, known.watch.state);
      return;
    }
    if (known !== undefined) this.#end(node.id, known);
    this.#entries.set(node.id, { node, watch: this.#begin(node) });
  }

  #begin(node: Readonly<NodeConfig>): WatchedNode {
    this.#isNetworkGone();
    return new WatchedNode({
      node,
      clock: this.#options.clock,
      lostMs: () => this.#lostMs,
      ownPorts: () => this.#options.ownPorts(),
      isOwnNetworkGone: () => this.#isNetworkGone(),
      changed: (state, previous) => {
        const entry = this.#entries.get(node.id);
        if (entry === undefined) return;
        if (state.status !== previous.status) this.#write(entry.node, state);
        this.#tell(entry, state);
      },
    });
  }

  #end(id: string, entry: Entry): void {
    entry.watch.close();
    this.#entries.delete(id);
    this.#options.sink.end(about(entry.node));
  }

  #tell({ node }: Entry, state: NodeState): void {
    const { sink } = this.#options;
    if (state.status === "lost" && state.reason !== undefined) {
      // Known again with each reason: the event says the newest.
      sink.report({ ...about(node), lasts: true, detail: detailOf(node, state.reason) });
    }
    // Also where none is known: an earlier process may have left it open.
    if (state.status === "online") sink.end(about(node));
    this.#options.changed({ node, ...state });
  }

  #write({ id, url }: Readonly<NodeConfig>, { status, reason }: NodeState): void {
    const { log } = this.#options;
    if (status === "lost") log.warn("a watched node is lost", { node: id, url, reason: reason?.message });
    else log.info("a watched node is in another state", { node: id, status, reason: reason?.message });
  }

  /** Where there never was a network, as far as was seen, none is gone. */
  #isNetworkGone(): boolean {
    const isUp = this.#options.networkIsUp();
    if (isUp === true) this.#networkWasUp = true;
    return isUp === false && this.#networkWasUp;
  }
}

function about({ id }: Readonly<NodeConfig>): EventReport {
  return { type: "exception-hot-spare", subject: id, source: SOURCE };
}

function detailOf(
  { name, url }: Readonly<NodeConfig>,
  reason: NodeReason,
): Readonly<Record<string, unknown>> {
  return { name, address: url, ...toldReason(reason) };
}
