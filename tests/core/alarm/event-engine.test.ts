import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MOST_OPEN } from "../../../core/alarm/event-engine.ts";
import type { SqlWriter } from "../../../core/db/db.ts";
import { type EventReport, MOST_PICTURES } from "../../../core/domain/alarm-event.ts";
import { arming, engineFixture, NOON_MS } from "./alarm-fixture.ts";

const MOTION: EventReport = { type: "motion", camera: "yard", source: "camera" };
const DISK: EventReport = { type: "exception-volume-full", subject: "/srv", source: "recorder" };

describe("an event", () => {
  it("begins, goes on and ends, with the best that was seen of each object", async (t) => {
    const { engine, clock, told, rows } = await engineFixture(t);
    const box = { x: 0.9, y: 0.5, width: 0.3, height: Number.NaN };
    const id = engine.report({ ...MOTION, objects: [{ class: "Person ", score: 0.4, track: "1" }] });
    await engine.settled();
    clock.advance(5_000);
    engine.report({ ...MOTION, score: 7, objects: [{ class: "person", score: 0.8, track: "1", box }] });
    engine.report({
      ...MOTION,
      objects: [
        { class: "person", score: 0.3, track: "1" },
        { class: "dog", score: 0.2 },
      ],
    });
    engine.end(MOTION);
    clock.advance(1_900);
    assert.equal((await rows())[0]?.endMs, undefined, "it may begin again");
    clock.advance(500);
    const [event] = await rows();
    assert.deepEqual(
      { ...event, revision: 0 },
      {
        id,
        type: "motion",
        camera: "yard",
        source: "camera",
        startMs: NOON_MS,
        endMs: NOON_MS + 5_000,
        lastMs: NOON_MS + 5_000,
        score: 1,
        objects: [
          {
            ...{ class: "person", score: 0.8, track: "1", atMs: NOON_MS + 5_000 },
            box: { x: 0.9, y: 0.5, width: 0.1, height: 0 },
          },
          { class: "dog", score: 0.2 },
        ],
        pictures: [],
        detail: {},
        revision: 0,
      },
    );
    assert.deepEqual(
      told.map(({ phase }) => phase).filter((phase) => phase !== "update"),
      ["start", "end"],
    );
  });

  it("goes on where it begins again within the merge window, and is another one after it", async (t) => {
    const { engine, clock, rows } = await engineFixture(t, { alarms: { mergeSeconds: 3 } });
    const first = engine.report(MOTION);
    for (let n = 0; n < 5; n += 1) {
      clock.advance(2_000);
      engine.end(MOTION);
      clock.advance(2_900);
      assert.equal(engine.report(MOTION), first);
    }
    engine.end(MOTION);
    clock.advance(3_000);
    assert.notEqual(engine.report(MOTION), first);
    assert.deepEqual(
      (await rows()).map(({ endMs }) => endMs),
      [undefined, NOON_MS + 24_500],
    );
  });

  it("is another one after the window by what its reporter dates, though its end and the next were told late", async (t) => {
    const { engine, clock, rows } = await engineFixture(t, { alarms: { mergeSeconds: 2 } });
    const at = (seconds: number) => ({ ...MOTION, timeMs: NOON_MS + 1_000 * seconds });
    const first = engine.report(at(0));
    clock.advance(6_000);
    engine.end(at(5));
    clock.advance(1_500);
    assert.equal(engine.report(at(7)), first, "it goes on within the window");
    clock.advance(4_500);
    engine.end(at(11));
    clock.advance(1_500);
    assert.notEqual(engine.report(at(13.4)), first);
    assert.deepEqual(
      (await rows()).map(({ startMs, endMs }) => [startMs - NOON_MS, endMs && endMs - NOON_MS]),
      [
        [13_400, undefined],
        [0, 11_000],
      ],
    );
  });

  it("ends its recording now, though the clock was set back to before it began", async (t) => {
    const { engine, triggers, clock, rows } = await engineFixture(t);
    engine.report({ ...MOTION, timeMs: NOON_MS });
    clock.setWall(NOON_MS - 3_600_000);
    engine.end(MOTION);
    clock.advance(60_000);
    const until90k = triggers.at(-1)?.until90k ?? Number.POSITIVE_INFINITY;
    assert.ok(until90k <= (NOON_MS - 3_600_000 + 60_000) * 90);
    const [event] = await rows();
    assert.deepEqual([event?.startMs, event?.endMs], [NOON_MS, NOON_MS], "no event ends before its begin");
  });

  it("is written, and its recording begins, though one that hears of it throws each time", async (t) => {
    const { engine, triggers, told, rows } = await engineFixture(t);
    const broken = (): never => {
      throw new RangeError("no");
    };
    engine.onTrigger("broken", broken);
    engine.onEvent("broken", broken);
    engine.pulse(MOTION);
    await engine.settled();
    engine.pulse({ ...MOTION, camera: "door" });
    assert.deepEqual(
      (await rows()).map(({ camera }) => camera),
      ["door", "yard"],
    );
    assert.deepEqual([triggers.length > 1, told.length > 1], [true, true]);
  });

  it("is one of its own by camera, rule, reporter and subject", async (t) => {
    const { engine, rows } = await engineFixture(t);
    for (const change of [
      {},
      { camera: "gate" },
      { rule: "line-1" },
      { source: "vca-motion" },
      { subject: "a" },
    ])
      engine.report({ ...MOTION, ...change });
    engine.end({ ...MOTION, rule: "line-2" });
    assert.equal((await rows()).length, 5);
  });

  it("rests after its end for the cool-down", async (t) => {
    const { engine, clock, rows } = await engineFixture(t, {
      alarms: { mergeSeconds: 0, cooldownSeconds: 10 },
    });
    engine.pulse(MOTION);
    clock.advance(9_900);
    assert.equal(engine.pulse(MOTION), undefined);
    assert.notEqual(engine.pulse({ ...MOTION, camera: "gate" }), undefined);
    clock.advance(200);
    assert.notEqual(engine.pulse(MOTION), undefined);
    assert.equal((await rows()).length, 3);
    assert.equal(engine.figures.cooled, 1);
  });

  it("is ended by the recorder when it lasts too long, which says so; what goes on is the next one", async (t) => {
    const { engine, clock, rows } = await engineFixture(t, { alarms: { maxOpenSeconds: 60 } });
    engine.report(MOTION);
    for (let n = 0; n < 70; n += 1) {
      clock.advance(1_000);
      engine.report(MOTION);
    }
    const [next, first] = await rows();
    assert.deepEqual([first?.endMs, first?.endReason], [NOON_MS + 60_000, "too-long"]);
    assert.deepEqual([next?.startMs, next?.endMs], [NOON_MS + 60_000, undefined]);
    clock.advance(3_600_000);
    assert.equal((await rows())[0]?.endReason, "too-long", "also where nothing is heard any more");
  });

  it("has the pictures of all its reports, those of the newest first, none twice, and not too many", async (t) => {
    const { engine, clock, rows } = await engineFixture(t);
    const at = (second: number) => NOON_MS + second * 1_000;
    /** As it is once what changed is due to be written. */
    const pictures = async () => {
      clock.advance(1_250);
      return (await rows())[0]?.pictures;
    };
    engine.report({ ...MOTION, pictures: [at(0)] });
    engine.report({ ...MOTION, pictures: [at(2), Number.NaN, at(1)] });
    engine.report(MOTION);
    engine.report({ ...MOTION, pictures: [at(3), at(0)] });
    assert.deepEqual(await pictures(), [at(3), at(0), at(2), at(1)]);
    for (let second = 4; second < 20; second += 1) engine.report({ ...MOTION, pictures: [at(second)] });
    assert.deepEqual(
      await pictures(),
      Array.from({ length: MOST_PICTURES }, (_, index) => at(19 - index)),
    );
    engine.report({ ...MOTION, pictures: Array.from({ length: 1_000 }, (_, second) => at(second)) });
    assert.equal((await pictures())?.length, MOST_PICTURES);
  });

  it("that is a state goes on as the next one at once, until its reporter ends it", async (t) => {
    const { engine, clock, rows, triggers } = await engineFixture(t, {
      alarms: { maxOpenSeconds: 60, cooldownSeconds: 30 },
    });
    engine.report({ ...MOTION, lasts: true, detail: { zone: "door" }, pictures: [NOON_MS] });
    clock.advance(90_000);
    const [next, first] = await rows();
    assert.deepEqual([first?.endReason, next?.endMs, next?.startMs], ["too-long", undefined, first?.endMs]);
    assert.deepEqual([next?.detail, next?.pictures], [{ zone: "door" }, []]);
    assert.ok((triggers.at(-1)?.until90k ?? 0) > (NOON_MS + 90_000) * 90, "and so does its recording");
    engine.end(MOTION);
    clock.advance(600_000);
    assert.deepEqual(
      (await rows()).map(({ endReason }) => endReason),
      [undefined, "too-long"],
    );
  });

  it("that is a state begins anew after the cool-down, if it still lasts then", async (t) => {
    const { engine, clock, rows } = await engineFixture(t, {
      alarms: { mergeSeconds: 0, cooldownSeconds: 10 },
    });
    engine.pulse(MOTION);
    assert.equal(engine.report({ ...MOTION, lasts: true }), undefined);
    clock.advance(11_000);
    const [next] = await rows();
    assert.deepEqual([(await rows()).length, next?.startMs], [2, NOON_MS + 10_000]);
    engine.forgetCamera("yard");
    clock.advance(60_000);
    assert.equal((await rows()).length, 2, "nothing lasts of a camera that is gone");
  });

  it("lasts as long as its cause where it is an exception", async (t) => {
    const { engine, clock, rows } = await engineFixture(t);
    engine.report(DISK);
    clock.advance(86_400_000);
    assert.equal((await rows())[0]?.endMs, undefined);
    engine.end(DISK);
    assert.deepEqual(
      [(await rows())[0]?.endMs, (await rows())[0]?.endReason],
      [NOON_MS + 86_400_000, undefined],
    );
  });

  it("does not believe a clock that is wrong, and keeps what it said", async (t) => {
    const { engine, clock, rows } = await engineFixture(t);
    for (const [camera, timeMs] of [
      ["a", 0],
      ["b", Number.NaN],
      ["c", NOON_MS + 3_600_000],
      ["d", NOON_MS - 30_000],
    ] as const)
      engine.report({ ...MOTION, camera, timeMs });
    assert.deepEqual(
      (await rows())
        .map(({ camera, startMs, detail }) => [camera, startMs - NOON_MS, detail["reportedTime"]])
        .sort(),
      [
        ["a", 0, "1970-01-01T00:00:00.000Z"],
        ["b", 0, "no moment"],
        ["c", 0, "2026-01-01T13:00:00.000Z"],
        ["d", -30_000, undefined],
      ],
    );
    clock.setWall(NOON_MS - 7_200_000);
    engine.end({ ...MOTION, camera: "a" });
    clock.advance(5_000);
    assert.equal(
      (await rows()).find(({ camera }) => camera === "a")?.endMs,
      NOON_MS,
      "never ends before it begins",
    );
  });

  it("is not written more than once a second while it goes on, and its detail is bounded", async (t) => {
    const { engine, clock, told } = await engineFixture(t);
    for (let n = 0; n < 200; n += 1) {
      engine.report({ ...MOTION, score: n / 200 });
      clock.advance(50);
      await engine.settled();
    }
    assert.ok(told.length >= 9 && told.length <= 12, String(told.length));
    engine.report({ ...DISK, detail: { text: "x".repeat(5_000) } });
    await engine.settled();
    assert.deepEqual(told.at(-1)?.event.detail, { leftOut: true });
  });

  it("is acknowledged with a note, while it goes on too", async (t) => {
    const { engine, told, rows } = await engineFixture(t);
    const id = engine.report(DISK) ?? 0;
    const acknowledged = { atMs: NOON_MS + 5, by: "anna", note: "new disk ordered" };
    const event = await engine.acknowledge(id, acknowledged);
    assert.deepEqual(event?.acknowledged, acknowledged);
    assert.deepEqual(told.at(-1)?.event.acknowledged, acknowledged);
    engine.end(DISK);
    assert.deepEqual((await rows())[0]?.acknowledged, acknowledged);
    assert.deepEqual(told.at(-1)?.event.acknowledged, acknowledged);
    assert.equal(await engine.acknowledge(99_999_999, acknowledged), undefined);
  });
});

