// Lines of the recorder's log as a list that ends with the newest, for the whole log and for that of one plugin.
import { useEffect, useRef } from "preact/hooks";
import type { LogLine } from "../../api/health-types.ts";
import { clockTimeMs, dateKey } from "../../state/time-format.ts";
import { zone } from "../../state/zone.ts";

/** The list. Fields of the names in `known` are left out: the place where it stands says them. */
export function LogLines(props: {
  readonly lines: readonly LogLine[];
  readonly label: string;
  readonly known?: readonly string[];
}) {
  const { lines, label, known = [] } = props;
  const list = useRef<HTMLUListElement>(null);
  // The newest line is the one that is looked for: the list ends with it.
  useEffect(() => {
    if (list.current !== null) list.current.scrollTop = list.current.scrollHeight;
  }, [lines]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must be able to
    <ul class="log-lines" ref={list} tabIndex={0} aria-label={label}>
      {lines.map((line, index) => (
        <li key={`${line.time} ${index}`} class={`level-${line.level}`}>
          <time dateTime={line.time} title={line.time}>
            {dateKey(Date.parse(line.time), zone.value).slice(5)}{" "}
            {clockTimeMs(Date.parse(line.time), zone.value)}
          </time>
          <span class="level">{line.level}</span>
          <span>{line.process}</span>
          <span class="what">
            {line.message} <span class="muted">{fieldsText(line.fields, known)}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

function fieldsText(fields: LogLine["fields"], known: readonly string[]): string {
  return Object.entries(fields)
    .filter(([name]) => !known.includes(name))
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ");
}
