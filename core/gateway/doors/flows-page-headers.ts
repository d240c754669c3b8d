// What browsers may let the pages of flows do. They have the recorder's origin, so that their own parts and sockets come with the
// session's cookie; what a page says that shows text of strangers must not be said with that cookie to the recorder's own
// resources. Its requests, forms, frames and workers therefore end at its own path, and no window of the recorder's pages is
// ever in its hands (docs/decisions/0035-pages-of-flows-reach-flows-alone.md; attack list A7, A22).
import { FLOWS_PAGES_PATH } from "../../flows/protocol.ts";
import type { ClientIdentity } from "./client-identity.ts";
import type { Asked } from "./proxy.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";

/** A host as policies can name it: no address of IPv6, and nothing that would end the word. */
const NAMEABLE_HOST = /^[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?(?::\d{1,5})?$/i;

/** Dashboard 2 makes code of the templates of its nodes in the page; scripts inside pages are let be anyway. */
const MADE_IN_THE_PAGE = " 'unsafe-eval'";

/** Security headers of an answer of Node-RED's. */
export function flowsPageHeaders({ target, client, basePath }: Asked): Record<string, string> {
  const isEditor = !target.startsWith(FLOWS_PAGES_PATH);
  if (isEditor) {
    return {
      ...SECURITY_HEADERS,
      "content-security-policy": policy("'self'", "'self'", "", "'self'"),
      // The page of flows shows it in a frame; pages of flows and of plugins, which are others', cannot.
      "x-frame-options": "SAMEORIGIN",
    };
  }
  const own = ownPlaces(client, `${basePath}${FLOWS_PAGES_PATH}/`);
  return {
    ...SECURITY_HEADERS,
    "content-security-policy": policy(
      own?.pages ?? "'self'",
      own?.all ?? "'self'",
      MADE_IN_THE_PAGE,
      "'none'",
    ),
    // Other than that of the recorder's pages: a window of theirs that is opened from here cannot be reached into.
    "cross-origin-opener-policy": "same-origin-allow-popups",
  };
}

/** Node-RED's pages are made with scripts and styles inside them; nothing of theirs comes from elsewhere or goes there. */
function policy(pages: string, requests: string, code: string, ancestors: string): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'unsafe-inline'${code}`,
    `worker-src ${pages} blob:`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "media-src 'self' blob:",
    `connect-src ${requests}`,
    `frame-src ${pages}`,
    "object-src 'none'",
    "base-uri 'self'",
    `form-action ${pages}`,
    `frame-ancestors ${ancestors}`,
  ].join("; ");
}

/** The path as policies name it; undefined where the host is one that they cannot name. */
function ownPlaces(
  { host, secure }: ClientIdentity,
  path: string,
): { pages: string; all: string } | undefined {
  if (host === undefined || !NAMEABLE_HOST.test(host)) return undefined;
  const place = `${host}${path}`;
  const pages = `${secure ? "https" : "http"}://${place}`;
  return { pages, all: `${pages} ${secure ? "wss" : "ws"}://${place}` };
}
