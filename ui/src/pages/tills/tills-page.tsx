// Tills: what they wrote, newest first, found by till, text, amount and day, with the receipt that was chosen beside the
// picture of its moment. Filters and the receipt stand in the address.
import { useEffect, useState } from "preact/hooks";
import { ApiError, call, type Given } from "../../api/client.ts";
import type { Receipt, TillView } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { EmptyPage, ErrorNote, NotAllowed, SkeletonRows } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { place, replaceQuery } from "../../router.ts";
import { momentText, utcText } from "../../state/moment-text.ts";
import { mayAdminister } from "../../state/recorder.ts";
import { daySpan } from "../../state/time-format.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { zone } from "../../state/zone.ts";
import { amountText, minorOf } from "./amount-text.ts";
import { ReceiptPanel } from "./receipt-panel.tsx";
import { FILTERS, TillFilters, TYPED_DECIMALS } from "./till-filters.tsx";
import { STATUS_DOT, STATUS_TEXT } from "./till-words.ts";
import { TillsDialog } from "./tills-dialog.tsx";

const PAGE = 50;
/** The newest are looked for so often while nobody has asked for older ones. */
const AGAIN_MS = 5_000;
const DAY = /^\d{4}-\d\d-\d\d$/;

type Wish = NonNullable<Given<"GET /receipts">["query"]>;

