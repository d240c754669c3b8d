// H.265 with open groups, made by x265: what is kept of a run that begins at the second group is what a decoder shows.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import { splitAnnexB } from "../../../../core/media/codec/annex-b.ts";
import { H265_NAL, h265NalType, isH265Picture, isH265Rasl } from "../../../../core/media/codec/nal-units.ts";
import type { Frame } from "../../../../core/media/format.ts";
import { LeadingPictures } from "../../../../core/media/process/leading-pictures.ts";
import { hasProgram } from "../../../support/media-files.ts";

const skip = hasProgram("ffmpeg") ? false : "ffmpeg is not installed";
const START_CODE = Buffer.of(0, 0, 0, 1);

interface Picture {
  readonly type: number;
  readonly nals: readonly Uint8Array[];
}

/** The pictures of a stream in decoding order, and its parameter sets. */
function picturesOf(stream: Buffer): { readonly sets: readonly Uint8Array[]; readonly pictures: Picture[] } {
  const nals = splitAnnexB(stream);
  const typeOf = (nal: Uint8Array): number => h265NalType(nal[0] as number);
  const isSet = (nal: Uint8Array): boolean =>
    ([H265_NAL.vps, H265_NAL.sps, H265_NAL.pps] as number[]).includes(typeOf(nal));
  // With one slice a picture each is one NAL unit.
  const pictures = nals
    .filter((nal) => isH265Picture(typeOf(nal)))
    .map((nal) => ({ type: typeOf(nal), nals: [nal] }));
  return { sets: nals.filter(isSet), pictures };
}

function frameOf({ type, nals }: Picture): Frame {
  const bytes = Buffer.concat(
    nals.flatMap((nal) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(nal.length);
      return [length, nal];
    }),
  );
  const slab = { data: bytes, retain: () => undefined, release: () => undefined };
  const times = { time: 0, duration: 0, receivedAtMs: 0 };
  return {
    track: "video",
    slab,
    offset: 0,
    length: bytes.length,
    ...times,
    keyFrame: type >= 16,
    damaged: false,
  };
}

function shownOf(sets: readonly Uint8Array[], pictures: readonly Picture[]): number {
  const stream = Buffer.concat(
    [...sets.slice(0, 3), ...pictures.flatMap(({ nals }) => nals)].flatMap((nal) => [START_CODE, nal]),
  );
  const args = ["-v", "error", "-f", "hevc", "-i", "pipe:0", "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1"];
  const { stdout } = spawnSync("ffmpeg", args, { input: stream, maxBuffer: 64 * 1024 * 1024 });
  return stdout.length / (160 * 96);
}

describe("pictures of H.265 that lead the first one of a run", { skip }, () => {
  it("are left out where nobody can decode them, and kept where the group before is there", () => {
    const args = ["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=160x96:r=25:d=4", "-c:v", "libx265"];
    const recipe =
      "keyint=25:min-keyint=25:open-gop=1:bframes=4:b-adapt=0:scenecut=0:slices=1:pools=1:log-level=none";
    const stream = execFileSync("ffmpeg", [...args, "-x265-params", recipe, "-f", "hevc", "pipe:1"]);
    const { sets, pictures } = picturesOf(stream);
    const cra = pictures.findIndex(({ type }) => type === H265_NAL.cra);
    assert.ok(cra > 0, "the clip has an open group");
    const run = pictures.slice(cra);
    const ofFirst = run.slice(0, 1 + run.slice(1).findIndex(({ type }) => !isH265Rasl(type)));
    assert.ok(ofFirst.length > 1, "with pictures that lead it");

    const leading = new LeadingPictures();
    const kept = run.filter((picture) => !leading.drops(frameOf(picture)));
    assert.equal(
      kept.length,
      run.length - (ofFirst.length - 1),
      "those of the first group alone are dropped",
    );
    assert.ok(
      kept.some(({ type }) => isH265Rasl(type)),
      "those of later groups stay",
    );
    assert.equal(shownOf(sets, kept), kept.length, "a decoder shows all that is kept");
    assert.equal(shownOf(sets, run), kept.length, "and showed no more of the whole");
  });
});
