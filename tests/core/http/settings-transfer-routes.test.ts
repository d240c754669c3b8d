import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createLog } from "../../../core/log.ts";
import { STEP_MS } from "../../../core/users/totp.ts";
import { authenticatorApp } from "../../support/authenticator-app.ts";
import { CANARY, cameraConfig, SEAL_PASSWORD } from "../settings/settings-fixture.ts";
import { GOOD_PASSWORD } from "../users/users-fixture.ts";
import { type HttpFixture, httpFixture } from "./http-fixture.ts";

const OCTETS = { "content-type": "application/octet-stream" };

async function handIn({ ask }: HttpFixture, token: string, file: Buffer): Promise<string> {
  const given = await ask("/api/v1/settings/import", {
    method: "POST",
    token,
    rawBody: file,
    headers: OCTETS,
  });
  assert.equal(given.status, 201, given.text);
  return String(given.json["id"]);
}

/** A recorder with a camera and its secret, signed in as its administrator. */
async function recorder(t: Parameters<typeof httpFixture>[0], lines: string[] = []) {
  const log = createLog({ level: "debug", destination: { write: (line) => lines.push(line) } });
  const fixture = await httpFixture(t, log);
  const token = await fixture.tokenOf("admin");
  await fixture.config.update((draft) => void draft.cameras.push(cameraConfig("yard")));
  await fixture.secrets.set("camera/yard/password", CANARY);
  const post = (path: string, body: object = {}) =>
    fixture.ask(`/api/v1${path}`, { method: "POST", token, body });
  return { ...fixture, token, post };
}

