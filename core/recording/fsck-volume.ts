// Compares the files of one volume with the rows of the index, hour by hour in both directions, in bounded memory,
// and mends what can be mended without losing a picture: for fsck.
import { stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Db } from "../db/db.ts";
import { findLock, insertLock } from "../db/tables/locks-table.ts";
import { type StoredSegment, setSegmentUnreadable } from "../db/tables/segments-table.ts";
import { streamsTable } from "../db/tables/streams-table.ts";
import type { CameraId, StreamName, VolumeId } from "../domain/ids.ts";
import { systemCode } from "../errors.ts";
import type { SegmentRecord } from "../media/segment.ts";
import { inspectSegment, recoverSegment, type SegmentInspection } from "../media/store/recover-segment.ts";
import { type ScannedFile, scanVolume } from "../media/store/scan-volume.ts";
import type { Findings } from "./fsck-findings.ts";
import { hoursWithRows, rowsOfHour } from "./fsck-rows.ts";
import { indexSegment, unindexSegment } from "./segment-indexing.ts";
import { isSameSegment, rowOfRecord, usualPath, whyNotIndexable } from "./segment-row.ts";

const HOUR_MS = 3_600_000;

export interface VolumeCheck {
  readonly db: Db;
  readonly volume: { readonly id: VolumeId; readonly number: number; readonly path: string };
  readonly findings: Findings;
  readonly mend: boolean;
  /** Hold every file against its checksum. */
  readonly verify: boolean;
  /** End files that are finished with their checksum. */
  readonly checksums: boolean;
  /** A recorder runs: files younger than this moment are left to it. Undefined: nothing runs. */
  readonly leaveFromMs: number | undefined;
  readonly onFile: (file: ScannedFile) => void;
  readonly signal?: AbortSignal | undefined;
}

/** The files of one stream and hour. */
interface HourGroup {
  readonly camera: CameraId;
  readonly stream: StreamName;
  readonly hour: number;
  readonly files: ScannedFile[];
}

export async function checkVolume(check: VolumeCheck): Promise<void> {
  const { db, volume, findings, signal } = check;
  const waiting = await hoursWithRows(db, volume.number);
  let group: HourGroup | undefined;
  const finish = async (): Promise<void> => {
    if (group === undefined) return;
    waiting.delete(keyOf(group));
    await compareHour(check, group);
  };
  for await (const file of scanVolume(volume.path, {
    inspect: "structure",
    measure: check.verify,
    ...(signal === undefined ? {} : { signal }),
  })) {
    check.onFile(file);
    const { name } = file;
    if (name === undefined) {
      findings.add("foreign-file", file.path, false);
      continue;
    }
    const hour = hourOfPath(file.path);
    if (group?.camera !== name.camera || group.stream !== name.stream || group.hour !== hour) {
      await finish();
      group = { camera: name.camera, stream: name.stream, hour, files: [] };
    }
    group.files.push(file);
  }
  await finish();
  // Hours that the index knows and the volume does not.
  for (const { camera, stream, hour } of waiting.values()) {
    await compareHour(check, { camera, stream, hour, files: [] });
  }
}

async function compareHour(check: VolumeCheck, group: HourGroup): Promise<void> {
  const rows = new Map(
    (await rowsOfHour(check.db, check.volume.number, group)).map((row) => [row.id, row] as const),
  );
  for (const file of group.files) {
    const id = file.name?.id;
    if (id === undefined) continue;
    const row = rows.get(id);
    rows.delete(id);
    await compareFile(check, group, file, row);
  }
  for (const row of rows.values()) await checkMissing(check, group, row);
}

async function compareFile(
  check: VolumeCheck,
  group: HourGroup,
  file: ScannedFile,
  row: StoredSegment | undefined,
): Promise<void> {
  const { db, volume, findings, mend } = check;
  const inspection = file.inspection;
  const isYoung = check.leaveFromMs !== undefined && (file.name?.startMs ?? 0) >= check.leaveFromMs;
  if (isYoung && row === undefined) return;
  if (inspection === undefined || inspection.state === "unreadable") {
    const why = inspection?.problem ?? file.readError ?? "it cannot be read";
    if (mend && row !== undefined) await setSegmentUnreadable(db, row.id, true);
    findings.add("unreadable-file", `${file.path}: ${why}`, false);
    return;
  }
  if (inspection.state === "empty") {
    if (isYoung) return;
    // It holds no picture, and a name that stays would only be found again.
    const mended = mend && (await succeeds(() => unlink(join(volume.path, file.path))));
    if (mended && row !== undefined) await db.transaction((writer) => unindexSegment(writer, row.id));
    findings.add("empty-file", file.path, mended);
    return;
  }
  if (inspection.state !== "closed") {
    if (isYoung) return;
    const mended = mend && (await finishFile(check, group, file));
    findings.add("unfinished-file", `${file.path}: ${inspection.problem ?? inspection.state}`, mended);
    return;
  }
  await compareClosed(check, group, file, inspection, row);
}

