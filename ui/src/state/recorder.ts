// What the page knows of the recorder: who is signed in, the cameras, its health; kept fresh by /changes.
// Pages read the signals; nothing here draws.
import { computed, signal } from "@preact/signals";
import { ApiError, apiUrl, askInBackground, call, whenUnauthenticated } from "../api/client.ts";
import type {
  Camera,
  InputView,
  NodeView,
  OutputView,
  PluginJob,
  RecordedEvent,
  RecorderStatus,
  RecordReason,
  Session,
  Setup,
  StreamName,
} from "../api/types.ts";
import { forgetAlarmIo, inputChanged, outputChanged, readAlarmIoAgain } from "./alarm-io.ts";
import { askWhatIsAcknowledged, eventAcknowledged, silence, soundAsked } from "./alarm-sounds.ts";
import { AskAgain } from "./ask-again.ts";
import { claimDrafts, dropAllDrafts } from "./drafts.ts";
import { jobChanged } from "./plugin-jobs.ts";
import type { SoundMessage } from "./ringing.ts";

/** Why somebody stands at the door again: nobody was there for a while, or the session was ended. */
export type Ended = "idle" | "ended";

export type Entry =
  | { readonly kind: "starting" }
  | { readonly kind: "unreachable"; readonly code: string }
  | { readonly kind: "activate"; readonly setup: Setup }
  | { readonly kind: "login"; readonly setup: Setup; readonly ended: Ended | undefined }
  | { readonly kind: "in"; readonly setup: Setup; readonly session: Session };

/** Which door the viewer stands at. */
export const entry = signal<Entry>({ kind: "starting" });
/** Cameras by name; undefined until first loaded. */
export const cameras = signal<readonly Camera[] | undefined>(undefined);
export const camerasError = signal<ApiError | undefined>(undefined);
export const status = signal<RecorderStatus | undefined>(undefined);
export const statusError = signal<ApiError | undefined>(undefined);
/** False while the stream of changes is broken: what is shown may be old. */
export const connected = signal(true);
/** The latest recording file that was begun (`growing`) or closed; timelines listen. */
export const coverageChange = signal<
  | {
      readonly camera: string;
      readonly stream: StreamName;
      readonly start: string;
      readonly end: string;
      readonly reasons: readonly RecordReason[];
      readonly growing: boolean;
    }
  | undefined
>(undefined);

/** The latest event that began, changed or ended; the list of events listens. */
export const eventChange = signal<RecordedEvent | undefined>(undefined);

/** The latest watched node whose state is another one; their page listens. */
export const nodeChange = signal<NodeView | undefined>(undefined);

export const session = computed(() => (entry.value.kind === "in" ? entry.value.session : undefined));
/** The recorder's own time zone. */
export const recorderZone = computed(() => {
  if (status.value !== undefined) return status.value.timeZone;
  return entry.value.kind === "in" ? entry.value.setup.timeZone : "UTC";
});
export const mayAdminister = computed(() => session.value?.user.role === "administrator");
/** Whether the account has the right for this camera: it may have fewer for some. */
export function mayWith(right: string, camera: string): boolean {
  const { rights = [], cameraRights = {} } = session.value ?? {};
  return rights.includes(right) && (cameraRights[camera]?.includes(right) ?? true);
}
export const mayOperate = computed(() => session.value !== undefined && session.value.user.role !== "viewer");

const entryAgain = new AskAgain();
const camerasAgain = new AskAgain();
const statusAgain = new AskAgain();

function byName(list: readonly Camera[]): Camera[] {
  return [...list].sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
}

/** Asks the recorder who we are and opens the right door. */
export async function enter(ended?: Ended): Promise<void> {
  entryAgain.stop();
  try {
    // Asked for together: whoever is signed in, which is nearly always so, waits once instead of twice.
    const asked = call("GET /session");
    asked.catch(() => undefined);
    const setup = await call("GET /setup");
    if (!setup.activated) {
      stand({ kind: "activate", setup });
      return;
    }
    try {
      const mine = await asked;
      claimDrafts(mine.user.name);
      stand({ kind: "in", setup, session: mine });
      startChanges();
      await Promise.all([refreshCameras(), refreshStatus()]);
    } catch (error) {
      if (!(error instanceof ApiError) || (error.status !== 401 && error.status !== 403)) throw error;
      stand({ kind: "login", setup, ended });
    }
  } catch (error) {
    entry.value = { kind: "unreachable", code: error instanceof ApiError ? error.code : "NJ_UI_UNKNOWN" };
    entryAgain.failed(error, () => void enter(ended));
  }
}

/** The recorder has said which door it is. */
function stand(at: Entry): void {
  entry.value = at;
  entryAgain.succeeded();
}

/** Reads all cameras. */
export async function refreshCameras(): Promise<void> {
  try {
    cameras.value = byName((await call("GET /cameras")).cameras);
    camerasError.value = undefined;
    camerasAgain.succeeded();
  } catch (error) {
    if (error instanceof ApiError) camerasError.value = error;
    camerasAgain.failed(error, () => void refreshCameras());
  }
}

