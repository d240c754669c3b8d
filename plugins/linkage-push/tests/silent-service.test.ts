// A push service that takes what is sent and never answers: its devices are given up in time, and others' get theirs meanwhile.
// The time that runs out is the plugin's own limit, handed over by hand.
import assert from "node:assert/strict";
import { it, type TestContext } from "node:test";
import type { LinkageRequest } from "@nightjar/core";
import { testNvr, waitFor } from "@nightjar/core/testing";
import { pushService } from "./push-service.ts";

const PLUGIN = new URL("..", import.meta.url);
const LIMIT_MS = 8_000;
/** As whom the kit asks. */
const ACCOUNT = "tester";
/** How many the plugin asks at a time. */
const AT_ONCE = 8;
/** More than that. */
const DEVICES = 12;
const { signal } = new AbortController();

const REQUEST: LinkageRequest = {
  id: "17-start-night-0",
  event: {
    ...{ id: 17, type: "motion", severity: "alarm", camera: "gate", source: "camera" },
    ...{ start: "2026-03-29T01:59:59.000Z", objects: [], detail: {} },
  },
  rule: { id: "night", name: "Nacht" },
  ...{ cameraName: "Hoftor", recorderName: "Haus", timeZone: "Europe/Berlin" },
  config: { accounts: [], title: "{type}", text: "{time}", keepMinutes: 60 },
  ...{ pictures: [], isTest: false },
  accounts: [{ name: ACCOUNT, sinceMs: 0, mayAcknowledge: false }],
};

/** Limits of the plugin's length run out when `runOut` says so; others by themselves. */
function heldLimits(t: TestContext) {
  const held: AbortController[] = [];
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  t.mock.method(AbortSignal, "timeout", (ms: number) => {
    if (ms !== LIMIT_MS) return timeout(ms);
    const one = new AbortController();
    held.push(one);
    return one.signal;
  });
  return {
    held,
    runOut() {
      for (const one of held) one.abort(new DOMException("too late", "TimeoutError"));
    },
  };
}

/** Waits for its end, and not for ever: then the test fails, and ends what it started. */
async function ended<Value>(work: Promise<Value>, what: string): Promise<Value> {
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  work.then(over, over);
  await waitFor(() => isOver, { what, deadlineMs: 30_000 });
  return work;
}

it("a push service that says nothing is given up after its limit, is asked for no more devices in that try, and costs no others theirs", async (t) => {
  const limits = heldLimits(t);
  const asked = Promise.withResolvers<void>();
  let isWell = false;
  await using silent = await pushService((count) => {
    if (count === AT_ONCE) asked.resolve();
    // Whoever asks for more in the same try is answered, and found out.
    return isWell || count > AT_ONCE ? { status: 201 } : undefined;
  });
  await using good = await pushService();
  await using nvr = await testNvr({
    ...{ pluginFolder: PLUGIN, isolation: "inline" },
    settings: {
      services: [...silent.settings.services, ...good.settings.services],
      certificates: `${silent.settings.certificates}\n${good.settings.certificates}`,
    },
  });
  await nvr.start();
  const add = (name: string, device: object) =>
    nvr.ask("POST", "/devices", { body: { name, language: "en", ...device } });
  // Those behind the silent one come first, and are more than are asked at once.
  for (let index = 0; index < DEVICES; index += 1)
    await add(`Phone ${index}`, { ...silent.device, endpoint: `${silent.device.endpoint}/${index}` });
  await add("Tablet", good.device);
  const tell = () => nvr.linkageAction().run(REQUEST, { signal });

  const first = assert.rejects(tell(), {
    ...{ code: "NJ_PUSH_TIMEOUT", kind: "deadline-exceeded" },
    message: `${DEVICES} of ${DEVICES + 1} devices lack it: the push service localhost:${silent.port} has not answered within 8 s`,
  });
  await Promise.race([asked.promise, first]);
  assert.equal(limits.held.length, AT_ONCE, "each has its limit");
  limits.runOut();
  await ended(first, "an end of the first try");
  assert.deepEqual([silent.received.length, good.received.length], [0, 1]);

  isWell = true;
  assert.deepEqual(await tell(), { note: `${DEVICES + 1} devices` });
  assert.deepEqual([silent.received.length, good.received.length], [DEVICES, 1]);
});
