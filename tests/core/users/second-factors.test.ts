import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { NightjarError } from "../../../core/errors.ts";
import { silentLog } from "../../../core/log.ts";
import {
  FAILURES_PER_ACCOUNT,
  FAILURES_PER_ACCOUNT_AND_ADDRESS,
  LOCK_WINDOW_MS,
} from "../../../core/users/login-guard.ts";
import { RECOVERY_CODES, SETUP_LIFE_MS } from "../../../core/users/second-factors.ts";
import { STEP_MS } from "../../../core/users/totp.ts";
import { openUsers } from "../../../core/users/users.ts";
import { type AuthenticatorApp, authenticatorApp } from "../../support/authenticator-app.ts";
import { CLIENT, GOOD_PASSWORD, type UsersFixture, usersFixture } from "./users-fixture.ts";

const ANN = { userName: "ann", address: CLIENT.address };
const EVE = { userName: "eve", address: CLIENT.address };

function hasCode(code: string) {
  return (error: unknown) => error instanceof NightjarError && error.code === code;
}

interface Phone extends UsersFixture {
  readonly app: AuthenticatorApp;
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
  /** What the app shows now. */
  code(): string;
  signIn(code?: string, password?: string, address?: string): Promise<unknown>;
}

async function withAnn(t: TestContext, databaseFile?: string): Promise<UsersFixture> {
  const fixture = await usersFixture(t, databaseFile);
  for (const name of ["ann", "eve"]) {
    await fixture.users.accounts.create({ name, role: "administrator", password: GOOD_PASSWORD }, EVE);
  }
  return fixture;
}

/** Ann with a second factor, a step after she set it up: the code of the set-up is used, the next one is not. */
async function withPhone(t: TestContext, databaseFile?: string): Promise<Phone> {
  const fixture = await withAnn(t, databaseFile);
  const { users, clock } = fixture;
  const { uri, secret } = await users.secondFactors.begin("ann");
  const app = authenticatorApp(uri);
  const recoveryCodes = await users.secondFactors.confirm("ann", app.codeAt(clock.nowMs), ANN);
  clock.turn(STEP_MS);
  return {
    ...fixture,
    app,
    secret,
    recoveryCodes,
    code: () => app.codeAt(clock.nowMs),
    signIn: (code, password = GOOD_PASSWORD, address = CLIENT.address) =>
      users.signIn.signIn("ann", password, { ...CLIENT, address }, code),
  };
}

/** Six figures that are none of the codes around now. */
function wrongCode({ app, clock }: Phone): string {
  const near = [-1, 0, 1].map((step) => app.codeAt(clock.nowMs + step * STEP_MS));
  return ["000000", "111111", "222222", "333333"].find((code) => !near.includes(code)) ?? "";
}

