// Searching the network by WS-Discovery: a probe by multicast on every network of this machine, and what comes back within the
// time. Whoever is on the network may answer anything: datagrams are counted and measured before they are read, an answer must
// name the probe, and a device is where its datagram came from, whatever addresses it names. Nothing is connected to.
// WS-Discovery 1.0 (schemas.xmlsoap.org/ws/2005/04/discovery), ONVIF Core Specification §7. IPv4.
import { randomUUID } from "node:crypto";
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { networkInterfaces } from "node:os";
import { type FoundCamera, NightjarError, type SearchWish } from "@nightjar/core";
import { anywhere, childrenOf, readXml, textAt, type XmlElement } from "./xml.ts";

export const DISCOVERY_PORT = 3_702;
export const DISCOVERY_GROUP = "239.255.255.250";
/** The whole of what is read in one search. */
const READ_LIMIT = 4_096;
/** What is thrown away unread is not free either: such a flood ends the search. */
const DATAGRAMS_LIMIT = 65_536;
const BYTES_LIMIT = 4 * 1024 * 1024;
/** A device with a dozen addresses says so in 2 KiB; each answers every probe on every network that it shares with us. */
const DATAGRAM_LIMIT_BYTES = 16 * 1024;
const DATAGRAMS_OF_ONE_LIMIT = 24;
const MATCHES_LIMIT = 16;
const INTERFACES_LIMIT = 16;
/** Datagrams get lost: asked twice, as the specification has it. */
const AGAIN_MS = 400;
const TYPES = ["dn:NetworkVideoTransmitter", "tds:Device"] as const;
const SCOPE = /^onvif:\/\/www\.onvif\.org\/(?<kind>[A-Za-z]{1,32})\/(?<value>\S{1,300})$/;
const PATH = "/onvif/device_service";

/** Where to call; what is left out is as everywhere. */
export interface DiscoveryPlace {
  /** IPv4 addresses of this machine, one of each network. */
  readonly addresses?: readonly string[];
  readonly group?: string;
  readonly port?: number;
}

/** Calls and listens until the time is over, enough have answered, or nobody waits any more. Throws where it can call nowhere. */
export async function discover(
  { waitMs, most }: SearchWish,
  signal: AbortSignal,
  { addresses = ownAddresses(), group = DISCOVERY_GROUP, port = DISCOVERY_PORT }: DiscoveryPlace = {},
): Promise<readonly FoundCamera[]> {
  const answers = new Answers(most);
  const end = Promise.withResolvers<void>();
  const stop = (): void => end.resolve();
  const timers = [setTimeout(stop, waitMs)];
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  const opened = await Promise.allSettled(addresses.slice(0, INTERFACES_LIMIT).map(openSocket));
  const sockets = opened.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  try {
    if (sockets.length === 0) throw noNetwork(opened);
    for (const socket of sockets)
      socket.on("message", (datagram, from) => {
        answers.take(datagram, from);
        if (answers.isFull) stop();
      });
    const call = (): void => {
      // A network that has gone meanwhile has no cameras.
      for (const socket of sockets)
        for (const type of TYPES) socket.send(probe(answers.newProbe(), type), port, group, () => undefined);
    };
    call();
    timers.push(setTimeout(call, AGAIN_MS));
    await end.promise;
    return answers.found;
  } finally {
    signal.removeEventListener("abort", stop);
    for (const timer of timers) clearTimeout(timer);
    for (const socket of sockets) socket.close();
  }
}

/** Takes what comes, and keeps what is an answer. */
export class Answers {
  readonly #most: number;
  readonly #probes = new Set<string>();
  readonly #bySender = new Map<string, number>();
  readonly #found = new Map<string, FoundCamera>();
  readonly #ids = new Set<string>();
  #datagrams = 0;
  #read = 0;
  #bytes = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get found(): readonly FoundCamera[] {
    return [...this.#found.values()];
  }

  /** Nothing more is to be expected, or to be stood. */
  get isFull(): boolean {
    return (
      this.#found.size >= this.#most ||
      this.#datagrams >= DATAGRAMS_LIMIT ||
      this.#read >= READ_LIMIT ||
      this.#bytes >= BYTES_LIMIT
    );
  }

  /** The id of a probe whose answers are taken. */
  newProbe(): string {
    const id = `urn:uuid:${randomUUID()}`;
    this.#probes.add(id);
    return id;
  }

