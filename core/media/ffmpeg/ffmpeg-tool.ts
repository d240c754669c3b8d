// The ffmpeg that a process uses, with its sandbox: looked for once, and again when the owner's setting changes, when none
// was there, or when it has gone. A look runs it twice.
import { existsSync } from "node:fs";
import { requireFfmpeg } from "./find-ffmpeg.ts";
import { detectSandbox, type Sandbox } from "./sandbox.ts";

/** An ffmpeg, and the sandbox to run it in where the machine has one. */
export interface FfmpegTool {
  readonly path: string;
  readonly sandbox: Sandbox | undefined;
}

/** Gives the tool; rejects with `NJ_FFMPEG_MISSING`, which says what to install. */
export type FindFfmpeg = () => Promise<FfmpegTool>;

/** Remembers what was found for each setting. `configured` gives the setting as it is now. */
export function ffmpegFinder(configured: () => string | undefined): FindFfmpeg {
  let found: { readonly setting: string | undefined; readonly tool: Promise<FfmpegTool> } | undefined;
  return async () => {
    const setting = configured();
    if (found !== undefined && found.setting === setting) {
      const tool = await found.tool;
      if (existsSync(tool.path)) return tool;
    }
    const made = { setting, tool: look(setting) };
    found = made;
    made.tool.catch(() => {
      // It may be installed while Nightjar runs.
      if (found === made) found = undefined;
    });
    return made.tool;
  };
}

async function look(configured: string | undefined): Promise<FfmpegTool> {
  const { path } = await requireFfmpeg({ configured });
  return { path, sandbox: await detectSandbox(path) };
}
