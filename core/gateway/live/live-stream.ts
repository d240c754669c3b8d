// One stream as its viewers share it: a single feed, the pictures since the last key frame for those who come later,
// and the formats and the state that belong to them. Where the feed comes from (media, a transcoder) is not its business.
import type { CameraId, StreamName } from "../../domain/ids.ts";
import { LIVE_FLAG, LIVE_HEADER_BYTES, LIVE_TRACK, type WireFormat } from "../../media/live-wire.ts";
import type { StreamState } from "../../media/source.ts";
import type { FeedSink } from "../media-link.ts";
import type { LiveSink, LiveText, SharedFrame } from "./live-viewer.ts";

/** A group of pictures larger than this is not kept: who comes then waits for the next key frame. */
const GOP_LIMIT_BYTES = 32 * 1024 * 1024;
/** A GOP of more than a minute is a camera's fault, not a reason to hold a minute of sound. */
const GOP_LIMIT_FRAMES = 6_000;

/** Fans one feed out. */
export class LiveStream implements FeedSink {
  readonly camera: CameraId;
  readonly stream: StreamName;
  readonly #viewers = new Set<LiveSink>();
  #format: WireFormat | undefined;
  #state: StreamState | undefined;
  /** Formats and frames since the last key frame, in order. */
  #gop: (SharedFrame | WireFormat)[] = [];
  #gopBytes = 0;
  #gopIsWhole: boolean = false;
  #discontinuity: boolean = false;

  constructor(camera: CameraId, stream: StreamName) {
    this.camera = camera;
    this.stream = stream;
  }

  get viewerCount(): number {
    return this.#viewers.size;
  }

  /** The format of the newest frames; undefined before the first one came. */
  get currentFormat(): WireFormat | undefined {
    return this.#format;
  }

  /** Adds a viewer and gives it at once what is needed for a picture. */
  add(viewer: LiveSink): void {
    viewer.text({ type: "hello", camera: this.camera, stream: this.stream });
    if (this.#state !== undefined) viewer.text({ type: "state", state: this.#state });
    this.#viewers.add(viewer);
    this.prime(viewer);
  }

  /** Gives a viewer everything since the last key frame: at its start and after a pause. */
  prime(viewer: LiveSink): void {
    viewer.waitForKeyFrame();
    let frames: SharedFrame[] = [];
    for (const item of this.#gop) {
      if ("message" in item) frames.push(item);
      else {
        viewer.prime(frames);
        frames = [];
        viewer.text({ type: "format", format: item });
      }
    }
    viewer.prime(frames);
    if (this.#gop.length === 0 && this.#format !== undefined) {
      viewer.text({ type: "format", format: this.#format });
    }
  }

  remove(viewer: LiveSink): void {
    this.#viewers.delete(viewer);
  }

  format(format: WireFormat): void {
    this.#format = format;
    if (this.#gopIsWhole) this.#gop.push(format);
    for (const viewer of this.#viewers) viewer.text({ type: "format", format });
  }

  /** Takes a frame. The buffer is kept and shared; nobody writes into it afterwards. */
  frame(message: Buffer): void {
    if (message.length <= LIVE_HEADER_BYTES) return;
    // Two bytes of the header are all that fanning out needs.
    const isVideo = message[4] === LIVE_TRACK.video;
    const flags = message[5] as number;
    const isKeyFrame = isVideo && (flags & LIVE_FLAG.keyFrame) !== 0;
    if (this.#discontinuity && isVideo) {
      message[5] = flags | LIVE_FLAG.discontinuity;
      this.#discontinuity = false;
    }
    const shared = { message, isVideo, isKeyFrame };
    this.#keep(shared);
    for (const viewer of this.#viewers) viewer.frame(shared);
  }

  /** The feed left frames out: everybody goes on at the next key frame. */
  dropped(frames: number): void {
    this.#forgetGop();
    for (const viewer of this.#viewers) {
      viewer.text({ type: "dropped", frames });
      viewer.waitForKeyFrame();
    }
  }

  state(state: StreamState): void {
    const known = this.#state;
    this.#state = state;
    // A retry that fails as the last one did is no news.
    if (known?.status === state.status && known.fault?.message === state.fault?.message) return;
    for (const viewer of this.#viewers) viewer.text({ type: "state", state });
  }

  /** The feed broke off: what comes next does not continue what came before, and its first frame says so. */
  interrupted(): void {
    this.#discontinuity = true;
    this.resynchronise();
  }

  /** Everybody goes on at the next key frame. */
  resynchronise(): void {
    this.#forgetGop();
    for (const viewer of this.#viewers) viewer.waitForKeyFrame();
  }

  /** Sends a message to all viewers. */
  announce(message: LiveText): void {
    for (const viewer of this.#viewers) viewer.text(message);
  }

  #keep(frame: SharedFrame): void {
    if (frame.isKeyFrame) {
      this.#gop = this.#format === undefined ? [frame] : [this.#format, frame];
      this.#gopBytes = frame.message.length;
      this.#gopIsWhole = true;
      return;
    }
    if (!this.#gopIsWhole) return;
    this.#gop.push(frame);
    this.#gopBytes += frame.message.length;
    if (this.#gopBytes > GOP_LIMIT_BYTES || this.#gop.length > GOP_LIMIT_FRAMES) this.#forgetGop();
  }

  #forgetGop(): void {
    this.#gop = [];
    this.#gopBytes = 0;
    this.#gopIsWhole = false;
  }
}
