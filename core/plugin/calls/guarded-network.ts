// The network as a plugin is lent it: hosts are resolved here, and a connection that would lead back to the recorder itself
// is refused: by `lookup` before it is made, by `fetch` when it stands and before anything is sent, so that neither a
// redirect nor a name that leads elsewhere the second time gets around it.
import { AsyncLocalStorage } from "node:async_hooks";
import diagnostics from "node:diagnostics_channel";
import type { LookupAddress } from "node:dns";
import { lookup as resolveName } from "node:dns/promises";
import type { Socket } from "node:net";
import { isNoMachine, isOwnTarget, ownTarget } from "../../domain/own-target.ts";
import { NightjarError } from "../../errors.ts";

const asking = new AsyncLocalStorage<readonly number[]>();
/** Requests of plugins, with the ports that they may not reach on this machine. */
const watched = new WeakMap<object, readonly number[]>();
let isWatching = false;

/**
 * The addresses that a host stands for, none if no connection can be made to any. Throws `NJ_ADDRESS_OWN` where one of them
 * at that port is the recorder itself; rejects as the resolver does.
 */
export async function lookupTarget(
  host: string,
  port: number,
  ownPorts: readonly number[],
): Promise<LookupAddress[]> {
  const found = await resolveName(host.replace(/^\[|\]$/g, ""), { all: true });
  if (found.some(({ address }) => isOwnTarget(address, port, ownPorts))) throw ownTarget(host, port);
  return found.filter(({ address }) => !isNoMachine(address));
}

/** `fetch`, whose connections do not lead to these ports of this machine. Throws `NJ_ADDRESS_OWN` where one would. */
export async function guardedFetch(
  address: string | URL,
  options: RequestInit,
  ownPorts: readonly number[],
): Promise<Response> {
  watch();
  try {
    return await asking.run(ownPorts, () => fetch(address, options));
  } catch (error) {
    const { cause } = error as { readonly cause?: unknown };
    throw cause instanceof NightjarError && cause.code === "NJ_ADDRESS_OWN" ? cause : error;
  }
}

/** Node's own HTTP client tells of each request when it is made, and again before the first byte of it is written. */
function watch(): void {
  if (isWatching) return;
  isWatching = true;
  diagnostics.subscribe("undici:request:create", (message) => {
    const { request } = message as { readonly request: object };
    const ownPorts = asking.getStore();
    if (ownPorts !== undefined) watched.set(request, ownPorts);
  });
  diagnostics.subscribe("undici:client:sendHeaders", (message) => {
    const { request, socket } = message as { readonly request: object; readonly socket: Socket };
    const { remoteAddress, remotePort } = socket;
    const ownPorts = watched.get(request);
    if (ownPorts === undefined || remoteAddress === undefined || remotePort === undefined) return;
    if (isOwnTarget(remoteAddress, remotePort, ownPorts))
      socket.destroy(ownTarget(remoteAddress, remotePort));
  });
}
