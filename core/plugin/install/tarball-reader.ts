// Looks into a plugin's .tgz without unpacking it: the identity card (package.json in its first folder) and the checksum
// of the file. Bounded, since anybody may have made it. Format: POSIX.1-2017 pax, "ustar Interchange Format".
//
//   offset  size  what
//        0   100  name
//      124    12  size, octal
//      156     1  type: "0" or NUL is a file
//      257     5  "ustar"
//      345   155  prefix of the name
//      512        content, padded to 512
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { NightjarError, systemCode } from "../../errors.ts";

const BLOCK = 512;
const FILE_LIMIT_BYTES = 256 * 1024 * 1024;
const UNPACKED_LIMIT_BYTES = 1024 * 1024 * 1024;
const CARD_LIMIT_BYTES = 256 * 1024;

export interface TarballFacts {
  /** As npm's lock file writes it. */
  readonly integrity: string;
  readonly card: unknown;
}

/** Reads a tarball. Throws `NJ_PLUGIN_TARBALL` (invalid-argument) if it is none, or holds no package.json. */
export async function readTarball(path: string): Promise<TarballFacts> {
  try {
    const kind = await stat(path);
    if (!kind.isFile()) throw tarballError(path, "it is no file");
    if (kind.size > FILE_LIMIT_BYTES) throw tarballError(path, `it is longer than ${FILE_LIMIT_BYTES} bytes`);
    return { integrity: await checksumOf(path), card: await cardIn(path) };
  } catch (error) {
    if (error instanceof NightjarError) throw error;
    const reason = systemCode(error) ?? (error instanceof Error ? error.message : String(error));
    throw tarballError(path, `it cannot be read as a .tgz file (${reason})`, error);
  }
}

async function checksumOf(path: string): Promise<string> {
  const hash = createHash("sha512");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return `sha512-${hash.digest("base64")}`;
}

async function cardIn(path: string): Promise<unknown> {
  const file = createReadStream(path);
  const unpacked = createGunzip();
  file.once("error", (error) => unpacked.destroy(error));
  file.pipe(unpacked);
  try {
    const search = new CardSearch();
    let bytes = 0;
    for await (const chunk of unpacked) {
      bytes += (chunk as Buffer).length;
      if (bytes > UNPACKED_LIMIT_BYTES) throw tarballError(path, "it unpacks to more than a plugin may hold");
      const text = search.push(chunk as Buffer);
      if (text !== undefined) return parseCard(path, text);
    }
  } finally {
    file.destroy();
    unpacked.destroy();
  }
  throw tarballError(path, "it holds no package.json");
}

function parseCard(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw tarballError(path, "its package.json is not JSON", error);
  }
}

/** Goes through a tar stream until it has met `<folder>/package.json`. */
class CardSearch {
  #pending: Buffer = Buffer.alloc(0);
  #skipBytes = 0;

  /** Takes the next bytes; gives the card's text once it is complete. */
  push(chunk: Buffer): string | undefined {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    for (;;) {
      const skipped = Math.min(this.#skipBytes, this.#pending.length);
      this.#skipBytes -= skipped;
      this.#pending = this.#pending.subarray(skipped);
      if (this.#skipBytes > 0 || this.#pending.length < BLOCK) return undefined;
      const header = this.#pending.subarray(0, BLOCK);
      const size = Number.parseInt(field(header, 124, 12).trim() || "0", 8);
      if (!Number.isSafeInteger(size) || size < 0) return undefined;
      const type = header[156];
      const name = [field(header, 345, 155), field(header, 0, 100)].filter((part) => part !== "").join("/");
      const isCard = (type === 0 || type === 0x30) && /^(\.\/)?[^/]+\/package\.json$/.test(name);
      if (isCard && size <= CARD_LIMIT_BYTES) {
        if (this.#pending.length < BLOCK + size) return undefined;
        return this.#pending.toString("utf8", BLOCK, BLOCK + size);
      }
      this.#skipBytes = BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    }
  }
}

function field(header: Buffer, offset: number, length: number): string {
  const bytes = header.subarray(offset, offset + length);
  const end = bytes.indexOf(0);
  return bytes.toString("utf8", 0, end === -1 ? length : end);
}

function tarballError(path: string, why: string, cause?: unknown): NightjarError {
  return new NightjarError("NJ_PLUGIN_TARBALL", "invalid-argument", `${path}: ${why}`, {}, cause);
}
