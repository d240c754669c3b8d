// What the API needs of the rest of the recorder, as small interfaces: the process that starts the API hands in adapters.
// Nothing here knows HTTP; failures are NightjarErrors, whose kind decides the status.
import type { PtzTarget } from "../cameras/ptz-head.ts";
import type { Clock } from "../clock.ts";
import type { ConfigStore } from "../config/config-store.ts";
import type { InputConfig } from "../config/input-config.ts";
import type { OutputConfig } from "../config/output-config.ts";
import type { SchemaProblem } from "../config/schema-problems.ts";
import type { TillConfig } from "../config/till-config.ts";
import type { ReceiptQuery } from "../db/tables/receipts-table.ts";
import type { StreamName } from "../domain/ids.ts";
import type { ExplainQuestion, ExplainViewer } from "../explain/explainer.ts";
import type { CertificateFacts } from "../gateway/doors/certificate-facts.ts";
import type { Log } from "../log.ts";
import type { CameraCapabilities, CameraPart, PtzVelocity } from "../plugin/contract/camera-abilities.ts";
import type { PluginRoute } from "../plugin/contract/plugin-route.ts";
import type { PluginPage } from "../plugin/host/plugin-host.ts";
import type { PluginJob, PluginJobOrder } from "../plugin/install/install-job.ts";
import type { InstalledPlugin } from "../plugin/install/plugin-project.ts";
import type { UploadedPlugin } from "../plugin/install/plugin-uploads.ts";
import type { OfferedPlugin } from "../plugin/install/registry-client.ts";
import type { RegistriesOrder, RegistriesView } from "../plugin/install/registry-settings.ts";
import type { PluginUpdate } from "../plugin/install/updates.ts";
import type { PluginPlace } from "../plugin/package/manifest.ts";
import type { Permission } from "../plugin/package/permissions.ts";
import type { SettingsDocument } from "../settings/settings-document.ts";
import type { SettingsPart } from "../settings/settings-parts.ts";
import type { Importer, ImportPreview, SettingsFile, UndoPreview } from "../settings/settings-transfer.ts";
import type { LogLine, LogQuery } from "../system/log-reader.ts";
import type { Users } from "../users/users.ts";
import type { InputSettingsView, InputView, OutputSettingsView, OutputView } from "./alarm-io-schemas.ts";
import type { ArmingView, ExceptionsView } from "./alarm-schemas.ts";
import type {
  CameraPatchBody,
  CameraView,
  DriverView,
  NewCameraBody,
  ProbeAnswer,
  SearchAnswer,
} from "./camera-schemas.ts";
import type { ChangeFeed } from "./change-feed.ts";
import type { NewNode, NodePatch, NodesView, NodeTest, NodeTested, NodeView } from "./cluster-schemas.ts";
import type {
  DetectionActivity,
  DetectionLoad,
  DetectionPatch,
  DetectionView,
  MotionPageView,
} from "./detection-schemas.ts";
import type { EventsPage, EventView } from "./event-schemas.ts";
import type { ExplanationView } from "./explain-schemas.ts";
import type { FlowsView } from "./flows-schemas.ts";
import type { LinkageTested, LinkageView } from "./linkage-schemas.ts";
import type { MqttState } from "./mqtt-schemas.ts";
import type { PluginSettingsView, PluginView, PluginWordsView } from "./plugin-schemas.ts";
import type { StoragePlacesView, StorageView, VolumePatchBody } from "./storage-schemas.ts";
import type { ReceiptsPage, ReceiptView, TillParserView, TillView } from "./till-schemas.ts";
import type { KnownWall } from "./wall-book.ts";
import type {
  CalendarView,
  CoverageView,
  RangeLockView,
  RecordingsPage,
  StatusView,
} from "./wire-schemas.ts";

