// Watched nodes by a clock that the test turns, over real connections: when a node is suspected and lost and why, what is told
// of it, and that neither a look that comes late nor one's own network makes others lost.
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { toldReason } from "../../../core/cluster/node-reason.ts";
import { type NodeNow, NodeWatch } from "../../../core/cluster/node-watch.ts";
import type { NodeConfig } from "../../../core/config/cluster-config.ts";
import type { EventReport } from "../../../core/domain/alarm-event.ts";
import { silentLog } from "../../../core/log.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";
import { type NodeServer, nodeServer } from "../../support/node-servers.ts";

/** A clock that can jump past its timers, as that of a machine that was suspended. */
class JumpingClock extends FakeClock {
  #jumpedMs = 0;

  override monotonicMs(): number {
    return super.monotonicMs() + this.#jumpedMs;
  }

  jump(ms: number): void {
    this.#jumpedMs += ms;
  }
}

interface Watched {
  readonly clock: JumpingClock;
  readonly watch: NodeWatch;
  /** `begin house refused`, `end house`. */
  readonly told: string[];
  readonly changes: string[];
  readonly details: unknown[];
  network: boolean | undefined;
  set(nodes: readonly NodeConfig[], lostSeconds?: number): void;
  now(id?: string): NodeNow;
  /** Lets seconds pass, with what the loop needs for a look after each. */
  pass(seconds: number): Promise<void>;
}

function watched(t: TestContext): Watched {
  const clock = new JumpingClock();
  const told: string[] = [];
  const details: unknown[] = [];
  const changes: string[] = [];
  const open = new Set<string>();
  const subject = ({ subject: id }: EventReport) => id ?? "?";
  const made: Watched = {
    network: undefined,
    ...{ clock, told, changes, details },
    watch: new NodeWatch({
      clock,
      log: silentLog,
      sink: {
        report(report) {
          const { context } = report.detail as { readonly context: { readonly case: string } };
          told.push(`${open.has(subject(report)) ? "goes on" : "begin"} ${subject(report)} ${context.case}`);
          open.add(subject(report));
          details.push(report);
        },
        end(report) {
          if (open.delete(subject(report))) told.push(`end ${subject(report)}`);
        },
      },
      ownPorts: () => [],
      networkIsUp: () => made.network,
      changed: ({ node, status, reason }) =>
        changes.push([node.id, status, ...(reason === undefined ? [] : [reason.case])].join(" ")),
    }),
    set: (nodes: readonly NodeConfig[], lostSeconds = 15) =>
      made.watch.set({ nodes: [...nodes], lostSeconds }),
    now(id = "house") {
      const found = made.watch.list().find(({ node }) => node.id === id);
      assert.ok(found, `no node ${id}`);
      return found;
    },
    async pass(seconds: number) {
      for (let second = 0; second < seconds; second += 1) {
        clock.advance(1_000);
        for (let turns = 0; turns < 20; turns += 1) await turn();
      }
    },
  };
  t.after(() => made.watch.close());
  return made;
}

const house = (url: string, more: Partial<NodeConfig> = {}): NodeConfig => ({
  ...{ id: "house", name: "House", url, ...more },
});

async function online(made: Watched, id = "house"): Promise<void> {
  await waitFor(() => made.now(id).status === "online", { what: `${id} to be online` });
}

/** A node that was online and went. */
async function gone(t: TestContext, lostSeconds?: number): Promise<Watched & { server: NodeServer }> {
  const server = await nodeServer(t);
  const made = Object.assign(watched(t), { server });
  made.set([house(server.url)], lostSeconds);
  await online(made);
  await server.stop();
  made.clock.advance(2_000);
  await waitFor(() => made.now().failing !== undefined, { what: "a look that fails" });
  return made;
}

