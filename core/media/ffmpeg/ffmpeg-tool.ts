// The ffmpeg that a process uses, with its sandbox: looked for once, and again when the owner's setting changes, when none
// was there, or when it has gone. A look runs it once.
import { existsSync } from "node:fs";
import { type FfmpegSearchOptions, requireFfmpeg } from "./find-ffmpeg.ts";
import type { Sandbox } from "./sandbox.ts";

/** An ffmpeg, and the sandbox to run it in where the machine has one. */
export interface FfmpegTool {
  readonly path: string;
  readonly sandbox: Sandbox | undefined;
}

/** Gives the tool; rejects with `NJ_FFMPEG_MISSING`, which says what to install. */
export type FindFfmpeg = () => Promise<FfmpegTool>;

/** Remembers what was found for each setting. `configured` gives the setting as it is now. */
export function ffmpegFinder(
  configured: () => string | undefined,
  environment?: FfmpegSearchOptions["environment"],
): FindFfmpeg {
  let found: { readonly setting: string | undefined; readonly tool: Promise<FfmpegTool> } | undefined;
  return async () => {
    const setting = configured();
    if (found !== undefined && found.setting === setting) {
      const tool = await found.tool;
      if (existsSync(tool.path)) return tool;
    }
    const made = {
      setting,
      tool: look({ configured: setting, ...(environment === undefined ? {} : { environment }) }),
    };
    found = made;
    made.tool.catch(() => {
      // It may be installed while Nightjar runs.
      if (found === made) found = undefined;
    });
    return made.tool;
  };
}

async function look(options: FfmpegSearchOptions): Promise<FfmpegTool> {
  const { path, sandbox } = await requireFfmpeg(options);
  return { path, sandbox };
}
