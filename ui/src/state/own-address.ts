// Whether a page was opened on the recorder's own machine, and whether a door is open to others. Pure.

/** Addresses at which a machine answers itself alone. */
const OWN_ADDRESS = /^(?:localhost|127\.[0-9.]+|\[?::1\]?)$/;
const EVERY_ADDRESS = "::";

/** True if nobody but the machine itself reaches that host. */
export function isOwnAddress(host: string): boolean {
  return OWN_ADDRESS.test(host);
}

interface Door {
  readonly enabled: boolean;
  readonly host: string;
}

/** True if other devices of the network reach it. */
export function isOpenToNetwork({ enabled, host }: Door): boolean {
  return enabled && !isOwnAddress(host);
}

/** What is to be set of a door so that other devices of the network reach it, or no longer do. */
export function doorChange(isOpen: boolean): Partial<Door> {
  return isOpen ? { enabled: true, host: EVERY_ADDRESS } : { host: "127.0.0.1" };
}
