// What happened, newest first: found by camera, kind, object, day and acknowledgement; played at once; acknowledged with a
// note. Filters stand in the address. New events are announced, and shown when somebody wants them: a list that moves
// under the pointer cannot be read.
import { useEffect, useState } from "preact/hooks";
import { type Answer, ApiError, addressOf, call, type Given } from "../../api/client.ts";
import type { RecordedEvent } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { EmptyPage, ErrorNote, NotAllowed, SkeletonRows } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { lazyPage } from "../../parts/lazy-page.tsx";
import { followLink, href, place, replaceQuery } from "../../router.ts";
import { cameras, eventChange, mayAdminister } from "../../state/recorder.ts";
import { daySpan } from "../../state/time-format.ts";
import { zone } from "../../state/zone.ts";
import { AcknowledgeDialog } from "./acknowledge-dialog.tsx";
import { ArmingSwitch } from "./arming-switch.tsx";
import { EventRow } from "./event-row.tsx";
import { EVENT_TEXT, eventText } from "./event-words.ts";
import { objectNamed, objectsNamed, objectText, objectWords } from "./object-words.ts";

const HintsPage = lazyPage(async () => (await import("./hints-page.tsx")).HintsPage);

const PAGE = 50;
/** How long typing pauses before what was typed is searched for. */
const ASKED_AFTER_MS = 300;
const DAY = /^\d{4}-\d\d-\d\d$/;
const FILTERS = ["camera", "kind", "object", "day", "seen", "event"] as const;
/** One event by itself, where a notification leads to. */
const EVENT_NUMBER = /^[1-9]\d{0,14}$/;

type Wish = NonNullable<Given<"GET /events">["query"]>;

