-- The database of a Nightjar: an index over the recording files, and the runtime state of the recorder.
-- Settings lie in config.json, secrets in secrets.json, footage in files: all of `segments` and what hangs on
-- it can be rebuilt from the files (nightjar fsck --rebuild).
-- Units: *_90k is 90 kHz ticks, *_ms milliseconds; both since 1970-01-01 UTC where they are moments.

-- Volumes that were ever written to; rows stay, so that footage of a pulled disk is known when it comes back.
create table volumes (
  number integer primary key, -- short key used by the other tables
  id text not null unique check (length(id) between 1 and 64), -- UUID in nightjar-volume.json at its root
  path text not null, -- absolute path where it was last mounted
  added_at_ms integer not null
) strict;

-- One row per stream that was ever recorded; a short key for the large tables.
create table streams (
  number integer primary key,
  camera text not null check (length(camera) between 1 and 64), -- camera id, [a-z0-9-]
  stream text not null check (stream in ('main', 'sub')),
  -- Footage to be deleted with its camera: 0 none, 1 all, 2 up to `remove_through` (the camera came back).
  removal integer not null default 0 check (removal in (0, 1, 2)),
  remove_through integer, -- largest segments.number to delete; null unless removal is 2
  unique (camera, stream)
) strict;

-- One row per closed recording file.
create table segments (
  number integer primary key, -- rises with the order of indexing
  id text not null unique check (length(id) between 7 and 96), -- stem of the file name: <utc-start-ms>-<node>-<run>-<sequence>
  stream_number integer not null references streams (number),
  volume_number integer not null references volumes (number),
  write_sequence integer not null, -- rises with every file opened on the volume: the order of eviction
  run integer not null, -- number of the uninterrupted session on its node
  sequence integer not null, -- number within the run, from 0
  start_90k integer not null, -- presentation start of the first video frame
  duration_90k integer not null check (duration_90k between 0 and 324000000), -- ticks; at most one hour
  size_bytes integer not null check (size_bytes >= 0),
  moov_offset integer not null, -- byte where the final moov begins
  moov_bytes integer not null,
  video_codec text not null, -- RFC 6381
  width integer not null, -- pixels
  height integer not null, -- pixels
  audio_codec text, -- RFC 6381; null without sound
  video_samples integer not null, -- frames
  audio_samples integer not null, -- frames of sound
  reasons integer not null, -- record reasons, all spans together, as bits (core/domain/record-reasons.ts)
  reason_spans text, -- JSON [[offset_90k, duration_90k, bits], …]; null: one span over the whole file
  clock_source text not null check (clock_source in ('node', 'unsynchronised')),
  camera_clock_offset_ms integer, -- the camera's clock minus the node's; null if unknown
  starts_with_key_frame integer not null check (starts_with_key_frame in (0, 1)),
  ends_run integer not null check (ends_run in (0, 1)), -- last of its run
  recovered integer not null check (recovered in (0, 1)), -- cut and finished after a crash
  locked integer not null default 0 check (locked in (0, 1)), -- mirrors `locks`: never evicted
  unreadable integer not null default 0 check (unreadable in (0, 1)), -- a reader failed on it: fsck looks
  path text, -- below the volume's root; null: the usual path for its camera, stream and id
  sha256 text check (length(sha256) = 64) -- hexadecimal, of what the file held when it was closed; null: it carries none
) strict;
-- Timeline, seek, retention by days.
create index segments_by_start on segments (stream_number, start_90k);
-- What a timeline marks as locked; `locked` alone would be no index over years of footage.
create index segments_locked on segments (stream_number, start_90k) where locked = 1;
-- Eviction of a volume: oldest write first over all cameras.
create index segments_by_write on segments (volume_number, write_sequence, locked);
-- Quotas: oldest write first of one stream on one volume.
create index segments_by_stream_write on segments (volume_number, stream_number, write_sequence, locked);

-- Key frames of each segment, so that seeks and fast play open no sample table.
create table segment_key_frames (
  segment_number integer primary key references segments (number) on delete cascade,
  frames blob not null -- varint triples: see SegmentRecord.keyFrames
) strict;

