// The palette in a whole recorder's own flows, and in a Node-RED of one's own, which has it from its archive and reaches the
// recorder by address and token: an event goes through, the recorder acts, and who may not is told so.
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { ADMINISTRATOR, activate } from "../support/accounts.ts";
import { installPalette } from "../support/own-node-red.ts";
import { RecorderRig } from "../support/recorder-rig.ts";

const ROOT = join(import.meta.dirname, "../..");
/** Another version for the Node-RED of one's own: the file that its package is loaded by. */
const OTHER_NODE_RED = process.env["NIGHTJAR_TEST_NODE_RED"];
const skip = existsSync(join(ROOT, "node_modules/node-red"))
  ? false
  : "Node-RED is not installed: npm leaves it out on an older Node";
const LOGIN = "exception-illegal-login";
const RULE = {
  id: "break-in",
  name: "Somebody tries passwords",
  types: [LOGIN],
  actions: [{ action: "record", settings: { cameras: ["cam-1"] } }],
};

const SIREN = { id: "siren", name: "Siren", enabled: true, driver: { kind: "virtual" }, dwellSeconds: 60 };

/** An event has a camera recorded, a picture taken, an output on for a while, a question asked and a rule done; `/got` tells what came out of it. */
function flowsAt(server: object): object[] {
  const keep = (id: string) => ({
    ...{ id: `keep-${id}`, type: "change", z: "tab", wires: [[]] },
    rules: [
      {
        t: "set",
        p: id,
        pt: "flow",
        to: id === "picture" ? "$length(payload)" : "payload",
        tot: id === "picture" ? "jsonata" : "msg",
      },
    ],
  });
  return [
    { id: "srv", type: "nj-server", base: "nightjar", ...server },
    { id: "tab", type: "tab", label: "Try" },
    {
      id: "n-event",
      type: "nj-event",
      z: "tab",
      server: "srv",
      types: LOGIN,
      phases: "start",
      maxAge: "60",
      wires: [["n-record", "n-linkage"]],
    },
    {
      id: "n-record",
      type: "nj-record",
      z: "tab",
      server: "srv",
      camera: "cam-1",
      act: "start",
      seconds: "20",
      wires: [["n-capture", "keep-record", "n-output", "n-explain"]],
    },
    {
      id: "n-capture",
      type: "nj-capture",
      z: "tab",
      server: "srv",
      camera: "cam-1",
      width: "320",
      wires: [["keep-picture"]],
    },
    {
      id: "n-linkage",
      type: "nj-linkage",
      z: "tab",
      server: "srv",
      act: "rule",
      rule: RULE.id,
      wires: [["keep-linkage"]],
    },
    {
      ...{ id: "n-output", type: "nj-output", z: "tab", server: "srv", output: "siren", act: "pulse" },
      ...{ seconds: "2", follows: true, wires: [["n-switched"]] },
    },
    // What it did, or that its state is another one.
    {
      ...{ id: "n-switched", type: "function", z: "tab", outputs: 0, wires: [] },
      func: 'if (msg.payload === "ON" || msg.payload === "OFF") flow.set("output", (flow.get("output") ?? "") + msg.payload)',
    },
    {
      ...{ id: "n-explain", type: "nj-explain", z: "tab", server: "srv", camera: "cam-1", at: "now" },
      ...{ eventType: "", wires: [["keep-why", "n-popup-end"]] },
    },
    {
      ...{ id: "n-popup-end", type: "nj-popup", z: "tab", server: "srv", camera: "", walls: "", act: "end" },
      wires: [["keep-walls"]],
    },
    { id: "n-rule", type: "nj-rule", z: "tab", server: "srv", rule: RULE.id, wires: [["keep-fired"], []] },
    { id: "n-catch", type: "catch", z: "tab", wires: [["n-refused"]] },
    {
      id: "n-refused",
      type: "change",
      z: "tab",
      rules: [{ t: "set", p: "refused", pt: "flow", to: "nightjarError", tot: "msg" }],
      wires: [[]],
    },
    ...["record", "linkage", "fired", "why", "walls"].map(keep),
    {
      id: "keep-picture",
      type: "function",
      z: "tab",
      func: 'flow.set("picture", msg.payload.length)',
      outputs: 0,
      wires: [],
    },
    { id: "n-in", type: "http in", z: "tab", url: "/got", method: "get", wires: [["n-tell"]] },
    {
      ...{ id: "n-tell", type: "function", z: "tab", outputs: 1, wires: [["n-out"]] },
      func: 'const keys = ["record", "picture", "linkage", "fired", "output", "why", "walls", "refused"]; msg.payload = Object.fromEntries(keys.map((key) => [key, flow.get(key)])); return msg;',
    },
    { id: "n-out", type: "http response", z: "tab", wires: [] },
  ];
}