function wishOf(query: URLSearchParams, cursor: string | undefined): Wish {
  const [till, text, least, most, day] = FILTERS.map((name) => query.get(name)?.trim() ?? "");
  const [from, to] = [minorOf(least ?? "", TYPED_DECIMALS), minorOf(most ?? "", TYPED_DECIMALS)];
  return {
    limit: PAGE,
    ...(till ? { till } : {}),
    ...(text ? { text: text.slice(0, 100) } : {}),
    ...(from === undefined ? {} : { least: from }),
    ...(to === undefined ? {} : { most: to }),
    ...(day && DAY.test(day) && !Number.isNaN(Date.parse(day)) ? daySpan(day, zone.value) : {}),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

/** The page. */
export function TillsPage() {
  const asked = useAnswer((signal) => call("GET /tills", { signal }));
  const [receipts, setReceipts] = useState<readonly Receipt[] | undefined>(undefined);
  const [next, setNext] = useState<string | undefined>(undefined);
  const [hasOlder, setHasOlder] = useState(false);
  const [error, setError] = useState<unknown>();
  const [isSettingUp, setSettingUp] = useState(false);
  const { query } = place.value;
  const filters = FILTERS.map((name) => query.get(name) ?? "").join("\n");
  const isFiltered = FILTERS.some((name) => query.has(name));
  const chosen = receipts?.find(({ id }) => String(id) === query.get("receipt"));
  const tills = asked.answer?.tills;

  const load = async (cursor?: string, signal?: AbortSignal): Promise<void> => {
    try {
      const answer = await call("GET /receipts", { query: wishOf(query, cursor), signal });
      setError(undefined);
      setNext(answer.next);
      setHasOlder(cursor !== undefined);
      setReceipts((known) =>
        cursor === undefined ? answer.receipts : [...(known ?? []), ...answer.receipts],
      );
    } catch (thrown) {
      if (signal?.aborted !== true) setError(thrown);
    }
  };
  useEffect(() => {
    const gone = new AbortController();
    void load(undefined, gone.signal);
    return () => gone.abort();
  }, [filters, zone.value]);
  useEffect(() => {
    if (hasOlder) return;
    const gone = new AbortController();
    const timer = setInterval(() => {
      if (document.visibilityState !== "visible") return;
      void load(undefined, gone.signal);
      asked.load();
    }, AGAIN_MS);
    return () => {
      clearInterval(timer);
      gone.abort();
    };
  }, [filters, hasOlder, zone.value]);

  const failed = error ?? asked.error;
  if (failed instanceof ApiError && failed.status === 403) return <NotAllowed />;
  return (
    <div class="list-page">
      <div class="head">
        <h1>{t("tills.title")}</h1>
        <div class="spring" />
        {mayAdminister.value ? (
          <button type="button" class="button" onClick={() => setSettingUp(true)}>
            <Icon name="settings" />
            {t("tills.setUp")}
          </button>
        ) : null}
      </div>
      {tills === undefined || tills.length === 0 ? null : <TillStates tills={tills} />}
      {tills?.length === 0 && receipts?.length === 0 && !isFiltered ? null : (
        <TillFilters query={query} tills={tills ?? []} isFiltered={isFiltered} />
      )}
      {failed === undefined ? null : (
        <div class="awaited">
          <ErrorNote
            error={failed}
            onRetry={() => {
              asked.retry();
              void load(receipts === undefined ? undefined : next);
            }}
          />
        </div>
      )}
      {receipts === undefined ? (
        failed === undefined ? (
          <SkeletonRows rows={10} />
        ) : null
      ) : receipts.length === 0 ? (
        isFiltered ? (
          <EmptyPage icon="search" title={t("tills.noMatch")} text={t("tills.noMatch.text")} />
        ) : (
          <EmptyPage
            icon="receipt"
            title={t("tills.none")}
            text={t(mayAdminister.value ? "tills.none.text" : "tills.none.viewer")}
          >
            {mayAdminister.value ? (
              <button type="button" class="button primary" onClick={() => setSettingUp(true)}>
                {t("tills.setUp")}
              </button>
            ) : null}
          </EmptyPage>
        )
      ) : (
        <div class={`tills-columns${chosen === undefined ? "" : " has-receipt"}`}>
          <div class="table-box tills-list">
            <table class="receipt-table">
              <tbody>
                {receipts.map((receipt) => (
                  <ReceiptRow key={receipt.id} receipt={receipt} isChosen={receipt.id === chosen?.id} />
                ))}
              </tbody>
            </table>
            {next === undefined ? null : (
              <p class="more-line">
                <button type="button" class="button" onClick={() => void load(next)}>
                  {t("tills.older")}
                </button>
              </p>
            )}
          </div>
          {chosen === undefined ? (
            <p class="receipt-hint muted">{t("tills.choose")}</p>
          ) : (
            <ReceiptPanel key={chosen.id} receipt={chosen} words={query.get("text") ?? ""} />
          )}
        </div>
      )}
      {isSettingUp ? (
        <TillsDialog
          onClose={() => {
            setSettingUp(false);
            asked.load();
          }}
        />
      ) : null}
    </div>
  );
}

function TillStates({ tills }: { readonly tills: readonly TillView[] }) {
  return (
    <ul class="till-states">
      {tills.map((till) => (
        <li key={till.id}>
          <span class={`dot ${till.parserReason === undefined ? STATUS_DOT[till.status] : "dot-warn"}`} />
          <strong>{till.name}</strong>{" "}
          <span class="muted">
            {t(STATUS_TEXT[till.status])}
            {till.port === undefined ? "" : ` · ${t("tills.port", { port: till.port })}`}
            {till.lastLine === undefined
              ? ""
              : ` · ${t("tills.lastLine", { time: momentText(till.lastLine) })}`}
            {till.lostLines === 0 ? "" : ` · ${t("tills.lost", { count: till.lostLines })}`}
          </span>
          {[till.reason, till.parserReason].map((reason) =>
            reason === undefined ? null : (
              <p key={reason} class="problem-line">
                <Icon name="warning" />
                {reason}
              </p>
            ),
          )}
        </li>
      ))}
    </ul>
  );
}

function ReceiptRow({ receipt, isChosen }: { readonly receipt: Receipt; readonly isChosen: boolean }) {
  const { id, lines, totalMinor, decimals } = receipt;
  return (
    <tr class={isChosen ? "chosen" : ""}>
      <td class="when" title={utcText(receipt.start)}>
        <button
          type="button"
          class="row-button"
          aria-pressed={isChosen}
          onClick={() => replaceQuery({ receipt: isChosen ? undefined : String(id) })}
        >
          {momentText(receipt.start)}
        </button>
        <small>
          {receipt.name}
          {receipt.number === undefined ? "" : ` · ${receipt.number}`}
          {receipt.endedBy === undefined ? ` · ${t("tills.goesOn")}` : ""}
        </small>
      </td>
      <td class="receipt-begin">
        {lines
          .slice(0, 3)
          .map(({ text }) => text.trim())
          .join(" · ")}
      </td>
      <td class="amount">{totalMinor === undefined ? "" : amountText(totalMinor, decimals)}</td>
    </tr>
  );
}
