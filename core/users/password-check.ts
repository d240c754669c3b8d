// The one check that every password which is set goes through: of accounts, whichever way they are made, and of sealed files.
import { COMMON_PASSWORD, passwordProblem } from "../domain/password-rules.ts";
import { NightjarError } from "../errors.ts";
import { isOnCommonList } from "./common-password-list.ts";

/** Throws `NJ_PASSWORD_WEAK`, which says what is wrong without repeating the password, and `NJ_PASSWORD_LIST_UNREADABLE`. */
export async function checkPassword(password: string, userName: string): Promise<void> {
  const problem =
    passwordProblem(password, userName) ?? ((await isOnCommonList(password)) ? COMMON_PASSWORD : undefined);
  if (problem !== undefined) throw new NightjarError("NJ_PASSWORD_WEAK", "invalid-argument", problem);
}
