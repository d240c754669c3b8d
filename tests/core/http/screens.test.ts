// What screens are told: each wall and page what its own account may see, and nothing where nobody listens.
import assert from "node:assert/strict";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import type { Readable } from "node:stream";
import { describe, it, type TestContext } from "node:test";
import { ChangeFeed, type Screen } from "../../../core/http/change-feed.ts";
import { Screens } from "../../../core/http/screens.ts";
import { MOST_WALLS, WallBook } from "../../../core/http/wall-book.ts";
import { screenActions } from "../../../core/linkage/screen-actions.ts";
import { silentLog } from "../../../core/log.ts";
import type { LinkageRequest } from "../../../core/plugin/contract/linkage-action.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";
import type { Principal } from "../../../core/users/principal.ts";
import { usersFixture } from "../users/users-fixture.ts";
import { HOST, httpFixture, START_MS } from "./http-fixture.ts";

const ADMIN: Principal = {
  ...{ sessionId: "one", userName: "ada", role: "administrator", cameras: "all" },
  expiresAtMs: Number.MAX_SAFE_INTEGER,
};
const YARD_VIEWER: Principal = { ...ADMIN, sessionId: "two", role: "viewer", cameras: ["yard"] };

function wall(name: string): Screen {
  return { kind: "wall", name };
}

function setUp(t: TestContext) {
  const changes = new ChangeFeed(new FakeClock(START_MS));
  t.after(() => changes.close());
  const screens = new Screens(changes);
  const [popup, sound] = screenActions(screens);
  const run = (
    action: typeof popup,
    config: Readonly<Record<string, unknown>>,
    event: Partial<LinkageRequest["event"]> = {},
  ) =>
    action?.run(
      {
        ...{
          id: "r1",
          rule: { id: "rule", name: "Rule" },
          recorderName: "Barn",
          timeZone: "UTC",
          pictures: [],
          isTest: false,
        },
        event: {
          ...{ id: 7, type: "motion", severity: "info", camera: "yard", source: "camera" },
          ...{ start: "2026-01-01T00:00:00.000Z", objects: [], detail: {} },
          ...event,
        },
        config,
      },
      { signal: new AbortController().signal },
    );
  return {
    changes,
    screens,
    listen: (principal: Principal, screen?: Screen) => heard(changes.listen(principal, { screen })),
    popup: (config: object, event?: Partial<LinkageRequest["event"]>) =>
      run(popup, { walls: [], cameras: [], dwellSeconds: 10, untilEnd: false, ...config }, event),
    sound: (config: object, event?: Partial<LinkageRequest["event"]>) =>
      run(
        sound,
        {
          ...{ where: "pages", walls: [], pattern: "chime", volumePercent: 70, seconds: 5 },
          ...{ untilAcknowledged: false, ...config },
        },
        event,
      ),
  };
}

/** What a listener was told since the last time. */
function heard(stream: Readable): () => { readonly type: string; readonly data: Record<string, unknown> }[] {
  return () =>
    [...String(stream.read() ?? "").matchAll(/^event: (.*)\ndata: (.*)$/gm)].map(
      ([, type = "", data = ""]) => ({
        type,
        data: JSON.parse(data) as Record<string, unknown>,
      }),
    );
}

