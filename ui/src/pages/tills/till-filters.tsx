// What receipts are found by: till, words, amount, day. All of it stands in the address.
import { useEffect, useState } from "preact/hooks";
import type { TillView } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { replaceQuery } from "../../router.ts";
import { minorOf } from "./amount-text.ts";

const ASKED_AFTER_MS = 300;
/** Names in the address. */
export const FILTERS = ["till", "text", "least", "most", "day"] as const;
/** What is typed as an amount has so many figures behind the point. */
export const TYPED_DECIMALS = 2;

export function TillFilters(props: {
  readonly query: URLSearchParams;
  readonly tills: readonly TillView[];
  readonly isFiltered: boolean;
}) {
  const { query } = props;
  const given = (name: (typeof FILTERS)[number]) => query.get(name) ?? "";
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()}>
      <select
        class="text-input"
        aria-label={t("tills.till")}
        value={given("till")}
        onChange={(event) => replaceQuery({ till: event.currentTarget.value || undefined })}
      >
        <option value="">{t("tills.till.all")}</option>
        {props.tills.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
      <TypedFilter name="text" label={t("tills.text")} value={given("text")} />
      <TypedFilter name="least" label={t("tills.least")} value={given("least")} isAmount />
      <TypedFilter name="most" label={t("tills.most")} value={given("most")} isAmount />
      <input
        type="date"
        class="text-input"
        aria-label={t("tills.day")}
        value={given("day")}
        onChange={(event) => replaceQuery({ day: event.currentTarget.value || undefined })}
      />
      {props.isFiltered ? (
        <button
          type="button"
          class="button ghost"
          onClick={() => replaceQuery(Object.fromEntries(FILTERS.map((name) => [name, undefined])))}
        >
          {t("tills.clear")}
        </button>
      ) : null}
    </form>
  );
}

/** Asked for once typing pauses: each letter would be a search of its own. */
function TypedFilter(props: {
  readonly name: "text" | "least" | "most";
  readonly label: string;
  readonly value: string;
  readonly isAmount?: boolean;
}) {
  const { name, label, value, isAmount = false } = props;
  const [typed, setTyped] = useState(value);
  const isBad = isAmount && typed !== "" && minorOf(typed, TYPED_DECIMALS) === undefined;
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === value || isBad) return;
    const timer = setTimeout(() => replaceQuery({ [name]: typed || undefined }), ASKED_AFTER_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <input
      type="search"
      class={`text-input${isAmount ? " amount-input" : ""}`}
      aria-label={label}
      aria-invalid={isBad}
      placeholder={label}
      value={typed}
      {...(isAmount ? { inputMode: "decimal" as const } : {})}
      onInput={(event) => setTyped(event.currentTarget.value)}
    />
  );
}
