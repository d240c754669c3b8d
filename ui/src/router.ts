// The address bar as state: path and query in signals, so that a camera, a moment and a layout are all deep links.
import { signal } from "@preact/signals";
import { basePath } from "./api/client.ts";

export interface Place {
  /** Below the base path, without leading slash: "live", "playback", "cameras/yard". */
  readonly path: string;
  readonly query: URLSearchParams;
}

function here(): Place {
  const base = basePath();
  const path = location.pathname.startsWith(base) ? location.pathname.slice(base.length) : location.pathname;
  return { path: path.replace(/^\/+|\/+$/g, ""), query: new URLSearchParams(location.search) };
}

/** Where the viewer is. */
export const place = signal<Place>(here());

/** How often the browser went back or forward: what lay over a page is over. */
export const turned = signal(0);

addEventListener("popstate", () => {
  turned.value += 1;
  place.value = here();
});

/** The address of a page, for links: `href("playback", { camera: "yard" })`. */
export function href(path: string, query: Readonly<Record<string, string | undefined>> = {}): string {
  const pairs = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== undefined) pairs.set(key, value);
  const text = pairs.toString();
  return `${basePath()}${path}${text === "" ? "" : `?${text}`}`;
}

/** Goes to a page, with an entry in the history. */
export function navigate(path: string, query: Readonly<Record<string, string | undefined>> = {}): void {
  history.pushState(null, "", href(path, query));
  place.value = here();
}

/** Changes the query of this page without an entry in the history (a playhead that moves). */
export function replaceQuery(changes: Readonly<Record<string, string | undefined>>): void {
  const query = new URLSearchParams(location.search);
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) query.delete(key);
    else query.set(key, value);
  }
  const text = query.toString();
  history.replaceState(null, "", `${location.pathname}${text === "" ? "" : `?${text}`}`);
  place.value = here();
}

/** How many links were followed: one may ask the page that is shown for another moment. */
export const followed = signal(0);

/** Click handler for links: stays in the page unless a modifier asks for a new tab. */
export function followLink(event: MouseEvent): void {
  const anchor = event.currentTarget;
  if (!(anchor instanceof HTMLAnchorElement) || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  history.pushState(null, "", anchor.href);
  place.value = here();
  followed.value += 1;
}
