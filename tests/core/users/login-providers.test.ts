// Signing in by a plugin's login provider, inline and isolated alike: who is let in, as what, and that nothing that a
// provider says or does reaches an account of the recorder's own or makes anybody more than the owner's mapping says
// (attack list A13).
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, before, beforeEach, describe, it } from "node:test";
import { systemClock } from "../../../core/clock.ts";
import { SecretStore } from "../../../core/config/secret-store.ts";
import type { Db } from "../../../core/db/db.ts";
import { openDb } from "../../../core/db/open-db.ts";
import type { Log } from "../../../core/log.ts";
import { silentLog } from "../../../core/log.ts";
import { PluginHost, type PluginSettings } from "../../../core/plugin/host/plugin-host.ts";
import { type TempDir, tempDir } from "../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";
import { FAILURES_PER_ACCOUNT, FAILURES_PER_ACCOUNT_AND_ADDRESS } from "../../../core/users/login-guard.ts";
import { type LoginConfig, LoginSources } from "../../../core/users/login-sources.ts";
import { openUsers, type Users } from "../../../core/users/users.ts";
import { authenticatorApp } from "../../support/authenticator-app.ts";
import { CHILD_CORE } from "../../support/child-core.ts";
import {
  type HouseDirectory,
  houseDirectory,
  LOGIN_PLUGIN,
  LOGIN_SOURCE,
  writeLoginPlugin,
} from "../../support/login-plugin.ts";
import { ACTOR, CHEAP, GOOD_PASSWORD } from "./users-fixture.ts";

const CORE = import.meta.resolve("../../../core/index.ts");
const WORD = "thistle copper meadow";
const VIEWERS: LoginConfig = { source: LOGIN_SOURCE, groups: [], role: "viewer", cameras: "all" };

