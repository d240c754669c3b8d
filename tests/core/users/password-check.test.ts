import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { NightjarError } from "../../../core/errors.ts";
import { onDatabase } from "../../../core/users/local-calls.ts";
import { checkPassword } from "../../../core/users/password-check.ts";
import {
  COMMON_PASSWORDS_FILE,
  commonPasswordList,
  rankedPasswords,
} from "../../../scripts/write-common-passwords.ts";
import { ACTOR, CLIENT, GOOD_PASSWORD, usersFixture } from "./users-fixture.ts";

/** Leaked very often, long enough, and of no pattern. */
const LEAKED = "sonyericsson";

function isWeak(error: unknown): boolean {
  return error instanceof NightjarError && error.code === "NJ_PASSWORD_WEAK";
}

async function taken(passwords: readonly string[]): Promise<string[]> {
  const isTaken = async (password: string): Promise<boolean> =>
    (await checkPassword(password, "ann").then(() => undefined, isWeak)) !== true;
  // At once: the list is read for all of them.
  const answers = await Promise.all(passwords.map(isTaken));
  return passwords.filter((_, index) => answers[index]);
}

describe("the check of every password that is set (attack list A4)", () => {
  const ranked = rankedPasswords();

  it("refuses the 3000 most common passwords that are long enough (ASVS 6.2.4), and the 3000 most common of all", async () => {
    const long = [...new Set(ranked.filter((password) => [...password].length >= 12))].slice(0, 3_000);
    assert.equal(long.length, 3_000);
    assert.deepEqual(await taken([...long, ...ranked.slice(0, 3_000)]), []);
  });

  it("refuses the most common ones with capitals, with figures for letters and with signs and years around them", async () => {
    assert.deepEqual(
      await taken(["SonyEricsson", "s0nyericss0n", "sonyericsson!", "Chocolate2024!", "!!Sunflower1987"]),
      [],
    );
  });

  it("takes what nobody tries first", async () => {
    const good = [
      GOOD_PASSWORD,
      "correct horse battery staple",
      "xK9#mQ2$vL7p",
      "zwölf kleine igel",
      "quarryheronlantern",
    ];
    assert.deepEqual(await taken(good), good);
  });

  it("says what makes a good one, and does not repeat the password", async () => {
    await assert.rejects(checkPassword(LEAKED, "ann"), (error) => {
      assert.ok(isWeak(error) && error instanceof Error);
      assert.match(error.message, /several unusual words make a good one/);
      return !error.message.includes(LEAKED);
    });
  });

  it("stands before every way to set one: activation, new accounts, changes, and the command line", async (t) => {
    const { users } = await usersFixture(t);
    const code = await users.activation.current();
    assert.ok(code !== undefined);
    await assert.rejects(
      users.activation.activate({ code: code.code, username: "ann", password: LEAKED }, CLIENT),
      isWeak,
    );
    await assert.rejects(
      users.accounts.create({ name: "ann", role: "viewer", password: LEAKED }, ACTOR),
      isWeak,
    );
    const local = onDatabase(users);
    await assert.rejects(local.createUser({ name: "ann", role: "administrator", password: LEAKED }), isWeak);
    await local.createUser({ name: "ann", role: "administrator", password: GOOD_PASSWORD });
    await assert.rejects(users.accounts.change("ann", { password: LEAKED }, ACTOR), isWeak);
    await assert.rejects(local.setPassword({ name: "ann", password: LEAKED }), isWeak);
    await users.signIn.signIn("ann", GOOD_PASSWORD, CLIENT);
  });

  it("reads the list that the script makes of the public one", () => {
    assert.ok(commonPasswordList(ranked).equals(readFileSync(COMMON_PASSWORDS_FILE)));
  });
});
