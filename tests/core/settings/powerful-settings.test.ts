// What a settings file that comes over HTTP cannot bring in: which plugins are asked who may sign in, and which make folders
// ready. Both are the word of whoever owns the data directory (attack list A12).
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkConfig } from "../../../core/config/check-config.ts";
import type { Config } from "../../../core/config/config-schema.ts";
import { takeParts } from "../../../core/settings/settings-parts.ts";

const LOGIN = {
  source: "nightjar-login-thief/thief",
  groups: [{ group: "all", role: "administrator" }],
};
const DRIVER = { source: "nightjar-storage-thief/thief", config: {} };

function config(own: object): Config {
  const node = { id: "here", name: "Here" };
  return structuredClone(checkConfig("config", { version: 1, node, timeZone: "UTC", ...own })) as Config;
}

describe("a settings file", () => {
  const theirs = config({
    logins: [LOGIN],
    storage: { volumes: [{ path: "volumes/default", driver: DRIVER }] },
  });
  const parts = ["storage", "accounts"] as const;

  it("over HTTP changes neither who is asked about people nor who makes folders ready, and says so", () => {
    const draft = config({});
    const refused = takeParts(draft, theirs, { parts, confined: true, dataDir: "/data" });
    assert.deepEqual(draft.logins, []);
    assert.equal(draft.storage.volumes[0]?.driver, undefined);
    assert.deepEqual(
      refused.map(({ path }) => path),
      ["/logins"],
    );
  });

  it("over HTTP takes no driver from a folder that has one", () => {
    const own = { source: "nightjar-storage-own/own", config: { share: "footage" } };
    const draft = config({ storage: { volumes: [{ path: "volumes/default", driver: own }] } });
    takeParts(draft, config({}), { parts, confined: true, dataDir: "/data" });
    assert.deepEqual(draft.storage.volumes[0]?.driver, own);
  });

  it("on the recorder itself brings both", () => {
    const draft = config({});
    assert.deepEqual(takeParts(draft, theirs, { parts, confined: false, dataDir: "/data" }), []);
    assert.equal(draft.logins[0]?.source, LOGIN.source);
    assert.deepEqual(draft.storage.volumes[0]?.driver, DRIVER);
  });
});