/** Cameras: what they are, how they are, and manual recording. Rights have been checked by the caller. */
export interface CameraService {
  /** All cameras, with state. In memory: called on every `GET /cameras`. */
  list(): readonly CameraView[];
  get(id: string): CameraView | undefined;
  /** Whether there is such a camera; asked for each camera policy. */
  has(id: string): boolean;
  ids(): readonly string[];
  /** Checks with the driver, stores, connects. Throws `NJ_CAMERA_EXISTS`, `NJ_CONFIG_INVALID`, … */
  create(camera: NewCameraBody): Promise<CameraView>;
  /** Changes what is given; a secret that is left out stays as it is. */
  update(id: string, change: CameraPatchBody): Promise<CameraView>;
  remove(id: string, footage: "keep" | "remove"): Promise<void>;
  /**
   * Connects once without storing anything and makes a picture. With `camera`, secrets that are left out are taken from that
   * camera's stored ones. Rejects with a code that says why it cannot be reached.
   */
  probe(request: {
    readonly driver: string;
    readonly config: Readonly<Record<string, unknown>>;
    readonly camera?: string;
    readonly signal: AbortSignal;
  }): Promise<ProbeAnswer>;
  /** Searches the network, one search at a time. Throws `NJ_CAMERA_SEARCH_BUSY`, `NJ_CAMERA_SEARCH_NONE`. */
  search(signal: AbortSignal): Promise<SearchAnswer>;
  drivers(): readonly DriverView[];
  /** Records from now on, until the moment (ms since the epoch) or until stopped. */
  startManualRecording(id: string, untilMs: number | undefined): Promise<void>;
  stopManualRecording(id: string): Promise<void>;
}

/** What cameras can do besides sending pictures. Throws `NJ_CAMERA_ABILITY`, `NJ_CAMERA_OFF`, and what drivers throw. */
export interface CameraAbilityService {
  /** Asks the camera where that is not known yet. */
  abilities(camera: string): Promise<CameraCapabilities>;
  presets(camera: string): Promise<readonly CameraPart[]>;
  setPreset(camera: string, wanted: { readonly name: string; readonly preset?: string }): Promise<CameraPart>;
  removePreset(camera: string, preset: string): Promise<void>;
  /** Stops by itself a second after the last call. `isNew`: it was not moved by hand just before. */
  move(camera: string, velocity: PtzVelocity): Promise<{ readonly isNew: boolean }>;
  /** Ends patrols too. */
  stopMoving(camera: string): Promise<void>;
  goTo(camera: string, target: PtzTarget): Promise<void>;
}

/** What has been recorded. Moments are milliseconds since the epoch, ranges half-open. */
export interface RecordingService {
  list(query: {
    readonly camera: string;
    readonly startMs: number;
    readonly endMs: number;
    readonly stream: StreamName | undefined;
    readonly cursor: string | undefined;
  }): Promise<RecordingsPage>;
  /**
   * Locks or unlocks for the account `by`; resolves when `media` will not delete it any more.
   * Throws `NJ_SEGMENT_NOT_FOUND` if it is not this camera's.
   */
  setLock(camera: string, segment: string, locked: boolean, by: string): Promise<void>;
  /** The same for all closed files of a stream that touch a range, in one step. */
  setRangeLock(range: {
    readonly camera: string;
    readonly stream: StreamName;
    readonly startMs: number;
    readonly endMs: number;
    readonly locked: boolean;
    readonly by: string;
  }): Promise<RangeLockView>;
  /** At most about 2 000 spans a camera; small gaps merge when the range is long. */
  coverage(query: {
    readonly cameras: readonly string[];
    readonly stream: StreamName;
    readonly startMs: number;
    readonly endMs: number;
  }): Promise<CoverageView>;
  /** Days in the recorder's time zone, both ends included. */
  calendar(query: {
    readonly cameras: readonly string[];
    readonly from: string;
    readonly to: string;
  }): Promise<CalendarView>;
}

/** The recorder's own state. */
export interface StatusService {
  status(): Promise<StatusView>;
}

/** What happened, and what is armed. Rights have been checked by the caller. */
export interface EventService {
  /** Newest first. `cameras` undefined: of all cameras and of the recorder itself. */
  search(query: {
    readonly cameras: readonly string[] | undefined;
    readonly types: readonly string[] | undefined;
    readonly objects: readonly string[] | undefined;
    readonly acknowledged: boolean | undefined;
    readonly startMs: number | undefined;
    readonly endMs: number | undefined;
    readonly cursor: string | undefined;
    readonly limit: number;
  }): Promise<EventsPage>;
  find(id: number): Promise<EventView | undefined>;
  /** Throws `NJ_EVENT_NOT_FOUND`. */
  acknowledge(id: number, by: string, note: string): Promise<EventView>;
  /** In memory. */
  arming(): ArmingView;
  /** Exceptions by kind. `cameras` undefined: of all cameras; `recorder`: also the recorder's own. */
  exceptions(query: {
    readonly cameras: readonly string[] | undefined;
    readonly recorder: boolean;
  }): Promise<ExceptionsView>;
}

