// Streams for browsers that cannot decode the camera's codec: `video=h264`. One ffmpeg per stream, shared by all its
// viewers, at most N at once, gone with the last viewer. A stream that is H.264 already passes through untouched.
import type { Clock } from "../../clock.ts";
import type { CameraId, StreamName } from "../../domain/ids.ts";
import type { Log } from "../../log.ts";
import type { FindFfmpeg } from "../../media/ffmpeg/ffmpeg-tool.ts";
import type { TranscodePlaces } from "../transcode-places.ts";
import type { LiveHub, LiveSeat } from "./live-hub.ts";
import type { LiveSink } from "./live-viewer.ts";
import { TranscodedStream } from "./transcoded-stream.ts";

/** All transcoded streams. */
export class TranscodeHub {
  readonly #hub: LiveHub;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #findFfmpeg: FindFfmpeg;
  readonly #places: TranscodePlaces;
  readonly #streams = new Map<string, TranscodedStream>();

  constructor(hub: LiveHub, places: TranscodePlaces, findFfmpeg: FindFfmpeg, clock: Clock, log: Log) {
    this.#hub = hub;
    this.#places = places;
    this.#findFfmpeg = findFfmpeg;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Takes a seat on the H.264 form of a stream. Where all places are taken, a viewer that `waits` keeps its seat and gets
   * the pictures when one becomes free; any other is told why it cannot have them.
   */
  watch(camera: CameraId, stream: StreamName, viewer: LiveSink, waits: boolean): LiveSeat {
    const key = `${camera}/${stream}`;
    const shared = this.#streams.get(key);
    if (shared !== undefined) return shared.add(viewer, waits);
    const made = new TranscodedStream({
      camera,
      stream,
      hub: this.#hub,
      findFfmpeg: this.#findFfmpeg,
      places: this.#places,
      clock: this.#clock,
      log: this.#log.child({ camera, stream }),
      onEmpty: () => {
        if (this.#streams.get(key) === made) this.#streams.delete(key);
      },
    });
    this.#streams.set(key, made);
    const seat = made.add(viewer, waits);
    try {
      made.open();
    } catch (error) {
      made.close();
      throw error;
    }
    return seat;
  }

  close(): void {
    for (const stream of [...this.#streams.values()]) stream.close();
  }
}
