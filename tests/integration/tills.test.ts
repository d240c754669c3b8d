// Tills of a whole recorder: lines over TCP and UDP become receipts that are found, shown to whom they concern, and told as
// events; what is hostile is bounded.
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import type { TillConfig } from "../../core/config/till-config.ts";
import type { ReceiptsPage, TillView } from "../../core/http/till-schemas.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { type CoreInProcess, PASSWORD, startCoreInProcess } from "../support/core-in-process.ts";
import { writeHousePlugin } from "../support/house-plugin.ts";

const PARSER = {
  source: "nightjar-pos-text/text",
  config: { begin: "^ACME", end: "^THANK YOU", total: "^TOTAL ([\\d.]+)", receipt: "^RECEIPT (\\d+)" },
};
const RECEIPT =
  "ACME MARKET\r\nRECEIPT 4711\r\n2 COKE 3.00\r\nCARD 4111111111111111\r\nTOTAL 3.00\r\nTHANK YOU\r\n";

function till(change: Partial<TillConfig> = {}): TillConfig {
  return {
    id: "counter",
    name: "Counter",
    enabled: true,
    input: { kind: "tcp-listen", host: "127.0.0.1", port: 0, from: [] },
    charset: "utf-8",
    cameras: ["yard"],
    parser: PARSER,
    pauseSeconds: 30,
    hide: ["COKE"],
    hideCardNumbers: true,
    keepDays: 90,
    ...change,
  };
}

async function recorder(t: TestContext, ...tills: TillConfig[]): Promise<CoreInProcess> {
  const core = await startCoreInProcess({
    configure(draft) {
      draft.network.rtsp.enabled = false;
      draft.network.rtsps.enabled = false;
      draft.tills = tills;
    },
  });
  t.after(() => core.stop());
  return core;
}

async function get<Answer>(core: CoreInProcess, path: string, token = core.token): Promise<Answer> {
  const { status, text } = await core.ask(path, { token });
  assert.equal(status, 200, text);
  return JSON.parse(text) as Answer;
}

const receiptsOf = async (core: CoreInProcess, query = "", token = core.token) =>
  (await get<ReceiptsPage>(core, `/api/v1/receipts${query}`, token)).receipts;

async function view(core: CoreInProcess, id = "counter"): Promise<TillView> {
  const { tills } = await get<{ tills: TillView[] }>(core, "/api/v1/tills");
  return tills.find((one) => one.id === id) as TillView;
}

const portOf = (core: CoreInProcess, id = "counter"): Promise<number> =>
  waitFor(async () => (await view(core, id)).port, { what: "the till to listen" });

async function speak(t: TestContext, port: number, text: string): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  t.after(() => socket.destroy());
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.write(text);
  return socket;
}

