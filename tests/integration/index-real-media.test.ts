// The index over a real media process and a real camera: what is recorded is indexed, what is killed is mended,
// what is due is deleted, and fsck agrees with every file afterwards.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../core/clock.ts";
import type { Db } from "../../core/db/db.ts";
import { openDb } from "../../core/db/open-db.ts";
import { countLedger, listLedger } from "../../core/db/tables/ledger-table.ts";
import { volumesTable } from "../../core/db/tables/volumes-table.ts";
import { cameraId, type VolumeId } from "../../core/domain/ids.ts";
import { silentLog } from "../../core/log.ts";
import type { DesiredState } from "../../core/media/protocol.ts";
import { planEviction } from "../../core/recording/eviction-planner.ts";
import { fsck } from "../../core/recording/fsck.ts";
import { MediaClient } from "../../core/recording/media-client.ts";
import type { RecordedCamera } from "../../core/recording/recorded-camera.ts";
import { RecordingIndex } from "../../core/recording/recording-index.ts";
import { ReportCommitter } from "../../core/recording/report-committer.ts";
import { fakeCamera } from "../../core/testing/fake-camera.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";

const CHILD = fileURLToPath(new URL("./media-child.ts", import.meta.url));
const YARD = cameraId("yard");
const ALL = { camera: YARD, stream: "main" as const, start90k: 0, end90k: Number.MAX_SAFE_INTEGER };

async function startMedia(dataDir: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [CHILD, dataDir], { stdio: ["ignore", "pipe", "inherit"] });
  assert.ok(child.stdout !== null);
  await once(child.stdout, "data");
  return child;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}

function connect(db: Db, dataDir: string): MediaClient {
  const client = new MediaClient({
    socketPath: join(dataDir, "run", "media.sock"),
    instance: "test",
    clock: systemClock,
    log: silentLog,
    makeCommitter: (onCommitted) =>
      new ReportCommitter(db, { clock: systemClock, log: silentLog, onCommitted }),
  });
  client.start();
  return client;
}

function desired(revision: number, volume: VolumeId, path: string, url: string | undefined): DesiredState {
  return {
    revision,
    node: "test-node",
    volumes: [{ id: volume, path, reserveBytes: 0, exactReserve: true, overwrite: true }],
    streams:
      url === undefined
        ? []
        : [
            {
              camera: YARD,
              stream: "main",
              source: { kind: "rtsp", url, transport: "tcp" },
              audio: true,
              volumes: [volume],
              intervals: [{ startMs: 0, endMs: Date.UTC(2100, 0, 1), reasons: ["continuous"] }],
              recordsOnEvents: false,
              triggers: [],
              preRecordSeconds: 0,
              segmentSeconds: 2,
            },
          ],
  };
}

async function countSegments(db: Db): Promise<number> {
  return (await db.get<{ count: number }>("select count(*) as count from segments"))?.count ?? 0;
}

