// An RTSP client for tests of the restream: the plain client with a digest log-in, written apart from the product's own.
import { createHash } from "node:crypto";
import { type PlainAnswer, PlainClient } from "../../media/rtsp-server/plain-client.ts";

export type Algorithm = "MD5" | "SHA-256";

/** The challenges of an answer, by algorithm: their fields. */
export function challengesOf(answer: PlainAnswer): Map<string, Map<string, string>> {
  const all = new Map<string, Map<string, string>>();
  for (const text of answer.lines.filter((line) => /^www-authenticate: digest /i.test(line))) {
    const fields = new Map<string, string>();
    for (const [, name = "", quoted, bare] of text.matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]+))/g))
      fields.set(name, quoted ?? bare ?? "");
    all.set(fields.get("algorithm") ?? "MD5", fields);
  }
  return all;
}

/** The Authorization header that answers a challenge. */
export function answerTo(
  challenge: ReadonlyMap<string, string>,
  login: { readonly username: string; readonly password: string },
  act: { readonly method: string; readonly uri: string; readonly nc?: string },
): string {
  const algorithm = challenge.get("algorithm") ?? "MD5";
  const hash = (text: string) =>
    createHash(algorithm === "MD5" ? "md5" : "sha256")
      .update(text)
      .digest("hex");
  const realm = challenge.get("realm") ?? "";
  const nonce = challenge.get("nonce") ?? "";
  const secret = hash(`${login.username}:${realm}:${login.password}`);
  const counted = act.nc === undefined ? "" : `:${act.nc}:0a4f113b:auth`;
  const response = hash(`${secret}:${nonce}${counted}:${hash(`${act.method}:${act.uri}`)}`);
  const count = act.nc === undefined ? "" : `, qop=auth, nc=${act.nc}, cnonce="0a4f113b"`;
  return `Digest username="${login.username}", realm="${realm}", nonce="${nonce}", uri="${act.uri}", algorithm=${algorithm}, response="${response}"${count}`;
}

/** Asks, is refused, answers the challenge. */
export async function logIn(
  client: PlainClient,
  method: string,
  url: string,
  login: { readonly username: string; readonly password: string },
  algorithm: Algorithm = "SHA-256",
): Promise<PlainAnswer> {
  const refused = await client.request(method, url);
  const challenge = challengesOf(refused).get(algorithm) ?? new Map<string, string>();
  const authorization = answerTo(challenge, login, { method, uri: url, nc: "00000001" });
  return client.request(method, url, { Authorization: authorization });
}

/** Connects, logs in, sets `tracks` up over TCP and plays. */
export async function watch(
  port: number,
  path: string,
  login: { readonly username: string; readonly password: string },
  tracks = 1,
): Promise<PlainClient> {
  const client = await PlainClient.connect(port);
  await watchOver(client, `rtsp://127.0.0.1:${port}${path}`, login, tracks);
  return client;
}

/** The same over a connection that is there. */
export async function watchOver(
  client: PlainClient,
  url: string,
  login: { readonly username: string; readonly password: string },
  tracks = 1,
): Promise<void> {
  const described = await logIn(client, "DESCRIBE", url, login);
  if (described.status !== 200) throw new Error(`DESCRIBE was answered ${described.status}`);
  for (let track = 0; track < tracks; track += 1) {
    await client.request("SETUP", `${url}/trackID=${track}`, {
      Transport: `RTP/AVP/TCP;unicast;interleaved=${track * 2}-${track * 2 + 1}`,
    });
  }
  await client.request("PLAY", url);
}
