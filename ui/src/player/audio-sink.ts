// Plays blocks of samples that the worker decoded: each is scheduled right after the one before. One AudioContext for
// the page, made on the viewer's first wish for sound (browsers demand a gesture).

/** Sound starts this far ahead, to ride out jitter. */
const LEAD_S = 0.12;
/** More than this waiting means we lag behind the picture: leave a block out. */
const MOST_S = 0.6;

let context: AudioContext | undefined;

/** The page's context; call from a click or key handler first. */
export function audioContext(): AudioContext | undefined {
  context ??=
    typeof AudioContext === "undefined" ? undefined : new AudioContext({ latencyHint: "interactive" });
  if (context?.state === "suspended") void context.resume();
  return context;
}

/** One player's sound. */
export class AudioSink {
  #next = 0;
  #playing = new Set<AudioBufferSourceNode>();

  play(planes: readonly Float32Array<ArrayBuffer>[], sampleRate: number): void {
    const length = planes[0]?.length ?? 0;
    if (context === undefined || context.state !== "running" || length === 0) return;
    const now = context.currentTime;
    if (this.#next < now + 0.01) this.#next = now + LEAD_S;
    if (this.#next > now + MOST_S) return;
    const buffer = context.createBuffer(planes.length, length, sampleRate);
    for (const [channel, plane] of planes.entries()) buffer.copyToChannel(plane, channel);
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.connect(context.destination);
    source.addEventListener("ended", () => this.#playing.delete(source));
    source.start(this.#next);
    this.#playing.add(source);
    this.#next += buffer.duration;
  }

  /** Silence at once. */
  reset(): void {
    for (const source of this.#playing) source.stop();
    this.#playing.clear();
    this.#next = 0;
  }
}
