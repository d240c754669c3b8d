// What stays wrong until somebody does something about it, for the list of the recorder's problems.
import type { StatusProblem } from "../http/wire-schemas.ts";
import { searchFfmpeg } from "../media/ffmpeg/find-ffmpeg.ts";
import type { RecordingService } from "../recording/recording-service.ts";

/** A database that was rescued, while people are told of it. */
export function rescueProblems(recording: Pick<RecordingService, "rescueNotice">): StatusProblem[] {
  const notice = recording.rescueNotice();
  if (notice === undefined) return [];
  const severity = notice.isOver ? "warning" : "error";
  return [{ code: "database-rescued", severity, message: notice.message }];
}

/** That there is no ffmpeg, neither where `configured` says nor elsewhere. */
export async function ffmpegProblems(configured: string | undefined): Promise<StatusProblem[]> {
  if ((await searchFfmpeg({ configured })).found !== undefined) return [];
  const message =
    "there is no ffmpeg: no snapshots, and no H.265 in browsers that lack it. Install it, or set ffmpeg.path";
  return [{ code: "ffmpeg-missing", severity: "warning", message }];
}
