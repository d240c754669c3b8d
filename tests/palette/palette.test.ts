// The nodes of the palette at a real broker with real tokens: what they ask for, what they send on, what they say when they
// are refused. What the recorder does then is tested with the recorder.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { EVENT_TYPE_IDS } from "../../core/domain/event-types.ts";
import { formerActionName, LINKAGE_ACTION_IDS } from "../../core/domain/linkage-actions.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { brokerFixture } from "../core/mqtt/broker-fixture.ts";
import { testRuntime } from "./runtime.ts";

const require = createRequire(import.meta.url);
const ROOT = join(import.meta.dirname, "../../flows/palette");
const EVENT = {
  ...{ v: 1, id: 7, event_type: "motion", phase: "start", time: new Date().toISOString(), camera: "yard" },
  ...{ node: "n1", source: "vca", objects: [{ class: "person", score: 0.8 }], detail: {} },
};

/** A recorder's broker, nodes at it by a token of ann's, and a way to be the recorder. */
async function setUp(t: TestContext) {
  const fixture = await brokerFixture(t);
  const { secret } = await fixture.token("ann", [
    "mqtt.connect",
    ...(["status.view", "system.view", "cameras.view", "events.view"] as const),
  ]);
  await fixture.say("nightjar/node/n1/state", "online", true);
  await fixture.say(
    "nightjar/camera/yard/state",
    JSON.stringify({ id: "yard", name: "Yard", status: "online" }),
    true,
  );
  await fixture.say(
    "nightjar/node/n1/arming/state",
    JSON.stringify({ v: 1, profile: "home", profiles: [{ id: "home", name: "Home" }] }),
    true,
  );
  const red = testRuntime(t, { srv: { user: "ann", token: secret } });
  const server = red.make({
    ...{ id: "srv", type: "nj-server", where: "other", url: `mqtt://127.0.0.1:${fixture.port}` },
  });
  await waitFor(() => server.lines.length > 0, { what: "the connection" });
  const event = (changed: object = {}) =>
    fixture.say(`nightjar/camera/${EVENT.camera}/event`, JSON.stringify({ ...EVENT, ...changed }));
  /** The next request, and the answer to it. */
  const answer = async (body: object) => {
    const {
      topic,
      payload,
      answer: reply,
    } = await waitFor(() => fixture.taken.shift(), { what: "a request" });
    const { transaction, time, maxAge, ...asked } = JSON.parse(payload.toString());
    assert.ok(Date.parse(time) > 0 && maxAge > 0, "what is too late is not to be done");
    reply(topic.replace("/request/", "/response/"), JSON.stringify({ data: {}, ...body, transaction }));
    return [topic.split("/").at(-1), asked];
  };
  return { ...fixture, red, server, event, answer };
}

describe("nj-event and nj-filter", () => {
  it("send each event that fits once, and what was over at once as its begin", async (t) => {
    const { red, event } = await setUp(t);
    const node = red.make({
      id: "e",
      type: "nj-event",
      server: "srv",
      types: "motion",
      phases: "start",
      maxAge: "3600",
    });
    await event({ id: 1, event_type: "tamper" });
    await event({ id: 2, time: new Date(Date.now() - 7_200_000).toISOString() });
    await event({ id: 3 });
    await event({ id: 3 });
    await event({ id: 3, phase: "end", end_time: EVENT.time });
    await event({ id: 4, phase: "end", end_time: EVENT.time });
    const long = new Date(Date.parse(EVENT.time) - 40_000).toISOString();
    await event({ id: 5, phase: "end", time: long, end_time: EVENT.time });
    await event({ id: 6 });
    await waitFor(() => node.outputs[0]?.some((sent) => (sent.event as { id: number }).id === 6));
    assert.deepEqual(
      node.outputs[0]?.map(({ event, camera }) => [(event as { id: number }).id, camera]),
      [
        [3, "yard"],
        [4, "yard"],
        [6, "yard"],
      ],
    );
  });

  it("are told of changes, but not of what was done for an event: a flow that acts on changes would act for ever", async (t) => {
    const { red, event } = await setUp(t);
    const node = red.make({ id: "u", type: "nj-event", server: "srv", phases: "", maxAge: "60" });
    const begun = new Date(Date.now() - 600_000).toISOString();
    await event({ id: 20 });
    await event({ id: 20, phase: "update" });
    await event({ id: 20, phase: "update", time: begun, objects: [] });
    await event({ id: 20, phase: "update", time: begun, objects: [] });
    await event({ id: 21 });
    await waitFor(() => node.outputs[0]?.some((sent) => (sent.event as { id: number }).id === 21));
    assert.deepEqual(
      node.outputs[0]?.map(({ event }) => {
        const { id, phase } = event as { id: number; phase: string };
        return [id, phase];
      }),
      [
        [20, "start"],
        [20, "update"],
        [21, "start"],
      ],
    );
  });

  it("let pass by object, certainty and rest; all else leaves by the second output", async (t) => {
    const filter = testRuntime(t).make({
      id: "f",
      type: "nj-filter",
      objects: "person",
      minScore: "0.5",
      rest: "60",
    });
    for (const message of [
      { event: EVENT },
      { event: EVENT },
      { event: { ...EVENT, camera: "gate" } },
      { event: { ...EVENT, camera: "lane", objects: [{ class: "person", score: 0.4 }] } },
      { payload: "no event" },
    ])
      assert.equal(await filter.give(message), undefined);
    assert.deepEqual(
      filter.outputs.map((each) => each.length),
      [2, 3],
    );
  });
});

