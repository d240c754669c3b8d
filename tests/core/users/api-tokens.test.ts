import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { Right } from "../../../core/domain/roles.ts";
import { NightjarError } from "../../../core/errors.ts";
import { API_TOKEN_LIMIT, EXPIRED_SHOWN_MS, type NewApiToken } from "../../../core/users/api-tokens.ts";
import { mayDo, mayDoWith, rightsOf } from "../../../core/users/principal.ts";
import { looksLikeApiSecret, newApiSecret, newPublicId } from "../../../core/users/tokens.ts";
import { ACTOR, CLIENT, GOOD_PASSWORD, type UsersFixture, usersFixture } from "./users-fixture.ts";

const DAY = 86_400_000;
const HOME = "192.0.2.77";
const hasCode = (code: string) => (error: unknown) => error instanceof NightjarError && error.code === code;

interface Fixture extends UsersFixture {
  readonly told: string[];
  /** Makes a token of bob's, or of another account that is there. */
  make(wanted?: Partial<NewApiToken>, userName?: string): Promise<{ secret: string; id: string }>;
}

async function withBob(t: TestContext): Promise<Fixture> {
  const fixture = await usersFixture(t);
  const { users } = fixture;
  await users.accounts.create({ name: "ann", role: "administrator", password: GOOD_PASSWORD }, ACTOR);
  await users.accounts.create(
    { name: "bob", role: "operator", password: GOOD_PASSWORD, cameras: ["yard", "gate"] },
    ACTOR,
  );
  const told: string[] = [];
  users.sessions.onRevoked("test", (ids, reason) => told.push(...ids.map((id) => `${id} ${reason}`)));
  return {
    ...fixture,
    told,
    async make(wanted = {}, userName = "bob") {
      const { name, role, cameras } = await users.accounts.existing(userName);
      const { secret, token } = await users.apiTokens.create(
        { name: "wall", rights: ["live", "export"], cameras: "all", expiresAtMs: undefined, ...wanted },
        { userName: name, role, cameras },
        { userName: name, address: HOME },
      );
      return { secret, id: token.id };
    },
  };
}

