// Who a client of the embedded broker is: an account with its password, or a program with an API token as the password.
// Guessing is braked and written down as for HTTP. Whoever loses the session, the token or the right loses the connection.
import type { Clock, Timer } from "../clock.ts";
import { NightjarError } from "../errors.ts";
import type { Log } from "../log.ts";
import { type ClientInfo, mayDo, type Principal } from "../users/principal.ts";
import { looksLikeApiSecret } from "../users/tokens.ts";
import type { Users } from "../users/users.ts";

/** Ends that no message tells, and uses of sessions, are looked after this often. */
const JUDGE_EVERY_MS = 30_000;

/** A signed-in client, until `end` or until `onEnded` says that it is over. */
export interface SignedInClient {
  /** Who it is now; changes when rights do. */
  readonly principal: Principal;
  /** The client has gone: a session that was opened for it ends. */
  end(): void;
}

interface Kept {
  principal: Principal;
  /** The secret of a session that was opened for this connection. */
  readonly sessionSecret: string | undefined;
  readonly onEnded: () => void;
}

export class BrokerLogin {
  readonly #users: Pick<Users, "signIn" | "sessions" | "callers">;
  readonly #log: Log;
  readonly #kept = new Set<Kept>();
  readonly #timer: Timer;
  readonly #stop: () => void;

  constructor(users: Pick<Users, "signIn" | "sessions" | "callers">, clock: Clock, log: Log) {
    this.#users = users;
    this.#log = log;
    this.#timer = clock.every(JUDGE_EVERY_MS, () => this.#judgeAll());
    this.#stop = users.sessions.onRevoked("mqtt", (ids, reason) => {
      for (const kept of [...this.#kept]) {
        if (!ids.includes(kept.principal.sessionId)) continue;
        if (reason === "changed") void this.#judge(kept);
        else this.#over(kept);
      }
    });
  }

  /**
   * Signs a client in. Throws what `SignIn.signIn` throws, `NJ_UNAUTHENTICATED` for a token that does not hold, and
   * `NJ_PERMISSION_DENIED` without the right to use MQTT.
   */
  async signIn(
    name: string | undefined,
    secret: string | undefined,
    client: ClientInfo,
    onEnded: () => void,
  ): Promise<SignedInClient> {
    if (secret === undefined || secret === "") {
      throw new NightjarError("NJ_UNAUTHENTICATED", "unauthenticated", "MQTT needs a name and a password");
    }
    const isToken = looksLikeApiSecret(secret);
    const sessionSecret = isToken
      ? undefined
      : (await this.#users.signIn.signIn(name ?? "", secret, client)).token;
    const principal = await this.#users.callers.byBearer(sessionSecret ?? secret, client.address);
    if (principal === undefined) {
      throw new NightjarError("NJ_UNAUTHENTICATED", "unauthenticated", "this API token does not hold");
    }
    const kept: Kept = { principal, sessionSecret, onEnded };
    if (!mayDo(principal, "mqtt.connect")) {
      this.#endSession(kept);
      throw new NightjarError(
        "NJ_PERMISSION_DENIED",
        "permission-denied",
        "this needs the right mqtt.connect",
      );
    }
    this.#kept.add(kept);
    // An end that came between check and keeping was told to nobody here.
    await this.#judge(kept);
    if (!this.#kept.has(kept)) {
      throw new NightjarError("NJ_UNAUTHENTICATED", "unauthenticated", "the account was changed meanwhile");
    }
    return {
      get principal() {
        return kept.principal;
      },
      end: () => {
        if (this.#kept.delete(kept)) this.#endSession(kept);
      },
    };
  }

  close(): void {
    this.#timer.cancel();
    this.#stop();
    for (const kept of [...this.#kept]) this.#over(kept);
  }

  #judgeAll(): void {
    for (const kept of [...this.#kept]) void this.#judge(kept);
  }

  async #judge(kept: Kept): Promise<void> {
    try {
      const { sessionSecret, principal } = kept;
      // A connection is a use: its session must not end as idle.
      const now =
        sessionSecret === undefined
          ? await this.#users.callers.find(principal.sessionId)
          : await this.#users.callers.byBearer(sessionSecret, "");
      if (now === undefined || !mayDo(now, "mqtt.connect")) this.#over(kept);
      else kept.principal = now;
    } catch (error) {
      if (error instanceof NightjarError && error.kind === "unauthenticated") this.#over(kept);
      // What cannot be asked is asked again at the next look.
      else this.#log.debug("an MQTT client could not be judged", { reason: String(error) });
    }
  }

  #over(kept: Kept): void {
    if (!this.#kept.delete(kept)) return;
    this.#endSession(kept);
    kept.onEnded();
  }

  #endSession({ sessionSecret, principal }: Kept): void {
    if (sessionSecret === undefined) return;
    this.#users.sessions
      .end(principal.sessionId)
      .catch((error: unknown) =>
        this.#log.debug("the session of an MQTT client was not ended", { reason: String(error) }),
      );
  }
}
