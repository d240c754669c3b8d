// The judgement of "why?" over given facts: each thing that can speak against a recording or an event, in its order, and
// what is said to be unknown rather than guessed.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { explain } from "../../../core/explain/explain.ts";
import { EXPLAIN_STEPS, type ExplainStepName } from "../../../core/explain/explanation.ts";
import type { ArmingFacts, EventFacts, ExplainFacts } from "../../../core/explain/facts.ts";
import { pastSettings } from "../../../core/explain/history.ts";
import { SENTENCES, sentenceOf } from "../../../core/explain/sentences.ts";

const AT = Date.UTC(2026, 10, 29, 9, 10);
const MINUTE = 60_000;
const motion: EventFacts = { id: 7, type: "motion", fromMs: AT - 1_000, toMs: AT + 1_000, actions: [] };

/** A camera that was recorded all the time at a moment of the past, with nothing wrong, but for what is given. */
function facts(given: Partial<ExplainFacts> = {}): ExplainFacts {
  return {
    atMs: AT,
    isNow: false,
    camera: { id: "yard", enabled: true },
    record: { mode: "continuous", linked: [], hiddenLinked: 0, isShaped: false },
    changes: { isWhole: true },
    manual: { isOn: false },
    recordings: { span: { fromMs: AT - MINUTE, reasons: ["continuous"] }, oldestMs: AT - 9 * MINUTE },
    events: { isKept: true, at: [], recording: [] },
    storage: { volumes: [], troubles: [] },
    detection: { enabled: true, types: ["motion"] },
    arming: {
      ...{ profile: "Home", profileId: "home", arms: "by-rules" },
      ...{ armed: ["motion"], unarmed: [], rules: [] },
    },
    timing: { mergeMs: 2_000, cooldownMs: 0 },
    linkageRules: 0,
    ...given,
  };
}

const GAP = { gap: { fromMs: AT - MINUTE, toMs: AT + MINUTE }, oldestMs: AT - 9 * MINUTE };
const missing = (given: Partial<ExplainFacts> = {}) => facts({ recordings: GAP, ...given });
const live = (given: Partial<NonNullable<ExplainFacts["live"]>> = {}) => ({
  isNow: true,
  live: { status: "online" as const, sinceMs: AT - MINUTE, ...given },
  storage: { volumes: [{ path: "/v", status: "normal" }], troubles: [] },
});

const why = (given: ExplainFacts) => {
  const { recording } = explain(given);
  return [recording.state, sentenceOf(recording, AT, "Europe/Berlin")];
};
const alarm = (given: ExplainFacts) => {
  const verdict = explain(given).alarm;
  return [verdict.state, sentenceOf(verdict, AT, "Europe/Berlin")];
};
const step = (given: ExplainFacts, name: ExplainStepName) => {
  const found = explain(given).steps.find((one) => one.step === name);
  assert.ok(found !== undefined);
  return found;
};

