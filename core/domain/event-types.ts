// The closed table of event types: everything that something can raise, one line each, with its names elsewhere (ISAPI
// `eventType`, HCNetSDK record code, ONVIF topic). Ids are the same in code, API, topics and database; wire names are
// looked up here and nowhere else. Why something is recorded is another table: record-reasons.ts.

export const EVENT_GROUPS = ["basic", "smart", "thermal", "pos", "analysis", "exception"] as const;
/** Which chapter of a recorder's manual an event belongs to; `exception` is the recorder's own trouble. */
export type EventGroup = (typeof EVENT_GROUPS)[number];

export const EVENT_SEVERITIES = ["info", "warning", "alarm"] as const;
/** How loud it is: `alarm` may want somebody at once, `warning` today, `info` is for searching. */
export type EventSeverity = (typeof EVENT_SEVERITIES)[number];

/** What an event is about: a camera, the recorder itself, or either. */
export type EventScope = "camera" | "recorder" | "either";

export interface EventTypeFacts {
  readonly group: EventGroup;
  readonly severity: EventSeverity;
  /** English; other languages have theirs in the interface. */
  readonly name: string;
  readonly scope: EventScope;
  /** Names in ISAPI's `eventType`, lower case; the first is the one that we would send. */
  readonly isapi?: readonly string[];
  /** HCNetSDK's code of the record type (NET_DVR_RECORDSCHED_V40). */
  readonly recordCode?: number;
  /** ONVIF topics, without the prefix `tns1:`; a last part `*` stands for any one part. */
  readonly onvif?: readonly string[];
}

const camera = "camera";
const recorder = "recorder";

