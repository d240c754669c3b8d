// The clip that benchmark cameras send: 1080p at 25 frames a second, H.264 at 4 Mbit/s with a key frame every 2 s,
// and AAC. Made once by ffmpeg into the system's temporary folder.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const CLIP_SECONDS = 20;

/** Path of the clip; makes it if it is not there. Throws when ffmpeg is missing or fails. */
export function benchClip(progress: (text: string) => void): string {
  const folder = join(tmpdir(), "nightjar-bench");
  const file = join(folder, "camera-1080p-4m-v1.mp4");
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  progress("making the clip that the cameras send (once)");
  const unfinished = join(folder, `making-${process.pid}.mp4`);
  const made = spawnSync(
    "ffmpeg",
    [
      ...["-v", "error", "-y", "-nostdin"],
      ...["-f", "lavfi", "-i", `testsrc2=size=1920x1080:rate=25,noise=alls=9:allf=t`],
      ...["-f", "lavfi", "-i", "sine=frequency=330:sample_rate=48000"],
      ...["-t", String(CLIP_SECONDS), "-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high"],
      ...["-pix_fmt", "yuv420p", "-bf", "0", "-g", "50", "-keyint_min", "50", "-sc_threshold", "0"],
      ...["-b:v", "4M", "-maxrate", "4M", "-bufsize", "4M", "-c:a", "aac", "-b:a", "64k", "-ac", "1"],
      ...["-video_track_timescale", "90000", "-movflags", "+faststart", unfinished],
    ],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  if (made.status !== 0) throw new Error("ffmpeg could not make the clip; is it installed?");
  renameSync(unfinished, file);
  return file;
}