describe("a trigger", () => {
  it("comes at once, before plugins and the database, and tells when it is over", async (t) => {
    let answer: (say: { suppressed: string }) => void = () => undefined;
    const { engine, clock, triggers, rows } = await engineFixture(t, {
      askPlugins: () => new Promise((resolve) => (answer = resolve)),
    });
    const eventId = engine.report({ ...MOTION, timeMs: NOON_MS - 1_000 });
    assert.deepEqual(triggers, [
      {
        eventId,
        type: "motion",
        camera: "yard",
        eventTime90k: (NOON_MS - 1_000) * 90,
        until90k: (NOON_MS + 599_000) * 90,
      },
    ]);
    assert.deepEqual(await rows(), [], "plugins are still being asked");
    clock.advance(100);
    answer({ suppressed: "the postman" });
    await new Promise(setImmediate);
    engine.report(MOTION);
    engine.end(MOTION);
    clock.advance(10_000);
    assert.deepEqual(await rows(), []);
    assert.deepEqual([triggers.length, triggers.at(-1)?.until90k], [2, NOON_MS * 90 - 90_000]);
  });

  it("goes without plugins where there are more events than they can be asked about", async (t) => {
    let asked = 0;
    const { engine, rows } = await engineFixture(t, {
      askPlugins: () => {
        asked += 1;
        return new Promise(() => undefined);
      },
    });
    for (let n = 0; n < 100; n += 1) engine.report({ ...MOTION, subject: String(n) });
    assert.equal(asked, 64);
    assert.equal((await rows()).length, 36);
  });
});