describe("nodes that ask the recorder", () => {
  it("ask for what their form and the message say, and send the answer on", async (t) => {
    const { red, answer } = await setUp(t);
    const made = { server: "srv", camera: "" };
    const message = { camera: "yard", event: EVENT, payload: "away" };
    for (const [config, asked, data] of [
      [
        { type: "nj-record", ...made, act: "stop" },
        ["manual-recording", { camera: "yard", state: "OFF" }],
        {},
      ],
      [
        { type: "nj-capture", ...made, width: "320" },
        ["snapshot", { camera: "yard", width: 320 }],
        { picture: "/9j/" },
      ],
      [{ type: "nj-arm", ...made, profile: "" }, ["arming", { profile: "away" }], {}],
      [
        { type: "nj-linkage", ...made, act: "rule", rule: "gate" },
        ["linkage-rule", { rule: "gate", camera: "yard", event: 7 }],
        { results: [{ status: "done" }] },
      ],
      [
        { type: "nj-linkage", ...made, act: "action", action: "record", settings: '{"cameras":["gate"]}' },
        ["linkage-action", { action: "record", settings: { cameras: ["gate"] }, camera: "yard", event: 7 }],
        { results: [{ status: "done" }] },
      ],
      [
        { type: "nj-notify", ...made, url: "http://house/", picture: true },
        [
          "linkage-action",
          {
            ...{ action: "notify", camera: "yard", event: 7 },
            settings: { url: "http://house/", picture: true },
          },
        ],
        { results: [{ status: "done" }] },
      ],
      [
        { type: "nj-output", ...made, output: "siren", act: "on" },
        ["output", { output: "siren", state: "ON" }],
        {},
      ],
      [
        { type: "nj-output", ...made, output: "siren", act: "pulse", seconds: "5" },
        ["output", { output: "siren", state: "ON", dwell_seconds: 5 }],
        {},
      ],
      [
        // "away" is nothing that means on.
        { type: "nj-output", ...made, output: "siren", act: "message", seconds: "5" },
        ["output", { output: "siren", state: "OFF" }],
        {},
      ],
      [
        { type: "nj-popup", ...made, walls: "Desk, Hall", act: "show", seconds: "20", untilEnd: true },
        [
          "linkage-action",
          {
            ...{ action: "popup", camera: "yard", event: 7 },
            settings: { walls: ["Desk", "Hall"], cameras: ["yard"], dwellSeconds: 20, untilEnd: true },
          },
        ],
        { results: [{ status: "done" }] },
      ],
      [
        { type: "nj-popup", ...made, walls: "", act: "end", seconds: "20" },
        ["popup-end", { walls: [], cameras: ["yard"] }],
        { walls: ["Desk"] },
      ],
      [
        { type: "nj-email", ...made, receivers: "a@b.example,c@d.example", subject: "Ring", pictures: "2" },
        [
          "linkage-action",
          {
            ...{ action: "email", camera: "yard", event: 7 },
            settings: { receivers: ["a@b.example", "c@d.example"], subject: "Ring", pictures: 2 },
          },
        ],
        { results: [{ status: "done" }] },
      ],
      [
        { type: "nj-explain", ...made, at: "message", eventType: "" },
        ["explain", { camera: "yard", at: EVENT.time, type: "motion" }],
        { recording: { state: "ok", message: "It was recorded." }, alarm: { state: "no", message: "No." } },
      ],
      [
        { type: "nj-ptz", ...made, act: "preset", place: "gate", pan: "0", tilt: "0", zoom: "0" },
        ["ptz", { camera: "yard", command: "preset", id: "gate" }],
        {},
      ],
      [
        { type: "nj-ptz", ...made, act: "move", place: "", pan: "0.5", tilt: "-7", zoom: "" },
        ["ptz", { camera: "yard", command: "move", pan: 0.5, tilt: -1, zoom: 0 }],
        {},
      ],
      [
        { type: "nj-siren", ...made, act: "start", parts: "both", seconds: "30" },
        [
          "linkage-action",
          {
            ...{ action: "siren", camera: "yard", event: 7 },
            settings: { cameras: ["yard"], command: "trigger", siren: true, light: true, seconds: 30 },
          },
        ],
        { results: [{ status: "done" }] },
      ],
      [
        { type: "nj-siren", ...made, act: "stop", parts: "siren", seconds: "" },
        [
          "linkage-action",
          {
            ...{ action: "siren", camera: "yard", event: 7 },
            settings: { cameras: ["yard"], command: "clear", siren: true, light: false },
          },
        ],
        { results: [{ status: "done" }] },
      ],
      [
        { type: "nj-explain", ...made, at: "now", eventType: "tamper" },
        ["explain", { camera: "yard", type: "tamper" }],
        {},
      ],
    ] as const) {
      const node = red.make({ id: config.type, ...config });
      const given = node.give(message);
      assert.deepEqual(await answer({ status: "ok", data }), asked);
      assert.equal(await given, undefined, config.type);
      assert.equal(node.outputs[0]?.length, 1, config.type);
      assert.equal(node.badges.at(-1)?.fill, "green", config.type);
    }
  });

  it("hand a refusal, and an action that failed, to Catch nodes with its code", async (t) => {
    const { red, answer } = await setUp(t);
    const node = red.make({ id: "r", type: "nj-record", server: "srv", camera: "yard", act: "start" });
    const message: { nightjarError?: { code: string } } = {};
    const given = node.give(message);
    await answer({
      status: "error",
      error: { code: "NJ_CAMERA_NOT_FOUND", message: "there is no such camera" },
    });
    assert.match(String(await given), /no such camera/);
    assert.equal(message.nightjarError?.code, "NJ_CAMERA_NOT_FOUND");
    assert.equal(node.badges.at(-1)?.fill, "red");
    const linkage = red.make({ id: "l", type: "nj-linkage", server: "srv", act: "rule", rule: "gate" });
    const tried = linkage.give({});
    await answer({
      status: "ok",
      data: { results: [{ action: "record", status: "failed", note: "switched off" }] },
    });
    assert.match(String(await tried), /record: switched off/);
    assert.match(
      String(await node.give.call(red.make({ id: "n", type: "nj-record", server: "srv" }), {})),
      /no-camera/,
    );
  });

  it("say what they lack before the recorder is asked", async (t) => {
    const { red, taken } = await setUp(t);
    for (const [type, config, message, said] of [
      ["nj-output", { act: "on" }, {}, "no-output"],
      ["nj-output", { act: "pulse", output: "siren", seconds: "0" }, {}, "no-seconds"],
      ["nj-popup", { act: "show" }, {}, "no-camera"],
      ["nj-email", { pictures: "1" }, { to: " , " }, "no-receiver"],
      ["nj-ptz", { act: "message", camera: "yard" }, { payload: "left" }, "no-move"],
      ["nj-siren", { act: "start", seconds: "10" }, {}, "no-camera"],
      ["nj-siren", { act: "start", seconds: "601", camera: "yard" }, {}, "no-seconds"],
      ["nj-explain", {}, {}, "no-camera"],
      ["nj-explain", { at: "message" }, { camera: "yard", at: "yesterday" }, "no-moment"],
    ] as const) {
      const node = red.make({ id: `${type}-${said}`, type, server: "srv", ...config });
      assert.match(String(await node.give(message)), new RegExp(said), type);
    }
    assert.equal(taken.length, 0);
  });

  it("give the editor what there is to choose", async (t) => {
    const { red, answer } = await setUp(t);
    const got = red.get("/nightjar/srv/choices");
    await answer({ status: "ok", data: { rules: [{ id: "gate", name: "Gate" }], actions: [] } });
    const { types, ...rest } = (await got) as { types: string[] };
    assert.deepEqual(types, EVENT_TYPE_IDS);
    assert.deepEqual(rest, {
      ...{ cameras: [{ id: "yard", name: "Yard" }], outputs: [], profiles: [{ id: "home", name: "Home" }] },
      ...{ rules: [{ id: "gate", name: "Gate" }], actions: [] },
    });
  });
});