for (const isolation of ["inline", "process"] as const) {
  describe(`log-in by a plugin, run ${isolation}`, { timeout: 170_000 }, () => {
    const root: TempDir = tempDir("nightjar-login-");
    const said: string[] = [];
    let house: HouseDirectory;
    let host: PluginHost;
    let db: Db;
    let users: Users;
    let logins: LoginConfig[] = [];
    let settings: PluginSettings;
    let count = 0;

    before(async () => {
      house = await houseDirectory();
      const folder = root.join("elsewhere", LOGIN_PLUGIN);
      writeLoginPlugin(folder, isolation === "inline" ? { core: CORE } : {});
      const dataDir = root.join("data");
      mkdirSync(dataDir);
      settings = { enabled: true, config: { url: house.url } };
      const log: Log = {
        ...silentLog,
        warn: (text, fields) => void said.push(`${text} ${JSON.stringify(fields)}`),
      };
      const sources = new LoginSources({
        configured: () => logins,
        registered: () => host.registries.loginProviders.owned(),
        isPresent: (plugin) => host.isPresent(plugin),
        clock: systemClock,
        log,
      });
      host = new PluginHost({
        dataDir,
        version: "0.1.0",
        paths: [{ bundled: isolation === "inline", folder }],
        log: silentLog,
        clock: systemClock,
        settings: () => settings,
        secrets: () => ({ get: async () => undefined, set: async () => undefined }),
        refreshCameras: () => undefined,
        offerCamera: async () => undefined,
        childCore: CHILD_CORE,
        changed: () => void users.accounts.endOfSources((source) => sources.isActive(source)),
      });
      db = await openDb(":memory:", { log: silentLog });
      users = await openUsers({
        db,
        loginSources: sources,
        secrets: await SecretStore.open({ dataDir }),
        dataDir,
        clock: systemClock,
        log: silentLog,
        sessionLimits: () => ({ idleMs: 3_600_000, absoluteMs: 86_400_000 }),
        passwordCost: CHEAP,
      });
      await host.load();
      await host.loaded();
      await waitFor(() => host.list()[0]?.status === "running", { what: "the plugin", deadlineMs: 30_000 });
      await users.accounts.create({ name: "Ann", role: "administrator", password: GOOD_PASSWORD }, ACTOR);
    });
    after(async () => {
      await users.close();
      await db.close();
      await host.stop();
      await house.close();
      root.remove();
    });
    beforeEach(() => {
      logins = [VIEWERS];
      house.people.clear();
      house.asked.length = 0;
      said.length = 0;
    });

    /** Somebody new to the directory and to the recorder. */
    function somebody(...groups: string[]): string {
      count += 1;
      const name = `person-${count}`;
      house.people.set(name, { password: WORD, groups });
      return name;
    }
    /** From an address of its own, so that no test locks another out. */
    function signIn(name: string, password = WORD, code?: string) {
      count += 1;
      const client = { address: `10.0.${count >> 8}.${count & 255}`, secure: true, userAgent: "test" };
      return users.signIn.signIn(name, password, client, code);
    }
    const account = (name: string) => users.accounts.existing(name);
    async function actsOn(name: string): Promise<string[]> {
      await users.audit.settled();
      const rows = await users.audit.list({ limit: 200 });
      return rows
        .filter(({ userName, detail }) => userName === name || detail["user"] === name)
        .map(({ action }) => action)
        .reverse();
    }

    it("lets in whom the directory knows, as a viewer unless the mapping says more, and says so in list and audit log", async () => {
      const name = somebody("guards");
      const { token } = await signIn(name);
      const principal = await users.sessions.authenticate(token);
      assert.deepEqual([principal?.userName, principal?.role], [name, "viewer"]);
      const { source, enabled, secondFactor } = await account(name);
      assert.deepEqual(
        { source, enabled, secondFactor },
        { source: LOGIN_SOURCE, enabled: true, secondFactor: false },
      );
      assert.deepEqual(await actsOn(name), ["user-created", "session-opened"]);
      await signIn(name.toUpperCase());
      assert.equal((await users.accounts.list()).filter((one) => one.name.toLowerCase() === name).length, 1);
    });

    it("gives role and cameras of the first group that fits, anew at each sign-in, and ends what was open with the old ones", async () => {
      const guards = { group: "guards", role: "operator", cameras: ["gate"] } as const;
      const admins = { group: "admins", role: "administrator", cameras: "all" } as const;
      logins = [{ ...VIEWERS, groups: [guards, admins] }];
      const name = somebody("admins", "guards");
      const first = await signIn(name);
      assert.deepEqual([(await account(name)).role, (await account(name)).cameras], ["operator", ["gate"]]);
      house.people.set(name, { password: WORD, groups: ["admins"] });
      await signIn(name);
      assert.deepEqual([(await account(name)).role, (await account(name)).cameras], ["administrator", "all"]);
      assert.equal(await users.sessions.authenticate(first.token), undefined);
      house.people.set(name, { password: WORD, groups: [] });
      await signIn(name);
      assert.equal((await account(name)).role, "viewer");
    });

    it("keeps out who is in no group where the others have no role, with the words of a wrong password", async () => {
      logins = [{ ...VIEWERS, role: null, groups: [{ group: "guards", role: "viewer", cameras: "all" }] }];
      await assert.rejects(signIn(somebody("cooks")), { code: "NJ_LOGIN_FAILED" });
      await signIn(somebody("guards"));
    });

    it("makes nobody an administrator because the plugin says so", async () => {
      const { token } = await signIn("lie-role");
      assert.equal((await users.sessions.authenticate(token))?.role, "viewer");
      assert.equal((await users.sessions.authenticate(token))?.userName, "lie-role");
    });

    it("tells the directory of nobody who has a password here, nor of names that are none, nor without a password", async () => {
      house.people.set("ann", { password: WORD, groups: [] });
      for (const name of ["Ann", "ann", "ANN"])
        await assert.rejects(signIn(name), { code: "NJ_LOGIN_FAILED" });
      for (const name of ["*", "-a", "a b", "", "a)(uid=*"])
        await assert.rejects(signIn(name), { code: "NJ_LOGIN_FAILED" });
      await assert.rejects(signIn(somebody(), ""), { code: "NJ_LOGIN_FAILED" });
      await users.accounts.create({ name: "Änne", role: "viewer", password: GOOD_PASSWORD }, ACTOR);
      await assert.rejects(signIn("änne"), { code: "NJ_LOGIN_FAILED" });
      assert.deepEqual(house.asked, []);
    });

    it("asks nobody that config.json does not name", async () => {
      logins = [];
      await assert.rejects(signIn(somebody()), { code: "NJ_LOGIN_FAILED" });
      assert.deepEqual(house.asked, []);
      assert.deepEqual(users.loginSources?.states(), [
        { source: LOGIN_SOURCE, displayName: "House", isAsked: false },
      ]);
    });

    it("knows the browser of an account again, in whatever letters its name is typed", async () => {
      count += 1;
      const name = `jürgen-${count}`;
      house.people.set(name, { password: WORD, groups: [] });
      const client = { address: "192.0.2.78", secure: true, userAgent: "test" };
      const typed = name.toUpperCase();
      const { userName } = await users.signIn.signIn(typed, WORD, client);
      assert.equal(userName, name);
      const deviceCookie = await users.devices.issue(userName, undefined);
      // What strangers guess locks all others out of the account, wherever they are.
      for (let index = 0; index < FAILURES_PER_ACCOUNT; index += 1) {
        const address = `198.51.100.${index}`;
        const guess = users.signIn.signIn(index % 2 === 0 ? name : typed, "wrong", { ...client, address });
        await assert.rejects(guess, { code: "NJ_LOGIN_FAILED" });
      }
      const away = { ...client, address: "203.0.113.9" };
      await assert.rejects(users.signIn.signIn(typed, WORD, away), { code: "NJ_LOGIN_LOCKED" });
      assert.equal((await users.signIn.signIn(typed, WORD, { ...away, deviceCookie })).userName, name);
      // From where it works with the account, it is no stranger without the cookie either.
      assert.equal((await users.signIn.signIn(typed, WORD, client)).userName, name);
    });

    it("counts wrong passwords as everywhere: after five the address is locked out, and the directory is left in peace", async () => {
      const name = somebody();
      const client = { address: "192.0.2.77", secure: true, userAgent: "test" };
      for (let index = 0; index < FAILURES_PER_ACCOUNT_AND_ADDRESS; index += 1)
        await assert.rejects(users.signIn.signIn(name, "wrong", client), { code: "NJ_LOGIN_FAILED" });
      await assert.rejects(users.signIn.signIn(name, WORD, client), { code: "NJ_LOGIN_LOCKED" });
      assert.equal(house.asked.length, FAILURES_PER_ACCOUNT_AND_ADDRESS);
    });

    for (const [fault, reason] of [
      ["throw", /the house burns, and \*\*\*/],
      ["lie-true", /is to answer/],
      ["lie-groups", /is to answer/],
      ["lie-many", /is to answer/],
      ["hang", /did not answer within 5000 ms/],
    ] as const) {
      it(`whose provider does "${fault}" is neither let in nor held for wrong, and accounts of the recorder's own go on`, async () => {
        const name = `${fault}-1`;
        const client = { address: "192.0.2.78", secure: true, userAgent: "test" };
        const isAway = () =>
          assert.rejects(users.signIn.signIn(name, WORD, client), { code: "NJ_LOGIN_PROVIDER_AWAY" });
        if (fault === "hang") {
          const waiting = [isAway(), isAway(), isAway()];
          const begin = performance.now();
          await signIn("Ann", GOOD_PASSWORD);
          assert.ok(performance.now() - begin < 4_500, "nobody waits for it");
          await Promise.all(waiting);
        } else {
          for (let index = 0; index < 2 * FAILURES_PER_ACCOUNT_AND_ADDRESS; index += 1) await isAway();
        }
        assert.match(users.loginSources?.states()[0]?.reason ?? "", reason);
        assert.ok(!said.join().includes(WORD), "no password in the log");
        assert.equal(said.length, 1, "the log is not flooded");
        assert.equal(await users.accounts.find(name), undefined);
        await signIn("Ann", GOOD_PASSWORD);
        const known = somebody();
        await signIn(known);
        assert.equal(
          users.loginSources?.states()[0]?.reason,
          undefined,
          "a right answer takes the fault back",
        );
      });
    }

    it("asks for password and second factor as for anybody, where the account has one here", async () => {
      const name = somebody();
      const { sessionId } = await signIn(name);
      const client = { address: "192.0.2.79", secure: true, userAgent: "test" };
      await users.signIn.confirm({ userName: name, sessionId }, WORD, client);
      await assert.rejects(users.signIn.confirm({ userName: name, sessionId }, "wrong", client), {
        code: "NJ_LOGIN_FAILED",
      });
      const { uri } = await users.secondFactors.begin(name);
      const app = authenticatorApp(uri);
      await users.secondFactors.confirm(name, app.codeAt(Date.now() - 30_000), {
        userName: name,
        address: "",
      });
      await assert.rejects(signIn(name), { code: "NJ_SECOND_FACTOR_NEEDED" });
      await assert.rejects(signIn(name, "wrong", app.codeAt(Date.now())), { code: "NJ_LOGIN_FAILED" });
      await signIn(name, WORD, app.codeAt(Date.now()));
    });

    it("gives nothing that outlives a sign-in: no password here, no API token, no stream password, no role by hand", async () => {
      const name = somebody();
      await signIn(name);
      for (const change of [
        { password: GOOD_PASSWORD },
        { role: "operator" },
        { cameras: ["gate"] },
      ] as const)
        await assert.rejects(users.accounts.change(name, change, ACTOR), { code: "NJ_USER_FROM_PROVIDER" });
      const wanted = { name: "script", rights: ["live"], cameras: "all", expiresAtMs: undefined } as const;
      const owner = { userName: name, role: "viewer", cameras: "all" } as const;
      await assert.rejects(users.apiTokens.create(wanted, owner, ACTOR), { code: "NJ_USER_FROM_PROVIDER" });
      await assert.rejects(users.streamPasswords.create(name, "vlc", ACTOR), {
        code: "NJ_USER_FROM_PROVIDER",
      });
    });

    it("can be disabled here, and the directory is not asked about the name any more", async () => {
      const name = somebody();
      const { token } = await signIn(name);
      await users.accounts.change(name, { enabled: false }, ACTOR);
      assert.equal(await users.sessions.authenticate(token), undefined);
      house.asked.length = 0;
      await assert.rejects(signIn(name), { code: "NJ_LOGIN_FAILED" });
      assert.deepEqual(house.asked, []);
    });

    it("counts no administrator of a plugin's as the last one", async () => {
      logins = [{ ...VIEWERS, groups: [{ group: "admins", role: "administrator", cameras: "all" }] }];
      const name = somebody("admins");
      await signIn(name);
      await assert.rejects(users.accounts.remove("Ann", ACTOR), { code: "NJ_LAST_ADMINISTRATOR" });
      await assert.rejects(users.accounts.change("Ann", { enabled: false }, ACTOR), {
        code: "NJ_LAST_ADMINISTRATOR",
      });
      await users.accounts.remove(name, ACTOR);
    });

    it("ends with the plugin: sessions at once, and nobody gets in until it is back", async () => {
      const name = somebody();
      const { token } = await signIn(name);
      const own = await signIn("Ann", GOOD_PASSWORD);
      settings = { ...settings, enabled: false };
      await host.settingsChanged();
      await waitFor(async () => (await users.sessions.authenticate(token)) === undefined, {
        what: "the session to end",
      });
      assert.notEqual(await users.sessions.authenticate(own.token), undefined);
      await assert.rejects(signIn(name), { code: "NJ_LOGIN_PROVIDER_AWAY" });
      assert.match(users.loginSources?.states()[0]?.reason ?? "", /not installed, or it does not run/);
      await signIn("Ann", GOOD_PASSWORD);
      settings = { ...settings, enabled: true };
      await host.settingsChanged();
      await waitFor(() => host.list()[0]?.status === "running", { what: "the plugin", deadlineMs: 30_000 });
      await signIn(name);
      assert.ok((await actsOn(name)).includes("sessions-ended"));
    });

    if (isolation === "process") {
      it("survives that the plugin's process dies in the middle of a question", async () => {
        const name = somebody();
        const { token } = await signIn(name);
        await assert.rejects(signIn("exit-1"), { code: "NJ_LOGIN_PROVIDER_AWAY" });
        assert.notEqual(await users.sessions.authenticate(token), undefined, "a restart signs nobody out");
        await signIn("Ann", GOOD_PASSWORD);
        // The host may not know of the end yet, and says "running" of the process that was.
        const again = () =>
          signIn(name).catch((error: unknown) => void assert.match(String(error), /try again/));
        await waitFor(again, { what: "the plugin", deadlineMs: 30_000 });
      });
    }
  });
}

