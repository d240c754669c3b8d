// The numbered steps from one schema to the next, oldest first. schema.sql is what they lead to; a test keeps
// the two equal. Version 1 is what recorders had before the first release.
import type { Migration } from "./migrate.ts";

export const MIGRATIONS: readonly Migration[] = [
  {
    to: 2,
    sql: `alter table segments add column sha256 text check (length(sha256) = 64)`,
  },
];
