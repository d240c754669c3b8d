// Which cameras an account may see, where that is not all of them. Kept in memory, because every request asks, and in
// the database's small facts, because it must outlive a restart.
import type { KeyValuesTable } from "../db/tables/key-values-table.ts";
import type { CameraScope } from "../domain/roles.ts";

const KEY = "users.cameraScopes";

/** The camera scopes of all accounts, by lower-case name. */
export class CameraScopes {
  readonly #table: KeyValuesTable;
  readonly #scopes: Map<string, readonly string[]>;

  private constructor(table: KeyValuesTable, scopes: Map<string, readonly string[]>) {
    this.#table = table;
    this.#scopes = scopes;
  }

  static async load(table: KeyValuesTable): Promise<CameraScopes> {
    const stored = await table.get(KEY);
    const scopes = new Map<string, readonly string[]>();
    if (typeof stored === "object" && stored !== null) {
      for (const [name, cameras] of Object.entries(stored)) {
        // A value of another shape is taken for "none": never more than was granted.
        const ids: unknown[] = Array.isArray(cameras) ? cameras : [];
        scopes.set(
          name,
          ids.filter((id) => typeof id === "string"),
        );
      }
    }
    return new CameraScopes(table, scopes);
  }

  /** The scope of an account; all cameras unless it was narrowed. */
  of(userName: string): CameraScope {
    return this.#scopes.get(userName.toLowerCase()) ?? "all";
  }

  /**
   * Replaces the scopes of all accounts: written with `table`, which may belong to a transaction. They hold once the
   * function that is returned was called, after the commit.
   */
  async replaceAll(scopes: ReadonlyMap<string, CameraScope>, table: KeyValuesTable): Promise<() => void> {
    const narrowed = [...scopes].flatMap(([name, scope]) =>
      scope === "all" ? [] : [[name.toLowerCase(), [...scope]] as const],
    );
    await table.set(KEY, Object.fromEntries(narrowed));
    return () => {
      this.#scopes.clear();
      for (const [name, cameras] of narrowed) this.#scopes.set(name, cameras);
    };
  }

  async set(userName: string, scope: CameraScope): Promise<void> {
    const name = userName.toLowerCase();
    const before = this.#scopes.get(name);
    if (scope === "all" && before === undefined) return;
    if (scope === "all") this.#scopes.delete(name);
    else this.#scopes.set(name, [...scope]);
    await this.#table.set(KEY, Object.fromEntries(this.#scopes));
  }
}
