// What a playback line asks of the recorder, in its words, and the position by which the recorder paces itself.
import type { StreamSocket } from "./stream-socket.ts";

const POSITION_MS = 250;

/** Asks for a moment, `converted` where this browser cannot play it as it is; rounded towards where play goes, so that the picture that stands there is among those sent. */
export function playRequest(
  request: number,
  want90k: number,
  speed: number,
  stream: "main" | "sub",
  converted: boolean,
): Readonly<Record<string, unknown>> {
  const timeMs = speed > 0 ? Math.floor(want90k / 90) : Math.ceil(want90k / 90);
  const asked = { type: "play", request, time: new Date(timeMs).toISOString(), speed, stream };
  return converted ? { ...asked, video: "h264" } : asked;
}

/** Asks for the one picture before a moment, wherever it lies. */
export function stepBackRequest(request: number, here90k: number): Readonly<Record<string, unknown>> {
  return { type: "step", request, time: new Date(Math.ceil(here90k / 90)).toISOString(), frames: -1 };
}

/** Tells the recorder now and then what is on show: it runs ahead of that, and no further. */
export class PositionTeller {
  readonly #timer: ReturnType<typeof setInterval>;
  #told90k = 0;

  constructor(socket: StreamSocket, position: () => number | undefined) {
    this.#timer = setInterval(() => {
      const here = position();
      if (here === undefined || here === this.#told90k) return;
      this.#told90k = here;
      socket.send({ type: "position", time90k: here });
    }, POSITION_MS);
  }

  /** Another request: the recorder knows no position of it yet. */
  forget(): void {
    this.#told90k = 0;
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