describe("a watched node", () => {
  it("is unknown, then online with its version, and nothing runs without nodes", async (t) => {
    const made = watched(t);
    made.set([]);
    assert.equal(made.clock.pending, 0);
    const { url } = await nodeServer(t);
    made.set([house(url)]);
    assert.equal(made.now().status, "unknown");
    await online(made);
    assert.equal(made.now().version, "0.1.0");
    assert.deepEqual(made.changes, ["house online"]);
    made.set([]);
    assert.equal(made.clock.pending, 0);
    assert.deepEqual(made.told, []);
  });

  it("is suspected after five seconds and lost after as many as are set, and is back with its first answer", async (t) => {
    const made = await gone(t);
    await made.pass(4);
    assert.equal(made.now().status, "suspect");
    await made.pass(8);
    assert.equal(made.now().status, "suspect");
    assert.deepEqual(made.told, []);
    await made.pass(2);
    assert.deepEqual([made.now().status, ...made.told], ["lost", "begin house refused"]);
    assert.partialDeepStrictEqual(made.details[0], {
      ...{ type: "exception-hot-spare", subject: "house", source: "recorder", lasts: true },
      detail: { name: "House", address: made.server.url, code: "node-lost", context: { case: "refused" } },
    });
    await nodeServer(t, undefined, { port: made.server.port });
    made.clock.advance(2_000);
    await online(made);
    assert.deepEqual(made.told, ["begin house refused", "end house"]);
    assert.deepEqual(made.changes, [
      "house online",
      "house suspect refused",
      "house lost refused",
      "house online",
    ]);
  });

  it("is lost where it never answered, with the reason that was seen last", async (t) => {
    let status = 404;
    const { url } = await nodeServer(t, (_request, response) => response.writeHead(status).end());
    const made = watched(t);
    made.set([house(url)], 5);
    await waitFor(() => made.now().failing?.case === "not-nightjar");
    await made.pass(6);
    assert.deepEqual(made.told, ["begin house not-nightjar"]);
    status = 503;
    made.clock.advance(2_000);
    await waitFor(() => made.now().reason?.case === "not-ready");
    assert.deepEqual(made.told, ["begin house not-nightjar", "goes on house not-ready"]);
  });

  it("that takes connections and says nothing is asked once at a time, and given up after four seconds", async (t) => {
    const { url, asked } = await nodeServer(t, () => undefined);
    const made = watched(t);
    made.set([house(url)], 10);
    await waitFor(() => asked.length === 1);
    made.clock.advance(3_900);
    assert.equal(asked.length, 1);
    made.clock.advance(200);
    await waitFor(() => made.now().failing?.case === "no-answer");
    made.clock.advance(2_000);
    await waitFor(() => asked.length === 2);
    made.clock.advance(6_000);
    assert.deepEqual(made.told, ["begin house no-answer"]);
  });

  it("is not lost because a look comes late: it counts from then on", async (t) => {
    const made = await gone(t);
    // The machine was suspended for an hour, and its network takes a while after.
    made.clock.jump(3_600_000);
    await made.pass(4);
    assert.notEqual(made.now().status, "lost");
    await made.pass(10);
    assert.deepEqual([made.now().status, ...made.told], ["suspect"]);
    await made.pass(4);
    assert.equal(made.now().status, "lost");
  });

  it("is not lost because the wall clock jumps", async (t) => {
    const made = await gone(t);
    made.clock.setWall(made.clock.wallMs() + 86_400_000);
    await made.pass(2);
    assert.notEqual(made.now().status, "lost");
  });

  it("elsewhere is not lost while one's own network is down; on this machine it is", async (t) => {
    const made = watched(t);
    made.network = true;
    const away = { id: "away", name: "Away", url: "http://recorder.invalid" };
    const { url, stop } = await nodeServer(t);
    await stop();
    made.set([house(url), away]);
    await waitFor(() => made.now("away").failing !== undefined && made.now().failing !== undefined);
    made.network = false;
    await made.pass(20);
    assert.deepEqual([made.now().status, made.now("away").status], ["lost", "suspect"]);
    assert.equal(made.now("away").reason?.case, "own-network");
    made.network = true;
    await made.pass(12);
    assert.equal(made.now("away").status, "suspect");
    await made.pass(6);
    // The resolver takes its own time: what it says of the name may come or be given up.
    const begun = made.told.filter((line) => line.startsWith("begin")).map((line) => line.split(" ")[1]);
    assert.deepEqual(begun, ["house", "away"]);
  });
});

describe("settings of watched nodes", () => {
  it("touch only the nodes that they change", async (t) => {
    const made = watched(t);
    const [first, second] = [await nodeServer(t), await nodeServer(t)];
    const yard = { id: "yard", name: "Yard", url: second.url };
    made.set([house(first.url), yard]);
    await online(made);
    await online(made, "yard");
    const since = made.now("yard").sinceMs;
    made.clock.advance(1_000);
    made.set([yard, house(first.url, { name: "Farm" })]);
    assert.deepEqual(
      made.watch.list().map(({ node, status }) => [node.name, status]),
      [
        ["Yard", "online"],
        ["Farm", "online"],
      ],
    );
    made.set([yard, house(`${first.url}/other`)]);
    assert.deepEqual([made.now().status, made.now("yard").sinceMs], ["unknown", since]);
    await online(made);
    assert.equal(second.connections, 1);
  });

  it("end what was told of a node that goes, or has another address", async (t) => {
    const made = await gone(t, 5);
    await made.pass(6);
    const other = await nodeServer(t);
    made.set([house(other.url)], 5);
    assert.deepEqual(made.told, ["begin house refused", "end house"]);
    await online(made);
    await other.stop();
    await made.pass(8);
    made.set([], 5);
    assert.equal(made.told.at(-1), "end house");
    assert.equal(made.told.length, 4);
  });

  it("of the time are in force at once", async (t) => {
    const made = await gone(t, 300);
    await made.pass(8);
    assert.equal(made.now().status, "suspect");
    made.set([house(made.server.url)], 6);
    assert.deepEqual([made.now().status, ...made.told], ["lost", "begin house refused"]);
  });

  it("name the node anew in an event that goes on", async (t) => {
    const made = await gone(t, 5);
    await made.pass(6);
    made.set([house(made.server.url, { name: "Farm" })], 5);
    assert.partialDeepStrictEqual(made.details.at(-1), { subject: "house", detail: { name: "Farm" } });
  });
});

it("reasons are told with their sentence and their facts", () => {
  const reason = { case: "cut", message: "x cuts", context: { case: "cut", host: "x" } } as const;
  assert.deepEqual(toldReason(reason), {
    code: "node-lost",
    message: "x cuts",
    context: { case: "cut", host: "x" },
  });
});
