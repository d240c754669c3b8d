// Viewers of live pictures as fault tests want them: bare WebSocket connections that never read, read all, read slowly, or
// are cut in the middle of it.
import { connect, type Socket } from "node:net";
import { activate } from "../support/accounts.ts";
import type { RecorderRig } from "../support/recorder-rig.ts";

/** A slow one reads so much, so often: 10 kB a second. */
const SLOW_BYTES = 2_000;
const SLOW_EVERY_MS = 200;

export class Viewers {
  readonly #rig: RecorderRig;
  readonly #token: string;
  readonly #sockets: Socket[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  #bytes = 0;

  private constructor(rig: RecorderRig, token: string) {
    this.#rig = rig;
    this.#token = token;
  }

  /** For one recorder, which is activated for it. The caller closes them. */
  static async of(rig: RecorderRig): Promise<Viewers> {
    return new Viewers(rig, await activate(rig.url, rig.activationCode));
  }

  /** What those that read were sent so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** So many more, each of the camera that `cameraOf` names, that never read. */
  async open(count: number, cameraOf: (index: number) => string): Promise<readonly Socket[]> {
    const opened = await Promise.all(
      Array.from({ length: count }, (_, index) => this.#connect(cameraOf(index))),
    );
    this.#sockets.push(...opened);
    return opened;
  }

  /** They read all that comes. */
  read(sockets: readonly Socket[]): void {
    for (const socket of sockets) {
      socket.on("data", (chunk: Buffer) => {
        this.#bytes += chunk.length;
      });
      socket.resume();
    }
  }

  /** They read a little now and then. */
  readSlowly(sockets: readonly Socket[]): void {
    this.#timers.push(
      setInterval(() => {
        for (const socket of sockets) socket.read(SLOW_BYTES);
      }, SLOW_EVERY_MS),
    );
  }

  /** All connections end at once, without a word. */
  cut(): void {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    for (const socket of this.#sockets.splice(0)) socket.resetAndDestroy();
  }

  async #connect(camera: string): Promise<Socket> {
    const { hostname, port } = new URL(this.#rig.url);
    const socket = connect(Number(port), hostname);
    const answered = Promise.withResolvers<string>();
    socket.once("data", (chunk: Buffer) => {
      socket.pause();
      answered.resolve(chunk.toString("latin1", 0, 64));
    });
    socket.on("error", answered.reject);
    socket.write(
      `GET /api/v1/cameras/${camera}/live HTTP/1.1\r\nHost: ${hostname}:${port}\r\n` +
        `Authorization: Bearer ${this.#token}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    const status = await answered.promise;
    if (!status.startsWith("HTTP/1.1 101")) throw new Error(`a viewer was answered ${status}`);
    socket.removeListener("error", answered.reject);
    socket.on("error", () => undefined);
    return socket;
  }
}
