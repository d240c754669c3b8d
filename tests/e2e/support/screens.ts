// Every page and dialog of the interface with what it asks the recorder for, and the marks by which each of its states
// is known. What asks for nothing has neither a loading nor an error state of its own; without `empty` it is never empty.

/** A path with the ids of cameras in it. */
export function placed(path: string, places: Readonly<Record<string, string>>): string {
  return path.replace(/\{(\w+)\}/g, (whole, name: string) => places[name] ?? whole);
}

/** The states that every page has an answer to. */
export const STATES = ["filled", "empty", "loading", "error", "denied"] as const;
export type PageState = (typeof STATES)[number];

export interface Screen {
  /** The name of its files. */
  readonly name: string;
  /** Below the recorder's address. `{camera}` stands for the id of the first camera, `{dome}` for one that turns. */
  readonly path: string;
  /** Resources below `/api/v1` that it waits for: held back for the loading state, refused for the error. */
  readonly asks: readonly string[];
  /** Selector of what is there once the data is. */
  readonly filled: string;
  /** Selector of what is there instead where the recorder has nothing to show. */
  readonly empty?: string;
  /** Selectors that are clicked, in turn, once the page is there. */
  readonly open?: readonly string[];
  /** What the button that asks again is called, where it is not "Try again". */
  readonly again?: string;
  /** A viewer has no right to it, and is told so. */
  readonly isBarred?: boolean;
  /** A phone has no such thing: there are keys for it, or there is no room. */
  readonly isWideOnly?: boolean;
  /** It is shown to those who are not signed in; `fresh`: while nobody can. */
  readonly door?: "closed" | "fresh";
}

const PICTURE = ".tile.shows-picture, .tile canvas, .tile video";
const ACCOUNT = ".who";
const DRIVERS = ["camera-drivers"] as const;

