// What runs in the browser for the `live` suite's second half: watches a camera through MediaSource with the player's
// own socket, fragment builder and playhead, and reads the burnt-in number of every picture that the <video> shows.
// Has no imports, as its text is sent to the page; the parts are put there before (page-parts.ts).
import type { LiveOrder, LiveSeen } from "./live-page.ts";

/** Watches until the pictures are there. */
export async function watchLiveMse(order: LiveOrder): Promise<LiveSeen> {
  const [WIDTH, HEIGHT] = [426, 240];
  interface Piece {
    readonly kind: "init" | "fragment";
    readonly mime: string;
    readonly data: Uint8Array;
  }
  interface Video {
    muted: boolean;
    width: number;
    remove(): void;
    requestVideoFrameCallback(callback: (nowMs: number) => void): void;
  }
  // The types of the browser are not those of Node: what is used of them is named here.
  const browser = globalThis as unknown as {
    document: { createElement(name: "video"): Video; body: { append(element: Video): void } };
    OffscreenCanvas: new (
      width: number,
      height: number,
    ) => {
      getContext(
        kind: "2d",
        options: object,
      ): {
        drawImage(video: Video, x: number, y: number, width: number, height: number): void;
        getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray };
      };
    };
    benchParts: {
      StreamSocket: new (
        url: string,
        sink: {
          opened(): void;
          text(message: object): void;
          frame(header: object, bytes: Uint8Array): void;
          lost(refused: boolean): void;
        },
      ) => { close(): void };
      FragmentBuilder: new () => {
        configure(format: object, audio: boolean): void;
        push(header: object, bytes: Uint8Array): Piece[];
      };
      MseLive: new (
        video: Video,
      ) => { init(mime: string, data: Uint8Array): void; append(data: Uint8Array): void; close(): void };
      formatOf(message: object): object | undefined;
      readFrameCounter(rgba: Uint8ClampedArray, width: number, height: number): number | undefined;
    };
  };
  const { StreamSocket, FragmentBuilder, MseLive, formatOf, readFrameCounter } = browser.benchParts;
  const canvas = new browser.OffscreenCanvas(WIDTH, HEIGHT).getContext("2d", { willReadFrequently: true });
  const video = browser.document.createElement("video");
  video.muted = true;
  video.width = 1280;
  browser.document.body.append(video);
  const start = performance.now();
  const shown: { frame: number; atMs: number }[] = [];
  let firstPictureMs = 0;
  const player = new MseLive(video);
  const builder = new FragmentBuilder();
  return await new Promise<LiveSeen>((resolve, reject) => {
    const end = (): void => {
      clearTimeout(giveUp);
      socket.close();
      player.close();
      video.remove();
    };
    const giveUp = setTimeout(() => {
      end();
      reject(new Error(`only ${shown.length} pictures came`));
    }, 60_000);
    const look = (): void => {
      const now = performance.now();
      firstPictureMs ||= now - start;
      canvas.drawImage(video, 0, 0, WIDTH, HEIGHT);
      const frame = readFrameCounter(canvas.getImageData(0, 0, WIDTH, HEIGHT).data, WIDTH, HEIGHT);
      if (frame !== undefined) shown.push({ frame, atMs: performance.timeOrigin + now });
      if (shown.length < order.pictures) {
        video.requestVideoFrameCallback(look);
        return;
      }
      end();
      resolve({ firstPictureMs, shown });
    };
    video.requestVideoFrameCallback(look);
    const socket = new StreamSocket(order.url, {
      opened: () => undefined,
      lost: () => {
        end();
        reject(new Error("the connection was lost"));
      },
      text: (message) => {
        const format = (message as { type?: string }).type === "format" ? formatOf(message) : undefined;
        if (format !== undefined) builder.configure(format, false);
      },
      frame: (header, bytes) => {
        for (const piece of builder.push(header, bytes)) {
          if (piece.kind === "init") player.init(piece.mime, piece.data);
          else player.append(piece.data);
        }
      },
    });
  });
}
