// What the recorder says of itself and its cameras: facts when they change, figures once a minute.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { TSchema } from "typebox";
import { Value } from "typebox/value";
import { openDb } from "../../../core/db/open-db.ts";
import type { CameraView } from "../../../core/http/camera-schemas.ts";
import type { StatusView } from "../../../core/http/wire-schemas.ts";
import { silentLog } from "../../../core/log.ts";
import type { CameraHealth, NodeHealth } from "../../../core/mqtt/payloads.ts";
import { RecorderStates } from "../../../core/mqtt/recorder-states.ts";
import { readTopic, TOPICS } from "../../../core/mqtt/topics.ts";
import type { PluginStatus } from "../../../core/plugin/host/plugin-host.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";

const SINCE = "2026-01-01T00:00:00.000Z";

function camera(id: string, status: "online" | "offline"): CameraView {
  const figures = { bitrateKbps: 4_000.04, framesPerSecond: 25, packetsLost: 2 };
  const state = { status, since: SINCE };
  const format = {
    formatId: 1,
    video: { codec: "avc1.64001f", width: 1_920, height: 1_080, description: "" },
  };
  return {
    ...{ id, name: id, driver: "rtsp", enabled: true, config: {}, state },
    record: { mode: "continuous" } as CameraView["record"],
    streams: [
      { stream: "main", state, format, figures },
      { stream: "sub", state, figures: { ...figures, bitrateKbps: 500, framesPerSecond: 5 } },
    ],
    recording: { active: true, reasons: [] },
  };
}

describe("states of the recorder", () => {
  it("fit their schemas, name its plugins, and give figures of machine, disks and cameras that are there", async (t) => {
    const db = await openDb(":memory:", { log: silentLog });
    t.after(() => db.close());
    const clock = new FakeClock(Date.UTC(2026, 0, 1));
    const sent = new Map<string, string>();
    let pluginState: PluginStatus["status"] = "running";
    const views = [camera("yard", "online"), camera("gate", "offline")];
    const status: StatusView = {
      ...{ version: "0.1.0", node: "House", uptimeSeconds: 60, timeZone: "UTC", problems: [] },
      cameras: { total: 2, online: 1, recording: 2 },
      processes: [
        { name: "media", status: "running", restarts: 0, rssBytes: 1_000, cpuShare: 0.25 },
        { name: "core", status: "running", restarts: 0, rssBytes: 500, cpuShare: 0.75 },
        { name: "gateway", status: "starting", restarts: 0 },
      ],
      volumes: [
        { id: "v1", path: "/a", status: "normal", usedBytes: 0 },
        { id: "", path: "/b", status: "offline", usedBytes: 0 },
      ],
    };
    const states = new RecorderStates({
      ...{ db, clock, log: silentLog, node: "n1", base: () => "nightjar", webAddress: () => "/nvr" },
      cameras: { list: () => views },
      status: { status: async () => status },
      arming: { arming: () => ({ profile: "home", profiles: [], rules: [] }) },
      plugins: () => [{ name: "nightjar-camera-rtsp", version: "0.1.0", status: pluginState }],
      machine: () => ({ processors: 4, load: 0.512, totalBytes: 8_000, freeBytes: 3_000 }),
      publish: async ({ topic, payload }) => void sent.set(topic.replace("nightjar/", ""), String(payload)),
    });
    await states.all();
    for (const [topic, payload] of sent) {
      const found = readTopic("nightjar", `nightjar/${topic}`);
      assert.ok(found !== undefined, topic);
      const schema: TSchema = TOPICS[found.name].payload;
      const value: unknown = found.kind.isText ? payload : JSON.parse(payload);
      assert.deepEqual([topic, ...Value.Errors(schema, value)], [topic]);
    }
    const health = JSON.parse(sent.get("node/n1/health") ?? "") as NodeHealth;
    assert.deepEqual(health.cpu, { processors: 4, percent: 25, load: 0.51 });
    assert.deepEqual(health.memory, { usedBytes: 1_500, freeBytes: 3_000, totalBytes: 8_000 });
    assert.deepEqual([health.volumes, health.bitrateKbps], [{ total: 2, normal: 1 }, 4_500]);
    const ofYard = JSON.parse(sent.get("camera/yard/health") ?? "") as CameraHealth;
    assert.deepEqual([ofYard.bitrateKbps, ofYard.framesPerSecond, ofYard.streams.length], [4_500, 25, 2]);
    const ofGate = JSON.parse(sent.get("camera/gate/health") ?? "") as CameraHealth;
    assert.deepEqual(
      [ofGate.bitrateKbps, ofGate.streams],
      [0, []],
      "what it sent before it went is no figure",
    );
    assert.equal(sent.get("camera/yard/snapshot_url"), "/nvr/api/v1/cameras/yard/snapshot.jpg");
    const facts = JSON.parse(sent.get("camera/yard/state") ?? "") as { streams: unknown[] };
    assert.deepEqual(facts.streams[0], {
      ...{ stream: "main", status: "online", codec: "avc1.64001f", width: 1_920, height: 1_080 },
    });

    // A minute later: only what is another is said again.
    sent.clear();
    pluginState = "failed";
    await clock.advance(60_000);
    await states.health();
    assert.deepEqual([...sent.keys()].sort(), [
      ...["camera/gate/health", "camera/yard/health", "node/n1/health", "node/n1/info"],
    ]);
    assert.match(sent.get("node/n1/info") ?? "", /"role":"active","plugins":\[\{.*"status":"failed"/);

    sent.clear();
    await states.cameraRemoved("yard");
    assert.deepEqual([...new Set(sent.values())], [""]);
    for (const path of ["health", "state", "snapshot", "snapshot_url", "availability"])
      assert.equal(sent.get(`camera/yard/${path}`), "", path);
  });
});
