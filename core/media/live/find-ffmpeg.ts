// Finds ffmpeg where it may be: the owner's setting, FFMPEG_BIN, the package ffmpeg-static, the PATH, in this order.
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { NightjarError } from "../../errors.ts";

/** Absolute path of an executable ffmpeg. Rejects with `NJ_FFMPEG_MISSING`, which says what to install. */
export async function findFfmpeg(configured?: string): Promise<string> {
  for (const candidate of candidates(configured)) {
    try {
      await access(candidate, constants.X_OK);
      return candidate;
    } catch {
      // The next one, then.
    }
  }
  throw new NightjarError(
    "NJ_FFMPEG_MISSING",
    "unavailable",
    "this needs ffmpeg, which is not installed on the recorder: install it, for example with `apt install ffmpeg`",
  );
}

function candidates(configured: string | undefined): string[] {
  const found: string[] = [];
  if (configured !== undefined && configured !== "") found.push(configured);
  const fromEnvironment = process.env["FFMPEG_BIN"];
  if (fromEnvironment !== undefined && fromEnvironment !== "") found.push(fromEnvironment);
  try {
    const manifest = createRequire(import.meta.url).resolve("ffmpeg-static/package.json");
    found.push(join(dirname(manifest), "ffmpeg"));
  } catch {
    // Optional: not installed on every machine.
  }
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    if (isAbsolute(folder)) found.push(join(folder, "ffmpeg"));
  }
  return found;
}
