// A small picture of the moment under the mouse, above the timeline. Asked for once the mouse rests for a moment; a moment
// of which nothing was recorded, or for which the recorder is too busy, has none. Touch has no rest: nothing is shown there.

const REST_MS = 180;
/** Width on the page; the recorder makes this step. */
const WIDTH_PX = 240;
const ABOVE_PX = 8;

/** One picture for one canvas. Close it with the canvas. */
export class HoverPicture {
  readonly #image: HTMLImageElement;
  readonly #addressOf: (camera: string, timeMs: number) => string;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(addressOf: (camera: string, timeMs: number) => string) {
    this.#addressOf = addressOf;
    this.#image = document.createElement("img");
    this.#image.className = "hover-picture";
    // What it shows is under the mouse of whoever sees it; the time is spoken by the canvas.
    this.#image.alt = "";
    this.#image.hidden = true;
    this.#image.addEventListener("load", () => {
      this.#image.hidden = this.#image.dataset["wanted"] !== "yes";
    });
    this.#image.addEventListener("error", () => this.hide());
    document.body.append(this.#image);
  }

  /** The mouse is over a lane at a moment, at `x` of the window; `top` is the timeline's upper edge. */
  point(camera: string, timeMs: number, x: number, top: number): void {
    clearTimeout(this.#timer);
    const left = Math.max(4, Math.min(innerWidth - WIDTH_PX - 4, x - WIDTH_PX / 2));
    this.#image.style.left = `${left}px`;
    this.#image.style.bottom = `${innerHeight - top + ABOVE_PX}px`;
    this.#timer = setTimeout(() => {
      this.#image.dataset["wanted"] = "yes";
      const address = new URL(this.#addressOf(camera, timeMs), location.href).href;
      if (this.#image.src === address) this.#image.hidden = !this.#image.complete;
      else this.#image.src = address;
    }, REST_MS);
  }

  hide(): void {
    clearTimeout(this.#timer);
    this.#image.dataset["wanted"] = "no";
    this.#image.hidden = true;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#image.remove();
  }
}