describe("why a camera was or was not recorded", () => {
  it("is told in the same steps always, each with a sentence", () => {
    const { steps } = explain(facts());
    assert.deepEqual(
      steps.map((one) => one.step),
      EXPLAIN_STEPS,
    );
    for (const one of [...steps, ...steps.flatMap(({ notes }) => notes)])
      assert.ok(SENTENCES[one.code] !== undefined, one.code);
  });

  const outage = { fromMs: Date.UTC(2026, 10, 29, 9, 2), toMs: Date.UTC(2026, 10, 29, 9, 17) };
  const wrongPassword = { ...outage, code: "wrong-password", said: "the camera says no" };
  const events = { isKept: true, at: [], recording: [] };
  const cases: Readonly<Record<string, readonly [ExplainFacts, string, RegExp]>> = {
    "a recording by its reasons": [facts(), "ok", /^Recorded, because of continuous recording\.$/],
    "an outage with its reason, in the recorder's zone": [
      missing({ events: { ...events, outage: wrongPassword } }),
      "no",
      /^Not recorded: the camera was offline \(wrong password\) from 10:02:00 to 10:17:00\.$/,
    ],
    "a camera that is switched off before all else": [
      missing({ camera: { id: "yard", enabled: false }, events: { ...events, outage: wrongPassword } }),
      "no",
      /the camera is switched off/,
    ],
    "recording that is switched off": [
      missing({ record: { mode: "off", linked: [], hiddenLinked: 0, isShaped: false } }),
      "no",
      /recording of the camera is switched off/,
    ],
    "settings that were changed since: nobody knows": [
      missing({ camera: { id: "yard", enabled: false }, changes: { isWhole: true, cameraMs: AT + MINUTE } }),
      "no",
      /Why is not known: settings were changed since, first at 10:11:00/,
    ],
    "an audit log that does not reach back: nobody knows": [
      missing({ camera: { id: "yard", enabled: false }, changes: { isWhole: false } }),
      "no",
      /Why is not known: settings are not kept/,
    ],
    "a broken connection": [
      missing({ recordings: { ...GAP, gap: { ...GAP.gap, broke: "stalled" } } }),
      "no",
      /from 10:09:00 to 10:11:00: the connection broke \(it stopped sending\)/,
    ],
    "a run that was ended on purpose as nothing": [
      missing({ recordings: { ...GAP, gap: { ...GAP.gap, broke: "stopped" } } }),
      "no",
      /^Not recorded\. Why is not known\.$/,
    ],
    "a volume that was full then": [
      missing({ storage: { volumes: [], troubles: [{ ...outage, path: "/v", status: "full" }] } }),
      "no",
      /while a volume had trouble \(\/v: full\), from 10:02:00 to 10:17:00/,
    ],
    "a failure of the recorder": [
      missing({ events: { ...events, failure: { ...outage, code: "recording-stopped", said: "no space" } } }),
      "no",
      /Not recorded: no space/,
    ],
    "recording by hand that nobody had started": [
      missing({ record: { mode: "manual", linked: [], hiddenLinked: 0, isShaped: false } }),
      "no",
      /by hand only, and nobody/,
    ],
    "recording by hand of which nothing is known": [
      missing({
        record: { mode: "manual", linked: [], hiddenLinked: 0, isShaped: false },
        manual: undefined,
      }),
      "no",
      /Why is not known/,
    ],
    "recording on events without one": [
      missing({ record: { mode: "event", linked: [], hiddenLinked: 0, isShaped: false } }),
      "no",
      /recorded on events, and none asked for it/,
    ],
    "what is older than anything that is kept": [
      missing({ recordings: { gap: {}, oldestMs: AT + MINUTE } }),
      "unknown",
      /nothing from then is kept, the oldest recording is of 10:11:00/,
    ],
    "nothing to accounts that may not see it": [facts({ recordings: undefined }), "unknown", /does not see/],
    "now: a camera that is offline": [
      missing(live({ status: "offline", code: "timed-out" })),
      "no",
      /the camera is offline \(it does not answer\), since 10:09:00/,
    ],
    "now: volumes of which none takes anything": [
      missing({
        ...live(),
        storage: { volumes: [{ path: "/v", status: "read-only" }], troubles: [] },
      }),
      "no",
      /no volume takes recordings \(\/v: read-only\)/,
    ],
    "now: what the recorder says itself": [
      missing(live({ recordingProblem: "volume full" })),
      "no",
      /volume full/,
    ],
    "now, of a camera that was never recorded": [
      missing({ ...live(), recordings: { gap: {} }, camera: { id: "yard", enabled: false } }),
      "no",
      /switched off/,
    ],
  };
  for (const [name, [given, state, sentence]] of Object.entries(cases)) {
    it(`tells ${name}`, () => {
      const [told, text] = why(given);
      assert.equal(told, state);
      assert.match(text ?? "", sentence);
    });
  }

  it("says of a past moment that settings are those of today, and does not vouch for changed ones", () => {
    assert.equal(step(facts(), "camera").todays, true);
    assert.equal(step(facts(live()), "camera").todays, undefined);
    const changed = step(facts({ changes: { isWhole: true, cameraMs: AT + MINUTE } }), "camera");
    assert.deepEqual([changed.state, changed.notes[0]?.code], ["unknown", "changed-since"]);
  });

  it("does not know of a connection without a recording or an outage, and believes a picture more than an event", () => {
    assert.equal(step(missing(), "connection").state, "unknown");
    const both = facts({ events: { ...events, outage: wrongPassword } });
    assert.equal(step(both, "connection").state, "ok");
  });

  it("names the linked camera whose event asked for it, and hides what an account does not see", () => {
    const record = { mode: "event", linked: ["Gate"], hiddenLinked: 0, isShaped: true } as const;
    const asked = { ...motion, camera: "gate", cameraName: "Gate" };
    const found = facts({ record, events: { ...events, recording: [asked] } });
    assert.equal(
      sentenceOf(step(found, "linked"), AT, "UTC"),
      "A linked camera's event asked for recording: Motion (Gate) from 09:09:59 to 09:10:01.",
    );
    assert.equal(step(found, "wanted").notes[0]?.code, "wanted-plugins-then");
    assert.equal(step(missing({ record }), "linked").state, "no");
    const hidden = missing({ record: { ...record, linked: [], hiddenLinked: 1 } });
    assert.deepEqual([step(hidden, "linked").state, step(hidden, "wanted").state], ["unknown", "unknown"]);
    assert.equal(step(facts({ storage: undefined }), "storage").state, "unknown");
  });
});

