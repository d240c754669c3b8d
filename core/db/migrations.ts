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
    // Tickets live for minutes: nothing is lost with those of the old shape.
    sql: `
      create table api_tokens (
        id text primary key,
        token_hash text not null unique,
        user_name text not null collate nocase references users (name) on delete cascade on update cascade,
        name text not null check (length(name) between 1 and 64),
        rights text not null check (json_valid(rights)),
        cameras text check (cameras is null or json_valid(cameras)),
        created_at_ms integer not null,
        expires_at_ms integer,
        last_used_at_ms integer,
        last_address text,
        unique (user_name, name)
      ) strict, without rowid;
      create index api_tokens_by_expiry on api_tokens (expires_at_ms);
      drop table media_tickets;
      create table media_tickets (
        ticket_hash text primary key,
        session_id text references sessions (id) on delete cascade,
        api_token_id text references api_tokens (id) on delete cascade,
        camera text not null,
        rights text not null check (json_valid(rights)),
        expires_at_ms integer not null,
        first_used_at_ms integer,
        check ((session_id is null) <> (api_token_id is null))
      ) strict, without rowid;
      create index media_tickets_by_expiry on media_tickets (expires_at_ms);
      create index media_tickets_by_session on media_tickets (session_id);
      create index media_tickets_by_api_token on media_tickets (api_token_id);`,
  },
  {
    to: 5,
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
  {
    to: 6,
    sql: "alter table users add column source text check (length(source) between 1 and 300)",
  },
];