  take(
    datagram: Uint8Array,
    { address, size = datagram.length }: Pick<RemoteInfo, "address"> & { size?: number },
  ): void {
    if (this.isFull) return;
    this.#datagrams += 1;
    const ofSender = (this.#bySender.get(address) ?? 0) + 1;
    this.#bySender.set(address, ofSender);
    if (ofSender > DATAGRAMS_OF_ONE_LIMIT || size > DATAGRAM_LIMIT_BYTES) return;
    this.#read += 1;
    this.#bytes += size;
    let envelope: XmlElement;
    try {
      envelope = readXml(Buffer.from(datagram).toString("utf8"));
    } catch (error) {
      if (error instanceof NightjarError) return;
      throw error;
    }
    if (!this.#probes.has(textAt(envelope, "Header", "RelatesTo") ?? "")) return;
    const matches = childrenOf(anywhere(envelope, "ProbeMatches"), "ProbeMatch");
    for (const match of matches.slice(0, MATCHES_LIMIT)) this.#keep(cameraOf(match, address));
  }

  /** A device on several networks is one: the first of its addresses holds. */
  #keep(camera: FoundCamera): void {
    if (this.#found.size >= this.#most || this.#found.has(camera.address)) return;
    if (camera.id !== undefined && this.#ids.has(camera.id)) return;
    if (camera.id !== undefined) this.#ids.add(camera.id);
    this.#found.set(camera.address, camera);
  }
}

function cameraOf(match: XmlElement, sender: string): FoundCamera {
  const id = textAt(match, "EndpointReference", "Address")?.slice(0, 200);
  const said = new Map<string, string>();
  for (const scope of (textAt(match, "Scopes") ?? "").split(/\s+/).slice(0, 64)) {
    const { kind = "", value = "" } = SCOPE.exec(scope)?.groups ?? {};
    const text = decoded(value).trim();
    // Of several, the first: `location/country/de` and `location/city/x` are told as they stand.
    if (text !== "" && !said.has(kind.toLowerCase())) said.set(kind.toLowerCase(), text.slice(0, 300));
  }
  const name = said.get("name");
  const maker = said.get("manufacturer") ?? said.get("mfr");
  const hardware = said.get("hardware");
  const location = said.get("location");
  const address = serviceOf(textAt(match, "XAddrs") ?? "", sender);
  return {
    ...{ address, config: { address } },
    ...(id === undefined ? {} : { id }),
    ...(name === undefined ? {} : { name }),
    ...(maker === undefined ? {} : { maker }),
    ...(hardware === undefined ? {} : { hardware }),
    ...(location === undefined ? {} : { location }),
  };
}

/** The device's service at the machine that answered; what it says of other machines is not followed. */
function serviceOf(addresses: string, sender: string): string {
  for (const text of addresses.split(/\s+/).slice(0, MATCHES_LIMIT)) {
    const url = text.length > 300 ? null : URL.parse(text);
    if (url === null || url.hostname !== sender || url.username !== "" || url.password !== "") continue;
    if (url.protocol !== "http:" && url.protocol !== "https:") continue;
    const rest = url.pathname === PATH && url.search === "" ? "" : `${url.pathname}${url.search}`;
    return `${url.protocol === "https:" ? "https://" : ""}${url.host}${rest}`;
  }
  return sender;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A device that writes its name as it is.
    return text;
  }
}

function probe(id: string, type: (typeof TYPES)[number]): string {
  return `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl" xmlns:tds="http://www.onvif.org/ver10/device/wsdl"><s:Header><a:Action s:mustUnderstand="1">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action><a:MessageID>${id}</a:MessageID><a:ReplyTo><a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo><a:To s:mustUnderstand="1">urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header><s:Body><d:Probe><d:Types>${type}</d:Types></d:Probe></s:Body></s:Envelope>`;
}

async function openSocket(address: string): Promise<Socket> {
  const socket = createSocket("udp4");
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once("error", reject);
  socket.bind({ address, port: 0, exclusive: true }, resolve);
  try {
    await promise;
    socket.setMulticastInterface(address);
    // No farther than this network.
    socket.setMulticastTTL(1);
  } catch (error) {
    socket.close();
    throw error;
  }
  socket.off("error", reject);
  // What comes back of a network that is down must not end the process.
  socket.on("error", () => undefined);
  return socket;
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all = []) =>
    all.filter(({ family }) => family === "IPv4").map(({ address }) => address),
  );
}

function noNetwork(opened: readonly PromiseSettledResult<unknown>[]): NightjarError {
  const failed = opened.find((one) => one.status === "rejected");
  const code = String((failed?.reason as { readonly code?: unknown } | undefined)?.code ?? "");
  return new NightjarError(
    "NJ_ONVIF_SEARCH",
    "unavailable",
    `the network cannot be searched: ${code === "" ? "this machine has no network of IPv4" : `the system refuses it (${code})`}`,
    { why: code === "" ? "none" : code },
  );
}
