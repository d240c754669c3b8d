// Alarm inputs and outputs as the API reaches them: secrets that go in and not out, tokens, and changes that nobody loses.
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { ConfigStore } from "../../../core/config/config-store.ts";
import { SecretStore } from "../../../core/config/secret-store.ts";
import { AlarmIo } from "../../../core/control/alarm-io-service.ts";
import { openDb } from "../../../core/db/open-db.ts";
import { silentLog } from "../../../core/log.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";
import { configWith } from "../alarm-io/alarm-io-fixture.ts";

const call = { method: "GET" as const, url: "http://127.0.0.1:9/" };
const GATE = { id: "gate", name: "Gate", driver: { kind: "http", on: call, off: call } };
const BELL = { id: "bell", name: "Bell", source: { kind: "http" } };

async function service(t: TestContext) {
  const dir = tempDir();
  const config = await ConfigStore.open({ dataDir: dir.path, log: silentLog, watch: false });
  const secrets = await SecretStore.open({ dataDir: dir.path });
  const db = await openDb(":memory:", { log: silentLog });
  const told: string[] = [];
  const io = new AlarmIo({
    ...{ db, config, secrets, clock: new FakeClock(), log: silentLog },
    events: { report: ({ subject }) => void told.push(`event of ${subject}`), end: () => undefined },
    audit: { record: ({ action, userName }) => void told.push(`${action} by ${userName}`) },
    publish: async () => undefined,
    switchCamera: async () => undefined,
    contactOf: () => undefined,
    outputChanged: ({ id, on }) => void told.push(`${id} ${on ? "on" : "off"}`),
    inputChanged: ({ id, active }) => void told.push(`${id} ${active ? "active" : "rests"}`),
    ownPorts: () => [],
    settingsChanged: () => undefined,
  });
  await io.start();
  t.after(async () => {
    await io.stop();
    await db.close();
    await config.close();
    dir.remove();
  });
  const { inputs, outputs } = configWith({
    inputs: [BELL, { id: "key", use: "one-key-disarm" }],
    outputs: [GATE, { id: "lamp" }],
  });
  await io.changeInputs(inputs, undefined);
  await io.changeOutputs(outputs, undefined);
  told.length = 0;
  return { io, config, secrets, told, inputs, outputs };
}

describe("the service of alarm inputs and outputs", () => {
  it("lets in who knows the token of that input, and nobody else; another token ends the one before", async (t) => {
    const { io, told } = await service(t);
    const wrong = { code: "NJ_INPUT_NOT_FOUND", kind: "not-found" };
    assert.throws(() => io.signalInput("bell", "", true), wrong);
    const token = await io.newToken("bell");
    assert.match(token, /^[\w-]{32}$/);
    for (const [id, given] of [
      ["bell", `${token}x`],
      ["bell", token.toLowerCase()],
      ["key", token],
      ["../bell", token],
    ] as const)
      assert.throws(() => io.signalInput(id, given, true), wrong, `${id} ${given}`);
    io.signalInput("bell", token, true);
    assert.deepEqual(told, ["bell active", "event of bell"]);
    const next = await io.newToken("bell");
    assert.throws(() => io.signalInput("bell", token, false), wrong);
    io.signalInput("bell", next, false);
    await assert.rejects(io.newToken("key"), wrong);
    assert.doesNotMatch(JSON.stringify([io.inputSettings(), io.inputs()]), new RegExp(`${token}|${next}`));
    assert.deepEqual(io.inputSettings().tokens, ["bell"]);
  });

  it("forgets the secrets of what is gone, so that nobody inherits them", async (t) => {
    const { io, secrets, inputs, outputs } = await service(t);
    await io.newToken("bell");
    await io.setAuthorization("gate", "Bearer swordfish");
    assert.deepEqual(io.outputSettings().authorized, ["gate"]);
    assert.doesNotMatch(JSON.stringify([io.outputSettings(), io.outputs()]), /swordfish/);
    await assert.rejects(io.setAuthorization("nothing", "x"), { code: "NJ_OUTPUT_NOT_FOUND" });
    await io.changeOutputs(outputs.slice(1), undefined);
    await io.changeInputs(inputs.slice(1), undefined);
    assert.deepEqual([secrets.names("output/"), secrets.names("input/")], [[], []]);
  });

  it("forgets what authorizes an output before it calls somebody else, and not where the change is refused", async (t) => {
    const { io, config, secrets, outputs } = await service(t);
    await io.setAuthorization("gate", "Bearer swordfish");
    const name = "output/gate/authorization";
    const elsewhere = { method: "GET" as const, url: "http://127.0.0.2:9/" };
    const moved = outputs.map((one) =>
      one.id === "gate" ? { ...one, driver: { kind: "http" as const, on: call, off: elsewhere } } : one,
    ) as typeof outputs;
    await assert.rejects(io.changeOutputs(moved, "late"), { code: "NJ_ALARM_IO_CHANGED" });
    assert.equal(secrets.has(name), true);
    const met: boolean[] = [];
    t.after(config.onChange("test", () => met.push(secrets.has(name))));
    await io.changeOutputs(moved, undefined);
    assert.deepEqual(met, [false]);
  });

  it("gives nobody the secrets of one of the same id that was taken out of config.json by hand", async (t) => {
    const { io, config, secrets, inputs, outputs } = await service(t);
    await io.newToken("bell");
    await io.setAuthorization("gate", "Bearer swordfish");
    await config.update((draft) => Object.assign(draft, { inputs: [], outputs: [] }));
    await io.changeOutputs(outputs, undefined);
    await io.changeInputs(inputs, undefined);
    assert.deepEqual([secrets.names("output/"), secrets.names("input/")], [[], []]);
  });

  it("changes nothing for who comes too late", async (t) => {
    const { io, inputs, outputs } = await service(t);
    const late = { code: "NJ_ALARM_IO_CHANGED", kind: "failed-precondition" };
    const { stamp } = io.outputSettings();
    await io.changeOutputs(outputs.slice(1), stamp);
    await assert.rejects(io.changeOutputs(outputs, stamp), late);
    await assert.rejects(io.changeInputs(inputs, stamp), late);
    assert.deepEqual([io.outputs().length, io.inputs().length], [1, 2]);
  });

  it("tells of every change, and writes down who disarms", async (t) => {
    const { io, told } = await service(t);
    await io.setOutput("lamp", true, "ann", 0);
    await io.setAllOutputs(false, "bob").catch(() => undefined);
    io.setInput("key", true, "ann");
    assert.ok(told.includes("lamp on") && told.includes("lamp off"), told.join(", "));
    assert.deepEqual(told.slice(-2), ["key active", "linkage-disarmed by ann"]);
    assert.equal(io.inputsOf.disarmedBy("output", undefined), "An input");
  });
});
