import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { NightjarError } from "../../../core/errors.ts";
import {
  ACTIVATION_CODE_FILE,
  ACTIVATION_CODE_LIFE_MS,
  type ActivationCode,
} from "../../../core/users/activation.ts";
import { onDatabase } from "../../../core/users/local-calls.ts";
import { CLIENT, GOOD_PASSWORD, type UsersFixture, usersFixture } from "./users-fixture.ts";

function hasCode(code: string) {
  return (error: unknown) => error instanceof NightjarError && error.code === code;
}

async function codeOf(fixture: UsersFixture): Promise<ActivationCode> {
  const code = await fixture.users.activation.renew();
  assert.ok(code !== undefined);
  return code;
}

describe("activation (attack list A4)", () => {
  it("starts without any account", async (t) => {
    const { users } = await usersFixture(t);
    assert.deepEqual(await users.accounts.list(), []);
    assert.equal(await users.activation.isActivated(), false);
  });

  it("gives a code of 80 bits, readable by the owner alone", async (t) => {
    const fixture = await usersFixture(t);
    const { code } = await codeOf(fixture);
    assert.match(code, /^(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
    const file = join(fixture.dataDir, ACTIVATION_CODE_FILE);
    assert.ok((await readFile(file, "utf8")).includes(code));
    assert.equal((await stat(file)).mode & 0o777, 0o600);
  });

  it("leaves no code behind when the command line makes the first account", async (t) => {
    const fixture = await usersFixture(t);
    await codeOf(fixture);
    const account = { name: "ann", password: GOOD_PASSWORD, role: "administrator" } as const;
    await onDatabase(fixture.users).createUser(account);
    await assert.rejects(stat(join(fixture.dataDir, ACTIVATION_CODE_FILE)), { code: "ENOENT" });
  });

  it("makes the first administrator and forgets the code", async (t) => {
    const fixture = await usersFixture(t);
    const { code } = await codeOf(fixture);
    const typed = code.toLowerCase().replaceAll("-", " ").replaceAll("0", "o");
    await fixture.users.activation.activate(
      { code: typed, username: "ann", password: GOOD_PASSWORD },
      CLIENT,
    );
    const [account] = await fixture.users.accounts.list();
    assert.equal(account?.role, "administrator");
    await assert.rejects(stat(join(fixture.dataDir, ACTIVATION_CODE_FILE)));
    await assert.rejects(
      fixture.users.activation.activate({ code, username: "eve", password: GOOD_PASSWORD }, CLIENT),
      hasCode("NJ_ALREADY_ACTIVATED"),
    );
    assert.equal(await fixture.users.activation.renew(), undefined);
  });

  it("lets exactly one of many win who activate at the same time", async (t) => {
    const fixture = await usersFixture(t);
    const { code } = await codeOf(fixture);
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) =>
        fixture.users.activation.activate(
          { code, username: `user${index}`, password: GOOD_PASSWORD },
          { ...CLIENT, address: `192.0.2.${index}` },
        ),
      ),
    );
    assert.equal(results.filter((result) => result.status === "fulfilled").length, 1);
    assert.equal((await fixture.users.accounts.list()).length, 1);
  });

  it("refuses a wrong code, an old one and one that was replaced", async (t) => {
    const fixture = await usersFixture(t);
    const first = await codeOf(fixture);
    const second = await codeOf(fixture);
    const activate = (code: string) =>
      fixture.users.activation.activate({ code, username: "ann", password: GOOD_PASSWORD }, CLIENT);
    await assert.rejects(activate(first.code), hasCode("NJ_ACTIVATION_CODE_WRONG"));
    await assert.rejects(activate(""), hasCode("NJ_ACTIVATION_CODE_WRONG"));
    fixture.clock.turn(ACTIVATION_CODE_LIFE_MS);
    await assert.rejects(activate(second.code), hasCode("NJ_ACTIVATION_CODE_EXPIRED"));
    assert.equal(await fixture.users.activation.isActivated(), false);
  });

  it("keeps the code valid when the password is refused", async (t) => {
    const fixture = await usersFixture(t);
    const { code } = await codeOf(fixture);
    const activate = (password: string) =>
      fixture.users.activation.activate({ code, username: "ann", password }, CLIENT);
    await assert.rejects(activate("password1234"), hasCode("NJ_PASSWORD_WEAK"));
    await activate(GOOD_PASSWORD);
    assert.equal(await fixture.users.activation.isActivated(), true);
  });

  it("brakes whoever guesses, and nobody else", async (t) => {
    const fixture = await usersFixture(t);
    const { code } = await codeOf(fixture);
    const guess = (address: string, given: string) =>
      fixture.users.activation.activate(
        { code: given, username: "ann", password: GOOD_PASSWORD },
        { ...CLIENT, address },
      );
    for (let index = 0; index < 10; index += 1) {
      await assert.rejects(guess("192.0.2.66", "0000"), hasCode("NJ_ACTIVATION_CODE_WRONG"));
    }
    await assert.rejects(guess("192.0.2.66", code), hasCode("NJ_ACTIVATION_BUSY"));
    await guess("192.0.2.1", code);
  });
});