describe("a till that connects to the recorder", () => {
  it("has its receipts kept, found by text, amount, till, camera and time, and told as events", async (t) => {
    const core = await recorder(t, till());
    await speak(t, await portOf(core), RECEIPT);
    const [receipt] = await waitFor(async () => {
      const found = await receiptsOf(core);
      return found[0]?.endedBy === undefined ? undefined : found;
    });
    assert.equal(receipt?.endedBy, "end");
    assert.equal(receipt.totalMinor, 300);
    assert.equal(receipt.number, "4711");
    assert.deepEqual(
      receipt.lines.map(({ text }) => text),
      ["ACME MARKET", "RECEIPT 4711", "2 *** 3.00", "CARD ***1111", "TOTAL 3.00", "THANK YOU"],
    );
    for (const query of [
      "?text=market",
      "?least=300&most=300",
      "?till=counter",
      "?cameras=yard",
      `?start=${receipt.start}`,
    ])
      assert.equal((await receiptsOf(core, query)).length, 1, query);
    for (const query of [
      "?text=coke",
      "?least=301",
      "?till=other",
      "?cameras=gate",
      "?end=2020-01-01T00:00:00Z",
    ])
      assert.equal((await receiptsOf(core, query)).length, 0, query);
    const one = await get<{ id: number }>(core, `/api/v1/receipts/${receipt.id}`);
    assert.equal(one.id, receipt.id);

    const events = await waitFor(async () => {
      const answer = await get<{
        events: { end?: string; camera?: string; detail: Record<string, unknown> }[];
      }>(core, "/api/v1/events?types=pos");
      return answer.events[0]?.end === undefined ? undefined : answer.events;
    });
    assert.equal(events.length, 1);
    assert.equal(events[0]?.camera, "yard");
    assert.equal(events[0]?.detail["totalMinor"], 300);
    assert.equal((await view(core)).status, "connected");
  });

  it("has its receipts changed by a plugin that may, which stands in the diagnostics document without its secrets", async (t) => {
    const plugins = tempDir("nj-till-plugin-");
    t.after(() => plugins.remove());
    const name = "nightjar-bridge-shop";
    const source = `export default {
      name: "${name}",
      configSchema: { type: "object", properties: {} },
      async setup(nvr) {
        await nvr.secrets.set("key", "heron-lantern-key");
        nvr.hooks.posTransaction.tapPromise({ name: "x" }, async (sold) => ({
          ...sold, receipt: "A" + sold.receipt, lines: sold.lines.filter(({ text }) => !text.startsWith("CARD")),
        }));
        nvr.hooks.diagnostics.tapPromise({ name: "x" }, async () => ({ told: "the key is heron-lantern-key" }));
      },
    };`;
    writeHousePlugin(plugins.join(name), name, { permissions: { hooks: ["posTransaction"] } }, source);
    const core = await startCoreInProcess({
      pluginPaths: [plugins.path],
      configure(draft) {
        draft.tills = [till()];
      },
    });
    t.after(() => core.stop());
    const isRunning = async (): Promise<boolean> => {
      const told = await get<{ plugins: { name: string; status: string }[] }>(core, "/api/v1/plugins");
      return told.plugins.some((plugin) => plugin.name === name && plugin.status === "running");
    };
    await waitFor(isRunning, { deadlineMs: 30_000, what: "the plugin to run" });
    await speak(t, await portOf(core), RECEIPT);
    const [receipt] = await waitFor(async () => {
      const found = await receiptsOf(core);
      return found[0]?.endedBy === undefined ? undefined : found;
    });
    assert.equal(receipt?.number, "A4711");
    assert.ok(!receipt.lines.some(({ text }) => text.startsWith("CARD")));
    assert.equal((await receiptsOf(core, "?text=4111")).length, 0, "nor is it found by that");
    const document = await get<{ plugins: Record<string, unknown> }>(core, "/api/v1/diagnostics");
    assert.deepEqual(document.plugins[name], { told: "the key is ***" });
  });

  it("is shown to those who may see a camera that looks at it, and to nobody else", async (t) => {
    const core = await recorder(
      t,
      till(),
      till({ id: "bar", name: "Bar", cameras: ["gate"], parser: undefined as never }),
    );
    await speak(t, await portOf(core), RECEIPT);
    await waitFor(async () => (await receiptsOf(core)).length === 1);
    for (const [name, camera] of [
      ["eve", "gate"],
      ["bob", "yard"],
    ] as const) {
      const body = JSON.stringify({ name, role: "viewer", password: PASSWORD, cameras: [camera] });
      assert.equal(
        (await core.ask("/api/v1/users", { method: "POST", token: core.token, body })).status,
        201,
      );
    }
    const [eve, bob] = [await core.signIn("eve"), await core.signIn("bob")];
    assert.equal((await receiptsOf(core, "", bob)).length, 1);
    assert.deepEqual(await receiptsOf(core, "", eve), []);
    assert.deepEqual(await receiptsOf(core, "?till=counter", eve), []);
    assert.equal((await core.ask("/api/v1/receipts?cameras=yard", { token: eve })).status, 404);
    const [known] = await receiptsOf(core);
    assert.equal((await core.ask(`/api/v1/receipts/${known?.id}`, { token: eve })).status, 404);
    const { tills } = await get<{ tills: TillView[] }>(core, "/api/v1/tills", eve);
    assert.deepEqual(
      tills.map(({ id }) => id),
      ["bar"],
    );
    assert.equal((await core.ask("/api/v1/tills/settings", { token: bob })).status, 403);
  });

  it("costs nothing but itself when it floods, and is not let in from where its owner does not say", async (t) => {
    const core = await recorder(t, till({ parser: undefined as never }));
    const port = await portOf(core);
    const flood = await speak(t, port, "");
    const much = "x\n".repeat(30_000);
    flood.write(much);
    await waitFor(async () => (await view(core)).lostLines > 0, { what: "the flood to be cut" });
    assert.ok((await receiptsOf(core, "?limit=200")).length <= 3);
    const many: Socket[] = [];
    for (let count = 0; count < 6; count += 1) many.push(await speak(t, port, ""));
    await waitFor(() => many.filter(({ destroyed }) => destroyed).length >= 3, {
      what: "those beyond four to be cut",
    });
  });
});