describe("arming", () => {
  const rules = [
    {
      id: "night",
      name: "Night",
      types: ["motion"],
      schedule: { thursday: [{ from: "22:00", to: "06:00" }] },
    },
  ];

  it("lets nothing in that is not armed, and ends what goes on when it is armed no longer", async (t) => {
    const { engine, clock, triggers, rows } = await engineFixture(t, { alarms: { arming: { rules } } });
    assert.equal(engine.report(MOTION), undefined);
    assert.equal(triggers.length, 0);
    assert.notEqual(engine.report({ ...MOTION, type: "tamper" }), undefined, "no rule speaks of it");
    clock.advance(10 * 3_600_000);
    assert.notEqual(engine.report(MOTION), undefined);
    engine.setArming(
      arming({ profile: "off", arming: { rules, profiles: [{ id: "off", name: "Off", arms: "nothing" }] } }),
    );
    const [motion] = await rows();
    assert.deepEqual([motion?.type, motion?.endReason], ["motion", "disarmed"]);
    assert.equal(engine.report(MOTION), undefined);
    assert.notEqual(engine.report(DISK), undefined, "exceptions are always told");
  });

  it("has what lasts begin when its schedule does, and end with it", async (t) => {
    const { engine, clock, rows } = await engineFixture(t, {
      alarms: { maxOpenSeconds: 86_400, arming: { rules } },
    });
    assert.equal(engine.report({ ...MOTION, lasts: true }), undefined);
    engine.report({ ...MOTION, camera: "gate", lasts: true });
    engine.end({ ...MOTION, camera: "gate" });
    clock.advance(24 * 3_600_000);
    const [only, ...others] = await rows();
    assert.deepEqual([only?.camera, only?.endReason, others.length], ["yard", "disarmed", 0]);
    const lateMs = [(only?.startMs ?? 0) - 10 * 3_600_000, (only?.endMs ?? 0) - 18 * 3_600_000];
    assert.ok(
      lateMs.every((ms) => ms >= NOON_MS && ms <= NOON_MS + 1_000),
      String(lateMs),
    );
  });

  it("has what lasts begin when another profile arms it", async (t) => {
    const profiles = [{ id: "off", name: "Off", arms: "nothing" }];
    const off = { profile: "off", arming: { profiles } };
    const { engine, clock, rows } = await engineFixture(t, { alarms: off });
    engine.report({ ...MOTION, lasts: true });
    clock.advance(5_000);
    assert.equal((await rows()).length, 0);
    engine.setArming(arming());
    assert.deepEqual([(await rows()).length, (await rows())[0]?.startMs], [1, NOON_MS + 5_000]);
  });
});

