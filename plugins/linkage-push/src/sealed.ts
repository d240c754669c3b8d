// Seals a notice so that only the device can read it: RFC 8291 over RFC 8188 (`aes128gcm`), one record. What comes before it:
//   salt 16 | record size 4 | key length 1 | the sender's public key 65 | what was sealed, with its tag of 16
import { createCipheriv, createECDH, hkdfSync, randomBytes } from "node:crypto";
import { NightjarError } from "@nightjar/core";

/** Of a device's public key (a point of P-256, uncompressed) and of the secret that it shares. */
export const PUBLIC_KEY_BYTES = 65;
export const AUTH_BYTES = 16;
/** RFC 8291 §4: what push services must take. */
const MOST_BYTES = 4_096;
const RECORD_BYTES = 4_096;
const HEAD_BYTES = 16 + 4 + 1 + PUBLIC_KEY_BYTES;
const TAG_BYTES = 16;
/** After the words: this is the last record. */
const END = Buffer.from([2]);
/** Of the words, so that the whole is taken. */
export const MOST_PLAIN_BYTES = MOST_BYTES - HEAD_BYTES - TAG_BYTES - END.length;

/** A device's keys, base64url. */
export interface DeviceKeys {
  readonly p256dh: string;
  readonly auth: string;
}

/** What is drawn anew for each notice; given only by tests. */
export interface Drawn {
  readonly privateKey: Buffer;
  readonly salt: Buffer;
}

/** Throws `NJ_PUSH_KEYS` where the keys are none that anything can be sealed for. */
export function sealed(plain: Buffer, { p256dh, auth: shared }: DeviceKeys, drawn?: Drawn): Buffer {
  if (plain.length > MOST_PLAIN_BYTES) throw new RangeError(`more than ${MOST_PLAIN_BYTES} bytes to seal`);
  const theirs = Buffer.from(p256dh, "base64url");
  const auth = Buffer.from(shared, "base64url");
  const own = createECDH("prime256v1");
  if (drawn === undefined) own.generateKeys();
  else own.setPrivateKey(drawn.privateKey);
  const salt = drawn?.salt ?? randomBytes(16);
  const secret = hkdf(
    secretWith(own, theirs, auth),
    auth,
    Buffer.concat([Buffer.from("WebPush: info\0"), theirs, own.getPublicKey()]),
    32,
  );
  const key = hkdf(secret, salt, Buffer.from("Content-Encoding: aes128gcm\0"), 16);
  const nonce = hkdf(secret, salt, Buffer.from("Content-Encoding: nonce\0"), 12);
  const cipher = createCipheriv("aes-128-gcm", key, nonce);
  const size = Buffer.alloc(5);
  size.writeUInt32BE(RECORD_BYTES);
  size.writeUInt8(PUBLIC_KEY_BYTES, 4);
  return Buffer.concat([
    ...[salt, size, own.getPublicKey()],
    ...[cipher.update(plain), cipher.update(END), cipher.final(), cipher.getAuthTag()],
  ]);
}

/** Throws `NJ_PUSH_KEYS` for keys that nothing can be sealed for. */
export function checkKeys({ p256dh, auth }: DeviceKeys): void {
  const own = createECDH("prime256v1");
  own.generateKeys();
  secretWith(own, Buffer.from(p256dh, "base64url"), Buffer.from(auth, "base64url"));
}

function secretWith(own: ReturnType<typeof createECDH>, theirs: Buffer, auth: Buffer): Buffer {
  try {
    // A key in another form, or off the curve, is refused here.
    if (theirs.length === PUBLIC_KEY_BYTES && auth.length === AUTH_BYTES) return own.computeSecret(theirs);
  } catch {
    // Said below.
  }
  throw new NightjarError("NJ_PUSH_KEYS", "invalid-argument", "these are no keys of a device for web push");
}

function hkdf(secret: Buffer, salt: Buffer, info: Buffer, length: number): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, salt, info, length));
}