describe("tills by other ways", () => {
  it("are connected to, again and again while they are away", async (t) => {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.write(RECEIPT);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const core = await recorder(
      t,
      till({ input: { kind: "tcp-connect", host: "127.0.0.1", port, from: [] } }),
    );
    await waitFor(async () => (await receiptsOf(core)).length === 1);
    assert.equal((await view(core)).status, "connected");
  });

  it("send datagrams, and a pause ends a receipt where nobody reads it", async (t) => {
    const input = { kind: "udp", host: "127.0.0.1", port: 0, from: [] } as const;
    const core = await recorder(
      t,
      till({ input: { ...input, from: [] }, parser: undefined as never, pauseSeconds: 2 }),
    );
    const socket = createSocket("udp4");
    t.after(() => socket.close());
    const port = await portOf(core);
    socket.send("GRÜN\nTEE", port, "127.0.0.1");
    const [receipt] = await waitFor(async () => {
      const found = await receiptsOf(core);
      return found[0]?.endedBy === "pause" ? found : undefined;
    });
    assert.deepEqual(
      receipt?.lines.map(({ text }) => text),
      ["GRÜN", "TEE"],
    );
  });
});

describe("the settings of tills", () => {
  it("are changed as a whole, checked by the parser first, and only changed tills begin anew", async (t) => {
    const core = await recorder(t, till());
    const { token } = core;
    const socket = await speak(t, await portOf(core), "ACME\n");
    await waitFor(async () => (await receiptsOf(core)).length === 1);
    const put = (tills: unknown) =>
      core.ask("/api/v1/tills/settings", { method: "PUT", token, body: JSON.stringify({ tills }) });
    const wrong = await put([till({ parser: { ...PARSER, config: { begin: "(" } } })]);
    assert.equal(wrong.status, 422, wrong.text);
    assert.match(wrong.text, /NJ_TILL_PARSER/);
    assert.equal((await put([till(), till()])).status, 422, "twice the same id");
    const added = await put([till(), till({ id: "bar", name: "Bar", enabled: false })]);
    assert.equal(added.status, 200, added.text);
    socket.write("THANK YOU\n");
    await waitFor(async () => (await receiptsOf(core))[0]?.endedBy === "end", {
      what: "the same receipt to go on",
    });
    assert.equal((await put([])).status, 200);
    await waitFor(() => socket.destroyed || socket.readableEnded, { what: "the till to be let go" });
    const { parsers } = await get<{ parsers: { source: string }[] }>(core, "/api/v1/tills/parsers");
    assert.deepEqual(
      parsers.map(({ source }) => source),
      ["nightjar-pos-text/text"],
    );
    // What was kept stays, under the till's id.
    assert.equal((await receiptsOf(core))[0]?.name, "counter");
  });
});
