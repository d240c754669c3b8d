// The ffmpeg that the gateway uses, looked for once and again when the owner's setting changes or none was there.
import { requireFfmpeg } from "../media/ffmpeg/find-ffmpeg.ts";
import { detectSandbox, type Sandbox } from "../media/ffmpeg/sandbox.ts";

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
  return () => {
    const setting = configured();
    if (found !== undefined && found.setting === setting) return found.tool;
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