describe("over a restart", () => {
  it("events of a process that was killed are ended, and say so; numbers are never used twice", async (t) => {
    const { engine, db, clock } = await engineFixture(t);
    const first = engine.report(MOTION) ?? 0;
    clock.advance(3_000);
    engine.report(MOTION);
    engine.report(DISK);
    await engine.settled();
    clock.advance(60_000);
    const next = await engineFixture(t, { db, clock });
    const [disk, motion] = await next.rows();
    assert.deepEqual([motion?.endMs, motion?.endReason], [NOON_MS + 3_000, "restarted"]);
    assert.equal(disk?.endMs, undefined);
    assert.equal(next.engine.report(DISK), disk?.id, "the cause is still there: it goes on");
    const second = next.engine.report(MOTION) ?? 0;
    assert.ok(second > first + 1);
    clock.advance(70_000);
    assert.equal((await next.rows()).find(({ id }) => id === disk?.id)?.endMs, undefined);
    await next.engine.stop();
    const third = await engineFixture(t, { db, clock });
    assert.equal((await third.rows()).find(({ id }) => id === second)?.endReason, "restarted");
    assert.equal(third.engine.report(MOTION), second + 1, "after an orderly end numbers go on");
    clock.advance(60_000);
    const ended = (await third.rows()).find(({ id }) => id === disk?.id);
    assert.equal(ended?.endReason, "restarted", "nobody has seen the cause again");
  });
});