describe("why an event was or was not raised", () => {
  const events = { isKept: true, at: [], recording: [] };
  const unarmed: ArmingFacts = {
    ...{ profile: "Home", profileId: "home", arms: "by-rules" },
    ...{ armed: [], unarmed: ["motion"] },
    rules: [
      {
        ...{ id: "night", name: "Night", enabled: true, types: ["motion"], isInProfile: true, isOn: false },
        ...{ untilMs: AT + MINUTE },
      },
      { id: "off", name: "Off", enabled: false, types: ["motion"], isInProfile: true, isOn: true },
    ],
    clockChange: "back",
  };
  const cases: Readonly<Record<string, readonly [ExplainFacts, string, RegExp]>> = {
    "the event": [
      facts({ events: { ...events, at: [motion] } }),
      "ok",
      /^Event: Motion from 10:09:59 to 10:10:01\.$/,
    ],
    "what is not armed": [facts({ arming: unarmed }), "no", /not armed \(Motion\)/],
    "a profile that arms nothing": [
      facts({ arming: { ...unarmed, arms: "nothing", rules: [] } }),
      "no",
      /the profile Home arms nothing/,
    ],
    "detection that is switched off": [
      facts({ detection: { enabled: false, types: [] } }),
      "no",
      /looks for nothing/,
    ],
    "a cool-down": [
      facts({
        events: { ...events, before: { ...motion, fromMs: AT - 9_000, toMs: AT - 5_000 } },
        timing: { mergeMs: 2_000, cooldownMs: 10_000 },
      }),
      "no",
      /its kind rests until 10:10:07/,
    ],
    "a camera that was offline": [
      missing({ events: { ...events, outage: { fromMs: AT - 1, code: "timed-out", said: "" } } }),
      "no",
      /the camera was offline \(it does not answer\)/,
    ],
    "settings that were changed since": [
      facts({ arming: unarmed, changes: { isWhole: true, rulesMs: AT + 1 } }),
      "no",
      /Why is not known/,
    ],
    "that nothing was seen": [facts(), "no", /nothing was seen, as far as is known/],
    "that events of then are gone": [
      facts({ events: { ...events, isKept: false } }),
      "unknown",
      /not kept any more/,
    ],
    "nothing to accounts that may not see it": [facts({ events: undefined }), "unknown", /does not see/],
  };
  for (const [name, [given, state, sentence]] of Object.entries(cases)) {
    it(`tells ${name}`, () => {
      const [told, text] = alarm(given);
      assert.equal(told, state);
      assert.match(text ?? "", sentence);
    });
  }

  it("does not ask arming or detectors about exceptions", () => {
    const given = facts({ isException: true, arming: { ...unarmed, arms: "nothing" } });
    assert.equal(explain(given).alarm.code, "why-no-event");
    assert.equal(step(given, "armed").code, "armed-always");
    assert.equal(step(facts({ arming: undefined }), "armed").state, "unknown");
  });

  it("names each rule with what it says, and the change of the clocks", () => {
    const armed = step(facts({ arming: unarmed }), "armed");
    assert.deepEqual(
      armed.notes.map(({ code }) => code),
      ["arm-rule-schedule", "arm-clock-back"],
    );
    assert.equal(step(facts({ arming: unarmed }), "rule").notes[0]?.code, "rule-disabled");
  });

  it("tells what was done because of it, and does not guess where nothing is noted", () => {
    const actions = [
      { rule: "mail", action: "notify", status: "failed", note: "nobody answers" },
      { rule: "mail", action: "record", status: "done" },
    ];
    const done = step(facts({ events: { ...events, at: [{ ...motion, actions }] } }), "actions");
    assert.equal(done.state, "no");
    assert.deepEqual(
      done.notes.map((note) => sentenceOf(note, AT, "UTC")),
      ["mail: notify failed: nobody answers", "mail: record was done"],
    );
    const quiet = { events: { ...events, at: [motion] } };
    assert.equal(step(facts({ ...quiet, linkageRules: 0 }), "actions").state, "ok");
    assert.equal(step(facts({ ...quiet, linkageRules: undefined }), "actions").state, "unknown");
  });
});

