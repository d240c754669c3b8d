// Watched nodes as the API and the list of problems have them: settings that are kept, what is refused, and trying an address.
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { ConfigStore } from "../../../core/config/config-store.ts";
import { Cluster } from "../../../core/control/cluster-service.ts";
import { lostNodes } from "../../../core/control/standing-problems.ts";
import type { NightjarError } from "../../../core/errors.ts";
import type { Change } from "../../../core/http/change.ts";
import { silentLog } from "../../../core/log.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";
import { madeCertificate, nodeServer } from "../../support/node-servers.ts";

async function cluster(t: TestContext, ownPorts: readonly number[] = []) {
  const dir = tempDir("nightjar-cluster-");
  const config = await ConfigStore.open({ dataDir: dir.path, log: silentLog, watch: false });
  const clock = new FakeClock();
  const changes: Change[] = [];
  const made = new Cluster({
    ...{ config, clock, log: silentLog, ownPorts: () => ownPorts },
    events: { report: () => undefined, end: () => undefined },
    changes: { publish: (change) => void changes.push(change as Change) },
  });
  made.start();
  t.after(async () => {
    made.stop();
    await config.close();
    dir[Symbol.dispose]();
  });
  return { made, config, clock, changes };
}

const never = new AbortController().signal;

describe("watched nodes of the API", () => {
  it("are added, changed and removed in config.json, and watched at once", async (t) => {
    const { made, config, changes } = await cluster(t);
    const { url } = await nodeServer(t);
    const added = await made.add({ name: "Barn gate", url });
    assert.deepEqual([added.id, added.status], ["barn-gate", "unknown"]);
    await waitFor(() => made.view().nodes[0]?.status === "online");
    assert.partialDeepStrictEqual(changes, [{ type: "node", node: { id: "barn-gate", status: "online" } }]);
    await made.change("barn-gate", { name: "Barn" });
    assert.partialDeepStrictEqual(made.view().nodes[0], { id: "barn-gate", name: "Barn", status: "online" });
    await made.setLostSeconds(60);
    assert.deepEqual(config.get().cluster, {
      nodes: [{ id: "barn-gate", name: "Barn", url }],
      lostSeconds: 60,
    });
    await made.remove("barn-gate");
    assert.deepEqual(made.view(), { nodes: [], lostSeconds: 60 });
  });

  it("are told of as a problem while they are lost", async (t) => {
    const { made, clock } = await cluster(t);
    const { url, stop } = await nodeServer(t);
    await stop();
    await made.add({ name: "Barn", url });
    await waitFor(() => made.nodes()[0]?.failing !== undefined);
    clock.advance(18_000);
    const [problem, ...more] = lostNodes(made.nodes());
    assert.deepEqual(more, []);
    assert.partialDeepStrictEqual(problem, {
      ...{ code: "node-lost", severity: "error", subject: "Barn" },
      context: { case: "refused", host: new URL(url).host },
    });
  });

  it("are refused with what is wrong", async (t) => {
    const { made, config } = await cluster(t, [8080]);
    const code = async (work: Promise<unknown>): Promise<string> => {
      const error = await work.then(
        () => undefined,
        (thrown: unknown) => thrown as NightjarError,
      );
      return [error?.code, error?.context["case"]].filter((part) => part !== undefined).join(" ");
    };
    const add = (url: string, certificate?: string) =>
      code(made.add({ name: "Barn", url, ...(certificate === undefined ? {} : { certificate }) }));
    assert.equal(await add("http://239.1.1.1"), "NJ_NODE_ADDRESS");
    assert.equal(await add("http://[::1]:8080"), "NJ_NODE_ADDRESS own");
    assert.equal(await code(made.test({ url: "http://localhost:8080/" }, never)), "NJ_NODE_ADDRESS own");
    assert.equal(await add("http://192.0.2.1", Array(32).fill("AB").join(":")), "NJ_CONFIG_INVALID");
    assert.equal(await code(made.change("barn", { name: "Barn" })), "NJ_NODE_NOT_FOUND");
    assert.equal(await code(made.remove("barn")), "NJ_NODE_NOT_FOUND");
    await config.update((draft) => {
      draft.cluster.nodes = Array.from({ length: 32 }, (_, number) => ({
        ...{ id: `n-${number}`, name: "N", url: `http://127.0.0.1:1/${number}` },
      }));
    });
    assert.equal(await add("http://192.0.2.1"), "NJ_NODES_FULL");
    assert.equal(await code(made.change("n-1", { url: "http://127.0.0.1:1/2/" })), "NJ_CONFIG_INVALID");
  });
});

describe("an address that is tried", () => {
  it("is a Nightjar or is not", async (t) => {
    const { made, config } = await cluster(t);
    const { url } = await nodeServer(t);
    assert.deepEqual(await made.test({ url }, never), { isNightjar: true, version: "0.1.0" });
    const other = await nodeServer(t, (_request, response) =>
      response.writeHead(200).end("secret of the house"),
    );
    const found = await made.test({ url: other.url }, never);
    assert.partialDeepStrictEqual(found, {
      isNightjar: false,
      reason: { context: { case: "not-nightjar" } },
    });
    assert.ok(!JSON.stringify(found).includes("secret"));
    assert.deepEqual(config.get().cluster.nodes, []);
  });

  it("tells the certificate to trust, and whether it is trusted already", async (t) => {
    const { made } = await cluster(t);
    const root = await madeCertificate("Nightjar root", undefined, true);
    const own = await madeCertificate("barn", root);
    const { url } = await nodeServer(t, undefined, { tls: { key: own.key, cert: own.cert + root.cert } });
    const found = await made.test({ url }, never);
    assert.partialDeepStrictEqual(found, {
      ...{ isNightjar: true, version: "0.1.0", reason: { context: { case: "certificate" } } },
      certificate: { sha256: root.fingerprint, subject: "Nightjar root", isRoot: true, trusted: "no" },
    });
    const trusted = await made.test({ url, certificate: root.fingerprint }, never);
    assert.equal(trusted.reason, undefined);
    assert.equal(trusted.certificate?.trusted, "fingerprint");
  });

  it("is given up after four seconds, and when whoever asked has gone", async (t) => {
    const { made, clock } = await cluster(t);
    const { url, asked } = await nodeServer(t, () => undefined);
    const late = made.test({ url }, never);
    await waitFor(() => asked.length === 1);
    clock.advance(4_000);
    assert.equal((await late).reason?.context?.["case"], "no-answer");
    assert.equal((await made.test({ url }, AbortSignal.abort())).isNightjar, false);
    assert.equal(clock.pending, 0);
  });
});
