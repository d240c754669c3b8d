// Who may call what: the table behind docs/reference/rights.md, and what tests/core/http/rights-matrix.test.ts holds the
// recorder to. Made from the routes' policies and the table of roles.
import {
  CAMERA_RIGHTS,
  RIGHTS_OF_ROLE,
  type Right,
  ROLES,
  type Role,
  SYSTEM_RIGHTS,
} from "../core/domain/roles.ts";
import { MEDIA_ROUTES } from "../core/gateway/doors/routes.ts";
import type { Route } from "../core/http/route.ts";

/** `cameras`: for the cameras in the account's scope, others do not exist. */
export type Answer = "yes" | "cameras" | "no";
export type Asker = "nobody" | Role;

export interface RightsRow {
  readonly method: string;
  readonly path: string;
  readonly answers: Readonly<Record<Asker, Answer>>;
}

/** Names under which a camera stands in a query or a body. */
export const CAMERA_NAMES = ["camera", "cameras"] as const;
/** Tests a camera's settings with the password of one that is there: for who may change cameras, of whom nobody is narrowed. */
const PROBE = "POST /api/v1/cameras/probe";

const MEDIA_RIGHT = {
  live: "live",
  playback: "playback",
  "clip.mp4": "export",
  "snapshot.jpg": "snapshot",
} as const;

/** What the gateway lets through to others than the API, with the right for it. */
export const DOORS: Readonly<Record<"/flows/…" | "/flows-http/…" | "/mqtt", Right>> = {
  "/flows/…": "flows.edit",
  "/flows-http/…": "flows.view",
  "/mqtt": "mqtt.connect",
};

/** Where a route is told which camera: nowhere, in its path, query or body. */
export function cameraPlace(route: Route): "path" | "query" | "body" | undefined {
  if (/\/cameras\/:/.test(route.path)) return "path";
  const names = (shape: unknown) =>
    Object.keys((shape as { properties?: object } | undefined)?.properties ?? {});
  if (names(route.query).some((name) => (CAMERA_NAMES as readonly string[]).includes(name))) return "query";
  // Cameras in the plural say in a body what an account or a token may see, not what is asked for.
  if (names(route.body).includes("camera") && `${route.method} ${route.path}` !== PROBE) return "body";
  return undefined;
}

/** Rows for the API's routes, for the pictures that the gateway makes, and for its doors to flows and to the broker. */
export function rightsRows(routes: readonly Route[]): RightsRow[] {
  const media = MEDIA_ROUTES.map((name): RightsRow => {
    const right = MEDIA_RIGHT[name];
    const of = (role: Role): Answer => (RIGHTS_OF_ROLE[role].has(right) ? limited(role) : "no");
    return row("GET", `/api/v1/cameras/:id/${name}`, "no", of);
  });
  const doors = Object.entries(DOORS).map(([path, right]) =>
    row("GET", path, "no", (role) => (RIGHTS_OF_ROLE[role].has(right) ? "yes" : "no")),
  );
  return [...routes.map(routeRow), ...media, ...doors].toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

function routeRow(route: Route): RightsRow {
  const { policy } = route;
  const byCamera = cameraPlace(route) !== undefined;
  const of = (role: Role): Answer => {
    const holds =
      policy.kind === "public" || policy.kind === "signed-in" || RIGHTS_OF_ROLE[role].has(policy.right);
    if (!holds) return "no";
    const isCameraRight =
      (policy.kind === "right" || policy.kind === "camera") &&
      (CAMERA_RIGHTS as readonly string[]).includes(policy.right);
    return isCameraRight || (byCamera && policy.kind === "signed-in") ? limited(role) : "yes";
  };
  return row(route.method, route.path, policy.kind === "public" ? "yes" : "no", of);
}

function limited(role: Role): Answer {
  return role === "administrator" ? "yes" : "cameras";
}

function row(method: string, path: string, nobody: Answer, of: (role: Role) => Answer): RightsRow {
  const [administrator, operator, viewer] = ROLES.map(of) as [Answer, Answer, Answer];
  return { method, path, answers: { nobody, viewer, operator, administrator } };
}

function key({ method, path }: RightsRow): string {
  return `${path} ${method}`;
}

const WORDS: Readonly<Record<Answer, string>> = { yes: "yes", cameras: "own cameras", no: "–" };

/** The page. */
export function rightsPage(made: string, routes: readonly Route[]): string {
  const order = ["viewer", "operator", "administrator"] as const;
  const lines = [
    "# Rights",
    "",
    made,
    "",
    "What each role may do, and what that means for every address. *Own cameras*: those that the account may see; any other camera",
    "does not exist for it, with the same answer (404) as one that is not there. Administrators see all cameras. A disabled account, an",
    "expired session and nobody at all are the same (401). Of single cameras an account may have been left fewer rights: what needs",
    "another one is refused (403). `tests/core/http/rights-matrix.test.ts` asks a running recorder every",
    "question on this page.",
    "",
    "## Roles",
    "",
    `| right | ${order.join(" | ")} |`,
    "|---|---|---|---|",
    ...[...CAMERA_RIGHTS, ...SYSTEM_RIGHTS].map((right) => {
      const scope = (CAMERA_RIGHTS as readonly string[]).includes(right);
      const cells = order.map((role) =>
        RIGHTS_OF_ROLE[role].has(right) ? WORDS[scope ? limited(role) : "yes"] : WORDS.no,
      );
      return `| \`${right}\` | ${cells.join(" | ")} |`;
    }),
    "",
    "## Addresses",
    "",
    `| method and path | signed out | ${order.join(" | ")} |`,
    "|---|---|---|---|---|",
    ...rightsRows(routes).map(({ method, path, answers }) => {
      const cells = (["nobody", ...order] as const).map((asker) => WORDS[answers[asker]]);
      return `| \`${method} ${path}\` | ${cells.join(" | ")} |`;
    }),
    "",
    "Resources of plugins (`/api/v1/plugins/<package>/…`) name one of these rights each. `GET /ca.crt` and the files of the interface are",
    "for everybody: they hold nothing of the recorder's.",
    "",
    "`/flows/…` is opened by the session of a browser alone, never by a token. `/mqtt` is a WebSocket, and closed unless it is switched on: who",
    "a client is stands in MQTT's own packets (`tests/core/mqtt/embedded-broker.test.ts`), and what it sees and does there needs the rights of the table.",
  ];
  return `${lines.join("\n")}\n`;
}