export type { ExplainViewer } from "../explain/explainer.ts";

/** Why something was recorded or raised, or was not. Throws `NJ_CAMERA_NOT_FOUND`, `NJ_EXPLAIN_FUTURE`. */
export interface ExplainService {
  explain(question: ExplainQuestion, viewer: ExplainViewer): Promise<ExplanationView>;
}

/** Volumes, what cameras take of them, and how long that lasts. */
export interface StorageService {
  view(): Promise<StorageView>;
  /** The disks of this machine that recordings could go to. */
  places(): Promise<StoragePlacesView>;
  /** Makes an offered place the first volume. Throws `NJ_PLACE_…`, or `NJ_VOLUME_TIMEOUT`. */
  recordTo(place: string): Promise<{ readonly mountPoint: string; readonly isNew: boolean }>;
  /** Makes the disk that lies at the place of a volume's own, which is away, its disk. `place`: its id. */
  useDisk(volume: string, place: string): Promise<{ readonly path: string; readonly mountPoint: string }>;
  /** Throws `NJ_VOLUME_UNKNOWN`. */
  changeVolume(id: string, change: VolumePatchBody): Promise<void>;
}

/** What the recorder wrote down of itself. */
export interface LogService {
  /** The newest lines, the oldest of them first; without secrets. */
  read(query: LogQuery): Promise<readonly LogLine[]>;
}

/** Node-RED within the recorder. */
export interface FlowsService {
  /** In memory. */
  view(): FlowsView;
  /** Folders as they really lie. Throws `NJ_FLOWS_FOLDER` for one that flows cannot be given. */
  checkedFolders(folders: readonly string[]): Promise<readonly string[]>;
}

/** What was found of plugins. */
export interface PluginService {
  /** In memory. */
  list(): readonly PluginView[];
  /** Resolves when it was tried; how that went is told by `list`. Throws `NJ_PLUGIN_NOT_FOUND`. */
  restart(name: string): Promise<void>;
  /** The page of an enabled plugin; undefined if it has none. In memory. */
  pageOf(name: string): PluginPage | undefined;
  /** The resources that a plugin has registered; none if there is no such plugin. In memory. */
  routesOf(name: string): readonly PluginRoute[];
  /** The picture of a plugin; undefined if it has none. Throws `NJ_PLUGIN_NOT_FOUND`. */
  icon(name: string): Promise<PluginIcon | undefined>;
  /** Of those that have words of the language. */
  words(language: string): Promise<readonly PluginWordsView[]>;
}

export interface PluginIcon {
  readonly type: "image/svg+xml" | "image/png";
  readonly bytes: Buffer;
}

/** Settings of plugins. Checked before anything is stored; a secret is kept when left out, removed by `null`. */
export interface PluginSettingsService {
  /** Throws `NJ_PLUGIN_NOT_FOUND`, `NJ_PLUGIN_SCHEMA`, as the others do. */
  view(name: string, language?: string): Promise<PluginSettingsView>;
  check(name: string, config: Readonly<Record<string, unknown>>): Promise<readonly SchemaProblem[]>;
  /** Resolves when the plugin was started with them. Throws `NJ_PLUGIN_SETTINGS` with the problems. */
  put(name: string, config: Readonly<Record<string, unknown>>): Promise<PluginSettingsView>;
  setEnabled(name: string, enabled: boolean): Promise<void>;
  /** Resolves when the plugin runs with it. Throws `NJ_PLUGIN_PERMISSION` if it does not ask for that. */
  setGrant(name: string, permission: Permission, granted: boolean): Promise<void>;
  /** Resolves when the plugin runs there. Throws `NJ_PLUGIN_ISOLATION` if it may not. */
  setIsolation(name: string, isolation: PluginPlace): Promise<void>;
}

/** Where plugins come from. Logins go in, never out. */
export interface PluginRegistryService {
  view(): RegistriesView;
  /** Throws `NJ_PLUGIN_REGISTRY_LOGIN`. */
  put(order: RegistriesOrder): Promise<RegistriesView>;
}

