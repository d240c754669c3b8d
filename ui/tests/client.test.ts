// The typed client against a real server: addresses below the base path, parts of an operation in their places, refusals.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, describe, it } from "node:test";
import { ApiError, addressOf, call, takeFile, whenUnauthenticated } from "../src/api/client.ts";

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly contentType: string | undefined;
  readonly body: string;
}

describe("the client of the API", () => {
  let server: Server;
  let asked: Asked[] = [];
  let answer: { status: number; body: string; headers?: Record<string, string> };

  before(async () => {
    server = createServer((request: IncomingMessage, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => {
        body += String(chunk);
      });
      request.on("end", () => {
        const { method = "", url = "", headers } = request;
        asked.push({ method, url, contentType: headers["content-type"], body });
        response.writeHead(answer.status, answer.headers);
        response.end(answer.body);
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/nvr/`;
    // What a page has: node's fetch wants whole addresses, as a browser makes of them.
    Object.assign(globalThis, { document: { baseURI: base }, location: new URL(base) });
    const browserFetch = globalThis.fetch;
    globalThis.fetch = (input, init) => browserFetch(new URL(String(input), base), init);
  });
  after(() => server.close());
  beforeEach(() => {
    asked = [];
    answer = { status: 200, body: "{}" };
  });

  it("puts path, query and body of an operation where they belong, below the base path", async () => {
    await call("PATCH /users/{name}", { path: { name: "a/b c" }, body: { role: "viewer" } });
    await call("DELETE /cameras/{id}", { path: { id: "yard" }, query: { footage: "remove" } });
    await call("GET /cameras");
    assert.deepEqual(asked, [
      {
        method: "PATCH",
        url: "/nvr/api/v1/users/a%2Fb%20c",
        contentType: "application/json",
        body: '{"role":"viewer"}',
      },
      {
        method: "DELETE",
        url: "/nvr/api/v1/cameras/yard?footage=remove",
        contentType: "application/json",
        body: "{}",
      },
      { method: "GET", url: "/nvr/api/v1/cameras", contentType: undefined, body: "" },
    ]);
    assert.equal(
      addressOf("GET /cameras/{id}/snapshot.jpg", { path: { id: "yard" }, query: { width: 160 } }),
      "/nvr/api/v1/cameras/yard/snapshot.jpg?width=160",
    );
  });

  it("sends a file as it is, and takes one with its name", async () => {
    await call("POST /settings/import", { file: new Blob(["bytes"]) });
    assert.equal(asked[0]?.contentType, "application/octet-stream");
    assert.equal(asked[0]?.body, "bytes");
    answer = { status: 200, body: "x", headers: { "content-disposition": 'attachment; filename="a.njset"' } };
    const { blob, name } = await takeFile("POST /settings/export", { body: {} });
    assert.equal(name, "a.njset");
    assert.equal(await blob.text(), "x");
  });

  it("turns a refusal into an error with code and places, and tells when nobody is signed in", async () => {
    let told = 0;
    let reason: unknown;
    whenUnauthenticated((given) => {
      told += 1;
      reason = given;
    });
    const problem = {
      code: "NJ_REQUEST_INVALID",
      title: "t",
      detail: "no",
      errors: [{ path: "/name", message: "m" }],
    };
    answer = { status: 422, body: JSON.stringify(problem) };
    await assert.rejects(
      call("GET /cameras"),
      (error) =>
        error instanceof ApiError &&
        error.status === 422 &&
        error.code === "NJ_REQUEST_INVALID" &&
        error.fields[0]?.path === "/name",
    );
    assert.equal(told, 0);
    const ended = { code: "NJ_UNAUTHENTICATED", title: "t", detail: "d", context: { case: "idle" } };
    answer = { status: 401, body: JSON.stringify(ended) };
    await assert.rejects(call("GET /status"));
    assert.deepEqual([told, reason], [1, "idle"]);
    await assert.rejects(call("GET /session"));
    assert.equal(told, 1);
  });
});
