// What follows from events, with actions that do what a test wants and a clock that is turned by hand.
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { Type } from "typebox";
import type { LinkageRule } from "../../../core/config/linkage-config.ts";
import type { EventAction } from "../../../core/domain/alarm-event.ts";
import { NightjarError } from "../../../core/errors.ts";
import type { HookEvent, LinkageAccount, LinkageAction, LinkageRequest } from "../../../core/index.ts";
import { MOST_TASKS } from "../../../core/linkage/action-runner.ts";
import { LinkageEngine, type LinkageTold } from "../../../core/linkage/linkage-engine.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";

const LAMP = "nightjar-linkage-lamp/lamp";

/** Who may see the camera `gate`. */
const GATEKEEPERS = ["bob", "carl"].map((name) => ({ name, sinceMs: 1, mayAcknowledge: false }));

describe("what follows from events", () => {
  let clock: FakeClock;
  let rules: LinkageRule[];
  let profile: string;
  let asked: LinkageRequest[];
  let noted: { readonly event: number; readonly result: EventAction }[];
  let run: LinkageAction["run"];
  let lamp: LinkageAction | undefined;
  let others: Map<string, LinkageAction>;
  let engine: LinkageEngine;
  let disarmed: Set<string>;
  let pictures: number;
  let jpeg: string;
  let told: LinkageTold[];
  let seeing: readonly LinkageAccount[] | undefined;

  beforeEach(() => {
    clock = new FakeClock(Date.UTC(2026, 0, 1));
    rules = [{ id: "gate", name: "Gate", actions: [{ action: LAMP, settings: { colour: "red" } }] }];
    profile = "home";
    asked = [];
    noted = [];
    pictures = 0;
    jpeg = "/9j/";
    told = [];
    seeing = undefined;
    disarmed = new Set();
    run = async () => ({ note: "lit" });
    others = new Map();
    lamp = {
      id: "lamp",
      displayName: "Lamp",
      configSchema: Type.Object(
        { colour: Type.String({ minLength: 1 }), seconds: Type.Integer({ default: 10 }) },
        { additionalProperties: false },
      ),
      wantsPictures: 1,
      maxAgeSeconds: 60,
      run: (request, context) => {
        asked.push(request);
        return run(request, context);
      },
    };
    engine = new LinkageEngine({
      clock,
      config: () => ({ rules }),
      profile: () => profile,
      disarmedBy: (action, camera) => (disarmed.has(`${action} ${camera}`) ? "Key switch" : undefined),
      recorderName: () => "Home",
      timeZone: () => "Europe/Berlin",
      cameraName: (camera) => (camera === "yard" ? "Yard" : undefined),
      accounts: async (source, camera) => {
        if (source !== LAMP) return undefined;
        return camera === "yard" ? seeing : camera === "gate" ? GATEKEEPERS : undefined;
      },
      isOwnAction: (source) => source === "record",
      findAction: (source) => (source === LAMP ? lamp : others.get(source)),
      picture: async (camera) => {
        pictures += 1;
        if (camera === "dark") throw new NightjarError("NJ_CAMERA_NO_VIDEO", "failed-precondition", "none");
        return { camera, timeMs: clock.wallMs(), jpeg };
      },
      note: (event, result) => noted.push({ event, result }),
      tell: (one) => told.push(one),
    });
  });

  const event = (changed: Partial<HookEvent> = {}): HookEvent => ({
    id: 7,
    type: "motion",
    severity: "info",
    camera: "yard",
    source: "camera",
    start: "2026-01-01T00:00:00.000Z",
    objects: [],
    detail: {},
    ...changed,
  });
  /** Turns the clock until it is so. */
  const turned = (ms: number, isSo: () => boolean) =>
    waitFor(() => {
      clock.advance(ms);
      return isSo();
    });
  const settled = (count: number) => waitFor(() => noted.length >= count, { what: `${count} results` });

  it("has the action done with the rule's settings and defaults, a picture and what people call things", async () => {
    engine.take(event(), "start");
    await settled(1);
    const [request] = asked;
    assert.deepEqual(request?.config, { colour: "red", seconds: 10 });
    assert.deepEqual([request?.cameraName, request?.recorderName, request?.isTest], ["Yard", "Home", false]);
    assert.equal(request?.timeZone, "Europe/Berlin");
    assert.deepEqual(
      request?.pictures.map(({ camera, jpeg }) => [camera, jpeg]),
      [["yard", "/9j/"]],
    );
    assert.deepEqual(noted, [
      {
        event: 7,
        result: {
          rule: "gate",
          action: LAMP,
          status: "done",
          atMs: clock.wallMs(),
          attempts: 1,
          note: "lit",
        },
      },
    ]);
    assert.equal(engine.lately[0]?.event, 7);
  });

  it("tells an action that wants them which accounts may see the event, anew at each try, and no other", async () => {
    seeing = [{ name: "ann", sinceMs: 1, mayAcknowledge: true }];
    engine.take(event(), "start");
    await settled(1);
    assert.equal(asked[0]?.accounts, undefined);
    assert.ok(lamp);
    lamp = { ...lamp, wantsAccounts: true };
    run = async () => {
      seeing = asked.length === 2 ? [] : seeing;
      if (asked.length < 3) throw new NightjarError("NJ_LAMP_AWAY", "unavailable", "it is away");
      return {};
    };
    engine.take(event({ id: 8 }), "start");
    await turned(1_000, () => noted.length === 2);
    assert.deepEqual(
      asked.slice(1).map(({ accounts }) => accounts?.map(({ name }) => name)),
      [["ann"], []],
    );
    seeing = undefined;
    engine.take(event({ id: 9 }), "start");
    await settled(3);
    assert.equal("accounts" in (asked[3] ?? {}), false, "its plugin has no leave");
  });

  it("tells, where a flow names another camera than the event's, only accounts that may see both", async () => {
    seeing = [
      { name: "ann", sinceMs: 1, mayAcknowledge: true },
      { name: "bob", sinceMs: 1, mayAcknowledge: true },
    ];
    assert.ok(lamp);
    lamp = { ...lamp, wantsAccounts: true };
    const rule = { id: "flow", name: "Flow" };
    const actions = [{ action: LAMP, settings: { colour: "red" } }];
    await engine.run({ rule, actions, event: event({ camera: "gate" }), camera: "yard" });
    await engine.run({ rule, actions, event: event({ camera: "gate" }) });
    await engine.run({ rule, actions, camera: "yard" });
    assert.deepEqual(
      asked.map(({ accounts }) => accounts?.map(({ name }) => name)),
      [["bob"], ["bob", "carl"], ["ann", "bob"]],
    );
  });

  it("leaves out exactly the actions that an alarm input disarms, and says so with the event", async () => {
    rules = [{ id: "gate", name: "Gate", actions: [{ action: LAMP, settings: { colour: "red" } }] }];
    disarmed.add(`${LAMP} yard`);
    engine.take(event(), "start");
    engine.take(event({ id: 8, camera: "gate" }), "start");
    await settled(2);
    const told = noted.map(({ event: id, result }) => [id, result.status, result.note, result.attempts]);
    assert.deepEqual(told, [
      [7, "disarmed", "Key switch", 0],
      [8, "done", "lit", 1],
    ]);
    assert.equal(asked.length, 1);
  });

  for (const [what, rule, met] of [
    ["nothing", {}, true],
    ["the type", { types: ["motion"] }, true],
    ["another type", { types: ["tamper"] }, false],
    ["the camera", { cameras: ["yard"] }, true],
    ["another camera", { cameras: ["gate"] }, false],
    ["the severity", { severities: ["info"] }, true],
    ["another severity", { severities: ["alarm"] }, false],
    ["the detector's rule", { detectorRules: ["line-1"] }, true],
    ["another detector's rule", { detectorRules: ["line-2"] }, false],
    ["the profile in force", { profiles: ["home"] }, true],
    ["another profile", { profiles: ["away"] }, false],
    ["the end", { at: "end" }, false],
    ["empty lists, as none", { types: [], cameras: [], severities: [] }, true],
  ] as const) {
    it(`follows a rule that names ${what}: ${met ? "yes" : "no"}`, async () => {
      rules = [{ ...(rules[0] as LinkageRule), ...(rule as unknown as Partial<LinkageRule>) }];
      engine.take(event({ rule: "line-1" }), "start");
      assert.equal(engine.pending, met ? 1 : 0);
      if (met) await settled(1);
    });
  }

  it("follows nothing of a rule that is switched off, and rests for a camera as long as the rule says", async () => {
    const [rule] = rules as [LinkageRule];
    rules = [{ ...rule, enabled: false }];
    engine.take(event(), "start");
    assert.equal(engine.pending, 0);
    rules = [{ ...rule, cooldownSeconds: 60 }];
    engine.take(event(), "start");
    engine.take(event({ id: 8 }), "start");
    engine.take(event({ id: 9, camera: "gate" }), "start");
    await settled(2);
    clock.advance(60_000);
    engine.take(event({ id: 10 }), "start");
    await settled(3);
    assert.deepEqual(
      noted.map((one) => one.event),
      [7, 9, 10],
    );
  });

  it("tries again with growing pauses what may be cured, under the same name, and says how often", async () => {
    let failures = 2;
    run = async () => {
      failures -= 1;
      if (failures >= 0) throw new NightjarError("NJ_LAMP_AWAY", "unavailable", "the lamp does not answer");
      return undefined;
    };
    engine.take(event(), "start");
    await waitFor(() => asked.length === 1);
    await turned(2_000, () => asked.length === 2);
    await turned(10_000, () => asked.length === 3);
    await settled(1);
    assert.deepEqual([noted[0]?.result.status, noted[0]?.result.attempts], ["done", 3]);
    assert.equal(new Set(asked.map(({ id }) => id)).size, 1);
    assert.equal(pictures, 1, "one picture for all tries");
  });

  it("does nothing stale: what cannot be done in its time has failed, and no later try is made", async () => {
    run = async () => {
      const context = { host: "lamp", key: "hidden" };
      throw new NightjarError("NJ_LAMP_AWAY", "unavailable", "the lamp does not answer", context);
    };
    engine.take(event(), "start");
    await waitFor(() => asked.length === 1);
    await turned(20_000, () => noted.length === 1);
    assert.equal(noted[0]?.result.status, "failed");
    assert.deepEqual(
      [noted[0]?.result.code, noted[0]?.result.note],
      ["NJ_LAMP_AWAY", "the lamp does not answer"],
    );
    assert.deepEqual(noted[0]?.result.context, { host: "lamp" }, "facts of the sentence, and no others");
    const tries = asked.length;
    clock.advance(600_000);
    assert.equal(asked.length, tries);
    assert.equal(engine.pending, 0);
  });

  it("lets what waited for too long behind a slow one expire unseen", async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    run = async () => {
      await held;
      return undefined;
    };
    lamp = { ...(lamp as LinkageAction), maxAgeSeconds: 20 };
    for (const id of [1, 2, 3]) engine.take(event({ id }), "start");
    await waitFor(() => asked.length === 2, { what: "two at once" });
    clock.advance(21_000);
    release();
    await settled(3);
    assert.deepEqual(noted.map(({ event: id, result }) => [id, result.status]).sort(), [
      [1, "done"],
      [2, "done"],
      [3, "expired"],
    ]);
    assert.equal(asked.length, 2);
  });

  it("gives an action up that does not answer within its time, tells it so, and tries again while it is of use", async () => {
    const signals: AbortSignal[] = [];
    run = (_request, { signal }) => {
      signals.push(signal);
      return new Promise(() => undefined);
    };
    engine.take(event(), "start");
    await waitFor(() => signals.length === 1);
    clock.advance(29_999);
    assert.deepEqual([signals[0]?.aborted, noted], [false, []]);
    clock.advance(1);
    assert.equal(signals[0]?.aborted, true);
    await waitFor(() => clock.pending === 1, { what: "the pause before the next try" });
    clock.advance(2_000);
    await waitFor(() => signals.length === 2);
    assert.deepEqual([signals[1]?.aborted, noted], [false, []]);
    clock.advance(30_000);
    await settled(1);
    const { status, code, attempts, note = "" } = noted[0]?.result ?? {};
    assert.deepEqual([status, code, attempts], ["failed", "NJ_PLUGIN_TIMEOUT", 2]);
    assert.match(note, /nightjar-linkage-lamp\/lamp did not answer within 30000 ms/);
    assert.deepEqual([signals[1]?.aborted, engine.pending, clock.pending], [true, 0, 0]);
  });

  it("takes an answer that comes just in time, and none that comes after", async () => {
    const answers: (() => void)[] = [];
    run = () => new Promise((resolve) => answers.push(() => resolve({ note: "lit at last" })));
    lamp = { ...(lamp as LinkageAction), maxAgeSeconds: 10 };
    engine.take(event(), "start");
    engine.take(event({ id: 8 }), "start");
    await waitFor(() => answers.length === 2);
    clock.advance(29_999);
    answers[0]?.();
    await settled(1);
    assert.equal(clock.pending, 1, "the other's limit alone");
    clock.advance(1);
    answers[1]?.();
    await settled(2);
    assert.deepEqual(
      noted.map(({ event: id, result }) => [id, result.status, result.note === "lit at last"]),
      [
        [7, "done", true],
        [8, "failed", false],
      ],
    );
  });

  it("does not try again what is plainly wrong: settings that do not fit, a refusal", async () => {
    rules = [{ id: "gate", name: "Gate", actions: [{ action: LAMP, settings: { colour: 7 } }] }];
    engine.take(event(), "start");
    await settled(1);
    assert.deepEqual(
      [noted[0]?.result.status, noted[0]?.result.code, asked.length],
      ["failed", "NJ_LINKAGE_SETTINGS", 0],
    );
    const actions = [{ action: LAMP, settings: { seconds: "x", sound: 1 } }];
    const [all] = await engine.run({ rule: { id: "flow", name: "Flow" }, actions });
    assert.match(all?.note ?? "", /\/colour is missing/);
    for (const place of ["/seconds", "/sound"]) assert.ok(all?.note?.includes(`${place} `), all?.note);
  });

  it("says of an action whose plugin is missing that it is, once it has waited a minute for it", async () => {
    lamp = undefined;
    engine.take(event(), "start");
    await turned(30_000, () => noted.length === 1);
    assert.equal(noted[0]?.result.code, "NJ_LINKAGE_ACTION_AWAY");
  });

  it("stays within its bounds in a storm, and says of each event what was not done", async () => {
    run = () => new Promise(() => undefined);
    for (let id = 1; id <= MOST_TASKS + 50; id += 1) engine.take(event({ id }), "start");
    assert.equal(engine.pending, MOST_TASKS);
    assert.equal(noted.filter(({ result }) => result.status === "dropped").length, 50);
    void engine.close();
  });

  it("does what needs no server, and what needs another, although thousands wait for servers that are away", async () => {
    // Those of bundled plugins have names as short as the recorder's own.
    const away = ["notify", "email", "nightjar-linkage-three/send", "upload"];
    const { configSchema } = lamp as LinkageAction;
    const action = (answer: LinkageAction["run"]): LinkageAction => ({
      ...{ id: "other", displayName: "Other", configSchema, wantsPictures: 0, maxAgeSeconds: 86_400 },
      run: answer,
    });
    const gone = () => Promise.reject(new NightjarError("NJ_X", "unavailable", "away"));
    for (const source of away) others.set(source, action(gone));
    others.set(
      "record",
      action(async () => undefined),
    );
    const follow = (source: string) => ({ action: source, settings: { colour: "red" } });
    rules = [{ id: "away", name: "Away", actions: away.slice(0, 3).map(follow) }];
    for (let id = 1; id <= MOST_TASKS; id += 1) engine.take(event({ id }), "start");
    rules = [{ id: "here", name: "Here", actions: [follow(LAMP), follow("record")] }];
    engine.take(event({ id: 5_000 }), "start");
    await settled(2);
    assert.deepEqual(noted.map(({ result }) => `${result.action} ${result.status}`).sort(), [
      `${LAMP} done`,
      "record done",
    ]);
    rules = [{ id: "away", name: "Away", actions: away.slice(3).map(follow) }];
    for (let id = 1; id <= MOST_TASKS; id += 1) engine.take(event({ id }), "start");
    rules = [{ id: "here", name: "Here", actions: [follow(LAMP), follow("record")] }];
    engine.take(event({ id: 6_000 }), "start");
    await settled(4);
    assert.deepEqual(
      noted.slice(2).map(({ result }) => `${result.action} ${result.status}`),
      [`${LAMP} dropped`, "record done"],
      "all of plugins together are bounded, and the recorder's own are done even then",
    );
    void engine.close();
  });

  it("takes as many pictures as the rule wants of those that the action can use, a second apart, once for all", async () => {
    const action = lamp as LinkageAction;
    lamp = { ...action, wantsPictures: 3, picturesField: "seconds" };
    const wanting = (seconds: number) => ({ action: LAMP, settings: { colour: "red", seconds } });
    rules = [{ id: "gate", name: "Gate", actions: [wanting(2), wanting(9), wanting(0)] }];
    engine.take(event(), "start");
    await turned(1_000, () => noted.length === 3);
    const times = asked
      .map((one) => one.pictures.map(({ timeMs }) => timeMs))
      .sort((a, b) => a.length - b.length);
    assert.deepEqual(
      times.map(({ length }) => length),
      [0, 2, 3],
    );
    assert.equal(pictures, 3, "those of the one are the first ones of the other");
    const [first = 0, second = 0] = times[2] ?? [];
    assert.ok(second - first >= 1_000);
    assert.deepEqual(times[1], times[2]?.slice(0, 2));
  });

  it("sends no picture of later with what is tried again once the event's own is held no more", async () => {
    lamp = { ...(lamp as LinkageAction), maxAgeSeconds: 86_400 };
    const untilMs = clock.monotonicMs() + 120_000;
    run = async ({ event: { id } }) => {
      if (id === 7 && clock.monotonicMs() < untilMs) throw new NightjarError("NJ_X", "unavailable", "away");
      return undefined;
    };
    engine.take(event(), "start");
    await waitFor(() => asked.length === 1);
    clock.advance(61_000);
    for (let id = 100; id < 140; id += 1) engine.take(event({ id }), "start");
    await settled(40);
    await turned(30_000, () => noted.length === 41);
    const own = asked.filter(({ event: { id } }) => id === 7);
    assert.deepEqual([own.at(0)?.pictures.length, own.at(-1)?.pictures.length], [1, 0]);
    assert.equal(noted.at(-1)?.result.status, "done", "late, and without a picture, it is told all the same");
  });

  it("tells of what was to be tried again when the recorder stops what came of the last try", async () => {
    lamp = { ...(lamp as LinkageAction), maxAgeSeconds: 86_400 };
    run = () => Promise.reject(new NightjarError("NJ_X", "unavailable", "away"));
    engine.take(event(), "start");
    await waitFor(() => asked.length === 1);
    await turn();
    void engine.close();
    void engine.close();
    assert.deepEqual(
      noted.map(({ result }) => [result.status, result.attempts, result.code, result.note]),
      [["failed", 1, "NJ_X", "away"]],
    );
  });

  it("tells of what is being done when the recorder stops that it is not known, once, whatever it answers", async () => {
    const answers: ((error?: Error) => void)[] = [];
    run = (_request, { signal }) =>
      new Promise((resolve, reject) => {
        answers.push((error) => (error === undefined ? resolve({ note: "lit" }) : reject(error)));
        // As most do: they give up when they are told to.
        if (answers.length === 2) signal.addEventListener("abort", () => reject(signal.reason));
      });
    for (const id of [7, 8, 9]) engine.take(event({ id }), "start");
    await waitFor(() => answers.length === 2);
    void engine.close();
    answers[0]?.();
    await turn();
    assert.deepEqual(
      noted.map(({ event: id, result }) => [id, result.status, result.code, result.attempts]),
      [
        [7, "failed", "NJ_LINKAGE_STOPPED", 1],
        [8, "failed", "NJ_LINKAGE_STOPPED", 1],
        [9, "expired", "NJ_LINKAGE_STOPPED", 0],
      ],
    );
    assert.deepEqual([engine.lately.length, engine.pending, clock.pending], [3, 0, 0]);
  });

  it("tells the same to a flow that waits for an action, and of the event that it is about, before it is closed", async () => {
    run = () => new Promise(() => undefined);
    const rule = { id: "flow", name: "Flow" };
    const actions = [{ action: LAMP, settings: { colour: "red" } }];
    const wanted = engine.run({ rule, actions, event: event() });
    await waitFor(() => asked.length === 1);
    await engine.close();
    assert.deepEqual(
      noted.map(({ event: id, result }) => [id, result.status, result.code]),
      [[7, "failed", "NJ_LINKAGE_STOPPED"]],
    );
    assert.equal((await wanted)[0]?.code, "NJ_LINKAGE_STOPPED");
    assert.equal((await engine.run({ rule, actions }))[0]?.code, "NJ_LINKAGE_STOPPED", "nor is one begun");
    assert.equal(asked.length, 1);
  });

  it("hands over no more of pictures than a message to a plugin's process holds", async () => {
    lamp = { ...(lamp as LinkageAction), wantsPictures: 5 };
    jpeg = "x".repeat(1_400_000);
    engine.take(event(), "start");
    await turned(1_000, () => noted.length === 1);
    assert.equal(asked[0]?.pictures.length, 2);
  });

  it("goes on without a picture where there is none", async () => {
    engine.take(event({ camera: "dark" }), "start");
    await settled(1);
    assert.deepEqual([asked[0]?.pictures, noted[0]?.result.status], [[], "done"]);
  });

  it("tries a rule for somebody at once, says what came of it, and keeps nothing", async () => {
    run = async () => {
      throw new NightjarError("NJ_LAMP_AWAY", "unavailable", "the lamp does not answer");
    };
    const [result] = await engine.test(rules[0] as LinkageRule, "yard");
    assert.deepEqual([result?.status, result?.code, asked[0]?.isTest], ["failed", "NJ_LAMP_AWAY", true]);
    assert.deepEqual(noted, []);
  });

  it("does what somebody outside wants, at once and once, and keeps it with the event that there is", async () => {
    const rule = { id: "gate", name: "Gate" };
    const actions = [{ action: LAMP, settings: { colour: "blue" } }];
    const [kept] = await engine.run({ rule, actions, event: event() });
    const [made] = await engine.run({ rule, actions, camera: "yard" });
    assert.deepEqual([kept?.status, made?.status], ["done", "done"]);
    assert.deepEqual(
      noted.map((one) => one.event),
      [7],
      "nothing is kept with an event that was made up",
    );
    assert.deepEqual(
      asked.map(({ event: { id, camera }, isTest }) => [id > 0, camera, isTest]),
      [
        [true, "yard", false],
        [false, "yard", false],
      ],
    );
    run = async () => {
      throw new NightjarError("NJ_TEST", "unavailable", "no lamp");
    };
    const [failed] = await engine.run({ rule, actions, event: event() });
    assert.deepEqual([failed?.status, failed?.note], ["failed", "no lamp"]);
  });

  it("tells that a rule is followed, and then what came of each action", async () => {
    engine.take(event(), "start");
    await settled(1);
    assert.deepEqual(
      told.map(({ rule, event: { id }, result }) => [rule.id, id, result?.status]),
      [
        ["gate", 7, undefined],
        ["gate", 7, "done"],
      ],
    );
  });
});