describe("what the audit log knows of then", () => {
  const act = (atMs: number, action: string, detail = {}) => ({ atMs, action, detail });

  it("is the profile that was in force, and the first change of what decides", () => {
    const acts = [
      act(AT - 5, "arming-changed", { profile: "home", before: "night" }),
      act(AT + 1, "camera-changed", { changed: ["name"] }),
      act(AT + 2, "camera-changed", { changed: ["record"] }),
      act(AT + 3, "arming-changed", { profile: "away", before: "home" }),
      act(AT + 4, "arming-changed", { profile: "home", before: "away" }),
    ];
    const past = pastSettings({ acts, sinceMs: undefined }, AT);
    assert.deepEqual(past.profile, { id: "home", changedMs: AT + 3 });
    assert.deepEqual(past.changes, {
      isWhole: true,
      cameraMs: AT + 2,
      detectionMs: undefined,
      rulesMs: undefined,
    });
    assert.equal(pastSettings({ acts, sinceMs: AT + 1 }, AT).changes.isWhole, false);
    const imported = pastSettings({ acts: [act(AT + 9, "settings-imported")], sinceMs: AT - 1 }, AT);
    assert.equal(imported.changes.rulesMs, AT + 9);
    assert.equal(imported.isLinkageOld, false);
  });

  it("are edits of config.json by hand, by what they changed", () => {
    const edited = (changed: string[]) =>
      pastSettings({ acts: [act(AT + 3, "config-edited", { changed })], sinceMs: undefined }, AT);
    assert.equal(edited(["network"]).changes.rulesMs, undefined);
    assert.equal(edited(["network"]).isLinkageOld, true);
    assert.equal(edited(["alarms"]).changes.rulesMs, AT + 3);
    assert.equal(edited(["linkage"]).isLinkageOld, false);
    assert.equal(edited(["cameras"]).changes.cameraMs, undefined, "each camera has an entry of its own");
  });

  it("is whether somebody had started recording by hand", () => {
    const started = act(AT - 9, "manual-recording-started", { until: new Date(AT + 5).toISOString() });
    const all = { sinceMs: undefined };
    assert.deepEqual(pastSettings({ acts: [started], ...all }, AT).manual, { isOn: true, fromMs: AT - 9 });
    assert.deepEqual(pastSettings({ acts: [started], ...all }, AT + 5).manual, { isOn: false });
    const stopped = act(AT - 3, "manual-recording-stopped");
    assert.deepEqual(pastSettings({ acts: [started, stopped], ...all }, AT).manual, { isOn: false });
    assert.deepEqual(pastSettings({ acts: [], ...all }, AT).manual, { isOn: false });
    assert.equal(pastSettings({ acts: [], sinceMs: AT - 99 }, AT).manual, undefined);
  });
});

describe("sentences", () => {
  it("leave out in brackets what is not known, and say moments of other days with their date", () => {
    const offline = { code: "why-not-offline-now", context: { since: "2026-11-27T23:30:00Z" } };
    assert.equal(
      sentenceOf(offline, AT, "Europe/Berlin"),
      "Not recorded: the camera is offline, since 2026-11-28 00:30:00.",
    );
    const path = { code: "storage-bad", context: { path: "/mnt/[a] {b}", status: "full" } };
    assert.equal(sentenceOf(path, AT, "UTC"), "/mnt/[a] {b}: full");
  });
});
