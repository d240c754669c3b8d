// The numbered steps from one schema to the next, oldest first. schema.sql is what they lead to; a test keeps
// the two equal. Version 1 is schema.sql as first released, so the first step here will be the one to 2.
import type { Migration } from "./migrate.ts";

export const MIGRATIONS: readonly Migration[] = [];
