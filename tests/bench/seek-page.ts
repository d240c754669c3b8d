// What runs in the browser for the `playback` suite: asks for moments one after the other and decodes what comes with
// WebCodecs, as the player does. Has no imports, as its text is sent to the page.

export interface SeekOrder {
  readonly url: string;
  /** 90 kHz since the epoch and, as ISO text, what is asked for. */
  readonly moments: readonly { readonly time: string; readonly time90k: number }[];
}

export interface SeekTimes {
  /** From asking to the first frame's bytes, to the first decoded picture, to the picture of the moment; ms. */
  readonly bytesMs: number;
  readonly pictureMs: number;
  readonly exactMs: number;
}

/** Seeks to each moment in turn. */
export async function seekAll(order: SeekOrder): Promise<SeekTimes[]> {
  const HEADER_BYTES = 32;
  // The types of the browser are not those of Node: what is used of them is named here.
  const browser = globalThis as unknown as {
    WebSocket: new (
      url: string,
    ) => {
      binaryType: string;
      onopen: () => void;
      onmessage: (event: { data: string | ArrayBuffer }) => void;
      onclose: (event: { code: number; reason: string }) => void;
      send(text: string): void;
      close(): void;
    };
    VideoDecoder: new (init: {
      output: (frame: { timestamp: number; close(): void }) => void;
      error: (error: Error) => void;
    }) => { configure(config: object): void; decode(chunk: object): void; close(): void };
    EncodedVideoChunk: new (init: object) => object;
    atob(text: string): string;
  };
  const socket = new browser.WebSocket(order.url);
  socket.binaryType = "arraybuffer";
  await new Promise<void>((resolve, reject) => {
    socket.onopen = resolve;
    socket.onclose = ({ code, reason }) => reject(new Error(`closed: ${code} ${reason}`));
  });
  const zero90k = order.moments[0]?.time90k ?? 0;
  const formats = new Map<number, object>();
  const results: SeekTimes[] = [];
  for (const [request, moment] of order.moments.entries()) {
    results.push(
      await new Promise<SeekTimes>((resolve, reject) => {
        const start = performance.now();
        let bytesMs = 0;
        let pictureMs = 0;
        let current = false;
        let configured = -1;
        const giveUp = setTimeout(() => reject(new Error(`no picture of ${moment.time}`)), 10_000);
        const decoder = new browser.VideoDecoder({
          output(frame) {
            const now = performance.now() - start;
            pictureMs ||= now;
            const isExact = frame.timestamp >= (moment.time90k - zero90k) / 0.09 - 45_000;
            frame.close();
            if (!isExact) return;
            clearTimeout(giveUp);
            socket.onmessage = () => undefined;
            decoder.close();
            resolve({ bytesMs, pictureMs, exactMs: now });
          },
          error: reject,
        });
        socket.onmessage = ({ data }) => {
          if (typeof data === "string") {
            const message = JSON.parse(data) as {
              type: string;
              request?: number;
              format?: {
                formatId: number;
                video: { codec: string; description: string; width: number; height: number };
              };
            };
            if (message.type === "error") reject(new Error(data));
            if (message.type === "seeked" && message.request === request + 1) current = true;
            if (message.type === "format" && message.format !== undefined) {
              const { formatId, video } = message.format;
              const description = Uint8Array.from(browser.atob(video.description), (letter) =>
                letter.charCodeAt(0),
              );
              formats.set(formatId, { codec: video.codec, description, optimizeForLatency: true });
            }
            return;
          }
          const view = new DataView(data);
          if (!current || view.getUint8(4) !== 0) return;
          bytesMs ||= performance.now() - start;
          const formatId = view.getUint32(0);
          const config = formats.get(formatId);
          if (config === undefined) return;
          if (configured !== formatId) {
            decoder.configure(config);
            configured = formatId;
          }
          decoder.decode(
            new browser.EncodedVideoChunk({
              type: (view.getUint8(5) & 1) === 1 ? "key" : "delta",
              timestamp: Math.round((view.getFloat64(8) - zero90k) / 0.09),
              data: new Uint8Array(data, HEADER_BYTES),
            }),
          );
        };
        socket.send(
          JSON.stringify({ type: "play", request: request + 1, time: moment.time, stream: "main", speed: 1 }),
        );
      }),
    );
  }
  socket.onclose = () => undefined;
  socket.close();
  return results;
}
