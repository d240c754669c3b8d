// What a child writes, read into one buffer that all children share. Node's own pipe to a child gives each piece a buffer of its
// own, outside of the heap: where pictures come that way, letting go of them takes more than looking at them. Node has no
// pair of sockets to give; this one is a connection to ourselves (docs/decisions/0045-pictures-into-one-buffer.md).
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";

/** More than one picture of usual size, so that what has piled up comes at once. */
const READ_BUFFER_BYTES = 128 * 1024;

/** Both ends of a child's output. Whoever has it closes it. */
export interface ChildOutput {
  /** For `stdio` of the child. It is to be destroyed here as soon as the child has it: else the output never ends. */
  readonly childEnd: Socket;
  /** Called with all that comes from now on; the bytes are valid during the call only. */
  onBytes(take: (bytes: Buffer) => void): void;
  /** Closes both ends; nothing is called back afterwards. */
  close(): void;
}

let readBuffer: Buffer | undefined;

/**
 * Makes an output for a child. `folder` must be private (0700): for a moment a socket lies in it, under a name that nobody can
 * guess. Rejects where there can be none.
 */
export async function childOutput(folder: string): Promise<ChildOutput> {
  readBuffer ??= Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
  const path = join(folder, `${randomBytes(12).toString("base64url")}.sock`);
  const server = createServer({ pauseOnConnect: true });
  let take: ((bytes: Buffer) => void) | undefined;
  let own: Socket | undefined;
  try {
    server.listen(path);
    await once(server, "listening");
    const onread = {
      buffer: readBuffer,
      callback: (length: number, bytes: Uint8Array) => {
        take?.((bytes as Buffer).subarray(0, length));
        return true;
      },
    };
    own = connect({ path, onread });
    const connected = once(own, "connect");
    const [[childEnd]] = (await Promise.all([once(server, "connection"), connected])) as [[Socket], unknown];
    const ends = [own, childEnd];
    for (const end of ends) end.on("error", () => end.destroy());
    return {
      childEnd,
      onBytes: (next) => {
        take = next;
      },
      close() {
        take = undefined;
        for (const end of ends) end.destroy();
      },
    };
  } catch (error) {
    own?.destroy();
    throw error;
  } finally {
    // The name goes with it.
    server.close();
  }
}
