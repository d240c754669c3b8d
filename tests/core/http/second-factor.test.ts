import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { createLog } from "../../../core/log.ts";
import { FAILURES_PER_ACCOUNT_AND_ADDRESS } from "../../../core/users/login-guard.ts";
import { STEP_MS } from "../../../core/users/totp.ts";
import { type AuthenticatorApp, authenticatorApp } from "../../support/authenticator-app.ts";
import { GOOD_PASSWORD } from "../users/users-fixture.ts";
import { type Answer, type HttpFixture, httpFixture } from "./http-fixture.ts";

const OWN = "/api/v1/session/second-factor";

interface Phone extends HttpFixture {
  /** Of the viewer, who set the second factor up. */
  readonly token: string;
  readonly phoneApp: AuthenticatorApp;
  readonly setUp: Answer;
  readonly recoveryCodes: readonly string[];
  readonly lines: readonly string[];
  code(): string;
  signIn(fields?: Readonly<Record<string, unknown>>): Promise<Answer>;
}

/** A viewer with a second factor, a step after it was set up. */
async function withPhone(t: TestContext): Promise<Phone> {
  const lines: string[] = [];
  const log = createLog({ level: "debug", destination: { write: (line) => lines.push(line) } });
  const fixture = await httpFixture(t, log);
  const { ask, clock, tokenOf } = fixture;
  const token = await tokenOf("viewer");
  const setUp = await ask(OWN, { method: "POST", token, body: { password: GOOD_PASSWORD } });
  assert.equal(setUp.status, 201, setUp.text);
  const app = authenticatorApp(String(setUp.json["uri"]));
  const confirmed = await ask(`${OWN}/confirm`, {
    method: "POST",
    token,
    body: { code: app.codeAt(clock.nowMs) },
  });
  assert.equal(confirmed.status, 200, confirmed.text);
  clock.turn(STEP_MS);
  return {
    ...fixture,
    token,
    phoneApp: app,
    setUp,
    lines,
    recoveryCodes: confirmed.json["recoveryCodes"] as string[],
    code: () => app.codeAt(clock.nowMs),
    signIn: (fields = {}) =>
      ask("/api/v1/session", {
        method: "POST",
        body: { username: "viewer", password: GOOD_PASSWORD, ...fields },
      }),
  };
}

function wrongCode({ phoneApp: app, clock }: Phone): string {
  const near = [-1, 0, 1].map((step) => app.codeAt(clock.nowMs + step * STEP_MS));
  return ["000000", "111111", "222222", "333333"].find((code) => !near.includes(code)) ?? "";
}