/** The catalogue. Ids are never reused for something else. */
export const EVENT_TYPES = {
  motion: {
    ...{ group: "basic", severity: "info", name: "Motion", scope: camera, isapi: ["vmd"], recordCode: 1 },
    onvif: [
      "RuleEngine/CellMotionDetector/Motion",
      "VideoSource/MotionAlarm",
      "RuleEngine/MotionRegionDetector/Motion",
    ],
  },
  "alarm-input": {
    ...{ group: "basic", severity: "alarm", name: "Alarm input", scope: "either", isapi: ["io"] },
    ...{ recordCode: 2, onvif: ["Device/Trigger/DigitalInput"] },
  },
  "video-loss": {
    ...{ group: "basic", severity: "alarm", name: "Video loss", scope: camera, isapi: ["videoloss"] },
    onvif: ["VideoSource/SignalLoss"],
  },
  tamper: {
    ...{ group: "basic", severity: "alarm", name: "Video tampering", scope: camera, recordCode: 31 },
    isapi: ["shelteralarm", "tamperdetection"],
    onvif: ["RuleEngine/TamperDetector/Tamper", "VideoSource/ImageTooDark/*", "VideoSource/ImageTooBright/*"],
  },
  face: {
    ...{ group: "smart", severity: "info", name: "Face", scope: camera, isapi: ["facedetection"] },
    ...{ recordCode: 20, onvif: ["RuleEngine/MyRuleDetector/FaceDetect"] },
  },
  person: {
    ...{ group: "smart", severity: "info", name: "Person", scope: camera },
    onvif: ["RuleEngine/MyRuleDetector/PeopleDetect"],
  },
  vehicle: {
    ...{ group: "smart", severity: "info", name: "Vehicle", scope: camera, recordCode: 14 },
    ...{ isapi: ["vehicledetection", "anpr"], onvif: ["RuleEngine/MyRuleDetector/VehicleDetect"] },
  },
  animal: {
    ...{ group: "smart", severity: "info", name: "Animal", scope: camera },
    onvif: ["RuleEngine/MyRuleDetector/DogCatDetect"],
  },
  doorbell: {
    ...{ group: "smart", severity: "info", name: "Doorbell", scope: camera },
    onvif: ["RuleEngine/MyRuleDetector/Visitor"],
  },
  "line-crossing": {
    ...{ group: "smart", severity: "warning", name: "Line crossing", scope: camera, recordCode: 15 },
    ...{ isapi: ["linedetection"], onvif: ["RuleEngine/LineDetector/Crossed"] },
  },
  intrusion: {
    ...{ group: "smart", severity: "alarm", name: "Intrusion", scope: camera, recordCode: 16 },
    ...{ isapi: ["fielddetection"], onvif: ["RuleEngine/FieldDetector/ObjectsInside"] },
  },
  "region-entrance": {
    ...{ group: "smart", severity: "warning", name: "Region entrance", scope: camera, recordCode: 22 },
    isapi: ["regionentrance"],
  },
  "region-exiting": {
    ...{ group: "smart", severity: "warning", name: "Region exiting", scope: camera, recordCode: 23 },
    isapi: ["regionexiting", "regionexit"],
  },
  "unattended-baggage": {
    ...{ group: "smart", severity: "warning", name: "Unattended baggage", scope: camera, recordCode: 28 },
    isapi: ["unattendedbaggage"],
  },
  "object-removal": {
    ...{ group: "smart", severity: "warning", name: "Object removal", scope: camera, recordCode: 29 },
    isapi: ["attendedbaggage"],
  },
  loitering: {
    ...{ group: "smart", severity: "warning", name: "Loitering", scope: camera, recordCode: 24 },
    ...{ isapi: ["loitering"], onvif: ["RuleEngine/LoiteringDetector/ObjectIsLoitering"] },
  },
  gathering: {
    ...{ group: "smart", severity: "warning", name: "Gathering", scope: camera, recordCode: 25 },
    isapi: ["group"],
  },
  "fast-moving": {
    ...{ group: "smart", severity: "warning", name: "Fast moving", scope: camera, recordCode: 26 },
    isapi: ["rapidmove"],
  },
  parking: {
    ...{ group: "smart", severity: "warning", name: "Parking", scope: camera, recordCode: 27 },
    isapi: ["parking"],
  },
  "audio-exception": {
    ...{ group: "smart", severity: "warning", name: "Audio exception", scope: camera, recordCode: 17 },
    ...{ isapi: ["audioexception"], onvif: ["AudioAnalytics/Audio/DetectedSound"] },
  },
  "scene-change": {
    ...{ group: "smart", severity: "warning", name: "Scene change", scope: camera, recordCode: 18 },
    ...{ isapi: ["scenechangedetection"], onvif: ["VideoSource/GlobalSceneChange/*"] },
  },
  defocus: {
    ...{ group: "smart", severity: "warning", name: "Defocus", scope: camera, isapi: ["defocus"] },
    onvif: ["VideoSource/ImageTooBlurry/*"],
  },
  pir: {
    ...{ group: "smart", severity: "warning", name: "PIR sensor", scope: camera, recordCode: 10 },
    isapi: ["pir"],
  },
  "thermal-fire": {
    ...{ group: "thermal", severity: "alarm", name: "Fire", scope: camera, recordCode: 30 },
    isapi: ["firedetection"],
  },
  "thermal-smoke": {
    ...{ group: "thermal", severity: "alarm", name: "Smoke", scope: camera, isapi: ["smokedetection"] },
  },
  "thermal-temp-prealarm": {
    ...{ group: "thermal", severity: "warning", name: "Temperature pre-alarm", scope: camera },
    ...{ isapi: ["tmpa"], recordCode: 36 },
  },
  "thermal-temp": {
    ...{ group: "thermal", severity: "alarm", name: "Temperature alarm", scope: camera },
    ...{ isapi: ["tma", "thermometry"], recordCode: 37 },
  },
  "thermal-temp-diff": {
    ...{ group: "thermal", severity: "alarm", name: "Temperature difference", scope: camera, recordCode: 38 },
  },
  "thermal-ship": {
    ...{ group: "thermal", severity: "info", name: "Ship", scope: camera, recordCode: 35 },
    isapi: ["shipsdetection"],
  },
  pos: {
    ...{ group: "pos", severity: "info", name: "Till", scope: "either", isapi: ["pos"], recordCode: 21 },
  },
  "people-count": {
    ...{ group: "analysis", severity: "info", name: "People count", scope: camera },
    ...{ isapi: ["peoplecounting"], onvif: ["RuleEngine/CountAggregation/Counter"] },
  },
  "heat-map": {
    ...{ group: "analysis", severity: "info", name: "Heat map", scope: camera, isapi: ["heatmap"] },
  },
  queue: { group: "analysis", severity: "info", name: "Queue", scope: camera },
  "exception-volume-full": {
    ...{ group: "exception", severity: "alarm", name: "Disk full", scope: recorder, isapi: ["diskfull"] },
  },
  "exception-volume-error": {
    ...{ group: "exception", severity: "alarm", name: "Disk error", scope: recorder },
    ...{ isapi: ["diskerror"], onvif: ["Device/HardwareFailure/StorageFailure"] },
  },
  "exception-volume-offline": {
    ...{ group: "exception", severity: "alarm", name: "Disk not there", scope: recorder },
  },
  "exception-volume-slow": {
    ...{ group: "exception", severity: "warning", name: "Disk too slow", scope: recorder },
  },
  "exception-volume-health": {
    ...{ group: "exception", severity: "warning", name: "Disk health", scope: recorder },
  },
  "exception-network": {
    ...{ group: "exception", severity: "alarm", name: "Network disconnected", scope: recorder },
    isapi: ["nicbroken"],
  },
  "exception-ip-conflict": {
    ...{ group: "exception", severity: "warning", name: "Address conflict", scope: recorder },
    isapi: ["ipconflict"],
  },
  "exception-illegal-login": {
    ...{ group: "exception", severity: "warning", name: "Illegal login", scope: recorder },
    isapi: ["illaccess"],
  },
  "exception-record": {
    ...{ group: "exception", severity: "alarm", name: "Recording failed", scope: "either" },
    isapi: ["recordingfailure"],
  },
  "exception-hot-spare": {
    ...{ group: "exception", severity: "alarm", name: "Recorder not reached", scope: recorder },
  },
  "exception-array": {
    ...{ group: "exception", severity: "alarm", name: "Disk array", scope: recorder },
  },
  "exception-poe-overload": {
    ...{ group: "exception", severity: "warning", name: "PoE overload", scope: recorder },
  },
  "exception-standard-mismatch": {
    ...{ group: "exception", severity: "warning", name: "Video standard mismatch", scope: camera },
    isapi: ["videomismatch"],
  },
  "exception-codec-mismatch": {
    ...{ group: "exception", severity: "warning", name: "Codec or resolution mismatch", scope: camera },
  },
  "exception-video-signal": {
    ...{ group: "exception", severity: "warning", name: "Video signal", scope: camera, isapi: ["badvideo"] },
  },
  "exception-camera-link": {
    ...{ group: "exception", severity: "warning", name: "Camera not reached", scope: camera },
  },
  "exception-camera-ip-conflict": {
    ...{ group: "exception", severity: "warning", name: "Address conflict of a camera", scope: camera },
  },
  "exception-audio-loss": {
    ...{ group: "exception", severity: "warning", name: "Sound lost", scope: camera },
  },
  "exception-plugin": {
    ...{ group: "exception", severity: "warning", name: "Plugin quarantined", scope: recorder },
  },
  "exception-clock": {
    ...{ group: "exception", severity: "warning", name: "Clock wrong", scope: recorder },
  },
  "exception-cpu": {
    ...{ group: "exception", severity: "warning", name: "Processor overload", scope: recorder },
  },
} as const satisfies Readonly<Record<string, EventTypeFacts>>;