async function compareClosed(
  check: VolumeCheck,
  group: HourGroup,
  file: ScannedFile,
  inspection: SegmentInspection,
  row: StoredSegment | undefined,
): Promise<void> {
  const { findings, volume, mend } = check;
  const record = recordOf(file, inspection, volume.id);
  const obstacle = record === undefined ? "it tells nothing of itself" : obstacleOf(group, file, record);
  if (record === undefined || obstacle !== undefined) {
    findings.add("identity-differs", `${file.path}: ${obstacle ?? ""}`, false);
    return;
  }
  const change = changeOf(inspection, row);
  if (change !== undefined) {
    // Neither row nor file is touched: which of them is right is for people to say. One without a row can still be seen.
    findings.add("content-differs", `${file.path}: ${change}`, false);
    if (row !== undefined) return;
  }
  if (check.verify && record.sha256 === undefined) findings.add("without-checksum", file.path, false);
  if (row !== undefined) {
    const wanted = rowOfRecord(record, {
      streamNumber: row.streamNumber,
      volumeNumber: volume.number,
      locked: row.locked === 1,
    });
    const hasKeyFrames = await check.db.get(
      "select 1 as present from segment_key_frames where segment_number = ?",
      [row.number],
    );
    if (isSameSegment(row, wanted) && hasKeyFrames !== undefined) return;
  }
  if (row === undefined && !(await isStillThere(check, file.path))) return;
  if (mend) await index(check, group, record, row);
  findings.add(row === undefined ? "file-without-row" : "row-differs", file.path, mend);
}

/** How a file is not what it was when it was closed, as far as its checksums tell; undefined if it is. */
function changeOf(inspection: SegmentInspection, row: StoredSegment | undefined): string | undefined {
  const stated = inspection.facts?.sha256;
  const measured = inspection.measuredSha256;
  const known = row?.sha256 ?? undefined;
  if (known !== undefined && stated === undefined) return "its checksum is gone";
  if (known !== undefined && stated !== known) return "its checksum is not the one that the index knows";
  if (stated !== undefined && measured !== undefined && stated !== measured) {
    return "what it holds does not match its checksum";
  }
  return undefined;
}

/** Recovers a file that was cut off, and indexes it. False if nothing could be saved. */
async function finishFile(check: VolumeCheck, group: HourGroup, file: ScannedFile): Promise<boolean> {
  const path = join(check.volume.path, file.path);
  if (!(await succeeds(() => recoverSegment(path, { checksum: check.checksums })))) return false;
  const record = recordOf(file, inspectSegment(path), check.volume.id);
  if (record === undefined || obstacleOf(group, file, record) !== undefined) return false;
  await index(check, group, record);
  return true;
}

/** False if the disk refuses: the finding then stays unmended, and the rest goes on. */
async function succeeds(act: () => unknown): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return false;
  }
}

/** Indexes a record anew; the row there was gives way, but not its lock. */
async function index(
  check: VolumeCheck,
  group: HourGroup,
  record: SegmentRecord,
  row?: StoredSegment,
): Promise<void> {
  await check.db.transaction(async (writer) => {
    const streamNumber = await streamsTable(writer).numberOf(group.camera, group.stream);
    if (row !== undefined) {
      const lock = await findLock(writer, row.id);
      await unindexSegment(writer, row.id);
      if (lock !== undefined) await insertLock(writer, lock);
    }
    await indexSegment(writer, record, { streamNumber, volumeNumber: check.volume.number });
    await setSegmentUnreadable(writer, record.id, false);
  });
}

async function checkMissing(check: VolumeCheck, group: HourGroup, row: StoredSegment): Promise<void> {
  const { db, findings, mend } = check;
  const path = row.path ?? usualPath(group.camera, group.stream, row.id);
  // It may lie elsewhere than usual, or have been made since the folder was read.
  if (await isStillThere(check, path)) return;
  const still = await db.get("select 1 as present from segments where id = ?", [row.id]);
  // Deleted and booked by the recorder while this ran.
  if (still === undefined) return;
  if (mend) await db.transaction((writer) => unindexSegment(writer, row.id));
  findings.add(row.locked === 1 ? "locked-file-missing" : "row-without-file", path, mend);
}

/** A recorder that runs deletes files meanwhile. */
async function isStillThere(check: VolumeCheck, path: string): Promise<boolean> {
  try {
    await stat(join(check.volume.path, path));
    return true;
  } catch (error) {
    if (systemCode(error) !== "ENOENT" && systemCode(error) !== "ENOTDIR") throw error;
    return false;
  }
}

function recordOf(
  file: ScannedFile,
  inspection: SegmentInspection,
  volume: VolumeId,
): SegmentRecord | undefined {
  const { facts, writeSequence } = inspection;
  return facts === undefined ? undefined : { ...facts, volume, path: file.path, writeSequence };
}

/** Why a file may not be indexed under its name; undefined if it may. */
function obstacleOf(group: HourGroup, file: ScannedFile, record: SegmentRecord): string | undefined {
  if (record.camera !== group.camera || record.stream !== group.stream) {
    return `it is a recording of ${record.camera}, ${record.stream} stream`;
  }
  if (record.id !== file.name?.id) return `it is the recording ${record.id}`;
  return whyNotIndexable(record);
}

function hourOfPath(path: string): number {
  const [, , , day = "", hour = ""] = path.split("/");
  return Date.parse(`${day}T${hour}:00:00Z`) / HOUR_MS;
}

function keyOf(group: { camera: string; stream: string; hour: number }): string {
  return `${group.camera}/${group.stream}/${group.hour}`;
}
