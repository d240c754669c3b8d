// Is there an ffmpeg that can do what snapshots, clips and conversions need? Recording does without.
import { type Ffmpeg, type FfmpegMiss, searchFfmpeg } from "../../media/ffmpeg/find-ffmpeg.ts";
import { runFfmpeg } from "../../media/ffmpeg/run-ffmpeg.ts";
import { detectSandbox } from "../../media/ffmpeg/sandbox.ts";
import { type Check, finding, ok, said, sentence } from "./check.ts";

/** `-fps_mode`, which conversions for browsers need, came with it. */
const OLDEST = [5, 1] as const;
const INSTALL = "apt install ffmpeg";

/** What is asked of ffmpeg by core/media, and what goes without it. */
const NEEDED = [
  { list: "-decoders", name: "h264", loss: "no snapshots and thumbnails of H.264 cameras" },
  {
    list: "-decoders",
    name: "hevc",
    loss: "no snapshots of H.265 cameras, and no H.265 in browsers that lack it",
  },
  { list: "-encoders", name: "mjpeg", loss: "no snapshots, thumbnails and still pictures" },
  { list: "-encoders", name: "libx264", loss: "no H.265 cameras in browsers that cannot play H.265" },
  { list: "-encoders", name: "aac", loss: "clips have no sound where the camera sends G.711" },
] as const;

/** Looks for ffmpeg as the recorder does, and asks it for what is needed. */
export async function checkFfmpeg(configured: string | undefined): Promise<Check[]> {
  const { found, misses } = await searchFfmpeg({ configured });
  const checks = misses.filter(isChosen).map(settingFinding);
  if (found === undefined) {
    const others = misses.filter((miss) => !isChosen(miss));
    const tried = others.map(({ path, reason }) => `(${path}: ${reason})`).join(" ");
    const message =
      tried === ""
        ? said(
            "ffmpeg-none",
            "there is no ffmpeg that works: no snapshots, no conversion for browsers that lack a codec",
          )
        : said(
            "ffmpeg-none-of-these",
            "there is no ffmpeg that works {tried}: no snapshots, no conversion for browsers that lack a codec",
            { tried },
          );
    return [
      ...checks,
      finding("ffmpeg", "warning", message, {
        where: others[0]?.path ?? "PATH",
        advice: said("install-ffmpeg", "install it, or set ffmpeg.path in config.json"),
        command: INSTALL,
      }),
    ];
  }
  return [
    ...checks,
    versionFinding(found),
    ...(await checkCodecs(found.path)),
    await checkSandbox(found.path),
  ];
}

/** The owner named it: that it does not work is worth a word even if another one does. */
function isChosen({ source }: FfmpegMiss): boolean {
  return source === "setting" || source === "environment";
}

function settingFinding({ path, reason, source }: FfmpegMiss): Check {
  const where = source === "setting" ? "config.json, /ffmpeg/path" : "NIGHTJAR_FFMPEG or FFMPEG_BIN";
  const message = said("ffmpeg-set-unusable", "the ffmpeg that is set ({path}) cannot be used: {reason}", {
    path,
    reason,
  });
  const advice = said("correct-ffmpeg", "correct it, or take it out: the one of the PATH serves then");
  return finding("ffmpeg-setting", "warning", message, { where, advice });
}

function versionFinding({ path, version }: Ffmpeg): Check {
  // `5.1.9-0+deb12u1`, `n6.0`; builds of a day are called `N-110000-g…` or by date and are newer than any number says.
  const [, major, minor] = /^n?(\d+)\.(\d+)/.exec(version) ?? [];
  const fit = ok("ffmpeg", said("ffmpeg-fit", "ffmpeg {version}", { version }), path);
  if (major === undefined || minor === undefined) return fit;
  const isOld = Number(major) < OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) < OLDEST[1]);
  if (!isOld) return fit;
  const message = said(
    "ffmpeg-old",
    "ffmpeg {version} is older than {oldest}: conversions for browsers do not work with it",
    { version, oldest: OLDEST.join(".") },
  );
  return finding("ffmpeg-old", "warning", message, {
    where: path,
    advice: said(
      "newer-ffmpeg",
      "install a newer one, and name it in config.json as ffmpeg.path unless it comes first in the PATH",
    ),
    command: INSTALL,
  });
}

async function checkCodecs(path: string): Promise<Check[]> {
  const missing: { readonly name: string; readonly loss: string }[] = [];
  for (const list of ["-decoders", "-encoders"] as const) {
    const names = await listed(path, list);
    if (typeof names === "string") {
      const message = said("ffmpeg-silent", "ffmpeg does not say what it can do: {reason}", {
        reason: names,
      });
      return [finding("ffmpeg-codecs", "warning", message, { where: path })];
    }
    for (const needed of NEEDED) {
      if (needed.list !== list || names.has(needed.name)) continue;
      const name = `${needed.name} (${list === "-decoders" ? "decoder" : "encoder"})`;
      missing.push({ name, loss: `${name}: ${needed.loss}` });
    }
  }
  if (missing.length === 0)
    return [ok("ffmpeg-codecs", said("codecs-there", "ffmpeg has all codecs that are needed"), path)];
  const message = said("codecs-missing", "ffmpeg was built without {losses}", {
    losses: missing.map(({ loss }) => loss).join("; "),
    names: missing.map(({ name }) => name).join(", "),
  });
  return [
    finding("ffmpeg-codecs", "warning", message, {
      where: path,
      advice: said("complete-ffmpeg", "install a complete build, such as the one of the distribution"),
      command: INSTALL,
    }),
  ];
}

/** The names in a list of ffmpeg's, or why it gave none. */
async function listed(path: string, list: string): Promise<ReadonlySet<string> | string> {
  try {
    const { output } = await runFfmpeg(path, ["-hide_banner", list], {
      timeoutMs: 10_000,
      maxOutputBytes: 256 * 1024,
    });
    const lines = output.toString("latin1").split("\n");
    return new Set(lines.flatMap((line) => /^\s[A-Z.]{6}\s+(\S+)/.exec(line)?.[1] ?? []));
  } catch (error) {
    return sentence(error);
  }
}

async function checkSandbox(path: string): Promise<Check> {
  if ((await detectSandbox(path)) !== undefined)
    return ok("sandbox", said("ffmpeg-walled", "ffmpeg runs in a sandbox (bubblewrap)"));
  const message = said(
    "ffmpeg-unwalled",
    "bubblewrap is not installed or may not be used: ffmpeg runs without a sandbox",
  );
  return finding("sandbox", "notice", message, {
    advice: said("install-bubblewrap", "install bubblewrap; in a container, allow user namespaces"),
    command: "apt install bubblewrap",
  });
}