/** Installing, updating and removing plugins, as jobs one after the other. */
export interface PluginInstallService {
  /** Throws `NJ_PLUGIN_SOURCE`, `NJ_PLUGIN_JOBS_FULL`. */
  start(order: PluginJobOrder): PluginJob;
  /** Newest first. */
  jobs(): readonly PluginJob[];
  /** Throws `NJ_PLUGIN_JOB_NOT_FOUND`, as `cancel` does. */
  job(id: string): PluginJob;
  cancel(id: string): PluginJob;
  installed(): Promise<readonly InstalledPlugin[]>;
  /** Keeps a plugin's file for a job. Throws `NJ_PLUGIN_TARBALL`, `NJ_PLUGIN_REFUSED`, `NJ_BODY_TOO_LARGE`. */
  upload(bytes: AsyncIterable<Uint8Array>, limitBytes: number): Promise<UploadedPlugin>;
  /** Throws `NJ_PLUGIN_REGISTRY_AWAY`, as `updates` does. */
  search(text: string, signal?: AbortSignal): Promise<readonly OfferedPlugin[]>;
  updates(signal?: AbortSignal): Promise<readonly PluginUpdate[]>;
}

/** Exporting and importing the recorder's settings: see core/settings/settings-transfer.ts for what each throws. */
export interface SettingsTransferService {
  export(password: string | undefined): Promise<SettingsFile>;
  open(bytes: Uint8Array, password: string | undefined, caller: string): Promise<SettingsDocument>;
  check(
    document: SettingsDocument,
    parts: readonly SettingsPart[],
    importer: Importer,
  ): Promise<ImportPreview>;
  apply(
    document: SettingsDocument,
    parts: readonly SettingsPart[],
    importer: Importer,
    stamp?: string,
  ): Promise<ImportPreview>;
  lastImport(importer: Importer): Promise<UndoPreview | undefined>;
  rollback(importer: Importer): Promise<ImportPreview>;
}

/** The certificate of HTTPS. A key that was handed in never comes out. */
export interface CertificateService {
  facts(): Promise<CertificateFacts>;
  /** Resolves when the gateway was told. Throws `NJ_CERTIFICATE_REFUSED` with the reason. */
  replace(pair: { readonly certificate: string; readonly key: string }): Promise<CertificateFacts>;
  remove(): Promise<CertificateFacts>;
}

/** MQTT. The password of another broker goes in, never out. */
/** What the recorder itself looks for in pictures. */
export interface DetectionService {
  /** Undefined if there is no such camera. */
  of(camera: string): DetectionView | undefined;
  /** Where something moves now. Undefined if there is no such camera. */
  activity(camera: string): DetectionActivity | undefined;
  /** What looking takes of the machine; undefined while nobody looks. */
  load(): DetectionLoad | undefined;
  /** Throws `NJ_CAMERA_NOT_FOUND`, `NJ_DETECTOR_UNKNOWN`, `NJ_CONFIG_INVALID`. */
  change(camera: string, patch: DetectionPatch): Promise<DetectionView>;
}

/** Recordings, by where something moved in them. */
export interface MotionService {
  search(query: {
    readonly camera: string;
    readonly startMs: number;
    readonly endMs: number;
    readonly area?: { readonly columns: number; readonly rows: number; readonly cells: string };
    readonly limit: number;
  }): Promise<MotionPageView>;
}

export interface MqttControl {
  state(): MqttState;
  hasPassword(): boolean;
  setPassword(password: string | undefined): Promise<void>;
  /** Resolves when the broker that the settings want is on its way. */
  settingsChanged(): Promise<void>;
}

/** Tills and what they wrote. */
export interface TillService {
  /** In memory, as `settings` and `parsers` are. */
  list(): readonly TillView[];
  settings(): TillConfig[];
  parsers(): TillParserView[];
  /** The list as a whole. Throws `NJ_TILL_PARSER`, `NJ_CONFIG_INVALID`. */
  change(tills: readonly TillConfig[]): Promise<void>;
  search(query: Omit<ReceiptQuery, "after"> & { readonly cursor: string | undefined }): Promise<ReceiptsPage>;
  find(receipt: number): Promise<ReceiptView | undefined>;
}

