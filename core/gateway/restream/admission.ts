// How many may knock and how many may watch, over all and from one address. Who has not logged in yet never keeps out who
// can: of the address with the most of them the oldest gives way.

export const CONNECTIONS_LIMIT = 1_024;
export const CONNECTIONS_PER_ADDRESS = 384;
export const STRANGERS_LIMIT = 256;
export const STRANGERS_PER_ADDRESS = 64;
export const VIEWERS_LIMIT = 512;
export const VIEWERS_PER_ADDRESS = 256;

/** A connection, as far as counting goes. */
export interface Guest {
  readonly address: string;
  /** Hangs up. */
  turnAway(): void;
}

export class Admission {
  readonly #guests = new Set<Guest>();
  /** Not logged in yet, oldest first. */
  readonly #strangers = new Set<Guest>();
  readonly #viewers = new Set<Guest>();

  get connections(): number {
    return this.#guests.size;
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  /** Takes a connection in; false: there is no room. */
  arrive(guest: Guest): boolean {
    this.#makeRoom(guest.address);
    if (this.#guests.size >= CONNECTIONS_LIMIT) return false;
    if (countOf(this.#guests, guest.address) >= CONNECTIONS_PER_ADDRESS) return false;
    this.#guests.add(guest);
    this.#strangers.add(guest);
    return true;
  }

  /** It has logged in. */
  welcome(guest: Guest): void {
    this.#strangers.delete(guest);
  }

  /** It wants to watch; false: too many do. */
  seat(guest: Guest): boolean {
    if (this.#viewers.has(guest)) return true;
    if (this.#viewers.size >= VIEWERS_LIMIT) return false;
    if (countOf(this.#viewers, guest.address) >= VIEWERS_PER_ADDRESS) return false;
    this.#viewers.add(guest);
    return true;
  }

  leave(guest: Guest): void {
    this.#guests.delete(guest);
    this.#strangers.delete(guest);
    this.#viewers.delete(guest);
  }

  #makeRoom(address: string): void {
    if (countOf(this.#strangers, address) >= STRANGERS_PER_ADDRESS) this.#turnAwayOldest(address);
    else if (this.#strangers.size >= STRANGERS_LIMIT) this.#turnAwayOldest(mostCrowded(this.#strangers));
  }

  #turnAwayOldest(address: string): void {
    for (const stranger of this.#strangers) {
      if (stranger.address !== address) continue;
      this.#turnAway(stranger);
      return;
    }
  }

  #turnAway(stranger: Guest): void {
    this.leave(stranger);
    stranger.turnAway();
  }
}

function countOf(guests: ReadonlySet<Guest>, address: string): number {
  let count = 0;
  for (const guest of guests) if (guest.address === address) count += 1;
  return count;
}

/** The address with the most guests. */
function mostCrowded(guests: ReadonlySet<Guest>): string {
  const counts = new Map<string, number>();
  for (const { address } of guests) counts.set(address, (counts.get(address) ?? 0) + 1);
  let crowded = "";
  for (const [address, count] of counts) if (count > (counts.get(crowded) ?? 0)) crowded = address;
  return crowded;
}
