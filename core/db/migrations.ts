// The numbered steps from one schema to the next, oldest first. schema.sql is what they lead to; a test keeps
// the two equal. Version 1 is what recorders had before the first release.
import type { Migration } from "./migrate.ts";

export const MIGRATIONS: readonly Migration[] = [
  {
    to: 2,
    sql: `alter table segments add column sha256 text check (length(sha256) = 64)`,
  },
  {
    to: 3,
    sql: `
      create table second_factors (
        user_name text primary key collate nocase references users (name) on delete cascade on update cascade,
        secret_name text not null unique,
        since_ms integer not null,
        last_step integer not null
      ) strict, without rowid;
      create table recovery_codes (
        user_name text not null collate nocase references second_factors (user_name) on delete cascade on update cascade,
        code_hash text not null,
        primary key (user_name, code_hash)
      ) strict, without rowid;`,
  },
  {
    to: 4,
    sql: `
      create table stream_passwords (
        id text primary key,
        user_name text not null collate nocase references users (name) on delete cascade on update cascade,
        label text not null check (length(label) between 1 and 64),
        sealed_hashes text not null,
        created_at_ms integer not null,
        last_used_at_ms integer
      ) strict, without rowid;
      create index stream_passwords_by_user on stream_passwords (user_name);`,
  },
];
