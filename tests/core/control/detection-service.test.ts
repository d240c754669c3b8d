// Detection as the recorder runs it, with the other end of its link held by the test.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Type } from "typebox";
import {
  ANALYSIS_SOCKET,
  type CoreMethodsForAnalysis,
  type DesiredAnalysis,
} from "../../../core/analysis/protocol.ts";
import { ConfigStore } from "../../../core/config/config-store.ts";
import { Detection, type DetectionParts } from "../../../core/control/detection-service.ts";
import { LINK_VERSION } from "../../../core/link/link.ts";
import { LinkClient } from "../../../core/link/link-client.ts";
import { silentLog } from "../../../core/log.ts";
import { Registry } from "../../../core/plugin/calls/registry.ts";
import type { Detector } from "../../../core/plugin/contract/detector.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";

const PLUGIN = "nightjar-vca-x";

describe("detection", () => {
  it("passes on that a camera tells of something itself, while any camera is looked at", async (t) => {
    const dir = tempDir();
    const config = await ConfigStore.open({ dataDir: dir.path, log: silentLog, watch: false });
    const detectors = new Registry<Detector>("detector", true);
    detectors.add(PLUGIN, {
      ...{ id: "x", displayName: "X", eventTypes: ["motion"], configSchema: Type.Object({}) },
      frames: { width: 16, height: 16, perSecond: 5 },
      begin: async () => undefined,
      look: async () => [],
      end: async () => undefined,
    });
    const yard = {
      camera: { id: "yard", enabled: true, detection: { enabled: true, detectors: {} } },
      streams: { main: {} },
    };
    const cameras: (typeof yard)[] = [];
    const wanted: boolean[] = [];
    const clock = new FakeClock();
    const detection = new Detection({
      ...{ run: dir.path, instance: "test", clock, log: silentLog, config },
      list: { all: () => cameras, find: () => undefined } as unknown as DetectionParts["list"],
      plugins: {
        ...{ inlineOrder: () => undefined, isBundled: () => true, restart: async () => undefined },
        registries: { detectors },
      },
      events: { report: () => undefined, end: () => undefined },
      motion: { take: () => undefined, now: () => undefined },
      want: (isWanted) => wanted.push(isWanted),
    });
    await detection.start();
    const desired: DesiredAnalysis[] = [];
    const woken: string[] = [];
    const analysis = new LinkClient<CoreMethodsForAnalysis>(dir.join(ANALYSIS_SOCKET), {
      hello: { role: "analysis", version: LINK_VERSION, instance: "test" },
      handlers: {
        setDesired: (next: DesiredAnalysis) => void desired.push(next),
        figures: () => ({ cameras: [], load: { cores: 0, budgetCores: 1, step: 0 } }),
        wake: ({ camera }: { readonly camera: string }) => void woken.push(camera),
      } as never,
      log: silentLog,
    });
    t.after(async () => {
      analysis.close();
      await detection.close();
      await config.close();
      dir.remove();
    });
    await waitFor(() => desired.length === 1);
    detection.wake("yard");
    cameras.push(yard);
    clock.advance(1_000);
    // What is said on one link comes in its order.
    await waitFor(() => desired.length === 2);
    assert.deepEqual(
      [wanted, desired[1]?.cameras.map(({ camera }) => camera), woken],
      [[true], ["yard"], []],
    );
    detection.wake("yard");
    await waitFor(() => woken.length > 0);
    assert.deepEqual(woken, ["yard"]);
  });
});
