// What is looked at every two seconds, since nobody tells of it by himself: figures of all streams, states of the volumes, and what
// is wrong because of them.
import type { Clock, Timer } from "../clock.ts";
import type { ChangeFeed } from "../http/change-feed.ts";
import type { Log } from "../log.ts";
import type { RecordingService } from "../recording/recording-service.ts";
import type { AlarmService } from "./alarm-service.ts";
import type { Cameras } from "./camera-service.ts";
import type { RecorderProblems } from "./recorder-problems.ts";
import type { ReplacedDisks } from "./replaced-disks.ts";
import { volumeView } from "./status-service.ts";

const FIGURES_MS = 2_000;

/** Who is told of what was seen. */
export interface WatchedFiguresParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly recording: RecordingService;
  readonly cameras: Pick<Cameras, "takeFigures">;
  readonly alarms: Pick<AlarmService, "takeProblems">;
  readonly changes: Pick<ChangeFeed, "publish">;
  readonly replacedDisks: Pick<ReplacedDisks, "take">;
  readonly problems: RecorderProblems;
}

/** Looks until the timer is cancelled. */
export function watchFigures(parts: WatchedFiguresParts): Timer {
  const { clock, log, recording, cameras, problems } = parts;
  recording.media.on("clockStepped", (step) => problems.clockStepped(step));
  return clock.every(FIGURES_MS, () => {
    recording.figures().then(
      (figures) => cameras.takeFigures(figures),
      // `media` is away: the last ones stay.
      () => undefined,
    );
    tellProblems(parts).catch((error: unknown) =>
      log.warn("what is wrong was not passed on", { reason: String(error) }),
    );
  });
}

async function tellProblems(parts: WatchedFiguresParts): Promise<void> {
  const { recording, alarms, changes, replacedDisks, problems } = parts;
  const states = await recording.volumeStates();
  replacedDisks.take(states);
  const volumes = states.map(volumeView);
  alarms.takeProblems(problems.list(volumes));
  if (problems.hasChanged(volumes)) changes.publish({ type: "problems" });
}
