// What can happen at a camera, as Home Assistant shows it: the name of its sensor and the class that chooses picture and
// words. Ids are those of the recorder's catalogue.

/** By the id of the event type. */
export const DETECTIONS = {
  motion: { name: "Motion", deviceClass: "motion" },
  "alarm-input": { name: "Alarm input" },
  "video-loss": { name: "Video loss", deviceClass: "problem" },
  tamper: { name: "Video tampering", deviceClass: "tamper" },
  face: { name: "Face", deviceClass: "occupancy" },
  person: { name: "Person", deviceClass: "occupancy" },
  vehicle: { name: "Vehicle", deviceClass: "occupancy" },
  animal: { name: "Animal", deviceClass: "occupancy" },
  doorbell: { name: "Doorbell" },
  "line-crossing": { name: "Line crossing", deviceClass: "motion" },
  intrusion: { name: "Intrusion", deviceClass: "safety" },
  "region-entrance": { name: "Region entrance", deviceClass: "motion" },
  "region-exiting": { name: "Region exiting", deviceClass: "motion" },
  "unattended-baggage": { name: "Unattended baggage", deviceClass: "safety" },
  "object-removal": { name: "Object removal", deviceClass: "safety" },
  loitering: { name: "Loitering", deviceClass: "occupancy" },
  gathering: { name: "Gathering", deviceClass: "occupancy" },
  "fast-moving": { name: "Fast moving", deviceClass: "motion" },
  parking: { name: "Parking", deviceClass: "occupancy" },
  "audio-exception": { name: "Audio exception", deviceClass: "sound" },
  "scene-change": { name: "Scene change", deviceClass: "tamper" },
  defocus: { name: "Defocus", deviceClass: "problem" },
  pir: { name: "PIR sensor", deviceClass: "motion" },
  "thermal-fire": { name: "Fire", deviceClass: "heat" },
  "thermal-smoke": { name: "Smoke", deviceClass: "smoke" },
  "thermal-temp-prealarm": { name: "Temperature pre-alarm", deviceClass: "heat" },
  "thermal-temp": { name: "Temperature alarm", deviceClass: "heat" },
  "thermal-temp-diff": { name: "Temperature difference", deviceClass: "heat" },
  "thermal-ship": { name: "Ship", deviceClass: "occupancy" },
  pos: { name: "Till" },
  "people-count": { name: "People count" },
  "heat-map": { name: "Heat map" },
  queue: { name: "Queue", deviceClass: "occupancy" },
} as const satisfies Readonly<Record<string, { readonly name: string; readonly deviceClass?: string }>>;

export type Detection = keyof typeof DETECTIONS;

/** All ids, in the order of the table. */
export const DETECTION_IDS = Object.keys(DETECTIONS) as Detection[];

/** What goes wrong with a camera: told as events, and seen in its connection. */
const CAMERA_EXCEPTIONS = [
  "exception-record",
  "exception-standard-mismatch",
  "exception-codec-mismatch",
  "exception-video-signal",
  "exception-camera-link",
  "exception-camera-ip-conflict",
  "exception-audio-loss",
] as const;

/** Every type that an event of a camera can have: Home Assistant drops what it was not told of. */
export const CAMERA_EVENT_TYPES: readonly string[] = [...DETECTION_IDS, ...CAMERA_EXCEPTIONS];
