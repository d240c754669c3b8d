// Two recorders that watch each other, with all their processes: each that is killed is told of by the other within the time that
// is set, and its event ends when it is back (manual 11-B Hot Spare Exception, 16.x Failure detection).
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, before, describe, it } from "node:test";
import { ConfigStore } from "../../core/config/config-store.ts";
import { silentLog } from "../../core/log.ts";
import { testPatience, waitFor } from "../../core/testing/wait-for.ts";
import { activate } from "../support/accounts.ts";
import { RecorderRig } from "../support/recorder-rig.ts";

const LOST_SECONDS = 5;
/** Looks are two seconds apart, and one may have been good just before. */
const LATEST_MS = (LOST_SECONDS + 5) * 1_000;

interface Event {
  readonly subject?: string;
  readonly end?: string;
  readonly detail: { readonly name?: string; readonly context?: { readonly case?: string } };
}

class Side {
  readonly rig: RecorderRig;
  #token = "";

  private constructor(rig: RecorderRig) {
    this.rig = rig;
  }

  static async start(): Promise<Side> {
    const side = new Side(await RecorderRig.start({ cameras: 1 }));
    side.#token = await activate(side.rig.url, side.rig.activationCode ?? "");
    await side.#move(await lowPort());
    return side;
  }

  /** Has the recorder open its web interface at that port, from now on. */
  async #move(port: number): Promise<void> {
    const { dataDir } = this.rig;
    const config = await ConfigStore.open({ dataDir, log: silentLog, watch: false });
    await config.update("/network/http/port", port);
    await config.close();
    this.rig.url = `http://localhost:${port}`;
    const answers = () =>
      fetch(`${this.rig.url}/api/v1/setup`).then(
        ({ ok }) => ok,
        () => false,
      );
    await waitFor(answers, { deadlineMs: 10_000, what: "the recorder to be at its other port" });
  }

  async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.rig.url}/api/v1${path}`, {
      method,
      headers: { "content-type": "application/json", authorization: `Bearer ${this.#token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as T;
  }

  async watch(name: string, other: Side): Promise<void> {
    await this.ask("PATCH", "/cluster/nodes", { lostSeconds: LOST_SECONDS });
    await this.ask("POST", "/cluster/nodes", { name, url: other.rig.url });
  }

  async status(): Promise<string | undefined> {
    const { nodes } = await this.ask<{ nodes: { status: string }[] }>("GET", "/cluster/nodes");
    return nodes[0]?.status;
  }

  async events(): Promise<Event[]> {
    return (await this.ask<{ events: Event[] }>("GET", "/events?types=exception-hot-spare")).events;
  }
}

/** A free port that the system gives to nobody's connection meanwhile, so that a recorder can come back to it. */
async function lowPort(): Promise<number> {
  return waitFor(
    async () => {
      const server = createServer();
      const port = 20_000 + Math.floor(Math.random() * 12_000);
      const found = new Promise<number | undefined>((resolve) => {
        server.once("error", () => resolve(undefined));
        server.listen(port, "127.0.0.1", () => server.close(() => resolve(port)));
      });
      return found;
    },
    { what: "a free port" },
  );
}

describe("two recorders that watch each other", { timeout: 300_000 * testPatience() }, () => {
  const sides: Side[] = [];
  const [barn, house] = [() => sides[0] as Side, () => sides[1] as Side];
  before(async () => {
    for (let side = 0; side < 2; side += 1) sides.push(await Side.start());
    await barn().watch("House", house());
    await house().watch("Barn", barn());
  });
  after(async () => {
    for (const { rig } of sides) await rig.dispose();
  });

  for (const [name, dead, alive, subject] of [
    ["Barn", barn, house, "barn"],
    ["House", house, barn, "house"],
  ] as const) {
    it(`tell when the other is killed, and when it is back: ${name}`, async () => {
      const online = { deadlineMs: 30_000, what: "both to be online" };
      await waitFor(async () => (await alive().status()) === "online", online);
      await waitFor(async () => (await dead().status()) === "online", online);
      const atMs = await dead().rig.kill("tree");
      const event = await waitFor(async () => (await alive().events())[0], {
        deadlineMs: LATEST_MS,
        what: "the event of the one that lives",
      });
      const tookMs = Date.now() - atMs;
      assert.ok(tookMs <= LATEST_MS * testPatience(), `told after ${tookMs} ms`);
      assert.ok(tookMs >= (LOST_SECONDS - 2) * 1_000, `told after ${tookMs} ms: too early`);
      assert.partialDeepStrictEqual(event, { subject, detail: { name, context: { case: "refused" } } });
      assert.equal(event.end, undefined);
      assert.equal(await alive().status(), "lost");
      await waitFor(
        async () => (await alive().rig.status())?.problems.some(({ code }) => code === "node-lost"),
        { what: "the problem in the list" },
      );
      await dead().rig.launch();
      const end = { deadlineMs: 30_000, what: "the event to end" };
      await waitFor(async () => (await alive().events())[0]?.end, end);
      assert.equal((await alive().events()).length, 1);
      assert.equal(
        (await alive().rig.status())?.problems.some(({ code }) => code === "node-lost"),
        false,
      );
    });
  }
});
