// A camera that says what a test tells it to: a bare TCP server that answers requests by a function and may send bytes of its own.
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";

export interface ScriptedRequest {
  readonly method: string;
  readonly url: string;
  readonly cseq: string;
  readonly text: string;
  readonly socket: Socket;
}

/** What is written back: whole bytes, or a head without CSeq and Content-Length, which are added. Undefined: nothing. */
export type ScriptedAnswer = string | Buffer | { readonly head: string; readonly body?: string } | undefined;

export interface ScriptedCamera extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly requests: readonly ScriptedRequest[];
  readonly sockets: ReadonlySet<Socket>;
}

/** Listens on loopback; `answer` is asked for each request. */
export async function scriptedCamera(
  answer: (request: ScriptedRequest) => ScriptedAnswer,
): Promise<ScriptedCamera> {
  const requests: ScriptedRequest[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => sockets.delete(socket));
    let pending = "";
    socket.on("data", (chunk) => {
      pending += chunk.toString("latin1");
      for (;;) {
        // Interleaved receiver reports of ours are passed over.
        if (pending.startsWith("$") && pending.length >= 4) {
          const size = 4 + pending.charCodeAt(2) * 256 + pending.charCodeAt(3);
          if (pending.length < size) return;
          pending = pending.slice(size);
          continue;
        }
        const end = pending.indexOf("\r\n\r\n");
        if (end < 0) return;
        const text = pending.slice(0, end + 4);
        pending = pending.slice(end + 4);
        const [, method = "", url = ""] = /^(\S+) (\S+)/.exec(text) ?? [];
        const cseq = /CSeq: (\d+)/.exec(text)?.[1] ?? "";
        const request = { method, url, cseq, text, socket };
        requests.push(request);
        const said = answer(request);
        if (said === undefined) continue;
        if (typeof said === "string" || Buffer.isBuffer(said)) socket.write(said);
        else {
          const body = said.body ?? "";
          socket.write(`${said.head}\r\nCSeq: ${cseq}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
        }
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    port,
    url: `rtsp://127.0.0.1:${port}/stream`,
    requests,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

export const OK = { head: "RTSP/1.0 200 OK" } as const;

/** The answers of a camera without fault: a description, interleaved SETUP as asked, PLAY. */
export function politely(
  sdp: string,
  extra: { session?: string } = {},
): (request: ScriptedRequest) => ScriptedAnswer {
  return (request) => {
    switch (request.method) {
      case "OPTIONS":
        return { head: "RTSP/1.0 200 OK\r\nPublic: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER" };
      case "DESCRIBE":
        return { head: "RTSP/1.0 200 OK\r\nContent-Type: application/sdp", body: sdp };
      case "SETUP": {
        const transport = /Transport: (.*)\r\n/.exec(request.text)?.[1] ?? "";
        return {
          head: `RTSP/1.0 200 OK\r\nTransport: ${transport}\r\nSession: ${extra.session ?? "4711;timeout=60"}`,
        };
      }
      default:
        return OK;
    }
  };
}