describe("API tokens", () => {
  it("carry the rights and cameras that they were given, and no other", async (t) => {
    const { users, make } = await withBob(t);
    const { secret } = await make({ cameras: ["yard"] });
    const program = await users.callers.byBearer(secret, HOME);
    assert.ok(program !== undefined);
    assert.deepEqual([program.userName, program.token?.name], ["bob", "wall"]);
    assert.deepEqual(rightsOf(program), ["live", "export"]);
    assert.equal(mayDoWith(program, "live", "yard"), true);
    assert.equal(mayDoWith(program, "live", "gate"), false);
    assert.equal(mayDo(program, "playback"), false);
  });

  it("never do more than the account does at that moment, and again what it does later", async (t) => {
    const { users, make } = await withBob(t);
    const { secret } = await make({ cameras: ["yard", "gate"] });
    const now = async () => {
      const program = await users.callers.byBearer(secret, HOME);
      assert.ok(program !== undefined);
      return [rightsOf(program), program.cameras];
    };
    await users.accounts.change("bob", { role: "viewer", cameras: ["gate"] }, ACTOR);
    assert.deepEqual(await now(), [["live"], ["gate"]]);
    await users.accounts.change("bob", { role: "operator", cameras: "all" }, ACTOR);
    assert.deepEqual(await now(), [
      ["live", "export"],
      ["yard", "gate"],
    ]);
  });

  it("see, with all cameras, what the account sees", async (t) => {
    const { users, make } = await withBob(t);
    const { secret } = await make({ cameras: "all" });
    assert.deepEqual((await users.callers.byBearer(secret, HOME))?.cameras, ["yard", "gate"]);
    await users.accounts.change("bob", { cameras: ["yard"] }, ACTOR);
    assert.deepEqual((await users.callers.byBearer(secret, HOME))?.cameras, ["yard"]);
  });

  it("are given nothing that the account has not", async (t) => {
    const { make } = await withBob(t);
    await assert.rejects(make({ rights: ["live", "users.manage"] }), hasCode("NJ_TOKEN_RIGHTS"));
    await assert.rejects(make({ rights: ["everything" as Right] }), hasCode("NJ_TOKEN_RIGHTS"));
    await assert.rejects(make({ rights: [] }), hasCode("NJ_TOKEN_RIGHTS"));
    await assert.rejects(make({ cameras: ["yard", "hall"] }), hasCode("NJ_TOKEN_RIGHTS"));
  });

  it("end when their time is over, and what is open under them with it", async (t) => {
    const { users, clock, make, told } = await withBob(t);
    const { secret, id } = await make({ expiresAtMs: clock.nowMs + DAY });
    clock.turn(DAY - 1);
    assert.notEqual(await users.callers.byBearer(secret, HOME), undefined);
    await users.apiTokens.sweep();
    assert.deepEqual(told, []);
    clock.turn(1);
    assert.equal(await users.callers.byBearer(secret, HOME), undefined);
    assert.equal(await users.callers.find(id), undefined);
    await users.apiTokens.sweep();
    await users.apiTokens.sweep();
    assert.deepEqual(told, [`${id} over`]);
    // Its owner sees why the program stopped, for a while.
    assert.equal((await users.apiTokens.list("bob")).length, 1);
    clock.turn(EXPIRED_SHOWN_MS + 1);
    await users.apiTokens.sweep();
    assert.deepEqual(await users.apiTokens.list("bob"), []);
  });

  it("end within ten years, or never where that was said", async (t) => {
    const { clock, make } = await withBob(t);
    for (const expiresAtMs of [clock.nowMs, clock.nowMs - 1, clock.nowMs + 11 * 366 * DAY, Number.NaN]) {
      await assert.rejects(make({ expiresAtMs }), hasCode("NJ_TOKEN_EXPIRY"), String(expiresAtMs));
    }
  });

  const ends: [string, (fixture: Fixture, id: string) => Promise<unknown>][] = [
    ["revoked", ({ users }, id) => users.apiTokens.revoke(id, "bob", ACTOR)],
    ["the account is disabled", ({ users }) => users.accounts.change("bob", { enabled: false }, ACTOR)],
    ["the account is removed", ({ users }) => users.accounts.remove("bob", ACTOR)],
    [
      "somebody else sets the password",
      ({ users }) => users.accounts.change("bob", { password: "another fine lantern" }, ACTOR),
    ],
    [
      "the owner changes the password and says so",
      ({ users }) =>
        users.accounts.change(
          "bob",
          { password: "another fine lantern", endTokens: true },
          { userName: "bob", address: HOME },
        ),
    ],
    [
      "the settings of another recorder take the account's place",
      async ({ users }) => {
        const all = await users.accounts.stored();
        const next = all.map((account) =>
          account.name === "bob" ? { ...account, role: "viewer" as const } : account,
        );
        await users.accounts.replaceAll(next, "ann");
      },
    ],
  ];
  for (const [what, act] of ends) {
    it(`die at once, with their tickets, when ${what}`, async (t) => {
      const fixture = await withBob(t);
      const { users, make, told } = fixture;
      const { secret, id } = await make();
      const program = await users.callers.byBearer(secret, HOME);
      assert.ok(program !== undefined);
      const { ticket } = await users.tickets.issue(program, "yard", ["live"]);
      assert.equal((await users.tickets.redeem(ticket))?.holderId, id);
      await act(fixture, id);
      assert.deepEqual(told, [`${id} ended`]);
      assert.equal(await users.callers.byBearer(secret, HOME), undefined);
      assert.equal(await users.callers.find(id), undefined);
      assert.equal(await users.tickets.redeem(ticket), undefined);
      // Also for good: an account that is enabled again has no old doors open.
      if ((await users.accounts.find("bob")) !== undefined) {
        await users.accounts.change("bob", { enabled: true }, ACTOR);
        assert.equal(await users.callers.byBearer(secret, HOME), undefined);
      }
    });
  }

  it("end when an administrator takes a lost second factor away", async (t) => {
    const { users, clock, make } = await withBob(t);
    const actor = { userName: "bob", address: HOME };
    const { uri } = await users.secondFactors.begin("bob");
    const { authenticatorApp } = await import("../../support/authenticator-app.ts");
    await users.secondFactors.confirm("bob", authenticatorApp(uri).codeAt(clock.nowMs), actor);
    const { secret } = await make();
    assert.notEqual(await users.callers.byBearer(secret, HOME), undefined);
    await users.secondFactors.reset("bob", ACTOR);
    assert.equal(await users.callers.byBearer(secret, HOME), undefined);
  });

  it("survive when their owner changes the own password, and a change of role or cameras", async (t) => {
    const { users, make, told } = await withBob(t);
    const { secret, id } = await make();
    await users.accounts.change(
      "bob",
      { password: "another fine lantern" },
      { userName: "bob", address: HOME },
    );
    await users.accounts.change("bob", { cameras: ["yard"] }, ACTOR);
    assert.notEqual(await users.callers.byBearer(secret, HOME), undefined);
    // What is open is judged anew, and so holds no more than before.
    assert.deepEqual(told, [`${id} changed`, `${id} changed`]);
  });

  it("of an account that is disabled while one is made, do not come to be", async (t) => {
    const { users, make } = await withBob(t);
    const results = await Promise.allSettled([
      make(),
      users.accounts.change("bob", { enabled: false }, ACTOR),
    ]);
    assert.equal(results[1]?.status, "fulfilled");
    await users.accounts.change("bob", { enabled: true }, ACTOR);
    const left = await users.apiTokens.list("bob");
    if (results[0]?.status === "rejected") assert.deepEqual(left, []);
    else assert.equal(await users.callers.byBearer(results[0]?.value.secret ?? "", HOME), undefined);
  });

  it("say when and whence they were used last, to the minute", async (t) => {
    const { users, clock, make } = await withBob(t);
    const { secret } = await make();
    const [unused] = await users.apiTokens.list("bob");
    assert.deepEqual([unused?.lastUsedAtMs, unused?.lastAddress], [undefined, undefined]);
    const first = clock.nowMs;
    await users.callers.byBearer(secret, HOME);
    clock.turn(59_999);
    await users.callers.byBearer(secret, "198.51.100.1");
    const [used] = await users.apiTokens.list("bob");
    assert.deepEqual([used?.lastUsedAtMs, used?.lastAddress], [first, HOME]);
    clock.turn(1);
    await users.callers.byBearer(secret, "198.51.100.1");
    const [again] = await users.apiTokens.list("bob");
    assert.deepEqual([again?.lastUsedAtMs, again?.lastAddress], [clock.nowMs, "198.51.100.1"]);
  });

  it("have names of one line, each once for an account, and fifty at most", async (t) => {
    const { clock, make } = await withBob(t);
    for (const name of ["", " ", "a\nb", "a\u0000", "x".repeat(65), "a\u2028b"]) {
      await assert.rejects(make({ name }), hasCode("NJ_TOKEN_NAME"), JSON.stringify(name));
    }
    await make({ name: "  Türklingel 门铃  " });
    await assert.rejects(make({ name: "Türklingel 门铃" }), hasCode("NJ_TOKEN_EXISTS"));
    await make({ name: "Türklingel 门铃" }, "ann");
    await make({ name: "soon over", expiresAtMs: clock.nowMs + 1 });
    clock.turn(1);
    for (let index = 1; index < API_TOKEN_LIMIT; index += 1) await make({ name: `number ${index}` });
    await assert.rejects(make({ name: "one more" }), hasCode("NJ_TOKEN_LIMIT"));
  });

  it("belong to their account: nobody revokes another's by its id", async (t) => {
    const { users, make } = await withBob(t);
    const { secret, id } = await make();
    await assert.rejects(users.apiTokens.revoke(id, "ann", ACTOR), hasCode("NJ_TOKEN_NOT_FOUND"));
    assert.notEqual(await users.callers.byBearer(secret, HOME), undefined);
  });

  it("are stored as hashes, begin with a prefix that scanners know, and hold a checksum", async (t) => {
    const { users, db, make } = await withBob(t);
    const { secret } = await make();
    assert.match(secret, /^nightjar_[0-9A-Za-z]{49}$/);
    const rows = JSON.stringify(await db.all("select * from api_tokens"));
    assert.ok(!rows.includes(secret) && !rows.includes(secret.slice(9)));
    for (let index = 0; index < 100; index += 1) assert.ok(looksLikeApiSecret(newApiSecret()));
    const last = secret.at(-1) === "0" ? "1" : "0";
    const wrong = ["", secret.slice(0, -1), `${secret}0`, secret.slice(0, -1) + last, secret.toLowerCase()];
    for (const typed of [...wrong, "nightjar_' or 1=1 --", `nj_${"A".repeat(43)}`]) {
      assert.equal(looksLikeApiSecret(typed), false, typed);
      assert.equal(await users.callers.byBearer(typed, HOME), undefined);
    }
    assert.equal(await users.callers.byBearer(newApiSecret(), HOME), undefined);
  });

  it("have ids that a command line takes for no option, and a double click takes whole", () => {
    for (let index = 0; index < 500; index += 1) assert.match(newPublicId(), /^[0-9A-Za-z]{16}$/);
  });

  it("stand in the audit log with their making and their end, and by name with what was done with them", async (t) => {
    const { users, make } = await withBob(t);
    const { id } = await make();
    const token = { id, name: "wall" };
    await users.accounts.create(
      { name: "eve", role: "viewer", password: GOOD_PASSWORD },
      { userName: "bob", address: HOME, token },
    );
    await users.apiTokens.revoke(id, "BOB", { userName: "ann", address: CLIENT.address });
    await users.audit.settled();
    const [revoked, made, created] = await users.audit.list({ limit: 3 });
    assert.deepEqual(
      [revoked?.action, revoked?.userName, revoked?.detail["name"]],
      ["token-revoked", "ann", "wall"],
    );
    assert.deepEqual(
      [made?.action, made?.detail["token"], made?.detail["tokenId"]],
      ["user-created", "wall", id],
    );
    assert.deepEqual([created?.action, created?.detail["rights"]], ["token-created", ["live", "export"]]);
  });
});
