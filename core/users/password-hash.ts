// Turns passwords into argon2id hashes (RFC 9106) in PHC string form, and checks them. At most two are computed at once:
// each takes 19 MiB and one of the four threads that files and DNS need too.
import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { Turns } from "../domain/turns.ts";
import { NightjarError } from "../errors.ts";

const argon2Async = promisify(argon2);

/** What a hash costs whoever guesses, and the recorder. */
export interface PasswordCost {
  readonly memoryKib: number;
  readonly passes: number;
}

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane. */
export const PASSWORD_COST: PasswordCost = { memoryKib: 19_456, passes: 2 };
const LANES = 1;
const TAG_BYTES = 32;
const SALT_BYTES = 16;
const PHC =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

const AT_ONCE = 2;
const WAITING_LIMIT = 64;
const turns = new Turns(
  AT_ONCE,
  WAITING_LIMIT,
  () => new NightjarError("NJ_LOGIN_BUSY", "unavailable", "too many passwords wait to be checked, try again"),
);

/** The hash of a password, with a salt of its own. */
export async function hashPassword(password: string, cost = PASSWORD_COST): Promise<string> {
  const { memoryKib, passes } = cost;
  const salt = randomBytes(SALT_BYTES);
  const tag = await compute(password, salt, memoryKib, passes, LANES, TAG_BYTES);
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${LANES}$${unpadded(salt)}$${unpadded(tag)}`;
}

/** True if the password belongs to the hash. Throws `NJ_PASSWORD_HASH_INVALID` if it is no hash of ours. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const match = PHC.exec(hash);
  if (match === null) {
    throw new NightjarError(
      "NJ_PASSWORD_HASH_INVALID",
      "data-loss",
      "a stored password hash has not the expected form",
    );
  }
  const [, memory, passes, lanes, salt = "", tag = ""] = match;
  const expected = Buffer.from(tag, "base64");
  const actual = await compute(
    password,
    Buffer.from(salt, "base64"),
    Number(memory),
    Number(passes),
    Number(lanes),
    expected.length,
  );
  return timingSafeEqual(actual, expected);
}

/**
 * True if the text is a hash that {@link verifyPassword} takes, and takes no longer over than over its own: for hashes
 * that come from elsewhere, where one made to cost a gigabyte would stop every sign-in.
 */
export function isPasswordHash(text: string): boolean {
  const match = PHC.exec(text);
  if (match === null) return false;
  const [memory = 0, passes = 0, lanes = 0] = match.slice(1, 4).map(Number);
  return (
    lanes >= 1 &&
    lanes <= 4 &&
    passes >= 1 &&
    passes <= 4 &&
    memory >= 8 * lanes &&
    memory <= 4 * PASSWORD_COST.memoryKib
  );
}

/** Takes as long as a real check: for accounts that do not exist, so that the time does not tell them apart. */
export async function verifyNothing(password: string, cost = PASSWORD_COST): Promise<false> {
  await compute(password, Buffer.alloc(SALT_BYTES, 1), cost.memoryKib, cost.passes, LANES, TAG_BYTES);
  return false;
}

async function compute(
  password: string,
  nonce: Uint8Array,
  memory: number,
  passes: number,
  parallelism: number,
  tagLength: number,
): Promise<Buffer> {
  const message = password.normalize("NFC");
  return turns.run(() => argon2Async("argon2id", { message, nonce, memory, passes, parallelism, tagLength }));
}

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replace(/=+$/, "");
}