/** Alarm inputs and outputs. Secrets go in, never out. */
export interface AlarmIoService {
  /** In memory, as `inputs` is. */
  outputs(): readonly OutputView[];
  inputs(): readonly InputView[];
  /** Throws `NJ_OUTPUT_NOT_FOUND`, `NJ_OUTPUT_OFF`, and what the output's device throws. */
  setOutput(id: string, on: boolean, by: string, dwellSeconds?: number): Promise<void>;
  setAllOutputs(on: boolean, by: string): Promise<void>;
  /** Throws `NJ_INPUT_NOT_FOUND`, `NJ_INPUT_KIND`. */
  setInput(id: string, closed: boolean, by: string): void;
  /** Throws `NJ_INPUT_NOT_FOUND`, also for a wrong token. */
  signalInput(id: string, token: string, closed: boolean): void;
  outputSettings(): OutputSettingsView;
  inputSettings(): InputSettingsView;
  /** Throws `NJ_ALARM_IO_CHANGED`, `NJ_CONFIG_INVALID`. */
  changeOutputs(outputs: OutputConfig[], stamp: string | undefined): Promise<void>;
  changeInputs(inputs: InputConfig[], stamp: string | undefined): Promise<void>;
  /** Throws `NJ_OUTPUT_NOT_FOUND`. */
  setAuthorization(output: string, authorization: string | undefined): Promise<void>;
  /** The input's token from now on. Throws `NJ_INPUT_NOT_FOUND`. */
  newToken(input: string): Promise<string>;
}

/** Other recorders that this one watches. */
export interface ClusterService {
  /** In memory. */
  view(): NodesView;
  setLostSeconds(lostSeconds: number): Promise<NodesView>;
  /** Throws `NJ_NODE_ADDRESS`, `NJ_NODES_FULL`, `NJ_CONFIG_INVALID`. */
  add(node: NewNode): Promise<NodeView>;
  /** Throws `NJ_NODE_NOT_FOUND`, and as `add` does. */
  change(id: string, change: NodePatch): Promise<NodeView>;
  /** Throws `NJ_NODE_NOT_FOUND`. */
  remove(id: string): Promise<void>;
  /** Asks an address once and stores nothing. Throws `NJ_NODE_ADDRESS`. */
  test(place: NodeTest, signal: AbortSignal): Promise<NodeTested>;
}

/** What follows from events. */
export interface LinkageService {
  actions(): LinkageView["actions"];
  /** The newest first. */
  lately(): LinkageView["lately"];
  /** What is wrong with the settings of actions, by JSON pointers. */
  problemsOf(rules: LinkageView["rules"]): readonly SchemaProblem[];
  /** Does the actions of a rule now; resolves when it is known what came of them. */
  test(
    rule: Pick<LinkageView["rules"][number], "id" | "name" | "types" | "cameras" | "actions">,
    camera: string | undefined,
  ): Promise<LinkageTested["results"]>;
  /** A picture that was kept with an event, and the camera that it shows. */
  capture(
    event: number,
    file: number,
  ): Promise<{ readonly camera: string; readonly jpeg: Buffer } | undefined>;
}

/** Walls: screens that show the live page under a name. See core/http/wall-book.ts. */
export interface WallService {
  list(): readonly KnownWall[];
  /** Throws `NJ_TOO_MANY_WALLS`. */
  opened(name: string): () => void;
  /** Throws `NJ_WALL_NOT_FOUND`, `NJ_WALL_OPEN`. */
  forget(name: string): void;
}

/** All that the API is made of. */
export interface HttpServices {
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: ConfigStore;
  readonly users: Users;
  readonly cameras: CameraService;
  readonly recordings: RecordingService;
  readonly plugins: PluginService;
  readonly pluginInstaller: PluginInstallService;
  readonly pluginSettings: PluginSettingsService;
  readonly pluginRegistries: PluginRegistryService;
  readonly settingsTransfer: SettingsTransferService;
  readonly certificates: CertificateService;
  readonly events: EventService;
  readonly linkage: LinkageService;
  readonly alarmIo: AlarmIoService;
  readonly abilities: CameraAbilityService;
  readonly status: StatusService;
  readonly storage: StorageService;
  readonly keptLog: LogService;
  readonly mqtt: MqttControl;
  readonly flows: FlowsService;
  readonly tills: TillService;
  readonly detection: DetectionService;
  readonly motion: MotionService;
  readonly explain: ExplainService;
  readonly cluster: ClusterService;
  /** What plugins add to the diagnostics document, and the secrets that must not stand in that. */
  diagnosticParts(): Promise<{
    readonly plugins: Readonly<Record<string, unknown>>;
    readonly secrets: readonly string[];
  }>;
  /** Whoever learns of a change publishes it here; `GET /changes` passes it on. */
  readonly changes: ChangeFeed;
  readonly walls: WallService;
}
