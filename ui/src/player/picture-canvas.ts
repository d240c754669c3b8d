// Draws decoded pictures into an OffscreenCanvas of the picture's own size (CSS scales it), and takes stills of it.

/** A canvas that shows one picture at a time. */
export class PictureCanvas {
  readonly #canvas: OffscreenCanvas;
  readonly #context: OffscreenCanvasRenderingContext2D | null;

  constructor(canvas: OffscreenCanvas) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d", { alpha: false });
  }

  /** Draws a picture; the caller closes it. */
  draw(picture: VideoFrame | ImageBitmap): void {
    const width = "displayWidth" in picture ? picture.displayWidth : picture.width;
    const height = "displayHeight" in picture ? picture.displayHeight : picture.height;
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    this.#context?.drawImage(picture, 0, 0, width, height);
  }

  /** What is shown now, as JPEG. */
  still(): Promise<Blob> {
    return this.#canvas.convertToBlob({ type: "image/jpeg", quality: 0.92 });
  }
}
