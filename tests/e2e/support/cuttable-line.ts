// A line between browser and recorder that a test can cut, mend and make slow: a TCP relay on a port of its own.
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export interface CuttableLine {
  /** The recorder's address by way of this line. */
  readonly url: string;
  /** Ends all connections; new ones are refused until `mend`. */
  cut(): void;
  mend(): void;
  /** What the recorder sends from now on arrives so much later. */
  delay(ms: number): void;
  close(): Promise<void>;
}

/** Opens a relay to `target` (an http URL). The caller closes it. */
export async function openLine(target: string): Promise<CuttableLine> {
  const { port } = new URL(target);
  const sockets = new Set<Socket>();
  let isCut = false;
  let delayMs = 0;
  const server = createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connect(Number(port), "localhost");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("close", () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
      socket.on("error", () => socket.destroy());
    }
    near.pipe(far);
    far.on("data", (chunk: Buffer) => {
      // In order, as timers of one length are.
      if (delayMs === 0) near.write(chunk);
      else setTimeout(() => near.write(chunk), delayMs);
    });
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  const address = server.address();
  const own = typeof address === "object" && address !== null ? address.port : 0;
  const cut = (): void => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://localhost:${own}`,
    cut,
    mend: () => {
      isCut = false;
    },
    delay: (ms) => {
      delayMs = ms;
    },
    close: async () => {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}
