// Whoever asks: people by their session, programs by their API token. One place to look both up, so that no door knows
// one of them only.
import type { ApiTokens } from "./api-tokens.ts";
import type { Principal } from "./principal.ts";
import type { Sessions } from "./sessions.ts";
import { looksLikeApiSecret } from "./tokens.ts";

export class Callers {
  readonly #sessions: Sessions;
  readonly #apiTokens: ApiTokens;

  constructor(sessions: Sessions, apiTokens: ApiTokens) {
    this.#sessions = sessions;
    this.#apiTokens = apiTokens;
  }

  /** Who a bearer token stands for, or undefined. Counts as a use unless `counts` is false. */
  byBearer(secret: string, address: string, counts = true): Promise<Principal | undefined> {
    return looksLikeApiSecret(secret)
      ? this.#apiTokens.authenticate(secret, address)
      : this.#sessions.authenticate(secret, counts);
  }

  /** The same by public id, if it is still alive; for media tickets, and for what is open already. */
  async find(id: string): Promise<Principal | undefined> {
    return (await this.#sessions.find(id)) ?? (await this.#apiTokens.find(id));
  }
}
