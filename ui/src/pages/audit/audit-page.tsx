// The audit log for administrators: who did what, when and from where, newest first; found by account, kind and day; and
// the proof that nobody has changed it since. Filters stand in the address.
import { useEffect, useRef, useState } from "preact/hooks";
import { type Answer, ApiError, addressOf, call, type Given } from "../../api/client.ts";
import type { AuditEntry } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { EmptyPage, ErrorNote, NotAllowed, SkeletonRows } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { place, replaceQuery } from "../../router.ts";
import { momentText, utcText } from "../../state/moment-text.ts";
import { cameras, mayAdminister } from "../../state/recorder.ts";
import { daySpan } from "../../state/time-format.ts";
import { zone } from "../../state/zone.ts";
import { SystemSubPage } from "../system/sub-page.tsx";
import { ACT_GROUPS, actText } from "./audit-words.ts";
import { detailText } from "./detail-words.ts";
import { KeepDays } from "./keep-days.tsx";

const PAGE = 100;
const DAY = /^\d{4}-\d\d-\d\d$/;

/** What is asked for by these filters. */
function wishOf(
  query: URLSearchParams,
  before: number | undefined,
): NonNullable<Given<"GET /audit">["query"]> {
  const user = query.get("user")?.trim() ?? "";
  const group = ACT_GROUPS.find(({ id }) => id === query.get("kind"));
  const day = query.get("day") ?? "";
  return {
    limit: PAGE,
    ...(user === "" ? {} : { user: user.slice(0, 64) }),
    ...(group === undefined ? {} : { actions: group.actions.join(",") }),
    ...(DAY.test(day) ? daySpan(day, zone.value) : {}),
    ...(before === undefined ? {} : { before }),
  };
}

/** The page. */
export function AuditPage() {
  const [entries, setEntries] = useState<readonly AuditEntry[] | undefined>(undefined);
  const [isWhole, setWhole] = useState(false);
  const [error, setError] = useState<unknown>();
  const { query } = place.value;
  const filters = ["user", "kind", "day"].map((name) => query.get(name) ?? "").join("\n");
  const load = async (before: number | undefined, signal?: AbortSignal): Promise<void> => {
    try {
      const answer = await call("GET /audit", { query: wishOf(query, before), signal });
      setError(undefined);
      setWhole(answer.entries.length < PAGE);
      setEntries((known) => (before === undefined ? answer.entries : [...(known ?? []), ...answer.entries]));
    } catch (thrown) {
      if (signal?.aborted !== true) setError(thrown);
    }
  };
  useEffect(() => {
    const gone = new AbortController();
    void load(undefined, gone.signal);
    return () => gone.abort();
  }, [filters, zone.value]);
  if (!mayAdminister.value || (error instanceof ApiError && error.status === 403)) return <NotAllowed />;
  return (
    <SystemSubPage title={t("audit.title")} beside={<Verification />}>
      <Filters query={query} />
      {error === undefined ? null : (
        <div class="awaited">
          <ErrorNote
            error={error}
            onRetry={() => {
              setError(undefined);
              void load(entries?.at(-1)?.number);
            }}
          />
        </div>
      )}
      {entries === undefined ? (
        error === undefined ? (
          <SkeletonRows rows={10} />
        ) : null
      ) : entries.length === 0 ? (
        <EmptyPage icon="search" title={t("audit.none")} text={t("audit.none.text")} />
      ) : (
        <Entries entries={entries} />
      )}
      {entries === undefined || isWhole ? null : (
        <p class="more-line">
          <button type="button" class="button" onClick={() => void load(entries.at(-1)?.number)}>
            {t("audit.older")}
          </button>
        </p>
      )}
      {entries === undefined ? null : <KeepDays />}
    </SystemSubPage>
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
          href={addressOf("GET /audit/export", { query: { ...wanted, format } })}
          download={`nightjar-audit.${format}`}
        >
          <Icon name="download" />
          {t(format === "csv" ? "audit.export.csv" : "audit.export.jsonl")}
        </a>
      ))}
    </span>
  );
}

