// The API of installing plugins: what orders it takes, what it answers, and that it is written down who ordered what.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { httpFixture } from "./http-fixture.ts";

const JOBS = "/api/v1/plugins/jobs";

describe("installing plugins over the API", () => {
  it("starts a job, answers at once, and writes it to the audit log", async (t) => {
    const { ask, tokenOf, calls, users } = await httpFixture(t);
    const token = await tokenOf("admin");
    const body = { action: "install", source: "nightjar-camera-far@1.1.0", allowScripts: ["a@1.0.0"] };
    const { status, json } = await ask(JOBS, { method: "POST", token, body });
    assert.equal(status, 202);
    assert.equal((json["job"] as { status: string }).status, "running");
    assert.deepEqual(calls, ['job install nightjar-camera-far@1.1.0 ["a@1.0.0"]']);
    await users.audit.settled();
    const audit = await ask("/api/v1/audit?limit=1", { token });
    const [entry] = audit.json["entries"] as { action: string; detail: object }[];
    assert.equal(entry?.action, "plugin-job-started");
    assert.deepEqual(entry?.detail, { job: "job-1", ...body });
  });

  it("refuses orders of another shape before anything happens", async (t) => {
    const { ask, tokenOf, calls } = await httpFixture(t);
    const token = await tokenOf("admin");
    for (const body of [
      {},
      { action: "run", name: "nightjar-camera-far" },
      { action: "install", source: ["a"] },
      { action: "install", source: "x".repeat(5_000) },
      { action: "install", source: "nightjar-camera-far", allowScripts: "yes" },
      { action: "install", source: "nightjar-camera-far", registry: "http://192.0.2.1/" },
    ]) {
      const answer = await ask(JOBS, { method: "POST", token, body });
      assert.equal(answer.json["code"], "NJ_REQUEST_INVALID", JSON.stringify(body));
    }
    assert.deepEqual(calls, []);
  });

  it("tells of jobs, and gives one up", async (t) => {
    const { ask, tokenOf, calls } = await httpFixture(t);
    const token = await tokenOf("admin");
    assert.equal(((await ask(JOBS, { token })).json["jobs"] as unknown[]).length, 1);
    const one = await ask(`${JOBS}/job-1`, { token });
    assert.deepEqual((one.json["job"] as { lines: string[] }).lines, [
      "installing nightjar-camera-far@1.1.0",
    ]);
    assert.equal((await ask(`${JOBS}/job-2`, { token })).json["code"], "NJ_PLUGIN_JOB_NOT_FOUND");
    assert.equal((await ask(`${JOBS}/job-1`, { method: "DELETE", token })).status, 200);
    assert.deepEqual(calls, ["cancel job-1"]);
  });

  it("takes a file from those who may install, declared as one and of a bounded length", async (t) => {
    const { ask, tokenOf, calls } = await httpFixture(t);
    const token = await tokenOf("admin");
    const path = "/api/v1/plugins/upload";
    const headers = { "content-type": "application/octet-stream" };
    const send = (token: string, more: Record<string, string> = {}) =>
      ask(path, { method: "POST", token, headers: { ...headers, ...more }, rawBody: "x".repeat(2_000_000) });
    const taken = await send(token);
    assert.deepEqual([taken.status, taken.json["name"]], [201, "nightjar-camera-far"]);
    assert.deepEqual(calls.splice(0), ["upload 2000000 of 33554432"]);
    assert.equal(
      (await send(token, { "content-type": "multipart/form-data" })).json["code"],
      "NJ_CONTENT_TYPE",
    );
    assert.equal((await send(await tokenOf("operator"))).json["code"], "NJ_PERMISSION_DENIED");
    const cookie = `__Host-nightjar=${token}`;
    const foreign = { ...headers, origin: "https://evil.example" };
    const answer = await ask(path, { method: "POST", cookie, headers: foreign, rawBody: "x" });
    assert.equal(answer.json["code"], "NJ_ORIGIN_FOREIGN");
    assert.deepEqual(calls, []);
  });

  it("shows what the registry has, and which version of it is installed", async (t) => {
    const { ask, tokenOf, calls } = await httpFixture(t);
    const token = await tokenOf("admin");
    const { json } = await ask("/api/v1/plugins/search?text=far%20away", { token });
    assert.deepEqual(json["plugins"], [
      { name: "nightjar-camera-far", version: "1.1.0", description: "Far", links: {}, installed: "1.0.0" },
    ]);
    assert.deepEqual(calls, ["search far away"]);
    const updates = await ask("/api/v1/plugins/updates", { token });
    assert.deepEqual(updates.json["updates"], [
      { name: "nightjar-camera-far", installed: "1.0.0", newest: "1.1.0", fits: true },
    ]);
  });

  it("tells how jobs go to those who may see the system, and to nobody else", async (t) => {
    const { services, tokenOf, users } = await httpFixture(t);
    const { changes, pluginInstaller } = services;
    const texts: string[] = [];
    for (const account of ["operator", "viewer"] as const) {
      const principal = await users.sessions.authenticate(await tokenOf(account));
      assert.ok(principal !== undefined);
      const stream = changes.listen(principal);
      t.after(() => stream.destroy());
      changes.publish({ type: "plugin-job", job: pluginInstaller.job("job-1") });
      texts.push(String(stream.read()));
    }
    assert.match(texts[0] ?? "", /event: plugin-job\ndata: \{"id":"job-1"/);
    assert.doesNotMatch(texts[1] ?? "", /plugin-job/);
  });
});
