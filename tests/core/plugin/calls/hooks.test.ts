// Hooks: every plugin has its say, nobody spoils it for the others, and answers are taken only where they make sense.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CameraId } from "../../../../core/domain/ids.ts";
import { Collection } from "../../../../core/plugin/calls/collection.ts";
import { createHooks } from "../../../../core/plugin/calls/hooks.ts";
import { PluginTaps } from "../../../../core/plugin/calls/plugin-taps.ts";
import type { PosTransaction, RecordingPlan } from "../../../../core/plugin/contract/hook-data.ts";

function made() {
  const failures: string[] = [];
  const costs: { readonly durationMs: number; readonly holdMs: number }[] = [];
  const guard = {
    failed: (plugin: string, hook: string, error: Error) =>
      void failures.push(`${plugin} in ${hook}: ${error.message}`),
    measured: (_plugin: string, _hook: string, durationMs: number, holdMs: number) =>
      void costs.push({ durationMs, holdMs }),
  };
  return { failures, costs, guard, hooks: createHooks(guard) };
}

const CAMERA = "yard" as CameraId;
const PLAN: RecordingPlan = { camera: CAMERA, mode: "continuous", streams: "main", audio: false };

describe("notifications", () => {
  it("let every plugin have its say although one throws", async () => {
    const { failures, hooks } = made();
    const heard: string[] = [];
    hooks.ready.tapPromise({ name: "bad" }, async () => {
      throw new Error("boom");
    });
    hooks.ready.tapPromise({ name: "good" }, async () => {
      heard.push("good");
    });
    await hooks.ready.promise();
    assert.deepEqual(heard, ["good"]);
    assert.deepEqual(failures, ["bad in ready: bad failed in ready: boom"]);
  });

  it("tell how long a plugin kept the loop until it first waited, apart from how long it took", async () => {
    const { hooks, costs } = made();
    const busyFor = (ms: number): void => {
      for (const end = performance.now() + ms; performance.now() < end; );
    };
    hooks.ready.tapPromise({ name: "busy" }, async () => {
      busyFor(20);
      await new Promise((resolve) => setTimeout(resolve, 30));
    });
    await hooks.ready.promise();
    hooks.cameraAdded.tapPromise({ name: "throws" }, (() => {
      busyFor(5);
      throw new Error("boom");
    }) as never);
    await hooks.cameraAdded.promise({ id: CAMERA, name: "Yard", driver: "rtsp" });
    const [busy, throws] = costs;
    assert.ok(busy !== undefined && throws !== undefined);
    assert.ok(busy.holdMs >= 20, `${busy.holdMs}`);
    assert.ok(busy.durationMs >= busy.holdMs + 25, `${busy.durationMs} of which ${busy.holdMs}`);
    assert.equal(throws.holdMs, throws.durationMs);
    assert.ok(throws.holdMs >= 5);
  });

  it("tell each plugin's time apart, and not as any plugin's what the core did before it called", async () => {
    const { hooks, costs } = made();
    const busyFor = (ms: number): void => {
      for (const end = performance.now() + ms; performance.now() < end; );
    };
    hooks.ready.tapPromise({ name: "slow" }, async () => busyFor(20));
    hooks.ready.tapPromise({ name: "quick" }, async () => undefined);
    const first = hooks.ready.promise();
    busyFor(300);
    await Promise.all([first, hooks.ready.promise()]);
    const [slow = 0, quick = 0, ...later] = costs.map(({ holdMs }) => holdMs);
    assert.ok(slow >= 20 && quick < slow, `${slow}, ${quick}`);
    assert.ok(later.length === 2 && later.every((holdMs) => holdMs < 300), `${later}`);
  });

  it("give each plugin a copy, so that none changes what the next one sees", async () => {
    const { hooks } = made();
    const seen: string[] = [];
    for (const name of ["one", "two"]) {
      hooks.cameraAdded.tapPromise({ name }, async (camera) => {
        seen.push(camera.name);
        (camera as { name: string }).name = "spoilt";
      });
    }
    await hooks.cameraAdded.promise({ id: CAMERA, name: "Yard", driver: "rtsp" });
    assert.deepEqual(seen, ["Yard", "Yard"]);
  });
});

describe("values that are passed along", () => {
  it("go through the plugins in the order of their stages, and stay where one has no answer", async () => {
    const { hooks, failures } = made();
    const seen: string[] = [];
    const tap = (name: string, stage: number, answer: Partial<RecordingPlan> | undefined) =>
      hooks.recordingPlan.tapPromise({ name, stage }, (async (plan: RecordingPlan) => {
        seen.push(`${name} ${plan.mode} ${plan.streams}`);
        return answer === undefined ? undefined : { ...plan, ...answer };
      }) as never);
    tap("last", 50, { streams: "both" });
    tap("silent", 10, undefined);
    tap("first", -50, { mode: "manual" });
    assert.deepEqual(await hooks.recordingPlan.promise(PLAN), { ...PLAN, mode: "manual", streams: "both" });
    assert.deepEqual(seen, ["first continuous main", "silent manual main", "last manual main"]);
    assert.deepEqual(failures, []);
  });

  for (const [what, answer] of [
    ["of another shape", { camera: CAMERA }],
    ["with a value of another kind", { ...PLAN, audio: "yes" }],
    ["with more than it was given", { ...PLAN, password: "x" }],
    ["that is no plain data", { ...PLAN, mode: () => "off" }],
    ["that is no object", "off"],
  ] as const) {
    it(`stay when a plugin answers something ${what}, and it is told`, async () => {
      const { hooks, failures } = made();
      hooks.recordingPlan.tapPromise({ name: "odd" }, (async () => answer) as never);
      assert.deepEqual(await hooks.recordingPlan.promise(PLAN), PLAN);
      assert.equal(failures.length, 1);
      assert.match(failures[0] ?? "", /^odd in recordingPlan/);
    });
  }

  it("stay when a plugin does not answer in time, and the next one is asked all the same", async () => {
    const { hooks, failures } = made();
    hooks.recordingPlan.tapPromise({ name: "mute" }, () => new Promise(() => undefined));
    hooks.recordingPlan.tapPromise({ name: "next", stage: 1 }, async (plan) => ({ ...plan, audio: true }));
    assert.deepEqual(await hooks.recordingPlan.promise(PLAN), { ...PLAN, audio: true });
    assert.match(failures[0] ?? "", /mute .* did not answer within 500 ms/);
  });
});

