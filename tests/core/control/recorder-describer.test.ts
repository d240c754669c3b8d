// What plugins are told of the recorder as a whole: once, and again when it is another; a plugin that comes later too.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FrozenConfig } from "../../../core/config/config-store.ts";
import { RecorderDescriber } from "../../../core/control/recorder-describer.ts";
import { silentLog } from "../../../core/log.ts";
import type { Detector } from "../../../core/plugin/contract/detector.ts";
import type { DescribedAbilities, RecorderDescription } from "../../../core/plugin/contract/hook-data.ts";
import type { RecordingVolumeState } from "../../../core/recording/volumes.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";
import { VERSION } from "../../../core/version.ts";

const volume = (id: string, path: string) => ({ id, path }) as unknown as RecordingVolumeState;

describe("what plugins are told of the recorder", () => {
  it("comes once for changes that come together, and not again while it is the same", async () => {
    const clock = new FakeClock();
    const told: RecorderDescription[] = [];
    const cameras = [{ id: "yard", name: "Yard", driver: "rtsp" }];
    let can: DescribedAbilities | undefined;
    const config = {
      node: { id: "n1", name: "House" },
      mqtt: { broker: "embedded", base: "nightjar" },
      alarms: { arming: { profiles: [{ id: "away", name: "Away" }] } },
    };
    const describer = new RecorderDescriber({
      ...{ clock, log: silentLog, config: { get: () => config as unknown as FrozenConfig } },
      cameras: { list: () => cameras },
      recording: { volumeStates: async () => [volume("v1", "/video"), volume("", "/not-there-yet")] },
      abilities: { described: () => can },
      plugins: {
        described: async (recorder) => void told.push(recorder),
        registries: {
          detectors: {
            owned: () => [
              { plugin: "@acme/nightjar-vca-x", entry: { id: "cats", displayName: "Cats" } as Detector },
            ],
          },
        },
      },
    });
    const changed = async (): Promise<void> => {
      describer.changed();
      describer.changed();
      await clock.advance(200);
    };
    await changed();
    await waitFor(() => told.length === 1);
    assert.deepEqual(told[0], {
      ...{ id: "n1", name: "House", version: VERSION, mqttBase: "nightjar", cameras },
      detectors: [{ name: "Cats", levels: "acme~nightjar-vca-x/cats" }],
      volumes: [{ id: "v1", path: "/video" }],
      armingProfiles: [{ id: "away", name: "Away", arms: "by-rules" }],
    });
    await changed();
    await describer.tell();
    assert.equal(told.length, 1);
    cameras[0] = { id: "yard", name: "Back yard", driver: "rtsp" };
    config.mqtt.broker = "off";
    await changed();
    await waitFor(() => told.length === 2);
    assert.deepEqual([told[1]?.cameras[0]?.name, told[1]?.mqttBase], ["Back yard", undefined]);
    can = { ptz: { move: true, zoom: false }, presets: [{ id: "1", name: "Gate" }], auxiliary: ["siren"] };
    await changed();
    await waitFor(() => told.length === 3);
    assert.deepEqual(told[2]?.cameras[0]?.abilities, can, "once the camera has said what it can do");
    describer.close();
    cameras.length = 0;
    await changed();
    assert.equal(told.length, 3);
  });
});
