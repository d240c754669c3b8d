// The sealed form of a settings file (docs/reference/settings-file.md): bytes under a password, by scrypt (RFC 7914) and
// AES-256-GCM (NIST SP 800-38D). The header is authenticated with the content. Knows nothing of what lies inside.
//
//   offset  bytes
//        0      8  magic: 4E 4A 53 45 54 0D 0A 1A ("NJSET" and three bytes that text tools would change)
//        8      1  version of this form: 1
//        9      1  log2 of scrypt's N, 14 to 17
//       10      1  scrypt's r: 8
//       11      1  scrypt's p, 1 to 8
//       12     16  salt
//       28     12  nonce
//       40     16  tag
//       56         ciphertext, never compressed: it is as long as what it holds
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from "node:crypto";
import { promisify } from "node:util";
import { NightjarError } from "../errors.ts";
import { notSettings } from "./settings-errors.ts";

const scryptAsync = promisify<string, Buffer, number, object, Buffer>(scrypt);

export const MAGIC = Buffer.from([0x4e, 0x4a, 0x53, 0x45, 0x54, 0x0d, 0x0a, 0x1a]);
export const SEAL_VERSION = 1;
const KEY_BYTES = 32;
const SALT_AT = 12;
const NONCE_AT = 28;
const TAG_AT = 40;
export const CONTENT_AT = 56;
const R = 8;
const LOG2_N = { least: 14, most: 17 } as const;
const P_MOST = 8;
/** N times p: bounds the time, as N alone bounds the memory (128 MiB). */
const WORK_MOST = 2 ** 18;

/** What deriving the key costs: N and p of scrypt. */
export interface SealCost {
  readonly log2N: number;
  readonly p: number;
}

/** 64 MiB, twice: one of the settings that OWASP's password storage sheet gives as equally strong. */
export const SEAL_COST: SealCost = { log2N: 16, p: 2 };

/** Makes the key from a password. Tests hand in one that costs little. */
export type DeriveKey = (password: string, salt: Uint8Array, cost: SealCost) => Promise<Buffer>;

/** The real derivation. It runs beside the event loop; whoever calls it sees to how many run at once. */
export const deriveKey: DeriveKey = (password, salt, { log2N, p }) =>
  scryptAsync(password.normalize("NFC"), Buffer.from(salt), KEY_BYTES, {
    N: 2 ** log2N,
    r: R,
    p,
    // Node counts p's blocks too, and refuses what just fits.
    maxmem: 128 * R * (2 ** log2N + p + 2) + 1024 * 1024,
  });

/** True if the bytes begin as a sealed file does, whatever its version. */
export function isSealed(bytes: Uint8Array): boolean {
  return MAGIC.equals(bytes.subarray(0, MAGIC.length));
}

/** Seals `content`. */
export async function seal(
  content: Uint8Array,
  password: string,
  cost: SealCost = SEAL_COST,
  derive: DeriveKey = deriveKey,
): Promise<Buffer> {
  const header = Buffer.alloc(CONTENT_AT);
  MAGIC.copy(header);
  header[8] = SEAL_VERSION;
  header[9] = cost.log2N;
  header[10] = R;
  header[11] = cost.p;
  randomBytes(TAG_AT - SALT_AT).copy(header, SALT_AT);
  const key = await derive(password, header.subarray(SALT_AT, NONCE_AT), cost);
  const cipher = createCipheriv("aes-256-gcm", key, header.subarray(NONCE_AT, TAG_AT));
  cipher.setAAD(header.subarray(0, TAG_AT));
  const sealed = Buffer.concat([cipher.update(content), cipher.final()]);
  cipher.getAuthTag().copy(header, TAG_AT);
  return Buffer.concat([header, sealed]);
}

/**
 * What a sealed file costs to open. Throws `NJ_SETTINGS_FILE` if it is none or asks for more than is given, and
 * `NJ_SETTINGS_NEWER` if its form is a later one.
 */
export function readSealHeader(bytes: Uint8Array): SealCost {
  if (!isSealed(bytes)) throw notSettings("it does not begin as a settings file does");
  if (bytes.length < CONTENT_AT) throw notSettings("it is cut off: not even its header is whole");
  const [version = 0, log2N = 0, r = 0, p = 0] = bytes.subarray(8, SALT_AT);
  if (version > SEAL_VERSION) {
    throw new NightjarError(
      "NJ_SETTINGS_NEWER",
      "failed-precondition",
      `this settings file is of form ${version}, written by a newer Nightjar: this one knows up to ${SEAL_VERSION}`,
    );
  }
  if (version < 1) throw notSettings("its header names a form that there never was");
  const fits =
    log2N >= LOG2_N.least &&
    log2N <= LOG2_N.most &&
    r === R &&
    p >= 1 &&
    p <= P_MOST &&
    2 ** log2N * p <= WORK_MOST;
  if (!fits) throw notSettings("opening it would take more memory or time than any file of Nightjar's does");
  return { log2N, p };
}

/**
 * Opens a sealed file. Throws as {@link readSealHeader} does, and `NJ_SETTINGS_PASSWORD` if the password is wrong or any
 * byte of the file was changed: which of them cannot be told.
 */
export async function unseal(
  bytes: Uint8Array,
  password: string,
  derive: DeriveKey = deriveKey,
): Promise<Buffer> {
  const cost = readSealHeader(bytes);
  const key = await derive(password, bytes.subarray(SALT_AT, NONCE_AT), cost);
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(NONCE_AT, TAG_AT));
  decipher.setAAD(bytes.subarray(0, TAG_AT));
  decipher.setAuthTag(bytes.subarray(TAG_AT, CONTENT_AT));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(CONTENT_AT)), decipher.final()]);
  } catch (error) {
    throw new NightjarError(
      "NJ_SETTINGS_PASSWORD",
      "invalid-argument",
      "the settings file does not open: the password is wrong, or the file was cut off or changed",
      {},
      error,
    );
  }
}