-- Packets lost inside segments.
create table holes (
  stream_number integer not null,
  start_90k integer not null,
  segment_number integer not null references segments (number) on delete cascade,
  duration_90k integer not null,
  packets integer not null, -- RTP packets that never came
  primary key (stream_number, start_90k, segment_number)
) strict, without rowid;
create index holes_by_segment on holes (segment_number);

-- Spans of recording, merged as segments arrive: what timeline and calendar read.
create table coverage (
  number integer primary key,
  stream_number integer not null references streams (number),
  node text not null, -- node that recorded it: runs are numbered per node
  run integer not null,
  start_90k integer not null,
  end_90k integer not null, -- exclusive
  reasons integer not null, -- bits
  -- A span is at most six hours long, so that a query need not look further back.
  check (end_90k > start_90k and end_90k - start_90k <= 1944000000)
) strict;
create index coverage_by_start on coverage (stream_number, start_90k);

-- Why runs ended: the reason shown for a gap.
create table run_ends (
  stream_number integer not null references streams (number),
  end_90k integer not null,
  run integer not null,
  reason text not null,
  primary key (stream_number, end_90k, run)
) strict, without rowid;

-- Bytes on each volume by stream and class, counted as files come and go, never by walking a disk.
create table ledger (
  volume_number integer not null references volumes (number),
  stream_number integer not null references streams (number),
  class text not null check (class in ('video')),
  size_bytes integer not null,
  segments integer not null, -- files
  primary key (volume_number, stream_number, class)
) strict, without rowid;

-- Segments that are never deleted, by whom and since when. Mirrored in <volume>/locks.jsonl.
create table locks (
  segment_id text primary key, -- segments.id
  volume_number integer not null references volumes (number),
  locked_at_ms integer not null,
  locked_by text not null -- user name
) strict, without rowid;
create index locks_by_volume on locks (volume_number);

-- The newest state that `media` reported of each stream and volume. It is not told again once it was acknowledged,
-- so that it must outlive a restart of `core` as the segments do.
create table last_reports (
  key text primary key, -- <kind>/<camera>/<stream> or <kind>/<volume>
  report text not null check (json_valid(report)) -- JSON of the report
) strict, without rowid;

-- What asks for recording besides the plan: manual recordings, kept over restarts.
create table record_triggers (
  camera text not null,
  id text not null, -- id of the manual recording or the event
  event_90k integer not null, -- moment of the picture that raised it
  until_90k integer, -- null: until it is taken back
  reasons integer not null, -- bits
  primary key (camera, id)
) strict, without rowid;

-- What happened, for people by time and for consumers by revision.
create table events (
  number integer primary key autoincrement,
  type text not null, -- id of the catalogue, kebab-case: motion, exception-camera-link …
  camera text, -- camera id; null: of the recorder itself
  start_ms integer not null,
  end_ms integer, -- null: goes on
  payload text not null check (json_valid(payload)), -- JSON object: particulars of this type
  rule text, -- the detector's rule; null: none
  source text not null default 'recorder', -- what reported it
  subject text, -- what it is about where that is no camera: a volume, a plugin; null: none
  end_reason text, -- why it ended otherwise than by its reporter's word; null: it did not
  last_ms integer, -- when it was last reported; null in rows of older recorders
  score real, -- 0 to 1; null: none
  objects text check (objects is null or json_valid(objects)), -- JSON array: class, score, box and when, track, path; null: none
  pictures text check (pictures is null or json_valid(pictures)), -- JSON array of moments in ms; null: none
  acknowledged_at_ms integer, -- null: nobody has
  acknowledged_by text, -- account
  note text, -- what they said
  revision integer not null default 0, -- rises with every change of any event
  actions text check (actions is null or json_valid(actions)) -- JSON array: what was done because of it; null: nothing
) strict;
create index events_by_time on events (start_ms);
create index events_by_camera on events (camera, start_ms);
create index events_by_type on events (type, start_ms);
create index events_by_camera_and_type on events (camera, type, start_ms);
create index events_by_revision on events (revision);
create index events_open on events (number) where end_ms is null;
create index events_acknowledged on events (start_ms) where acknowledged_at_ms is not null;