describe("nodes that listen", () => {
  it("tell of an alarm output when its state is another one, whoever switched it", async (t) => {
    const { red, say } = await setUp(t);
    const tell = (id: string, state: string) =>
      say(`nightjar/node/n1/output/${id}/info`, JSON.stringify({ v: 1, id, name: "Siren", state }), true);
    const config = { type: "nj-output", server: "srv", act: "on" };
    const siren = red.make({ id: "s", ...config, output: "siren", follows: true });
    const mute = red.make({ id: "m", ...config, output: "siren", follows: false });
    const any = red.make({ id: "a", ...config, output: "", follows: true });
    await say("nightjar/node/n2/output/siren/info", JSON.stringify({ id: "siren", state: "ON" }));
    for (const state of ["OFF", "ON", "ON", "OFF"]) await tell("siren", state);
    for (const state of ["OFF", "ON"]) await tell("gate", state);
    await waitFor(() => any.outputs[0]?.length === 3);
    assert.deepEqual(
      siren.outputs[0]?.map(({ payload, output }) => [payload, output]),
      [
        ["ON", "siren"],
        ["OFF", "siren"],
      ],
      "the first is how it is, no change; the same again is none",
    );
    assert.deepEqual([mute.outputs[0]?.length, any.outputs[0]?.[2]?.output], [0, "gate"]);
    await say("nightjar/node/n1/output/gate/info", "", true);
    await tell("siren", "ON");
    await waitFor(() => siren.outputs[0]?.length === 3);
    const late = red.make({ id: "l", ...config, output: "siren", follows: true });
    await tell("siren", "OFF");
    await waitFor(() => late.outputs[0]?.length === 1, { what: "a change after a start in between" });
  });

  it("tell of cameras, of rules that are followed, and of what came of their actions", async (t) => {
    const { red, say } = await setUp(t);
    const camera = red.make({ id: "c", type: "nj-camera", server: "srv", camera: "yard" });
    assert.equal(await camera.give({}), undefined);
    assert.equal((camera.outputs[0]?.[0]?.payload as { status?: string } | undefined)?.status, "online");
    const rule = red.make({ id: "u", type: "nj-rule", server: "srv", rule: "gate" });
    const tick = red.make({ id: "k", type: "nj-tick", server: "srv", rule: "gate", action: "record" });
    // Copied when the action was called otherwise.
    const former = { server: "srv", rule: "gate", action: "nightjar-linkage-email/email" };
    const mailed = red.make({ id: "m", type: "nj-tick", ...former });
    const told = { v: 1, rule: "gate", name: "Gate", time: EVENT.time, event: EVENT };
    const topic = "nightjar/node/n1/linkage/gate/event";
    await say(topic, JSON.stringify({ ...told, phase: "fired" }));
    await say(topic, JSON.stringify({ ...told, phase: "done", action: "email", status: "done" }));
    await say(
      topic,
      JSON.stringify({ ...told, phase: "done", action: "record", status: "failed", note: "off" }),
    );
    await waitFor(() => tick.outputs[0]?.length === 1);
    assert.deepEqual([rule.outputs[0]?.length, rule.outputs[1]?.length], [1, 2]);
    assert.deepEqual([tick.badges.at(-1)?.fill, tick.badges.at(-1)?.text], ["red", "off"]);
    assert.deepEqual(
      mailed.outputs[0]?.map(({ payload }) => (payload as { action?: string }).action),
      ["email"],
    );
  });
});