interface Got {
  readonly record?: { readonly camera: string; readonly state: string };
  readonly picture?: number;
  readonly linkage?: readonly { readonly action: string; readonly status: string }[];
  readonly fired?: { readonly phase: string; readonly event: { readonly event_type: string } };
  /** `ONOFF` once the output went on and off again. */
  readonly output?: string;
  readonly why?: { readonly recording: { readonly state: string } };
  readonly walls?: { readonly walls: readonly string[] };
  readonly refused?: { readonly code: string };
}

describe("the palette at a whole recorder", { timeout: 120_000, skip }, () => {
  it("has events go through its own flows, and through those of a Node-RED elsewhere", async (t) => {
    const rig = await RecorderRig.start({ cameras: 1 });
    t.after(() => rig.dispose());
    const admin = await activate(rig.url, rig.activationCode);
    const { origin } = new URL(rig.url);
    const { username, password } = ADMINISTRATOR;
    const ask = (path: string, method = "GET", body?: object, headers: Record<string, string> = {}) =>
      fetch(new URL(path, rig.url), {
        method,
        headers: { "content-type": "application/json", ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const bearer = { authorization: `Bearer ${admin}` };
    const json = async <T>(path: string, method = "GET", body?: object): Promise<T> => {
      const answer = await ask(path, method, body, bearer);
      assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
      return (await answer.json()) as T;
    };
    const session = await ask("/api/v1/session", "POST", { username, password }, { origin });
    const cookie = (session.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    await json("/api/v1/linkage/rules", "PUT", { rules: [RULE] });
    await json("/api/v1/outputs/settings", "PUT", { outputs: [SIREN] });
    await rig.untilRecording(30_000);
    const wellDone = async (get: () => Promise<Got>, what: string, intruder: string) => {
      await waitFor(async () => (await get()).refused === undefined, { what });
      await breakIn(rig.url, intruder);
      let seen: Got = {};
      await waitFor(
        async () => {
          seen = await get();
          const { record, picture = 0, linkage, fired, output = "", walls } = seen;
          const isDone = record?.state === "ON" && picture > 1_000 && linkage !== undefined;
          return isDone && fired !== undefined && output.startsWith("ONOFF") && walls !== undefined;
        },
        { deadlineMs: 30_000, what: () => `${what}: ${JSON.stringify(seen)}` },
      );
      assert.deepEqual(
        seen.linkage?.map(({ action, status }) => [action, status]),
        [["record", "done"]],
      );
      assert.deepEqual([seen.why?.recording.state, seen.walls?.walls], ["ok", []]);
      assert.deepEqual([seen.fired?.phase, seen.fired?.event.event_type], ["fired", LOGIN]);
    };

    // In the recorder: no address, no token.
    assert.ok((await ask("/api/v1/flows", "PATCH", { enabled: true }, { cookie, origin })).ok);
    await waitFor(async () => (await json<{ status: string }>("/api/v1/flows")).status === "running", {
      ...{ deadlineMs: 60_000, what: "flows to run" },
    });
    const deployed = await ask("/flows/flows", "POST", flowsAt({ where: "here" }), { cookie, origin });
    assert.equal(deployed.status, 204);
    const embedded = async () =>
      (await (await ask("/flows-http/got", "GET", undefined, bearer)).json()) as Got;
    await connected(rig, json);
    // The rule is there as nodes, beside what was deployed without them.
    await waitFor(
      async () => {
        const flows = await (await ask("/flows/flows", "GET", undefined, { cookie })).json();
        const types = (flows as { type: string; z?: string }[]).filter(({ z }) => z === "nightjar-linkage");
        return types.some(({ type }) => type === "nj-tick") && types.some(({ type }) => type === "nj-rule");
      },
      { what: "the tab of alarm linkage" },
    );
    await wellDone(embedded, "the recorder's own flows", "127.0.0.2");
    // Both ways: what a person deletes in the tab is unticked, what they add to a rule is ticked, in their name.
    const v2 = { cookie, origin, "node-red-api-version": "v2" };
    type Flows = { flows: { id: string; type: string; action?: string }[]; rev: string };
    const tab = async () => (await (await ask("/flows/flows", "GET", undefined, v2)).json()) as Flows;
    const rules = async () =>
      (await json<{ rules: { actions: { action: string }[] }[] }>("/api/v1/linkage")).rules[0]?.actions.map(
        ({ action }) => action,
      );
    const { flows, rev } = await tab();
    const tick = flows.find(({ type }) => type === "nj-tick");
    assert.equal((await rules())?.[0], tick?.action);
    const sound = {
      ...{ id: "n-sound", type: "nj-linkage", z: "nightjar-linkage", g: `nightjar-group-${RULE.id}` },
      ...{
        server: "nightjar-here",
        act: "action",
        action: "sound",
        settings: "{}",
        x: 500,
        y: 300,
        wires: [[]],
      },
    };
    const wanted = { flows: [...flows.filter(({ id }) => id !== tick?.id), sound], rev };
    assert.equal((await ask("/flows/flows", "POST", wanted, v2)).status, 200);
    await waitFor(async () => (await rules())?.join() === "sound", { what: "the rule as it was deployed" });
    assert.equal((await ask("/flows/flows", "POST", wanted, v2)).status, 409, "an older revision is refused");
    await waitFor(
      async () => {
        const now = (await tab()).flows.filter(({ type }) => type === "nj-tick" || type === "nj-linkage");
        return now.some(({ action }) => action === "sound") && now.every(({ id }) => id !== "n-sound");
      },
      { what: "the node to have become a tick" },
    );
    const { entries } = await json<{ entries: { userName: string; detail: { source?: string } }[] }>(
      "/api/v1/audit?actions=linkage-changed",
    );
    assert.ok(entries.some((entry) => entry.userName === username && entry.detail.source === "flows"));
    await json("/api/v1/linkage/rules", "PUT", { rules: [RULE] });
    const { events } = await json<{ events: { actions?: { action: string; rule: string }[] }[] }>(
      `/api/v1/events?types=${LOGIN}`,
    );
    assert.ok(
      events.some(({ actions = [] }) => actions.filter(({ rule }) => rule === RULE.id).length === 2),
      "what the rule did by itself and what the flow had it do stand with the event",
    );
    const secrets = readdirSync(join(rig.dataDir, "flows"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".json"))
      .map(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8"));
    assert.doesNotMatch(secrets.join(), /flows of the recorder/, "its login lies in no file");
    assert.ok((await ask("/api/v1/flows", "PATCH", { enabled: false }, { cookie, origin })).ok);

    // Elsewhere: an address and a token.
    const { secret } = await json<{ secret: string }>("/api/v1/tokens", "POST", {
      ...{ name: "house", cameras: "all", current: password, expiresAt: "never" },
      rights: [
        "mqtt.connect",
        "status.view",
        "system.view",
        "cameras.view",
        "events.view",
        "recordings.manual",
        "snapshot",
        "playback",
        "outputs.set",
        "linkage.run",
      ],
    });
    const { state } = await json<{ state: { tcp: { port: number } } }>("/api/v1/mqtt");
    const own = await ownNodeRed(t);
    const server = { where: "other", url: `mqtt://127.0.0.1:${state.tcp.port}` };
    await own.deploy(flowsAt(server), { user: username, token: "nightjar_wrong" });
    await waitFor(() => own.log.find((line) => /wrong account or token/.test(line)), {
      what: () => `a wrong token to be told of: ${own.log.join(" | ")}`,
    });
    await own.deploy(flowsAt(server), { user: username, token: secret });
    await waitFor(() => own.log.some((line) => /connected to the recorder/.test(line)), {
      what: "the connection",
    });
    await wellDone(own.got, "flows elsewhere", "127.0.0.3");
  });
});

/** Tries a wrong password from an address of the machine's own: what one address tries within a minute is one event. */
async function breakIn(url: string, localAddress: string): Promise<void> {
  const tried = request(new URL("/api/v1/session", url.replace("localhost", "127.0.0.1")), {
    ...{ method: "POST", localAddress, agent: false, headers: { "content-type": "application/json" } },
  });
  tried.end(JSON.stringify({ username: "mallory", password: "wrong horse battery" }));
  const [answer] = (await once(tried, "response")) as [IncomingMessage];
  answer.resume();
  assert.equal(answer.statusCode, 401);
}

/** Waits until flows have their connection to the broker. */
async function connected(rig: RecorderRig, json: <T>(path: string) => Promise<T>): Promise<void> {
  await waitFor(
    async () =>
      (await json<{ state: { clients: { userName: string }[] } }>("/api/v1/mqtt")).state.clients.some(
        ({ userName }) => userName === "flows of the recorder",
      ),
    { what: `flows to be at the broker of ${rig.url}` },
  );
}

/** A Node-RED in this process, on a folder of its own, with the palette as npm packs it. */
async function ownNodeRed(t: TestContext) {
  const dir = tempDir("nightjar-own-node-red-");
  t.after(() => dir[Symbol.dispose]());
  installPalette(dir.path);
  const { default: nodeRed } = (await import(OTHER_NODE_RED ?? "node-red")) as typeof import("node-red");
  const log: string[] = [];
  const web = createServer();
  nodeRed.init(web, {
    ...{
      userDir: dir.path,
      flowFile: "flows.json",
      credentialSecret: "own",
      httpAdminRoot: "/admin",
      httpNodeRoot: "/pages",
    },
    ...{ telemetry: { enabled: false, updateNotification: false } },
    logging: {
      lines: {
        level: "info",
        handler:
          () =>
          ({ msg }: { msg: unknown }) =>
            void log.push(String(msg)),
      },
    },
  });
  web.on("request", (request, response) => {
    const isAdmin = request.url?.startsWith("/admin") === true;
    request.url = request.url?.replace(/^\/(admin|pages)/, "") ?? "/";
    (isAdmin ? nodeRed.httpAdmin : nodeRed.httpNode)(request, response);
  });
  await nodeRed.start();
  t.after(() => nodeRed.stop());
  web.listen(0, "127.0.0.1");
  await once(web, "listening");
  t.after(() => {
    web.close();
    web.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
  return {
    log,
    got: async () => (await (await fetch(`${url}/pages/got`)).json()) as Got,
    async deploy(flows: object[], credentials: object) {
      const body = flows.map((node) =>
        (node as { id: string }).id === "srv" ? { ...node, credentials } : node,
      );
      const answer = await fetch(`${url}/admin/flows`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      assert.equal(answer.status, 204);
      const { types } = (
        (await (await fetch(`${url}/admin/nodes`, { headers: { accept: "application/json" } })).json()) as {
          types: string[];
          module: string;
          local: boolean;
        }[]
      ).find(({ module, local }) => module === "node-red-contrib-nightjar" && local) ?? { types: [] };
      assert.ok(types.length > 0, "the palette is the one that npm packed");
    },
  };
}
