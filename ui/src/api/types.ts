// Names for the shapes in which the recorder's HTTP API speaks, as pages use them. The shapes themselves are generated
// from the API's own description (generated.ts).
import type { Answer, Given } from "./client.ts";
import type { Camera, CameraDriver, Coverage, Plugins, Status } from "./generated.ts";

export type {
  Camera,
  CameraDriver,
  Explanation,
  PluginJob,
  PluginSettings,
  ProbeAnswer,
  Problem,
  RangeLock,
  Receipt,
  Status as RecorderStatus,
  Volume as VolumeStatus,
} from "./generated.ts";

export type Setup = Answer<"GET /setup">;
export type Session = Answer<"GET /session">;
export type Role = Session["user"]["role"];
/** What an account may do with a camera, and can be kept from. */
export type CameraRight = Extract<
  Exclude<UserAccount["cameras"], "all">[number],
  { readonly id: string }
>["rights"][number];
export type LoginProvider = Answer<"GET /login-providers">["providers"][number];
export type UserAccount = Answer<"GET /users">["users"][number];
/** One's own second factor. */
export type SecondFactor = Answer<"GET /session/second-factor">;

/** A session as its owner sees it. */
export type OpenSession = Answer<"GET /sessions">["sessions"][number];
/** An API token as its owner sees it; its secret is shown once, when it is made. */
export type ApiToken = Answer<"GET /tokens">["tokens"][number];
/** Something that happened. */
export type RecordedEvent = Answer<"GET /events/{event}">;
export type TillView = Answer<"GET /tills">["tills"][number];
export type TillSettings = Answer<"GET /tills/settings">["tills"][number];
export type TillParser = Answer<"GET /tills/parsers">["parsers"][number];
/** An alarm output or input, and how it is; then their settings. */
export type OutputView = Answer<"GET /outputs">["outputs"][number];
export type InputView = Answer<"GET /inputs">["inputs"][number];
export type OutputSettings = Answer<"GET /outputs/settings">["outputs"][number];
export type InputSettings = Answer<"GET /inputs/settings">["inputs"][number];
/** Other recorders that this one watches, and how each is. */
export type NodesView = Answer<"GET /cluster/nodes">;
export type NodeView = NodesView["nodes"][number];
export type LinkageView = Answer<"GET /linkage">;
export type LinkageRule = LinkageView["rules"][number];
export type LinkageAction = LinkageView["actions"][number];
/** What came of an action that was tried. */
export type LinkageTried = Answer<"POST /linkage/test">["results"][number];
/** An act in the audit log. */
export type AuditEntry = Answer<"GET /audit">["entries"][number];
/** What another program watches with; the password itself was shown once. */
export type StreamPassword = Answer<"GET /session/stream-passwords">["streamPasswords"][number];

/** Who answered a search of the network. */
export type SearchAnswer = Answer<"POST /cameras/search">;
export type FoundCamera = SearchAnswer["found"][number];

export type CameraState = Camera["state"];
export type CameraStatus = CameraState["status"];
export type CameraStream = Camera["streams"][number];
export type StreamName = CameraStream["stream"];
export type RecordSettings = Camera["record"];
export type RecordReason = Camera["recording"]["reasons"][number];
export type BrandPattern = NonNullable<CameraDriver["catalogue"]>[number];

export type CameraCoverage = Coverage["cameras"][number];
export type CoverageSpan = CameraCoverage["spans"][number];
export type CoverageHole = CameraCoverage["holes"][number];

export type RecorderProblem = Status["problems"][number];
export type RecorderProcess = Status["processes"][number];

export type Plugin = Plugins["plugins"][number];
export type PlaceProblem = Answer<"POST /plugins/settings/check">["problems"][number];
/** A plugin's file that the recorder has looked at and keeps for a job. */
export type UploadedPlugin = Answer<"POST /plugins/upload">;
/** What a plugin asks to be allowed; hosts are what it says that it talks to. */
export type PluginPermissions = UploadedPlugin["permissions"];
export type OfferedPlugin = Answer<"GET /plugins/search">["plugins"][number];
export type PluginUpdate = Answer<"GET /plugins/updates">["updates"][number];

export const SETTINGS_PARTS = ["cameras", "storage", "plugins", "accounts", "general", "network"] as const;
export type SettingsPart = NonNullable<Given<"POST /settings/import/{id}/apply">["body"]["parts"]>[number];
export type SettingsPreview = Answer<"POST /settings/import/{id}/check">;
/** What an import of settings would change, or has changed. */
export type SettingsChanges = Answer<"POST /settings/rollback">;
export type LastSettingsImport = Answer<"GET /settings/last-import">;
