// The gateway's end of the link to `core`: grants, segments and settings come from there, and go on without it where
// they can. The peer may be away or restart at any time.
import { join } from "node:path";
import { LINK_VERSION } from "../link/link.ts";
import { LinkClient } from "../link/link-client.ts";
import type { Log } from "../log.ts";
import { CORE_LINK_SOCKET, type CoreMethodsForGateway, type GatewayMethodsForCore } from "./protocol.ts";

/** What the rest of the gateway calls on core: the protocol's methods as promises. */
export type CorePort = {
  request<M extends keyof CoreMethodsForGateway & string>(
    method: M,
    params: Parameters<CoreMethodsForGateway[M]>[0],
    timeoutMs?: number,
  ): Promise<Awaited<ReturnType<CoreMethodsForGateway[M]>>>;
  /** Lost when core is away. */
  notify<M extends keyof CoreMethodsForGateway & string>(
    method: M,
    params: Parameters<CoreMethodsForGateway[M]>[0],
  ): void;
};

export type CoreHandlers = { [M in keyof GatewayMethodsForCore]: GatewayMethodsForCore[M] };

/** Connects to core and stays connected until `close`. */
export function coreLink(
  runFolder: string,
  instance: string,
  log: Log,
  handlers: CoreHandlers,
  onUp: () => void,
): LinkClient<CoreMethodsForGateway> {
  return new LinkClient<CoreMethodsForGateway>(join(runFolder, CORE_LINK_SOCKET), {
    hello: { role: "gateway", version: LINK_VERSION, instance },
    handlers,
    log: log.child({ link: "core" }),
    onUp,
  });
}
