// Calls of a core that runs in the test's own process, by those who test what stands around it.
import assert from "node:assert/strict";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import type { CoreInProcess } from "./core-in-process.ts";

/** Asks its API as the administrator; whatever is refused fails the test. */
export async function call<Answer>(
  core: CoreInProcess,
  method: string,
  path: string,
  body?: object,
): Promise<Answer> {
  const { token } = core;
  const options = { method, token, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const { status, text } = await core.ask(`/api/v1${path}`, options);
  assert.ok(status < 300, `${method} ${path}: ${status} ${text}`);
  return (text === "" ? undefined : JSON.parse(text)) as Answer;
}

/** Raises an event by a wrong password. What one address tries within a minute is one event. */
export async function breakIn(core: CoreInProcess, localAddress: string): Promise<void> {
  const tried = request({
    ...{ host: "127.0.0.1", port: core.port, path: "/api/v1/session", method: "POST", localAddress },
    ...{ agent: false, headers: { "content-type": "application/json" } },
  });
  tried.end(JSON.stringify({ username: "mallory", password: "wrong horse battery" }));
  const [answer] = (await once(tried, "response")) as [IncomingMessage];
  answer.resume();
  assert.equal(answer.statusCode, 401);
}