describe("setting up a second factor", () => {
  it("is done by a code that proves that the app has the secret", async (t) => {
    const { users, clock } = await withAnn(t);
    const { uri, secret } = await users.secondFactors.begin("ann");
    assert.ok(uri.startsWith("otpauth://totp/Nightjar:ann?") && uri.includes(`secret=${secret}&`));
    assert.match(secret, /^[A-Z2-7]{32}$/);
    await users.signIn.signIn("ann", GOOD_PASSWORD, CLIENT);
    const stranger = authenticatorApp(uri.replace(secret, "A".repeat(32)));
    await assert.rejects(
      users.secondFactors.confirm("ann", stranger.codeAt(clock.nowMs), ANN),
      hasCode("NJ_CODE_WRONG"),
    );
    assert.deepEqual(await users.secondFactors.state("ann"), { on: false });
    await users.secondFactors.confirm("ann", authenticatorApp(uri).codeAt(clock.nowMs), ANN);
    assert.deepEqual(await users.secondFactors.state("ann"), {
      on: true,
      sinceMs: clock.nowMs,
      recoveryCodesLeft: RECOVERY_CODES,
    });
    const accounts = await users.accounts.list();
    assert.deepEqual(
      accounts.map(({ name, secondFactor }) => [name, secondFactor]),
      [
        ["ann", true],
        ["eve", false],
      ],
    );
  });

  it("ends the other sessions of the account, which were opened without it", async (t) => {
    const { users, clock } = await withAnn(t);
    const own = await users.signIn.signIn("ann", GOOD_PASSWORD, CLIENT);
    const other = await users.signIn.signIn("ann", GOOD_PASSWORD, CLIENT);
    const { uri } = await users.secondFactors.begin("ann");
    const code = authenticatorApp(uri).codeAt(clock.nowMs);
    await users.secondFactors.confirm("ann", code, { ...ANN, sessionId: own.sessionId });
    assert.notEqual(await users.sessions.authenticate(own.token), undefined);
    assert.equal(await users.sessions.authenticate(other.token), undefined);
  });

  it("must be begun, be finished within a quarter of an hour, and counts once", async (t) => {
    const { users, clock } = await withAnn(t);
    const { secondFactors } = users;
    await assert.rejects(secondFactors.confirm("ann", "123456", ANN), hasCode("NJ_SECOND_FACTOR_NOT_BEGUN"));
    const late = authenticatorApp((await secondFactors.begin("ann")).uri);
    clock.turn(SETUP_LIFE_MS);
    await assert.rejects(
      secondFactors.confirm("ann", late.codeAt(clock.nowMs), ANN),
      hasCode("NJ_SECOND_FACTOR_NOT_BEGUN"),
    );
    const { uri } = await secondFactors.begin("ann");
    const code = authenticatorApp(uri).codeAt(clock.nowMs);
    const both = await Promise.allSettled([
      secondFactors.confirm("ann", code, ANN),
      secondFactors.confirm("ann", code, ANN),
    ]);
    assert.deepEqual(
      both.map((one) => one.status),
      ["fulfilled", "rejected"],
    );
    await assert.rejects(secondFactors.begin("ANN"), hasCode("NJ_SECOND_FACTOR_ON"));
  });

  it("keeps secret and recovery codes out of database, log, files in clear, and the audit log", async (t) => {
    const { users, db, dataDir, secrets, secret, recoveryCodes, signIn, code } = await withPhone(
      t,
      "nightjar.db",
    );
    await signIn(code());
    await signIn(recoveryCodes[0]);
    await users.audit.settled();
    const [name = ""] = secrets.names("second-factor/");
    const stored = secrets.get(name) ?? "";
    const raw = Buffer.from(stored, "base64");
    assert.equal(raw.length, 20);
    const canaries = [secret, stored, raw.toString("hex"), raw.toString("latin1")];
    for (const one of recoveryCodes) canaries.push(one, one.replaceAll("-", ""));
    const rows: unknown[] = [];
    const tables = await db.all<{ name: string }>("select name from sqlite_schema where type = 'table'");
    for (const { name: table } of tables) rows.push(await db.all(`select * from "${table}"`));
    const files = await readdir(dataDir);
    assert.ok(files.includes("secrets.json") && files.includes("nightjar.db"));
    const texts = await Promise.all(files.map(async (file) => await readFile(join(dataDir, file), "latin1")));
    texts.push(JSON.stringify(rows));
    for (const canary of canaries) assert.ok(!texts.some((text) => text.includes(canary)), canary);
  });
});

