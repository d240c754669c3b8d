// Both pixel kernels of the motion detector come to the same bits, and to the same reports, over pictures of clips as ffmpeg
// decodes them: the demo camera's, and real ones where they are at hand (they are no part of the project).
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { DetectorAnswer } from "../../core/plugin/contract/detector.ts";
import { detectorOptions } from "../../core/plugin/host/detector-options.ts";
import { FRAMES, motionDetector } from "../../plugins/vca-motion/src/detector.ts";
import { plainKernel } from "../../plugins/vca-motion/src/plain-kernel.ts";
import { simdKernel } from "../../plugins/vca-motion/src/simd-kernel.ts";
import { lumaOf, realClip } from "../support/detection-clips.ts";
import { ROOT } from "../support/program.ts";

const CLIPS = [
  join(ROOT, "plugins/camera-demo/media/sub.mp4"),
  // One with people and noise, one whose exposure shifts.
  realClip("vtest-pets2009-480x360.mp4"),
  realClip("car-detection.mp4"),
].filter((file) => file !== undefined);
const { signal } = new AbortController();

describe("both pixel kernels", { timeout: 300_000 }, () => {
  for (const file of CLIPS) {
    it(`see the same in ${file.slice(file.lastIndexOf("/") + 1)}`, async () => {
      const simd = simdKernel();
      assert.ok(simd !== undefined, "this processor has SIMD");
      const both = await Promise.all(
        [simd, plainKernel()].map(async (kernel) => {
          const detector = motionDetector(kernel);
          const options = detectorOptions(detector.configSchema, {});
          const settings = { sensitivity: 60, rules: [], options };
          await detector.begin({ watch: "w", camera: "yard", settings }, { signal });
          return { kernel, detector, reports: [] as DetectorAnswer[] };
        }),
      );
      const { width, height, perSecond } = FRAMES;
      let count = 0;
      for (const luma of lumaOf(file, FRAMES)) {
        const frame = { timeMs: (1_000 * count) / perSecond, width, height };
        const look = { watch: "w", nowMs: frame.timeMs, silentMs: 0, frame };
        for (const { detector, reports } of both)
          reports.push(...(await detector.look(look, { signal, luma })));
        count += 1;
        // Behind the head; memory of WebAssembly comes in whole pages.
        const [left, right] = both.map(({ kernel }) => Buffer.from(kernel.buffer)) as [Buffer, Buffer];
        assert.equal(left.compare(right, 80, right.length, 80, right.length), 0, `picture ${count}`);
      }
      assert.ok(count >= 75, `${count} pictures`);
      assert.deepEqual(both[0]?.reports, both[1]?.reports);
    });
  }
});
