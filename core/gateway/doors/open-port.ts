// Opens a port, or the next free one after a busy one.
import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";
import { systemCode } from "../../errors.ts";

/** How many ports after a busy one are tried. */
const PORTS_TRIED = 50;

/** An open port, or why there is none. */
export type OpenedPort<S extends Server> =
  | { readonly server: S; readonly port: number }
  | { readonly reason: string };

/**
 * Listens with a server of `make` on the wanted port, or on the one `kept` from the last time, or on one after them. Port 0
 * is any free one.
 */
export async function openFirstFree<S extends Server>(
  make: () => S,
  wanted: { readonly port: number; readonly host: string },
  kept: number | undefined,
): Promise<OpenedPort<S>> {
  const ports = wanted.port === 0 ? [0] : Array.from({ length: PORTS_TRIED }, (_, i) => wanted.port + i);
  if (kept !== undefined && wanted.port !== 0) ports.unshift(kept);
  let reason = "";
  for (const port of ports.filter((candidate) => candidate <= 65_535)) {
    const server = make();
    try {
      server.listen({ port, host: wanted.host });
      await once(server, "listening");
      return { server, port: (server.address() as AddressInfo).port };
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
      const code = systemCode(error);
      // A privileged port (EACCES) gives way like a busy one; a wrong address does not.
      if (code !== "EADDRINUSE" && code !== "EACCES") break;
    }
  }
  return { reason };
}