-- What was seen in events, to search by.
create table event_objects (
  number integer not null references events (number) on delete cascade,
  class text not null, -- person, car …
  camera text, -- as in the event
  start_ms integer not null, -- as in the event
  primary key (number, class)
) strict, without rowid;
create index event_objects_by_class on event_objects (class, start_ms, number);
create index event_objects_by_camera on event_objects (class, camera, start_ms, number);

-- Cameras in whose pictures something moved; a short key for the large table.
create table motion_cameras (
  number integer primary key,
  camera text not null unique check (length(camera) between 1 and 64) -- camera id, [a-z0-9-]
) strict;

-- Where something moved, by camera, minute, second and cell: what recordings are searched by. A minute in which nothing
-- moved has no row; a minute whose recording was deleted neither.
create table motion_minutes (
  key integer primary key, -- motion_cameras.number × 2^27 + minutes since 1970-01-01 UTC
  cells blob not null -- see core/domain/motion-minute.ts
) strict;

-- Receipts of tills, as they were written. What must not be kept was hidden before it came here.
create table till_receipts (
  number integer primary key autoincrement, -- rises, and is never used again
  till text not null check (length(till) between 1 and 64), -- id in config.json
  start_ms integer not null, -- its first line
  last_ms integer not null, -- its last line so far
  ended_by text, -- see core/pos/receipts.ts; null: it goes on
  total_minor integer, -- in the currency's smallest unit; null: not found
  receipt text, -- the till's own number of it; null: not found
  lines text not null check (json_valid(lines)) -- JSON [[ms after start_ms, text], …]
) strict;
create index till_receipts_by_time on till_receipts (start_ms);
create index till_receipts_by_till on till_receipts (till, start_ms);
create index till_receipts_open on till_receipts (number) where ended_by is null;

-- The words of receipts that are over, by any three letters; the text itself stands above. Its rowid is their number.
create virtual table till_words using fts5 (text, content = '', contentless_delete = 1, tokenize = 'trigram');

-- Accounts.
create table users (
  name text primary key collate nocase check (length(name) between 1 and 64),
  role text not null check (role in ('administrator', 'operator', 'viewer')),
  password_hash text not null, -- PHC string: $argon2id$…; empty where `source` is set
  enabled integer not null default 1 check (enabled in (0, 1)),
  created_at_ms integer not null,
  password_changed_at_ms integer not null,
  -- Login provider that knows the account, `<package>/<id>`; null: its password is the recorder's own.
  source text check (length(source) between 1 and 300)
) strict, without rowid;

-- Accounts that sign in with a one-time code besides the password. The secret lies sealed in secrets.json.
create table second_factors (
  user_name text primary key collate nocase references users (name) on delete cascade on update cascade,
  secret_name text not null unique, -- name of the sealed secret in secrets.json
  since_ms integer not null,
  last_step integer not null -- newest 30 s step whose code was taken: it and all before are used up
) strict, without rowid;

-- What stands in for the code when the phone is lost, each once. The codes themselves are never stored.
create table recovery_codes (
  user_name text not null collate nocase references second_factors (user_name) on delete cascade on update cascade,
  code_hash text not null, -- SHA-256 of its bare characters, hex
  primary key (user_name, code_hash)
) strict, without rowid;

-- Passwords with which other programs watch cameras over RTSP in an account's name (docs/decisions/0018).
create table stream_passwords (
  id text primary key, -- public id, for lists and revocation
  user_name text not null collate nocase references users (name) on delete cascade on update cascade,
  label text not null check (length(label) between 1 and 64), -- what its owner calls it
  sealed_hashes text not null, -- JSON of the digest hashes (HA1), sealed with the key in secrets.key
  created_at_ms integer not null,
  last_used_at_ms integer -- null: never
) strict, without rowid;
create index stream_passwords_by_user on stream_passwords (user_name);