/** What is asked for by these filters. */
function wishOf(query: URLSearchParams, cursor: string | undefined): Wish {
  const [camera, kind, object, day, seen] = FILTERS.map((name) => query.get(name)?.trim() ?? "");
  return {
    limit: PAGE,
    ...(camera ? { cameras: camera } : {}),
    ...(kind ? { types: kind } : {}),
    ...(object ? { objects: objectsNamed(object).join(",").slice(0, 500) } : {}),
    ...(day && DAY.test(day) && !Number.isNaN(Date.parse(day)) ? daySpan(day, zone.value) : {}),
    ...(seen === "yes" || seen === "no" ? { acknowledged: seen === "yes" } : {}),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

/** The page, and what lies below it. */
export function EventsPage() {
  if (place.value.path !== "events/hints") return <EventList />;
  return mayAdminister.value ? <HintsPage /> : <NotAllowed />;
}

function EventList() {
  const [events, setEvents] = useState<readonly RecordedEvent[] | undefined>(undefined);
  const [next, setNext] = useState<string | undefined>(undefined);
  const [error, setError] = useState<unknown>();
  const [news, setNews] = useState<ReadonlySet<number>>(new Set());
  const [asked, setAsked] = useState<RecordedEvent | undefined>(undefined);
  const { query } = place.value;
  const filters = FILTERS.map((name) => query.get(name) ?? "").join("\n");
  const isFiltered = FILTERS.some((name) => query.has(name));

  const load = async (cursor?: string, signal?: AbortSignal): Promise<void> => {
    try {
      const answer = await askedFor(query, cursor, signal);
      setError(undefined);
      setNext(answer.next);
      setEvents((known) => (cursor === undefined ? answer.events : [...(known ?? []), ...answer.events]));
      if (cursor === undefined) setNews(new Set());
    } catch (thrown) {
      if (signal?.aborted !== true) setError(thrown);
    }
  };
  useEffect(() => {
    const gone = new AbortController();
    void load(undefined, gone.signal);
    return () => gone.abort();
  }, [filters, zone.value]);
  const changed = eventChange.value;
  useEffect(() => {
    if (changed === undefined || events === undefined) return;
    if (events.some(({ id }) => id === changed.id)) put(changed);
    else if (query.has("event") || !fits(changed, query)) return;
    // In an empty list nothing can move under the pointer.
    else if (events.length === 0) void load();
    else if (isNewer(changed, events[0])) setNews((known) => new Set([...known, changed.id]));
  }, [changed]);
  function put(event: RecordedEvent): void {
    setEvents((known) => known?.map((one) => (one.id === event.id ? event : one)));
  }

  if (error instanceof ApiError && error.status === 403) return <NotAllowed />;
  return (
    <div class="list-page">
      <div class="head events-head">
        <h1>{t("events.title")}</h1>
        <div class="spring" />
        {mayAdminister.value ? (
          <>
            <a class="button ghost phone-only" href={href("arming")} onClick={followLink}>
              <Icon name="moon" />
              {t("arming.page")}
            </a>
            <a class="button ghost phone-only" href={href("linkage")} onClick={followLink}>
              <Icon name="link" />
              {t("linkage.page")}
            </a>
          </>
        ) : null}
        <a class="button ghost phone-only" href={href("tills")} onClick={followLink}>
          <Icon name="receipt" />
          {t("tills.title")}
        </a>
        {mayAdminister.value ? (
          <a class="button ghost" href={href("events/hints")} onClick={followLink}>
            <Icon name="settings" />
            {t("hints.title")}
          </a>
        ) : null}
        <ArmingSwitch />
      </div>
      <Filters query={query} isFiltered={isFiltered} />
      {news.size === 0 ? null : (
        <p class="more-line" role="status">
          <button type="button" class="button primary" onClick={() => void load()}>
            {news.size === 1 ? t("events.new.one") : t("events.new", { count: news.size })}
          </button>
        </p>
      )}
      {error === undefined ? null : (
        <div class="awaited">
          <ErrorNote error={error} onRetry={() => void load(events === undefined ? undefined : next)} />
        </div>
      )}
      {events === undefined ? (
        error === undefined ? (
          <SkeletonRows rows={10} />
        ) : null
      ) : events.length === 0 ? (
        isFiltered ? (
          <EmptyPage icon="search" title={t("events.noMatch")} text={t("events.noMatch.text")} />
        ) : (
          <EmptyPage icon="events" title={t("events.none")} text={t("events.none.text")}>
            {mayAdminister.value && cameras.value?.length === 0 ? (
              <a class="button primary" href={href("cameras/new")} onClick={followLink}>
                <Icon name="plus" />
                {t("cameras.add")}
              </a>
            ) : null}
          </EmptyPage>
        )
      ) : (
        <div class="table-box">
          <table class="event-table">
            <tbody>
              {events.map((event) => (
                <EventRow key={event.id} event={event} onAcknowledge={() => setAsked(event)} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {events === undefined || next === undefined ? null : (
        <p class="more-line">
          <button type="button" class="button" onClick={() => void load(next)}>
            {t("events.older")}
          </button>
        </p>
      )}
      {asked === undefined ? null : (
        <AcknowledgeDialog
          event={events?.find(({ id }) => id === asked.id) ?? asked}
          onClose={() => setAsked(undefined)}
          onDone={(event) => {
            put(event);
            setAsked(undefined);
          }}
        />
      )}
    </div>
  );
}

async function askedFor(
  query: URLSearchParams,
  cursor: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Answer<"GET /events">> {
  const event = query.get("event") ?? "";
  if (!EVENT_NUMBER.test(event)) return call("GET /events", { query: wishOf(query, cursor), signal });
  return { events: [await call("GET /events/{event}", { path: { event: Number(event) }, signal })] };
}

/** Whether an event belongs over the first one of the list, which goes by the moment of their begin. */
function isNewer(event: RecordedEvent, first: RecordedEvent | undefined): boolean {
  return first === undefined || Date.parse(event.start) >= Date.parse(first.start);
}

/** Whether a new event would stand in the list. */
function fits(event: RecordedEvent, query: URLSearchParams): boolean {
  const [camera, kind, object, day, seen] = FILTERS.map((name) => query.get(name) ?? "");
  if (camera && event.camera !== camera) return false;
  if (kind && event.type !== kind) return false;
  if (object && !event.objects.some((one) => objectsNamed(object).includes(one.class))) return false;
  // What was asked for by day or acknowledgement is looked at, not watched.
  return !day && seen !== "yes";
}

function Filters({ query, isFiltered }: { readonly query: URLSearchParams; readonly isFiltered: boolean }) {
  const choose = (name: (typeof FILTERS)[number]) => (event: { readonly currentTarget: { value: string } }) =>
    replaceQuery({ [name]: event.currentTarget.value || undefined, event: undefined });
  const given = (name: (typeof FILTERS)[number]) => query.get(name) ?? "";
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()}>
      <select
        class="text-input"
        aria-label={t("events.camera")}
        value={given("camera")}
        onChange={choose("camera")}
      >
        <option value="">{t("events.camera.all")}</option>
        {(cameras.value ?? []).map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
      <select
        class="text-input"
        aria-label={t("events.kind")}
        value={given("kind")}
        onChange={choose("kind")}
      >
        <option value="">{t("events.kind.all")}</option>
        {Object.keys(EVENT_TEXT).map((type) => (
          <option key={type} value={type}>
            {eventText(type)}
          </option>
        ))}
      </select>
      <select
        class="text-input"
        aria-label={t("events.seen")}
        value={given("seen")}
        onChange={choose("seen")}
      >
        <option value="">{t("events.seen.all")}</option>
        <option value="no">{t("events.seen.no")}</option>
        <option value="yes">{t("events.seen.yes")}</option>
      </select>
      <ObjectFilter value={given("object")} />
      <input
        type="date"
        class="text-input"
        aria-label={t("events.day")}
        title={t("events.day")}
        value={given("day")}
        onChange={choose("day")}
      />
      {isFiltered ? (
        <button
          type="button"
          class="button ghost"
          onClick={() => replaceQuery(Object.fromEntries(FILTERS.map((name) => [name, undefined])))}
        >
          {t("events.clear")}
        </button>
      ) : null}
      {query.has("event") ? null : <Downloads query={query} />}
    </form>
  );
}

/** What these filters find, as files. The browser saves them; the page stays. */
function Downloads({ query }: { readonly query: URLSearchParams }) {
  const { limit: _page, ...wanted } = wishOf(query, undefined);
  return (
    <span class="files">
      {(["csv", "jsonl"] as const).map((format) => (
        <a
          key={format}
          class="button ghost"
          href={addressOf("GET /events/export", { query: { ...wanted, format } })}
          download={`nightjar-events.${format}`}
        >
          <Icon name="download" />
          {t(format === "csv" ? "events.export.csv" : "events.export.jsonl")}
        </a>
      ))}
    </span>
  );
}

/** What was seen, asked for once typing pauses: each letter would be a search of its own. */
function ObjectFilter({ value }: { readonly value: string }) {
  // The address names the class, so that it means the same to whoever speaks another language.
  const [typed, setTyped] = useState(objectText(value));
  useEffect(() => {
    if (objectNamed(typed) !== value) setTyped(objectText(value));
  }, [value]);
  useEffect(() => {
    const named = objectNamed(typed);
    if (named === value) return;
    const timer = setTimeout(
      () => replaceQuery({ object: named || undefined, event: undefined }),
      ASKED_AFTER_MS,
    );
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <>
      <input
        type="search"
        class="text-input"
        aria-label={t("events.object")}
        placeholder={t("events.object.example")}
        title={t("events.object")}
        list="object-words"
        value={typed}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      <datalist id="object-words">
        {objectWords().map((word) => (
          <option key={word} value={word} />
        ))}
      </datalist>
    </>
  );
}
