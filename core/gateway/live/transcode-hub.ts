// Streams for browsers that cannot decode the camera's codec: `video=h264`. One ffmpeg per stream, shared by all its
// viewers, at most N at once, gone with the last viewer. A stream that is H.264 already passes through untouched.
import type { Clock } from "../../clock.ts";
import type { CameraId, StreamName } from "../../domain/ids.ts";
import type { Log } from "../../log.ts";
import type { FindFfmpeg } from "../ffmpeg-tool.ts";
import type { LiveHub, LiveSeat } from "./live-hub.ts";
import type { LiveSink } from "./live-viewer.ts";
import { TranscodedStream } from "./transcoded-stream.ts";

/** All transcoded streams. */
export class TranscodeHub {
  /** Most ffmpeg children at once. */
  limit = 2;
  readonly #hub: LiveHub;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #findFfmpeg: FindFfmpeg;
  readonly #streams = new Map<string, TranscodedStream>();

  constructor(hub: LiveHub, findFfmpeg: FindFfmpeg, clock: Clock, log: Log) {
    this.#hub = hub;
    this.#findFfmpeg = findFfmpeg;
    this.#clock = clock;
    this.#log = log;
  }

  /** Children that run now. */
  get running(): number {
    let count = 0;
    for (const stream of this.#streams.values()) if (stream.isTranscoding) count += 1;
    return count;
  }

  /** Takes a seat on the H.264 form of a stream. */
  watch(camera: CameraId, stream: StreamName, viewer: LiveSink): LiveSeat {
    const key = `${camera}/${stream}`;
    const shared = this.#streams.get(key);
    if (shared === undefined) {
      const made = new TranscodedStream({
        camera,
        stream,
        hub: this.#hub,
        findFfmpeg: this.#findFfmpeg,
        clock: this.#clock,
        log: this.#log.child({ camera, stream }),
        mayStart: () => this.running < this.limit,
        load: () => ({ running: this.running, limit: this.limit }),
        onEmpty: () => {
          if (this.#streams.get(key) === made) this.#streams.delete(key);
        },
      });
      this.#streams.set(key, made);
      const seat = made.add(viewer);
      try {
        made.open();
      } catch (error) {
        made.close();
        throw error;
      }
      return seat;
    }
    return shared.add(viewer);
  }

  close(): void {
    for (const stream of [...this.#streams.values()]) stream.close();
  }
}
