// What arrives on a playback line, by track: the formats told, the sound, and the fragments for the page's own player.
// Pictures for the canvas are handed back; what of all this belongs to the request is decided by playback-session.ts.
import type { LiveFrameHeader, WireFormat } from "@nightjar/core/wire";
import { FragmentBuilder, mseSound } from "./fragment-builder.ts";
import { postPieces } from "./fragment-post.ts";
import type { PictureWay, Post } from "./messages.ts";
import type { WaitingFrame } from "./playback-show.ts";
import { SoundTrack } from "./sound-track.ts";
import { decodes } from "./video-pipe.ts";

/** Zero of MediaSource's time lies this far before the first picture, so that viewers may seek back. */
const LEAD_MS = 7 * 86_400_000;

/** The tracks of one playback line. */
export class PlaybackTracks {
  readonly sound: SoundTrack;
  readonly #id: number;
  readonly #way: PictureWay;
  readonly #post: Post;
  readonly #unsupported: (codec: string) => void;
  readonly #fragments = new FragmentBuilder(LEAD_MS);
  readonly #formats = new Map<number, WireFormat>();
  #formatId: number | undefined;

  /** `unsupported` is called for a codec that this browser does not decode. */
  constructor(id: number, way: PictureWay, post: Post, unsupported: (codec: string) => void) {
    this.#id = id;
    this.#way = way;
    this.#post = post;
    this.#unsupported = unsupported;
    this.sound = new SoundTrack(id, post);
  }

  /** A new line: the recorder tells its formats again. */
  forget(): void {
    this.#formats.clear();
  }

  /** Another request: fragments go on with a key frame. */
  waitForKeyFrame(): void {
    this.#fragments.waitForKeyFrame();
  }

  setAudio(enabled: boolean): void {
    this.sound.enabled = enabled;
    const format = this.#formatId === undefined ? undefined : this.#formats.get(this.#formatId);
    if (this.#way === "mse" && format !== undefined) this.#fragments.configure(format, enabled);
  }

  /** A format that the recorder told; undefined where it was none that this page understands. */
  configure(format: WireFormat | undefined): void {
    if (format === undefined) return;
    this.#formats.set(format.formatId, format);
    // What the page's own player can play comes to it beside the pictures.
    const isApart = this.#way === "webcodecs" || mseSound(format) === undefined;
    this.sound.configure(isApart ? format.audio : undefined);
    void decodes(format).then((supported) => {
      if (supported || this.#way === "mse" || format.video === undefined) return;
      this.#unsupported(format.video.codec);
    });
  }

  /** Takes a frame; gives back a picture for the canvas. `audible`: at the pace of life. */
  take(header: LiveFrameHeader, bytes: Uint8Array<ArrayBuffer>, audible: boolean): WaitingFrame | undefined {
    const format = this.#formats.get(header.formatId);
    if (format === undefined) return undefined;
    if (header.track === "audio" && audible) this.sound.feed(header, bytes);
    if (this.#way === "mse") this.#fragment(header, bytes, format);
    else if (header.track === "video") return { format, header, bytes };
    return undefined;
  }

  #fragment(header: LiveFrameHeader, bytes: Uint8Array<ArrayBuffer>, format: WireFormat): void {
    if (this.#formatId !== header.formatId) {
      this.#formatId = header.formatId;
      this.#fragments.configure(format, this.sound.enabled);
    }
    postPieces(this.#id, this.#fragments.push(header, bytes), header, this.#post);
  }
}
