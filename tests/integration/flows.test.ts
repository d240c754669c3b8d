// Flows in a whole recorder: Node-RED runs only where it is switched on, behind the recorder's login, within its walls; a flow
// that never gives the thread back costs nothing but flows, and is named (attack list A14).
import assert from "node:assert/strict";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { describe, it } from "node:test";
import { WebSocket } from "ws";
import { testPatience, waitFor } from "../../core/testing/wait-for.ts";
import { ADMINISTRATOR, activate, addAccount, type TestAccount } from "../support/accounts.ts";
import { missingBeyondSlew, recordedUntil } from "../support/recorder-evidence.ts";
import { DEMO_FRAME_MS, RecorderRig } from "../support/recorder-rig.ts";
import { flowsFor, flowsWithPrograms, INTRUDER, LIVE } from "../support/sample-flows.ts";

interface View {
  readonly status: string;
  readonly because?: string;
  readonly node?: { readonly id: string; readonly name?: string };
  readonly setAside?: { readonly file: string; readonly reason: string; readonly copyAt?: string };
  readonly barred?: readonly { readonly type: string }[];
}

const VIEWER = { username: "vera", password: "amber meadow kettle four", role: "viewer" } as const;
const OPERATOR = { username: "olga", password: "violet harbour lamp nine", role: "operator" } as const;