describe("linkage actions as nodes name them", () => {
  it("have the recorder's ids by every name that it ever had for them, and no others have", () => {
    const { actionName } = require(join(ROOT, "lib/linkage-parts.js")) as {
      actionName(given: unknown): string;
    };
    for (const id of LINKAGE_ACTION_IDS) assert.equal(actionName(formerActionName(id)), id);
    for (const name of ["nightjar-linkage-acme/email", "nightjar-linkage-email/push", ""])
      assert.equal(actionName(name), name);
  });
});

describe("a recorder that refuses", () => {
  it("is told apart: a wrong token, one without the right, nobody there; nodes that ask get an error at once", async (t) => {
    const { port, token } = await brokerFixture(t);
    const { secret } = await token("ann", ["live"]);
    const red = testRuntime(t, {
      wrong: { user: "ann", token: "wrong horse battery" },
      narrow: { user: "ann", token: secret },
    });
    for (const [id, url, said] of [
      ["wrong", `mqtt://127.0.0.1:${port}`, "refused-login"],
      ["narrow", `mqtt://127.0.0.1:${port}`, "refused-right"],
      ["nobody", "mqtt://127.0.0.1:1", "unreachable"],
      ["here", "", "no-broker"],
    ] as const) {
      const where = id === "here" ? "here" : "other";
      const server = red.make({ id, type: "nj-server", where, url });
      const node = red.make({ id: `${id}-n`, type: "nj-record", server: id, camera: "yard" });
      await waitFor(() => server.lines.length > 0, { what: `what ${id} says` });
      assert.match(String(server.lines[0]), new RegExp(`status.${said}`));
      assert.match(String(node.badges.at(-1)?.text), new RegExp(`${said}$`));
      assert.match(String(await node.give({})), /no connection/);
      assert.doesNotMatch(server.lines.join(), /wrong horse|nightjar_/);
    }
    const none = red.make({ id: "none", type: "nj-event", server: "" });
    assert.match(String(none.badges.at(-1)?.text), /no-recorder$/);
  });
});

