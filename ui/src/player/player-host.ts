// The page's end of the player worker: one worker for all tiles, messages routed by session number.
import type { FromWorker, ToWorker } from "./messages.ts";

let worker: Worker | undefined;
let lastId = 0;
let lastReply = 0;
const listeners = new Map<number, (message: FromWorker) => void>();
const replies = new Map<number, (blob: Blob | undefined) => void>();

function route(event: MessageEvent<FromWorker>): void {
  const message = event.data;
  if (message.type === "picture") {
    replies.get(message.reply)?.(message.blob);
    replies.delete(message.reply);
    return;
  }
  listeners.get(message.id)?.(message);
}

function running(): Worker {
  if (worker === undefined) {
    worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "player" });
    worker.addEventListener("message", route);
  }
  return worker;
}

/** Starts the worker ahead of its first use, so that its code is there when the first picture is wanted. */
export function warmUp(): void {
  running();
}

/** One session in the worker, as the page holds it. */
export interface WorkerSession {
  readonly id: number;
  send(message: ToWorker, transfer?: Transferable[]): void;
  /** The picture on the canvas as JPEG; undefined if there is none. */
  picture(): Promise<Blob | undefined>;
  close(): void;
}

/** Opens a session; the caller sends `open-live` or `open-playback` next. */
export function openSession(listener: (message: FromWorker) => void): WorkerSession {
  lastId += 1;
  const id = lastId;
  listeners.set(id, listener);
  return {
    id,
    send: (message, transfer = []) => running().postMessage(message, transfer),
    picture: () =>
      new Promise((resolve) => {
        lastReply += 1;
        replies.set(lastReply, resolve);
        running().postMessage({ type: "picture", id, reply: lastReply } satisfies ToWorker);
      }),
    close: () => {
      listeners.delete(id);
      running().postMessage({ type: "close", id } satisfies ToWorker);
    },
  };
}

/** A still of a video element as JPEG. */
export async function stillOf(video: HTMLVideoElement): Promise<Blob | undefined> {
  if (video.videoWidth === 0) return undefined;
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.92 });
}
