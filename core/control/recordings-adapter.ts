// The recording index in the API's words: ISO moments instead of 90 kHz ticks, one stream or both.
import { type CameraId, type SegmentId, STREAM_NAMES, type StreamName } from "../domain/ids.ts";
import { isoFromTime90k, time90kFromMs } from "../domain/time.ts";
import type { RecordingService as HttpRecordings } from "../http/services.ts";
import type { RecordingService } from "../recording/recording-service.ts";

/** Spans of a camera on a timeline at most: more than any screen has pixels. */
const SPAN_LIMIT = 2_000;
const PAGE = 500;

/** Makes the face that the API asks. */
export function recordingsAdapter(recording: RecordingService, timeZone: () => string): HttpRecordings {
  return {
    async list({ camera, startMs, endMs, stream, cursor }) {
      const range = { start90k: time90kFromMs(startMs), end90k: time90kFromMs(endMs) };
      const id = camera as CameraId;
      const page = await recording.index.recordings({
        camera: id,
        ...(stream === undefined ? {} : { stream }),
        ...range,
        ...(cursor === undefined ? {} : { cursor }),
        limit: PAGE,
      });
      // Gaps belong to the whole range: told once, with the first page.
      const wanted: readonly StreamName[] =
        cursor === undefined ? (stream === undefined ? [STREAM_NAMES[0]] : [stream]) : [];
      const gaps = await Promise.all(
        wanted.map((name) => recording.gaps({ camera: id, stream: name, ...range })),
      );
      return {
        segments: page.segments.map(({ start90k, end90k, reasons, ...segment }) => ({
          ...segment,
          start: isoFromTime90k(start90k),
          end: isoFromTime90k(end90k),
          reasons: [...reasons],
        })),
        gaps: gaps.flat().map(({ start90k, end90k, reason }) => ({
          start: isoFromTime90k(start90k),
          end: isoFromTime90k(end90k),
          reason,
        })),
        ...(page.next === undefined ? {} : { next: page.next }),
      };
    },
    async setLock(camera, segment, locked, by) {
      if (locked) await recording.lock(camera as CameraId, segment as SegmentId, by);
      else await recording.unlock(camera as CameraId, segment as SegmentId);
    },
    async setRangeLock({ camera, stream, startMs, endMs, locked, by }) {
      const range = {
        camera: camera as CameraId,
        stream,
        start90k: time90kFromMs(startMs),
        end90k: time90kFromMs(endMs),
      };
      const { files, growing, span } = await (locked
        ? recording.lockRange(range, by)
        : recording.unlockRange(range));
      return {
        files,
        growing,
        ...(span === undefined
          ? {}
          : { start: isoFromTime90k(span.start90k), end: isoFromTime90k(span.end90k) }),
      };
    },
    async coverage({ cameras, stream, startMs, endMs }) {
      const found = await recording.coverage({
        cameras: cameras as readonly CameraId[],
        stream,
        start90k: time90kFromMs(startMs),
        end90k: time90kFromMs(endMs),
        maxSpans: SPAN_LIMIT,
      });
      return {
        cameras: found.map(({ camera, stream: name, spans, growing, holes, locked }) => ({
          camera,
          stream: name,
          growing,
          spans: spans.map((span) => ({
            start: isoFromTime90k(span.start90k),
            end: isoFromTime90k(span.end90k),
            reasons: [...span.reasons],
          })),
          holes: holes.map((hole) => ({
            start: isoFromTime90k(hole.start90k),
            end: isoFromTime90k(hole.end90k),
            packets: hole.packets,
          })),
          locked: locked.map((span) => ({
            start: isoFromTime90k(span.start90k),
            end: isoFromTime90k(span.end90k),
          })),
        })),
      };
    },
    async calendar({ cameras, from, to }) {
      const days = await recording.calendar({ cameras: cameras as readonly CameraId[], from, to });
      return {
        timeZone: timeZone(),
        days: days.map((day) => ({ date: day.date, cameras: [...day.cameras], reasons: [...day.reasons] })),
      };
    },
  };
}
