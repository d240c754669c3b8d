// What the address of an RTSP request names: a path, a query, and a track of what lies there (RFC 2326 §3.2).

/** An address, taken apart. */
export interface RequestTarget {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly track: number | undefined;
  /** The URL without the track's part. */
  readonly base: string;
}

/** Takes an address apart; never throws. */
export function readTarget(url: string): RequestTarget {
  const match = /^(.*?)\/*(?:\/trackID=(\d{1,3}))?\/?$/.exec(url);
  const base = match?.[1] ?? url;
  const [before = "", query = ""] = base.split("?", 2);
  const path = before.replace(/^rtsps?:\/\/[^/]*/i, "").replace(/\/+$/, "");
  return {
    base,
    path: path === "" ? "/" : path,
    query: new URLSearchParams(query.replace(/\/+$/, "")),
    track: match?.[2] === undefined ? undefined : Number(match[2]),
  };
}
