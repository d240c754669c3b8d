// The accounts of a data directory for the command line, whether its recorder runs or stands still.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { systemClock } from "../clock.ts";
import { SecretStore } from "../config/secret-store.ts";
import type { CoreMethodsForCli } from "../control/cli-protocol.ts";
import { DATABASE_FILE, openDb } from "../db/open-db.ts";
import type { Link } from "../link/link.ts";
import { silentLog } from "../log.ts";
import { lockDataDir } from "../supervisor/data-lock.ts";
import { type LocalUserCalls, onDatabase } from "../users/local-calls.ts";
import { openUsers } from "../users/users.ts";
import { findRunningCore } from "./running-core.ts";

/**
 * Runs `action` on the accounts: of the running recorder over its socket, else of its database, which no recorder can open
 * meanwhile.
 */
export async function withUsers(
  dataDir: string,
  action: (users: LocalUserCalls) => Promise<number>,
): Promise<number> {
  const core = await findRunningCore(dataDir);
  if (core !== undefined) {
    try {
      return await action(overLink(core));
    } finally {
      core.close();
    }
  }
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  // Held meanwhile, so that a recorder that starts now does not meet us in the database.
  const lock = await lockDataDir(dataDir);
  const db = await openDb(join(dataDir, DATABASE_FILE), { log: silentLog });
  const users = await openUsers({
    db,
    secrets: await SecretStore.open({ dataDir }),
    dataDir,
    clock: systemClock,
    log: silentLog,
    // Nobody signs in while the recorder stands still, and nobody is signed out by the command line's clock.
    sessionLimits: () => ({ idleMs: Number.MAX_SAFE_INTEGER, absoluteMs: Number.MAX_SAFE_INTEGER }),
  });
  try {
    return await action(onDatabase(users));
  } finally {
    await users.close();
    await db.close();
    await lock.release();
  }
}

function overLink(core: Link<CoreMethodsForCli>): LocalUserCalls {
  return {
    listUsers: (params) => core.request("listUsers", params),
    createUser: (params) => core.request("createUser", params),
    setPassword: (params) => core.request("setPassword", params),
    removeUser: (params) => core.request("removeUser", params),
    resetSecondFactor: (params) => core.request("resetSecondFactor", params),
    createStreamPassword: (params) => core.request("createStreamPassword", params),
    listStreamPasswords: (params) => core.request("listStreamPasswords", params),
    revokeStreamPassword: (params) => core.request("revokeStreamPassword", params),
    activationCode: (params) => core.request("activationCode", params),
    listTokens: (params) => core.request("listTokens", params),
    createToken: (params) => core.request("createToken", params),
    revokeToken: (params) => core.request("revokeToken", params),
  };
}
