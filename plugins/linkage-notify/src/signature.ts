// The signature of a request: HMAC-SHA256 (RFC 2104) over the moment of sending and the body, so that neither can be changed
// and an old request cannot be sent again for a new one.
import { createHmac } from "node:crypto";

/** `t=<seconds since the epoch>,v1=<HMAC-SHA256 of "<t>.<body>", lower-case hex>`. */
export function signatureOf(secret: string, body: Buffer, timeMs: number): string {
  const seconds = Math.floor(timeMs / 1_000);
  const mac = createHmac("sha256", secret).update(`${seconds}.`).update(body).digest("hex");
  return `t=${seconds},v1=${mac}`;
}
