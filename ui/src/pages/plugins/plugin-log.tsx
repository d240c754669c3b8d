// The newest lines of the log that are a plugin's or about it, folded up on its card; asked for only while they are looked
// at, and then every two seconds.
import { useEffect, useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { LogLine } from "../../api/health-types.ts";
import { t } from "../../locale/messages.ts";
import { ErrorNote, SkeletonRows } from "../../parts/controls.tsx";
import { LogLines } from "../system/log-lines.tsx";

const EVERY_MS = 2_000;
const LINES = 50;

/** The fold-out. For those who may see the log. */
export function PluginLog(props: { readonly name: string; readonly displayName: string }) {
  const { name, displayName } = props;
  const [isOpen, setOpen] = useState(false);
  const [lines, setLines] = useState<readonly LogLine[] | undefined>(undefined);
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    if (!isOpen) return;
    const ended = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    // One after the other: a slow recorder is not asked again before it has answered.
    const load = async (): Promise<void> => {
      try {
        const query = { plugin: name, level: "debug", limit: LINES } as const;
        const answer = await call("GET /log", { query, signal: ended.signal });
        // Whoever reads further up is not taken to the end by the same lines.
        setLines((shown) => (JSON.stringify(shown) === JSON.stringify(answer.lines) ? shown : answer.lines));
        setError(undefined);
      } catch (thrown) {
        if (!ended.signal.aborted) setError(thrown);
      }
      if (!ended.signal.aborted) timer = setTimeout(load, EVERY_MS);
    };
    void load();
    return () => {
      ended.abort();
      clearTimeout(timer);
    };
  }, [isOpen, name]);
  return (
    <details class="plugin-log" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary aria-label={`${t("log.title")}: ${displayName}`}>{t("log.title")}</summary>
      {!isOpen ? null : (
        <>
          {error === undefined ? null : <ErrorNote error={error} />}
          {lines === undefined ? (
            error === undefined ? (
              <SkeletonRows rows={2} />
            ) : null
          ) : lines.length === 0 ? (
            <p class="muted">{t("plugins.log.empty")}</p>
          ) : (
            <LogLines lines={lines} label={`${t("log.title")}: ${displayName}`} known={["plugin"]} />
          )}
        </>
      )}
    </details>
  );
}
