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

/**
 * Written down apart from the catalogue: flows, rules, settings and databases of others know these ids, and cameras send these
 * names. Each id with HCNetSDK's record code, ISAPI's names and ONVIF's topics.
 */
const PROMISED: readonly (readonly [string, number | undefined, readonly string[], readonly string[]])[] = [
  [
    "motion",
    1,
    ["vmd"],
    [
      "RuleEngine/CellMotionDetector/Motion",
      "VideoSource/MotionAlarm",
      "RuleEngine/MotionRegionDetector/Motion",
    ],
  ],
  ["alarm-input", 2, ["io"], ["Device/Trigger/DigitalInput"]],
  ["video-loss", undefined, ["videoloss"], ["VideoSource/SignalLoss"]],
  [
    "tamper",
    31,
    ["shelteralarm", "tamperdetection"],
    ["RuleEngine/TamperDetector/Tamper", "VideoSource/ImageTooDark/*", "VideoSource/ImageTooBright/*"],
  ],
  ["face", 20, ["facedetection"], ["RuleEngine/MyRuleDetector/FaceDetect"]],
  ["person", undefined, [], ["RuleEngine/MyRuleDetector/PeopleDetect"]],
  ["vehicle", 14, ["vehicledetection", "anpr"], ["RuleEngine/MyRuleDetector/VehicleDetect"]],
  ["animal", undefined, [], ["RuleEngine/MyRuleDetector/DogCatDetect"]],
  ["doorbell", undefined, [], ["RuleEngine/MyRuleDetector/Visitor"]],
  ["line-crossing", 15, ["linedetection"], ["RuleEngine/LineDetector/Crossed"]],
  ["intrusion", 16, ["fielddetection"], ["RuleEngine/FieldDetector/ObjectsInside"]],
  ["region-entrance", 22, ["regionentrance"], []],
  ["region-exiting", 23, ["regionexiting", "regionexit"], []],
  ["unattended-baggage", 28, ["unattendedbaggage"], []],
  ["object-removal", 29, ["attendedbaggage"], []],
  ["loitering", 24, ["loitering"], ["RuleEngine/LoiteringDetector/ObjectIsLoitering"]],
  ["gathering", 25, ["group"], []],
  ["fast-moving", 26, ["rapidmove"], []],
  ["parking", 27, ["parking"], []],
  ["audio-exception", 17, ["audioexception"], ["AudioAnalytics/Audio/DetectedSound"]],
  ["scene-change", 18, ["scenechangedetection"], ["VideoSource/GlobalSceneChange/*"]],
  ["defocus", undefined, ["defocus"], ["VideoSource/ImageTooBlurry/*"]],
  ["pir", 10, ["pir"], []],
  ["thermal-fire", 30, ["firedetection"], []],
  ["thermal-smoke", undefined, ["smokedetection"], []],
  ["thermal-temp-prealarm", 36, ["tmpa"], []],
  ["thermal-temp", 37, ["tma", "thermometry"], []],
  ["thermal-temp-diff", 38, [], []],
  ["thermal-ship", 35, ["shipsdetection"], []],
  ["pos", 21, ["pos"], []],
  ["people-count", undefined, ["peoplecounting"], ["RuleEngine/CountAggregation/Counter"]],
  ["heat-map", undefined, ["heatmap"], []],
  ["queue", undefined, [], []],
  ["exception-volume-full", undefined, ["diskfull"], []],
  ["exception-volume-error", undefined, ["diskerror"], ["Device/HardwareFailure/StorageFailure"]],
  ["exception-volume-offline", undefined, [], []],
  ["exception-volume-slow", undefined, [], []],
  ["exception-volume-health", undefined, [], []],
  ["exception-network", undefined, ["nicbroken"], []],
  ["exception-ip-conflict", undefined, ["ipconflict"], []],
  ["exception-illegal-login", undefined, ["illaccess"], []],
  ["exception-record", undefined, ["recordingfailure"], []],
  ["exception-hot-spare", undefined, [], []],
  ["exception-array", undefined, [], []],
  ["exception-poe-overload", undefined, [], []],
  ["exception-standard-mismatch", undefined, ["videomismatch"], []],
  ["exception-codec-mismatch", undefined, [], []],
  ["exception-video-signal", undefined, ["badvideo"], []],
  ["exception-camera-link", undefined, [], []],
  ["exception-camera-ip-conflict", undefined, [], []],
  ["exception-audio-loss", undefined, [], []],
  ["exception-plugin", undefined, [], []],
  ["exception-clock", undefined, [], []],
  ["exception-cpu", undefined, [], []],
];

const facts = EVENT_TYPE_IDS.map((id): [string, EventTypeFacts] => [id, eventType(id)]);

describe("the catalogue of event types", () => {
  it("has ids in lower-case kebab, each with a name of its own", () => {
    for (const id of EVENT_TYPE_IDS) assert.ok(isId(id), id);
    assert.equal(new Set(facts.map(([, { name }]) => name)).size, facts.length);
  });

  it("has every type that was promised, under the names that cameras know, and no other", () => {
    const sorted = (names: readonly string[] = []) => [...names].sort();
    assert.deepEqual(
      Object.fromEntries(
        facts.map(([id, { recordCode, isapi, onvif }]) => [id, [recordCode, sorted(isapi), sorted(onvif)]]),
      ),
      Object.fromEntries(
        PROMISED.map(([id, code, isapi, onvif]) => [id, [code, sorted(isapi), sorted(onvif)]]),
      ),
    );
    // The first is the one that we would send.
    for (const [id, , [first]] of PROMISED)
      if (first !== undefined) assert.equal(facts.find(([one]) => one === id)?.[1].isapi?.[0], first);
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
