// A link between two processes of one Nightjar over a Unix socket: requests with answers, notices without,
// and binary frames. Messages are declared in one protocol file per pair of processes; this file knows none.
// Both ends say hello first: role, protocol version and instance, so that a stale peer is refused, and who connects the key
// of link-key.ts, without which nothing is served.
import { once } from "node:events";
import { chmod, rm } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import { fromPlainError, NightjarError, type PlainError, toPlainError } from "../errors.ts";
import { FRAME_KIND, FrameSplitter, framePrefix, textFrame } from "./framing.ts";
import { isLinkKey, makeLinkKey, readLinkKey } from "./link-key.ts";
import { WaitingRequests } from "./waiting-requests.ts";

export const LINK_VERSION = 1;
const GREETING_LIMIT_BYTES = 4096;

/** Methods of one direction: name → [parameters, result]. A result of `void` makes it fit for `notify` too. */
export type LinkMethods = Record<string, (params: never) => unknown>;

export interface LinkHello {
  /** Which process speaks: `core`, `gateway`, `media` … */
  readonly role: string;
  readonly version: number;
  /** Number that changes with every start of the process. */
  readonly instance: string;
  /** Of who connects to a socket: `connectLink` puts it in. */
  readonly key?: string | undefined;
}

type Message =
  | { readonly hello: LinkHello }
  | { readonly id: number; readonly method: string; readonly params: unknown }
  | { readonly method: string; readonly params: unknown }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: PlainError };

export type LinkHandler = (params: never) => unknown;

export interface LinkOptions {
  readonly hello: LinkHello;
  /** What the peer may call; a throw or rejection becomes an error answer. */
  readonly handlers: Readonly<Record<string, LinkHandler>>;
  /** Binary frames of the peer; the payload is valid during the call only. */
  readonly onBinary?: (payload: Buffer) => void;
  /** Called once, when the peer has said hello and before anything else that it sent is served. */
  readonly onReady?: (link: Link<LinkMethods>) => void;
  /** Longest message of the peer; a longer one closes the link. */
  readonly limitBytes?: number;
  /** What the peer's hello must hold: `listenLinks` puts it in. Without it the link ends, and nothing is served before. */
  readonly wantsKey?: string;
  /** Told of every message of the peer before it is looked at; false: it is passed over. */
  readonly onMessage?: (bytes: number) => boolean;
}

/** One end of a link. `Remote` lists the methods of the peer. */
export class Link<Remote extends LinkMethods> {
  readonly #socket: Socket;
  readonly #options: LinkOptions;
  readonly #waiting = new WaitingRequests();
  #peer: LinkHello | undefined;
  #greeted: (() => void) | undefined;
  /** Resolves when the peer has said hello; rejects when the link closes before. */
  readonly ready: Promise<LinkHello>;
  /** Resolves once, when the link is closed for whatever reason. */
  readonly closed: Promise<void>;

