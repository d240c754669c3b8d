// The ports that the broker took where the wanted ones were busy: taken again at the next start, so that what was set up on
// clients stays good.
import type { SqlWriter } from "../db/db.ts";
import { keyValuesTable } from "../db/tables/key-values-table.ts";

const KEY = "mqtt.taken-ports";

interface TakenPort {
  readonly wanted: number;
  readonly taken: number;
}

export interface KeptPorts {
  /** The port that was taken the last time when `wanted` was busy. */
  takenPort(kind: string, wanted: number): Promise<number | undefined>;
  keepPort(kind: string, wanted: number, taken: number): Promise<void>;
}

/** Keeps them in the database. */
export function keptPorts(db: SqlWriter): KeptPorts {
  const table = keyValuesTable(db);
  const all = async () => ((await table.get(KEY)) ?? {}) as Readonly<Record<string, TakenPort>>;
  return {
    async takenPort(kind, wanted) {
      const kept = (await all())[kind];
      return kept?.wanted === wanted ? kept.taken : undefined;
    },
    async keepPort(kind, wanted, taken) {
      const before = await all();
      if (before[kind]?.wanted === wanted && before[kind].taken === taken) return;
      await table.set(KEY, { ...before, [kind]: { wanted, taken } });
    },
  };
}