describe("signing in with a second factor", () => {
  it("asks for the code once the password is right, and opens no session without it", async (t) => {
    const phone = await withPhone(t);
    await assert.rejects(phone.signIn(), hasCode("NJ_SECOND_FACTOR_NEEDED"));
    await assert.rejects(phone.signIn(""), hasCode("NJ_SECOND_FACTOR_NEEDED"));
    await assert.rejects(phone.signIn(wrongCode(phone)), hasCode("NJ_SECOND_FACTOR_WRONG"));
    assert.equal((await phone.db.all("select id from sessions")).length, 0);
    await phone.signIn(phone.code());
    assert.equal((await phone.db.all("select id from sessions")).length, 1);
  });

  it("does not tell a right code from a wrong one while the password is wrong, nor use it up", async (t) => {
    const phone = await withPhone(t);
    const said: string[] = [];
    for (const code of [undefined, wrongCode(phone), phone.code(), phone.recoveryCodes[0]]) {
      await phone.signIn(code, "wrong").catch((error: unknown) => said.push(String(error)));
    }
    assert.equal(said.length, 4);
    assert.deepEqual(new Set(said), new Set(["NightjarError: user name or password is wrong"]));
    await phone.signIn(phone.code());
    await phone.signIn(phone.recoveryCodes[0]);
  });

  it("takes a code in the groups that apps show", async (t) => {
    const { signIn, code } = await withPhone(t);
    await signIn(` ${code().slice(0, 3)} ${code().slice(3)} `);
  });

  it("takes a code of the step before and after", async (t) => {
    const { signIn, app, clock } = await withPhone(t);
    await signIn(app.codeAt(clock.nowMs + STEP_MS));
    clock.turn(3 * STEP_MS);
    await signIn(app.codeAt(clock.nowMs - STEP_MS));
    clock.turn(3 * STEP_MS);
    await assert.rejects(signIn(app.codeAt(clock.nowMs - 2 * STEP_MS)), hasCode("NJ_SECOND_FACTOR_WRONG"));
    await assert.rejects(signIn(app.codeAt(clock.nowMs + 2 * STEP_MS)), hasCode("NJ_SECOND_FACTOR_WRONG"));
  });

  it("takes each code once, and none that is older than one it took", async (t) => {
    const { signIn, code, app, clock } = await withPhone(t);
    const atSetUp = app.codeAt(clock.nowMs - STEP_MS);
    await assert.rejects(signIn(atSetUp), hasCode("NJ_SECOND_FACTOR_WRONG"));
    const now = code();
    await signIn(now);
    await assert.rejects(signIn(now), hasCode("NJ_SECOND_FACTOR_WRONG"));
    await assert.rejects(signIn(atSetUp), hasCode("NJ_SECOND_FACTOR_WRONG"));
    clock.turn(STEP_MS);
    await signIn(code());
  });

  it("lets one in of several who bring the same code at once", async (t) => {
    const { signIn, code, recoveryCodes } = await withPhone(t);
    for (const one of [code(), recoveryCodes[3]]) {
      const results = await Promise.allSettled([signIn(one), signIn(one), signIn(one)]);
      assert.equal(results.filter(({ status }) => status === "fulfilled").length, 1);
    }
  });

  it("takes each recovery code once, however it is typed, without a phone", async (t) => {
    const { users, signIn, recoveryCodes } = await withPhone(t);
    assert.equal(recoveryCodes.length, RECOVERY_CODES);
    assert.equal(new Set(recoveryCodes).size, RECOVERY_CODES);
    const [first = "", second = ""] = recoveryCodes;
    assert.match(first, /^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/);
    await signIn(first);
    await assert.rejects(signIn(first), hasCode("NJ_SECOND_FACTOR_WRONG"));
    await signIn(` ${second.toLowerCase().replaceAll("-", " ")}`);
    const state = await users.secondFactors.state("ann");
    assert.equal(state.on && state.recoveryCodesLeft, RECOVERY_CODES - 2);
    await users.audit.settled();
    const acts = (await users.audit.list({ limit: 5 })).map(({ action }) => action);
    assert.equal(acts.filter((action) => action === "recovery-code-used").length, 2);
  });

  it("takes new recovery codes in place of the old ones", async (t) => {
    const { users, signIn, recoveryCodes } = await withPhone(t);
    const renewed = await users.secondFactors.renewRecoveryCodes(ANN);
    assert.equal(new Set([...renewed, ...recoveryCodes]).size, 2 * RECOVERY_CODES);
    await assert.rejects(signIn(recoveryCodes[0]), hasCode("NJ_SECOND_FACTOR_WRONG"));
    await signIn(renewed[0]);
    await assert.rejects(users.secondFactors.renewRecoveryCodes(EVE), hasCode("NJ_SECOND_FACTOR_OFF"));
  });

  it("takes no code of somebody else's phone", async (t) => {
    const { users, signIn, clock } = await withPhone(t);
    const eve = authenticatorApp((await users.secondFactors.begin("eve")).uri);
    const codes = await users.secondFactors.confirm("eve", eve.codeAt(clock.nowMs), EVE);
    clock.turn(STEP_MS);
    await assert.rejects(signIn(eve.codeAt(clock.nowMs)), hasCode("NJ_SECOND_FACTOR_WRONG"));
    await assert.rejects(signIn(codes[0]), hasCode("NJ_SECOND_FACTOR_WRONG"));
  });

  it("does not trouble accounts without one, whatever code comes along", async (t) => {
    const { users } = await withAnn(t);
    await users.signIn.signIn("ann", GOOD_PASSWORD, CLIENT, "123456");
  });

  it("remembers secret and used codes over a restart", async (t) => {
    const { users, db, secrets, dataDir, clock, signIn, code } = await withPhone(t, "nightjar.db");
    const used = code();
    await signIn(used);
    await users.close();
    const again = await openUsers({
      db,
      secrets,
      dataDir,
      clock,
      log: silentLog,
      sessionLimits: () => ({ idleMs: 1_000, absoluteMs: 1_000 }),
    });
    t.after(() => again.close());
    const signInAgain = (typed: string) => again.signIn.signIn("ann", GOOD_PASSWORD, CLIENT, typed);
    await assert.rejects(signInAgain(used), hasCode("NJ_SECOND_FACTOR_WRONG"));
    clock.turn(STEP_MS);
    await signInAgain(code());
  });
});

