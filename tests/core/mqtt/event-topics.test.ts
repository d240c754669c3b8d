// At which topics events are told, and what their links say.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AlarmEvent } from "../../../core/domain/alarm-event.ts";
import { judgePublish, mayReceive } from "../../../core/mqtt/access.ts";
import { eventMessage } from "../../../core/mqtt/event-outbox.ts";
import { EventTopics, eventLinks } from "../../../core/mqtt/event-topics.ts";
import type { EventMessage } from "../../../core/mqtt/payloads.ts";
import type { Principal } from "../../../core/users/principal.ts";

const START_MS = Date.UTC(2026, 0, 1, 12);
const event = (more: Partial<AlarmEvent>): AlarmEvent => ({
  ...{ id: 1, type: "motion", camera: "yard", source: "camera", startMs: START_MS, lastMs: START_MS },
  ...{ objects: [], pictures: [], detail: {}, revision: 1 },
  ...more,
});

describe("topics of events", () => {
  const topics = new EventTopics({ node: "n1", base: () => "nightjar", webAddress: () => "" });
  const toldAt = (one: AlarmEvent): string[] =>
    topics.messages(one, eventMessage(one, "n1", false, false)).map(({ topic, retain }) => {
      assert.equal(retain, false);
      return topic.replace("nightjar/", "");
    });

  it("are that of the camera or the recorder, and once more by kind for exceptions", () => {
    assert.deepEqual(toldAt(event({})), ["camera/yard/event"]);
    assert.deepEqual(toldAt(event({ type: "exception-camera-link" })), [
      ...["camera/yard/event", "exception/exception-camera-link"],
    ]);
    assert.deepEqual(toldAt(event({ type: "exception-volume-full", camera: undefined })), [
      ...["node/n1/event", "exception/exception-volume-full"],
    ]);
    assert.deepEqual(toldAt(event({ type: "of-an-older-recorder" })), ["camera/yard/event"]);
  });

  it("are once more that of the till for a receipt, told by one of its cameras from begin to end", () => {
    const receipt = (camera: string, number: number, more: Partial<AlarmEvent> = {}): string[] =>
      toldAt(event({ type: "pos", camera, detail: { till: "bar", receipt: number }, ...more }));
    assert.deepEqual(receipt("yard", 1), ["camera/yard/event", "pos/bar/event"]);
    assert.deepEqual(receipt("gate", 1), ["camera/gate/event"]);
    assert.deepEqual(receipt("gate", 2), ["camera/gate/event", "pos/bar/event"]);
    for (let number = 3; number < 900; number += 1) receipt("gate", number);
    assert.deepEqual(receipt("gate", 1, { endMs: START_MS }), ["camera/gate/event"]);
    assert.deepEqual(receipt("yard", 1, { endMs: START_MS }), ["camera/yard/event", "pos/bar/event"]);
    assert.deepEqual(toldAt(event({ type: "pos", detail: { till: "a/+", receipt: 1 } })), [
      "camera/yard/event",
    ]);
    assert.deepEqual(toldAt(event({ type: "pos", detail: {} })), ["camera/yard/event"]);
  });

  it("say the same at each, with where picture and recording are", () => {
    const one = event({ type: "pos", detail: { till: "bar", receipt: 7 }, endMs: START_MS + 1_000 });
    const payloads = topics
      .messages(one, eventMessage(one, "n1", false, false))
      .map(({ payload }) => String(payload));
    assert.equal(new Set(payloads).size, 1);
    const message = JSON.parse(payloads[0] ?? "") as EventMessage;
    assert.equal(message.snapshot_url, "/api/v1/cameras/yard/snapshot.jpg?at=2026-01-01T12%3A00%3A00.000Z");
  });

  for (const topic of ["exception/exception-volume-full", "pos/bar/event"]) {
    it(`give ${topic} to who sees all of the recorder, and take it of nobody`, () => {
      const who = (role: Principal["role"], cameras: Principal["cameras"]): Principal => ({
        ...{ sessionId: "s", userName: "ann", role, cameras, expiresAtMs: 1 },
      });
      const gets = (principal: Principal): boolean => mayReceive(principal, "nightjar", `nightjar/${topic}`);
      assert.deepEqual(
        [gets(who("operator", "all")), gets(who("operator", ["yard"])), gets(who("viewer", "all"))],
        [true, false, false],
      );
      const said = { topic: `nightjar/${topic}`, retain: false };
      assert.equal(judgePublish(who("administrator", "all"), "nightjar", said), "dropped");
    });
  }
});

describe("links of events", () => {
  it("name the best picture, and the recording with some seconds around it once it is over", () => {
    const going = event({ pictures: [START_MS + 500, START_MS] });
    assert.deepEqual(eventLinks(going, "https://nvr.example/base/"), {
      snapshot_url:
        "https://nvr.example/base/api/v1/cameras/yard/snapshot.jpg?at=2026-01-01T12%3A00%3A00.500Z",
    });
    const { clip_url: clip = "" } = eventLinks({ ...going, endMs: START_MS + 2_000 }, "");
    const asked = new URL(clip, "http://x");
    assert.equal(asked.pathname, "/api/v1/cameras/yard/clip.mp4");
    assert.deepEqual(Object.fromEntries(asked.searchParams), {
      start: "2026-01-01T11:59:55.000Z",
      end: "2026-01-01T12:00:07.000Z",
    });
  });

  it("ask for no clip that is longer than there are, and are none of what has no picture", () => {
    const long = event({ endMs: START_MS + 3 * 86_400_000 });
    const { searchParams } = new URL(eventLinks(long, "").clip_url ?? "", "http://x");
    const [start, end] = ["start", "end"].map((key) => Date.parse(searchParams.get(key) ?? ""));
    assert.equal((end ?? 0) - (start ?? 0), 86_400_000);
    assert.deepEqual(eventLinks(event({ camera: undefined }), ""), {});
    assert.deepEqual(eventLinks(event({ type: "exception-record" }), ""), {});
  });
});

it("an event's message names the region that it was seen in, as far as its reporter says one", () => {
  const at = { ...event({ type: "motion", camera: "yard" }), rule: "drive" };
  const of = (detail: Record<string, unknown>) => eventMessage({ ...at, detail }, "n1", false, false);
  assert.deepEqual([of({ zone: "Drive" }).zone, of({ zone: "Drive" }).rule], ["Drive", "drive"]);
  for (const detail of [{}, { zone: 7 }, { zone: "" }]) assert.equal("zone" in of(detail), false);
  assert.equal(of({ zone: "x".repeat(500) }).zone?.length, 80);
});

it("an event's message names the track of an object, and leaves its path to those who ask for the event", () => {
  const person = { class: "person", score: 0.9, track: "7", box: { x: 0, y: 0, width: 0.1, height: 0.4 } };
  const path = [[0, 0.05, 0.2] as const, [900, 0.4, 0.2] as const];
  const one = event({ type: "person", objects: [{ ...person, atMs: START_MS, path }] });
  for (const phase of [one, { ...one, endMs: START_MS + 900 }])
    assert.deepEqual(eventMessage(phase, "n1", true, false).objects, [person]);
});
