// A whole core and gateway with a stranger's login plugin: people of a directory sign in over HTTP with what the owner's mapping
// gives them, and are signed out when the plugin is switched off.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { type CoreInProcess, startCoreInProcess } from "../support/core-in-process.ts";
import {
  type HouseDirectory,
  houseDirectory,
  LOGIN_PLUGIN,
  LOGIN_SOURCE,
  writeLoginPlugin,
} from "../support/login-plugin.ts";

describe("a recorder with a login plugin", { timeout: 170_000 }, () => {
  const dir = tempDir("nightjar-login-");
  let house: HouseDirectory;
  let core: CoreInProcess;

  before(async () => {
    house = await houseDirectory();
    house.people.set("anna", { password: "thistle copper meadow", groups: ["guards"] });
    writeLoginPlugin(dir.join(LOGIN_PLUGIN));
    core = await startCoreInProcess({
      pluginPaths: [dir.join(LOGIN_PLUGIN)],
      configure(draft) {
        draft.plugins[LOGIN_PLUGIN] = { enabled: true, config: { url: house.url } };
        draft.logins.push({
          source: LOGIN_SOURCE,
          groups: [{ group: "guards", role: "operator", cameras: ["gate"] }],
          role: null,
          cameras: "all",
        });
      },
    });
    await waitFor(async () => (await providers())[0]?.reason === undefined, {
      what: "the plugin to run",
      deadlineMs: 30_000,
    });
  });
  after(async () => {
    await core?.stop();
    await house?.close();
    dir.remove();
  });

  interface Provider {
    readonly source: string;
    readonly displayName?: string;
    readonly isAsked: boolean;
    readonly reason?: string;
  }
  async function providers(): Promise<Provider[]> {
    const { text } = await core.ask("/api/v1/login-providers", { token: core.token });
    return (JSON.parse(text) as { providers: Provider[] }).providers;
  }
  const json = (text: string) => JSON.parse(text) as Record<string, never>;
  /** Switches the plugin by an edit of config.json, as its owner may. */
  function switchPlugin(enabled: boolean): void {
    const file = join(core.dataDir, "config.json");
    const config = JSON.parse(readFileSync(file, "utf8")) as {
      plugins: Record<string, { enabled: boolean }>;
    };
    (config.plugins[LOGIN_PLUGIN] as { enabled: boolean }).enabled = enabled;
    writeFileSync(file, JSON.stringify(config));
  }
  const rightsOf = (token: string) => core.ask("/api/v1/session", { token });

  it("lets people of the directory in with the role and the cameras of their group", async () => {
    const token = await core.signIn("anna", "thistle copper meadow");
    const session = json((await rightsOf(token)).text);
    assert.deepEqual(session["user"], { name: "anna", role: "operator" });
    assert.deepEqual(session["cameras"], ["gate"]);
    const { text } = await core.ask("/api/v1/users", { token: core.token });
    const users = (JSON.parse(text) as { users: { name: string; source?: string }[] }).users;
    assert.equal(users.find(({ name }) => name === "anna")?.source, LOGIN_SOURCE);
    assert.deepEqual(await providers(), [{ source: LOGIN_SOURCE, displayName: "House", isAsked: true }]);
    assert.equal((await core.ask("/api/v1/login-providers", { token })).status, 403);
  });

  it("gives them no API token and no stream password, and says so", async () => {
    const token = await core.signIn("anna", "thistle copper meadow");
    const body = JSON.stringify({ current: "thistle copper meadow", password: "another heron quarry" });
    const answer = await core.ask("/api/v1/session/password", { method: "PUT", token, body });
    assert.equal(answer.status, 409);
    assert.equal(json(answer.text)["code"], "NJ_USER_FROM_PROVIDER");
  });

  it("signs them out when the plugin is switched off, tells them that nobody can say, and goes on for the others", async () => {
    const token = await core.signIn("anna", "thistle copper meadow");
    switchPlugin(false);
    await waitFor(async () => (await rightsOf(token)).status === 401, {
      what: "the session to end",
      deadlineMs: 20_000,
    });
    const body = JSON.stringify({ username: "anna", password: "thistle copper meadow" });
    const refused = await core.ask("/api/v1/session", { method: "POST", body });
    assert.equal(refused.status, 503);
    assert.equal(json(refused.text)["code"], "NJ_LOGIN_PROVIDER_AWAY");
    assert.equal((await rightsOf(await core.signIn("admin"))).status, 200);
    switchPlugin(true);
    await waitFor(async () => (await providers())[0]?.reason === undefined, {
      what: "the plugin to run again",
      deadlineMs: 30_000,
    });
    await core.signIn("anna", "thistle copper meadow");
  });

  it("writes no password of theirs anywhere", async () => {
    assert.ok(!core.log.join("\n").includes("thistle copper"));
    const { text } = await core.ask("/api/v1/audit?limit=100", { token: core.token });
    assert.ok(text.includes("anna") && !text.includes("thistle copper"));
  });
});
