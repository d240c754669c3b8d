// Which cameras an account may see, and what it may do with each, where that is not all. Kept in memory, because every request asks, and in
// the database's small facts, because it must outlive a restart.
import type { KeyValuesTable } from "../db/tables/key-values-table.ts";
import { type CameraScope, isGrantable, type NarrowedCamera } from "../domain/roles.ts";

const KEY = "users.cameraScopes";
type Chosen = Exclude<CameraScope, "all">;

/** The camera scopes of all accounts, by lower-case name. */
export class CameraScopes {
  readonly #table: KeyValuesTable;
  readonly #scopes: Map<string, Chosen>;

  private constructor(table: KeyValuesTable, scopes: Map<string, Chosen>) {
    this.#table = table;
    this.#scopes = scopes;
  }

  static async load(table: KeyValuesTable): Promise<CameraScopes> {
    const stored = await table.get(KEY);
    const scopes = new Map<string, Chosen>();
    if (typeof stored === "object" && stored !== null) {
      for (const [name, cameras] of Object.entries(stored)) {
        // A value of another shape is taken for "none": never more than was granted. So does a version before this one with
        // cameras of which not everything is granted.
        const entries: unknown[] = Array.isArray(cameras) ? cameras : [];
        scopes.set(
          name,
          entries.map(storedCamera).filter((one) => one !== undefined),
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

function storedCamera(entry: unknown): string | NarrowedCamera | undefined {
  if (typeof entry === "string") return entry;
  if (typeof entry !== "object" || entry === null) return undefined;
  const { id, rights } = entry as Record<string, unknown>;
  if (typeof id !== "string" || !Array.isArray(rights)) return undefined;
  return { id, rights: rights.filter((right) => typeof right === "string").filter(isGrantable) };
}