function Filters({ query }: { readonly query: URLSearchParams }) {
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()}>
      <input
        type="search"
        class="text-input"
        aria-label={t("audit.user")}
        placeholder={t("audit.user")}
        value={query.get("user") ?? ""}
        onChange={(event) => replaceQuery({ user: event.currentTarget.value || undefined })}
      />
      <select
        class="text-input"
        aria-label={t("audit.kind")}
        value={query.get("kind") ?? ""}
        onChange={(event) => replaceQuery({ kind: event.currentTarget.value || undefined })}
      >
        <option value="">{t("audit.group.all")}</option>
        {ACT_GROUPS.map(({ id, text }) => (
          <option key={id} value={id}>
            {t(text)}
          </option>
        ))}
      </select>
      <input
        type="date"
        class="text-input"
        aria-label={t("audit.day")}
        title={t("audit.day")}
        value={query.get("day") ?? ""}
        onChange={(event) => replaceQuery({ day: event.currentTarget.value || undefined })}
      />
      {["user", "kind", "day"].some((name) => query.has(name)) ? (
        <button
          type="button"
          class="button ghost"
          onClick={() => replaceQuery({ user: undefined, kind: undefined, day: undefined })}
        >
          {t("audit.clear")}
        </button>
      ) : null}
      <Downloads query={query} />
    </form>
  );
}

function Entries({ entries }: { readonly entries: readonly AuditEntry[] }) {
  return (
    <div class="table-box">
      <table class="audit-table">
        <thead>
          <tr>
            <th>{t("audit.time")}</th>
            <th>{t("audit.who")}</th>
            <th>{t("audit.what")}</th>
            <th>{t("audit.detail")}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.number}>
              <td class="when" title={utcText(entry.at)}>
                {momentText(entry.at)}
              </td>
              <td>
                {entry.userName === "" ? t("audit.nobody") : entry.userName}
                {typeof entry.detail["token"] === "string" ? (
                  <small>{t("audit.token", { name: entry.detail["token"] })}</small>
                ) : null}
                <small>{entry.remoteAddress}</small>
              </td>
              <td>
                {actText(entry.action)}
                {entry.camera === undefined ? null : <small>{cameraName(entry.camera)}</small>}
              </td>
              <td class="detail">{detailText(entry.detail, { momentText, cameraName })}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function cameraName(id: string): string {
  return cameras.value?.find((camera) => camera.id === id)?.name ?? id;
}

type Check = Answer<"GET /audit/verify">;

/** How often a check that goes on is asked about. */
const ASK_EVERY_MS = 1_000;

/**
 * Walks the chain of hashes over all entries, those that are not on the page too. The recorder walks a long one by itself,
 * for whoever asks: a page that is opened meanwhile finds it.
 */
function Verification() {
  const [check, setCheck] = useState<Check | undefined>(undefined);
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const gone = useRef(new AbortController());
  const follow = async (first: Promise<Check>): Promise<void> => {
    const { signal } = gone.current;
    setBusy(true);
    setError(undefined);
    try {
      let answer = await first;
      while (answer.intact === undefined && answer.total > 0 && !signal.aborted) {
        setCheck(answer);
        await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
        answer = await call("GET /audit/verify", { signal });
      }
      setCheck(answer);
    } catch (thrown) {
      if (!signal.aborted) setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  useEffect(() => {
    const { signal } = gone.current;
    call("GET /audit/verify", { signal })
      .then((answer) => {
        // One that has ended says nothing of what came since.
        if (answer.intact === undefined && answer.total > 0) void follow(Promise.resolve(answer));
      })
      .catch(() => undefined);
    return () => gone.current.abort();
  }, []);
  return (
    <span class="verification" role="status">
      {error === undefined ? null : <ErrorNote error={error} />}
      {check?.intact === undefined ? null : check.intact ? (
        <span class="good-line">
          <Icon name="check" />
          {t("audit.intact")}
        </span>
      ) : (
        <span class="bad-text">{t("audit.broken", { number: check.firstBroken ?? 0 })}</span>
      )}
      <button
        type="button"
        class="button"
        disabled={busy}
        onClick={() => void follow(call("POST /audit/verify", { signal: gone.current.signal }))}
      >
        {busy ? verifyingText(check) : t("audit.verify")}
      </button>
    </span>
  );
}

function verifyingText(check: Check | undefined): string {
  if (check === undefined || check.intact !== undefined || check.total === 0) return t("audit.verifying");
  return t("audit.verifying.far", { percent: Math.floor((100 * check.checked) / check.total) });
}
