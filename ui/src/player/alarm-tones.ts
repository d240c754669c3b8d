// Plays the sounds of alarms with WebAudio: patterns of tones made here, over and over, until it is told to stop. No file is
// loaded. A browser that lets nothing be heard before a click is told of, and goes on by itself once it does.

interface Tone {
  readonly atMs: number;
  readonly forMs: number;
  readonly fromHz: number;
  /** Another one: it glides there. */
  readonly toHz?: number;
  readonly wave: OscillatorType;
}

interface Pattern {
  readonly everyMs: number;
  readonly tones: readonly Tone[];
}

/** How each pattern sounds. */
export const PATTERNS = {
  chime: {
    everyMs: 2_400,
    tones: [
      { atMs: 0, forMs: 700, fromHz: 880, wave: "sine" },
      { atMs: 450, forMs: 1_000, fromHz: 660, wave: "sine" },
    ],
  },
  beep: {
    everyMs: 1_000,
    tones: [
      { atMs: 0, forMs: 140, fromHz: 1_000, wave: "triangle" },
      { atMs: 220, forMs: 140, fromHz: 1_000, wave: "triangle" },
    ],
  },
  alarm: {
    everyMs: 600,
    tones: [
      { atMs: 0, forMs: 280, fromHz: 950, wave: "square" },
      { atMs: 300, forMs: 280, fromHz: 720, wave: "square" },
    ],
  },
  siren: {
    everyMs: 1_600,
    tones: [
      { atMs: 0, forMs: 800, fromHz: 500, toHz: 1_300, wave: "sawtooth" },
      { atMs: 800, forMs: 800, fromHz: 1_300, toHz: 500, wave: "sawtooth" },
    ],
  },
} as const satisfies Readonly<Record<string, Pattern>>;

/** Waves with corners are as loud as a sine at less. */
const LEVEL: Readonly<Record<string, number>> = { sine: 1, triangle: 0.9, square: 0.4, sawtooth: 0.45 };
const EDGE_SECONDS = 0.012;
/** Tones are laid so far ahead: a page in the background is woken once a second. */
const AHEAD_SECONDS = 2.5;
const LOOK_MS = 500;

export class AlarmTones {
  #context: AudioContext | undefined;
  #out: GainNode | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #playing = "";
  #nextSeconds = 0;
  #onBlocked: (isBlocked: boolean) => void = () => undefined;

  /** Plays from now on, in the place of what plays; the same goes on as it is. `onBlocked`: whether it can be heard. */
  play(name: keyof typeof PATTERNS, volumePercent: number, onBlocked: (isBlocked: boolean) => void): void {
    this.#onBlocked = onBlocked;
    const playing = `${name}/${volumePercent}`;
    if (playing === this.#playing) return;
    this.stop();
    this.#playing = playing;
    const context = this.#opened();
    const out = context.createGain();
    out.gain.value = (volumePercent / 100) ** 2;
    out.connect(context.destination);
    this.#out = out;
    this.#nextSeconds = context.currentTime + 0.05;
    const lay = (): void => {
      onBlocked(context.state !== "running");
      if (context.state !== "running") return;
      // After a while without sound: from now on.
      this.#nextSeconds = Math.max(this.#nextSeconds, context.currentTime + 0.05);
      const { tones, everyMs }: Pattern = PATTERNS[name];
      while (this.#nextSeconds < context.currentTime + AHEAD_SECONDS) {
        for (const tone of tones) layTone(context, out, tone, this.#nextSeconds + tone.atMs / 1_000);
        this.#nextSeconds += everyMs / 1_000;
      }
    };
    this.#timer = setInterval(lay, LOOK_MS);
    // Stays unanswered for as long as the browser lets nothing be heard.
    context.resume().then(lay, () => undefined);
    if (context.state !== "suspended") lay();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#playing = "";
    const out = this.#out;
    this.#out = undefined;
    if (out === undefined || this.#context === undefined) return;
    out.gain.setTargetAtTime(0, this.#context.currentTime, EDGE_SECONDS);
    setTimeout(() => out.disconnect(), 200);
  }

  /** In answer to a click. */
  async allow(): Promise<void> {
    await this.#opened().resume();
    this.#onBlocked(false);
  }

  #opened(): AudioContext {
    this.#context ??= new AudioContext();
    return this.#context;
  }
}

function layTone(context: AudioContext, out: AudioNode, tone: Tone, startSeconds: number): void {
  const { fromHz, toHz = fromHz, forMs, wave } = tone;
  const endSeconds = startSeconds + forMs / 1_000;
  const oscillator = new OscillatorNode(context, { type: wave, frequency: fromHz });
  oscillator.frequency.setValueAtTime(fromHz, startSeconds);
  oscillator.frequency.linearRampToValueAtTime(toHz, endSeconds);
  const edge = new GainNode(context, { gain: 0 });
  const level = LEVEL[wave] ?? 1;
  edge.gain.setValueAtTime(0, startSeconds);
  edge.gain.linearRampToValueAtTime(level, startSeconds + EDGE_SECONDS);
  edge.gain.setValueAtTime(level, endSeconds - EDGE_SECONDS);
  // A bell fades away.
  if (wave === "sine") edge.gain.exponentialRampToValueAtTime(0.05, endSeconds - EDGE_SECONDS / 2);
  edge.gain.linearRampToValueAtTime(0, endSeconds);
  oscillator.connect(edge).connect(out);
  oscillator.start(startSeconds);
  oscillator.stop(endSeconds);
  oscillator.onended = () => edge.disconnect();
}