describe("the second factor over HTTP", () => {
  it("is asked for on signing in, by a stable code, and opens with code or recovery code", async (t) => {
    const { signIn, code, recoveryCodes } = await withPhone(t);
    const asked = await signIn();
    assert.deepEqual([asked.status, asked.json["code"]], [401, "NJ_SECOND_FACTOR_NEEDED"]);
    assert.equal(asked.headers["set-cookie"], undefined);
    const opened = await signIn({ code: code() });
    assert.equal(opened.status, 200, opened.text);
    assert.match(String(opened.headers["set-cookie"]), /^__Host-nightjar=nj_/);
    const again = await signIn({ code: recoveryCodes[0] });
    assert.equal(again.status, 200, again.text);
    const used = await signIn({ code: recoveryCodes[0] });
    assert.deepEqual([used.status, used.json["code"]], [401, "NJ_SECOND_FACTOR_WRONG"]);
  });

  it("says the same for a wrong password with and without the right code", async (t) => {
    const { signIn, code } = await withPhone(t);
    const password = "not the password";
    const answers = [await signIn({ password }), await signIn({ password, code: code() })];
    for (const one of answers) assert.deepEqual([one.status, one.text], [401, answers[0]?.text]);
    assert.equal(answers[0]?.json["code"], "NJ_LOGIN_FAILED");
  });

  it("locks out whoever guesses codes", async (t) => {
    const phone = await withPhone(t);
    for (let index = 0; index < FAILURES_PER_ACCOUNT_AND_ADDRESS; index += 1) {
      assert.equal((await phone.signIn({ code: wrongCode(phone) })).json["code"], "NJ_SECOND_FACTOR_WRONG");
    }
    const locked = await phone.signIn({ code: phone.code() });
    assert.deepEqual([locked.status, locked.json["code"]], [429, "NJ_LOGIN_LOCKED"]);
  });

  it("gives the secret once, uncached, and never tells it again", async (t) => {
    const {
      ask,
      token,
      phoneApp: app,
      setUp,
      lines,
      users,
      recoveryCodes,
      tokenOf,
      signIn,
      code,
      db,
    } = await withPhone(t);
    assert.equal(setUp.headers["cache-control"], "no-store");
    assert.equal(app.account, "viewer");
    const state = await ask(OWN, { token });
    assert.deepEqual(Object.keys(state.json), ["on", "since", "recoveryCodesLeft"]);
    const secret = String(setUp.json["secret"]);
    await signIn({ code: code() });
    await signIn({ code: recoveryCodes[1] });
    await users.audit.settled();
    const admin = await tokenOf("admin");
    const texts = [
      state.text,
      (await ask("/api/v1/users", { token: admin })).text,
      (await ask("/api/v1/audit", { token: admin })).text,
      (await ask("/api/v1/session", { token })).text,
      lines.join(""),
      JSON.stringify(await db.all("select * from login_attempts")),
    ];
    for (const word of [secret, ...recoveryCodes]) assert.ok(!texts.some((text) => text.includes(word)));
    const again = await ask(OWN, { method: "POST", token, body: { password: GOOD_PASSWORD } });
    assert.deepEqual([again.status, again.json["code"]], [409, "NJ_SECOND_FACTOR_ON"]);
  });

  it("is begun with the password only, and stays off until a code confirms it", async (t) => {
    const { ask, tokenOf, users } = await httpFixture(t);
    const token = await tokenOf("operator");
    const wrong = await ask(OWN, { method: "POST", token, body: { password: "not the password" } });
    assert.deepEqual([wrong.status, wrong.json["code"]], [403, "NJ_PASSWORD_WRONG"]);
    const early = await ask(`${OWN}/confirm`, { method: "POST", token, body: { code: "123456" } });
    assert.deepEqual([early.status, early.json["code"]], [409, "NJ_SECOND_FACTOR_NOT_BEGUN"]);
    await ask(OWN, { method: "POST", token, body: { password: GOOD_PASSWORD } });
    const guess = await ask(`${OWN}/confirm`, { method: "POST", token, body: { code: "no code" } });
    assert.deepEqual([guess.status, guess.json["code"]], [403, "NJ_CODE_WRONG"]);
    assert.deepEqual((await ask(OWN, { token })).json, { on: false });
    assert.equal(await users.secondFactors.isOn("operator"), false);
  });

  it("is switched off by password and code together, and not by one of them", async (t) => {
    const phone = await withPhone(t);
    const { ask, token, code, signIn } = phone;
    const off = (body: unknown) => ask(OWN, { method: "DELETE", token, body });
    for (const [body, status, problem] of [
      [{ password: GOOD_PASSWORD }, 422, "NJ_REQUEST_INVALID"],
      [{ code: code() }, 422, "NJ_REQUEST_INVALID"],
      [{ password: GOOD_PASSWORD, code: "" }, 403, "NJ_CODE_WRONG"],
      [{ password: GOOD_PASSWORD, code: wrongCode(phone) }, 403, "NJ_CODE_WRONG"],
      [{ password: "not the password", code: code() }, 403, "NJ_PASSWORD_WRONG"],
    ] as const) {
      const refused = await off(body);
      assert.deepEqual([refused.status, refused.json["code"]], [status, problem]);
    }
    assert.equal((await ask(OWN, { token })).json["on"], true);
    assert.equal((await off({ password: GOOD_PASSWORD, code: code() })).status, 204);
    assert.equal((await signIn()).status, 200);
    const twice = await off({ password: GOOD_PASSWORD, code: code() });
    assert.deepEqual([twice.status, twice.json["code"]], [404, "NJ_SECOND_FACTOR_OFF"]);
  });

  it("gives new recovery codes for password and code, and the old ones hold no more", async (t) => {
    const { ask, token, code, recoveryCodes, signIn } = await withPhone(t);
    const renew = (body: unknown) => ask(`${OWN}/recovery-codes`, { method: "POST", token, body });
    const refused = await renew({ password: GOOD_PASSWORD, code: "" });
    assert.deepEqual([refused.status, refused.json["code"]], [403, "NJ_CODE_WRONG"]);
    const renewed = await renew({ password: GOOD_PASSWORD, code: code() });
    assert.equal(renewed.status, 200, renewed.text);
    const [first, ...others] = renewed.json["recoveryCodes"] as string[];
    assert.equal(others.length, 9);
    assert.equal((await signIn({ code: recoveryCodes[0] })).json["code"], "NJ_SECOND_FACTOR_WRONG");
    assert.equal((await signIn({ code: first })).status, 200);
  });

  it("is reset by administrators for others, and shown in the list of accounts", async (t) => {
    const { ask, tokenOf, signIn, token, users } = await withPhone(t);
    const admin = await tokenOf("admin");
    const listed = async () => {
      const { json } = await ask("/api/v1/users", { token: admin });
      const accounts = json["users"] as { name: string; secondFactor: boolean }[];
      return accounts.map(({ name, secondFactor }) => [name, secondFactor]);
    };
    assert.deepEqual(await listed(), [
      ["admin", false],
      ["viewer", true],
    ]);
    const operator = await tokenOf("operator");
    const reset = (name: string, by: string) =>
      ask(`/api/v1/users/${name}/second-factor`, { method: "DELETE", token: by });
    assert.equal((await reset("viewer", operator)).json["code"], "NJ_PERMISSION_DENIED");
    assert.equal((await reset("admin", admin)).json["code"], "NJ_SECOND_FACTOR_OFF");
    assert.equal((await reset("nobody", admin)).json["code"], "NJ_SECOND_FACTOR_OFF");
    assert.equal((await reset("viewer", admin)).status, 204);
    assert.equal((await ask(OWN, { token })).status, 401);
    assert.equal((await signIn()).status, 200);
    await users.audit.settled();
    const { json } = await ask("/api/v1/audit", { token: admin });
    const acts = (json["entries"] as { action: string; userName: string }[])
      .filter(({ action }) => action.startsWith("second-factor"))
      .map(({ action, userName }) => `${userName} ${action}`);
    assert.deepEqual(acts, ["admin second-factor-reset", "viewer second-factor-on"]);
  });

  it("leaves media tickets and sessions of who is signed in alone", async (t) => {
    const { ask, token } = await withPhone(t);
    const body = { camera: "yard", rights: ["live"] };
    assert.equal((await ask("/api/v1/media-tickets", { method: "POST", token, body })).status, 201);
  });

  it("answers hostile codes with a problem, on every route that takes one", async (t) => {
    const { ask, token, signIn } = await withPhone(t);
    for (const code of [null, 123456, ["123456"], { $ne: "" }, "9".repeat(65)]) {
      const answers = [
        await signIn({ code }),
        await ask(`${OWN}/confirm`, { method: "POST", token, body: { code } }),
        await ask(OWN, { method: "DELETE", token, body: { password: GOOD_PASSWORD, code } }),
      ];
      for (const one of answers) {
        assert.deepEqual([one.status, one.json["code"]], [422, "NJ_REQUEST_INVALID"], JSON.stringify(code));
      }
    }
    for (const code of ["' or 1=1 --", "\u0000", "٣٣٣٣٣٣", "-".repeat(64)]) {
      const refused = await ask(`${OWN}`, {
        method: "DELETE",
        token,
        body: { password: GOOD_PASSWORD, code },
      });
      assert.equal(refused.json["code"], "NJ_CODE_WRONG", code);
    }
  });
});