describe("in a storm", () => {
  it("holds a bounded number of open events: the oldest gives way, and that is said", async (t) => {
    const { engine, db } = await engineFixture(t);
    for (let n = 0; n < MOST_OPEN + 5; n += 1) engine.report({ ...MOTION, subject: String(n) });
    await engine.settled();
    assert.equal(engine.figures.open, MOST_OPEN);
    const crowded = await db.all("select number from events where end_reason = 'crowded-out'");
    assert.equal(crowded.length, 5);
    const all = await db.get<{ count: number }>("select count(*) as count from events");
    assert.equal(all?.count, MOST_OPEN + 5);
  });

  it("writes in batches, and loses nothing while the database is away", async (t) => {
    const { engine, db, told, clock, rows } = await engineFixture(t);
    let transactions = 0;
    let isAway = true;
    const { transaction } = db;
    db.transaction = <T>(work: (writer: SqlWriter) => Promise<T>): Promise<T> => {
      transactions += 1;
      return isAway ? Promise.reject(new Error("away")) : (transaction.call(db, work) as Promise<T>);
    };
    for (let n = 0; n < 400; n += 1) engine.pulse({ ...MOTION, subject: String(n) });
    await engine.settled();
    assert.equal(told.length, 0);
    isAway = false;
    clock.advance(5_000);
    assert.equal((await rows()).length, 400);
    assert.ok(transactions < 10, String(transactions));
    assert.equal(engine.figures.lost, 0);
  });
});