export type EventTypeId = keyof typeof EVENT_TYPES;

/** All ids, in the order of the table. */
export const EVENT_TYPE_IDS = Object.keys(EVENT_TYPES) as readonly EventTypeId[];

/** True if `text` is an event type. */
export function isEventType(text: string): text is EventTypeId {
  return Object.hasOwn(EVENT_TYPES, text);
}

/** What the table says of a type. */
export function eventType(id: EventTypeId): EventTypeFacts {
  return EVENT_TYPES[id];
}

/** Whether schedules and profiles have a say. Exceptions are always told. */
export function isArmable(id: EventTypeId): boolean {
  return EVENT_TYPES[id].group !== "exception";
}

/** Whether it is never of a camera. */
export function isOfRecorder(id: EventTypeId): boolean {
  return EVENT_TYPES[id].scope === "recorder";
}

const BY_ISAPI = new Map<string, EventTypeId>();
const BY_ONVIF = new Map<string, EventTypeId>();
for (const id of EVENT_TYPE_IDS) {
  const { isapi = [], onvif = [] }: EventTypeFacts = EVENT_TYPES[id];
  for (const name of isapi) BY_ISAPI.set(name, id);
  for (const topic of onvif) BY_ONVIF.set(topic, id);
}

/** The type of an ISAPI `eventType`, in whatever case; undefined for one that the table does not have. */
export function eventTypeOfIsapi(name: string): EventTypeId | undefined {
  return BY_ISAPI.get(name.trim().toLowerCase());
}

/** The type of an ONVIF topic, with or without its namespace prefixes; undefined for one that the table does not have. */
export function eventTypeOfOnvif(topic: string): EventTypeId | undefined {
  const parts = topic
    .trim()
    .split("/")
    .map((part) => part.slice(part.indexOf(":") + 1));
  return BY_ONVIF.get(parts.join("/")) ?? BY_ONVIF.get([...parts.slice(0, -1), "*"].join("/"));
}