describe("pop-ups on walls", () => {
  it("show each wall the cameras that its account may see, and nothing to others", async (t) => {
    const { listen, popup } = setUp(t);
    const desk = listen(ADMIN, wall("Desk"));
    const yard = listen(YARD_VIEWER, wall("Yard"));
    const page = listen(ADMIN, { kind: "page" });
    const program = listen(ADMIN);
    assert.deepEqual(await popup({ cameras: ["gate", "yard"] }, { camera: "gate" }), { note: "Desk, Yard" });
    const [first] = desk();
    assert.equal(first?.type, "popup");
    assert.deepEqual(first.data["cameras"], ["gate", "yard"]);
    assert.deepEqual([first.data["event"], first.data["camera"]], [7, "gate"]);
    const [second] = yard();
    assert.deepEqual(second?.data["cameras"], ["yard"]);
    assert.equal(JSON.stringify(second.data).includes("gate"), false, "not even whose event it is");
    assert.equal("event" in second.data, false);
    assert.deepEqual([page(), program()], [[], []]);
    assert.deepEqual(await popup({}, { camera: "gate" }), { note: "Desk" });
    assert.deepEqual(yard(), []);
  });

  it("go to chosen walls, name those that are not open, and fail where none is", async (t) => {
    const { listen, popup } = setUp(t);
    const none = { code: "NJ_LINKAGE_NO_WALL", kind: "unavailable" };
    await assert.rejects(async () => popup({}), none);
    listen(ADMIN, { kind: "page" });
    await assert.rejects(async () => popup({ walls: ["Gate"] }), none);
    const desk = listen(ADMIN, wall("Desk"));
    const hall = listen(ADMIN, wall("Hall"));
    assert.deepEqual(await popup({ walls: ["Gate", "Hall"] }), { note: "Hall (not open: Gate)" });
    assert.deepEqual([desk().length, hall().length], [0, 1]);
  });

  it("tell walls that an event is over which they were to show until then, and hold none that is over", async (t) => {
    const { listen, popup, screens } = setUp(t);
    const desk = listen(ADMIN, wall("Desk"));
    await popup({ untilEnd: true });
    await popup({}, { id: 8 });
    screens.ended(8);
    screens.ended(7);
    screens.ended(7);
    await popup({ untilEnd: true });
    await popup({ untilEnd: true }, { id: -1 });
    assert.deepEqual(
      desk().map(({ type, data }) => [type, data["event"], data["untilEnd"]]),
      [
        ["popup", 7, true],
        ["popup", 8, false],
        ["popup-end", 7, undefined],
        ["popup", 7, false],
        ["popup", undefined, false],
      ],
    );
  });

  it("are taken from walls: from those that are named, and no wall hears of cameras that it may not see", (t) => {
    const { listen, screens } = setUp(t);
    const desk = listen(ADMIN, wall("Desk"));
    const yard = listen(YARD_VIEWER, wall("Yard"));
    const page = listen(ADMIN, { kind: "page" });
    assert.deepEqual(screens.endPopups({ walls: [], cameras: ["gate", "yard"] }), ["Desk", "Yard"]);
    assert.deepEqual(screens.endPopups({ walls: [], cameras: ["gate"] }), ["Desk"]);
    assert.deepEqual(screens.endPopups({ walls: ["Yard", "Hall"], cameras: [] }), ["Yard"]);
    assert.deepEqual(
      [desk, yard, page].map((told) => told().map(({ type, data }) => [type, data["cameras"]])),
      [
        [
          ["popup-end", ["gate", "yard"]],
          ["popup-end", ["gate"]],
        ],
        [
          ["popup-end", ["yard"]],
          ["popup-end", []],
        ],
        [],
      ],
    );
  });

  it("are not kept for who comes later", async (t) => {
    const { changes, listen, popup } = setUp(t);
    listen(ADMIN, wall("Desk"));
    await popup({});
    changes.publish({ type: "problems" });
    const late = heard(changes.listen(ADMIN, { screen: wall("Desk"), since: `${START_MS.toString(36)}-0` }));
    assert.deepEqual(
      late().map(({ type }) => type),
      ["problems"],
    );
  });
});

