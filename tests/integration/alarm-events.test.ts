// Events in a whole recorder: a refused sign-in is one, found and acknowledged over HTTP; arming is switched there; a plugin
// that cannot run is one for as long as it is to.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { startCoreInProcess } from "../support/core-in-process.ts";
import { writeHousePlugin } from "../support/house-plugin.ts";

const BROKEN = "nightjar-linkage-house";

interface Event {
  readonly id: number;
  readonly type: string;
  readonly subject?: string;
  readonly camera?: string;
  readonly severity: string;
  readonly end?: string;
  readonly acknowledged?: { readonly by: string; readonly note: string };
}

describe("events of a recorder", { timeout: 120_000 }, () => {
  it("are raised from real causes, found, acknowledged and told of", async (t) => {
    const core = await startCoreInProcess();
    t.after(() => core.stop());
    const json = async <T>(path: string, options: Parameters<typeof core.ask>[1] = {}) =>
      JSON.parse((await core.ask(path, { token: core.token, ...options })).text) as T;
    const { profile } = await json<{ profile: string }>("/api/v1/arming", {
      method: "PUT",
      body: JSON.stringify({ profile: "away" }),
    });
    assert.equal(profile, "away");
    const refused = await core.ask("/api/v1/session", {
      method: "POST",
      body: JSON.stringify({ username: "admin", password: "heron lantern quarrx" }),
    });
    assert.equal(refused.status, 401);
    const event = await waitFor(async () => {
      const { events } = await json<{ events: Event[] }>("/api/v1/events?types=exception-illegal-login");
      return events[0];
    });
    assert.equal(event.severity, "warning");
    assert.match(event.subject ?? "", /^127\.0\.0\.1$|^::1$/);
    const seen = await json<Event>(`/api/v1/events/${event.id}/acknowledge`, {
      method: "POST",
      body: JSON.stringify({ note: "that was me" }),
    });
    assert.deepEqual([seen.acknowledged?.by, seen.acknowledged?.note], ["admin", "that was me"]);
    const found = await json<{ events: Event[] }>("/api/v1/events?acknowledged=true");
    assert.deepEqual(
      found.events.map(({ id }) => id),
      [event.id],
    );
  });

  it("tell of a plugin that cannot run, until it is not to any more", async (t) => {
    using dir = tempDir("nightjar-broken-");
    writeHousePlugin(
      dir.join(BROKEN),
      BROKEN,
      { kind: "linkage", provides: [] },
      `import { definePlugin, NightjarError, Type } from "@nightjar/core";
      export default definePlugin({
        name: ${JSON.stringify(BROKEN)},
        configSchema: Type.Object({}),
        setup() { throw new NightjarError("NJ_HOUSE", "internal", "the house burns"); },
      });`,
    );
    const core = await startCoreInProcess({
      pluginPaths: [dir.join(BROKEN)],
      configure(draft) {
        draft.plugins[BROKEN] = { enabled: true, config: {} };
      },
    });
    t.after(() => core.stop());
    const found = async (): Promise<Event[]> => {
      const path = "/api/v1/events?types=exception-plugin";
      return JSON.parse((await core.ask(path, { token: core.token })).text).events;
    };
    const event = await waitFor(async () => (await found())[0], { what: "the event", deadlineMs: 60_000 });
    assert.deepEqual([event.subject, event.severity, event.end], ["House", "warning", undefined]);
    const file = join(core.dataDir, "config.json");
    const config = JSON.parse(readFileSync(file, "utf8"));
    config.plugins[BROKEN].enabled = false;
    writeFileSync(file, JSON.stringify(config));
    const ended = await waitFor(async () => (await found()).find(({ end }) => end !== undefined), {
      what: "its end",
      deadlineMs: 60_000,
    });
    assert.deepEqual([ended.id, (await found()).length], [event.id, 1]);
  });
});
