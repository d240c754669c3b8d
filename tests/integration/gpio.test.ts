// Pins of the board in a whole recorder, whose broker hears itself: a pin that closes is an alarm, a rule switches another pin for a
// second. The tools that reach pins are stood in for (plugins/bridge-gpio/tests/fake-gpiod.ts): no board is at hand.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { waitFor } from "../../core/testing/wait-for.ts";
import { fakeGpiod } from "../../plugins/bridge-gpio/tests/fake-gpiod.ts";
import { startCoreInProcess } from "../support/core-in-process.ts";

const INPUT = {
  ...{ id: "door", name: "Back door", enabled: true, contact: "normally-open", holdSeconds: 0 },
  ...{ use: "alarm", cameras: [], disarms: [] },
  source: { kind: "mqtt", topic: "gpio/door/state", closed: "ON", open: "OFF" },
};
const OUTPUT = {
  ...{ id: "siren", name: "Siren", enabled: true, dwellSeconds: 1 },
  driver: {
    ...{ kind: "mqtt", topic: "gpio/set", on: "siren ON", off: "siren OFF" },
    stateTopic: "gpio/siren/state",
  },
};
const RULE = {
  ...{ id: "door", name: "Door", enabled: true, at: "start", types: ["alarm-input"] },
  actions: [{ action: "output", settings: { outputs: ["siren"] } }],
};

describe("pins of the board in a recorder (manual 11.6)", { timeout: 120_000 }, () => {
  it("alarm as inputs and are switched as outputs, by the recorder's own broker alone", async (t) => {
    using board = fakeGpiod(2, { 17: 1, 27: 0 });
    const core = await startCoreInProcess({
      configure(draft) {
        draft.network.https = { enabled: false, host: "127.0.0.1", port: 0 };
        draft.network.rtsps.enabled = false;
        draft.network.rtsp.port = 0;
        draft.plugins["nightjar-bridge-gpio"] = {
          enabled: true,
          config: {
            inputs: [{ name: "door", chip: "gpiochip0", line: 17, bias: "pull-up", activeLow: true }],
            outputs: [{ name: "siren", chip: "gpiochip0", line: 27, activeLow: false }],
          },
        };
      },
    });
    t.after(() => core.stop());
    const ask = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
      const given = body === undefined ? {} : { body: JSON.stringify(body) };
      const answer = await core.ask(`/api/v1${path}`, { token: core.token, method, ...given });
      assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`);
      return JSON.parse(answer.text) as T;
    };
    await ask("PUT", "/inputs/settings", { inputs: [INPUT] });
    await ask("PUT", "/outputs/settings", { outputs: [OUTPUT] });
    await ask("PUT", "/linkage/rules", { rules: [RULE] });
    await board.holder(17);
    await board.holder(27);
    board.turn(17, 0);
    await waitFor(() => board.level(27) === "1" || undefined, { deadlineMs: 30_000, what: "the siren" });
    const output = async () => (await ask<{ outputs: { on: boolean }[] }>("GET", "/outputs")).outputs[0];
    await waitFor(() => board.level(27) === "0" || undefined, { deadlineMs: 30_000, what: "silence" });
    await waitFor(async () => (await output())?.on === false, { what: "the output to be off" });
    board.turn(17, 1);
    interface Event {
      readonly end?: string;
      readonly actions?: readonly { readonly action: string; readonly status: string }[];
    }
    const event = await waitFor(
      async () =>
        (await ask<{ events: Event[] }>("GET", "/events?types=alarm-input")).events.find(({ end }) => end),
      { deadlineMs: 30_000, what: "the end of the alarm" },
    );
    assert.deepEqual(
      event.actions?.map(({ action, status }) => `${action} ${status}`),
      ["output done"],
    );
  });
});
