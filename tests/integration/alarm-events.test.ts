// Events in a whole recorder: a refused sign-in is one, found and acknowledged over HTTP; arming is switched there.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { waitFor } from "../../core/testing/wait-for.ts";
import { startCoreInProcess } from "../support/core-in-process.ts";

interface Event {
  readonly id: number;
  readonly type: string;
  readonly subject?: string;
  readonly camera?: string;
  readonly severity: string;
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
});
