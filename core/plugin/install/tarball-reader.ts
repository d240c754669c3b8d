// Looks into a plugin's .tgz without unpacking it: the identity card (package.json in its first folder) and the checksum
// of the file; and to its end, so that what npm would unpack is bounded too. Anybody may have made it (attack list A12).
// Format: POSIX.1-2017 pax, "ustar Interchange Format".
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
const UNPACKED_LIMIT_BYTES = 512 * 1024 * 1024;
const ENTRIES_LIMIT = 10_000;
/** No honest program shrinks to less than a hundredth; small ones may hold anything. */
const RATIO_LIMIT = 100;
const RATIO_FROM_BYTES = 8 * 1024 * 1024;
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
    return { integrity: await checksumOf(path), card: await cardIn(path, kind.size) };
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

async function cardIn(path: string, packedBytes: number): Promise<unknown> {
  const file = createReadStream(path);
  const unpacked = createGunzip();
  file.once("error", (error) => unpacked.destroy(error));
  file.pipe(unpacked);
  const archive = new ArchiveWalk();
  try {
    let bytes = 0;
    for await (const chunk of unpacked) {
      bytes += (chunk as Buffer).length;
      archive.push(chunk as Buffer);
      const isBomb = bytes > RATIO_FROM_BYTES && bytes > packedBytes * RATIO_LIMIT;
      if (isBomb || bytes > UNPACKED_LIMIT_BYTES || archive.entries > ENTRIES_LIMIT)
        throw tarballError(path, "it unpacks to more than a plugin may hold");
    }
  } finally {
    file.destroy();
    unpacked.destroy();
  }
  if (archive.card === undefined) throw tarballError(path, "it holds no package.json");
  return parseCard(path, archive.card);
}

function parseCard(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw tarballError(path, "its package.json is not JSON", error);
  }
}

/** Goes through a tar stream to its end, holding no more of it than a header or the card. */
class ArchiveWalk {
  #pending: Buffer = Buffer.alloc(0);
  #skipBytes = 0;
  #isNoArchive: boolean = false;
  entries = 0;
  /** Text of the first `<folder>/package.json`. */
  card: string | undefined;

  push(chunk: Buffer): void {
    if (this.#isNoArchive) return;
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    for (;;) {
      const skipped = Math.min(this.#skipBytes, this.#pending.length);
      this.#skipBytes -= skipped;
      this.#pending = this.#pending.subarray(skipped);
      if (this.#skipBytes > 0 || this.#pending.length < BLOCK) return;
      const header = this.#pending.subarray(0, BLOCK);
      const size = Number.parseInt(field(header, 124, 12).trim() || "0", 8);
      if (!Number.isSafeInteger(size) || size < 0) {
        this.#isNoArchive = true;
        this.#pending = Buffer.alloc(0);
        return;
      }
      const type = header[156];
      const name = [field(header, 345, 155), field(header, 0, 100)].filter((part) => part !== "").join("/");
      const isCard = (type === 0 || type === 0x30) && /^(\.\/)?[^/]+\/package\.json$/.test(name);
      if (isCard && this.card === undefined && size <= CARD_LIMIT_BYTES) {
        if (this.#pending.length < BLOCK + size) return;
        this.card = this.#pending.toString("utf8", BLOCK, BLOCK + size);
      }
      // Blocks of zeros end an archive and are no entries.
      if (name !== "") this.entries += 1;
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
