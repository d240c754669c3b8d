// The brake on guessing as a guesser meets it over HTTP, with hashes that cost little; the guard alone is tested in core/users.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  FAILURES_PER_ACCOUNT,
  FAILURES_PER_ACCOUNT_AND_ADDRESS,
  LOCK_WINDOW_MS,
} from "../../../core/users/login-guard.ts";
import { GOOD_PASSWORD } from "../users/users-fixture.ts";
import { type HttpFixture, httpFixture } from "./http-fixture.ts";

const ADDRESS = "x-nightjar-client-address";
const HOME = "192.0.2.1";

function guess(
  { ask }: HttpFixture,
  address: string,
  password = "not the password",
  username = "admin",
  device?: string,
) {
  return ask("/api/v1/session", {
    method: "POST",
    // As the browser sends it: a page of the recorder's own.
    headers: {
      [ADDRESS]: address,
      ...(device === undefined ? {} : { cookie: `__Host-nightjar-device=${device}` }),
    },
    body: { username, password },
  });
}

type Answered = Awaited<ReturnType<typeof guess>>;

/** Signs in as the administrator, who is made at the first time. */
async function signedIn(fixture: HttpFixture, address: string, device?: string): Promise<Answered> {
  if ((await fixture.users.accounts.find("admin")) === undefined) await fixture.tokenOf("admin");
  return guess(fixture, address, GOOD_PASSWORD, "admin", device);
}

function cookieOf({ headers }: Answered): string {
  return (
    [headers["set-cookie"] ?? []].flat().find((cookie) => cookie.startsWith("__Host-nightjar-device=")) ?? ""
  );
}

/** What the browser keeps of having signed in. */
function deviceOf(answer: Answered): string {
  return /=([^;]*)/.exec(cookieOf(answer))?.[1] ?? "";
}

/** How many of the answers were judgements of the password. */
async function judgedOf(
  answers: readonly Promise<{ readonly json: Record<string, unknown> }>[],
): Promise<number> {
  const codes = (await Promise.all(answers)).map(({ json }) => String(json["code"]));
  for (const code of codes)
    assert.ok(["NJ_LOGIN_FAILED", "NJ_LOGIN_LOCKED", "NJ_LOGIN_BUSY"].includes(code), code);
  return codes.filter((code) => code === "NJ_LOGIN_FAILED").length;
}