describe("a plugin that brings a login provider", { timeout: 60_000 }, () => {
  it("is not set up unless its identity card says so before it runs", async () => {
    using root = tempDir("nightjar-login-");
    const folder = root.join("elsewhere", LOGIN_PLUGIN);
    writeLoginPlugin(folder, { core: CORE, own: { provides: [] } });
    const host = new PluginHost({
      dataDir: root.path,
      version: "0.1.0",
      paths: [{ bundled: true, folder }],
      log: silentLog,
      clock: systemClock,
      settings: () => undefined,
      secrets: () => ({ get: async () => undefined, set: async () => undefined }),
      refreshCameras: () => undefined,
      offerCamera: async () => undefined,
    });
    await host.load();
    assert.equal(host.list()[0]?.status, "failed");
    assert.match(host.list()[0]?.reason ?? "", /does not name "login-provider:house" in nightjar.provides/);
    await host.stop();
  });

  it("is no other plugin's provider of the same id", async () => {
    const check = async () => ({ groups: [] });
    const sources = new LoginSources({
      configured: () => [VIEWERS],
      registered: () => [
        { plugin: "nightjar-login-thief", entry: { id: "house", displayName: "Thief", check } },
      ],
      isPresent: () => true,
      clock: systemClock,
      log: silentLog,
    });
    assert.deepEqual(await sources.judge("anna", WORD, LOGIN_SOURCE), { kind: "away", judged: false });
  });

  it("is asked about eight people at once; who comes then is told to come again", async () => {
    const release: (() => void)[] = [];
    const sources = new LoginSources({
      configured: () => [VIEWERS],
      registered: () => [
        {
          plugin: LOGIN_PLUGIN,
          entry: {
            id: "house",
            displayName: "House",
            check: () => new Promise((resolve) => release.push(() => resolve(undefined))),
          },
        },
      ],
      isPresent: () => true,
      clock: systemClock,
      log: silentLog,
    });
    const waiting = Array.from({ length: 8 }, () => sources.judge("anna", WORD, undefined));
    await assert.rejects(sources.judge("anna", WORD, undefined), { code: "NJ_LOGIN_BUSY" });
    for (const answer of release) answer();
    assert.deepEqual(new Set((await Promise.all(waiting)).map(({ kind }) => kind)), new Set(["wrong"]));
  });
});
