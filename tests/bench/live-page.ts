// What runs in the browser for the `live` suite: watches a camera with WebCodecs, as the player does, and reads the
// burnt-in number of every picture that it shows. Has no imports, as its text is sent to the page; the reader of the
// number is put there before (page-parts.ts).

export interface LiveOrder {
  readonly url: string;
  /** How many pictures to watch. */
  readonly pictures: number;
}

export interface LiveSeen {
  /** From opening the connection to the first picture, ms. */
  readonly firstPictureMs: number;
  /** Number of each picture and the wall clock when it was drawn. */
  readonly shown: readonly { readonly frame: number; readonly atMs: number }[];
}

/** Watches until the pictures are there. */
export async function watchLive(order: LiveOrder): Promise<LiveSeen> {
  const [WIDTH, HEIGHT, HEADER_BYTES] = [426, 240, 32];
  // The types of the browser are not those of Node: what is used of them is named here.
  const browser = globalThis as unknown as {
    WebSocket: new (
      url: string,
    ) => {
      binaryType: string;
      onmessage: (event: { data: string | ArrayBuffer }) => void;
      onclose: (event: { code: number; reason: string }) => void;
      close(): void;
    };
    VideoDecoder: new (init: {
      output: (frame: { close(): void }) => void;
      error: (error: Error) => void;
    }) => { configure(config: object): void; decode(chunk: object): void; close(): void };
    EncodedVideoChunk: new (init: object) => object;
    OffscreenCanvas: new (
      width: number,
      height: number,
    ) => {
      getContext(
        kind: "2d",
        options: object,
      ): {
        drawImage(frame: object, x: number, y: number, width: number, height: number): void;
        getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray };
      };
    };
    atob(text: string): string;
    benchParts: {
      readFrameCounter(rgba: Uint8ClampedArray, width: number, height: number): number | undefined;
    };
  };
  const canvas = new browser.OffscreenCanvas(WIDTH, HEIGHT).getContext("2d", { willReadFrequently: true });
  return await new Promise<LiveSeen>((resolve, reject) => {
    const start = performance.now();
    const shown: { frame: number; atMs: number }[] = [];
    const formats = new Map<number, object>();
    let firstPictureMs = 0;
    let configured = -1;
    const giveUp = setTimeout(() => reject(new Error(`only ${shown.length} pictures came`)), 60_000);
    const decoder = new browser.VideoDecoder({
      output(frame) {
        canvas.drawImage(frame, 0, 0, WIDTH, HEIGHT);
        const atMs = performance.timeOrigin + performance.now();
        firstPictureMs ||= performance.now() - start;
        frame.close();
        const { data } = canvas.getImageData(0, 0, WIDTH, HEIGHT);
        const number = browser.benchParts.readFrameCounter(data, WIDTH, HEIGHT);
        if (number !== undefined) shown.push({ frame: number, atMs });
        if (shown.length !== order.pictures) return;
        clearTimeout(giveUp);
        socket.onclose = () => undefined;
        socket.close();
        decoder.close();
        resolve({ firstPictureMs, shown });
      },
      error: reject,
    });
    const socket = new browser.WebSocket(order.url);
    socket.binaryType = "arraybuffer";
    socket.onclose = ({ code, reason }) => reject(new Error(`closed: ${code} ${reason}`));
    socket.onmessage = ({ data }) => {
      if (shown.length >= order.pictures) return;
      if (typeof data === "string") {
        const message = JSON.parse(data) as {
          type: string;
          format?: { formatId: number; video: { codec: string; description: string } };
        };
        if (message.type !== "format" || message.format === undefined) return;
        const { formatId, video } = message.format;
        const description = Uint8Array.from(browser.atob(video.description), (letter) =>
          letter.charCodeAt(0),
        );
        formats.set(formatId, { codec: video.codec, description, optimizeForLatency: true });
        return;
      }
      const view = new DataView(data);
      if (view.getUint8(4) !== 0) return;
      const formatId = view.getUint32(0);
      const isKey = (view.getUint8(5) & 1) === 1;
      const config = formats.get(formatId);
      if (config === undefined || (configured !== formatId && !isKey)) return;
      if (configured !== formatId) {
        decoder.configure(config);
        configured = formatId;
      }
      decoder.decode(
        new browser.EncodedVideoChunk({
          type: isKey ? "key" : "delta",
          timestamp: Math.round(view.getFloat64(8) / 0.09) % 2 ** 40,
          data: new Uint8Array(data, HEADER_BYTES),
        }),
      );
    };
  });
}
