// Entry of the player worker: one for the whole page. Keeps the sessions by number and passes messages on.
import { LiveSession } from "./live-session.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import { PlaybackSession } from "./playback-session.ts";

/** What a dedicated worker's global offers, beyond the page's types. */
interface WorkerScope {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent<ToWorker>) => void): void;
}

const scope = globalThis as unknown as WorkerScope;
const lives = new Map<number, LiveSession>();
const playbacks = new Map<number, PlaybackSession>();

function post(message: FromWorker, transfer: Transferable[] = []): void {
  scope.postMessage(message, transfer);
}

function close(id: number): void {
  lives.get(id)?.close();
  playbacks.get(id)?.close();
  lives.delete(id);
  playbacks.delete(id);
}

scope.addEventListener("message", ({ data }) => {
  const { id } = data;
  switch (data.type) {
    case "open-live":
      lives.set(id, new LiveSession(id, data.url, data.way, data.canvas, data.audio, post));
      break;
    case "open-playback":
      playbacks.set(id, new PlaybackSession(id, data.url, data.way, data.canvas, data.stream, post));
      break;
    case "audio":
      lives.get(id)?.setAudio(data.enabled);
      playbacks.get(id)?.setAudio(data.enabled);
      break;
    case "visible":
      lives.get(id)?.setVisible(data.visible);
      break;
    case "picture":
      void lives.get(id)?.still(data.reply);
      void playbacks.get(id)?.still(data.reply);
      break;
    case "play":
      playbacks.get(id)?.play(data.timeMs * 90, data.speed);
      break;
    case "seek":
      playbacks.get(id)?.seek(data.timeMs * 90);
      break;
    case "pause":
      playbacks.get(id)?.pause();
      break;
    case "resume":
      playbacks.get(id)?.resume();
      break;
    case "speed":
      playbacks.get(id)?.setSpeed(data.speed);
      break;
    case "step":
      playbacks.get(id)?.step(data.frames);
      break;
    case "stream":
      playbacks.get(id)?.setStream(data.stream);
      break;
    case "shown":
      playbacks.get(id)?.shownByPage(data.timeMs * 90);
      break;
    case "convert":
      playbacks.get(id)?.convert();
      break;
    case "dry":
      playbacks.get(id)?.dry();
      break;
    case "close":
      close(id);
      break;
    default:
  }
});
