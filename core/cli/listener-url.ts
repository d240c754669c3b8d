// Where something listens, as people type it into a browser or player on this machine or another one.

export interface Listener {
  readonly host: string;
  readonly port: number;
}

/** `<scheme>://host:port`, with words for this machine where the address names none. */
export function urlOf(scheme: string, { host, port }: Listener): string {
  const name =
    host === "127.0.0.1" || host === "::1"
      ? "localhost"
      : host === "0.0.0.0" || host === "::"
        ? "<this machine>"
        : host;
  return `${scheme}://${name}:${port}`;
}