describe("the index over a real media process", () => {
  it("knows every file, also after a kill, and deletes what is due", { timeout: 120_000 }, async () => {
    await using source = await fakeCamera({ codec: "h264", audio: "aac" });
    using dir = tempDir();
    const path = dir.join("volume");
    const db = await openDb(dir.join("nightjar.db"), { log: silentLog });
    let child = await startMedia(dir.path);
    let client = connect(db, dir.path);
    const index = new RecordingIndex(db);
    const check = (repair = false) => fsck({ dataDir: dir.path, db, volumes: [{ path }], repair });
    try {
      await waitFor(() => client.isUp, { deadlineMs: 10_000, what: "the link" });
      const { id: volume } = await client.request("initialiseVolume", { path });
      await volumesTable(db).put(volume, path, Date.now());
      await client.request("setDesiredState", desired(1, volume, path, source.url));
      await waitFor(async () => (await countSegments(db)) >= 3, { deadlineMs: 30_000, what: "three rows" });

      // What readers are told is what lies on the disk.
      const playable = await index.playable({ ...ALL, limit: 3 });
      for (const segment of playable) {
        assert.equal(statSync(segment.file).size, segment.sizeBytes);
        assert.ok(segment.moovOffset + segment.moovBytes === segment.sizeBytes);
      }
      const [coverage] = await index.coverage({ ...ALL, cameras: [YARD], maxSpans: 100 });
      assert.equal(coverage?.spans.length, 1, "one run without a gap");
      assert.deepEqual(coverage.spans[0]?.reasons, ["continuous"]);

      // Killed: the open file is found and mended without media.
      await end(child, "SIGKILL");
      await client.close();
      const rowsBefore = await countSegments(db);
      const found = await check();
      assert.deepEqual(
        found.findings.filter((finding) => !["unfinished-file", "file-without-row"].includes(finding.kind)),
        [],
      );
      assert.equal(found.exitStatus, 4);
      const mended = await check(true);
      assert.equal(mended.exitStatus, 0, JSON.stringify(mended.findings));
      assert.ok((await countSegments(db)) > rowsBefore);
      assert.deepEqual((await check()).findings, []);

      // Media comes back, tells what it finds of its own, and records on.
      child = await startMedia(dir.path);
      client = connect(db, dir.path);
      await waitFor(() => client.isUp, { deadlineMs: 10_000, what: "the link again" });
      const rows = await countSegments(db);
      await waitFor(async () => (await countSegments(db)) >= rows + 2, {
        deadlineMs: 30_000,
        what: "two more rows",
      });

      // Over its quota: the oldest go, but not the locked one.
      await client.request("setDesiredState", desired(2, volume, path, undefined));
      const files = await index.playable({ ...ALL, limit: 1_000 });
      const [oldest, next] = files;
      assert.ok(oldest !== undefined && next !== undefined);
      await db.run("update segments set locked = 1 where id = ?", [oldest.id]);
      await db.run(
        "insert into locks (segment_id, volume_number, locked_at_ms, locked_by) values (?, 1, 0, 'anna')",
        [oldest.id],
      );
      await client.request("setLocks", { volume, segments: [oldest.id] });
      const camera: RecordedCamera = {
        id: YARD,
        enabled: true,
        streams: {},
        record: {
          mode: "continuous",
          streams: "main",
          audio: true,
          preRecordSeconds: 0,
          segmentSeconds: 2,
          retentionDays: null,
          quotaBytes: Math.round((await listLedger(db)).reduce((sum, row) => sum + row.sizeBytes, 0) * 0.7),
        },
      };
      const list = (
        await planEviction(db, {
          volume,
          revision: 3,
          cameras: [camera],
          now90k: Date.now() * 90,
        })
      )?.list;
      assert.ok(list !== undefined && list.due.length > 0 && list.due.length < files.length);
      assert.equal(list.due[0]?.id, next.id);
      await client.request("setEvictionList", list);
      await waitFor(
        async () => (await index.playable({ ...ALL, limit: 1_000 })).every(({ id }) => id !== next.id),
        { deadlineMs: 15_000, what: "the oldest to be booked out" },
      );
      const due = list.due.map((item) => join(path, item.path));
      await waitFor(() => due.every((file) => !existsSync(file)), { what: "the files to go" });
      assert.ok(existsSync(oldest.file), "the locked one stays");

      // In the end all agree: rows, files, ledger, timeline, locks.
      await end(child, "SIGTERM");
      await client.close();
      const last = await check(true);
      assert.equal(last.exitStatus, 0, JSON.stringify(last.findings));
      const after = await check();
      assert.deepEqual(
        after.findings.filter((finding) => !finding.isNote),
        [],
      );
      assert.deepEqual(
        (await listLedger(db)).filter((row) => row.segments > 0),
        await countLedger(db),
      );
    } finally {
      await end(child, "SIGKILL");
      await client.close();
      await db.close();
    }
  });
});