describe("guessing passwords over HTTP (attack list A5)", () => {
  it("is judged at most 20 times for 1,000 parallel guesses from everywhere, and not again when the owner signs in", async (t) => {
    const fixture = await httpFixture(t);
    await fixture.tokenOf("admin");
    const flood = (count: number, from: number) =>
      judgedOf(
        Array.from({ length: count }, (_, index) =>
          guess(fixture, `198.51.${from + (index % 250)}.${index % 200}`),
        ),
      );
    let judged = await flood(1_000, 0);
    assert.ok(judged >= 1 && judged <= FAILURES_PER_ACCOUNT, String(judged));
    // Those that were turned away as too many at once come again, until the account is locked.
    for (let round = 0; round < 30 && judged < FAILURES_PER_ACCOUNT; round += 1)
      judged += await flood(20, 100 + round);
    assert.equal(judged, FAILURES_PER_ACCOUNT);
    fixture.clock.turn(1_000);
    // The session of `tokenOf` was opened from here.
    assert.equal((await guess(fixture, HOME, GOOD_PASSWORD)).status, 200);
    assert.equal(await flood(200, 5), 0);
    assert.equal((await guess(fixture, "203.0.113.9", GOOD_PASSWORD)).json["code"], "NJ_LOGIN_LOCKED");
    fixture.clock.turn(LOCK_WINDOW_MS + 1);
    assert.equal((await guess(fixture, "203.0.113.9", GOOD_PASSWORD)).status, 200);
  });

  it("locks no administrator out who is signed in: neither the session, nor its address, nor what asks for the password", async (t) => {
    const fixture = await httpFixture(t);
    const { ask, tokenOf } = fixture;
    const token = await tokenOf("admin");
    for (let index = 0; index < FAILURES_PER_ACCOUNT + 5; index += 1)
      await guess(fixture, `198.51.100.${index}`);
    assert.equal((await ask("/api/v1/users", { token })).status, 200);
    assert.equal((await guess(fixture, HOME, GOOD_PASSWORD)).status, 200);
    // The phone has moved to another network meanwhile: its session speaks for it.
    const moved = { [ADDRESS]: "203.0.113.50" };
    const body = {
      name: "wall",
      rights: ["live"],
      cameras: "all",
      expiresAt: "never",
      current: GOOD_PASSWORD,
    };
    const made = await ask("/api/v1/tokens", { method: "POST", token, headers: moved, body });
    assert.equal(made.status, 201, made.text);
  });

  it("locks no administrator out who was away for months: known are the browser and the recorder itself", async (t) => {
    const fixture = await httpFixture(t);
    const browser = deviceOf(await signedIn(fixture, "192.0.2.7"));
    fixture.clock.turn(200 * 86_400_000);
    // For half an hour, and at the limit all the time.
    let judged = 0;
    for (let quarter = 0; quarter < 2; quarter += 1) {
      for (let index = 0; index < FAILURES_PER_ACCOUNT + 5; index += 1) {
        const { json } = await guess(fixture, `198.51.${quarter}.${index}`);
        if (json["code"] === "NJ_LOGIN_FAILED") judged += 1;
      }
      const locked = await guess(fixture, "203.0.113.9", GOOD_PASSWORD);
      assert.equal(locked.json["code"], "NJ_LOGIN_LOCKED");
      const known = await signedIn(fixture, `203.0.113.${quarter}`, browser);
      assert.equal(known.status, 200, known.text);
      for (const own of ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
        assert.equal((await guess(fixture, own, GOOD_PASSWORD)).status, 200, own);
      fixture.clock.turn(LOCK_WINDOW_MS + 1);
    }
    assert.ok(judged * 2 <= 100, `${judged * 2} guesses in an hour`);
  });

  it("is one guesser from whatever address of the recorder's own machine", async (t) => {
    const fixture = await httpFixture(t);
    const judged = await judgedOf(
      Array.from({ length: 20 }, (_, index) => guess(fixture, `127.0.${index % 3}.${index + 1}`)),
    );
    assert.equal(judged, FAILURES_PER_ACCOUNT_AND_ADDRESS);
    assert.equal((await guess(fixture, "::1", GOOD_PASSWORD)).json["code"], "NJ_LOGIN_LOCKED");
  });

  it("with a stolen cookie of a known browser is judged five times, from however many addresses", async (t) => {
    const fixture = await httpFixture(t);
    const stolen = deviceOf(await signedIn(fixture, HOME));
    // The live session from there would let its own address in besides.
    await fixture.users.sessions.endOfUser("admin");
    const judged = await judgedOf(
      Array.from({ length: 60 }, (_, index) =>
        guess(fixture, `203.0.113.${index}`, "not the password", "admin", stolen),
      ),
    );
    assert.ok(judged >= 1 && judged <= FAILURES_PER_ACCOUNT_AND_ADDRESS, String(judged));
  });

  it("is not made easier by a cookie of another account, a forged or an old one, or one from before a new password", async (t) => {
    const fixture = await httpFixture(t);
    const { users, clock } = fixture;
    const first = await signedIn(fixture, HOME);
    const cookie = deviceOf(first);
    assert.match(
      cookieOf(first),
      /^__Host-nightjar-device=[\w.-]+; Path=\/; Max-Age=34560000; HttpOnly; SameSite=Strict; Secure$/,
    );
    await fixture.tokenOf("viewer");
    const viewers = deviceOf(await guess(fixture, HOME, GOOD_PASSWORD, "viewer"));
    for (const name of ["admin", "viewer"]) await users.sessions.endOfUser(name);
    const [id = "", time = "", mark = ""] = cookie.split("-");
    const forged = `${id}-${(Number.parseInt(time, 36) + 1).toString(36)}-${mark}`;
    const strangers = async (...cookies: string[]) => {
      for (const one of cookies)
        assert.equal((await signedIn(fixture, "203.0.113.9", one)).json["code"], "NJ_LOGIN_LOCKED", one);
    };
    for (let index = 0; index < FAILURES_PER_ACCOUNT; index += 1) await guess(fixture, `198.51.100.${index}`);
    await strangers(viewers, forged, `${id}-${time}-`, `${"x".repeat(5_000)}.${cookie}`, "..");
    const both = await signedIn(fixture, "203.0.113.9", `${viewers}.${cookie}`);
    assert.equal(both.status, 200);
    assert.equal(deviceOf(both).split(".").length, 2, "the browser stays known for the other account");
    await users.accounts.change(
      "admin",
      { password: "a fresh heron lantern" },
      { userName: "admin", address: HOME },
    );
    await strangers(cookie, deviceOf(both));

    clock.turn(401 * 86_400_000);
    for (let index = 0; index < FAILURES_PER_ACCOUNT; index += 1)
      await guess(fixture, `198.51.1.${index}`, "not the password", "viewer");
    const old = await guess(fixture, "203.0.113.9", GOOD_PASSWORD, "viewer", viewers);
    assert.equal(old.json["code"], "NJ_LOGIN_LOCKED", "browsers forget it by then, too");
  });

  it("with a stolen session is judged five times, from however many addresses", async (t) => {
    const fixture = await httpFixture(t);
    const token = await fixture.tokenOf("admin");
    let wrong = 0;
    for (let index = 0; index < 30; index += 1) {
      const answer = await fixture.ask("/api/v1/session/password", {
        method: "PUT",
        token,
        headers: { [ADDRESS]: `203.0.113.${index}` },
        body: { current: `guess ${index}`, password: "a fresh heron lantern" },
      });
      if (answer.json["code"] === "NJ_PASSWORD_WRONG") wrong += 1;
      else assert.equal(answer.json["code"], "NJ_LOGIN_LOCKED");
    }
    assert.equal(wrong, FAILURES_PER_ACCOUNT_AND_ADDRESS);
  });

  it("from the many addresses of one IPv6 network counts as from one", async (t) => {
    const fixture = await httpFixture(t);
    await fixture.tokenOf("admin");
    const judged = await judgedOf(
      Array.from({ length: 40 }, (_, index) => guess(fixture, `2001:db8:1:2:${index.toString(16)}::1`)),
    );
    assert.ok(judged >= 1 && judged <= FAILURES_PER_ACCOUNT_AND_ADDRESS, String(judged));
    assert.equal((await guess(fixture, "2001:db8:1:2::77", GOOD_PASSWORD)).json["code"], "NJ_LOGIN_LOCKED");
    assert.equal((await guess(fixture, "2001:db8:1:3::77", GOOD_PASSWORD)).status, 200);
  });

  it("leaves an API token alone: guesses at its account do not stop the program", async (t) => {
    const fixture = await httpFixture(t);
    const { ask, tokenOf } = fixture;
    const body = {
      name: "wall",
      rights: ["cameras.view"],
      cameras: "all",
      expiresAt: "never",
      current: GOOD_PASSWORD,
    };
    const made = await ask("/api/v1/tokens", { method: "POST", token: await tokenOf("admin"), body });
    for (let index = 0; index < FAILURES_PER_ACCOUNT + 5; index += 1)
      await guess(fixture, `198.51.100.${index}`);
    assert.equal((await ask("/api/v1/cameras", { token: String(made.json["secret"]) })).status, 200);
  });
});