describe("the package", () => {
  it("has the same words in all languages, and names no event type that the recorder lacks", () => {
    assert.deepEqual(require("../../flows/palette/lib/event-types.js"), EVENT_TYPE_IDS);
    const folder = join(ROOT, "nodes/locales");
    const keysOf = (value: object, path = ""): string[] =>
      Object.entries(value).flatMap(([key, inner]) =>
        typeof inner === "object" ? keysOf(inner, `${path}${key}.`) : [`${path}${key}`],
      );
    const [first = "", ...others] = readdirSync(folder);
    assert.ok(others.length > 0);
    for (const file of readdirSync(join(folder, first))) {
      const read = (language: string) => readFileSync(join(folder, language, file), "utf8");
      const shape = (text: string) =>
        file.endsWith(".json")
          ? keysOf(JSON.parse(text))
          : [...text.matchAll(/data-help-name="([^"]+)"/g)].map(([, name]) => name);
      for (const language of others)
        assert.deepEqual(shape(read(language)), shape(read(first)), `${language} ${file}`);
    }
  });

  it("has words for everything that its forms and badges name, help for every node, and imports nothing of the house", () => {
    const english = (set: string) =>
      JSON.parse(readFileSync(join(ROOT, `nodes/locales/en-US/${set}.json`), "utf8")) as Record<
        string,
        unknown
      >;
    const found = (set: string, key: string): unknown =>
      key
        .split(".")
        .reduce<unknown>(
          (value, part) => (value as Record<string, unknown> | undefined)?.[part],
          english(set),
        );
    for (const file of readdirSync(join(ROOT, "nodes")).filter((name) => name.endsWith(".html"))) {
      const set = file.replace(".html", "");
      const text = readFileSync(join(ROOT, "nodes", file), "utf8");
      for (const [, named = ""] of text.matchAll(/data-i18n="(?:\[\w+\])?([^"]+)"/g)) {
        const [, other, key = ""] = /^(?:node-red-contrib-nightjar\/([\w-]+):)?(.+)$/.exec(named) ?? [];
        assert.equal(typeof found(other ?? set, key), "string", `${file}: ${named}`);
      }
      const help = readFileSync(join(ROOT, `nodes/locales/en-US/${file}`), "utf8");
      for (const [, type] of text.matchAll(/data-template-name="([^"]+)"/g))
        assert.ok(help.includes(`data-help-name="${type}"`), `${type} has no help`);
    }
    for (const folder of ["lib", "nodes"]) {
      for (const file of readdirSync(join(ROOT, folder)).filter((name) => name.endsWith(".js"))) {
        const text = readFileSync(join(ROOT, folder, file), "utf8");
        for (const [, from = ""] of text.matchAll(/require\("([^"]+)"\)/g))
          assert.match(from, /^(node:|\.{1,2}\/(?!\.\.)|mqtt$)/, `${file} needs ${from}`);
        assert.match(text, /^\/\/ /, `${file} has no header`);
      }
    }
  });
});
