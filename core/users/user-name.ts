// What an account may be called.
import { NightjarError } from "../errors.ts";

/** Letters and figures of any script first; no characters that paths, headers or topics could trip over. */
export const USER_NAME_PATTERN = "^[\\p{L}\\p{N}][\\p{L}\\p{N}._@-]{0,63}$";
const USER_NAME = new RegExp(USER_NAME_PATTERN, "u");

/** True if an account may be called so; the name is in its normal form. */
export function isUserName(name: string): boolean {
  return USER_NAME.test(name);
}

/** The name in its normal form. Throws `NJ_USER_NAME_INVALID`. */
export function checkedUserName(typed: string): string {
  const name = typed.normalize("NFC");
  if (USER_NAME.test(name)) return name;
  throw new NightjarError(
    "NJ_USER_NAME_INVALID",
    "invalid-argument",
    "a user name has 1 to 64 letters, figures and . _ @ - and begins with a letter or figure",
  );
}
