// Watched nodes for the API and the list of problems: their settings in config.json, their states from the watch, and trying
// an address before it is saved.
import { certificateFault, type ShownCertificate } from "../cluster/node-certificate.ts";
import { NodeConnection } from "../cluster/node-connection.ts";
import { toldReason } from "../cluster/node-reason.ts";
import { type NodeNow, NodeWatch, type NodeWatchOptions } from "../cluster/node-watch.ts";
import { ANSWER_MS } from "../cluster/watched-node.ts";
import { MOST_NODES, type NodeConfig } from "../config/cluster-config.ts";
import type { Config } from "../config/config-schema.ts";
import type { ConfigStore } from "../config/config-store.ts";
import { webAddressFault } from "../domain/address-policy.ts";
import type { Facts } from "../domain/facts.ts";
import { freeId } from "../domain/free-id.ts";
import { isOwnUrl } from "../domain/own-target.ts";
import { NightjarError } from "../errors.ts";
import type { ChangeFeed } from "../http/change-feed.ts";
import type {
  NewNode,
  NodePatch,
  NodesView,
  NodeTest,
  NodeTested,
  NodeView,
} from "../http/cluster-schemas.ts";
import type { ClusterService } from "../http/services.ts";
import { networkLook } from "../system/machine-state.ts";

export interface ClusterParts extends Pick<NodeWatchOptions, "clock" | "log" | "ownPorts"> {
  readonly config: ConfigStore;
  readonly events: NodeWatchOptions["sink"];
  readonly changes: Pick<ChangeFeed, "publish">;
}

export class Cluster implements ClusterService {
  readonly #parts: ClusterParts;
  readonly #watch: NodeWatch;
  #stop: (() => void) | undefined;

  constructor(parts: ClusterParts) {
    this.#parts = parts;
    const { clock, log, events: sink, changes } = parts;
    this.#watch = new NodeWatch({
      ...{ clock, log, sink, networkIsUp: networkLook() },
      ownPorts: () => parts.ownPorts(),
      changed: (now) => changes.publish({ type: "node", node: nodeView(now) }),
    });
  }

  /** Call once events are taken. */
  start(): void {
    const { config } = this.#parts;
    this.#watch.set(config.get().cluster);
    this.#stop = config.onChange("watched nodes", (next, previous) => {
      if (JSON.stringify(next.cluster) !== JSON.stringify(previous.cluster)) this.#watch.set(next.cluster);
    });
  }

  stop(): void {
    this.#stop?.();
    this.#watch.close();
  }

  nodes(): readonly NodeNow[] {
    return this.#watch.list();
  }

  view(): NodesView {
    const { lostSeconds } = this.#parts.config.get().cluster;
    return { nodes: this.#watch.list().map(nodeView), lostSeconds };
  }

  async setLostSeconds(lostSeconds: number): Promise<NodesView> {
    await this.#parts.config.update("/cluster/lostSeconds", lostSeconds);
    return this.view();
  }

  async add({ name, url, certificate }: NewNode): Promise<NodeView> {
    this.#checkAddress(url);
    let id = "";
    await this.#parts.config.update(({ cluster: { nodes } }: Config) => {
      if (nodes.length >= MOST_NODES) throw full();
      id = freeId(name, "node", (candidate) => nodes.some((node) => node.id === candidate));
      nodes.push({ id, name, url, ...(certificate === undefined ? {} : { certificate }) });
    });
    return this.#found(id);
  }

  async change(id: string, { name, url, certificate }: NodePatch): Promise<NodeView> {
    if (url !== undefined) this.#checkAddress(url);
    await this.#parts.config.update(({ cluster: { nodes } }: Config) => {
      const node = nodes.find((one) => one.id === id);
      if (node === undefined) throw unknown(id);
      if (name !== undefined) node.name = name;
      if (url !== undefined) node.url = url;
      if (certificate === null) delete node.certificate;
      else if (certificate !== undefined) node.certificate = certificate;
    });
    return this.#found(id);
  }

  async remove(id: string): Promise<void> {
    await this.#parts.config.update(({ cluster }: Config) => {
      if (!cluster.nodes.some((node) => node.id === id)) throw unknown(id);
      cluster.nodes = cluster.nodes.filter((node) => node.id !== id);
    });
  }

  async test({ url, certificate: fingerprint }: NodeTest, signal: AbortSignal): Promise<NodeTested> {
    this.#checkAddress(url);
    const connection = new NodeConnection(url, this.#parts.ownPorts);
    const late = new AbortController();
    const limit = this.#parts.clock.after(ANSWER_MS, () => late.abort());
    try {
      const { host } = connection;
      // Whoever is tried is asked whatever it shows: what it shows is what is to be found out.
      const asked = connection.ask(AbortSignal.any([signal, late.signal]), () => undefined);
      const { answer, certificate } = await asked;
      const fault = certificate === undefined ? undefined : certificateFault(certificate, fingerprint, host);
      const reason = answer.isNightjar ? fault : answer.reason;
      return {
        isNightjar: answer.isNightjar,
        ...(answer.isNightjar ? { version: answer.version } : {}),
        ...(reason === undefined ? {} : { reason: toldReason(reason) }),
        ...(certificate === undefined
          ? {}
          : { certificate: shownView(certificate, fault !== undefined, fingerprint !== undefined) }),
      };
    } finally {
      limit.cancel();
      connection.close();
    }
  }

  /** Throws `NJ_NODE_ADDRESS` for an address that none can have, and for one that is plainly this recorder's. */
  #checkAddress(url: string): void {
    const fault = webAddressFault(url);
    if (fault !== undefined) throw refused(`this address cannot be watched: ${fault}`, {});
    if (!isOwnUrl(url, this.#parts.ownPorts())) return;
    const { host } = new URL(url);
    const message = `${host} is this recorder itself, which cannot tell of its own end`;
    throw refused(message, { case: "own", host });
  }

  #found(id: string): NodeView {
    const now = this.#watch.list().find(({ node }) => node.id === id);
    // Somebody may have removed it in the same moment.
    if (now === undefined) throw unknown(id);
    return nodeView(now);
  }
}

function shownView(
  { sha256, subject, until, isRoot }: ShownCertificate,
  isBad: boolean,
  isByFingerprint: boolean,
): NonNullable<NodeTested["certificate"]> {
  const trusted = isBad ? "no" : isByFingerprint ? "fingerprint" : "system";
  return { sha256, subject, until, isRoot, trusted };
}

function nodeView({ node, status, sinceMs, reason, version, answeredMs }: NodeNow): NodeView {
  return {
    ...nodeSettings(node),
    ...{ status, since: new Date(sinceMs).toISOString() },
    ...(reason === undefined ? {} : { reason: toldReason(reason) }),
    ...(version === undefined ? {} : { version }),
    ...(answeredMs === undefined ? {} : { answered: new Date(answeredMs).toISOString() }),
  };
}

function nodeSettings({ id, name, url, certificate }: Readonly<NodeConfig>): NodeConfig {
  return { id, name, url, ...(certificate === undefined ? {} : { certificate }) };
}

function unknown(id: string): NightjarError {
  return new NightjarError("NJ_NODE_NOT_FOUND", "not-found", `there is no watched node ${id}`);
}

function refused(message: string, context: Facts): NightjarError {
  return new NightjarError("NJ_NODE_ADDRESS", "invalid-argument", message, context);
}

function full(): NightjarError {
  return new NightjarError(
    "NJ_NODES_FULL",
    "resource-exhausted",
    `${MOST_NODES} nodes are watched, which is as many as can be: remove one first`,
    { most: MOST_NODES },
  );
}