describe("sounds", () => {
  it("are heard in open pages whose account may see the event, the recorder's own by those who run it", async (t) => {
    const { listen, sound } = setUp(t);
    await assert.rejects(async () => sound({}), { code: "NJ_LINKAGE_NO_PAGE" });
    const admin = listen(ADMIN, { kind: "page" });
    const viewer = listen(YARD_VIEWER, { kind: "page" });
    const desk = listen(ADMIN, wall("Desk"));
    assert.deepEqual(await sound({ pattern: "siren" }), { note: "open pages: 2" });
    assert.equal(viewer()[0]?.data["pattern"], "siren");
    assert.deepEqual(await sound({}, { camera: "gate" }), { note: "open pages: 1" });
    assert.deepEqual(await sound({}, { camera: undefined as never }), { note: "open pages: 1" });
    assert.deepEqual([admin().length, viewer().length, desk().length], [3, 0, 0]);
  });

  it("are heard on chosen walls, which are told what it is about only where their account may see it", async (t) => {
    const { listen, sound } = setUp(t);
    listen(ADMIN, { kind: "page" });
    await assert.rejects(async () => sound({ where: "walls" }), { code: "NJ_LINKAGE_NO_WALL" });
    const yard = listen(YARD_VIEWER, wall("Yard"));
    assert.deepEqual(await sound({ where: "walls", walls: ["Yard"] }, { camera: "gate" }), { note: "Yard" });
    const [told] = yard();
    assert.equal(told?.data["volumePercent"], 70);
    assert.equal(JSON.stringify(told.data).includes("gate"), false);
  });
});

describe("the walls that are known", () => {
  it("are those that opened, with when; they outlive a restart, and the oldest goes where they are too many", async (t) => {
    const { db } = await usersFixture(t);
    const clock = new FakeClock(START_MS);
    const book = await WallBook.open({ clock, db, log: silentLog });
    const leave = book.opened("Desk");
    const leaveTwin = book.opened("Desk");
    await clock.advance(1_000);
    leave();
    leave();
    assert.deepEqual(book.list(), [{ name: "Desk", screens: 1, seenMs: START_MS + 1_000 }]);
    assert.throws(() => book.forget("Desk"), { code: "NJ_WALL_OPEN" });
    assert.throws(() => book.forget("Hall"), { code: "NJ_WALL_NOT_FOUND" });
    leaveTwin();
    await book.settled();
    const next = await WallBook.open({ clock, db, log: silentLog });
    assert.deepEqual(next.list(), [{ name: "Desk", screens: 0, seenMs: START_MS + 1_000 }]);
    for (let number = 0; number < MOST_WALLS; number += 1) next.opened(`Wall ${number}`);
    assert.equal(next.list().length, MOST_WALLS);
    assert.equal(
      next.list().some(({ name }) => name === "Desk"),
      false,
    );
    assert.throws(() => next.opened("One more"), { code: "NJ_TOO_MANY_WALLS" });
    await next.settled();
  });

  it("stand on the page of linkage while their streams are open, and are forgotten when asked for", async (t) => {
    const fixture = await httpFixture(t);
    const token = await fixture.tokenOf("admin");
    assert.equal((await fixture.ask("/api/v1/changes?wall=%20Desk", { token })).status, 422);
    const outgoing = request({
      ...{ host: "127.0.0.1", port: (fixture.server.address() as AddressInfo).port, agent: false },
      path: "/api/v1/changes?types=popup&wall=Front%20desk",
      headers: { host: HOST, authorization: `Bearer ${token}` },
    });
    outgoing.end();
    const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
    assert.equal(incoming.statusCode, 200);
    const seen = new Date(fixture.clock.wallMs()).toISOString();
    const known = async () => (await fixture.ask("/api/v1/linkage", { token })).json["walls"];
    assert.deepEqual(await known(), [{ name: "Front desk", screens: 1, seen }]);
    const forget = () => fixture.ask("/api/v1/linkage/walls/Front%20desk", { method: "DELETE", token });
    assert.equal((await forget()).json["code"], "NJ_WALL_OPEN");
    incoming.on("error", () => undefined);
    outgoing.destroy();
    await waitFor(() => fixture.services.walls.list()[0]?.screens === 0);
    assert.deepEqual((await forget()).json["walls"], []);
  });
});
