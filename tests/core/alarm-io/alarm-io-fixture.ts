// What tests of inputs and outputs share: a checked configuration, a database in memory, a clock that is turned by hand.
import type { TestContext } from "node:test";
import { checkConfig } from "../../../core/config/check-config.ts";
import type { Config } from "../../../core/config/config-schema.ts";
import { initialConfig } from "../../../core/config/initial-config.ts";
import type { Db } from "../../../core/db/db.ts";
import { openDb } from "../../../core/db/open-db.ts";
import { silentLog } from "../../../core/log.ts";

/** A configuration with these inputs and outputs, or `ConfigInvalidError`. */
export function configWith(parts: {
  readonly inputs?: readonly object[];
  readonly outputs?: readonly object[];
}): Config {
  return checkConfig("the test", {
    ...initialConfig(),
    timeZone: "UTC",
    inputs: (parts.inputs ?? []).map((one) => ({ source: { kind: "virtual" }, name: "An input", ...one })),
    outputs: (parts.outputs ?? []).map((one) => ({ driver: { kind: "virtual" }, name: "An output", ...one })),
  });
}

export async function memoryDb(t: TestContext): Promise<Db> {
  const db = await openDb(":memory:", { log: silentLog });
  t.after(() => db.close());
  return db;
}
