// Still pictures in the place of moving ones: an image over the canvas or video, fetched from the recorder, now and again
// or of a moment. Makes and owns the image.

/** What becomes of it. */
export interface StillSink {
  shown(): void;
  failed(): void;
}

/** One image inside a box. */
export class StillFeed {
  readonly image: HTMLImageElement;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(box: HTMLElement, label: string, sink: StillSink) {
    this.image = document.createElement("img");
    this.image.className = "picture";
    this.image.alt = label;
    this.image.addEventListener("load", () => sink.shown());
    this.image.addEventListener("error", () => sink.failed());
    box.prepend(this.image);
  }

  /** Shows the picture at an address. */
  show(address: string): void {
    if (this.image.src !== new URL(address, location.href).href) this.image.src = address;
  }

  /** Shows what `address` gives now and every so often. */
  repeat(everyMs: number, address: () => string | undefined): void {
    const load = (): void => {
      const next = address();
      if (next !== undefined) this.show(next);
    };
    load();
    this.#timer = setInterval(load, everyMs);
  }

  close(): void {
    clearInterval(this.#timer);
    this.image.remove();
  }
}
