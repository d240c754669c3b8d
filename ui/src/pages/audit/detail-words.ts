// The words for the facts of an act in the audit log: what each is called, and what its value says to people. Closed tables,
// so that every key can be found by search.
import { type MessageKey, t } from "../../locale/messages.ts";
import { ROLE_TEXT } from "../../state/roles.ts";
import { sizeText } from "../../state/time-format.ts";
import { rightText } from "../account/right-words.ts";

/** What facts are called. */
export const DETAIL_TEXT: Readonly<Record<string, MessageKey>> = {
  actions: "detail.actions",
  rules: "detail.rules",
  action: "detail.action",
  allowScripts: "detail.allowScripts",
  authorization: "detail.authorization",
  bar: "detail.bar",
  before: "detail.before",
  bell: "detail.bell",
  cameras: "detail.cameras",
  changed: "detail.changed",
  changes: "detail.changes",
  code: "detail.code",
  contact: "detail.contact",
  count: "detail.count",
  driver: "detail.driver",
  enabled: "detail.enabled",
  end: "detail.end",
  ended: "detail.ended",
  event: "detail.event",
  expires: "detail.expires",
  files: "detail.files",
  folders: "detail.folders",
  footage: "detail.footage",
  found: "detail.found",
  given: "detail.given",
  hash: "detail.hash",
  id: "detail.id",
  input: "detail.input",
  isolation: "detail.isolation",
  job: "detail.job",
  label: "detail.label",
  lostSeconds: "nodes.lostSeconds",
  madeAt: "detail.madeAt",
  modules: "detail.modules",
  mountPoint: "detail.mountPoint",
  name: "detail.name",
  node: "detail.node",
  note: "detail.note",
  output: "detail.output",
  outputs: "detail.outputs",
  overwrite: "detail.overwrite",
  part: "detail.part",
  parts: "detail.parts",
  path: "detail.path",
  passwordChanged: "detail.passwordChanged",
  permission: "detail.permission",
  plugin: "detail.plugin",
  preset: "detail.preset",
  target: "detail.target",
  profile: "detail.profile",
  programs: "detail.programs",
  reserveBytes: "detail.reserveBytes",
  rights: "detail.rights",
  role: "detail.role",
  route: "detail.route",
  scope: "detail.scope",
  scopes: "detail.scopes",
  sealed: "detail.sealed",
  secondFactor: "detail.secondFactor",
  segment: "detail.segment",
  session: "detail.session",
  sha256: "detail.sha256",
  sound: "linkage.pattern",
  source: "detail.source",
  start: "detail.start",
  stream: "detail.stream",
  time90k: "detail.time90k",
  through: "detail.through",
  token: "detail.token",
  tokensEnded: "detail.tokensEnded",
  topic: "detail.topic",
  transport: "detail.transport",
  type: "detail.type",
  unknownName: "detail.unknownName",
  wall: "detail.wall",
  until: "detail.until",
  url: "nodes.url",
  user: "detail.user",
  version: "detail.version",
  volume: "detail.volume",
  wrong: "detail.wrong",
  // Of clips.
  start90k: "detail.start",
  end90k: "detail.end",
};

/** What values say, by the fact. */
const VALUE_TEXT: Readonly<Record<string, Readonly<Record<string, MessageKey>>>> = {
  action: {
    install: "detail.value.install",
    remove: "detail.value.remove",
    update: "detail.value.update",
  },
  cameras: { all: "detail.value.all" },
  expires: { never: "detail.value.never" },
  isolation: { inline: "detail.value.inline", process: "detail.value.process" },
  footage: { keep: "detail.value.keep", remove: "detail.value.removed" },
  part: { siren: "ptz.part.siren", light: "ptz.part.light", wiper: "ptz.part.wiper" },
  role: ROLE_TEXT,
  secondFactor: { totp: "detail.value.totp", "recovery-code": "detail.value.recoveryCode" },
  sound: {
    off: "hints.sound.off",
    chime: "linkage.pattern.chime",
    beep: "linkage.pattern.beep",
    alarm: "linkage.pattern.alarm",
    siren: "linkage.pattern.siren",
  },
  stream: { main: "stream.main", sub: "stream.sub" },
  wrong: { "second-factor": "detail.value.secondFactor" },
};

/** Shown in a column of their own. */
const HIDDEN = new Set(["token", "tokenId"]);
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const TICKS_PER_MS = 90;

/** How lists show a moment, and what a camera is called; one that is gone by its id. */
export interface DetailNames {
  readonly momentText: (iso: string) => string;
  readonly cameraName: (id: string) => string;
}

/** The facts of an act on one line; those that this page does not know as they are called. */
export function detailText(detail: Readonly<Record<string, unknown>>, names: DetailNames): string {
  return Object.entries(detail)
    .filter(([key, value]) => value !== undefined && value !== null && !HIDDEN.has(key))
    .map(([key, value]) => {
      const name = Object.hasOwn(DETAIL_TEXT, key) ? DETAIL_TEXT[key] : undefined;
      return `${name === undefined ? key : t(name)}: ${valueText(key, value, names)}`;
    })
    .join(" · ");
}

/** A camera with which an account may do less than its role. */
function isNarrowed(value: unknown): value is { readonly id: string; readonly rights: readonly unknown[] } {
  const { id, rights } = (value ?? {}) as Record<string, unknown>;
  return typeof id === "string" && Array.isArray(rights);
}

function valueText(key: string, value: unknown, names: DetailNames): string {
  const { momentText, cameraName } = names;
  if (Array.isArray(value)) return value.map((one) => valueText(key, one, names)).join(", ");
  if (typeof value === "boolean") return t(value ? "detail.yes" : "detail.no");
  if (typeof value === "number") {
    if (key.endsWith("90k")) return momentText(new Date(value / TICKS_PER_MS).toISOString());
    return key.endsWith("Bytes") ? sizeText(value) : String(value);
  }
  if (isNarrowed(value))
    return `${cameraName(value.id)} (${value.rights.map((right) => rightText(String(right))).join(", ")})`;
  if (typeof value !== "string") return JSON.stringify(value);
  if (key === "rights") return rightText(value);
  if (key === "cameras" && value !== "all") return cameraName(value);
  const words = Object.hasOwn(VALUE_TEXT, key) ? VALUE_TEXT[key] : undefined;
  const word = words !== undefined && Object.hasOwn(words, value) ? words[value] : undefined;
  if (word !== undefined) return t(word);
  return MOMENT.test(value) ? momentText(value) : value;
}
