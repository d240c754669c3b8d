// The stream of changes through a whole recorder: by WebSocket and Server-Sent Events alike, taken up where it broke off,
// over within a second when the session is (attack list A6, A8).
import assert from "node:assert/strict";
import { once } from "node:events";
import { before, describe, it } from "node:test";
import { WebSocket } from "ws";
import { testPatience, waitFor } from "../../core/testing/wait-for.ts";
import { ADMINISTRATOR, type Recorder } from "../e2e/support/recorder.ts";
import { sharedRecorder } from "../e2e/support/shared-recorder.ts";

interface Told {
  readonly id: string;
  readonly type: string;
  readonly data: { readonly id?: string; readonly name?: string };
}

describe("the stream of changes of a recorder", { timeout: 120_000 }, () => {
  let recorder: Recorder;
  let camera: string;
  before(async () => {
    recorder = await sharedRecorder();
    const { cameras } = await recorder.api<{ cameras: { id: string }[] }>("GET", "/cameras");
    camera = cameras[0]?.id ?? "";
  });

  function socket(path: string, token: string, more: object = {}): { socket: WebSocket; told: Told[] } {
    const opened = new WebSocket(`${recorder.url.replace(/^http/, "ws")}/api/v1${path}`, {
      headers: { authorization: `Bearer ${token}` },
      ...more,
    });
    const told: Told[] = [];
    opened.on("message", (data: Buffer) => told.push(JSON.parse(String(data)) as Told));
    opened.on("error", () => undefined);
    return { socket: opened, told };
  }

  async function session(): Promise<string> {
    const answer = await fetch(`${recorder.url}/api/v1/session`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(ADMINISTRATOR),
    });
    return ((await answer.json()) as { token: string }).token;
  }

  const rename = (name: string) => recorder.api("PATCH", `/cameras/${camera}`, { name });
  const named = (told: readonly Told[], name: string) =>
    told.find((each) => each.type === "camera" && each.data.name === name);

  it("is taken up by id after a break, with what was missed, and says when it cannot", async () => {
    const first = socket(`/changes?cameras=${camera}&types=camera`, recorder.token);
    await once(first.socket, "open");
    await rename("Before the break");
    const last = await waitFor(() => named(first.told, "Before the break"), { what: "the first name" });
    first.socket.terminate();
    await rename("During the break");
    const again = socket(`/changes?types=camera&since=${last.id}`, recorder.token);
    await waitFor(() => named(again.told, "During the break"), { what: "what was missed" });
    assert.equal(named(again.told, "Before the break"), undefined);
    again.socket.terminate();
    const stranger = socket("/changes?since=long-1", recorder.token);
    await waitFor(() => stranger.told[0]?.type === "reset", { what: "the word to read anew" });
    stranger.socket.terminate();
  });

  it("says the same by Server-Sent Events", async () => {
    const gone = new AbortController();
    const answer = await fetch(`${recorder.url}/api/v1/changes?types=camera`, {
      headers: { authorization: `Bearer ${recorder.token}` },
      signal: gone.signal,
    });
    assert.equal(answer.headers.get("content-type"), "text/event-stream");
    await rename("By another way");
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of answer.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.includes("By another way")) break;
    }
    assert.match(text, /^id: \w+-\d+\nevent: camera\ndata: \{/m);
    gone.abort();
  });

  it("ends within a second when its session is ended", async () => {
    const token = await session();
    const own = socket("/changes", token);
    const other = socket("/changes", recorder.token);
    await Promise.all([once(own.socket, "open"), once(other.socket, "open")]);
    const closed = once(own.socket, "close") as Promise<[number, Buffer]>;
    const start = performance.now();
    const answer = await fetch(`${recorder.url}/api/v1/session`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: "{}",
    });
    assert.equal(answer.status, 204);
    const [code, reason] = await closed;
    assert.ok(performance.now() - start < 1_000 * testPatience());
    assert.equal(code, 1008);
    assert.equal(String(reason), "NJ_SESSION_ENDED");
    assert.equal(other.socket.readyState, WebSocket.OPEN);
    other.socket.terminate();
  });

  it("is not opened from a foreign page, nor without a session, nor for what there is not", async () => {
    for (const [path, token, more, status] of [
      ["/changes", recorder.token, { origin: "https://evil.example" }, 403],
      ["/changes", "nj_wrong", {}, 401],
      ["/changes?cameras=nowhere", recorder.token, {}, 404],
      ["/events?nonsense=1", recorder.token, {}, 422],
    ] as const) {
      const refused = socket(path, token, more);
      const [, response] = (await once(refused.socket, "unexpected-response")) as [
        unknown,
        { statusCode: number; headers: Record<string, string> },
      ];
      assert.equal(response.statusCode, status, path);
      assert.equal(response.headers["content-type"], "application/problem+json");
      refused.socket.terminate();
    }
  });
});
