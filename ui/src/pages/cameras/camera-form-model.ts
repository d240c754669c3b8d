// What the camera form holds, and how it becomes the recorder's request. Pure.
import type { BrandPattern, Camera, RecordSettings } from "../../api/types.ts";
import type { FieldTexts } from "../../parts/schema-fields.ts";

export interface CameraForm {
  readonly name: string;
  /** Which plugin reaches the camera. */
  readonly driver: string;
  /** Fields of a driver other than RTSP, by the names of its schema. */
  readonly texts: FieldTexts;
  readonly way: "brand" | "url";
  readonly brand: string;
  readonly address: string;
  readonly port: string;
  readonly channel: string;
  readonly url: string;
  readonly subUrl: string;
  readonly username: string;
  readonly password: string;
  readonly transport: "auto" | "tcp" | "udp";
  readonly mode: RecordSettings["mode"];
  readonly streams: RecordSettings["streams"];
  readonly audio: boolean;
  readonly retentionDays: string;
  readonly preRecordSeconds: string;
  readonly postRecordSeconds: string;
  /** None: all. */
  readonly eventTypes: readonly string[];
  readonly eventCameras: readonly string[];
}

/** The name of the draft of a new camera; `found`: of one that answered there when the network was searched. */
export function newCameraDraft(found = ""): string {
  return found === "" ? "camera.new" : `camera.new ${found}`;
}

export const EMPTY_FORM: CameraForm = {
  name: "",
  driver: "rtsp",
  texts: {},
  way: "brand",
  brand: "",
  address: "",
  port: "",
  channel: "1",
  url: "",
  subUrl: "",
  username: "",
  password: "",
  transport: "auto",
  mode: "continuous",
  streams: "main",
  audio: false,
  retentionDays: "",
  preRecordSeconds: "5",
  postRecordSeconds: "5",
  eventTypes: [],
  eventCameras: [],
};

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The form for a camera that is there; the password stays with the recorder. */
export function formOf(camera: Camera): CameraForm {
  const transport = camera.config["transport"];
  return {
    ...EMPTY_FORM,
    name: camera.name,
    driver: camera.driver,
    way: "url",
    url: textOf(camera.config["url"]),
    subUrl: textOf(camera.config["subUrl"]),
    username: textOf(camera.config["username"]),
    transport: transport === "tcp" || transport === "udp" ? transport : "auto",
    mode: camera.record.mode,
    streams: camera.record.streams,
    audio: camera.record.audio,
    preRecordSeconds: String(camera.record.preRecordSeconds),
    postRecordSeconds: String(camera.record.postRecordSeconds ?? 5),
    eventTypes: camera.record.eventTypes ?? [],
    eventCameras: camera.record.eventCameras ?? [],
    retentionDays: camera.record.retentionDays === null ? "" : String(camera.record.retentionDays),
  };
}

/** The address of a stream by a brand's pattern. IPv6 addresses get their brackets. */
export function patternUrl(form: CameraForm, pattern: BrandPattern, path: string): string {
  const bare = form.address.trim();
  const host = bare.includes(":") && !bare.startsWith("[") && bare.split(":").length > 2 ? `[${bare}]` : bare;
  const port = form.port.trim() === "" ? String(pattern.port ?? 554) : form.port.trim();
  return `rtsp://${host}:${port}${path.replaceAll("{channel}", form.channel.trim() === "" ? "1" : form.channel.trim())}`;
}

/** The driver's configuration, as `POST /cameras` and `/cameras/probe` take it. */
export function configOf(form: CameraForm, catalogue: readonly BrandPattern[]): Record<string, string> {
  const config: Record<string, string> = {};
  const pattern = catalogue.find((one) => one.brand === form.brand);
  if (form.way === "brand" && pattern !== undefined) {
    config["url"] = patternUrl(form, pattern, pattern.mainPath);
    if (pattern.subPath !== undefined) config["subUrl"] = patternUrl(form, pattern, pattern.subPath);
  } else {
    config["url"] = form.url.trim();
    if (form.subUrl.trim() !== "") config["subUrl"] = form.subUrl.trim();
  }
  // A login that was pasted with the address takes the place of the user that the form was filled with.
  const isPasted = form.password === "" && /^rtsps?:\/\/[^/]*@/i.test(config["url"]);
  if (form.username !== "" && !isPasted) config["username"] = form.username;
  if (form.password !== "") config["password"] = form.password;
  if (form.transport !== "auto") config["transport"] = form.transport;
  return config;
}

