import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { systemClock } from "../../../../core/clock.ts";
import type { CameraId } from "../../../../core/domain/ids.ts";
import { connectLink, LINK_VERSION } from "../../../../core/link/link.ts";
import { type LogFields, silentLog } from "../../../../core/log.ts";
import { runMedia } from "../../../../core/media/process/run-media.ts";
import {
  type DesiredStream,
  MEDIA_SOCKET,
  type MediaMethodsForCore,
} from "../../../../core/media/protocol.ts";
import type { StreamSource } from "../../../../core/media/source.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../../core/testing/wait-for.ts";

const STREAM: DesiredStream = {
  camera: "yard" as CameraId,
  stream: "sub",
  source: { kind: "rtsp", url: "rtsp://192.0.2.1/", transport: "tcp" },
  audio: false,
  volumes: [],
  intervals: [],
  recordsOnEvents: false,
  triggers: [],
  preRecordSeconds: 0,
  segmentSeconds: 60,
};

describe("the media process", () => {
  it("logs what happens to a stream with the names of camera and stream", async () => {
    using dir = tempDir("nightjar-media-");
    const named: LogFields[] = [];
    const log = {
      ...silentLog,
      child: (fields: LogFields) => {
        named.push(fields);
        return silentLog;
      },
    };
    const media = await runMedia(
      { dataDir: dir.path, log, clock: systemClock, instance: "test", ready: () => undefined },
      { createSource: () => idleSource() },
    );
    try {
      const link = await connectLink<MediaMethodsForCore>(dir.join(`run/${MEDIA_SOCKET}`), {
        hello: { role: "core", version: LINK_VERSION, instance: "test" },
        handlers: { reports: () => undefined },
      });
      await link.request("setDesiredState", { revision: 1, node: "n", volumes: [], streams: [STREAM] });
      await waitFor(() => named.length > 0, { what: "the source" });
      link.close();
    } finally {
      await media.stop();
    }
    assert.deepEqual(named, [{ camera: "yard", stream: "sub" }]);
  });
});

function idleSource(): StreamSource {
  return {
    start: () => undefined,
    close: () => Promise.resolve(),
    requestKeyFrame: () => undefined,
    tryAgain: () => undefined,
    statistics: () => ({
      bitrateKbps: 0,
      framesPerSecond: 0,
      packets: 0,
      packetsLost: 0,
      bytes: 0,
      sessions: 0,
      lastFrameAtMs: undefined,
    }),
  };
}
