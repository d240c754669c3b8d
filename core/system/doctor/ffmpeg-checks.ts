// Is there an ffmpeg that can do what snapshots, clips and conversions need? Recording does without.
import { type Ffmpeg, type FfmpegMiss, searchFfmpeg } from "../../media/ffmpeg/find-ffmpeg.ts";
import { runFfmpeg } from "../../media/ffmpeg/run-ffmpeg.ts";
import { type Check, finding, ok, said, sentence } from "./check.ts";

/** `-fps_mode`, which conversions for browsers need, came with it. */
const OLDEST = [5, 1] as const;
const INSTALL = "apt install ffmpeg";

/** What is asked of ffmpeg by core/media, and what goes without it. */
const NEEDED = [
  { use: "decoder", codec: "h264", name: "h264", loss: "no snapshots and thumbnails of H.264 cameras" },
  {
    use: "decoder",
    codec: "hevc",
    name: "hevc",
    loss: "no snapshots of H.265 cameras, and no H.265 in browsers that lack it",
  },
  { use: "encoder", codec: "mjpeg", name: "mjpeg", loss: "no snapshots, thumbnails and still pictures" },
  {
    use: "encoder",
    codec: "h264",
    name: "libx264",
    loss: "no H.265 cameras in browsers that cannot play H.265",
  },
  {
    use: "encoder",
    codec: "aac",
    name: "aac",
    loss: "clips have no sound where the camera sends G.711",
  },
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
  return [...checks, versionFinding(found), ...(await checkCodecs(found.path)), sandboxFinding(found)];
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
  const known = await codecList(path);
  if ("reason" in known) {
    const message = said("ffmpeg-silent", "ffmpeg does not say what it can do: {reason}", known);
    return [finding("ffmpeg-codecs", "warning", message, { where: path })];
  }
  const missing = NEEDED.filter(({ use, codec, name }) => !known[use].has(`${codec}/${name}`)).map(
    ({ use, name, loss }) => ({ name: `${name} (${use})`, loss: `${name} (${use}): ${loss}` }),
  );
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

interface CodecList {
  /** As `codec/name`. */
  readonly decoder: ReadonlySet<string>;
  readonly encoder: ReadonlySet<string>;
}

/** What ffmpeg decodes and encodes, and with what, by one question; or why it does not say. */
async function codecList(path: string): Promise<CodecList | { readonly reason: string }> {
  let text: string;
  try {
    const { output } = await runFfmpeg(path, ["-hide_banner", "-codecs"], {
      timeoutMs: 10_000,
      maxOutputBytes: 256 * 1024,
    });
    text = output.toString("latin1");
  } catch (error) {
    return { reason: sentence(error) };
  }
  const list = { decoder: new Set<string>(), encoder: new Set<string>() };
  // ` DEV.LS h264    H.264 / AVC … (decoders: h264 h264_qsv ) (encoders: libx264 )`; no names where the codec's own is the only one.
  for (const [, decodes, encodes, codec = "", rest = ""] of text.matchAll(
    /^ ([D.])([E.])[A-Z.]{4} (\S+)(.*)$/gm,
  ))
    for (const [use, can] of [
      ["decoder", decodes],
      ["encoder", encodes],
    ] as const) {
      if (can === ".") continue;
      const names = new RegExp(`\\(${use}s: ([^)]*)\\)`).exec(rest)?.[1] ?? codec;
      for (const name of names.trim().split(" ")) list[use].add(`${codec}/${name}`);
    }
  return list;
}

function sandboxFinding({ sandbox }: Ffmpeg): Check {
  if (sandbox !== undefined)
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
