// `nightjar token` as scripts use it: before the recorder runs and while it runs, with a secret that opens what it should.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { sharedRecorder } from "../e2e/support/shared-recorder.ts";
import { nightjar } from "../support/nightjar-command.ts";

describe("nightjar token", () => {
  it("makes, lists and revokes tokens of a recorder that stands still", async () => {
    using dir = tempDir("nightjar-token-");
    const run = (...args: string[]) => nightjar(dir.path, args, { input: "heron lantern quarry\n" });
    const made = await run("user", "create", "wall", "--role", "viewer", "--password-stdin");
    assert.equal(made.code, 0, made.err);
    const wanted = [
      "token",
      "create",
      "hallway screen",
      "--account",
      "wall",
      "--rights",
      "live,cameras.view",
    ];

    const created = await run(...wanted, "--cameras", "yard,gate", "--expires", "30d", "--json");
    assert.equal(created.code, 0, created.err);
    const { secret, token } = JSON.parse(created.out) as { secret: string; token: Record<string, unknown> };
    assert.match(secret, /^nightjar_[0-9A-Za-z]{49}$/);
    assert.deepEqual([token["user"], token["rights"]], ["wall", ["live", "cameras.view"]]);
    assert.deepEqual(token["cameras"], ["yard", "gate"]);
    const days = (Date.parse(String(token["expiresAt"])) - Date.now()) / 86_400_000;
    assert.ok(days > 29.9 && days <= 30, String(days));

    const listed = await run("token", "list", "--json");
    assert.equal(listed.code, 0, listed.err);
    assert.ok(!listed.out.includes(secret));
    assert.deepEqual(
      (JSON.parse(listed.out) as { id: string }[]).map(({ id }) => id),
      [token["id"]],
    );
    assert.match(
      (await run("token", "list", "--account", "wall")).out,
      /hallway screen\s+live,cameras\.view\s+yard,gate/,
    );

    const refused: [string[], number, string][] = [
      [[...wanted, "--expires", "never"], 1, "NJ_TOKEN_EXISTS"],
      [[...wanted], 2, "NJ_CLI_USAGE"],
      [
        ["token", "create", "x", "--account", "wall", "--rights", "live,fly", "--expires", "1d"],
        2,
        "NJ_CLI_USAGE",
      ],
      [
        ["token", "create", "x", "--account", "wall", "--rights", "export", "--expires", "1d"],
        1,
        "NJ_TOKEN_RIGHTS",
      ],
      [
        ["token", "create", "x", "--account", "wall", "--rights", "live", "--expires", "soon"],
        2,
        "NJ_CLI_USAGE",
      ],
      [
        ["token", "create", "x", "--account", "nobody", "--rights", "live", "--expires", "1d"],
        1,
        "NJ_USER_NOT_FOUND",
      ],
      [["token", "revoke", "no-such-id"], 1, "NJ_TOKEN_NOT_FOUND"],
      [["token"], 2, "NJ_CLI_USAGE"],
    ];
    for (const [args, code, reason] of refused) {
      const result = await run(...args);
      assert.equal(result.code, code, args.join(" "));
      assert.ok(result.err.includes(reason), result.err);
    }

    const revoked = await run("token", "revoke", String(token["id"]));
    assert.equal(revoked.code, 0, revoked.err);
    assert.equal((await run("token", "list", "--json")).out.trim(), "[]");
    assert.match((await run("--help")).out, /token list \| create NAME \| revoke ID/);
  });

  it("makes a token of a running recorder, which opens it until it is revoked", async () => {
    const recorder = await sharedRecorder();
    const args = ["token", "create", "script", "--account", "admin", "--rights", "cameras.view"];
    const created = await nightjar(recorder.dataDir, [...args, "--expires", "never"]);
    assert.equal(created.code, 0, created.err);
    const secret = created.out.trim();
    const ask = async (path: string) =>
      (await fetch(`${recorder.url}/api/v1${path}`, { headers: { authorization: `Bearer ${secret}` } }))
        .status;
    assert.equal(await ask("/cameras"), 200);
    assert.equal(await ask("/settings"), 403);
    const listed = await nightjar(recorder.dataDir, ["token", "list", "--json"]);
    const tokens = JSON.parse(listed.out) as {
      readonly id: string;
      readonly name: string;
      readonly lastUsedAt?: string;
      readonly lastAddress?: string;
    }[];
    const token = tokens.find(({ name }) => name === "script");
    assert.ok(token?.lastUsedAt !== undefined && token.lastAddress !== "");
    const revoked = await nightjar(recorder.dataDir, ["token", "revoke", token.id, "--json"]);
    assert.equal(revoked.code, 0, revoked.err);
    assert.equal(await ask("/cameras"), 401);
  });
});
