// Which accounts may see an event: for what is told to people who are not there to ask. Asked anew for each event, so that what
// an administrator changes holds for the next one.
import type { LinkageAccount } from "../plugin/contract/linkage-action.ts";
import type { Account } from "./accounts.ts";
import { mayDoWithEvent } from "./principal.ts";
import type { Users } from "./users.ts";

/**
 * Accounts that may see an event of this camera; undefined: one of the recorder itself. One whom a login provider lets in counts
 * while it is signed in: nobody would tell the recorder that somebody has left the directory.
 */
export async function accountsSeeing(
  { accounts, sessions }: Pick<Users, "accounts" | "sessions">,
  camera: string | undefined,
): Promise<readonly LinkageAccount[]> {
  const all = await accounts.list();
  const seeing = all.filter((account) => account.enabled && mayDoWithEvent(account, "events.view", camera));
  const isThere = async ({ name, source }: Account): Promise<boolean> =>
    source === undefined || (await sessions.listOf(name)).length > 0;
  const there = await Promise.all(seeing.map(isThere));
  return seeing
    .filter((_account, index) => there[index])
    .map((account) => ({
      name: account.name,
      sinceMs: account.createdAtMs,
      mayAcknowledge: mayDoWithEvent(account, "events.acknowledge", camera),
    }));
}
