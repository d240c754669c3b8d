import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  EVENT_TYPE_IDS,
  type EventTypeFacts,
  eventType,
  eventTypeOfIsapi,
  eventTypeOfOnvif,
  isArmable,
  isEventType,
} from "../../../core/domain/event-types.ts";
import { isId } from "../../../core/domain/ids.ts";
import { RECORD_REASONS } from "../../../core/domain/record-reasons.ts";

const facts = EVENT_TYPE_IDS.map((id): [string, EventTypeFacts] => [id, eventType(id)]);

describe("the catalogue of event types", () => {
  it("has ids in lower-case kebab, each with a name of its own", () => {
    for (const id of EVENT_TYPE_IDS) assert.ok(isId(id), id);
    assert.equal(new Set(facts.map(([, { name }]) => name)).size, facts.length);
  });

  it("gives no foreign name and no record code to two types", () => {
    for (const names of [
      facts.flatMap(([, { isapi = [] }]) => isapi),
      facts.flatMap(([, { onvif = [] }]) => onvif),
      facts.flatMap(([, { recordCode }]) => recordCode ?? []),
    ])
      assert.equal(new Set<string | number>(names).size, names.length);
  });

  it("finds the type of what cameras send, in any case and with or without namespaces", () => {
    for (const [id, { isapi = [], onvif = [] }] of facts) {
      for (const name of isapi) assert.equal(eventTypeOfIsapi(name.toUpperCase()), id);
      for (const topic of onvif) {
        const sent = topic.replace(/\*$/, "ImagingService");
        assert.equal(eventTypeOfOnvif(sent), id);
        assert.equal(eventTypeOfOnvif(`tns1:${sent}`), id);
      }
    }
    assert.equal(eventTypeOfIsapi("regionExit"), eventTypeOfIsapi("regionExiting"));
    assert.equal(eventTypeOfOnvif("tns1:VideoSource/tnsacme:MotionAlarm"), "motion");
  });

  it("knows nothing of names that it does not have", () => {
    for (const name of ["", "duration", "__proto__", "constructor"])
      assert.equal(eventTypeOfIsapi(name), undefined);
    for (const topic of ["", "/", "tns1:", "VideoSource", "tns1:VideoSource/GlobalSceneChange"])
      assert.equal(eventTypeOfOnvif(topic), undefined);
    for (const id of ["", "toString", "Motion", "exception.volume-full"])
      assert.equal(isEventType(id), false);
  });

  it("arms everything by schedule but exceptions, and names these alike", () => {
    for (const [id, { group }] of facts) {
      assert.ok(isEventType(id));
      assert.equal(isArmable(id), group !== "exception");
      assert.equal(id.startsWith("exception-"), group === "exception", id);
    }
  });

  it("keeps why something is recorded apart, but for what is both", () => {
    const both = RECORD_REASONS.filter((reason) => isEventType(reason));
    assert.deepEqual(both, ["motion", "pos"]);
  });
});