describe("what was not known of a value", () => {
  const sold: PosTransaction = {
    ...{ till: "counter", name: "Counter", cameras: [CAMERA], start: "", end: "", receipt: null, lines: [] },
    totalMinor: null,
  };

  it("may be told, and is nothing deeper", async () => {
    const { hooks, failures } = made();
    hooks.posTransaction.tapPromise({ name: "one" }, async (all) => ({ ...all, totalMinor: 300 }));
    hooks.posTransaction.tapPromise({ name: "two", stage: 1 }, (async (all: object) => ({
      ...all,
      receipt: { deep: true },
    })) as never);
    assert.deepEqual(await hooks.posTransaction.promise(sold), { ...sold, totalMinor: 300 });
    assert.match(failures[0] ?? "", /^two in posTransaction/);
  });
});

describe("answers that are collected", () => {
  it("stand under the names of their plugins; who throws, is too late or answers something else is left out", async () => {
    const { hooks, failures } = made();
    const late = Promise.withResolvers<object>();
    const tap = (name: string, answer: () => unknown) =>
      hooks.diagnostics.tapPromise({ name }, (async (...args: unknown[]) => {
        assert.deepEqual(args, [], "the collection is the core's");
        return answer();
      }) as never);
    tap("good", () => ({ queue: 1 }));
    tap("good", () => ({ age: 2 }));
    tap("silent", () => undefined);
    tap("nothing", () => null);
    tap("bad", () => {
      throw new Error("boom");
    });
    tap("list", () => [1]);
    tap("word", () => "fine");
    tap("code", () => ({ run: () => 1 }));
    tap("big", () => ({ text: "x".repeat(70_000) }));
    tap("late", () => late.promise);
    const answers = new Collection();
    await hooks.diagnostics.promise(answers as never);
    late.resolve({ queue: 9 });
    await new Promise(setImmediate);
    assert.deepEqual(Object.fromEntries(answers.close()), { good: { queue: 1, age: 2 } });
    const named = failures.map((failure) => failure.split(" in ")[0]).sort();
    assert.deepEqual(named, ["bad", "big", "code", "late", "list", "word"]);
  });
});

describe("vetoes", () => {
  const request = { camera: CAMERA, userName: "bob" };

  it("take the first reason, and none where nobody objects", async () => {
    const { hooks } = made();
    assert.equal(await hooks.beforePlayback.promise(request), undefined);
    hooks.beforePlayback.tapPromise({ name: "one" }, async () => undefined);
    assert.equal(await hooks.beforePlayback.promise(request), undefined);
    hooks.beforePlayback.tapPromise({ name: "two", stage: 1 }, async () => "not at night");
    hooks.beforePlayback.tapPromise({ name: "three", stage: 2 }, async () => "never");
    assert.equal(await hooks.beforePlayback.promise(request), "not at night");
  });

  it("are no reason when they are null, empty, or no sentence", async () => {
    const { hooks, failures } = made();
    for (const [name, answer] of Object.entries({ nothing: null, empty: "", number: 7 }))
      hooks.beforePlayback.tapPromise({ name }, (async () => answer) as never);
    assert.equal(await hooks.beforePlayback.promise(request), undefined);
    assert.equal(failures.length, 2);
  });
});

describe("the taps of a plugin", () => {
  it("are called once however often the plugin is loaded again, and not while it is away", async () => {
    const { hooks, guard } = made();
    const taps = new PluginTaps("mine", hooks, guard);
    const heard: string[] = [];
    const live = (life: string): void => {
      taps.clear();
      for (const each of ["a", "b"]) taps.add("ready", 0, async () => void heard.push(`${life}${each}`));
    };
    live("1");
    await hooks.ready.promise();
    live("2");
    await hooks.ready.promise();
    taps.clear();
    await hooks.ready.promise();
    assert.deepEqual(heard, ["1a", "1b", "2a", "2b"]);
  });

  it("are bounded", () => {
    const { hooks, guard } = made();
    const taps = new PluginTaps("greedy", hooks, guard);
    assert.throws(
      () => {
        for (let each = 0; each < 10_000; each += 1) taps.add("ready", 0, async () => undefined);
      },
      { code: "NJ_PLUGIN_FAILED" },
    );
  });

  it("of `stop` run in the reverse order of `start`", async () => {
    const { hooks, guard } = made();
    const taps = new PluginTaps("mine", hooks, guard);
    const heard: string[] = [];
    for (const hook of ["start", "stop"] as const)
      for (const stage of [10, -10]) taps.add(hook, stage, async () => void heard.push(`${hook} ${stage}`));
    await hooks.start.promise(new AbortController().signal);
    await hooks.stop.promise();
    assert.deepEqual(heard, ["start -10", "start 10", "stop 10", "stop -10"]);
    heard.length = 0;
    await taps.run("start", [new AbortController().signal]);
    await taps.run("stop", []);
    assert.deepEqual(heard, ["start -10", "start 10", "stop 10", "stop -10"]);
  });
});
