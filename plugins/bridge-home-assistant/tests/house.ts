// A recorder as plugins are told of it, for tests.
import type { CameraId, DescribedAbilities, RecorderDescription, VolumeId } from "@nightjar/core";

/** A camera that can do everything. */
export const DOME: DescribedAbilities = {
  ptz: { move: true, zoom: true },
  presets: [
    { id: "1", name: "Gate" },
    { id: "2", name: "Gate" },
    { id: "tok/3", name: "O'Neil's {{ door }}" },
    { id: "'}}{{ 1", name: "None can be called so" },
  ],
  auxiliary: ["siren", "light", "wiper"],
};

export const HOUSE: RecorderDescription = {
  ...{ id: "n1a2b3c4", name: "House", version: "0.1.0", mqttBase: "nightjar" },
  cameras: [
    { id: "yard" as CameraId, name: "Yard", driver: "rtsp" },
    { id: "gate" as CameraId, name: "Gate", driver: "rtsp" },
  ],
  detectors: [{ name: "Motion", levels: "nightjar-vca-motion/motion" }],
  volumes: [{ id: "0b54e1f2-7d1c-4a53-9a0e-111111111111" as VolumeId, path: "/video" }],
  armingProfiles: [
    { id: "home", name: "Home", arms: "by-rules" },
    { id: "away", name: "Away", arms: "everything" },
  ],
};
