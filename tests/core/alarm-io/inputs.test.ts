// Alarm inputs: what their contacts mean, the events that they raise, and the linkage actions that they disarm.
import assert from "node:assert/strict";
import { after, before, describe, it, type TestContext } from "node:test";
import { Inputs } from "../../../core/alarm-io/inputs.ts";
import type { Db } from "../../../core/db/db.ts";
import { openDb } from "../../../core/db/open-db.ts";
import { keyValuesTable } from "../../../core/db/tables/key-values-table.ts";
import { silentLog } from "../../../core/log.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { configWith } from "./alarm-io-fixture.ts";

const mqtt = { kind: "mqtt", topic: "garage/door", closed: "ON", open: "OFF" };
const disarm = { id: "key", name: "Key switch", use: "one-key-disarm" };

describe("alarm inputs (manual 11.6)", () => {
  let db: Db;
  before(async () => {
    db = await openDb(":memory:", { log: silentLog });
  });
  after(() => db.close());

  async function inputsOf(t: TestContext, inputs: readonly object[], keep = false) {
    if (!keep) await keyValuesTable(db).remove("inputs");
    const state = { config: configWith({ inputs }) };
    const told: string[] = [];
    // Thursday, 12:00.
    const clock = new FakeClock(Date.UTC(2026, 0, 1, 12));
    const all = new Inputs({
      ...{ db, clock, log: silentLog, config: () => state.config as never },
      events: {
        report: ({ type, camera, subject }) => void told.push(`${type} ${subject} ${camera ?? "-"} begins`),
        end: ({ subject, camera }) => void told.push(`${subject} ${camera ?? "-"} ends`),
      },
      changed: () => undefined,
      contactOf: (camera, input) => (camera === "yard" && input === "2" ? true : undefined),
      disarmed: (input, isDisarmed, by) =>
        void told.push(`${input} ${isDisarmed ? "disarms" : "arms"} by ${by}`),
    });
    await all.start();
    t.after(() => all.stop());
    return {
      ...{ all, told, clock },
      change(next: readonly object[]): void {
        state.config = configWith({ inputs: next });
        all.settingsChanged();
      },
    };
  }

  it("that are contacts at a camera hear it, and know at once what it has told before", async (t) => {
    const at = (input: string) => ({ kind: "camera", camera: "yard", input });
    const inputs = [
      { id: "door", source: at("1") },
      { id: "gate", source: at("2") },
    ];
    const { all, told } = await inputsOf(t, inputs);
    assert.deepEqual([all.stateOf("door")?.closed, all.stateOf("gate")?.by], [undefined, "camera"]);
    all.reported("yard", "1", true);
    all.reported("hall", "1", false);
    assert.equal(all.stateOf("door")?.active, true);
    assert.throws(() => all.set("door", false, "ann"), { code: "NJ_INPUT_KIND" });
    assert.deepEqual(told, ["alarm-input gate - begins", "alarm-input door - begins"]);
  });

  for (const [contact, words] of [
    ["normally-open", ["open -", "closed active", "open -"]],
    ["normally-closed", ["open active", "closed -", "open active"]],
  ] as const) {
    it(`that are ${contact} alarm as that says, and say nothing before their first word`, async (t) => {
      const { all, told } = await inputsOf(t, [{ id: "door", contact }]);
      assert.deepEqual(all.stateOf("door"), { active: false });
      const seen = [false, true, false].map((closed) => {
        all.set("door", closed, "ann");
        const { active } = all.stateOf("door") ?? {};
        return `${closed ? "closed" : "open"} ${active ? "active" : "-"}`;
      });
      assert.deepEqual(seen, words);
      assert.deepEqual(told.length, contact === "normally-open" ? 2 : 3);
    });
  }

  it("raise one event for each of their cameras, from the begin to the end, and none twice", async (t) => {
    const { all, told } = await inputsOf(t, [{ id: "door", cameras: ["yard", "gate"] }, { id: "bell" }]);
    for (const closed of [true, true, false, false]) all.set("door", closed, "ann");
    all.set("bell", true, "ann");
    assert.deepEqual(told, [
      "alarm-input door yard begins",
      "alarm-input door gate begins",
      "door yard ends",
      "door gate ends",
      "alarm-input bell - begins",
    ]);
  });

  it("that end by themselves are buttons: pressed again they last longer, let go they do not end", async (t) => {
    const { all, told, clock } = await inputsOf(t, [{ id: "bell", holdSeconds: 10 }]);
    all.set("bell", true, "ann");
    all.set("bell", false, "ann");
    clock.advance(6_000);
    all.set("bell", true, "ann");
    clock.advance(9_999);
    assert.deepEqual(told, ["alarm-input bell - begins"]);
    clock.advance(1);
    all.set("bell", true, "ann");
    assert.deepEqual(told, ["alarm-input bell - begins", "bell - ends", "alarm-input bell - begins"]);
  });

  it("of MQTT hear their topic, whole messages or a field, and nothing hostile", async (t) => {
    const { all, told } = await inputsOf(t, [
      { id: "door", source: mqtt },
      {
        id: "window",
        source: { ...mqtt, topic: "z/window", field: "contact", closed: "false", open: "true" },
      },
    ]);
    assert.deepEqual(all.topics(), ["garage/door", "z/window"]);
    for (const wrong of ["on", "", "O", "ON\n", '"ON"', "\ufffd", "ON".repeat(100_000)])
      all.heard("garage/door", Buffer.from(wrong));
    const deep = `${"[".repeat(5_000)}${"]".repeat(5_000)}`;
    for (const wrong of [
      "{",
      "null",
      "[]",
      "7",
      '{"contact":{}}',
      '{"contact":null}',
      deep,
      '{"__proto__":{"contact":false}}',
    ])
      all.heard("z/window", Buffer.from(wrong));
    all.heard("z/window", Buffer.from(`{"contact":false,"x":"${"x".repeat(20_000)}"}`));
    all.heard("elsewhere", Buffer.from("ON"));
    assert.deepEqual(told, []);
    all.heard("garage/door", Buffer.from("ON"));
    all.heard("z/window", Buffer.from('{"contact":false,"battery":80}'));
    assert.deepEqual(told, ["alarm-input door - begins", "alarm-input window - begins"]);
  });

  it("of MQTT take what was kept at the broker for how a contact is, and for no press", async (t) => {
    const { all, told } = await inputsOf(t, [
      { id: "door", source: mqtt },
      { id: "bell", holdSeconds: 10, source: { ...mqtt, topic: "garage/bell" } },
    ]);
    all.heard("garage/door", Buffer.from("ON"), true);
    all.heard("garage/bell", Buffer.from("ON"), true);
    assert.deepEqual(told, ["alarm-input door - begins"]);
    all.heard("garage/bell", Buffer.from("ON"), false);
    assert.deepEqual(told.slice(1), ["alarm-input bell - begins"]);
  });

  it("that bounce or flap change a few times a second at most, and the last word holds", async (t) => {
    const { all, told, clock } = await inputsOf(t, [{ id: "door", source: mqtt }]);
    for (let turn = 0; turn < 1_000; turn += 1) {
      all.heard("garage/door", Buffer.from(turn % 2 === 0 ? "ON" : "OFF"));
      clock.advance(1);
    }
    assert.ok(told.length >= 2 && told.length <= 6, told.join(", "));
    clock.advance(1_000);
    assert.deepEqual([told.at(-1), all.stateOf("door")?.active], ["door - ends", false]);
    all.heard("garage/door", Buffer.from("ON"));
    assert.equal(all.stateOf("door")?.active, true);
    await all.stop();
    assert.equal(clock.pending, 0);
  });

  it("are set by hand only where they are virtual, and called only where they are to be", async (t) => {
    const { all } = await inputsOf(t, [
      { id: "door", source: mqtt },
      { id: "off", enabled: false },
      { id: "hook", source: { kind: "http" } },
      { id: "hand" },
    ]);
    assert.throws(() => all.set("door", true, "ann"), { code: "NJ_INPUT_KIND" });
    for (const id of ["off", "nothing", "hand"])
      assert.throws(() => all.called(id, true), { code: "NJ_INPUT_NOT_FOUND" }, id);
    assert.throws(() => all.set("off", true, "ann"), { code: "NJ_INPUT_NOT_FOUND" });
    all.called("hook", true);
    assert.deepEqual([all.stateOf("hook")?.active, all.stateOf("hook")?.by], [true, "http"]);
  });

  it("raise nothing outside their schedule", async (t) => {
    const schedule = { thursday: [{ from: "13:00", to: "14:00" }] };
    const { all, told, clock } = await inputsOf(t, [{ id: "door", schedule }]);
    all.set("door", true, "ann");
    all.set("door", false, "ann");
    assert.deepEqual([told, all.isArmed("door")], [[], false]);
    clock.advance(3_600_000);
    all.set("door", true, "ann");
    assert.deepEqual(told, ["alarm-input door - begins"]);
  });

  it("raise what lasts when their schedule begins, and end it with the schedule", async (t) => {
    const schedule = { thursday: [{ from: "13:00", to: "14:00" }] };
    const { all, told, clock, change } = await inputsOf(t, [{ id: "door", schedule }]);
    all.set("door", true, "ann");
    clock.advance(3_599_000);
    assert.deepEqual(told, []);
    clock.advance(2_000);
    assert.deepEqual(told, ["alarm-input door - begins"]);
    clock.advance(3_600_000);
    assert.deepEqual(told.splice(0), ["alarm-input door - begins", "door - ends"]);
    change([{ id: "door" }]);
    assert.deepEqual(
      told,
      ["alarm-input door - begins"],
      "it still stands open, and counts all the time now",
    );
  });

  it("that last are told of again after a restart, and buttons are not", async (t) => {
    const both = [{ id: "door" }, { id: "bell", holdSeconds: 10 }];
    const first = await inputsOf(t, both);
    first.all.set("door", true, "ann");
    first.all.set("bell", true, "ann");
    await first.all.stop();
    const second = await inputsOf(t, both, true);
    assert.deepEqual(second.told, ["alarm-input door - begins"]);
    assert.equal(second.all.stateOf("door")?.by, "restart");
  });

  it("end their events when they are switched off, and go on when another one changes", async (t) => {
    const { all, told, change } = await inputsOf(t, [{ id: "door" }, { id: "bell" }]);
    all.set("door", true, "ann");
    change([{ id: "door" }, { id: "bell", name: "Another" }]);
    assert.deepEqual(told, ["alarm-input door - begins"]);
    change([{ id: "door", enabled: false }]);
    assert.deepEqual(told.slice(1), ["door - ends"]);
    assert.equal(all.stateOf("door"), undefined);
  });

  it("disarm exactly the chosen actions of the chosen cameras while they are active, and raise nothing", async (t) => {
    const { all, told } = await inputsOf(t, [{ ...disarm, disarms: ["output"], cameras: ["yard"] }]);
    assert.equal(all.disarmedBy("output", "yard"), undefined);
    all.set("key", true, "ann");
    assert.equal(all.disarmedBy("output", "yard"), "Key switch");
    for (const [action, camera] of [
      ["output", "gate"],
      ["output", undefined],
      ["record", "yard"],
    ] as const)
      assert.equal(all.disarmedBy(action, camera), undefined, `${action} ${camera}`);
    all.set("key", false, "bob");
    assert.equal(all.disarmedBy("output", "yard"), undefined);
    assert.deepEqual(told, ["key disarms by ann", "key arms by bob"]);
  });

  it("disarm everything where nothing is chosen, and only within their schedule", async (t) => {
    const night = { thursday: [{ from: "20:00", to: "24:00" }] };
    const { all, clock } = await inputsOf(t, [{ ...disarm, schedule: night }]);
    all.set("key", true, "ann");
    assert.equal(all.disarmedBy("record", undefined), undefined);
    clock.advance(8 * 3_600_000);
    assert.equal(all.disarmedBy("record", undefined), "Key switch");
  });

  it("are refused with topics of the recorder's own, one word for both, or an id twice", () => {
    for (const [inputs, expected] of [
      [[{ id: "a", source: { ...mqtt, topic: "nightjar/x" } }], /source\/topic/],
      [[{ id: "a", source: { ...mqtt, open: "ON" } }], /source\/open/],
      [[{ id: "a" }, { id: "a" }], /\/inputs\/1\/id/],
      [[{ id: "a", disarms: ["Not An Action"] }], /disarms/],
    ] as const)
      assert.throws(() => configWith({ inputs }), expected);
  });
});
