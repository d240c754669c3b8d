// The process that looks at pictures: pictures of cameras from `media`, what is to be looked for from `core`, what was seen to
// `core`. It runs only while a camera has detection on; recording does not notice whether it does. Wiring only.
import { join } from "node:path";
import { MediaLink } from "../gateway/media-link.ts";
import { childOutput } from "../link/child-output.ts";
import { LINK_VERSION } from "../link/link.ts";
import { LinkClient } from "../link/link-client.ts";
import { ffmpegFinder } from "../media/ffmpeg/ffmpeg-tool.ts";
import { type ProcessContext, RUN_FOLDER, type RunningProcess } from "../supervisor/process-contract.ts";
import { CameraWatch, type CameraWatchParts } from "./camera-watch.ts";
import { InlineDetectorHost } from "./inline-detectors.ts";
import { LoadWatch } from "./load-watch.ts";
import { passedDetector } from "./passed-detectors.ts";
import {
  ANALYSIS_SOCKET,
  type AnalysisMethodsForCore,
  type CoreMethodsForAnalysis,
  type DesiredAnalysis,
} from "./protocol.ts";
import { sharedTicks } from "./shared-ticks.ts";

/** Runs the analysis process on a data directory. */
export async function runAnalysis(context: ProcessContext): Promise<RunningProcess> {
  const { dataDir, log, instance } = context;
  const clock = sharedTicks(context.clock);
  const run = join(dataDir, RUN_FOLDER);
  const host = new InlineDetectorHost(log);
  const watches = new Map<string, CameraWatch>();
  const load = new LoadWatch({ clock, log, watches: () => watches.values() });
  let desired: DesiredAnalysis | undefined;
  let watchNumber = 0;
  let ticket = 0;
  let following: Promise<void> = Promise.resolve();

  const handlers = {
    setDesired: (next: DesiredAnalysis) => follow(next),
    figures: () => ({
      cameras: [...watches.values()].map((watch) => watch.figures()),
      load: load.figures(),
    }),
    wake: ({ camera }) => watches.get(camera)?.wake(),
  } satisfies AnalysisMethodsForCore;
  const core = new LinkClient<CoreMethodsForAnalysis>(join(run, ANALYSIS_SOCKET), {
    hello: { role: "analysis", version: LINK_VERSION, instance },
    handlers,
    log: log.child({ link: "core" }),
  });
  const media = new MediaLink(
    run,
    instance,
    log,
    {
      up: () => {
        for (const watch of watches.values()) watch.mediaFound();
      },
      down: () => {
        for (const watch of watches.values()) watch.mediaLost();
      },
      streamState: (camera, stream, state) => {
        const watch = watches.get(camera);
        if (watch?.desired.stream === stream) watch.streamState(state);
      },
    },
    "analysis",
  );
  const parts: CameraWatchParts = {
    ...{ media, clock, log },
    findFfmpeg: ffmpegFinder(() => desired?.ffmpegPath),
    makeOutput: () => childOutput(run),
    callsOf: (detector) =>
      detector.runs === "here"
        ? host.callsOf(detector)
        : passedDetector(core, detector, () => {
            ticket = (ticket % 0xffff_ffff) + 1;
            return ticket;
          }),
    nextWatch: () => {
      watchNumber += 1;
      return `${instance.slice(0, 8)}-${watchNumber}`;
    },
    onReports: (camera, { plugin, id }, reports) => core.notify("reports", { camera, plugin, id, reports }),
    onActivity: (camera, activity) => core.notify("activity", { camera, activity }),
    onEnded: (camera, { plugin, id }) => core.notify("ended", { camera, plugin, id }),
  };

  /** One after the other; a camera that stays as it is goes on undisturbed. */
  function follow(next: DesiredAnalysis): Promise<void> {
    following = following.then(async () => {
      const isOther = JSON.stringify(desired?.plugins) !== JSON.stringify(next.plugins);
      desired = next;
      load.setBudget(next.processorPercent);
      if (isOther) await host.setPlugins(next.plugins, next.version);
      for (const [camera, watch] of watches) {
        const now = next.cameras.find((each) => each.camera === camera);
        if (!isOther && now !== undefined && JSON.stringify(now) === JSON.stringify(watch.desired)) continue;
        watches.delete(camera);
        watch.close();
      }
      for (const camera of next.cameras) {
        if (watches.has(camera.camera)) continue;
        const watch = new CameraWatch(camera, parts);
        watch.setStep(load.step);
        watches.set(camera.camera, watch);
      }
    });
    return following;
  }

  // Timers and links do not keep the process: it stays until it is told to stop.
  const awake = setInterval(() => undefined, 60_000);
  context.ready();
  return {
    async stop() {
      clearInterval(awake);
      load.close();
      for (const watch of watches.values()) watch.close();
      media.close();
      core.close();
      await host.close();
    },
  };
}