/** Reads the recorder's health. The page does so by itself: that is no use of the session. */
export async function refreshStatus(): Promise<void> {
  try {
    status.value = await askInBackground("GET /status");
    statusError.value = undefined;
    statusAgain.succeeded();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    statusError.value = error;
    statusAgain.failed(error, () => void refreshStatus());
  }
}

/** Puts one camera's news into the list. Before there is a list it says nothing: one camera would look like all. */
export function cameraChanged(camera: Camera): void {
  if (cameras.value === undefined) return;
  const others = cameras.value.filter((one) => one.id !== camera.id);
  cameras.value = byName([...others, camera]);
}

/** Takes a camera out of the list. */
export function cameraRemoved(id: string): void {
  cameras.value = cameras.value?.filter((one) => one.id !== id);
}

/** The cameras as something that a page waits for. */
export const camerasAsked = computed(() => ({
  answer: cameras.value,
  error: camerasError.value,
  retry: () => {
    camerasError.value = undefined;
    void refreshCameras();
  },
}));
/** The recorder's health likewise. */
export const statusAsked = computed(() => ({
  answer: status.value,
  error: statusError.value,
  retry: () => {
    statusError.value = undefined;
    void refreshStatus();
  },
}));

let changes: EventSource | undefined;
let statusTimer: ReturnType<typeof setInterval> | undefined;

function listen(source: EventSource, name: string, take: (data: unknown) => void): void {
  source.addEventListener(name, (event) => {
    if (!(event instanceof MessageEvent) || typeof event.data !== "string") return;
    take(JSON.parse(event.data));
  });
}

function startChanges(): void {
  stopChanges();
  const source = new EventSource(apiUrl("/changes?page=true"));
  changes = source;
  source.addEventListener("open", () => {
    // What happened while the line was down is not repeated: read it all again.
    if (!connected.value) {
      void Promise.all([refreshCameras(), refreshStatus()]);
      readAlarmIoAgain();
      askWhatIsAcknowledged(
        async (event) =>
          (await askInBackground("GET /events/{event}", { path: { event } })).acknowledged !== undefined,
      );
    }
    connected.value = true;
  });
  source.addEventListener("error", () => {
    connected.value = false;
    if (source.readyState === EventSource.CLOSED)
      setTimeout(() => entry.value.kind === "in" && startChanges(), 3000);
  });
  listen(source, "camera", (data) => cameraChanged(data as Camera));
  listen(source, "camera-removed", (data) =>
    cameraRemoved(
      (data as { id?: string; camera?: string }).id ?? (data as { camera?: string }).camera ?? "",
    ),
  );
  listen(source, "volume", () => void refreshStatus());
  listen(source, "problems", () => void refreshStatus());
  listen(source, "coverage", (data) => {
    coverageChange.value = data as typeof coverageChange.value;
  });
  listen(source, "event", (data) => {
    const event = data as RecordedEvent;
    eventChange.value = event;
    if (event.acknowledged !== undefined) eventAcknowledged(event.id);
  });
  listen(source, "sound", (data) => soundAsked(data as SoundMessage));
  listen(source, "output", (data) => outputChanged(data as OutputView));
  listen(source, "input", (data) => inputChanged(data as InputView));
  listen(source, "node", (data) => {
    nodeChange.value = data as NodeView;
  });
  listen(source, "plugin-job", (data) => jobChanged(data as PluginJob));
  listen(source, "session-ended", (data) =>
    leave((data as { readonly reason?: string }).reason === "idle" ? "idle" : "ended"),
  );
  statusTimer = setInterval(() => {
    void refreshStatus();
    // Refused once at the start: nothing else would ask again.
    if (cameras.value === undefined) void refreshCameras();
  }, 15_000);
}

function stopChanges(): void {
  changes?.close();
  changes = undefined;
  clearInterval(statusTimer);
}

function leave(ended: Ended | undefined): void {
  stopChanges();
  camerasAgain.stop();
  statusAgain.stop();
  cameras.value = undefined;
  status.value = undefined;
  // Of cameras that the next account may not see.
  eventChange.value = undefined;
  coverageChange.value = undefined;
  nodeChange.value = undefined;
  silence();
  forgetAlarmIo();
  void enter(ended);
}

/** Signs out. */
export async function signOut(): Promise<void> {
  await call("DELETE /session").catch(() => undefined);
  dropAllDrafts();
  leave(undefined);
}

const USE_EVERY_MS = 60_000;
let usedAtMs = Date.now();
function noteUse(): void {
  if (entry.value.kind !== "in" || Date.now() - usedAtMs < USE_EVERY_MS) return;
  usedAtMs = Date.now();
  call("GET /session").catch(() => undefined);
}

/** From now on the recorder is told, at most once a minute, that somebody uses the page which asks it for nothing. */
export function watchUse(): void {
  for (const kind of ["pointerdown", "keydown", "wheel"]) addEventListener(kind, noteUse, { passive: true });
}

whenUnauthenticated((reason) => {
  if (entry.value.kind === "in") leave(reason === "idle" ? "idle" : "ended");
});
