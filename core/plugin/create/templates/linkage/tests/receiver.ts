// Who gets the messages in the tests: a real server that keeps what it is sent.
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export const KEY = "the key of the recorder";

export interface Message {
  readonly idempotencyKey: string;
  readonly text: string;
  readonly test: boolean;
  readonly jpeg?: string;
}

export interface Receiver {
  readonly url: string;
  readonly messages: readonly Message[];
  /** What it answers from now on to those that have the key. */
  status: number;
  close(): Promise<void>;
}

/** Starts it on loopback. The caller closes it. */
export async function receiver(): Promise<Receiver> {
  const messages: Message[] = [];
  const server = createServer(async (request, response) => {
    response.setHeader("connection", "close");
    const body = await textOf(request);
    const isLetIn = request.headers.authorization === `Bearer ${KEY}`;
    response.statusCode = isLetIn ? made.status : 401;
    if (response.statusCode === 200) {
      const idempotencyKey = String(request.headers["idempotency-key"]);
      messages.push({ idempotencyKey, ...(JSON.parse(body) as Omit<Message, "idempotencyKey">) });
    }
    response.end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const made: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    messages,
    status: 200,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return made;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk as string;
  return text;
}
