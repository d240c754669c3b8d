// What a plugin says of its failure is told as far as a list and a log can bear it, however much it says.
import assert from "node:assert/strict";
import { it } from "node:test";
import { NightjarError } from "../../../../core/errors.ts";
import { createLog } from "../../../../core/log.ts";
import { PluginBooks } from "../../../../core/plugin/host/plugin-books.ts";
import { toldFailure } from "../../../../core/plugin/host/told-failure.ts";
import { FakeClock } from "../../../../core/testing/fake-clock.ts";

const LONG = "x".repeat(4 * 1024 * 1024);
const ENDLESS = new NightjarError(`NJ_${LONG}`, "internal", `no lens: ${LONG}`, {
  [LONG]: "no lens",
  lens: "no",
});

it("a plugin's failure is told in 500 letters, with a code and facts of usual length", () => {
  const { reason, worded } = toldFailure(ENDLESS);
  assert.equal(reason.length, 500);
  assert.match(reason, /^no lens: xxx/);
  assert.equal(worded.code.length, 80);
  assert.deepEqual(worded.context, { lens: "no" });
  assert.deepEqual(toldFailure(new Error("no lens")), {
    reason: "no lens",
    worded: { code: "NJ_PLUGIN_FAILED" },
  });
});

it("so it is kept on the plugin's card, and written to the log", () => {
  const lines: string[] = [];
  const log = createLog({ destination: { write: (line) => void lines.push(line) } });
  const books = new PluginBooks(log, new FakeClock());
  books.failed("nightjar-camera-a", "hook start", ENDLESS);
  assert.ok(JSON.stringify(books.of("nightjar-camera-a").figures).length < 1_000);
  books.keep("nightjar-camera-a", ENDLESS.message, { code: ENDLESS.code, context: { [LONG]: "no" } });
  assert.ok(JSON.stringify(books.of("nightjar-camera-a").figures).length < 1_000);
  assert.ok(lines.join("").length < 1_000);
  assert.match(lines.join(""), /no lens: xxx/);
});