/** What of an RTSP camera says where its password goes. */
export const RTSP_PLACES = ["url", "subUrl", "username"] as const;

/** Whether settings name an address or account that the stored ones do not: the recorder then forgets stored secrets. */
export function namesAnother(
  stored: Readonly<Record<string, unknown>>,
  next: Readonly<Record<string, unknown>>,
  fields: readonly string[],
): boolean {
  const namesOf = (config: Readonly<Record<string, unknown>>): string[] =>
    fields.flatMap((field) => {
      const text = config[field];
      if (typeof text !== "string" || text === "") return [];
      const url = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? URL.parse(text) : null;
      return [url === null || url.host === "" ? text : `${url.protocol}//${url.username}@${url.host}`];
    });
  const known = new Set(namesOf(stored));
  return namesOf(next).some((name) => !known.has(name));
}

/** How the camera is recorded, as the API takes it. */
export function recordOf(form: CameraForm): Partial<RecordSettings> {
  const days = Number(form.retentionDays);
  return {
    mode: form.mode,
    streams: form.streams,
    audio: form.audio,
    ...(followsEvents(form) ? eventsOf(form) : {}),
    retentionDays: form.retentionDays.trim() === "" || !Number.isFinite(days) ? null : days,
  };
}

/** Whether events have a say in what is recorded, or in how it is marked. */
export function followsEvents({ mode }: Pick<CameraForm, "mode">): boolean {
  return mode === "event" || mode === "continuous";
}

function eventsOf(form: CameraForm): Partial<RecordSettings> {
  return {
    preRecordSeconds: Number(form.preRecordSeconds),
    postRecordSeconds: Number(form.postRecordSeconds),
    eventTypes: form.eventTypes as NonNullable<RecordSettings["eventTypes"]>,
    eventCameras: form.eventCameras,
  };
}

export type FormProblem =
  | "name"
  | "address"
  | "url"
  | "subUrl"
  | "days"
  | "port"
  | "preRecordSeconds"
  | "postRecordSeconds";

/** Fields that cannot be right yet; a driver's own fields are its schema's business. */
export function problemsOf(form: CameraForm): FormProblem[] {
  const problems: FormProblem[] = [];
  if (form.name.trim() === "") problems.push("name");
  if (form.driver === "rtsp") problems.push(...addressProblems(form));
  if (form.retentionDays.trim() !== "" && !/^[1-9]\d{0,3}$/.test(form.retentionDays.trim()))
    problems.push("days");
  if (followsEvents(form)) {
    if (!fitsSeconds(form.preRecordSeconds, 60)) problems.push("preRecordSeconds");
    if (!fitsSeconds(form.postRecordSeconds, 600)) problems.push("postRecordSeconds");
  }
  return problems;
}

function addressProblems(form: CameraForm): FormProblem[] {
  const problems: FormProblem[] = [];
  if (form.way === "brand") {
    if (form.brand === "" || !/^[^\s/@?#]+$/.test(form.address.trim())) problems.push("address");
    if (form.port.trim() !== "" && !portFits(form.port)) problems.push("port");
    return problems;
  }
  if (!isRtsp(form.url)) problems.push("url");
  if (form.subUrl.trim() !== "" && !isRtsp(form.subUrl)) problems.push("subUrl");
  return problems;
}

function isRtsp(text: string): boolean {
  return /^rtsps?:\/\/[^\s/]+/i.test(text.trim());
}

function fitsSeconds(text: string, most: number): boolean {
  return /^\d{1,3}$/.test(text.trim()) && Number(text) <= most;
}

function portFits(text: string): boolean {
  const port = Number(text);
  return Number.isInteger(port) && port > 0 && port < 65_536;
}

/** The fields that one form has otherwise than another. */
export function changedFields(from: CameraForm, to: CameraForm): string[] {
  return Object.keys(to).filter((name) => {
    const field = name as keyof CameraForm;
    return JSON.stringify(to[field]) !== JSON.stringify(from[field]);
  });
}

/** What may be kept of it in the browser: no password, no secret of a driver, no login that was pasted with an address. */
export function withoutSecrets(form: CameraForm, isSecret: (field: string) => boolean): CameraForm {
  const plain = (address: string): string => address.replace(/^(\s*[a-z]+:\/\/)[^/]*@/i, "$1");
  return {
    ...form,
    url: plain(form.url),
    subUrl: plain(form.subUrl),
    password: "",
    texts: Object.fromEntries(Object.entries(form.texts).filter(([name]) => !isSecret(name))),
  };
}
