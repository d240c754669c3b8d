// The schema of config.json: static type, validation, defaults, config.schema.json and docs/reference/config.md
// all come from here. Titles and descriptions are for people; `x-requires-restart` marks what a restart must pick up.
import { type Static, Type } from "typebox";
import { LOG_LEVELS } from "../log.ts";
import { AlarmConfigSchema } from "./alarm-config.ts";
import { CameraConfigSchema } from "./camera-config.ts";
import { ClusterConfigSchema } from "./cluster-config.ts";
import { CONFIG_VERSION } from "./config-version.ts";
import { FlowsConfigSchema } from "./flows-config.ts";
import { InputConfigSchema } from "./input-config.ts";
import { LinkageConfigSchema } from "./linkage-config.ts";
import { LoginConfigSchema } from "./login-config.ts";
import { MqttConfigSchema } from "./mqtt-config.ts";
import { NetworkSchema } from "./network-config.ts";
import { OutputConfigSchema } from "./output-config.ts";
import { PluginRegistrySchema } from "./plugin-registry-config.ts";
import { TillConfigSchema } from "./till-config.ts";
import { type VolumeConfig, VolumeConfigSchema } from "./volume-config.ts";

export { CONFIG_VERSION };

/** Package names of plugins. */
export const PLUGIN_NAME_PATTERN = "^(?:@[\\w-]+/)?nightjar-[a-z]+-[\\w-]+$";

const closed = { additionalProperties: false } as const;

const NodeSchema = Type.Object(
  {
    id: Type.String({
      title: "Id",
      description:
        "This recorder in file names and among its peers: 1 to 64 of a-z, 0-9 and inner hyphens. Made at first start.",
      pattern: "^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$",
      "x-requires-restart": true,
    }),
    name: Type.String({
      title: "Name",
      description: "What people call this recorder.",
      minLength: 1,
      maxLength: 80,
    }),
  },
  { ...closed, description: "Who this recorder is." },
);

