// Sources whose pictures misbehave: another clip in the middle (new parameter sets, another size), or no key frame for long.
import type {
  PlaybackListener,
  PlaybackOptions,
  ServedPlayback,
  ServedSource,
  ServedUnit,
} from "../media/rtsp-server/served-source.ts";

/** Plays `first` for some seconds of its own time, then the video of `second` at the times of the rest. */
export function changingSource(
  first: ServedSource,
  second: ServedSource,
  afterSeconds: number,
): ServedSource {
  return {
    tracks: first.tracks,
    play(listener: PlaybackListener, options: PlaybackOptions): ServedPlayback {
      let next: ServedPlayback | undefined;
      let startTime = 0;
      const previous = first.play(
        {
          unit(unit: ServedUnit) {
            if (unit.track !== 0 || unit.time < afterSeconds * 90_000) {
              listener.unit(unit);
              return;
            }
            if (next !== undefined) return;
            startTime = unit.time;
            next = second.play(
              {
                unit: (other) => {
                  if (other.track === 0) listener.unit({ ...other, time: other.time + startTime });
                },
                ended: () => undefined,
              },
              {},
            );
          },
          ended: () => listener.ended(),
        },
        options,
      );
      return {
        stop() {
          previous.stop();
          next?.stop();
        },
      };
    },
  };
}

/** Leaves out key frames, the first `keep` excepted, as a camera with an endless GOP does; `keep` 0: none ever. */
export function withoutKeyFrames(source: ServedSource, keep: number): ServedSource {
  return {
    tracks: source.tracks,
    play(listener, options) {
      let seen = 0;
      return source.play(
        {
          unit(unit) {
            if (unit.keyFrame && unit.track === 0) {
              seen += 1;
              if (seen > keep) return;
            }
            listener.unit(unit);
          },
          ended: () => listener.ended(),
        },
        options,
      );
    },
  };
}
