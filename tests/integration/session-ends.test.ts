// Whatever takes the right to look away closes what is open, on a real recorder with all its processes: live and playback
// sockets and the stream of changes, of people and of programs, within a second; and the old words open nothing again.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import WebSocket from "ws";
import { testPatience, waitFor } from "../../core/testing/wait-for.ts";
import { ADMINISTRATOR, type Recorder } from "../e2e/support/recorder.ts";
import { sharedRecorder } from "../e2e/support/shared-recorder.ts";

const PASSWORD = "heron lantern quarry";
const LIMIT_MS = 1_000;

interface Opened {
  /** Milliseconds from `since` until all were closed. */
  closedAfter(since: number): Promise<number>;
}

describe("open streams end with what opened them (attack list A6)", { timeout: 600_000 }, () => {
  let recorder: Recorder;
  let camera: string;
  let number = 0;
  before(async () => {
    recorder = await sharedRecorder();
    const { cameras } = await recorder.api<{ cameras: { id: string }[] }>("GET", "/cameras");
    camera = cameras[0]?.id ?? "";
    await waitFor(
      async () =>
        (await recorder.api<{ cameras: { state: { status: string } }[] }>("GET", "/cameras")).cameras[0]
          ?.state.status === "online",
      { deadlineMs: 30_000, what: "the demo camera" },
    );
  });

  const headers = (secret: string) => ({ authorization: `Bearer ${secret}` });
  const socketUrl = (name: string) =>
    `${recorder.url.replace("http", "ws")}/api/v1/cameras/${camera}/${name}`;

  async function ask(secret: string, method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(`${recorder.url}/api/v1${path}`, {
      method,
      headers: { ...headers(secret), "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** A new operator with a session. */
  async function person(): Promise<{ name: string; token: string }> {
    number += 1;
    const name = `olga-${number}`;
    await recorder.api("POST", "/users", { name, password: PASSWORD, role: "operator" });
    return { name, token: await signIn(name) };
  }

  async function signIn(username: string): Promise<string> {
    const answer = await fetch(`${recorder.url}/api/v1/session`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ username, password: PASSWORD }),
    });
    assert.equal(answer.status, 200);
    return ((await answer.json()) as { token: string }).token;
  }

  async function program(token: string): Promise<{ secret: string; id: string }> {
    const answer = await ask(token, "POST", "/tokens", {
      name: "wall",
      rights: ["live", "playback", "cameras.view"],
      cameras: "all",
      expiresAt: "never",
      current: PASSWORD,
    });
    assert.equal(answer.status, 201);
    const { secret, token: made } = (await answer.json()) as { secret: string; token: { id: string } };
    return { secret, id: made.id };
  }

  /** Opens a live socket, a playback socket and the stream of changes. */
  async function open(secret: string): Promise<Opened> {
    const ends: Promise<number>[] = [];
    for (const name of ["live", "playback"]) {
      const socket = new WebSocket(socketUrl(name), { headers: headers(secret) });
      ends.push(
        new Promise((resolve) => {
          socket.on("close", () => resolve(performance.now()));
          socket.on("error", () => undefined);
        }),
      );
      // Live says hello once it is granted; playback waits to be asked.
      await new Promise<void>((resolve, reject) => {
        socket.once(name === "live" ? "message" : "open", () => resolve());
        socket.once("error", reject);
      });
    }
    const changes = await fetch(`${recorder.url}/api/v1/changes`, { headers: headers(secret) });
    assert.equal(changes.status, 200);
    ends.push(
      (async () => {
        for await (const _ of changes.body ?? []);
        return performance.now();
      })(),
    );
    return {
      async closedAfter(since) {
        let times: readonly number[] | undefined;
        void Promise.all(ends).then((all) => {
          times = all;
        });
        return (
          Math.max(...(await waitFor(() => times, { deadlineMs: 20_000, what: "all streams closed" }))) -
          since
        );
      },
    };
  }

  async function isDead(secret: string): Promise<void> {
    assert.equal((await ask(secret, "GET", "/session")).status, 401);
    assert.equal(await knock(secret), 401);
  }

  /** What a new live socket is answered. */
  async function knock(secret: string): Promise<unknown> {
    const socket = new WebSocket(socketUrl("live"), { headers: headers(secret) });
    // Closing one that never opened is told as an error.
    socket.on("error", () => undefined);
    const status = await new Promise((resolve) => {
      socket.on("unexpected-response", (_, answer) => resolve(answer.statusCode));
      socket.on("open", () => resolve("open"));
    });
    socket.terminate();
    return status;
  }

  /** Opens everything, does it, and looks at what is left. */
  async function judge(secret: string, act: () => Promise<unknown>): Promise<void> {
    const opened = await open(secret);
    const since = performance.now();
    await act();
    const tookMs = await opened.closedAfter(since);
    assert.ok(tookMs <= LIMIT_MS * testPatience(), `closed after ${Math.round(tookMs)} ms`);
    await isDead(secret);
  }

  const acts: [string, (who: { name: string; token: string }) => Promise<unknown>][] = [
    ["signing out", ({ token }) => ask(token, "DELETE", "/session", {})],
    [
      "a password that an administrator sets",
      ({ name }) => patch(name, { password: "a fresh heron lantern" }),
    ],
    ["another role", ({ name }) => patch(name, { role: "viewer" })],
    ["other cameras", ({ name }) => patch(name, { cameras: [] })],
    ["disabling", ({ name }) => patch(name, { enabled: false })],
    ["removing the account", ({ name }) => recorder.api("DELETE", `/users/${name}`, {})],
    [
      "an administrator who ends the session",
      ({ name }) => recorder.api("DELETE", `/users/${name}/sessions`, {}),
    ],
    [
      "the own password, changed elsewhere",
      async ({ name }) =>
        ask(await signIn(name), "PUT", "/session/password", {
          current: PASSWORD,
          password: "a fresh heron lantern",
        }),
    ],
  ];
  const patch = (name: string, change: unknown) => recorder.api("PATCH", `/users/${name}`, change);
  for (const [what, act] of acts) {
    it(`of a session: ${what}`, async () => {
      const who = await person();
      await judge(who.token, () => act(who));
    });
  }

  const tokenActs: [string, (who: { name: string; token: string; id: string }) => Promise<unknown>][] = [
    ["revoking it", ({ token, id }) => ask(token, "DELETE", `/tokens/${id}`, {})],
    ["disabling its account", ({ name }) => patch(name, { enabled: false })],
    ["removing its account", ({ name }) => recorder.api("DELETE", `/users/${name}`, {})],
    [
      "a password that an administrator sets",
      ({ name }) => patch(name, { password: "a fresh heron lantern" }),
    ],
  ];
  for (const [what, act] of tokenActs) {
    it(`of an API token: ${what}`, async () => {
      const who = await person();
      const { secret, id } = await program(who.token);
      await judge(secret, () => act({ ...who, id }));
    });
  }

  it("of an API token whose account may see less: what is open ends, and only the rest opens again", async () => {
    const who = await person();
    const { secret } = await program(who.token);
    const opened = await open(secret);
    const since = performance.now();
    await patch(who.name, { cameras: [] });
    const tookMs = await opened.closedAfter(since);
    assert.ok(tookMs <= LIMIT_MS * testPatience(), `closed after ${Math.round(tookMs)} ms`);
    const left = await ask(secret, "GET", "/cameras");
    assert.deepEqual(await left.json(), { cameras: [] });
    assert.equal(await knock(secret), 404);
  });

  it("gives a new word at each sign-in, whatever word came with it, and ends the one before", async () => {
    const who = await person();
    const fixed = `nj_${"A".repeat(43)}`;
    const answer = await fetch(`${recorder.url}/api/v1/session`, {
      method: "POST",
      headers: { "content-type": "application/json", cookie: `nightjar=${fixed}`, origin: recorder.url },
      body: JSON.stringify({ username: who.name, password: PASSWORD }),
    });
    assert.equal(answer.status, 200);
    const { token } = (await answer.json()) as { token: string };
    assert.notEqual(token, fixed);
    assert.match(token, /^nj_[\w-]{43}$/);
    assert.equal((await ask(fixed, "GET", "/session")).status, 401);
    const again = await fetch(`${recorder.url}/api/v1/session`, {
      method: "POST",
      headers: { "content-type": "application/json", cookie: `nightjar=${token}`, origin: recorder.url },
      body: JSON.stringify({ username: who.name, password: PASSWORD }),
    });
    const next = ((await again.json()) as { token: string }).token;
    assert.notEqual(next, token);
    assert.equal((await ask(token, "GET", "/session")).status, 401);
    assert.equal((await ask(next, "GET", "/session")).status, 200);
    assert.equal((await ask(recorder.token, "GET", "/session")).status, 200, ADMINISTRATOR.username);
  });
});