describe("guessing codes", () => {
  it("locks out like guessing passwords, also from what is right", async (t) => {
    const phone = await withPhone(t);
    for (let index = 0; index < FAILURES_PER_ACCOUNT_AND_ADDRESS; index += 1) {
      await assert.rejects(phone.signIn(wrongCode(phone)), hasCode("NJ_SECOND_FACTOR_WRONG"));
    }
    await assert.rejects(phone.signIn(phone.code()), hasCode("NJ_LOGIN_LOCKED"));
    await assert.rejects(phone.signIn(), hasCode("NJ_LOGIN_LOCKED"));
    phone.clock.turn(LOCK_WINDOW_MS + 1);
    await phone.signIn(phone.code());
  });

  it("is counted together with guessing passwords", async (t) => {
    const phone = await withPhone(t);
    for (let index = 0; index < FAILURES_PER_ACCOUNT_AND_ADDRESS; index += 1) {
      const isCode = index % 2 === 0;
      await assert.rejects(phone.signIn(wrongCode(phone), isCode ? GOOD_PASSWORD : "wrong"));
    }
    await assert.rejects(phone.signIn(phone.code()), hasCode("NJ_LOGIN_LOCKED"));
  });

  it("is not made endless by a right password without a code in between", async (t) => {
    const phone = await withPhone(t);
    for (let index = 0; index < FAILURES_PER_ACCOUNT_AND_ADDRESS; index += 1) {
      await assert.rejects(phone.signIn(wrongCode(phone)), hasCode("NJ_SECOND_FACTOR_WRONG"));
      if (index < FAILURES_PER_ACCOUNT_AND_ADDRESS - 1) {
        await assert.rejects(phone.signIn(), hasCode("NJ_SECOND_FACTOR_NEEDED"));
      }
      phone.clock.turn(1);
    }
    await assert.rejects(phone.signIn(phone.code()), hasCode("NJ_LOGIN_LOCKED"));
  });

  it("from many addresses at once is judged a few times only", async (t) => {
    const phone = await withPhone(t);
    const wrong = wrongCode(phone);
    const codes = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        phone.signIn(wrong, GOOD_PASSWORD, `198.51.100.${index}`).catch((error: unknown) => error),
      ),
    );
    const judged = codes.filter(hasCode("NJ_SECOND_FACTOR_WRONG")).length;
    assert.ok(judged >= 1 && judged <= FAILURES_PER_ACCOUNT, `${judged} were judged`);
    assert.equal(codes.filter(hasCode("NJ_LOGIN_LOCKED")).length, 60 - judged);
  });
});

describe("losing and leaving a second factor", () => {
  it("an administrator resets it for somebody else: secret, recovery codes and sessions go", async (t) => {
    const { users, secrets, signIn, code, db } = await withPhone(t);
    const session = (await signIn(code())) as { token: string };
    await users.secondFactors.reset("ANN", EVE);
    assert.equal(await users.sessions.authenticate(session.token), undefined);
    assert.deepEqual(secrets.names("second-factor/"), []);
    assert.deepEqual(await db.all("select * from recovery_codes"), []);
    await signIn();
    await assert.rejects(users.secondFactors.reset("ann", EVE), hasCode("NJ_SECOND_FACTOR_OFF"));
    await users.audit.settled();
    const acts = await users.audit.list({ limit: 9 });
    const reset = acts.find(({ action }) => action === "second-factor-reset");
    assert.deepEqual([reset?.userName, reset?.detail], ["eve", { user: "ann" }]);
  });

  it("nobody resets their own, which would need no code", async (t) => {
    const { users } = await withPhone(t);
    await assert.rejects(users.secondFactors.reset("Ann", ANN), hasCode("NJ_SECOND_FACTOR_OWN"));
    assert.equal(await users.secondFactors.isOn("ann"), true);
  });

  it("goes with its account: a new one of the same name begins without", async (t) => {
    const { users, secrets, signIn, db } = await withPhone(t);
    await users.accounts.remove("ann", EVE);
    assert.deepEqual(secrets.names("second-factor/"), []);
    assert.deepEqual(await db.all("select * from second_factors"), []);
    await users.accounts.create({ name: "ann", role: "viewer", password: GOOD_PASSWORD }, EVE);
    await signIn();
  });

  it("stays when the password is changed", async (t) => {
    const { users, signIn, code } = await withPhone(t);
    await users.accounts.change("ann", { password: "another fine lantern" }, EVE);
    await assert.rejects(signIn(undefined, "another fine lantern"), hasCode("NJ_SECOND_FACTOR_NEEDED"));
    await signIn(code(), "another fine lantern");
  });

  it("whose secret was lost lets in by recovery code, never without", async (t) => {
    const { secrets, signIn, code, recoveryCodes } = await withPhone(t);
    await secrets.deleteAll("second-factor/");
    await assert.rejects(signIn(), hasCode("NJ_SECOND_FACTOR_NEEDED"));
    await assert.rejects(signIn(code()), hasCode("NJ_SECRETS_UNREADABLE"));
    await signIn(recoveryCodes[0]);
  });
});
