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
  {
    to: 7,
    // The count starts with what is there; from then on it is counted along.
    sql: `
      alter table events add column rule text;
      alter table events add column source text not null default 'recorder';
      alter table events add column subject text;
      alter table events add column end_reason text;
      alter table events add column last_ms integer;
      alter table events add column score real;
      alter table events add column objects text check (objects is null or json_valid(objects));
      alter table events add column pictures text check (pictures is null or json_valid(pictures));
      alter table events add column acknowledged_at_ms integer;
      alter table events add column acknowledged_by text;
      alter table events add column note text;
      alter table events add column revision integer not null default 0;
      drop index events_by_type;
      drop index events_by_camera;
      drop index events_open;
      update events set revision = number, subject = json_extract(payload, '$.path');
      update events set type = 'exception-camera-link' where type = 'exception-camera-offline';
      create index events_by_time on events (start_ms);
      create index events_by_camera on events (camera, start_ms);
      create index events_by_type on events (type, start_ms);
      create index events_by_camera_and_type on events (camera, type, start_ms);
      create index events_by_revision on events (revision);
      create index events_open on events (number) where end_ms is null;
      create index events_acknowledged on events (start_ms) where acknowledged_at_ms is not null;
      create table event_objects (
        number integer not null references events (number) on delete cascade,
        class text not null,
        camera text,
        start_ms integer not null,
        primary key (number, class)
      ) strict, without rowid;
      create index event_objects_by_class on event_objects (class, start_ms, number);
      create index event_objects_by_camera on event_objects (class, camera, start_ms, number);
      insert into key_values (key, value) select 'events.count', count(*) from events where true
        on conflict (key) do update set value = excluded.value;`,
  },
  {
    to: 8,
    sql: `
      create table till_receipts (
        number integer primary key autoincrement,
        till text not null check (length(till) between 1 and 64),
        start_ms integer not null,
        last_ms integer not null,
        ended_by text,
        total_minor integer,
        receipt text,
        lines text not null check (json_valid(lines))
      ) strict;
      create index till_receipts_by_time on till_receipts (start_ms);
      create index till_receipts_by_till on till_receipts (till, start_ms);
      create index till_receipts_open on till_receipts (number) where ended_by is null;
      create virtual table till_words using fts5 (text, content = '', contentless_delete = 1, tokenize = 'trigram');`,
  },
  {
    to: 9,
    sql: "alter table events add column actions text check (actions is null or json_valid(actions))",
  },
  {
    to: 10,
    sql: `
      create table motion_cameras (
        number integer primary key,
        camera text not null unique check (length(camera) between 1 and 64)
      ) strict;
      create table motion_minutes (
        key integer primary key,
        cells blob not null
      ) strict;`,
  },
  {
    to: 11,
    sql: `
      create table waiting_actions (
        request text primary key,
        since_ms integer not null,
        tries integer not null,
        max_age_seconds integer not null,
        task text not null check (json_valid(task))
      ) strict, without rowid;`,
  },
];