-- Signed-in browsers and programs. The token itself is never stored.
create table sessions (
  id text primary key, -- public id, for logs and revocation
  token_hash text not null unique, -- SHA-256 of the token, hex
  user_name text not null collate nocase references users (name) on delete cascade on update cascade,
  created_at_ms integer not null,
  last_seen_at_ms integer not null,
  expires_at_ms integer not null,
  remote_address text not null, -- where it signed in from
  user_agent text not null
) strict, without rowid;
create index sessions_by_user on sessions (user_name);
create index sessions_by_expiry on sessions (expires_at_ms);

-- What programs act with, in the name of an account. The secret itself is never stored. Rights and cameras only narrow
-- what the account may do at the moment of a request.
create table api_tokens (
  id text primary key, -- public id, for logs and revocation
  token_hash text not null unique, -- SHA-256 of the secret, hex
  user_name text not null collate nocase references users (name) on delete cascade on update cascade,
  name text not null check (length(name) between 1 and 64), -- what for, in the words of who made it
  rights text not null check (json_valid(rights)), -- JSON array of rights (core/domain/roles.ts)
  cameras text check (cameras is null or json_valid(cameras)), -- JSON array of camera ids; null: all that the account sees
  created_at_ms integer not null,
  expires_at_ms integer, -- null: never
  last_used_at_ms integer, -- to the minute; null: not yet
  last_address text, -- where from it was used last; null: not yet
  unique (user_name, name)
) strict, without rowid;
create index api_tokens_by_expiry on api_tokens (expires_at_ms);

-- Failed and successful sign-ins of late: brakes guessing, survives restarts.
create table login_attempts (
  number integer primary key,
  user_name text not null collate nocase, -- a mark of what was typed, which may be a password in the wrong field
  remote_address text not null,
  at_ms integer not null,
  succeeded integer not null check (succeeded in (0, 1))
) strict;
create index login_attempts_by_user on login_attempts (user_name, at_ms);
create index login_attempts_by_address on login_attempts (remote_address, at_ms);
create index login_attempts_by_time on login_attempts (at_ms);

-- Short-lived rights for <img> and <video>. The ticket itself is never stored.
create table media_tickets (
  ticket_hash text primary key, -- SHA-256 of the ticket, hex
  session_id text references sessions (id) on delete cascade, -- who made it; null: an API token did
  api_token_id text references api_tokens (id) on delete cascade, -- who made it; null: a session did
  camera text not null,
  rights text not null check (json_valid(rights)), -- JSON array of media rights
  expires_at_ms integer not null,
  first_used_at_ms integer, -- null: not used yet
  check ((session_id is null) <> (api_token_id is null))
) strict, without rowid;
create index media_tickets_by_expiry on media_tickets (expires_at_ms);
create index media_tickets_by_session on media_tickets (session_id);
create index media_tickets_by_api_token on media_tickets (api_token_id);

-- Acts that matter to security. Each row's hash covers the one before, so that a change shows.
create table audit (
  number integer primary key autoincrement,
  at_ms integer not null,
  user_name text not null, -- '' for the recorder itself or a stranger
  remote_address text not null, -- '' if it came from no network
  action text not null, -- kebab-case: session-opened, camera-removed …
  camera text, -- camera id, where one is meant
  detail text not null check (json_valid(detail)), -- JSON object, without secrets
  previous_hash text not null, -- hash of the row before; 64 zeros in the first
  hash text not null -- SHA-256, hex, over previous_hash and the fields above
) strict;
create index audit_by_user on audit (user_name, number);

-- Small facts that must outlive a restart.
create table key_values (
  key text primary key, -- dotted: recording.revision
  value text not null check (json_valid(value)) -- JSON
) strict, without rowid;

-- Actions of linkage rules that wait for somebody who is away; since_ms: when they were asked for, milliseconds since the epoch.
create table waiting_actions (
  request text primary key,
  since_ms integer not null,
  tries integer not null,
  max_age_seconds integer not null,
  task text not null check (json_valid(task))
) strict, without rowid;