describe("flows in a whole recorder", { timeout: 240_000 }, () => {
  it("are reached by whoever may, see nothing of the recorder, and cost nothing when they hang", async (t) => {
    const rig = await RecorderRig.start({ cameras: 2 });
    t.after(() => rig.dispose());
    await rig.untilRecording(60_000);
    const admin = await activate(rig.url, rig.activationCode);
    const operator = await addAccount({ url: rig.url, token: admin }, OPERATOR);
    const viewer = await addAccount({ url: rig.url, token: admin }, VIEWER);
    const { origin, host } = new URL(rig.url);
    const ask = (path: string, { method = "GET", headers = {}, body }: Ask = {}) =>
      fetch(new URL(path, rig.url), {
        method,
        redirect: "manual",
        headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const cookieOf = async ({ username, password }: TestAccount): Promise<string> => {
      const body = { username, password };
      const answer = await ask("/api/v1/session", { method: "POST", headers: { origin }, body });
      return (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    };
    const cookie = await cookieOf(ADMINISTRATOR);
    const view = async () => (await (await ask("/api/v1/flows", { headers: { cookie } })).json()) as View;
    const reaches = async (status: string) => {
      let seen: View | undefined;
      return await waitFor(
        async () => {
          seen = await view();
          return seen.status === status ? seen : undefined;
        },
        { deadlineMs: 60_000, what: () => `flows to be ${status}; they are ${JSON.stringify(seen)}` },
      );
    };
    const statusOf = async (path: string, options?: Ask) => (await ask(path, options)).status;
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

    assert.equal((await view()).status, "off", "nobody has switched them on");
    assert.equal(await statusOf("/flows/", { headers: { cookie } }), 503);
    const on = { method: "PATCH", body: { enabled: true } };
    assert.equal(await statusOf("/api/v1/flows", { ...on, headers: bearer(operator) }), 403);
    assert.equal(await statusOf("/api/v1/flows", { ...on, headers: { cookie, origin } }), 200);
    await reaches("running");

    // Who gets in.
    const operatorCookie = await cookieOf(OPERATOR);
    for (const [who, headers, editor, pages] of [
      ["nobody", {}, 401, 401],
      ["a made-up cookie", { cookie: "nightjar=nj_made-up" }, 401, 401],
      ["a viewer", { cookie: await cookieOf(VIEWER) }, 403, 403],
      ["a viewer's program", bearer(viewer), 403, 403],
      ["an operator", { cookie: operatorCookie }, 403, 404],
      ["an operator's program", bearer(operator), 403, 404],
      ["an administrator's program", bearer(admin), 403, 404],
      ["an administrator", { cookie }, 200, 404],
      ["a page of another port", { cookie, "sec-fetch-site": "same-site" }, 403, 403],
    ] as const) {
      assert.equal(await statusOf("/flows/settings", { headers }), editor, `the editor, to ${who}`);
      assert.equal(await statusOf("/flows-http/none", { headers }), pages, `pages, to ${who}`);
    }
    assert.equal((await ask("/flows", { headers: { cookie } })).headers.get("location"), "/flows/");
    const sets = await ask("/flows/nodes", { headers: { cookie, accept: "application/json" } });
    const types = ((await sets.json()) as { types: string[] }[]).flatMap((set) => set.types);
    assert.ok(types.includes("mqtt in") && types.includes("function"), types.join());
    for (const type of ["exec", "file", "file in", "watch", "tcp in", "udp in"])
      assert.ok(!types.includes(type), `${type} is there`);
    assert.equal(
      await statusOf("/flows/nodes", {
        method: "POST",
        headers: { cookie, origin },
        body: { module: "node-red-x" },
      }),
      404,
      "nothing can be installed",
    );

    // Changes come from our own pages alone.
    const deploy = (flows: object[], headers: Record<string, string>) =>
      statusOf("/flows/flows", { method: "POST", headers, body: flows });
    // It waits, as a loop would: what counts is that the thread is not given back.
    const wait = "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);";
    const flows = flowsFor({ intruder: INTRUDER, hangs: `await null; ${wait}` });
    assert.equal(await deploy(flows, { cookie }), 403, "without telling from where");
    assert.equal(await deploy(flows, { cookie, origin: "http://evil.example" }), 403);
    assert.equal(await deploy(flows, { cookie, origin }), 204);

    // What flows can get at.
    const path = `/flows-http/intruder?data=${encodeURIComponent(rig.dataDir)}`;
    const got = await waitFor(async () => {
      const answer = await ask(path, { headers: { cookie, "x-other": "1" } });
      return answer.status === 200 ? ((await answer.json()) as Record<string, string>) : undefined;
    });
    const { headers, ...denied } = got as unknown as { headers: string[] };
    assert.ok(headers.includes("x-other") && !headers.includes("cookie"), headers.join());
    assert.deepEqual(denied, {
      secrets: "ERR_ACCESS_DENIED",
      other: "ERR_ACCESS_DENIED",
      program: "ERR_ACCESS_DENIED",
      thread: "ERR_ACCESS_DENIED",
    });

    // The editor's own socket, for as long as the session lives.
    const open = (options: Record<string, string>) =>
      new WebSocket(`ws://${host}/flows/comms`, { headers: options });
    const [refusal] = await once(open({ cookie, origin: "http://evil.example" }), "error");
    assert.match(String(refusal), /403/);
    const second = await cookieOf(ADMINISTRATOR);
    const comms = open({ cookie: second, origin });
    await once(comms, "open");
    const closed = once(comms, "close", { signal: AbortSignal.timeout(5_000 * testPatience()) });
    const out = { method: "DELETE", headers: { cookie: second, origin }, body: {} };
    assert.equal(await statusOf("/api/v1/session", out), 204);
    await closed;

    // A node that never gives the thread back.
    const begun = Date.now();
    const hung = ask("/flows-http/hangs", { headers: bearer(operator) });
    const others = (await rig.status())?.processes.filter(({ name }) => (name as string) !== "flows");
    assert.equal((await hung).status, 503);
    const killedMs = Date.now() - begun;
    assert.ok(killedMs <= 5_000 * testPatience(), `it was ended after ${killedMs} ms`);
    const { because, node } = await reaches("safe");
    assert.deepEqual([because, node?.id, node?.name], ["hang", "hangs", "The one of hangs"]);
    const after = await rig.status();
    assert.ok(after?.problems.some(({ code }) => code === "flows-safe-mode"));
    assert.deepEqual(
      after?.processes.filter(({ name }) => (name as string) !== "flows").map(({ pid }) => pid),
      others?.map(({ pid }) => pid),
      "no other process was touched",
    );
    assert.equal(await statusOf("/flows/settings", { headers: { cookie } }), 200, "the editor is there");

    // Mended and deployed, they run again; what was deployed before is kept.
    const mended = [...flowsFor({ mended: 'msg.payload = "well"; return msg;' }), ...LIVE];
    assert.equal(await deploy(mended, { cookie, origin }), 204);
    await reaches("running");
    const well = await ask("/flows-http/mended", { headers: bearer(operator) });
    assert.deepEqual([well.status, await well.text()], [200, "well"]);
    assert.equal(well.headers.get("x-frame-options"), "DENY");
    assert.match(
      well.headers.get("content-security-policy") ?? "",
      new RegExp(`connect-src ${origin}/flows-http/ ws://${host}/flows-http/;`),
    );

    // What a dashboard lives by: who may see flows has its socket too, nobody else.
    const live = (headers: Record<string, string>) =>
      new WebSocket(`ws://${host}/flows-http/live`, { headers });
    for (const [status, headers] of [
      [401, { origin }],
      [403, bearer(viewer)],
      [403, { cookie: operatorCookie, origin: "http://evil.example" }],
    ] as const)
      assert.match(String((await once(live(headers), "error"))[0]), new RegExp(`${status}`));
    const socket = live({ cookie: operatorCookie, origin });
    await once(socket, "open");
    socket.send("the gate stands open");
    assert.equal(String((await once(socket, "message"))[0]), "the gate stands open");
    socket.close();

    // A program's own token opens pages where it has that right, and nothing of the editor.
    const tokenFor = async (name: string, rights: string[]) => {
      const body = { current: ADMINISTRATOR.password, name, rights, cameras: "all", expiresAt: "never" };
      const made = await ask("/api/v1/tokens", { method: "POST", headers: { cookie, origin }, body });
      assert.ok(made.ok, `${made.status}`);
      return bearer(((await made.json()) as { secret: string }).secret);
    };
    const ofFlows = await tokenFor("wall", ["flows.view"]);
    const ofOthers = await tokenFor("other", ["status.view", "system.view", "cameras.view", "flows.edit"]);
    const opened = await ask("/flows-http/mended", { headers: ofFlows });
    assert.deepEqual([opened.status, await opened.text()], [200, "well"]);
    assert.equal(await statusOf("/flows-http/mended", { headers: ofOthers }), 403);
    for (const headers of [ofFlows, ofOthers]) {
      for (const path of ["/flows/", "/flows/settings", "/flows/flows", "/flows/nodes"])
        assert.equal(await statusOf(path, { headers }), 403, path);
      assert.equal(await deploy([], headers), 403);
      assert.match(String((await once(open(headers), "error"))[0]), /403/);
    }
    const folder = join(rig.dataDir, "flows/backups");
    const copies = () =>
      readdirSync(folder)
        .sort()
        .map((name) => readFileSync(join(folder, name), "utf8"));
    await waitFor(() => copies().at(-1)?.includes("in-mended"));
    assert.ok(copies().some((text) => text.includes("in-hangs")));

    // Programs and files: not until an administrator allows them, and then no more than that.
    const share = join(rig.dataDir, "..", `${basename(rig.dataDir)}-share`);
    mkdirSync(share);
    t.after(() => rmSync(share, { recursive: true, force: true }));
    assert.equal(await deploy(flowsWithPrograms(share), { cookie, origin }), 204);
    const barred = async (...types: string[]) => {
      let seen: View | undefined;
      await waitFor(
        async () => {
          seen = await view();
          const found = (seen.barred ?? []).map(({ type }) => type).sort();
          return seen.status === "running" && found.join() === types.join();
        },
        { deadlineMs: 60_000, what: () => `${types.join()} to be barred: ${JSON.stringify(seen)}` },
      );
    };
    await barred("exec", "file");
    const textOf = async (name: string) => {
      const answer = await ask(`/flows-http/${name}`, { headers: bearer(operator) });
      return answer.status === 200 ? await answer.text() : String(answer.status);
    };
    assert.equal(await textOf("others"), "well", "other nodes run, though some are barred");
    const allow = (body: object, headers: Record<string, string> = { cookie, origin }) =>
      statusOf("/api/v1/flows/allowed", { method: "PUT", headers, body });
    const all = { programs: true, folders: [share], modules: false };
    assert.equal(await allow(all, { cookie: operatorCookie, origin }), 403);
    assert.equal(await allow({ ...all, folders: [rig.dataDir] }), 422, "never what is the recorder's");
    assert.equal(await allow(all), 200);
    await barred();
    await waitFor(async () => (await textOf("program")).trim() === "from a program", { deadlineMs: 60_000 });
    await textOf("file");
    await waitFor(
      () => existsSync(join(share, "written")) && readFileSync(join(share, "written"), "utf8") !== "",
    );
    const look = `/flows-http/intruder?data=${encodeURIComponent(rig.dataDir)}`;
    const { secrets, program } = (await (await ask(look, { headers: { cookie } })).json()) as {
      secrets: string;
      program: string;
    };
    assert.deepEqual([secrets, program], ["ERR_ACCESS_DENIED", "done"], "a program is another matter");
    const audit = (await (
      await ask("/api/v1/audit?actions=flows-allowed", { headers: { cookie } })
    ).json()) as {
      entries: { userName: string; detail: { programs: boolean; folders?: string } }[];
    };
    assert.deepEqual(
      audit.entries.map(({ userName, detail }) => [userName, detail.programs, detail.folders]),
      [[ADMINISTRATOR.username, true, realpathSync(share)]],
    );
    assert.equal(await allow({ programs: false, folders: [], modules: false }), 200);
    await barred("exec", "file");
    const again = (await (await ask(look, { headers: { cookie } })).json()) as { program: string };
    assert.equal(again.program, "ERR_ACCESS_DENIED");

    const off = { method: "PATCH", headers: { cookie, origin }, body: { enabled: false } };
    assert.equal(await statusOf("/api/v1/flows", off), 200);
    await waitFor(async () => (await statusOf("/flows/", { headers: { cookie } })) === 503 || undefined);

    // Flows that were cut off: a copy of them runs, and where they lie is told; without a copy none runs until somebody deploys.
    const startSpoilt = async (status: string) => {
      assert.equal(await statusOf("/api/v1/flows", off), 200);
      await waitFor(
        async () => (await rig.status())?.processes.every(({ name }) => (name as string) !== "flows"),
        {
          deadlineMs: 30_000,
        },
      );
      writeFileSync(join(rig.dataDir, "flows/flows.json"), '[{"id":"ta');
      assert.equal(await statusOf("/api/v1/flows", { ...on, headers: { cookie, origin } }), 200);
      const { because: why, setAside } = await reaches(status);
      const file = setAside?.file ?? "";
      assert.equal(readFileSync(join(rig.dataDir, "flows", file), "utf8"), '[{"id":"ta');
      const told = (await rig.status())?.problems.filter(({ code }) => code.startsWith("flows-"));
      assert.equal(told?.length, 1);
      assert.ok(told?.[0]?.message.includes(`flows/${file}`), told?.[0]?.message);
      return {
        code: told?.[0]?.code,
        because: why,
        reason: setAside?.reason,
        isCopied: setAside?.copyAt !== undefined,
      };
    };
    assert.deepEqual(await startSpoilt("running"), {
      ...{ code: "flows-set-aside", because: undefined, reason: "not-json", isCopied: true },
    });
    assert.equal(await textOf("others"), "well", "the copy runs");
    assert.equal(await statusOf("/api/v1/flows", off), 200);
    rmSync(folder, { recursive: true });
    assert.deepEqual(await startSpoilt("safe"), {
      ...{ code: "flows-safe-mode", because: "unreadable", reason: "not-json", isCopied: false },
    });
    assert.equal(await statusOf("/flows/settings", { headers: { cookie } }), 200, "the editor is there");
    assert.equal(await deploy(mended, { cookie, origin }), 204);
    assert.equal((await reaches("running")).setAside, undefined);
    await waitFor(async () => (await textOf("mended")) === "well");

    // Recording noticed nothing of all that.
    const { unitsDropped } = await rig.sender.counters();
    const endMs = Date.now();
    await rig.stopRecorder();
    const files = rig.files();
    const recorded = recordedUntil(files, endMs, DEMO_FRAME_MS);
    assert.deepEqual(
      [recorded.cameras, recorded.gaps, missingBeyondSlew(recorded, DEMO_FRAME_MS), recorded.reconnected],
      [2, [], [], []],
    );
    assert.ok(Math.min(...files.map(({ startMs }) => startMs)) < begun, "it was recorded before the hang");
    assert.ok(recorded.endsEarlyMs < endMs - begun - killedMs, "and after it");
    assert.equal(unitsDropped, 0, "the cameras sent all");
  });
});

interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}