export const ConfigSchema = Type.Object(
  {
    $schema: Type.Optional(Type.String({ description: "Lets editors check this file.", maxLength: 500 })),
    version: Type.Integer({
      title: "Version",
      description: "Form of this file; older forms are converted at start, after a backup.",
      minimum: 1,
      maximum: CONFIG_VERSION,
      default: CONFIG_VERSION,
    }),
    node: NodeSchema,
    timeZone: Type.String({
      title: "Time zone",
      description:
        "IANA name, as `Europe/Berlin`: calendar, schedules and what counts as a day. Files and the API stay in UTC.",
      minLength: 1,
      maxLength: 64,
    }),
    network: NetworkSchema,
    mqtt: MqttConfigSchema,
    flows: FlowsConfigSchema,
    storage: Type.Object(
      {
        volumes: Type.Array(VolumeConfigSchema, {
          title: "Volumes",
          description: "Folders for recordings, the first that works is written to.",
          maxItems: 64,
          default: [{ path: "volumes/default" }],
        }),
        sha256: Type.Boolean({
          title: "Checksums",
          description:
            "End each new recording file with the SHA-256 of what it holds, for `nightjar fsck --verify` to find files that were changed or damaged since. Takes about 0.03 % of a processor core for each 4 Mbit/s.",
          default: false,
        }),
      },
      { ...closed, default: {}, description: "Where recordings go." },
    ),
    media: Type.Object(
      {
        memoryBudgetBytes: Type.Optional(
          Type.Integer({
            title: "Memory for pictures",
            description:
              "Bytes for pre-record rings and write queues together. Without it: a quarter of the machine's memory.",
            minimum: 67_108_864,
          }),
        ),
      },
      { ...closed, default: {}, description: "The recording process." },
    ),
    ffmpeg: Type.Object(
      {
        path: Type.Optional(
          Type.String({
            title: "Program",
            description:
              "Path of ffmpeg. Without it: FFMPEG_BIN, then the ffmpeg-static package, then the PATH.",
            minLength: 1,
            maxLength: 4096,
          }),
        ),
        maxTranscodes: Type.Integer({
          title: "Transcodes at once",
          description:
            "How many live pictures may be converted at once for browsers that cannot show the camera's codec.",
          minimum: 0,
          maximum: 64,
          default: 2,
        }),
      },
      {
        ...closed,
        default: {},
        description: "ffmpeg, used for snapshots and for browsers that lack a codec.",
      },
    ),
    detection: Type.Object(
      {
        processorPercent: Type.Integer({
          title: "Processor for detection",
          description:
            "Per cent of all processor cores that looking at cameras may take together. Beyond it pictures are left out, and more of them the longer it lasts.",
          minimum: 5,
          maximum: 100,
          default: 50,
        }),
      },
      { ...closed, default: {}, description: "Looking at the pictures of all cameras." },
    ),
    cameras: Type.Array(CameraConfigSchema, {
      title: "Cameras",
      description: "All cameras.",
      maxItems: 1024,
      default: [],
    }),
    newCameras: Type.Object(
      {
        retentionDays: Type.Union([Type.Integer({ minimum: 1, maximum: 36500 }), Type.Null()], {
          title: "Days to keep",
          description: "Proposed for a camera that is added on the page; null: until the space is needed.",
          default: null,
        }),
        quotaBytes: Type.Union([Type.Integer({ minimum: 100_000_000 }), Type.Null()], {
          title: "Space",
          description: "Bytes that are proposed for such a camera; null: no limit of its own.",
          default: null,
        }),
        audio: Type.Boolean({
          title: "Sound",
          description: "Whether recording the sound is proposed for a camera that is added on the page.",
          default: false,
        }),
      },
      { ...closed, default: {}, description: "What the page proposes for new cameras." },
    ),
    alarms: AlarmConfigSchema,
    tills: Type.Array(TillConfigSchema, {
      title: "Tills",
      description: "Tills whose receipts are kept beside the pictures of them.",
      maxItems: 256,
      default: [],
    }),
    linkage: LinkageConfigSchema,
    inputs: Type.Array(InputConfigSchema, {
      title: "Alarm inputs",
      description: "What alarms the recorder from outside: contacts, buttons, sensors, other programs.",
      maxItems: 256,
      default: [],
    }),
    outputs: Type.Array(OutputConfigSchema, {
      title: "Alarm outputs",
      description: "What the recorder switches: sirens, lamps, gates.",
      maxItems: 256,
      default: [],
    }),
    cluster: ClusterConfigSchema,
    plugins: Type.Record(
      Type.String({ pattern: PLUGIN_NAME_PATTERN }),
      Type.Object(
        {
          enabled: Type.Boolean({
            title: "Enabled",
            description: "A disabled plugin is not loaded.",
            default: true,
          }),
          config: Type.Record(Type.String(), Type.Unknown(), {
            description: "Settings of the plugin, checked by its own schema.",
            default: {},
          }),
          isolation: Type.Optional(
            Type.Enum(["inline", "process"] as const, {
              title: "Where it runs",
              description:
                "Where a plugin that comes with Nightjar runs: with the recorder, or in a process of its own. All others run in processes of their own.",
            }),
          ),
          grants: Type.Optional(
            Type.Object(
              {
                network: Type.Optional(
                  Type.Boolean({
                    title: "Network",
                    description: "False takes away the network from a plugin that asks for it.",
                    default: true,
                  }),
                ),
                mqtt: Type.Optional(
                  Type.Boolean({
                    title: "MQTT",
                    description: "False takes away topics of its own from a plugin that asks for them.",
                    default: true,
                  }),
                ),
                mqttTopics: Type.Optional(
                  Type.Boolean({
                    title: "Topics of others",
                    description:
                      "False takes away topics of others over MQTT from a plugin that asks for them.",
                    default: true,
                  }),
                ),
                accounts: Type.Optional(
                  Type.Boolean({
                    title: "Accounts",
                    description:
                      "False keeps from a plugin that asks for it which accounts may see an event.",
                    default: true,
                  }),
                ),
                hooks: Type.Optional(
                  Type.Union(
                    [
                      Type.Boolean(),
                      Type.Array(Type.String({ pattern: "^[A-Za-z]{1,40}$" }), { maxItems: 50 }),
                    ],
                    {
                      title: "Deciding hooks",
                      description:
                        "False takes away the say in what is recorded and who may look from a plugin that asks for it; a list leaves it the hooks that it names.",
                      default: true,
                    },
                  ),
                ),
              },
              {
                ...closed,
                description: "What the plugin is allowed of what it asks for; what is not named is allowed.",
              },
            ),
          ),
        },
        { ...closed },
      ),
      {
        title: "Plugins",
        description: "Settings by the plugin's package name.",
        default: {},
        additionalProperties: false,
      },
    ),
    pluginRegistry: PluginRegistrySchema,
    sessions: Type.Object(
      {
        idleMinutes: Type.Integer({
          title: "End when idle",
          description:
            "Minutes without use after which a session ends. What a page asks by itself is no use; pictures that flow are.",
          minimum: 5,
          maximum: 43_200,
          default: 720,
        }),
        maxHours: Type.Integer({
          title: "End at the latest",
          description: "Hours after log-in at which a session ends whatever happens.",
          minimum: 1,
          maximum: 8_760,
          default: 168,
        }),
      },
      { ...closed, default: {}, description: "Sessions of signed-in people." },
    ),
    audit: Type.Object(
      {
        keepDays: Type.Integer({
          title: "Keep for",
          description:
            "Days that entries of the audit log are kept, a day more at most. The oldest also go when there are a million.",
          minimum: 30,
          maximum: 3_650,
          default: 730,
        }),
      },
      { ...closed, default: {}, description: "The audit log." },
    ),
    logins: Type.Array(LoginConfigSchema, {
      title: "Log-in by plugins",
      description:
        "Login providers that are asked for names without an account of the recorder's own, in this order.",
      maxItems: 16,
      default: [],
    }),
    log: Type.Object(
      {
        level: Type.Enum(LOG_LEVELS, {
          title: "Detail",
          description:
            "Least important lines that are written, by all processes; in force at once. `--log-level` and NIGHTJAR_LOG_LEVEL go before it.",
          default: "notice",
        }),
      },
      { ...closed, default: {}, description: "The log." },
    ),
    firstRun: Type.Object(
      {
        demoRemoved: Type.Boolean({
          title: "Demo camera removed",
          description: "True once the demo camera was offered and removed; it does not come back by itself.",
          default: false,
        }),
        wizardDone: Type.Boolean({
          title: "Wizard done",
          description: "True once the first-run wizard was finished.",
          default: false,
        }),
        wizardStep: Type.Enum(["zone", "storage", "camera"] as const, {
          title: "Step of the wizard",
          description: "Where the first-run wizard stands, in whichever browser it is gone on with.",
          default: "zone",
        }),
      },
      { ...closed, default: {}, description: "What has been done once and is not done again." },
    ),
  },
  { ...closed, title: "Nightjar", description: "Configuration of a Nightjar recorder." },
);

/** The whole configuration, with every default filled in. */
export type Config = Static<typeof ConfigSchema>;
export { type VolumeConfig, VolumeConfigSchema };
