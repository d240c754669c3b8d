// What follows from events in a whole recorder: a refused sign-in has a camera shown large and recorded, what came of it is
// kept with the event, rules are checked and tried over HTTP.
import assert from "node:assert/strict";
import { once } from "node:events";
import { cpSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { LINKAGE_ACTION_IDS } from "../../core/domain/linkage-actions.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { type CoreInProcess, startCoreInProcess } from "../support/core-in-process.ts";
import { writeHousePlugin } from "../support/house-plugin.ts";

interface Done {
  readonly action: string;
  readonly status: string;
  readonly note?: string;
  readonly code?: string;
}
interface Event {
  readonly id: number;
  readonly actions?: readonly Done[];
}

const RULE = {
  id: "stranger",
  name: "A stranger",
  enabled: true,
  at: "start",
  types: ["exception-illegal-login"],
  actions: [
    { action: "record", settings: { cameras: ["gate"] } },
    { action: "capture", settings: { cameras: ["gate"] } },
  ],
};

describe("what follows from events in a recorder", { timeout: 120_000 }, () => {
  it("is done, kept with the event and told to pages; rules are checked and tried", async (t) => {
    const core = await startCoreInProcess();
    t.after(() => core.stop());
    const ask = (path: string, method = "GET", body?: unknown) =>
      core.ask(path, {
        token: core.token,
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const json = async <T>(...given: Parameters<typeof ask>) => JSON.parse((await ask(...given)).text) as T;

    const wrong = { ...RULE, actions: [{ action: "capture", settings: { count: 9 } }] };
    const refused = await ask("/api/v1/linkage/rules", "PUT", { rules: [wrong] });
    assert.equal(refused.status, 422, refused.text);
    assert.match(refused.text, /\/rules\/0\/actions\/0\/settings\/count/);
    const view = await json<{ rules: unknown[]; actions: { source: string }[] }>(
      "/api/v1/linkage/rules",
      "PUT",
      { rules: [RULE] },
    );
    assert.deepEqual(view.rules, [RULE]);
    assert.deepEqual(
      view.actions.map(({ source }) => source).toSorted(),
      LINKAGE_ACTION_IDS.toSorted(),
      "those of bundled plugins as well",
    );

    const { stamp } = await json<{ stamp: string }>("/api/v1/linkage");
    const other = { ...RULE, name: "Another stranger" };
    const changed = await json<{ stamp: string }>("/api/v1/linkage/rules", "PUT", { rules: [other], stamp });
    assert.notEqual(changed.stamp, stamp);
    const late = await ask("/api/v1/linkage/rules", "PUT", { rules: [], stamp });
    assert.equal(late.status, 409, late.text);
    assert.match(late.text, /NJ_LINKAGE_CHANGED/);
    const kept = await json<{ rules: unknown[] }>("/api/v1/linkage");
    assert.deepEqual(kept.rules, [other], "who comes too late changes nothing");

    const tried = await json<{ results: Done[] }>("/api/v1/linkage/test", "POST", { rule: "stranger" });
    assert.deepEqual(
      tried.results.map(({ action, status }) => [action, status]),
      [
        // The camera is disabled, and none answers.
        ["record", "failed"],
        ["capture", "failed"],
      ],
    );
    assert.equal((await ask("/api/v1/linkage/test", "POST", { rule: "nobody" })).status, 404);

    const login = { username: "admin", password: "heron lantern quarrx" };
    assert.equal(
      (await core.ask("/api/v1/session", { method: "POST", body: JSON.stringify(login) })).status,
      401,
    );
    const event = await waitFor(
      async () => {
        const { events } = await json<{ events: Event[] }>("/api/v1/events?types=exception-illegal-login");
        return events.find(({ actions = [] }) => actions.length === 2);
      },
      { deadlineMs: 60_000, what: "what came of both actions" },
    );
    const byAction = new Map(event.actions?.map((done) => [done.action, done]));
    assert.deepEqual(
      [byAction.get("record")?.status, byAction.get("record")?.code],
      ["failed", "NJ_LINKAGE_NOT_RECORDED"],
    );
    assert.equal(byAction.get("capture")?.status, "failed");
    assert.ok((byAction.get("capture")?.note ?? "").length > 5, "it says why");
    assert.equal((await ask(`/api/v1/events/${event.id}/captures/1`)).status, 404);
    const { lately } = await json<{ lately: { event: number }[] }>("/api/v1/linkage");
    assert.equal(lately.filter((done) => done.event === event.id).length, 2);
  });
});

describe("an action of a plugin", { timeout: 120_000 }, () => {
  it("is done in the plugin's own process with the rule's settings and defaults, and what it throws stands with the event", async (t) => {
    using dir = tempDir();
    writeHousePlugin(
      dir.join("lamp"),
      "nightjar-linkage-lamp",
      { kind: "linkage", provides: ["linkage-action:lamp"] },
      `import { definePlugin, NightjarError, Type } from "@nightjar/core";
      export default definePlugin({
        name: "nightjar-linkage-lamp",
        configSchema: Type.Object({}),
        setup(nvr) {
          nvr.linkageActions.register({
            id: "lamp",
            displayName: "Lamp",
            configSchema: Type.Object(
              { colour: Type.String({ default: "white" }), broken: Type.Boolean({ default: false }) },
              { additionalProperties: false },
            ),
            wantsPictures: 1,
            maxAgeSeconds: 60,
            async run({ config, event, rule, isTest }) {
              if (config.broken) throw new NightjarError("NJ_LAMP", "failed-precondition", "the bulb is broken");
              return { note: [config.colour, event.type, rule.name, isTest].join(" "), captures: [{ file: 1 }] };
            },
          });
        },
      });`,
    );
    const core = await startCoreInProcess({
      pluginPaths: [dir.path],
      configure: (draft) => {
        draft.linkage.rules.push({
          id: "lamps",
          name: "Lamps",
          types: ["exception-illegal-login"],
          actions: [
            { action: "nightjar-linkage-lamp/lamp", settings: { colour: "red" } },
            { action: "nightjar-linkage-lamp/lamp", settings: { broken: true } },
          ],
        });
      },
    });
    t.after(() => core.stop());
    const ask = async <T>(path: string, body?: unknown) =>
      JSON.parse(
        (
          await core.ask(path, {
            token: core.token,
            ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
          })
        ).text,
      ) as T;
    await waitFor(
      async () =>
        (await ask<{ actions: { source: string }[] }>("/api/v1/linkage")).actions.some(({ source }) =>
          source.startsWith("nightjar-linkage-lamp/"),
        ),
      { deadlineMs: 30_000, what: "the plugin's action" },
    );
    const tried = await ask<{ results: Done[] }>("/api/v1/linkage/test", {
      action: { action: "nightjar-linkage-lamp/lamp", settings: {} },
    });
    assert.deepEqual([tried.results[0]?.status, tried.results[0]?.note], ["done", "white motion Test true"]);
    const login = { username: "admin", password: "heron lantern quarrx" };
    await core.ask("/api/v1/session", { method: "POST", body: JSON.stringify(login) });
    const event = await waitFor(
      async () => {
        const { events } = await ask<{ events: Event[] }>("/api/v1/events?types=exception-illegal-login");
        return events.find(({ actions = [] }) => actions.length === 2);
      },
      { deadlineMs: 60_000, what: "what came of both" },
    );
    const [good, bad] = (event.actions ?? []).toSorted((a, b) => a.status.localeCompare(b.status));
    assert.deepEqual([good?.status, good?.note], ["done", "red exception-illegal-login Lamps false"]);
    assert.equal("captures" in (good ?? {}), false, "a plugin names no files");
    assert.deepEqual([bad?.status, bad?.code, bad?.note], ["failed", "NJ_LAMP", "the bulb is broken"]);
  });
});

describe("an action that waits for a server when the recorder ends", { timeout: 120_000 }, () => {
  it("is done after the next start: the message comes with the id that it had, and stands with its event", async (t) => {
    const away = createServer().listen(0, "127.0.0.1");
    await once(away, "listening");
    const { port } = away.address() as AddressInfo;
    away.close();
    const first = await startCoreInProcess({
      configure: (draft) => {
        draft.linkage.rules.push({
          ...{ id: "tell", name: "Tell", enabled: true, at: "start", types: ["exception-illegal-login"] },
          actions: [{ action: "notify", settings: { url: `http://127.0.0.1:${port}/alarm` } }],
        } as never);
      },
    });
    const deliveries: unknown[] = [];
    const server = createServer((request, response) => {
      deliveries.push(request.headers["nightjar-delivery"]);
      request.resume().on("end", () => response.end());
    });
    t.after(() => server.close());
    const login = { username: "admin", password: "heron lantern quarrx" };
    await first.ask("/api/v1/session", { method: "POST", body: JSON.stringify(login) });
    const events = async (core: CoreInProcess): Promise<readonly Event[]> =>
      (
        JSON.parse(
          (await core.ask("/api/v1/events?types=exception-illegal-login", { token: core.token })).text,
        ) as { events: Event[] }
      ).events;
    const event = await waitFor(async () => (await events(first))[0], { what: "the event" });
    using kept = tempDir();
    await first.stop(() => cpSync(first.dataDir, kept.path, { recursive: true }));
    server.listen(port, "127.0.0.1");
    const second = await startCoreInProcess({ dataDir: kept.path });
    t.after(() => second.stop());
    const { id } = event;
    const told = await waitFor(
      async () => (await events(second)).find((one) => one.id === id && (one.actions?.length ?? 0) > 0),
      { deadlineMs: 60_000, what: "what came of it" },
    );
    assert.deepEqual(
      [told.actions?.map(({ status }) => status), deliveries],
      [["done"], [`${id}-start-tell-0`]],
    );
  });
});