export const SCREENS: readonly Screen[] = [
  { name: "log-in", path: "live", asks: ["setup"], filled: "input[type=password]", door: "closed" },
  { name: "activate", path: "", asks: ["setup"], filled: ".door-card form", door: "fresh" },
  { name: "live", path: "live", asks: ["cameras"], filled: PICTURE, empty: ".empty" },
  { name: "live-large", path: "live?camera={camera}", asks: ["cameras"], filled: PICTURE },
  {
    name: "playback",
    path: "playback",
    asks: ["cameras"],
    filled: ".stage canvas, .stage video",
    empty: ".empty",
  },
  { name: "live-walls", path: "live", asks: [], filled: "dialog[open]", open: [".wall-button"] },
  {
    name: "live-ptz",
    path: "live?camera={dome}",
    asks: [],
    filled: ".ptz-pad",
    open: [".ptz > .icon-button"],
  },
  {
    name: "ptz-keep",
    path: "live?camera={dome}",
    asks: [],
    filled: "dialog[open]",
    open: [".ptz > .icon-button", ".ptz-buttons button >> nth=0"],
  },
  {
    name: "playback-timeline",
    path: "playback",
    asks: ["recordings/coverage", "recordings/calendar"],
    filled: ".transport",
  },
  {
    name: "playback-clip",
    path: "playback",
    asks: [],
    filled: ".clip-range",
    open: [".clip-bar > button:last-child"],
  },
  {
    name: "playback-motion",
    path: "playback",
    asks: [],
    filled: ".motion-panel",
    open: [".playback .head button[aria-pressed]"],
  },
  { name: "events", path: "events", asks: ["events"], filled: ".event-table", empty: ".empty" },
  {
    name: "event-picture",
    path: "events?kind=person",
    asks: [],
    filled: ".seen-picture .seen-layer",
    open: [".event .seen-objects > .button"],
  },
  {
    name: "event-acknowledge",
    path: "events",
    asks: [],
    filled: "dialog form",
    open: [".event .seen-by button"],
  },
  { name: "events-none", path: "events?object=no-such-thing", asks: [], filled: ".empty" },
  { name: "tills", path: "tills", asks: ["receipts", "tills"], filled: ".list-page", empty: ".empty" },
  {
    name: "io",
    path: "io",
    asks: ["inputs", "outputs"],
    isBarred: true,
    filled: ".io-table, .empty",
    empty: ".empty",
  },
  { name: "till-settings", path: "tills", asks: [], filled: "dialog .till-editor", open: [".head .button"] },
  {
    name: "till-receipt",
    path: "tills",
    asks: [],
    filled: ".receipt-panel",
    open: [".receipt-table .row-button"],
  },
  { name: "io-output", path: "io?output=siren", asks: [], filled: "dialog .io-form" },
  { name: "io-input", path: "io?input=door", asks: [], filled: "dialog .io-form" },
  {
    name: "io-all",
    path: "io",
    asks: [],
    filled: "dialog[open]",
    open: [".io-section .section-head .button"],
  },
  {
    name: "io-remove",
    path: "io",
    asks: [],
    filled: "dialog[open]",
    open: [".io-table .row-actions .icon-button:last-child"],
  },
  {
    name: "arming",
    path: "arming",
    asks: ["arming"],
    isBarred: true,
    filled: ".linkage-table, .empty",
    empty: ".empty",
  },
  {
    name: "linkage",
    path: "linkage",
    asks: ["linkage"],
    isBarred: true,
    filled: ".linkage-table, .empty",
    empty: ".empty",
  },
  {
    name: "arming-rule",
    path: "arming",
    asks: [],
    filled: "dialog .week-grid",
    open: [".linkage-table .row-actions .icon-button"],
  },
  {
    name: "arming-holiday",
    path: "arming",
    asks: [],
    filled: "dialog .linkage-form",
    open: [".arming-section .section-head .button"],
  },
  {
    name: "linkage-rule",
    path: "linkage?rule=new",
    asks: [],
    filled: ".linkage-action-body",
    open: [".linkage-action >> nth=1 >> input"],
  },
  { name: "cameras", path: "cameras", asks: ["cameras"], filled: ".camera-table", empty: ".empty" },
  { name: "camera-new", path: "cameras/new", asks: DRIVERS, isBarred: true, filled: "form .field" },
  {
    name: "why",
    path: "cameras/{camera}",
    asks: ["cameras/*/explain"],
    filled: ".why-steps",
    open: [".form-page .head button"],
  },
  { name: "camera-edit", path: "cameras/{camera}", asks: DRIVERS, isBarred: true, filled: "form .field" },
  {
    name: "camera-detection",
    path: "cameras/{camera}/detection",
    asks: ["cameras/*/detection"],
    isBarred: true,
    filled: ".detection section",
  },
  {
    name: "camera-remove",
    path: "cameras",
    asks: [],
    filled: "dialog[open]",
    open: [".camera-table .actions-cell button:last-child"],
  },
  { name: "camera-gone", path: "cameras/no-such-camera", asks: [], filled: ".empty" },
  {
    name: "storage",
    path: "storage",
    asks: ["storage", "storage/places"],
    isBarred: true,
    filled: ".disk-section .disk",
    empty: ".empty",
  },
  {
    name: "plugins",
    path: "plugins",
    asks: ["plugins"],
    isBarred: true,
    filled: "article",
    empty: ".plugins-empty",
  },
  { name: "plugins-find", path: "plugins?view=find", asks: ["plugins"], filled: ".find-form" },
  {
    name: "plugins-search",
    path: "plugins?view=find",
    asks: ["plugins/search"],
    filled: ".offers, .empty, .error-note, .find-form",
    open: [".find-form button"],
    again: "Search",
  },
  {
    name: "plugin-settings",
    path: "plugins?settings=nightjar-linkage-email",
    asks: ["plugins/settings"],
    filled: "dialog form",
  },
  {
    name: "plugin-json",
    path: "plugins?settings=nightjar-linkage-email",
    asks: [],
    filled: "dialog .json-editor",
    open: ["dialog .segmented button >> nth=1"],
  },
  {
    name: "plugins-from",
    path: "plugins?view=find",
    asks: [],
    filled: ".registries-form",
    open: [".registries summary"],
  },
  {
    name: "plugin-log",
    path: "plugins",
    asks: [],
    filled: ".plugin-log[open]",
    open: [".plugin-log summary"],
  },
  { name: "system", path: "system", asks: ["status", "log"], filled: ".log-lines, .sections" },
  {
    name: "general",
    path: "system/general",
    asks: ["settings"],
    isBarred: true,
    filled: ".general-form select",
  },
  { name: "audit", path: "system/log", asks: ["audit"], isBarred: true, filled: "table" },
  { name: "audit-none", path: "system/log?user=nobody-of-this-name", asks: [], filled: ".empty" },
  {
    name: "doctor",
    path: "system/doctor",
    asks: ["doctor"],
    isBarred: true,
    filled: ".check-list",
    open: [".sections .button.primary"],
  },
  { name: "certificate", path: "system/certificate", asks: ["certificate"], filled: ".facts" },
  {
    name: "exceptions",
    path: "system/exceptions",
    asks: ["exceptions"],
    isBarred: true,
    filled: ".exception-list",
  },
  {
    name: "nodes",
    path: "system/nodes",
    asks: ["cluster/nodes"],
    isBarred: true,
    filled: ".node-table, .empty",
    empty: ".empty",
  },
  { name: "node-new", path: "system/nodes?node=new", asks: [], filled: "dialog .node-form" },
  {
    name: "node-remove",
    path: "system/nodes",
    asks: [],
    filled: "dialog[open]",
    open: [".node-table .row-actions .icon-button:last-child"],
  },
  {
    name: "event-hints",
    path: "events/hints",
    asks: ["event-types"],
    isBarred: true,
    filled: ".hint-table",
  },
  { name: "mqtt", path: "system/mqtt", asks: ["mqtt"], isBarred: true, filled: ".mqtt .facts" },
  { name: "flows", path: "system/flows", asks: ["flows"], isBarred: true, filled: ".sections section" },
  {
    name: "flows-allow",
    path: "system/flows",
    asks: [],
    filled: "dialog[open]",
    open: [".flows-allowed button >> nth=0"],
  },
  {
    name: "settings-transfer",
    path: "system/settings",
    asks: ["settings/last-import"],
    isBarred: true,
    filled: ".sections section:last-child p",
  },
  {
    name: "users",
    path: "users",
    asks: ["users", "settings", "users/stream-passwords"],
    isBarred: true,
    filled: "table",
  },
  {
    name: "user-access",
    path: "users",
    asks: ["users/*/sessions", "users/*/tokens"],
    filled: "dialog .access-list",
    open: [".row-actions button >> nth=1"],
  },
  { name: "user-add", path: "users", asks: [], filled: "dialog[open]", open: [".head .button.primary"] },
  { name: "account", path: "account", asks: ["sessions", "tokens"], filled: ".access-list" },
  {
    name: "user-cameras",
    path: "users",
    asks: [],
    filled: "dialog[open]",
    open: [".scope-button"],
  },
  {
    name: "user-password",
    path: "users",
    asks: [],
    filled: "dialog[open]",
    open: [".users-table .row-actions button >> nth=0"],
  },
  {
    name: "user-remove",
    path: "users",
    asks: [],
    filled: "dialog[open]",
    open: [".users-table .row-actions button:last-child:enabled"],
  },
  {
    name: "token-new",
    path: "account",
    asks: [],
    filled: "dialog[open]",
    open: [".access .section-head .button.primary"],
  },
  { name: "account-menu", path: "cameras", asks: [], filled: ".menu", open: [ACCOUNT] },
  {
    name: "password",
    path: "cameras",
    asks: [],
    filled: "dialog[open]",
    open: [ACCOUNT, "button.menu-item >> nth=0"],
  },
  {
    name: "second-factor",
    path: "cameras",
    asks: ["session/second-factor"],
    filled: "dialog[open] :is(form, .button)",
    open: [ACCOUNT, "button.menu-item >> nth=1"],
  },
  {
    name: "stream-passwords",
    path: "cameras",
    asks: ["session/stream-passwords"],
    filled: "dialog[open] :is(form, .button, .muted)",
    open: [ACCOUNT, "button.menu-item >> nth=2"],
  },
  {
    name: "bell",
    path: "cameras",
    asks: [],
    filled: ".bell-panel li",
    empty: ".bell-panel .muted",
    open: [".bell > button"],
  },
  { name: "health", path: "cameras", asks: [], filled: "dialog[open]", open: [".health"] },
  {
    name: "wizard-zone",
    path: "welcome?step=zone",
    asks: ["settings"],
    isBarred: true,
    filled: ".door-card select",
  },
  {
    name: "keys",
    path: "cameras",
    asks: [],
    filled: "dialog[open]",
    open: [".bar .wide-only.icon-button >> nth=-1"],
    isWideOnly: true,
  },
  {
    name: "wizard-storage",
    path: "welcome?step=storage",
    asks: ["storage", "storage/places"],
    filled: ".door-card .disk",
  },
  { name: "wizard-camera", path: "welcome?step=camera", asks: DRIVERS, filled: ".door-card h1" },
  { name: "nowhere", path: "nowhere", asks: [], filled: ".empty" },
];