describe("settings over HTTP (attack list A12)", () => {
  it("go from one recorder to another: export, dry run, import, and back again", async (t) => {
    const from = await recorder(t);
    const to = await recorder(t);
    await from.config.update((draft) => void draft.cameras.push(cameraConfig("door")));
    await from.tokenOf("viewer");
    const exported = await from.post("/settings/export", { password: SEAL_PASSWORD, current: GOOD_PASSWORD });
    assert.equal(exported.status, 200);
    assert.equal(
      exported.headers["content-disposition"],
      'attachment; filename="nightjar-settings-2026-01-01.njset"',
    );
    const id = await handIn(to, to.token, exported.bytes);
    const checked = await to.post(`/settings/import/${id}/check`, { password: SEAL_PASSWORD });
    assert.equal(checked.status, 200, checked.text);
    const paths = (checked.json["differences"] as { path: string }[]).map(({ path }) => path);
    assert.deepEqual(paths, ["/cameras/door", "/accounts/viewer"]);
    // The password is asked for once.
    const { stamp } = checked.json;
    const applied = await to.post(`/settings/import/${id}/apply`, { stamp });
    assert.equal(applied.status, 200, applied.text);
    assert.deepEqual(
      to.config.get().cameras.map((camera) => camera.id),
      ["yard", "door"],
    );
    assert.equal(
      (await to.post(`/settings/import/${id}/apply`)).json["code"],
      "NJ_SETTINGS_UPLOAD_NOT_FOUND",
    );
    const last = await to.ask("/api/v1/settings/last-import", { token: to.token });
    assert.equal((last.json["undo"] as { by: string }).by, "admin");
    assert.equal((await to.post("/settings/rollback")).status, 200);
    assert.deepEqual(
      to.config.get().cameras.map((camera) => camera.id),
      ["yard"],
    );
    assert.equal((await to.post("/settings/rollback")).json["code"], "NJ_SETTINGS_NOTHING_TO_UNDO");
    await to.users.audit.settled();
    const audit = (await to.users.audit.list({ limit: 20 })).map(({ action }) => action);
    assert.deepEqual(audit.slice(0, 2), ["settings-import-taken-back", "settings-imported"]);
  });

  it("show no secret in a plain export, a dry run, the log or the audit log", async (t) => {
    const lines: string[] = [];
    const from = await recorder(t, lines);
    const plain = await from.post("/settings/export");
    assert.ok(!plain.text.includes(CANARY) && !plain.text.includes("argon2"));
    const { bytes } = await from.post("/settings/export", {
      password: SEAL_PASSWORD,
      current: GOOD_PASSWORD,
    });
    await from.secrets.set("camera/yard/password", "another");
    const id = await handIn(from, from.token, bytes);
    const texts = [
      await from.post(`/settings/import/${id}/check`, { password: `${CANARY} wrong` }),
      await from.post(`/settings/import/${id}/check`, { password: SEAL_PASSWORD }),
      await from.post(`/settings/import/${id}/apply`),
      await from.ask("/api/v1/settings/last-import", { token: from.token }),
      await from.post("/settings/rollback"),
    ].map(({ text }) => text);
    assert.match(texts[1] ?? "", /"path":"\/secrets\/camera\/yard\/password","kind":"changed","secret":true/);
    await from.users.audit.settled();
    const audit = JSON.stringify(await from.db.all("select * from audit"));
    assert.match(audit, /settings-password-wrong/);
    for (const text of [...texts, audit, lines.join("")]) {
      for (const secret of [CANARY, SEAL_PASSWORD, GOOD_PASSWORD, "another", "argon2"])
        assert.ok(!text.includes(secret), `${secret} in ${text}`);
    }
  });

  it("leave sealed only for whoever types the own password once more, and a good one for the file", async (t) => {
    const { post } = await recorder(t);
    for (const [body, status, code] of [
      [{ password: SEAL_PASSWORD }, 422, "NJ_REQUEST_INVALID"],
      [{ password: SEAL_PASSWORD, current: "stolen session" }, 403, "NJ_PASSWORD_WRONG"],
      [{ password: "short", current: GOOD_PASSWORD }, 422, "NJ_PASSWORD_WEAK"],
    ] as const) {
      const refused = await post("/settings/export", body);
      assert.deepEqual([refused.status, refused.json["code"]], [status, code]);
    }
  });

  it("leave sealed with a code too where the account has a second factor", async (t) => {
    const { post, users, clock, db } = await recorder(t);
    const session = await db.get<{ id: string }>("select id from sessions");
    const actor = { userName: "admin", address: "", sessionId: session?.id ?? "" };
    const app = authenticatorApp((await users.secondFactors.begin("admin")).uri);
    await users.secondFactors.confirm("admin", app.codeAt(clock.nowMs), actor);
    clock.turn(STEP_MS);
    const body = { password: SEAL_PASSWORD, current: GOOD_PASSWORD };
    const missing = await post("/settings/export", body);
    assert.deepEqual(
      [missing.status, missing.json["errors"]],
      [422, [{ path: "/code", message: "is missing: this account has a second factor" }]],
    );
    assert.equal(
      (await post("/settings/export", { ...body, code: "no code" })).json["code"],
      "NJ_CODE_WRONG",
    );
    const code = app.codeAt(clock.nowMs);
    assert.equal((await post("/settings/export", { ...body, code })).status, 200);
  });

  it("are refused with a stable code: wrong password, then too many of them, no file, hostile files", async (t) => {
    const fixture = await recorder(t);
    const { post, token } = fixture;
    const { bytes } = await post("/settings/export", { password: SEAL_PASSWORD, current: GOOD_PASSWORD });
    const id = await handIn(fixture, token, bytes);
    assert.equal((await post(`/settings/import/${id}/check`)).json["code"], "NJ_SETTINGS_PASSWORD_MISSING");
    for (let guess = 0; guess < 5; guess += 1) {
      const wrong = await post(`/settings/import/${id}/check`, { password: `wrong ${guess}` });
      assert.deepEqual([wrong.status, wrong.json["code"]], [422, "NJ_SETTINGS_PASSWORD"]);
    }
    const braked = await post(`/settings/import/${id}/check`, { password: SEAL_PASSWORD });
    assert.deepEqual([braked.status, braked.json["code"]], [429, "NJ_SETTINGS_BUSY"]);
    assert.ok(Number(braked.headers["retry-after"]) > 0);
    assert.equal((await post("/settings/import/none/check")).json["code"], "NJ_SETTINGS_UPLOAD_NOT_FOUND");
    const huge = Buffer.from(bytes);
    huge[9] = 31;
    for (const file of [
      Buffer.from("junk"),
      Buffer.alloc(0),
      Buffer.from([0xff, 0xfe]),
      huge,
      bytes.subarray(0, 20),
    ]) {
      const bad = await post(`/settings/import/${await handIn(fixture, token, file)}/check`, {
        password: "any thing",
      });
      assert.deepEqual([bad.status, bad.json["code"]], [422, "NJ_SETTINGS_FILE"]);
    }
    const parts = await post(`/settings/import/${id}/check`, { parts: ["everything"] });
    assert.equal(parts.json["code"], "NJ_REQUEST_INVALID");
  });

  it("are bounded to 16 MiB", async (t) => {
    const { ask, token } = await recorder(t);
    const rawBody = Buffer.alloc(16 * 1024 * 1024 + 1, 0x20);
    const announced = await ask("/api/v1/settings/import", {
      method: "POST",
      token,
      rawBody,
      headers: OCTETS,
    });
    assert.deepEqual([announced.status, announced.json["code"]], [413, "NJ_BODY_TOO_LARGE"]);
  });

  it("belong to the session that handed them in", async (t) => {
    const fixture = await recorder(t);
    const { bytes } = await fixture.post("/settings/export");
    const id = await handIn(fixture, fixture.token, bytes);
    const other = await fixture.tokenOf("admin");
    const answer = await fixture.ask(`/api/v1/settings/import/${id}/check`, {
      method: "POST",
      token: other,
      body: {},
    });
    assert.deepEqual([answer.status, answer.json["code"]], [404, "NJ_SETTINGS_UPLOAD_NOT_FOUND"]);
  });

  it("are no business of operators and viewers", async (t) => {
    const { ask, tokenOf, app } = await recorder(t);
    const routes = app.routes.filter(({ path }) =>
      /settings\/(export|import|last-import|rollback)/.test(path),
    );
    assert.equal(routes.length, 6);
    for (const account of ["operator", "viewer"] as const) {
      const token = await tokenOf(account);
      for (const { method, path } of routes) {
        const answer = await ask(path.replace(":id", "x"), {
          method,
          token,
          ...(method === "GET" ? {} : { body: {} }),
        });
        assert.equal(answer.json["code"], "NJ_PERMISSION_DENIED", path);
      }
    }
  });
});