  constructor(socket: Socket, options: LinkOptions) {
    this.#socket = socket;
    this.#options = options;
    const splitter = new FrameSplitter((kind, payload) => {
      if (options.onMessage?.(payload.length) !== false) this.#receive(kind, payload);
    }, options.limitBytes);
    let fault: unknown;
    socket.on("data", (chunk: Buffer) => {
      try {
        splitter.push(chunk);
      } catch (error) {
        fault = error;
        socket.destroy(error instanceof Error ? error : undefined);
      }
    });
    socket.on("error", () => socket.destroy());
    this.closed = new Promise((resolve) => {
      socket.once("close", () => {
        this.#waiting.failAll(
          new NightjarError("NJ_LINK_CLOSED", "unavailable", "the other process of Nightjar went away"),
        );
        resolve();
      });
    });
    this.ready = new Promise((resolve, reject) => {
      this.#greeted = () => resolve(this.#peer as LinkHello);
      socket.once("close", () =>
        reject(
          fault ??
            new NightjarError("NJ_LINK_CLOSED", "unavailable", "the other process of Nightjar went away"),
        ),
      );
    });
    this.ready.catch(() => undefined);
    this.#sendJson({ hello: options.hello });
  }

  /** Who is at the other end; undefined until `ready`. */
  get peer(): LinkHello | undefined {
    return this.#peer;
  }

  /** Bytes that wait to be taken by the peer: the measure for dropping frames to a slow one. */
  get waitingBytes(): number {
    return this.#socket.writableLength;
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed && this.#socket.writable;
  }

  /** Calls a method of the peer. Rejects with the peer's error, or `NJ_LINK_CLOSED`, or `NJ_LINK_TIMEOUT`. */
  request<M extends keyof Remote & string>(
    method: M,
    params: Parameters<Remote[M]>[0],
    timeoutMs = 10_000,
  ): Promise<Awaited<ReturnType<Remote[M]>>> {
    if (!this.isOpen) {
      return Promise.reject(
        new NightjarError("NJ_LINK_CLOSED", "unavailable", "the other process of Nightjar is not there"),
      );
    }
    return this.#waiting.ask(method, timeoutMs, (id) => this.#sendJson({ id, method, params })) as Promise<
      Awaited<ReturnType<Remote[M]>>
    >;
  }

  /** Calls a method of the peer without waiting for an answer. Lost when the link is closed. */
  notify<M extends keyof Remote & string>(method: M, params: Parameters<Remote[M]>[0]): void {
    if (this.isOpen) this.#sendJson({ method, params });
  }

  /** Sends a binary frame made of `pieces`, none of which is copied. `onWritten` runs when the socket let go of them. */
  sendBinary(pieces: readonly Uint8Array[], onWritten?: () => void): void {
    if (!this.isOpen) {
      onWritten?.();
      return;
    }
    let length = 0;
    for (const piece of pieces) length += piece.byteLength;
    this.#socket.cork();
    this.#socket.write(framePrefix(FRAME_KIND.binary, length));
    const last = pieces.length - 1;
    for (let index = 0; index < pieces.length; index += 1) {
      const piece = pieces[index] as Uint8Array;
      if (index === last && onWritten !== undefined) this.#socket.write(piece, () => onWritten());
      else this.#socket.write(piece);
    }
    this.#socket.uncork();
  }

  /** Closes the link; pending requests are rejected. */
  close(): void {
    this.#socket.destroy();
  }

  #sendJson(message: Message): void {
    this.#socket.write(textFrame(FRAME_KIND.json, JSON.stringify(message)));
  }

  #receive(kind: number, payload: Buffer): void {
    const { wantsKey } = this.#options;
    const isStranger = wantsKey !== undefined && this.#peer === undefined;
    if (isStranger && !isGreeting(kind, payload, wantsKey)) {
      this.#socket.destroy();
      return;
    }
    if (kind === FRAME_KIND.binary) {
      this.#options.onBinary?.(payload);
      return;
    }
    const message = JSON.parse(payload.toString("utf8")) as Message;
    if ("hello" in message) {
      if (message.hello.version !== LINK_VERSION) {
        throw new NightjarError(
          "NJ_LINK_VERSION",
          "failed-precondition",
          `the process ${message.hello.role} speaks link version ${message.hello.version}, this one ${LINK_VERSION}`,
        );
      }
      this.#peer = message.hello;
      this.#greeted?.();
      this.#options.onReady?.(this as unknown as Link<LinkMethods>);
    } else if ("method" in message) {
      this.#serve(message.method, message.params, "id" in message ? message.id : undefined);
    } else if ("id" in message) {
      if ("error" in message) this.#waiting.failed(message.id, fromPlainError(message.error));
      else this.#waiting.answered(message.id, message.result);
    }
  }

  #serve(method: string, params: unknown, id: number | undefined): void {
    const handler = Object.hasOwn(this.#options.handlers, method)
      ? this.#options.handlers[method]
      : undefined;
    Promise.resolve()
      .then(() => {
        if (handler === undefined) {
          throw new NightjarError("NJ_LINK_METHOD", "unimplemented", `no method ${method} on this link`);
        }
        return handler(params as never);
      })
      .then(
        (result) => {
          if (id !== undefined && this.isOpen) this.#sendJson({ id, result: result ?? null });
        },
        (error: unknown) => {
          if (id !== undefined && this.isOpen) this.#sendJson({ id, error: toPlainError(error) });
        },
      );
  }
}

/** Whether that is a hello with the key. */
function isGreeting(kind: number, payload: Buffer, key: string): boolean {
  if (kind !== FRAME_KIND.json || payload.length > GREETING_LIMIT_BYTES) return false;
  const { hello } = (JSON.parse(payload.toString("utf8")) ?? {}) as { readonly hello?: Partial<LinkHello> };
  return isLinkKey(hello?.key, key);
}

/** A Unix socket that accepts links. The folder it lies in must be private (0700). */
export interface LinkServer {
  close(): Promise<void>;
}

/** Listens on `path`, removing a leftover socket first. `onLink` gets each link before its hello. */
export async function listenLinks(
  path: string,
  makeOptions: () => LinkOptions,
  onLink: (link: Link<LinkMethods>) => void,
): Promise<LinkServer> {
  await rm(path, { force: true });
  const wantsKey = await makeLinkKey(dirname(path));
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    onLink(new Link(socket, { ...makeOptions(), wantsKey }));
  });
  server.listen(path);
  await once(server, "listening");
  await chmod(path, 0o600);
  return {
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await rm(path, { force: true });
    },
  };
}

/** Connects to a peer's socket once. Rejects with `NJ_LINK_CLOSED` if nobody listens there. */
export async function connectLink<Remote extends LinkMethods>(
  path: string,
  options: LinkOptions,
): Promise<Link<Remote>> {
  const key = await readLinkKey(dirname(path));
  const socket = connect(path);
  try {
    await once(socket, "connect");
  } catch (error) {
    throw new NightjarError(
      "NJ_LINK_CLOSED",
      "unavailable",
      `no process of Nightjar listens on ${path}`,
      { path },
      error,
    );
  }
  const link = new Link<Remote>(socket, { ...options, hello: { ...options.hello, key } });
  await link.ready;
  return link;
}
