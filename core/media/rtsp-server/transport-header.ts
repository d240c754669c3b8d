// The Transport header of SETUP (RFC 2326 §12.39): what a client offers. Addresses in it are ignored: media goes to
// the peer of the connection and nowhere else, so that nobody can aim the server at a third party.

export type TransportOffer =
  | { readonly kind: "tcp"; readonly rtp: number; readonly rtcp: number }
  | { readonly kind: "udp"; readonly rtp: number; readonly rtcp: number };

/** Reads the offers in order of preference; leaves out multicast and what is malformed. */
export function readTransport(header: string, nextChannel: number): readonly TransportOffer[] {
  const offers: TransportOffer[] = [];
  for (const text of header.slice(0, 2_048).split(",")) {
    const [profile = "", ...parameters] = text.trim().split(";");
    if (parameters.some((parameter) => parameter.trim() === "multicast")) continue;
    const pair = (name: string): readonly [number, number] | undefined => {
      for (const parameter of parameters) {
        const match = new RegExp(`^\\s*${name}=(\\d{1,5})(?:-(\\d{1,5}))?\\s*$`, "i").exec(parameter);
        if (match !== null) return [Number(match[1]), Number(match[2] ?? Number(match[1]) + 1)];
      }
      return undefined;
    };
    if (/^RTP\/AVP\/TCP$/i.test(profile)) {
      const [rtp, rtcp] = pair("interleaved") ?? [nextChannel, nextChannel + 1];
      if (rtp <= 255 && rtcp <= 255) offers.push({ kind: "tcp", rtp, rtcp });
    } else if (/^RTP\/AVP(\/UDP)?$/i.test(profile)) {
      const ports = pair("client_port");
      if (ports !== undefined && ports[0] > 0 && ports[0] < 65_536 && ports[1] > 0 && ports[1] < 65_536)
        offers.push({ kind: "udp", rtp: ports[0], rtcp: ports[1] });
    }
  }
  return offers;
}
