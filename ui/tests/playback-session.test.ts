// A playback line whose recorder answers that it cannot now: what is asked again, when, and what is not.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it, mock } from "node:test";
import type { FromWorker } from "../src/player/messages.ts";
import { PlaybackSession } from "../src/player/playback-session.ts";

const WANT_90K = 90 * 1_700_000_000_000;

/** The recorder's end of the line. */
class Line extends EventTarget {
  static readonly OPEN = 1;
  static last: Line;
  readonly readyState = Line.OPEN;
  readonly sent: Record<string, unknown>[] = [];
  constructor() {
    super();
    Line.last = this;
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }
  close(): void {
    this.sent.push({ type: "closed" });
  }
  /** How often a moment was asked for, and the last one. */
  get asked(): { readonly count: number; readonly time: unknown } {
    const plays = this.sent.filter(({ type }) => type === "play");
    return { count: plays.length, time: plays.at(-1)?.["time"] };
  }
  answer(message: Record<string, unknown>): void {
    this.dispatchEvent(Object.assign(new Event("message"), { data: JSON.stringify(message) }));
  }
  refuse(kind: string): void {
    this.answer({ type: "error", code: "NJ_VOLUME_OFFLINE", kind, message: "does not answer" });
  }
}

describe("playback of what cannot be read now", () => {
  const real = globalThis.WebSocket;
  let posts: FromWorker[];
  let session: PlaybackSession;

  before(() => {
    Object.assign(globalThis, { WebSocket: Line });
    mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
    mock.method(Math, "random", () => 0.5);
  });
  after(() => {
    Object.assign(globalThis, { WebSocket: real });
    mock.timers.reset();
    mock.reset();
  });
  beforeEach(() => {
    posts = [];
    session = new PlaybackSession(1, "ws://recorder/playback", "mse", undefined, "main", (message) =>
      posts.push(message),
    );
    session.seek(WANT_90K);
    Line.last.dispatchEvent(new Event("open"));
  });
  afterEach(() => session.close());

  it("is asked for again by itself, after pauses that grow, for as long as that may pass", () => {
    const line = Line.last;
    const first = line.asked;
    for (const [tries, pauseMs] of [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000].entries()) {
      line.refuse("unavailable");
      mock.timers.tick(pauseMs - 1);
      assert.equal(line.asked.count, first.count + tries, `no sooner than after ${pauseMs} ms`);
      mock.timers.tick(1);
      assert.equal(line.asked.count, first.count + tries + 1);
      assert.equal(line.asked.time, first.time, "the moment that was wanted");
    }
    assert.ok(posts.some((post) => post.type === "refused" && post.code === "NJ_VOLUME_OFFLINE"));
    session.shownByPage(WANT_90K + 90_000);
    line.refuse("unavailable");
    mock.timers.tick(500);
    assert.equal(line.asked.count, first.count + 8, "and soon again once something was shown");
    assert.equal(line.asked.time, new Date((WANT_90K + 90_000) / 90).toISOString());
  });

  it("is not asked for again where that is no use, once something else is wanted, nor when nobody looks", () => {
    const line = Line.last;
    const { count } = line.asked;
    line.refuse("permission-denied");
    mock.timers.tick(60_000);
    assert.equal(line.asked.count, count);
    line.refuse("unavailable");
    session.seek(WANT_90K + 90 * 60_000);
    mock.timers.tick(60_000);
    assert.equal(line.asked.count, count + 1);
    line.refuse("unavailable");
    session.close();
    mock.timers.tick(60_000);
    assert.equal(line.asked.count, count + 1);
  });

  it("goes on where one has sought to, not where the last picture was", () => {
    const line = Line.last;
    session.shownByPage(WANT_90K);
    const sought90k = WANT_90K + 90 * 3_600_000;
    session.seek(sought90k);
    line.refuse("permission-denied");
    session.resume();
    assert.equal(line.asked.time, new Date(Math.floor((sought90k + 89) / 90)).toISOString());
  });

  it("does nothing at each refresh of the display where the page's own player shows, nor once it is closed", (t) => {
    const refreshes: (() => void)[] = [];
    const next = () => refreshes.shift()?.();
    Object.assign(globalThis, { requestAnimationFrame: (action: () => void) => refreshes.push(action) });
    t.after(() => Reflect.deleteProperty(globalThis, "requestAnimationFrame"));
    session.seek(WANT_90K);
    session.resume();
    assert.equal(refreshes.length, 0);
    const drawn = new PlaybackSession(
      2,
      "ws://recorder/playback",
      "webcodecs",
      undefined,
      "main",
      () => undefined,
    );
    assert.equal(refreshes.length, 0, "nothing is asked for yet");
    drawn.seek(WANT_90K);
    drawn.resume();
    assert.equal(refreshes.length, 1);
    next();
    assert.equal(refreshes.length, 1, "its first picture is on its way");
    drawn.close();
    next();
    assert.equal(refreshes.length, 0);
  });
});
