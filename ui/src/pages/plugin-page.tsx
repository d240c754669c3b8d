// A plugin's own page, in a frame that has no origin, no cookie and no network: it asks this page, which passes on
// requests to the plugin's own resources and nothing else, and tells it theme and language.
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, api, apiUrl, call } from "../api/client.ts";
import { language, t } from "../locale/messages.ts";
import { AwaitedPage } from "../parts/awaited.tsx";
import { Icon } from "../parts/icon.tsx";
import { PageBars } from "../parts/lazy-page.tsx";
import { followLink, href, place } from "../router.ts";
import { shownTheme } from "../state/preferences.ts";
import { useAnswer } from "../state/use-answer.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

const REFUSED = { status: 0, code: "NJ_UI_REFUSED", detail: "a page asks the resources of its plugin only" };

interface Request {
  readonly nightjar: "request";
  readonly id: number;
  readonly method: (typeof METHODS)[number];
  readonly path: string;
  readonly body?: unknown;
}

function isRequest(value: unknown, plugin: string): value is Request {
  if (typeof value !== "object" || value === null) return false;
  const { nightjar, id, method, path } = value as Partial<Record<keyof Request, unknown>>;
  return (
    nightjar === "request" &&
    typeof id === "number" &&
    METHODS.some((known) => known === method) &&
    typeof path === "string" &&
    isBelow(path, plugin)
  );
}

/**
 * Whether a path stays below the plugin's own place as the browser reads it, which passes over tabs and line feeds: with one
 * between its dots, ".." looks like a name.
 */
function isBelow(path: string, plugin: string): boolean {
  const own = apiUrl(`/plugins/${plugin}`);
  const asked = new URL(own + path, location.href);
  return asked.href.startsWith(new URL(`${own}/`, location.href).href);
}

/** The page of the plugin named in the address. */
export function PluginPage() {
  const name = place.value.query.get("name") ?? "";
  const frame = useRef<HTMLIFrameElement>(null);
  const [failed, setFailed] = useState<string | undefined>(undefined);
  const asked = useAnswer(
    async (signal) => ({ name, ...(await call("POST /plugins/page", { body: { name }, signal })) }),
    [name],
  );
  const page = asked.answer?.name === name ? asked.answer : undefined;

  const tell = (message: unknown): void => {
    // The frame has no origin that could be named.
    frame.current?.contentWindow?.postMessage(message, "*");
  };
  const state = { nightjar: "state", theme: shownTheme.value, locale: language.value, plugin: name };

  useEffect(() => {
    tell(state);
  }, [state.theme, state.locale]);

  useEffect(() => {
    const hear = async ({ source, data }: MessageEvent<unknown>): Promise<void> => {
      if (source === null || source !== frame.current?.contentWindow) return;
      const word = (data as { nightjar?: unknown } | null)?.nightjar;
      if (word === "hello") tell(state);
      if (word === "failed") setFailed(name);
      const { id } = (data ?? {}) as { id?: unknown };
      try {
        if (!isRequest(data, name)) {
          if (typeof id === "number") tell({ nightjar: "answer", id, problem: REFUSED });
          return;
        }
        const result = await api(data.method, `/plugins/${name}${data.path}`, data.body);
        tell({ nightjar: "answer", id, result });
      } catch (error) {
        const { status = 0, code = "NJ_UI_FAILED" } = error instanceof ApiError ? error : {};
        const detail = error instanceof Error ? error.message : String(error);
        tell({ nightjar: "answer", id, problem: { status, code, detail } });
      }
    };
    const listen = (event: MessageEvent<unknown>): void => void hear(event);
    addEventListener("message", listen);
    return () => removeEventListener("message", listen);
  }, [name, state.theme, state.locale]);

  if (asked.error !== undefined) return <AwaitedPage title={t("plugins.noPage")} of={asked} />;
  if (page === undefined) return <PageBars />;
  if (failed === name) {
    return (
      <div class="list-page">
        <div class="head">
          <h1>{page.title}</h1>
        </div>
        <div class="awaited">
          <div class="error-note" role="alert">
            <Icon name="warning" />
            <div>
              <p>{t("plugins.pageFailed")}</p>
              <p class="muted">{t("plugins.pageFailed.do")}</p>
              <p class="error-acts">
                <button type="button" class="button" onClick={() => location.reload()}>
                  <Icon name="restart" />
                  {t("tryAgain")}
                </button>
                <a class="button" href={href("plugins")} onClick={followLink}>
                  {t("nav.plugins")}
                </a>
              </p>
            </div>
          </div>
        </div>
      </div>
    );
  }
  return (
    <iframe
      ref={frame}
      class="plugin-page"
      title={page.title}
      sandbox="allow-scripts allow-forms"
      referrerpolicy="no-referrer"
      src={apiUrl(page.address)}
    />
  );
}
