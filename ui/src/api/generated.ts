// Written by scripts/write-docs.ts from the API's own description (/api/v1/openapi.json): change the code, not this file.
// What each operation takes and answers; ui/src/api/client.ts makes calls of it.

export type Problem = {
  /** urn:nightjar:error: and the code. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** Stable name of the problem: docs/reference/errors.md. */
  readonly code: string;
  /** What is wrong and what to do, for people. */
  readonly detail: string;
  /** Plain facts of `detail`, to say it in other languages; `case` tells apart what a code stands for. */
  readonly context?: Readonly<Record<string, string | number>>;
  /** Places in the request that are wrong. */
  readonly errors?: readonly {
    /** JSON pointer. */
    readonly path: string;
    readonly message: string;
    /** Which rule is broken, to say it in other languages. */
    readonly rule?: string;
    /** What the rule names. */
    readonly bound?: string;
  }[];
};

export type Camera = {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly enabled: boolean;
  /** Settings of the driver. Secrets are left out; `passwordSet` says that there is one. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What is recorded of the camera and how long it is kept. */
  readonly record: {
    /** `continuous`: always; `event`: while an event that records it goes on; `manual`: only while somebody asks for it; `off`: never, not even by hand. */
    readonly mode: "continuous" | "event" | "manual" | "off";
    /** Which streams of the camera are recorded. */
    readonly streams: "main" | "sub" | "both";
    /** Record the sound as well. Off until the owner switches it on: recording speech is often unlawful. */
    readonly audio: boolean;
    /** Seconds before an event (or before a manual recording was asked for) that are kept, 0 to 60. */
    readonly preRecordSeconds: number;
    /** Seconds after the end of an event that are recorded, 0 to 600. Without: 5. */
    readonly postRecordSeconds?: number;
    /** Events that record the camera, or mark what is recorded all the time. Without, or empty: all. */
    readonly eventTypes?: readonly (
      | "motion"
      | "alarm-input"
      | "video-loss"
      | "tamper"
      | "face"
      | "person"
      | "vehicle"
      | "animal"
      | "doorbell"
      | "line-crossing"
      | "intrusion"
      | "region-entrance"
      | "region-exiting"
      | "unattended-baggage"
      | "object-removal"
      | "loitering"
      | "gathering"
      | "fast-moving"
      | "parking"
      | "audio-exception"
      | "scene-change"
      | "defocus"
      | "pir"
      | "thermal-fire"
      | "thermal-smoke"
      | "thermal-temp-prealarm"
      | "thermal-temp"
      | "thermal-temp-diff"
      | "thermal-ship"
      | "pos"
      | "people-count"
      | "heat-map"
      | "queue"
    )[];
    /** Cameras whose events record this one as well as its own do. */
    readonly eventCameras?: readonly string[];
    /** Nominal length of a recording file in seconds, 10 to 300; files are cut at key frames. */
    readonly segmentSeconds: number;
    /** Recordings older than this many days are deleted; null keeps them until the space is needed. */
    readonly retentionDays: number | null;
    /** Bytes that this camera's recordings may take, oldest deleted first; null is unlimited. */
    readonly quotaBytes: number | null;
  };
  readonly state: {
    readonly status: "connecting" | "online" | "degraded" | "offline" | "disabled";
    /** For people: what is wrong and what to do. */
    readonly reason?: string;
    /** Stable name of the fault. */
    readonly code?: string;
    /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
    readonly context?: Readonly<Record<string, string | number>>;
    /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
    readonly since: string;
    /** What is not as wished though it works. */
    readonly note?: string;
  };
  readonly streams: readonly {
    readonly stream: "main" | "sub";
    readonly state?: {
      readonly status: "connecting" | "online" | "degraded" | "offline" | "disabled";
      /** For people: what is wrong and what to do. */
      readonly reason?: string;
      /** Stable name of the fault. */
      readonly code?: string;
      /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
      readonly context?: Readonly<Record<string, string | number>>;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly since: string;
      /** What is not as wished though it works. */
      readonly note?: string;
    };
    /** What the stream sends, as core/media/live-wire.ts has it. */
    readonly format?: {
      readonly formatId: number;
      readonly video?: {
        /** As browsers name it: `avc1.64001f`. */
        readonly codec: string;
        readonly width: number;
        readonly height: number;
        /** The decoder's configuration, base 64. */
        readonly description: string;
        readonly frameRate?: number;
      };
      readonly audio?: {
        readonly codec: string;
        readonly sampleRate: number;
        readonly channels: number;
        readonly description?: string;
        readonly note?: string;
      };
    };
    readonly figures?: {
      readonly bitrateKbps: number;
      readonly framesPerSecond: number;
      readonly packetsLost: number;
      /** How the camera's packets come. */
      readonly transport?: "tcp" | "udp" | "tls";
    };
  }[];
  readonly recording: {
    readonly active: boolean;
    readonly reasons: readonly (
      | "continuous"
      | "manual"
      | "event"
      | "motion"
      | "alarm"
      | "motion-or-alarm"
      | "motion-and-alarm"
      | "pos"
    )[];
    readonly problem?: string;
  };
};

export type CameraDriver = {
  readonly id: string;
  readonly displayName: string;
  /** It takes part in `POST /cameras/search`. */
  readonly canSearch: boolean;
  readonly configSchema: unknown;
  readonly catalogue?: readonly {
    readonly brand: string;
    readonly mainPath: string;
    readonly subPath?: string;
    /** Where the brand does not use 554. */
    readonly port?: number;
    readonly notes?: string;
  }[];
};

export type ProbeAnswer = {
  readonly ok: true;
  readonly video: {
    readonly codec: string;
    readonly width: number;
    readonly height: number;
    readonly frameRate?: number;
  };
  readonly audio?: { readonly codec: string; readonly sampleRate: number; readonly note?: string };
  readonly transport: string;
  readonly bitrateKbps: number;
  /** A data: URL of a JPEG. */
  readonly picture?: string;
};

export type RecordingsPage = {
  readonly segments: readonly {
    readonly id: string;
    readonly stream: "main" | "sub";
    /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
    readonly start: string;
    /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
    readonly end: string;
    readonly sizeBytes: number;
    readonly reasons: readonly (
      | "continuous"
      | "manual"
      | "event"
      | "motion"
      | "alarm"
      | "motion-or-alarm"
      | "motion-and-alarm"
      | "pos"
    )[];
    readonly locked: boolean;
    /** SHA-256 that the file carries, in hexadecimal: of its bytes from 236 up to its last box (docs/design/recording-format.md). */
    readonly sha256?: string;
  }[];
  readonly gaps: readonly {
    /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
    readonly start: string;
    /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
    readonly end: string;
    readonly reason: string;
  }[];
  /** Cursor of the next page. */
  readonly next?: string;
};

export type RangeLock = {
  /** Closed files that touch the range and are now locked, or unlocked. */
  readonly files: number;
  /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
  readonly start?: string;
  /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
  readonly end?: string;
  /** The range reaches into the file that is being written, which can be locked once it is closed. */
  readonly growing: boolean;
};

export type Coverage = {
  readonly cameras: readonly {
    readonly camera: string;
    readonly stream: "main" | "sub";
    readonly spans: readonly {
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly start: string;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly end: string;
      readonly reasons: readonly (
        | "continuous"
        | "manual"
        | "event"
        | "motion"
        | "alarm"
        | "motion-or-alarm"
        | "motion-and-alarm"
        | "pos"
      )[];
    }[];
    /** Whether a file is being written now: the last span gets longer. */
    readonly growing: boolean;
    readonly holes: readonly {
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly start: string;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly end: string;
      readonly packets: number;
    }[];
    /** What is kept from deletion. */
    readonly locked: readonly {
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly start: string;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly end: string;
    }[];
  }[];
};

export type Calendar = {
  readonly timeZone: string;
  readonly days: readonly {
    /** A day in the recorder's time zone, yyyy-mm-dd. */
    readonly date: string;
    readonly cameras: readonly string[];
    readonly reasons: readonly (
      | "continuous"
      | "manual"
      | "event"
      | "motion"
      | "alarm"
      | "motion-or-alarm"
      | "motion-and-alarm"
      | "pos"
    )[];
  }[];
};

export type Status = {
  readonly version: string;
  /** Name of this recorder. */
  readonly node: string;
  readonly uptimeSeconds: number;
  readonly timeZone: string;
  /** Where live pictures for other programs are served; absent while they are not. */
  readonly rtsp?: { readonly host: string; readonly port: number };
  /** Where they are served over TLS; absent while they are not. */
  readonly rtsps?: { readonly host: string; readonly port: number };
  readonly processes: readonly {
    readonly name: string;
    readonly status: string;
    readonly pid?: number;
    readonly restarts: number;
    readonly uptimeSeconds?: number;
    readonly message?: string;
    /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
    readonly context?: Readonly<Record<string, string | number>>;
    /** Memory. */
    readonly rssBytes?: number;
    readonly cpuSeconds?: number;
    /** Share of one processor core of late. */
    readonly cpuShare?: number;
    /** How late its event loop was in the last minute, at most. */
    readonly loopDelayMs?: number;
  }[];
  readonly volumes: readonly Volume[];
  /** Where the recorder listens now; why not elsewhere stands among the problems. */
  readonly ports?: readonly {
    /** `http`, `https`, `rtsp` or `rtsps`. */
    readonly kind: string;
    readonly host: string;
    readonly port: number;
  }[];
  readonly cameras: { readonly total: number; readonly online: number; readonly recording: number };
  readonly problems: readonly {
    readonly code: string;
    readonly severity: "notice" | "warning" | "error";
    readonly message: string;
    /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
    readonly context?: Readonly<Record<string, string | number>>;
    /** What is concerned: a camera, volume or plugin by name. */
    readonly subject?: string;
    /** Id of the camera that is concerned. */
    readonly camera?: string;
    /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
    readonly since?: string;
  }[];
  /** The kinds of events that the bell tells of, and those that the bar on every page does. */
  readonly told?: { readonly bell: readonly string[]; readonly bar: readonly string[] };
};

export type Volume = {
  readonly id: string;
  readonly path: string;
  readonly status: string;
  readonly message?: string;
  /** Stable name of what is wrong. */
  readonly code?: string;
  /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
  readonly context?: Readonly<Record<string, string | number>>;
  readonly freeBytes?: number;
  readonly totalBytes?: number;
  readonly usedBytes?: number;
  /** Longest sync of the last minute: what a power failure costs beyond five seconds. */
  readonly syncMs?: number;
};

export type Event = {
  readonly id: number;
  /** Of the catalogue: `GET /event-types`. */
  readonly type: string;
  readonly group?: "basic" | "smart" | "thermal" | "pos" | "analysis" | "exception";
  readonly severity: "info" | "warning" | "alarm";
  /** Absent: of the recorder itself. */
  readonly camera?: string;
  /** The detector's rule. */
  readonly rule?: string;
  /** What reported it. */
  readonly source: string;
  /** What it is about where that is no camera. */
  readonly subject?: string;
  /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
  readonly start: string;
  /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
  readonly end?: string;
  /** Why it ended otherwise than by its reporter's word. */
  readonly endReason?: "too-long" | "disarmed" | "restarted" | "crowded-out";
  /** When it was last reported. */
  readonly last?: string;
  /** 0 to 1. */
  readonly score?: number;
  /** What was seen, the surest first. */
  readonly objects: readonly {
    /** `person`, `car` … */
    readonly class: string;
    /** 0 to 1. */
    readonly score: number;
    /** Fractions of the picture, from its upper left corner. */
    readonly box?: {
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
    };
    /** When it was in its box: `GET /cameras/:id/snapshot.jpg?at=` shows it there. */
    readonly at?: string;
    /** The same while it is held to be the same object. */
    readonly track?: string;
    /** The way that what has a track took, at most 64 points, of all objects of an event 256: milliseconds after the event's `start`, then where the middle of its box was, x and y as fractions of the picture from its upper left corner. */
    readonly path?: readonly (readonly number[])[];
  }[];
  /** Moments that show it, the newest first: `GET /cameras/:id/snapshot.jpg?at=`. */
  readonly pictures: readonly string[];
  /** Who has seen it. */
  readonly acknowledged?: {
    /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
    readonly at: string;
    readonly by: string;
    readonly note: string;
  };
  /** What was done because of it. */
  readonly actions?: readonly {
    /** Id of the linkage rule. */
    readonly rule: string;
    readonly action: string;
    /** `expired`: it would have been too late; `dropped`: too many waited; `disarmed`: an alarm input kept it from being done. */
    readonly status: "done" | "failed" | "expired" | "dropped" | "disarmed";
    /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
    readonly at: string;
    readonly attempts: number;
    /** For people: what was done, or why not. */
    readonly note?: string;
    readonly code?: string;
    /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
    readonly context?: Readonly<Record<string, string | number>>;
    /** Pictures that were kept: `GET /events/:event/captures/:file`. */
    readonly captures?: readonly {
      readonly file: number;
      readonly camera: string;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly at: string;
    }[];
  }[];
  readonly detail: Readonly<Record<string, unknown>>;
  /** Rises with every change of any event. */
  readonly revision: number;
};

export type EventsPage = {
  readonly events: readonly Event[];
  /** Cursor of the next page. */
  readonly next?: string;
};

export type Explanation = {
  readonly camera: string;
  /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
  readonly at: string;
  /** The moment is now: states are those of now. */
  readonly now: boolean;
  readonly recording: {
    /** `ok`: nothing against it; `no`: this speaks against it; `unknown`: not known (any more), or not for this account. */
    readonly state: "ok" | "no" | "unknown";
    /** Key of the sentence. */
    readonly code: string;
    /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
    readonly context?: Readonly<Record<string, string | number>>;
    /** The sentence in English, times in the recorder's zone. */
    readonly message: string;
  };
  readonly alarm: {
    /** `ok`: nothing against it; `no`: this speaks against it; `unknown`: not known (any more), or not for this account. */
    readonly state: "ok" | "no" | "unknown";
    /** Key of the sentence. */
    readonly code: string;
    /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
    readonly context?: Readonly<Record<string, string | number>>;
    /** The sentence in English, times in the recorder's zone. */
    readonly message: string;
  };
  /** In a fixed order. */
  readonly steps: readonly {
    readonly step:
      | "camera"
      | "connection"
      | "wanted"
      | "storage"
      | "recorded"
      | "detection"
      | "rule"
      | "armed"
      | "linked"
      | "event"
      | "actions"
      | "rest";
    /** `ok`: nothing against it; `no`: this speaks against it; `unknown`: not known (any more), or not for this account. */
    readonly state: "ok" | "no" | "unknown";
    /** Key of the sentence. */
    readonly code: string;
    /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
    readonly context?: Readonly<Record<string, string | number>>;
    /** The sentence in English, times in the recorder's zone. */
    readonly message: string;
    readonly notes: readonly {
      /** Key of the sentence. */
      readonly code: string;
      /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
      readonly context?: Readonly<Record<string, string | number>>;
      /** The sentence in English, times in the recorder's zone. */
      readonly message: string;
    }[];
    /** It goes by the settings of today: those of then are not kept. */
    readonly todaysSettings?: boolean;
    /** Where the setting or the evidence lies. */
    readonly link?: {
      readonly page: "camera" | "detection" | "storage" | "events" | "linkage" | "playback";
      readonly camera?: string;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly at?: string;
    };
  }[];
};

export type Plugins = {
  readonly plugins: readonly {
    readonly name: string;
    readonly displayName: string;
    readonly version: string;
    readonly kind: string;
    readonly status: "running" | "restarting" | "quarantined" | "disabled" | "failed" | "refused";
    /** Why it does not run. */
    readonly reason?: string;
    /** Stable name of the reason. */
    readonly code?: string;
    /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
    readonly context?: Readonly<Record<string, string | number>>;
    /** Failures since Nightjar started. */
    readonly errors: number;
    /** Where it runs: with the recorder, or by itself. */
    readonly isolation?: "inline" | "process";
    /** It came with Nightjar. */
    readonly bundled?: boolean;
    /** It has a page of its own, for accounts with this right. */
    readonly page?: { readonly permission: string };
    readonly description?: string;
    readonly homepage?: string;
    /** It was installed here, and can be updated and removed. */
    readonly installed?: boolean;
    /** What Node its package wants, where this is another: it may not work. */
    readonly nodeWanted?: string;
    /** `GET /plugins/icon` has a picture of it. */
    readonly hasIcon?: boolean;
    /** Its package has a schema of settings. */
    readonly hasSettings?: boolean;
    /** What it registered: `camera-driver:rtsp`. */
    readonly provides?: readonly string[];
    /** Calls into it since Nightjar started. */
    readonly calls?: number;
    /** Milliseconds that these took together. */
    readonly callMs?: number;
    /** Of one that runs with the recorder: the longest that a call kept the recorder's loop, until the plugin first waited. */
    readonly loopHoldMs?: number;
    /** The newest of its errors, also while it runs on. */
    readonly lastFault?: {
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly time: string;
      readonly reason: string;
      readonly code: string;
      /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
      readonly context?: Readonly<Record<string, string | number>>;
    };
    readonly restarts?: number;
    readonly health?: {
      readonly rssBytes: number;
      readonly cpuSeconds: number;
      readonly eventLoopP99Ms: number;
    };
    /** How its process is walled in, strongest first. */
    readonly confinement?: "bubblewrap" | "namespaces" | "node" | "process";
    /** Who holds its process to its memory and processor: the kernel by a control group, or the recorder, which looks every second. */
    readonly bounds?: "control-group" | "watch";
    /** What it asks to be allowed; hosts are what it says that it talks to. */
    readonly permissions?: {
      readonly network: boolean | readonly string[];
      /** Topics of its own over MQTT. */
      readonly mqtt?: true;
      /** Topics of others over MQTT. */
      readonly mqttTopics?: { readonly publish: readonly string[]; readonly subscribe: readonly string[] };
      /** Which accounts may see the events that it is called for. */
      readonly accounts?: true;
      /** Hooks by which it decides: what is recorded, who may look. */
      readonly hooks?: readonly (
        | "recordingPlan"
        | "placementPlan"
        | "beforeEvict"
        | "beforePlayback"
        | "beforeAlarm"
        | "alarm"
        | "posTransaction"
      )[];
    };
    /** What it asks for one by one, and what its owner says to each. */
    readonly asks?: readonly {
      readonly permission:
        | "network"
        | "mqtt"
        | "mqttTopics"
        | "accounts"
        | "recordingPlan"
        | "placementPlan"
        | "beforeEvict"
        | "beforePlayback"
        | "beforeAlarm"
        | "alarm"
        | "posTransaction";
      /** Whom it says that it talks to. */
      readonly hosts?: readonly string[];
      /** Topics of others over MQTT. */
      readonly topics?: { readonly publish: readonly string[]; readonly subscribe: readonly string[] };
      readonly granted: boolean;
    }[];
    /** Whether its process has the network, or why not. */
    readonly network?: "granted" | "unasked" | "withheld";
  }[];
};

export type PluginSettings = {
  readonly name: string;
  readonly enabled: boolean;
  /** JSON Schema of the settings. Absent: the package has none, and only the plugin checks them. */
  readonly schema?: Readonly<Record<string, unknown>>;
  /** The settings, without secrets. */
  readonly config: Readonly<Record<string, unknown>>;
  /** JSON pointers of the secrets that are kept. */
  readonly secretsSet: readonly string[];
};

export type PluginJob = {
  readonly id: string;
  readonly action: "install" | "update" | "remove";
  readonly source?: string;
  /** The plugin's name, once it is known. */
  readonly name?: string;
  /** failed: nothing was changed. undone: it did not work, and all is as it was before. */
  readonly status: "waiting" | "running" | "done" | "failed" | "undone";
  readonly createdAt: string;
  readonly endedAt?: string;
  /** The newest lines of what was done. */
  readonly lines: readonly string[];
  /** How many older lines are not kept. */
  readonly linesLeftOut: number;
  /** Why it failed or was undone. */
  readonly reason?: string;
  /** The stable code of that. */
  readonly code?: string;
  /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
  readonly context?: Readonly<Record<string, string | number>>;
  /** Installed in the end. */
  readonly version?: string;
  readonly previousVersion?: string;
  /** What it asks to be allowed. */
  readonly permissions?: {
    readonly network: boolean | readonly string[];
    readonly hooks?: readonly (
      | "recordingPlan"
      | "placementPlan"
      | "beforeEvict"
      | "beforePlayback"
      | "beforeAlarm"
      | "alarm"
      | "posTransaction"
    )[];
    readonly mqtt?: true;
    /** Topics of others over MQTT. */
    readonly mqttTopics?: { readonly publish: readonly string[]; readonly subscribe: readonly string[] };
    readonly accounts?: true;
  };
  /** With NJ_PLUGIN_SCRIPTS: packages whose install scripts were not consented to. */
  readonly scripts?: readonly { readonly name: string; readonly version: string }[];
};

export type Receipt = {
  readonly id: number;
  readonly till: string;
  /** What the till is called now; its id where there is none any more. */
  readonly name: string;
  /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
  readonly start: string;
  /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
  readonly end: string;
  /** Absent: it goes on. */
  readonly endedBy?: "end" | "next" | "pause" | "too-long" | "restarted" | "switched-off";
  /** In the currency's smallest unit. */
  readonly totalMinor?: number;
  /** Figures of `totalMinor` behind the point. */
  readonly decimals: number;
  /** The till's own number of it. */
  readonly number?: string;
  readonly cameras: readonly string[];
  readonly lines: readonly {
    /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
    readonly time: string;
    readonly text: string;
  }[];
};

export type ReceiptsPage = {
  readonly receipts: readonly Receipt[];
  /** Where the next page begins. Absent: this is the last. */
  readonly next?: string;
};

export type Tills = {
  readonly tills: readonly {
    readonly id: string;
    readonly name: string;
    readonly enabled: boolean;
    /** Cameras that look at it, those that the caller may see. */
    readonly cameras: readonly string[];
    readonly status: "off" | "waiting" | "connected" | "failed";
    /** What is wrong with its connection. */
    readonly reason?: string;
    /** The port that is listened on. */
    readonly port?: number;
    /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
    readonly lastLine?: string;
    /** Lines that came faster than they can be kept. */
    readonly lostLines: number;
    /** Why its lines are not read. */
    readonly parserReason?: string;
  }[];
};

/** Method and path below /api/v1 → what goes in and comes out. */
export interface Operations {
  /** What a page must know before anybody has signed in. */
  readonly "GET /setup": {
    readonly answer: {
      readonly activated: boolean;
      readonly product: string;
      readonly version: string;
      readonly timeZone: string;
      /** The demo camera is there. */
      readonly demo: boolean;
    };
  };
  /** Makes the first administrator with the one-time code from the console, and signs in. */
  readonly "POST /activate": {
    readonly body: { readonly code: string; readonly username: string; readonly password: string };
    readonly answer: {
      readonly token: string;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly expiresAt: string;
    };
  };
  /** Who asks, and what they may do: an account, or a program with an API token of one. */
  readonly "GET /session": {
    readonly answer: {
      readonly user: { readonly name: string; readonly role: "administrator" | "operator" | "viewer" };
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly expiresAt: string;
      readonly rights: readonly string[];
      readonly cameras: "all" | readonly string[];
      /** By camera, where fewer of the rights hold: those that are left. */
      readonly cameraRights: Readonly<Record<string, readonly string[]>>;
      /** The API token that was asked with, if one was. */
      readonly token?: { readonly id: string; readonly name: string; readonly expiresAt: string | "never" };
    };
  };
  /** Signs in; the token serves programs, the cookie browsers. */
  readonly "POST /session": {
    readonly body: {
      readonly username: string;
      readonly password: string;
      /** Six figures of the authenticator app, or a recovery code. */
      readonly code?: string;
    };
    readonly answer: {
      readonly token: string;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly expiresAt: string;
    };
  };
  /** Signs out: session, tickets and open streams end. */
  readonly "DELETE /session": { readonly answer: undefined };
  /** Changes the own password; all other sessions of the account end, its API tokens where that is asked for. */
  readonly "PUT /session/password": {
    readonly body: { readonly current: string; readonly password: string; readonly endTokens?: boolean };
    readonly answer: undefined;
  };
  /** Whether the own account signs in with a code, and how many recovery codes are left. */
  readonly "GET /session/second-factor": {
    readonly answer:
      | { readonly on: false }
      | {
          readonly on: true;
          /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
          readonly since: string;
          readonly recoveryCodesLeft: number;
        };
  };
  /** Begins to set up the own second factor: gives the secret for an authenticator app, this once. */
  readonly "POST /session/second-factor": {
    readonly body: { readonly password: string };
    readonly answer: {
      /** otpauth://…, for a QR code. */
      readonly uri: string;
      /** The same secret in base 32, for typing. */
      readonly secret: string;
    };
  };
  /** Switches the own second factor off, with password and code. */
  readonly "DELETE /session/second-factor": {
    readonly body: {
      readonly password: string;
      /** Six figures of the authenticator app, or a recovery code. */
      readonly code: string;
    };
    readonly answer: undefined;
  };
  /** Switches the own second factor on by a first code; gives the recovery codes, this once. The account's other sessions end. */
  readonly "POST /session/second-factor/confirm": {
    readonly body: {
      /** Six figures of the authenticator app, or a recovery code. */
      readonly code: string;
    };
    readonly answer: { readonly recoveryCodes: readonly string[] };
  };
  /** Gives new recovery codes, this once, in place of all old ones; with password and code. */
  readonly "POST /session/second-factor/recovery-codes": {
    readonly body: {
      readonly password: string;
      /** Six figures of the authenticator app, or a recovery code. */
      readonly code: string;
    };
    readonly answer: { readonly recoveryCodes: readonly string[] };
  };
  /** The own sessions, the one used last first. */
  readonly "GET /sessions": {
    readonly answer: {
      readonly sessions: readonly {
        /** Names the session; opens nothing. */
        readonly id: string;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly createdAt: string;
        /** To the minute. */
        readonly lastSeenAt: string;
        /** When it ends unless it is used. */
        readonly expiresAt: string;
        /** Where it was opened from. */
        readonly address: string;
        /** By what the program says of itself: Firefox 128, curl 8.5. */
        readonly program: string;
        readonly system?: string;
        readonly userAgent: string;
        /** It is the one that asks. */
        readonly current: boolean;
      }[];
    };
  };
  /** Ends all own sessions but the one that asks. */
  readonly "DELETE /sessions": { readonly answer: { readonly ended: number } };
  /** Ends one of the own sessions. */
  readonly "DELETE /sessions/{id}": { readonly path: { readonly id: string }; readonly answer: undefined };
  /** The sessions of an account. */
  readonly "GET /users/{name}/sessions": {
    readonly path: { readonly name: string };
    readonly answer: {
      readonly sessions: readonly {
        /** Names the session; opens nothing. */
        readonly id: string;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly createdAt: string;
        /** To the minute. */
        readonly lastSeenAt: string;
        /** When it ends unless it is used. */
        readonly expiresAt: string;
        /** Where it was opened from. */
        readonly address: string;
        /** By what the program says of itself: Firefox 128, curl 8.5. */
        readonly program: string;
        readonly system?: string;
        readonly userAgent: string;
        /** It is the one that asks. */
        readonly current: boolean;
      }[];
    };
  };
  /** Ends all sessions of an account, but for the one that asks. */
  readonly "DELETE /users/{name}/sessions": {
    readonly path: { readonly name: string };
    readonly answer: { readonly ended: number };
  };
  /** Ends a session of an account. */
  readonly "DELETE /users/{name}/sessions/{id}": {
    readonly path: { readonly name: string; readonly id: string };
    readonly answer: undefined;
  };
  /** The own API tokens, newest first, also those that ran out in the last 30 days. */
  readonly "GET /tokens": {
    readonly answer: {
      readonly tokens: readonly {
        /** Names the token; opens nothing. */
        readonly id: string;
        readonly user: string;
        readonly name: string;
        /** At each moment only those of them hold that the account has itself. */
        readonly rights: readonly string[];
        /** `all` that the account sees at the moment of a request, or the ids of cameras. */
        readonly cameras: "all" | readonly string[];
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly createdAt: string;
        readonly expiresAt: string | "never";
        readonly expired: boolean;
        /** To the minute. */
        readonly lastUsedAt?: string;
        readonly lastAddress?: string;
      }[];
    };
  };
  /** Makes an API token, with the own password once more; gives its secret, this once. */
  readonly "POST /tokens": {
    readonly body: {
      /** What uses it. */
      readonly name: string;
      readonly rights: readonly (
        | "live"
        | "playback"
        | "snapshot"
        | "export"
        | "cameras.view"
        | "recordings.manual"
        | "recordings.lock"
        | "ptz"
        | "events.view"
        | "events.acknowledge"
        | "status.view"
        | "system.view"
        | "metrics.view"
        | "settings.view"
        | "settings.edit"
        | "cameras.edit"
        | "users.manage"
        | "arming.set"
        | "outputs.set"
        | "inputs.set"
        | "audit.view"
        | "diagnostics.view"
        | "flows.view"
        | "flows.edit"
        | "linkage.run"
        | "mqtt.connect"
        | "mqtt.other-topics"
      )[];
      /** `all` that the account sees at the moment of a request, or the ids of cameras. */
      readonly cameras: "all" | readonly string[];
      readonly expiresAt: string | "never";
      /** The password of the account that asks. */
      readonly current: string;
      /** Six figures of the authenticator app, or a recovery code. */
      readonly code?: string;
    };
    readonly answer: {
      /** For `Authorization: Bearer`. It is not shown again. */
      readonly secret: string;
      readonly token: {
        /** Names the token; opens nothing. */
        readonly id: string;
        readonly user: string;
        readonly name: string;
        /** At each moment only those of them hold that the account has itself. */
        readonly rights: readonly string[];
        /** `all` that the account sees at the moment of a request, or the ids of cameras. */
        readonly cameras: "all" | readonly string[];
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly createdAt: string;
        readonly expiresAt: string | "never";
        readonly expired: boolean;
        /** To the minute. */
        readonly lastUsedAt?: string;
        readonly lastAddress?: string;
      };
    };
  };
  /** Revokes one of the own API tokens; what programs have open with it ends. */
  readonly "DELETE /tokens/{id}": { readonly path: { readonly id: string }; readonly answer: undefined };
  /** The API tokens of all accounts. */
  readonly "GET /users/tokens": {
    readonly answer: {
      readonly tokens: readonly {
        /** Names the token; opens nothing. */
        readonly id: string;
        readonly user: string;
        readonly name: string;
        /** At each moment only those of them hold that the account has itself. */
        readonly rights: readonly string[];
        /** `all` that the account sees at the moment of a request, or the ids of cameras. */
        readonly cameras: "all" | readonly string[];
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly createdAt: string;
        readonly expiresAt: string | "never";
        readonly expired: boolean;
        /** To the minute. */
        readonly lastUsedAt?: string;
        readonly lastAddress?: string;
      }[];
    };
  };
  /** The API tokens of an account. */
  readonly "GET /users/{name}/tokens": {
    readonly path: { readonly name: string };
    readonly answer: {
      readonly tokens: readonly {
        /** Names the token; opens nothing. */
        readonly id: string;
        readonly user: string;
        readonly name: string;
        /** At each moment only those of them hold that the account has itself. */
        readonly rights: readonly string[];
        /** `all` that the account sees at the moment of a request, or the ids of cameras. */
        readonly cameras: "all" | readonly string[];
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly createdAt: string;
        readonly expiresAt: string | "never";
        readonly expired: boolean;
        /** To the minute. */
        readonly lastUsedAt?: string;
        readonly lastAddress?: string;
      }[];
    };
  };
  /** Revokes an API token of an account. */
  readonly "DELETE /users/{name}/tokens/{id}": {
    readonly path: { readonly name: string; readonly id: string };
    readonly answer: undefined;
  };
  /** The own account's stream passwords, without the passwords. */
  readonly "GET /session/stream-passwords": {
    readonly answer: {
      readonly streamPasswords: readonly {
        readonly id: string;
        /** What its owner calls it: the program that uses it. */
        readonly label: string;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly createdAt: string;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly lastUsedAt?: string;
      }[];
    };
  };
  /** Makes a stream password for the own account, with the account's password; gives it this once. */
  readonly "POST /session/stream-passwords": {
    readonly body: {
      /** The account's own password. */
      readonly password: string;
      readonly label: string;
    };
    readonly answer: {
      readonly id: string;
      /** What its owner calls it: the program that uses it. */
      readonly label: string;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly createdAt: string;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly lastUsedAt?: string;
      readonly username: string;
      /** Shown this once. */
      readonly streamPassword: string;
    };
  };
  /** Revokes one of the own stream passwords: what is watched with it ends. */
  readonly "DELETE /session/stream-passwords/{id}": {
    readonly path: { readonly id: string };
    readonly answer: undefined;
  };
  /** The stream passwords of all accounts, without the passwords. */
  readonly "GET /users/stream-passwords": {
    readonly answer: {
      readonly streamPasswords: readonly {
        readonly id: string;
        /** What its owner calls it: the program that uses it. */
        readonly label: string;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly createdAt: string;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly lastUsedAt?: string;
        readonly user: string;
      }[];
    };
  };
  /** An account's stream passwords, without the passwords. */
  readonly "GET /users/{name}/stream-passwords": {
    readonly path: { readonly name: string };
    readonly answer: {
      readonly streamPasswords: readonly {
        readonly id: string;
        /** What its owner calls it: the program that uses it. */
        readonly label: string;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly createdAt: string;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly lastUsedAt?: string;
      }[];
    };
  };
  /** Revokes a stream password of an account: what is watched with it ends. */
  readonly "DELETE /users/{name}/stream-passwords/{id}": {
    readonly path: { readonly name: string; readonly id: string };
    readonly answer: undefined;
  };
  /** All accounts. */
  readonly "GET /users": {
    readonly answer: {
      readonly users: readonly {
        readonly name: string;
        readonly role: "administrator" | "operator" | "viewer";
        readonly enabled: boolean;
        /** Cameras that the account may see: `all`, or their ids, each with what it may do if that is less than the role. Administrators see all. */
        readonly cameras:
          | "all"
          | readonly (
              | string
              | {
                  readonly id: string;
                  readonly rights: readonly (
                    | "live"
                    | "playback"
                    | "snapshot"
                    | "export"
                    | "recordings.manual"
                    | "recordings.lock"
                    | "ptz"
                    | "events.view"
                    | "events.acknowledge"
                  )[];
                }
            )[];
        /** Signs in with a one-time code besides the password. */
        readonly secondFactor: boolean;
        /** Login provider that knows the account, `<package>/<id>`; absent: its password is the recorder's own. */
        readonly source?: string;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly createdAt: string;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly passwordChangedAt: string;
      }[];
    };
  };
  /** Makes an account. */
  readonly "POST /users": {
    readonly body: {
      readonly name: string;
      readonly role: "administrator" | "operator" | "viewer";
      readonly password: string;
      /** Cameras that the account may see: `all`, or their ids, each with what it may do if that is less than the role. Administrators see all. */
      readonly cameras?:
        | "all"
        | readonly (
            | string
            | {
                readonly id: string;
                readonly rights: readonly (
                  | "live"
                  | "playback"
                  | "snapshot"
                  | "export"
                  | "recordings.manual"
                  | "recordings.lock"
                  | "ptz"
                  | "events.view"
                  | "events.acknowledge"
                )[];
              }
          )[];
    };
    readonly answer: {
      readonly name: string;
      readonly role: "administrator" | "operator" | "viewer";
      readonly enabled: boolean;
      /** Cameras that the account may see: `all`, or their ids, each with what it may do if that is less than the role. Administrators see all. */
      readonly cameras:
        | "all"
        | readonly (
            | string
            | {
                readonly id: string;
                readonly rights: readonly (
                  | "live"
                  | "playback"
                  | "snapshot"
                  | "export"
                  | "recordings.manual"
                  | "recordings.lock"
                  | "ptz"
                  | "events.view"
                  | "events.acknowledge"
                )[];
              }
          )[];
      /** Signs in with a one-time code besides the password. */
      readonly secondFactor: boolean;
      /** Login provider that knows the account, `<package>/<id>`; absent: its password is the recorder's own. */
      readonly source?: string;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly createdAt: string;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly passwordChangedAt: string;
    };
  };
  /** Login providers of plugins: those that config.json has asked, in their order, and the others. */
  readonly "GET /login-providers": {
    readonly answer: {
      readonly providers: readonly {
        /** `<package>/<id>`, as `logins` in config.json names it. */
        readonly source: string;
        readonly displayName?: string;
        /** False: config.json does not name it; it is told nothing. */
        readonly isAsked: boolean;
        /** Why it cannot be asked, or did not answer the last time. */
        readonly reason?: string;
      }[];
    };
  };
  /** Changes role, password, cameras or whether the account may sign in; its sessions end, its API tokens by a new password or when it is disabled. The own password is changed with the present one, as on its own route. */
  readonly "PATCH /users/{name}": {
    readonly path: { readonly name: string };
    readonly body: {
      readonly role?: "administrator" | "operator" | "viewer";
      readonly enabled?: boolean;
      readonly password?: string;
      /** The present password, for a new one of the own account. */
      readonly current?: string;
      /** Cameras that the account may see: `all`, or their ids, each with what it may do if that is less than the role. Administrators see all. */
      readonly cameras?:
        | "all"
        | readonly (
            | string
            | {
                readonly id: string;
                readonly rights: readonly (
                  | "live"
                  | "playback"
                  | "snapshot"
                  | "export"
                  | "recordings.manual"
                  | "recordings.lock"
                  | "ptz"
                  | "events.view"
                  | "events.acknowledge"
                )[];
              }
          )[];
    };
    readonly answer: {
      readonly name: string;
      readonly role: "administrator" | "operator" | "viewer";
      readonly enabled: boolean;
      /** Cameras that the account may see: `all`, or their ids, each with what it may do if that is less than the role. Administrators see all. */
      readonly cameras:
        | "all"
        | readonly (
            | string
            | {
                readonly id: string;
                readonly rights: readonly (
                  | "live"
                  | "playback"
                  | "snapshot"
                  | "export"
                  | "recordings.manual"
                  | "recordings.lock"
                  | "ptz"
                  | "events.view"
                  | "events.acknowledge"
                )[];
              }
          )[];
      /** Signs in with a one-time code besides the password. */
      readonly secondFactor: boolean;
      /** Login provider that knows the account, `<package>/<id>`; absent: its password is the recorder's own. */
      readonly source?: string;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly createdAt: string;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly passwordChangedAt: string;
    };
  };
  /** Removes an account; its sessions and API tokens end. */
  readonly "DELETE /users/{name}": { readonly path: { readonly name: string }; readonly answer: undefined };
  /** Takes the second factor of somebody who lost it away; the account's sessions and API tokens end. */
  readonly "DELETE /users/{name}/second-factor": {
    readonly path: { readonly name: string };
    readonly answer: undefined;
  };
  /** Acts that matter to security, newest first. */
  readonly "GET /audit": {
    readonly query?: {
      readonly user?: string;
      /** Actions, separated by commas. */
      readonly actions?: string;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly start?: string;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly end?: string;
      /** Entries with smaller numbers: the next page. */
      readonly before?: number;
      readonly limit?: number;
    };
    readonly answer: {
      readonly entries: readonly {
        /** Rises by one with each entry. */
        readonly number: number;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly at: string;
        /** Empty for the recorder itself, or a stranger. */
        readonly userName: string;
        /** Empty for the command line. */
        readonly remoteAddress: string;
        readonly action: string;
        readonly camera?: string;
        /** Facts without secrets. `token` and `tokenId` where a program acted with an API token. */
        readonly detail: Readonly<Record<string, unknown>>;
        /** SHA-256 over this entry and the hash of the one before. */
        readonly hash: string;
      }[];
    };
  };
  /** The same as a file, newest first: CSV, or a JSON object a line. At most 100000 entries; the next ones with `before`. */
  readonly "GET /audit/export": {
    readonly query?: {
      readonly user?: string;
      /** Actions, separated by commas. */
      readonly actions?: string;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly start?: string;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly end?: string;
      /** Entries with smaller numbers: the next page. */
      readonly before?: number;
      readonly format?: "csv" | "jsonl";
    };
    readonly answer: Blob;
  };
  /** Where the check of the audit log's chain stands, or how the last one ended. */
  readonly "GET /audit/verify": {
    readonly answer: {
      /** Missing while the check goes on, and before the first. */
      readonly intact?: boolean;
      /** Number of the first entry that does not fit. */
      readonly firstBroken?: number;
      readonly checked: number;
      readonly total: number;
    };
  };
  /** Walks the chain of the audit log and says whether somebody tampered with it. A long one is walked on in the background: ask with GET. One walk is shared by all who ask. */
  readonly "POST /audit/verify": {
    readonly answer: {
      /** Missing while the check goes on, and before the first. */
      readonly intact?: boolean;
      /** Number of the first entry that does not fit. */
      readonly firstBroken?: number;
      readonly checked: number;
      readonly total: number;
    };
  };
  /** The cameras that the account may see, with their state. */
  readonly "GET /cameras": { readonly answer: { readonly cameras: readonly Camera[] } };
  /** Adds a camera. */
  readonly "POST /cameras": {
    readonly body: {
      /** Name of the camera in addresses, files and topics: 1 to 64 of a-z, 0-9 and inner hyphens. Never changes. */
      readonly id?: string;
      /** What people call the camera, 1 to 80 characters. */
      readonly name: string;
      /** Which plugin speaks with the camera: `rtsp`, `demo` … */
      readonly driver: string;
      readonly enabled?: boolean;
      /** Settings of the driver, as its configSchema says; secrets go in here and never come out. */
      readonly config: Readonly<Record<string, unknown>>;
      readonly record?: {
        /** `continuous`: always; `event`: while an event that records it goes on; `manual`: only while somebody asks for it; `off`: never, not even by hand. */
        readonly mode?: "continuous" | "event" | "manual" | "off";
        /** Which streams of the camera are recorded. */
        readonly streams?: "main" | "sub" | "both";
        /** Record the sound as well. Off until the owner switches it on: recording speech is often unlawful. */
        readonly audio?: boolean;
        /** Seconds before an event (or before a manual recording was asked for) that are kept, 0 to 60. */
        readonly preRecordSeconds?: number;
        /** Seconds after the end of an event that are recorded, 0 to 600. Without: 5. */
        readonly postRecordSeconds?: number;
        /** Events that record the camera, or mark what is recorded all the time. Without, or empty: all. */
        readonly eventTypes?: readonly (
          | "motion"
          | "alarm-input"
          | "video-loss"
          | "tamper"
          | "face"
          | "person"
          | "vehicle"
          | "animal"
          | "doorbell"
          | "line-crossing"
          | "intrusion"
          | "region-entrance"
          | "region-exiting"
          | "unattended-baggage"
          | "object-removal"
          | "loitering"
          | "gathering"
          | "fast-moving"
          | "parking"
          | "audio-exception"
          | "scene-change"
          | "defocus"
          | "pir"
          | "thermal-fire"
          | "thermal-smoke"
          | "thermal-temp-prealarm"
          | "thermal-temp"
          | "thermal-temp-diff"
          | "thermal-ship"
          | "pos"
          | "people-count"
          | "heat-map"
          | "queue"
        )[];
        /** Cameras whose events record this one as well as its own do. */
        readonly eventCameras?: readonly string[];
        /** Nominal length of a recording file in seconds, 10 to 300; files are cut at key frames. */
        readonly segmentSeconds?: number;
        /** Recordings older than this many days are deleted; null keeps them until the space is needed. */
        readonly retentionDays?: number | null;
        /** Bytes that this camera's recordings may take, oldest deleted first; null is unlimited. */
        readonly quotaBytes?: number | null;
      };
    };
    readonly answer: Camera;
  };
  /** Connects to a camera once, stores nothing, and answers what it sends, with a picture. */
  readonly "POST /cameras/probe": {
    readonly body: {
      /** Which plugin speaks with the camera: `rtsp`, `demo` … */
      readonly driver: string;
      /** Settings of the driver, as its configSchema says; secrets go in here and never come out. */
      readonly config: Readonly<Record<string, unknown>>;
      /** A camera that is there: secrets that `config` leaves out are taken from it. */
      readonly camera?: string;
    };
    readonly answer: ProbeAnswer;
  };
  /** Searches the network for cameras, five seconds long, and answers what it found; nothing is connected to or added. */
  readonly "POST /cameras/search": {
    readonly answer: {
      readonly found: readonly {
        /** By which it was found, and can be added. */
        readonly driver: string;
        /** What the driver is called. */
        readonly displayName: string;
        readonly address: string;
        /** What the device says of itself, like all that follows. */
        readonly name?: string;
        readonly maker?: string;
        /** Its model. */
        readonly hardware?: string;
        readonly location?: string;
        /** Settings for `POST /cameras`, as far as they are known; user and password are not. */
        readonly config: Readonly<Record<string, string>>;
        /** The camera that it is already. */
        readonly camera?: string;
      }[];
      /** More may have answered than are told. */
      readonly isCut: boolean;
      /** Drivers that could not search, and why. */
      readonly problems: readonly {
        readonly driver: string;
        readonly displayName: string;
        readonly code: string;
        readonly message: string;
      }[];
    };
  };
  /** The kinds of cameras that can be added, with the schema of their settings and known brands. */
  readonly "GET /camera-drivers": { readonly answer: readonly CameraDriver[] };
  /** One camera with its state. */
  readonly "GET /cameras/{id}": { readonly path: { readonly id: string }; readonly answer: Camera };
  /** Changes a camera; secrets that are left out stay, unless another address or account is named. */
  readonly "PATCH /cameras/{id}": {
    readonly path: { readonly id: string };
    readonly body: {
      /** What people call the camera, 1 to 80 characters. */
      readonly name?: string;
      readonly enabled?: boolean;
      /** Settings of the driver, as its configSchema says; secrets go in here and never come out. */
      readonly config?: Readonly<Record<string, unknown>>;
      readonly record?: {
        /** `continuous`: always; `event`: while an event that records it goes on; `manual`: only while somebody asks for it; `off`: never, not even by hand. */
        readonly mode?: "continuous" | "event" | "manual" | "off";
        /** Which streams of the camera are recorded. */
        readonly streams?: "main" | "sub" | "both";
        /** Record the sound as well. Off until the owner switches it on: recording speech is often unlawful. */
        readonly audio?: boolean;
        /** Seconds before an event (or before a manual recording was asked for) that are kept, 0 to 60. */
        readonly preRecordSeconds?: number;
        /** Seconds after the end of an event that are recorded, 0 to 600. Without: 5. */
        readonly postRecordSeconds?: number;
        /** Events that record the camera, or mark what is recorded all the time. Without, or empty: all. */
        readonly eventTypes?: readonly (
          | "motion"
          | "alarm-input"
          | "video-loss"
          | "tamper"
          | "face"
          | "person"
          | "vehicle"
          | "animal"
          | "doorbell"
          | "line-crossing"
          | "intrusion"
          | "region-entrance"
          | "region-exiting"
          | "unattended-baggage"
          | "object-removal"
          | "loitering"
          | "gathering"
          | "fast-moving"
          | "parking"
          | "audio-exception"
          | "scene-change"
          | "defocus"
          | "pir"
          | "thermal-fire"
          | "thermal-smoke"
          | "thermal-temp-prealarm"
          | "thermal-temp"
          | "thermal-temp-diff"
          | "thermal-ship"
          | "pos"
          | "people-count"
          | "heat-map"
          | "queue"
        )[];
        /** Cameras whose events record this one as well as its own do. */
        readonly eventCameras?: readonly string[];
        /** Nominal length of a recording file in seconds, 10 to 300; files are cut at key frames. */
        readonly segmentSeconds?: number;
        /** Recordings older than this many days are deleted; null keeps them until the space is needed. */
        readonly retentionDays?: number | null;
        /** Bytes that this camera's recordings may take, oldest deleted first; null is unlimited. */
        readonly quotaBytes?: number | null;
      };
    };
    readonly answer: Camera;
  };
  /** Removes a camera; its footage stays until its time, or goes at once. */
  readonly "DELETE /cameras/{id}": {
    readonly path: { readonly id: string };
    readonly query?: { readonly footage?: "keep" | "remove" };
    readonly answer: undefined;
  };
  /** Records from now on, until a moment or until stopped. */
  readonly "PUT /cameras/{id}/manual-recording": {
    readonly path: { readonly id: string };
    readonly body: {
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly until?: string;
    };
    readonly answer: undefined;
  };
  /** Stops recording by hand. */
  readonly "DELETE /cameras/{id}/manual-recording": {
    readonly path: { readonly id: string };
    readonly answer: undefined;
  };
  /** Recording files of a camera that touch the range, with their SHA-256 where they carry one, and the gaps between them. */
  readonly "GET /cameras/{id}/recordings": {
    readonly path: { readonly id: string };
    readonly query: {
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly start: string;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly end: string;
      readonly stream?: "main" | "sub";
      readonly cursor?: string;
    };
    readonly answer: RecordingsPage;
  };
  /** Keeps a recording file from being deleted. */
  readonly "PUT /cameras/{id}/recordings/{segment}/lock": {
    readonly path: { readonly id: string; readonly segment: string };
    readonly answer: undefined;
  };
  /** Lets a recording file be deleted again. */
  readonly "DELETE /cameras/{id}/recordings/{segment}/lock": {
    readonly path: { readonly id: string; readonly segment: string };
    readonly answer: undefined;
  };
  /** Keeps all recording files that touch a range, a day at most, from being deleted. */
  readonly "PUT /cameras/{id}/recordings/lock": {
    readonly path: { readonly id: string };
    readonly query: {
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly start: string;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly end: string;
      readonly stream?: "main" | "sub";
    };
    readonly answer: RangeLock;
  };
  /** Lets all recording files that touch a range, a day at most, be deleted again. */
  readonly "DELETE /cameras/{id}/recordings/lock": {
    readonly path: { readonly id: string };
    readonly query: {
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly start: string;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly end: string;
      readonly stream?: "main" | "sub";
    };
    readonly answer: RangeLock;
  };
  /** When the cameras were recorded and why, and where packets were lost: what a timeline draws. */
  readonly "GET /recordings/coverage": {
    readonly query: {
      /** Ids separated by commas; without it all that the account may see. */
      readonly cameras?: string;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly start: string;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly end: string;
      readonly stream?: "main" | "sub";
    };
    readonly answer: Coverage;
  };
  /** The days, in the recorder's time zone, on which something was recorded. */
  readonly "GET /recordings/calendar": {
    readonly query: {
      /** Ids separated by commas; without it all that the account may see. */
      readonly cameras?: string;
      /** A day in the recorder's time zone, yyyy-mm-dd. */
      readonly from: string;
      /** A day in the recorder's time zone, yyyy-mm-dd. */
      readonly to: string;
    };
    readonly answer: Calendar;
  };
  /** All plugins that were found, those refused with the reason, and how each is. */
  readonly "GET /plugins": { readonly answer: Plugins };
  /** What plugins, and what they register, are called in a language. */
  readonly "GET /plugins/words": {
    readonly query: {
      /** As the interface names it: `de`, `de-CH`. */
      readonly language: string;
    };
    readonly answer: {
      /** Only plugins that bring words of the language, and only what they bring. */
      readonly plugins: readonly {
        /** Its package. */
        readonly name: string;
        readonly displayName?: string;
        readonly description?: string;
        /** What that which it registers is called: `pos-parser:text` → name. */
        readonly provides?: Readonly<Record<string, string>>;
        /** The words of what rules say for it: `linkage-action:email` → `/receivers` → title, description. */
        readonly fields?: Readonly<
          Record<string, Readonly<Record<string, { readonly title?: string; readonly description?: string }>>>
        >;
      }[];
    };
  };
  /** Starts a plugin that runs in a process of its own anew, also one that failed too often. */
  readonly "POST /plugins/restart": { readonly body: { readonly name: string }; readonly answer: Plugins };
  /** Enables a plugin, which starts it, or disables it, which ends it. */
  readonly "POST /plugins/enable": {
    readonly body: { readonly name: string; readonly enabled: boolean };
    readonly answer: Plugins;
  };
  /** Allows a plugin something that it asks for, or takes it away, which restarts that plugin alone. */
  readonly "POST /plugins/grants": {
    readonly body: {
      readonly name: string;
      readonly permission:
        | "network"
        | "mqtt"
        | "mqttTopics"
        | "accounts"
        | "recordingPlan"
        | "placementPlan"
        | "beforeEvict"
        | "beforePlayback"
        | "beforeAlarm"
        | "alarm"
        | "posTransaction";
      readonly granted: boolean;
    };
    readonly answer: Plugins;
  };
  /** Puts a plugin that comes with Nightjar into a process of its own, or back, which restarts that plugin alone. All others run in processes of their own. */
  readonly "POST /plugins/isolation": {
    readonly body: { readonly name: string; readonly isolation: "inline" | "process" };
    readonly answer: Plugins;
  };
  /** The picture of a plugin, SVG or PNG. */
  readonly "GET /plugins/icon": { readonly query: { readonly name: string }; readonly answer: Blob };
  /** Opens a plugin's page for this session, if it holds the page's right. The address lasts 12 hours. */
  readonly "POST /plugins/page": {
    readonly body: { readonly name: string };
    readonly answer: {
      /** Below /api/v1, for a sandboxed frame. */
      readonly address: string;
      readonly title: string;
    };
  };
  /** Plugins on the registry, by words or by a whole name. */
  readonly "GET /plugins/search": {
    readonly query?: { readonly text?: string };
    readonly answer: {
      readonly plugins: readonly {
        readonly name: string;
        readonly version: string;
        readonly description: string;
        readonly publisher?: string;
        readonly date?: string;
        readonly links: Readonly<Record<string, string>>;
        /** The version that is installed. */
        readonly installed?: string;
      }[];
    };
  };
  /** Installed plugins of which the registry has a newer version. */
  readonly "GET /plugins/updates": {
    readonly answer: {
      readonly updates: readonly {
        readonly name: string;
        readonly installed: string;
        readonly newest: string;
        /** It can be installed in this Nightjar. */
        readonly fits: boolean;
        /** Why it does not fit. */
        readonly reason?: string;
        /** Stable name of that. */
        readonly code?: string;
        /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
        readonly context?: Readonly<Record<string, string | number>>;
        /** What it asks to be allowed. */
        readonly permissions?: {
          readonly network: boolean | readonly string[];
          readonly hooks?: readonly (
            | "recordingPlan"
            | "placementPlan"
            | "beforeEvict"
            | "beforePlayback"
            | "beforeAlarm"
            | "alarm"
            | "posTransaction"
          )[];
          readonly mqtt?: true;
          /** Topics of others over MQTT. */
          readonly mqttTopics?: {
            readonly publish: readonly string[];
            readonly subscribe: readonly string[];
          };
          readonly accounts?: true;
        };
      }[];
    };
  };
  /** Jobs that install, update or remove plugins, newest first. */
  readonly "GET /plugins/jobs": { readonly answer: { readonly jobs: readonly PluginJob[] } };
  /** Installs, updates or removes a plugin; the job tells how it goes, as does the stream of changes. */
  readonly "POST /plugins/jobs": {
    readonly body: {
      readonly action: "install" | "update" | "remove";
      /** install: a name, name@version, name@tag, or the path of a .tgz file or folder. */
      readonly source?: string;
      /** update, remove: which plugin. */
      readonly name?: string;
      /** Consent to install scripts: all that this needs, or those of these (name@version). */
      readonly allowScripts?: boolean | readonly string[];
    };
    readonly answer: { readonly job: PluginJob };
  };
  /** Takes a plugin's .tgz file, which a job may then install; it is not kept over a restart. */
  readonly "POST /plugins/upload": {
    readonly file: Blob;
    readonly answer: {
      /** What a job installs it by. */
      readonly source: string;
      readonly name: string;
      readonly version: string;
      readonly displayName: string;
      readonly description: string;
      /** What it asks to be allowed. */
      readonly permissions: {
        readonly network: boolean | readonly string[];
        readonly hooks?: readonly (
          | "recordingPlan"
          | "placementPlan"
          | "beforeEvict"
          | "beforePlayback"
          | "beforeAlarm"
          | "alarm"
          | "posTransaction"
        )[];
        readonly mqtt?: true;
        /** Topics of others over MQTT. */
        readonly mqttTopics?: { readonly publish: readonly string[]; readonly subscribe: readonly string[] };
        readonly accounts?: true;
      };
    };
  };
  /** How a job goes. */
  readonly "GET /plugins/jobs/{id}": {
    readonly path: { readonly id: string };
    readonly answer: { readonly job: PluginJob };
  };
  /** Gives a job up; what it had changed already is undone. */
  readonly "DELETE /plugins/jobs/{id}": {
    readonly path: { readonly id: string };
    readonly answer: { readonly job: PluginJob };
  };
  /** Settings of a plugin with their schema; of secrets only which are set. */
  readonly "GET /plugins/settings": {
    readonly query: {
      readonly name: string;
      /** Titles and descriptions in this language, where the plugin brings them. */
      readonly language?: string;
    };
    readonly answer: PluginSettings;
  };
  /** Checks and stores a plugin's settings, and restarts that plugin with them. */
  readonly "PUT /plugins/settings": {
    readonly body: {
      readonly name: string;
      /** All settings. A secret that is left out stays, `null` removes it. */
      readonly config: Readonly<Record<string, unknown>>;
    };
    readonly answer: PluginSettings;
  };
  /** What would be wrong with a plugin's settings; stores nothing. */
  readonly "POST /plugins/settings/check": {
    readonly body: {
      readonly name: string;
      /** All settings. A secret that is left out stays, `null` removes it. */
      readonly config: Readonly<Record<string, unknown>>;
    };
    readonly answer: {
      readonly problems: readonly {
        readonly path: string;
        readonly message: string;
        /** Which rule is broken, to say it in other languages. */
        readonly rule?: string;
        /** What the rule names. */
        readonly bound?: string;
      }[];
    };
  };
  /** The registries that plugins come from; of logins only whether there is one. */
  readonly "GET /plugins/registries": {
    readonly answer: {
      readonly url: string;
      /** How Nightjar signs in there. */
      readonly login: "none" | "token" | "password";
      readonly scopes: readonly {
        readonly scope: string;
        readonly url: string;
        /** How Nightjar signs in there. */
        readonly login: "none" | "token" | "password";
      }[];
    };
  };
  /** Sets the registries that plugins come from, and their logins. */
  readonly "PUT /plugins/registries": {
    readonly body: {
      readonly url: string;
      /** Left out, it stays while the address does; `null` takes it away. */
      readonly login?:
        | null
        | { readonly token: string }
        | { readonly username: string; readonly password: string };
      readonly scopes: readonly {
        readonly scope: string;
        readonly url: string;
        /** Left out, it stays while the address does; `null` takes it away. */
        readonly login?:
          | null
          | { readonly token: string }
          | { readonly username: string; readonly password: string };
      }[];
    };
    readonly answer: {
      readonly url: string;
      /** How Nightjar signs in there. */
      readonly login: "none" | "token" | "password";
      readonly scopes: readonly {
        readonly scope: string;
        readonly url: string;
        /** How Nightjar signs in there. */
        readonly login: "none" | "token" | "password";
      }[];
    };
  };
  /** How the recorder is. Processes, volumes and problems are for those who run it. */
  readonly "GET /status": { readonly answer: Status };
  /** Versions, configuration, state and checks in one document without secrets, for whoever helps. */
  readonly "GET /diagnostics": {
    readonly answer: {
      readonly product: string;
      readonly version: string;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly madeAt: string;
      readonly machine: Readonly<Record<string, unknown>>;
      readonly config: Readonly<Record<string, unknown>>;
      readonly status: Readonly<Record<string, unknown>>;
      readonly checks: readonly {
        /** Stable name of what was looked at. */
        readonly id: string;
        readonly result: "ok" | "notice" | "warning" | "error";
        /** What was found, in English. */
        readonly message: string;
        /** Which sentence that is, for other languages. */
        readonly code: string;
        /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
        readonly facts?: Readonly<Record<string, string | number>>;
        /** The file, folder, port or setting that it is about. */
        readonly where?: string;
        /** What to do, unless all is well. In English. */
        readonly advice?: string;
        readonly adviceCode?: string;
        /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
        readonly adviceFacts?: Readonly<Record<string, string | number>>;
        /** What to type for that, where one command does it. */
        readonly command?: string;
      }[];
      readonly plugins: Readonly<Record<string, unknown>>;
    };
  };
  /** A short-lived ticket for the address of a picture or video of one camera. */
  readonly "POST /media-tickets": {
    readonly body: {
      readonly camera: string;
      readonly rights: readonly ("live" | "playback" | "export" | "snapshot")[];
    };
    readonly answer: {
      readonly ticket: string;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly expiresAt: string;
    };
  };
  /** What happened, newest first. Asked for as text/event-stream, or by WebSocket: what happens from now on. */
  readonly "GET /events": {
    readonly query?: {
      readonly cameras?: string;
      /** Event types, separated by commas. */
      readonly types?: string;
      /** Kinds of objects, separated by commas: events in which one of them was seen. */
      readonly objects?: string;
      /** Events whose type is of one of these, separated by commas: info, warning, alarm. */
      readonly severities?: string;
      /** Only those that the bell tells of: alarms, unless set otherwise (`PATCH /event-types/{type}`). */
      readonly bell?: true;
      /** Only those that somebody has seen, or that nobody has. */
      readonly acknowledged?: boolean;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly start?: string;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly end?: string;
      readonly cursor?: string;
      readonly limit?: number;
      /** The id of the last message that was got, as the header Last-Event-ID: what was missed comes first, or `reset` if that is not known any more. */
      readonly since?: string;
    };
    readonly answer: EventsPage;
  };
  /** What happened as a file, newest first: CSV, or a JSON object a line. At most 100000 events; the older ones with `end`. */
  readonly "GET /events/export": {
    readonly query?: {
      readonly cameras?: string;
      /** Event types, separated by commas. */
      readonly types?: string;
      /** Kinds of objects, separated by commas: events in which one of them was seen. */
      readonly objects?: string;
      /** Events whose type is of one of these, separated by commas: info, warning, alarm. */
      readonly severities?: string;
      /** Only those that the bell tells of: alarms, unless set otherwise (`PATCH /event-types/{type}`). */
      readonly bell?: true;
      /** Only those that somebody has seen, or that nobody has. */
      readonly acknowledged?: boolean;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly start?: string;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly end?: string;
      readonly format?: "csv" | "jsonl";
    };
    readonly answer: Blob;
  };
  /** One event. */
  readonly "GET /events/{event}": { readonly path: { readonly event: number }; readonly answer: Event };
  /** Says that the caller has seen an event, with a note; what was said before is replaced. */
  readonly "POST /events/{event}/acknowledge": {
    readonly path: { readonly event: number };
    readonly body: {
      /** What there is to say of it. */
      readonly note?: string;
    };
    readonly answer: Event;
  };
  /** The catalogue of event types, and where people are told of each. */
  readonly "GET /event-types": {
    readonly answer: {
      readonly types: readonly {
        readonly id: string;
        /** English. */
        readonly name: string;
        readonly group: "basic" | "smart" | "thermal" | "pos" | "analysis" | "exception";
        readonly severity: "info" | "warning" | "alarm";
        readonly about: "camera" | "recorder" | "either";
        /** False: exceptions, which are always told. */
        readonly armedBySchedule: boolean;
        /** Whether the bell tells of it. */
        readonly bell: boolean;
        /** What open pages play when one begins. */
        readonly sound: "off" | "chime" | "beep" | "alarm" | "siren";
        /** Whether the bar on every page tells of it; absent: it does not know of this kind. */
        readonly bar?: boolean;
      }[];
    };
  };
  /** Sets where people are told of a kind of event; what is left out stays. */
  readonly "PATCH /event-types/{type}": {
    readonly path: {
      readonly type:
        | "motion"
        | "alarm-input"
        | "video-loss"
        | "tamper"
        | "face"
        | "person"
        | "vehicle"
        | "animal"
        | "doorbell"
        | "line-crossing"
        | "intrusion"
        | "region-entrance"
        | "region-exiting"
        | "unattended-baggage"
        | "object-removal"
        | "loitering"
        | "gathering"
        | "fast-moving"
        | "parking"
        | "audio-exception"
        | "scene-change"
        | "defocus"
        | "pir"
        | "thermal-fire"
        | "thermal-smoke"
        | "thermal-temp-prealarm"
        | "thermal-temp"
        | "thermal-temp-diff"
        | "thermal-ship"
        | "pos"
        | "people-count"
        | "heat-map"
        | "queue"
        | "exception-volume-full"
        | "exception-volume-error"
        | "exception-volume-offline"
        | "exception-volume-slow"
        | "exception-volume-health"
        | "exception-network"
        | "exception-ip-conflict"
        | "exception-illegal-login"
        | "exception-record"
        | "exception-hot-spare"
        | "exception-array"
        | "exception-poe-overload"
        | "exception-standard-mismatch"
        | "exception-codec-mismatch"
        | "exception-video-signal"
        | "exception-camera-link"
        | "exception-camera-ip-conflict"
        | "exception-audio-loss"
        | "exception-plugin"
        | "exception-clock"
        | "exception-cpu";
    };
    readonly body: {
      /** Whether the bell tells of it. */
      readonly bell?: boolean;
      /** What open pages play when one begins. */
      readonly sound?: "off" | "chime" | "beep" | "alarm" | "siren";
      readonly bar?: boolean;
    };
    readonly answer: {
      readonly types: readonly {
        readonly id: string;
        /** English. */
        readonly name: string;
        readonly group: "basic" | "smart" | "thermal" | "pos" | "analysis" | "exception";
        readonly severity: "info" | "warning" | "alarm";
        readonly about: "camera" | "recorder" | "either";
        /** False: exceptions, which are always told. */
        readonly armedBySchedule: boolean;
        /** Whether the bell tells of it. */
        readonly bell: boolean;
        /** What open pages play when one begins. */
        readonly sound: "off" | "chime" | "beep" | "alarm" | "siren";
        /** Whether the bar on every page tells of it; absent: it does not know of this kind. */
        readonly bar?: boolean;
      }[];
    };
  };
  /** Exceptions by their kinds: what goes on, how often of late, and where people are told of it. Of cameras that the caller may not see nothing is counted. */
  readonly "GET /exceptions": {
    readonly answer: {
      readonly exceptions: readonly {
        readonly type:
          | "exception-volume-full"
          | "exception-volume-error"
          | "exception-volume-offline"
          | "exception-volume-slow"
          | "exception-volume-health"
          | "exception-network"
          | "exception-ip-conflict"
          | "exception-illegal-login"
          | "exception-record"
          | "exception-hot-spare"
          | "exception-array"
          | "exception-poe-overload"
          | "exception-standard-mismatch"
          | "exception-codec-mismatch"
          | "exception-video-signal"
          | "exception-camera-link"
          | "exception-camera-ip-conflict"
          | "exception-audio-loss"
          | "exception-plugin"
          | "exception-clock"
          | "exception-cpu";
        readonly severity: "info" | "warning" | "alarm";
        readonly about: "camera" | "recorder" | "either";
        /** The recorder finds it out by itself; false: cameras and plugins report it, or nobody. */
        readonly own: boolean;
        /** Whether the bell tells of it. */
        readonly bell: boolean;
        /** What open pages play when one begins. */
        readonly sound: "off" | "chime" | "beep" | "alarm" | "siren";
        /** Whether the bar on every page tells of it; absent: it does not know of this kind. */
        readonly bar?: boolean;
        /** What goes on, the oldest first; at most 100. */
        readonly open: readonly {
          /** Of the event. */
          readonly id: number;
          readonly camera?: string;
          readonly subject?: string;
          /** What people call the subject, where it has a name. */
          readonly name?: string;
          readonly start: string;
        }[];
        /** When one last began. Absent: none is known. */
        readonly last?: string;
        /** How many have begun in the last 24 hours. */
        readonly lastDay: number;
      }[];
    };
  };
  /** Why the camera was, or was not, recorded at a moment, and why an event was, or was not, raised: step by step. */
  readonly "GET /cameras/{id}/explain": {
    readonly path: { readonly id: string };
    readonly query?: {
      /** ISO 8601 with zone, or milliseconds since 1970. Without: now. */
      readonly at?: string;
      /** Only of this kind of event. Without: of all. */
      readonly type?:
        | "motion"
        | "alarm-input"
        | "video-loss"
        | "tamper"
        | "face"
        | "person"
        | "vehicle"
        | "animal"
        | "doorbell"
        | "line-crossing"
        | "intrusion"
        | "region-entrance"
        | "region-exiting"
        | "unattended-baggage"
        | "object-removal"
        | "loitering"
        | "gathering"
        | "fast-moving"
        | "parking"
        | "audio-exception"
        | "scene-change"
        | "defocus"
        | "pir"
        | "thermal-fire"
        | "thermal-smoke"
        | "thermal-temp-prealarm"
        | "thermal-temp"
        | "thermal-temp-diff"
        | "thermal-ship"
        | "pos"
        | "people-count"
        | "heat-map"
        | "queue"
        | "exception-volume-full"
        | "exception-volume-error"
        | "exception-volume-offline"
        | "exception-volume-slow"
        | "exception-volume-health"
        | "exception-network"
        | "exception-ip-conflict"
        | "exception-illegal-login"
        | "exception-record"
        | "exception-hot-spare"
        | "exception-array"
        | "exception-poe-overload"
        | "exception-standard-mismatch"
        | "exception-codec-mismatch"
        | "exception-video-signal"
        | "exception-camera-link"
        | "exception-camera-ip-conflict"
        | "exception-audio-loss"
        | "exception-plugin"
        | "exception-clock"
        | "exception-cpu";
    };
    readonly answer: Explanation;
  };
  /** The arming profile in force, those that there are, and which rules arm now. */
  readonly "GET /arming": {
    readonly answer: {
      /** Id of the one in force. */
      readonly profile: string;
      readonly profiles: readonly {
        readonly id: string;
        readonly name: string;
        /** `by-rules`: what the rules say. `everything`: all events, whatever the rules say. `nothing`: none but exceptions. */
        readonly arms?: "by-rules" | "everything" | "nothing";
      }[];
      /** The rules that are enabled. */
      readonly rules: readonly {
        readonly id: string;
        readonly name: string;
        readonly armed: boolean;
        /** When its schedule changes that next. Absent: not within a year. */
        readonly changesAt?: string;
      }[];
    };
  };
  /** Puts another arming profile in force. */
  readonly "PUT /arming": {
    readonly body: {
      /** The arming profile that is in force. */
      readonly profile: string;
    };
    readonly answer: {
      /** Id of the one in force. */
      readonly profile: string;
      readonly profiles: readonly {
        readonly id: string;
        readonly name: string;
        /** `by-rules`: what the rules say. `everything`: all events, whatever the rules say. `nothing`: none but exceptions. */
        readonly arms?: "by-rules" | "everything" | "nothing";
      }[];
      /** The rules that are enabled. */
      readonly rules: readonly {
        readonly id: string;
        readonly name: string;
        readonly armed: boolean;
        /** When its schedule changes that next. Absent: not within a year. */
        readonly changesAt?: string;
      }[];
    };
  };
  /** Rules, profiles and holidays, and how events are put together and kept. */
  readonly "GET /arming/rules": {
    readonly answer: {
      /** Another one whenever any of it is: whoever changes it hands it back. */
      readonly stamp: string;
      /** What can be switched between. */
      readonly profiles: readonly {
        /** Of the profile, in the API and on topics. */
        readonly id: string;
        /** What people call it. */
        readonly name: string;
        /** `by-rules`: what the rules say. `everything`: all events, whatever the rules say. `nothing`: none but exceptions. */
        readonly arms?: "by-rules" | "everything" | "nothing";
      }[];
      /** When what is armed. An event that no rule is about is armed always; one that some are about, when one of them is. */
      readonly rules: readonly {
        /** Of the rule. */
        readonly id: string;
        /** What people call it. */
        readonly name: string;
        /** Switched off, the rule is as if it were not there. */
        readonly enabled?: boolean;
        /** What it is about. */
        readonly types: readonly (
          | "motion"
          | "alarm-input"
          | "video-loss"
          | "tamper"
          | "face"
          | "person"
          | "vehicle"
          | "animal"
          | "doorbell"
          | "line-crossing"
          | "intrusion"
          | "region-entrance"
          | "region-exiting"
          | "unattended-baggage"
          | "object-removal"
          | "loitering"
          | "gathering"
          | "fast-moving"
          | "parking"
          | "audio-exception"
          | "scene-change"
          | "defocus"
          | "pir"
          | "thermal-fire"
          | "thermal-smoke"
          | "thermal-temp-prealarm"
          | "thermal-temp"
          | "thermal-temp-diff"
          | "thermal-ship"
          | "pos"
          | "people-count"
          | "heat-map"
          | "queue"
        )[];
        /** Without: all, and what has none. */
        readonly cameras?: readonly string[];
        /** In which it arms. Without: in all. */
        readonly profiles?: readonly string[];
        /** Periods by the day on which they begin; a day that is left out has none. With `holiday`, holidays have these and not those of their weekday. */
        readonly schedule?: {
          readonly monday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly tuesday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly wednesday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly thursday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly friday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly saturday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly sunday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly holiday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
        };
        /** In place of that of all events. */
        readonly mergeSeconds?: number;
        /** In place of that of all events. */
        readonly cooldownSeconds?: number;
        /** In place of that of all events. */
        readonly maxOpenSeconds?: number;
      }[];
      /** Days on which the row `holiday` of schedules holds. */
      readonly holidays: readonly {
        /** What the holiday is called. */
        readonly name: string;
        readonly enabled?: boolean;
        /** Dates (`2026-12-24`), days of every year (`12-24`, also over New Year), or weekdays of months; both ends included. */
        readonly when:
          | { readonly by: "date"; readonly from: string; readonly to: string }
          | { readonly by: "day-of-year"; readonly from: string; readonly to: string }
          | {
              readonly by: "weekday-of-month";
              readonly from: {
                readonly month: number;
                /** 5: the last. */
                readonly week: number;
                readonly weekday:
                  | "sunday"
                  | "monday"
                  | "tuesday"
                  | "wednesday"
                  | "thursday"
                  | "friday"
                  | "saturday";
              };
              readonly to: {
                readonly month: number;
                /** 5: the last. */
                readonly week: number;
                readonly weekday:
                  | "sunday"
                  | "monday"
                  | "tuesday"
                  | "wednesday"
                  | "thursday"
                  | "friday"
                  | "saturday";
              };
            };
      }[];
      /** Where sunrise and sunset are looked up for. */
      readonly place?: { readonly latitude: number; readonly longitude: number };
      /** An event that begins again within so many seconds goes on. */
      readonly mergeSeconds: number;
      /** After an event, none of the same kind and place begins for so many seconds. */
      readonly cooldownSeconds: number;
      /** An event that lasts so long is ended by the recorder. Exceptions last as long as their cause. */
      readonly maxOpenSeconds: number;
      /** How long events are kept, whether or not their pictures are. */
      readonly keepDays: number;
      /** How many events are kept; the oldest go first. */
      readonly keepCount: number;
    };
  };
  /** Changes them: each list as a whole; what is left out stays. */
  readonly "PATCH /arming/rules": {
    readonly body: {
      /** What can be switched between. */
      readonly profiles?: readonly {
        /** Of the profile, in the API and on topics. */
        readonly id: string;
        /** What people call it. */
        readonly name: string;
        /** `by-rules`: what the rules say. `everything`: all events, whatever the rules say. `nothing`: none but exceptions. */
        readonly arms?: "by-rules" | "everything" | "nothing";
      }[];
      /** When what is armed. An event that no rule is about is armed always; one that some are about, when one of them is. */
      readonly rules?: readonly {
        /** Of the rule. */
        readonly id: string;
        /** What people call it. */
        readonly name: string;
        /** Switched off, the rule is as if it were not there. */
        readonly enabled?: boolean;
        /** What it is about. */
        readonly types: readonly (
          | "motion"
          | "alarm-input"
          | "video-loss"
          | "tamper"
          | "face"
          | "person"
          | "vehicle"
          | "animal"
          | "doorbell"
          | "line-crossing"
          | "intrusion"
          | "region-entrance"
          | "region-exiting"
          | "unattended-baggage"
          | "object-removal"
          | "loitering"
          | "gathering"
          | "fast-moving"
          | "parking"
          | "audio-exception"
          | "scene-change"
          | "defocus"
          | "pir"
          | "thermal-fire"
          | "thermal-smoke"
          | "thermal-temp-prealarm"
          | "thermal-temp"
          | "thermal-temp-diff"
          | "thermal-ship"
          | "pos"
          | "people-count"
          | "heat-map"
          | "queue"
        )[];
        /** Without: all, and what has none. */
        readonly cameras?: readonly string[];
        /** In which it arms. Without: in all. */
        readonly profiles?: readonly string[];
        /** Periods by the day on which they begin; a day that is left out has none. With `holiday`, holidays have these and not those of their weekday. */
        readonly schedule?: {
          readonly monday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly tuesday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly wednesday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly thursday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly friday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly saturday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly sunday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly holiday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
        };
        /** In place of that of all events. */
        readonly mergeSeconds?: number;
        /** In place of that of all events. */
        readonly cooldownSeconds?: number;
        /** In place of that of all events. */
        readonly maxOpenSeconds?: number;
      }[];
      /** Days on which the row `holiday` of schedules holds. */
      readonly holidays?: readonly {
        /** What the holiday is called. */
        readonly name: string;
        readonly enabled?: boolean;
        /** Dates (`2026-12-24`), days of every year (`12-24`, also over New Year), or weekdays of months; both ends included. */
        readonly when:
          | { readonly by: "date"; readonly from: string; readonly to: string }
          | { readonly by: "day-of-year"; readonly from: string; readonly to: string }
          | {
              readonly by: "weekday-of-month";
              readonly from: {
                readonly month: number;
                /** 5: the last. */
                readonly week: number;
                readonly weekday:
                  | "sunday"
                  | "monday"
                  | "tuesday"
                  | "wednesday"
                  | "thursday"
                  | "friday"
                  | "saturday";
              };
              readonly to: {
                readonly month: number;
                /** 5: the last. */
                readonly week: number;
                readonly weekday:
                  | "sunday"
                  | "monday"
                  | "tuesday"
                  | "wednesday"
                  | "thursday"
                  | "friday"
                  | "saturday";
              };
            };
      }[];
      /** null: none. */
      readonly place?: { readonly latitude: number; readonly longitude: number } | null;
      /** An event that begins again within so many seconds goes on. */
      readonly mergeSeconds?: number;
      /** After an event, none of the same kind and place begins for so many seconds. */
      readonly cooldownSeconds?: number;
      /** An event that lasts so long is ended by the recorder. Exceptions last as long as their cause. */
      readonly maxOpenSeconds?: number;
      /** How long events are kept, whether or not their pictures are. */
      readonly keepDays?: number;
      /** How many events are kept; the oldest go first. */
      readonly keepCount?: number;
      /** Of what was read: when something is changed by now, nothing is changed. */
      readonly stamp?: string;
    };
    readonly answer: {
      /** Another one whenever any of it is: whoever changes it hands it back. */
      readonly stamp: string;
      /** What can be switched between. */
      readonly profiles: readonly {
        /** Of the profile, in the API and on topics. */
        readonly id: string;
        /** What people call it. */
        readonly name: string;
        /** `by-rules`: what the rules say. `everything`: all events, whatever the rules say. `nothing`: none but exceptions. */
        readonly arms?: "by-rules" | "everything" | "nothing";
      }[];
      /** When what is armed. An event that no rule is about is armed always; one that some are about, when one of them is. */
      readonly rules: readonly {
        /** Of the rule. */
        readonly id: string;
        /** What people call it. */
        readonly name: string;
        /** Switched off, the rule is as if it were not there. */
        readonly enabled?: boolean;
        /** What it is about. */
        readonly types: readonly (
          | "motion"
          | "alarm-input"
          | "video-loss"
          | "tamper"
          | "face"
          | "person"
          | "vehicle"
          | "animal"
          | "doorbell"
          | "line-crossing"
          | "intrusion"
          | "region-entrance"
          | "region-exiting"
          | "unattended-baggage"
          | "object-removal"
          | "loitering"
          | "gathering"
          | "fast-moving"
          | "parking"
          | "audio-exception"
          | "scene-change"
          | "defocus"
          | "pir"
          | "thermal-fire"
          | "thermal-smoke"
          | "thermal-temp-prealarm"
          | "thermal-temp"
          | "thermal-temp-diff"
          | "thermal-ship"
          | "pos"
          | "people-count"
          | "heat-map"
          | "queue"
        )[];
        /** Without: all, and what has none. */
        readonly cameras?: readonly string[];
        /** In which it arms. Without: in all. */
        readonly profiles?: readonly string[];
        /** Periods by the day on which they begin; a day that is left out has none. With `holiday`, holidays have these and not those of their weekday. */
        readonly schedule?: {
          readonly monday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly tuesday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly wednesday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly thursday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly friday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly saturday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly sunday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly holiday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
        };
        /** In place of that of all events. */
        readonly mergeSeconds?: number;
        /** In place of that of all events. */
        readonly cooldownSeconds?: number;
        /** In place of that of all events. */
        readonly maxOpenSeconds?: number;
      }[];
      /** Days on which the row `holiday` of schedules holds. */
      readonly holidays: readonly {
        /** What the holiday is called. */
        readonly name: string;
        readonly enabled?: boolean;
        /** Dates (`2026-12-24`), days of every year (`12-24`, also over New Year), or weekdays of months; both ends included. */
        readonly when:
          | { readonly by: "date"; readonly from: string; readonly to: string }
          | { readonly by: "day-of-year"; readonly from: string; readonly to: string }
          | {
              readonly by: "weekday-of-month";
              readonly from: {
                readonly month: number;
                /** 5: the last. */
                readonly week: number;
                readonly weekday:
                  | "sunday"
                  | "monday"
                  | "tuesday"
                  | "wednesday"
                  | "thursday"
                  | "friday"
                  | "saturday";
              };
              readonly to: {
                readonly month: number;
                /** 5: the last. */
                readonly week: number;
                readonly weekday:
                  | "sunday"
                  | "monday"
                  | "tuesday"
                  | "wednesday"
                  | "thursday"
                  | "friday"
                  | "saturday";
              };
            };
      }[];
      /** Where sunrise and sunset are looked up for. */
      readonly place?: { readonly latitude: number; readonly longitude: number };
      /** An event that begins again within so many seconds goes on. */
      readonly mergeSeconds: number;
      /** After an event, none of the same kind and place begins for so many seconds. */
      readonly cooldownSeconds: number;
      /** An event that lasts so long is ended by the recorder. Exceptions last as long as their cause. */
      readonly maxOpenSeconds: number;
      /** How long events are kept, whether or not their pictures are. */
      readonly keepDays: number;
      /** How many events are kept; the oldest go first. */
      readonly keepCount: number;
    };
  };
  /** What follows from events: rules, the actions that there are, and what was done lately. */
  readonly "GET /linkage": {
    readonly answer: {
      /** Another one whenever the rules are others: whoever changes them hands it back. */
      readonly stamp: string;
      /** What follows from which events. */
      readonly rules: readonly {
        /** Of the rule. */
        readonly id: string;
        /** What people call it. */
        readonly name: string;
        /** Switched off, nothing follows from it. */
        readonly enabled?: boolean;
        /** At the begin of an event, or at its end. */
        readonly at?: "start" | "end";
        /** Without: all. */
        readonly types?: readonly (
          | "motion"
          | "alarm-input"
          | "video-loss"
          | "tamper"
          | "face"
          | "person"
          | "vehicle"
          | "animal"
          | "doorbell"
          | "line-crossing"
          | "intrusion"
          | "region-entrance"
          | "region-exiting"
          | "unattended-baggage"
          | "object-removal"
          | "loitering"
          | "gathering"
          | "fast-moving"
          | "parking"
          | "audio-exception"
          | "scene-change"
          | "defocus"
          | "pir"
          | "thermal-fire"
          | "thermal-smoke"
          | "thermal-temp-prealarm"
          | "thermal-temp"
          | "thermal-temp-diff"
          | "thermal-ship"
          | "pos"
          | "people-count"
          | "heat-map"
          | "queue"
          | "exception-volume-full"
          | "exception-volume-error"
          | "exception-volume-offline"
          | "exception-volume-slow"
          | "exception-volume-health"
          | "exception-network"
          | "exception-ip-conflict"
          | "exception-illegal-login"
          | "exception-record"
          | "exception-hot-spare"
          | "exception-array"
          | "exception-poe-overload"
          | "exception-standard-mismatch"
          | "exception-codec-mismatch"
          | "exception-video-signal"
          | "exception-camera-link"
          | "exception-camera-ip-conflict"
          | "exception-audio-loss"
          | "exception-plugin"
          | "exception-clock"
          | "exception-cpu"
        )[];
        /** Without: all. */
        readonly severities?: readonly ("info" | "warning" | "alarm")[];
        /** Events of these cameras. Without: of all, and of the recorder itself. */
        readonly cameras?: readonly string[];
        /** Names of lines and areas. Without: whichever. */
        readonly detectorRules?: readonly string[];
        /** Arming profiles in which it holds. Without: in all. */
        readonly profiles?: readonly string[];
        /** After it was followed for a camera, it is not for so many seconds. */
        readonly cooldownSeconds?: number;
        /** What is done, each by itself. */
        readonly actions: readonly {
          /** `popup`, `sound`, `notify`, `email`, `upload`, `output`, `record`, `capture`, `ptz`, `siren`, `push`, or what another plugin brings: `<package>/<id>`. */
          readonly action: string;
          /** What the action is told, checked by its schema. No secrets. */
          readonly settings: Readonly<Record<string, unknown>>;
        }[];
      }[];
      readonly actions: readonly {
        /** As rules name it. */
        readonly source: string;
        readonly displayName: string;
        /** Absent: the recorder's own. */
        readonly plugin?: string;
        readonly configSchema: Readonly<Record<string, unknown>>;
        /** How late it may still be done. */
        readonly maxAgeSeconds: number;
      }[];
      /** What was done since the recorder's start, the newest first, at most 100. */
      readonly lately: readonly {
        readonly event: number;
        readonly type: string;
        readonly camera?: string;
        /** Id of the linkage rule. */
        readonly rule: string;
        readonly action: string;
        /** `expired`: it would have been too late; `dropped`: too many waited; `disarmed`: an alarm input kept it from being done. */
        readonly status: "done" | "failed" | "expired" | "dropped" | "disarmed";
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly at: string;
        readonly attempts: number;
        /** For people: what was done, or why not. */
        readonly note?: string;
        readonly code?: string;
        /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
        readonly context?: Readonly<Record<string, string | number>>;
        /** Pictures that were kept: `GET /events/:event/captures/:file`. */
        readonly captures?: readonly {
          readonly file: number;
          readonly camera: string;
          /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
          readonly at: string;
        }[];
      }[];
      /** Screens that show the live page under a name, at most 64. */
      readonly walls: readonly {
        readonly name: string;
        /** How many are open under this name; 0: the wall is not open. */
        readonly screens: number;
        /** Of one that is open: since when; otherwise when it was closed. */
        readonly seen: string;
      }[];
    };
  };
  /** Puts other rules in the place of those that there are. */
  readonly "PUT /linkage/rules": {
    readonly body: {
      /** What follows from which events. */
      readonly rules: readonly {
        /** Of the rule. */
        readonly id: string;
        /** What people call it. */
        readonly name: string;
        /** Switched off, nothing follows from it. */
        readonly enabled?: boolean;
        /** At the begin of an event, or at its end. */
        readonly at?: "start" | "end";
        /** Without: all. */
        readonly types?: readonly (
          | "motion"
          | "alarm-input"
          | "video-loss"
          | "tamper"
          | "face"
          | "person"
          | "vehicle"
          | "animal"
          | "doorbell"
          | "line-crossing"
          | "intrusion"
          | "region-entrance"
          | "region-exiting"
          | "unattended-baggage"
          | "object-removal"
          | "loitering"
          | "gathering"
          | "fast-moving"
          | "parking"
          | "audio-exception"
          | "scene-change"
          | "defocus"
          | "pir"
          | "thermal-fire"
          | "thermal-smoke"
          | "thermal-temp-prealarm"
          | "thermal-temp"
          | "thermal-temp-diff"
          | "thermal-ship"
          | "pos"
          | "people-count"
          | "heat-map"
          | "queue"
          | "exception-volume-full"
          | "exception-volume-error"
          | "exception-volume-offline"
          | "exception-volume-slow"
          | "exception-volume-health"
          | "exception-network"
          | "exception-ip-conflict"
          | "exception-illegal-login"
          | "exception-record"
          | "exception-hot-spare"
          | "exception-array"
          | "exception-poe-overload"
          | "exception-standard-mismatch"
          | "exception-codec-mismatch"
          | "exception-video-signal"
          | "exception-camera-link"
          | "exception-camera-ip-conflict"
          | "exception-audio-loss"
          | "exception-plugin"
          | "exception-clock"
          | "exception-cpu"
        )[];
        /** Without: all. */
        readonly severities?: readonly ("info" | "warning" | "alarm")[];
        /** Events of these cameras. Without: of all, and of the recorder itself. */
        readonly cameras?: readonly string[];
        /** Names of lines and areas. Without: whichever. */
        readonly detectorRules?: readonly string[];
        /** Arming profiles in which it holds. Without: in all. */
        readonly profiles?: readonly string[];
        /** After it was followed for a camera, it is not for so many seconds. */
        readonly cooldownSeconds?: number;
        /** What is done, each by itself. */
        readonly actions: readonly {
          /** `popup`, `sound`, `notify`, `email`, `upload`, `output`, `record`, `capture`, `ptz`, `siren`, `push`, or what another plugin brings: `<package>/<id>`. */
          readonly action: string;
          /** What the action is told, checked by its schema. No secrets. */
          readonly settings: Readonly<Record<string, unknown>>;
        }[];
      }[];
      /** Of the rules that were changed: when there are others by now, nothing is changed. */
      readonly stamp?: string;
    };
    readonly answer: {
      /** Another one whenever the rules are others: whoever changes them hands it back. */
      readonly stamp: string;
      /** What follows from which events. */
      readonly rules: readonly {
        /** Of the rule. */
        readonly id: string;
        /** What people call it. */
        readonly name: string;
        /** Switched off, nothing follows from it. */
        readonly enabled?: boolean;
        /** At the begin of an event, or at its end. */
        readonly at?: "start" | "end";
        /** Without: all. */
        readonly types?: readonly (
          | "motion"
          | "alarm-input"
          | "video-loss"
          | "tamper"
          | "face"
          | "person"
          | "vehicle"
          | "animal"
          | "doorbell"
          | "line-crossing"
          | "intrusion"
          | "region-entrance"
          | "region-exiting"
          | "unattended-baggage"
          | "object-removal"
          | "loitering"
          | "gathering"
          | "fast-moving"
          | "parking"
          | "audio-exception"
          | "scene-change"
          | "defocus"
          | "pir"
          | "thermal-fire"
          | "thermal-smoke"
          | "thermal-temp-prealarm"
          | "thermal-temp"
          | "thermal-temp-diff"
          | "thermal-ship"
          | "pos"
          | "people-count"
          | "heat-map"
          | "queue"
          | "exception-volume-full"
          | "exception-volume-error"
          | "exception-volume-offline"
          | "exception-volume-slow"
          | "exception-volume-health"
          | "exception-network"
          | "exception-ip-conflict"
          | "exception-illegal-login"
          | "exception-record"
          | "exception-hot-spare"
          | "exception-array"
          | "exception-poe-overload"
          | "exception-standard-mismatch"
          | "exception-codec-mismatch"
          | "exception-video-signal"
          | "exception-camera-link"
          | "exception-camera-ip-conflict"
          | "exception-audio-loss"
          | "exception-plugin"
          | "exception-clock"
          | "exception-cpu"
        )[];
        /** Without: all. */
        readonly severities?: readonly ("info" | "warning" | "alarm")[];
        /** Events of these cameras. Without: of all, and of the recorder itself. */
        readonly cameras?: readonly string[];
        /** Names of lines and areas. Without: whichever. */
        readonly detectorRules?: readonly string[];
        /** Arming profiles in which it holds. Without: in all. */
        readonly profiles?: readonly string[];
        /** After it was followed for a camera, it is not for so many seconds. */
        readonly cooldownSeconds?: number;
        /** What is done, each by itself. */
        readonly actions: readonly {
          /** `popup`, `sound`, `notify`, `email`, `upload`, `output`, `record`, `capture`, `ptz`, `siren`, `push`, or what another plugin brings: `<package>/<id>`. */
          readonly action: string;
          /** What the action is told, checked by its schema. No secrets. */
          readonly settings: Readonly<Record<string, unknown>>;
        }[];
      }[];
      readonly actions: readonly {
        /** As rules name it. */
        readonly source: string;
        readonly displayName: string;
        /** Absent: the recorder's own. */
        readonly plugin?: string;
        readonly configSchema: Readonly<Record<string, unknown>>;
        /** How late it may still be done. */
        readonly maxAgeSeconds: number;
      }[];
      /** What was done since the recorder's start, the newest first, at most 100. */
      readonly lately: readonly {
        readonly event: number;
        readonly type: string;
        readonly camera?: string;
        /** Id of the linkage rule. */
        readonly rule: string;
        readonly action: string;
        /** `expired`: it would have been too late; `dropped`: too many waited; `disarmed`: an alarm input kept it from being done. */
        readonly status: "done" | "failed" | "expired" | "dropped" | "disarmed";
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly at: string;
        readonly attempts: number;
        /** For people: what was done, or why not. */
        readonly note?: string;
        readonly code?: string;
        /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
        readonly context?: Readonly<Record<string, string | number>>;
        /** Pictures that were kept: `GET /events/:event/captures/:file`. */
        readonly captures?: readonly {
          readonly file: number;
          readonly camera: string;
          /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
          readonly at: string;
        }[];
      }[];
      /** Screens that show the live page under a name, at most 64. */
      readonly walls: readonly {
        readonly name: string;
        /** How many are open under this name; 0: the wall is not open. */
        readonly screens: number;
        /** Of one that is open: since when; otherwise when it was closed. */
        readonly seen: string;
      }[];
    };
  };
  /** Does the actions of a rule, or one by itself, as for an event that begins now. */
  readonly "POST /linkage/test": {
    readonly body: {
      /** Id of a rule: all its actions are done. */
      readonly rule?: string;
      readonly action?: {
        /** `popup`, `sound`, `notify`, `email`, `upload`, `output`, `record`, `capture`, `ptz`, `siren`, `push`, or what another plugin brings: `<package>/<id>`. */
        readonly action: string;
        /** What the action is told, checked by its schema. No secrets. */
        readonly settings: Readonly<Record<string, unknown>>;
      };
      /** The camera that the event is to be of. */
      readonly camera?: string;
    };
    readonly answer: {
      readonly results: readonly {
        /** Id of the linkage rule. */
        readonly rule: string;
        readonly action: string;
        /** `expired`: it would have been too late; `dropped`: too many waited; `disarmed`: an alarm input kept it from being done. */
        readonly status: "done" | "failed" | "expired" | "dropped" | "disarmed";
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly at: string;
        readonly attempts: number;
        /** For people: what was done, or why not. */
        readonly note?: string;
        readonly code?: string;
        /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
        readonly context?: Readonly<Record<string, string | number>>;
        /** Pictures that were kept: `GET /events/:event/captures/:file`. */
        readonly captures?: readonly {
          readonly file: number;
          readonly camera: string;
          /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
          readonly at: string;
        }[];
      }[];
    };
  };
  /** Forgets a wall that is not open; it is known again when it opens. */
  readonly "DELETE /linkage/walls/{wall}": {
    readonly path: { readonly wall: string };
    readonly answer: {
      /** Another one whenever the rules are others: whoever changes them hands it back. */
      readonly stamp: string;
      /** What follows from which events. */
      readonly rules: readonly {
        /** Of the rule. */
        readonly id: string;
        /** What people call it. */
        readonly name: string;
        /** Switched off, nothing follows from it. */
        readonly enabled?: boolean;
        /** At the begin of an event, or at its end. */
        readonly at?: "start" | "end";
        /** Without: all. */
        readonly types?: readonly (
          | "motion"
          | "alarm-input"
          | "video-loss"
          | "tamper"
          | "face"
          | "person"
          | "vehicle"
          | "animal"
          | "doorbell"
          | "line-crossing"
          | "intrusion"
          | "region-entrance"
          | "region-exiting"
          | "unattended-baggage"
          | "object-removal"
          | "loitering"
          | "gathering"
          | "fast-moving"
          | "parking"
          | "audio-exception"
          | "scene-change"
          | "defocus"
          | "pir"
          | "thermal-fire"
          | "thermal-smoke"
          | "thermal-temp-prealarm"
          | "thermal-temp"
          | "thermal-temp-diff"
          | "thermal-ship"
          | "pos"
          | "people-count"
          | "heat-map"
          | "queue"
          | "exception-volume-full"
          | "exception-volume-error"
          | "exception-volume-offline"
          | "exception-volume-slow"
          | "exception-volume-health"
          | "exception-network"
          | "exception-ip-conflict"
          | "exception-illegal-login"
          | "exception-record"
          | "exception-hot-spare"
          | "exception-array"
          | "exception-poe-overload"
          | "exception-standard-mismatch"
          | "exception-codec-mismatch"
          | "exception-video-signal"
          | "exception-camera-link"
          | "exception-camera-ip-conflict"
          | "exception-audio-loss"
          | "exception-plugin"
          | "exception-clock"
          | "exception-cpu"
        )[];
        /** Without: all. */
        readonly severities?: readonly ("info" | "warning" | "alarm")[];
        /** Events of these cameras. Without: of all, and of the recorder itself. */
        readonly cameras?: readonly string[];
        /** Names of lines and areas. Without: whichever. */
        readonly detectorRules?: readonly string[];
        /** Arming profiles in which it holds. Without: in all. */
        readonly profiles?: readonly string[];
        /** After it was followed for a camera, it is not for so many seconds. */
        readonly cooldownSeconds?: number;
        /** What is done, each by itself. */
        readonly actions: readonly {
          /** `popup`, `sound`, `notify`, `email`, `upload`, `output`, `record`, `capture`, `ptz`, `siren`, `push`, or what another plugin brings: `<package>/<id>`. */
          readonly action: string;
          /** What the action is told, checked by its schema. No secrets. */
          readonly settings: Readonly<Record<string, unknown>>;
        }[];
      }[];
      readonly actions: readonly {
        /** As rules name it. */
        readonly source: string;
        readonly displayName: string;
        /** Absent: the recorder's own. */
        readonly plugin?: string;
        readonly configSchema: Readonly<Record<string, unknown>>;
        /** How late it may still be done. */
        readonly maxAgeSeconds: number;
      }[];
      /** What was done since the recorder's start, the newest first, at most 100. */
      readonly lately: readonly {
        readonly event: number;
        readonly type: string;
        readonly camera?: string;
        /** Id of the linkage rule. */
        readonly rule: string;
        readonly action: string;
        /** `expired`: it would have been too late; `dropped`: too many waited; `disarmed`: an alarm input kept it from being done. */
        readonly status: "done" | "failed" | "expired" | "dropped" | "disarmed";
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly at: string;
        readonly attempts: number;
        /** For people: what was done, or why not. */
        readonly note?: string;
        readonly code?: string;
        /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
        readonly context?: Readonly<Record<string, string | number>>;
        /** Pictures that were kept: `GET /events/:event/captures/:file`. */
        readonly captures?: readonly {
          readonly file: number;
          readonly camera: string;
          /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
          readonly at: string;
        }[];
      }[];
      /** Screens that show the live page under a name, at most 64. */
      readonly walls: readonly {
        readonly name: string;
        /** How many are open under this name; 0: the wall is not open. */
        readonly screens: number;
        /** Of one that is open: since when; otherwise when it was closed. */
        readonly seen: string;
      }[];
    };
  };
  /** A picture that was kept with an event. */
  readonly "GET /events/{event}/captures/{file}": {
    readonly path: { readonly event: number; readonly file: number };
    readonly answer: Blob;
  };
  /** What the camera can do besides sending pictures. */
  readonly "GET /cameras/{id}/abilities": {
    readonly path: { readonly id: string };
    readonly answer: {
      readonly ptz?: {
        readonly move: boolean;
        readonly zoom: boolean;
        readonly presets: boolean;
        readonly changesPresets: boolean;
        /** It tells where it looks, and can go back there. */
        readonly position: boolean;
        readonly patrols: readonly {
          /** As the camera calls it. */
          readonly id: string;
          readonly name: string;
        }[];
        readonly patterns: readonly {
          /** As the camera calls it. */
          readonly id: string;
          readonly name: string;
        }[];
      };
      readonly relays?: readonly {
        /** As the camera calls it. */
        readonly id: string;
        readonly name: string;
      }[];
      readonly inputs?: readonly {
        /** As the camera calls it. */
        readonly id: string;
        readonly name: string;
      }[];
      readonly auxiliary?: readonly ("siren" | "light" | "wiper")[];
      /** The recorder listens to what it notices itself. */
      readonly events?: boolean;
    };
  };
  /** The presets that the camera keeps. */
  readonly "GET /cameras/{id}/presets": {
    readonly path: { readonly id: string };
    readonly answer: {
      readonly presets: readonly {
        /** As the camera calls it. */
        readonly id: string;
        readonly name: string;
      }[];
    };
  };
  /** Keeps where the camera looks now as a preset. */
  readonly "POST /cameras/{id}/presets": {
    readonly path: { readonly id: string };
    readonly body: {
      readonly name: string;
      /** One that is to be replaced. */
      readonly preset?: string;
    };
    readonly answer: {
      /** As the camera calls it. */
      readonly id: string;
      readonly name: string;
    };
  };
  /** Removes a preset of the camera. */
  readonly "DELETE /cameras/{id}/presets/{preset}": {
    readonly path: { readonly id: string; readonly preset: string };
    readonly answer: undefined;
  };
  /** Turns and zooms the camera for a second at most: whoever holds on says so again within it. What a rule had begun with the camera is over. */
  readonly "POST /cameras/{id}/ptz/move": {
    readonly path: { readonly id: string };
    readonly body: {
      /** Positive: to the right. */
      readonly pan?: number;
      /** Positive: up. */
      readonly tilt?: number;
      /** Positive: closer. */
      readonly zoom?: number;
    };
    readonly answer: undefined;
  };
  /** Stops the camera, and ends a patrol. */
  readonly "POST /cameras/{id}/ptz/stop": {
    readonly path: { readonly id: string };
    readonly answer: undefined;
  };
  /** Sends the camera to a preset, or has it begin a patrol or pattern of its own. */
  readonly "POST /cameras/{id}/ptz/go": {
    readonly path: { readonly id: string };
    readonly body: {
      readonly kind: "preset" | "patrol" | "pattern";
      /** As the camera calls it. */
      readonly id: string;
    };
    readonly answer: undefined;
  };
  /** The alarm outputs, and how they are. */
  readonly "GET /outputs": {
    readonly answer: {
      readonly outputs: readonly {
        readonly id: string;
        readonly name: string;
        readonly kind: "virtual" | "mqtt" | "http" | "camera";
        readonly enabled: boolean;
        /** Its own schedule says that it counts now. */
        readonly armed: boolean;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly since?: string;
        /** Who or what brought it into this state. */
        readonly by?: string;
        readonly on: boolean;
        /** When it goes off by itself. Absent while on: not at all. */
        readonly offAt?: string;
        /** Why its device did not do what it was told last. */
        readonly reason?: string;
        /** 0: it stays on until it is cleared. */
        readonly dwellSeconds: number;
      }[];
    };
  };
  /** Switches all alarm outputs on that are enabled. */
  readonly "POST /outputs/trigger": {
    readonly answer: {
      readonly outputs: readonly {
        readonly id: string;
        readonly name: string;
        readonly kind: "virtual" | "mqtt" | "http" | "camera";
        readonly enabled: boolean;
        /** Its own schedule says that it counts now. */
        readonly armed: boolean;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly since?: string;
        /** Who or what brought it into this state. */
        readonly by?: string;
        readonly on: boolean;
        /** When it goes off by itself. Absent while on: not at all. */
        readonly offAt?: string;
        /** Why its device did not do what it was told last. */
        readonly reason?: string;
        /** 0: it stays on until it is cleared. */
        readonly dwellSeconds: number;
      }[];
    };
  };
  /** Switches all alarm outputs off that are enabled. */
  readonly "POST /outputs/clear": {
    readonly answer: {
      readonly outputs: readonly {
        readonly id: string;
        readonly name: string;
        readonly kind: "virtual" | "mqtt" | "http" | "camera";
        readonly enabled: boolean;
        /** Its own schedule says that it counts now. */
        readonly armed: boolean;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly since?: string;
        /** Who or what brought it into this state. */
        readonly by?: string;
        readonly on: boolean;
        /** When it goes off by itself. Absent while on: not at all. */
        readonly offAt?: string;
        /** Why its device did not do what it was told last. */
        readonly reason?: string;
        /** 0: it stays on until it is cleared. */
        readonly dwellSeconds: number;
      }[];
    };
  };
  /** Switches an alarm output on, by hand: its schedule has no say. */
  readonly "POST /outputs/{output}/trigger": {
    readonly path: { readonly output: string };
    readonly body: {
      /** In place of its own; 0: until it is cleared. */
      readonly dwellSeconds?: number;
    };
    readonly answer: {
      readonly outputs: readonly {
        readonly id: string;
        readonly name: string;
        readonly kind: "virtual" | "mqtt" | "http" | "camera";
        readonly enabled: boolean;
        /** Its own schedule says that it counts now. */
        readonly armed: boolean;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly since?: string;
        /** Who or what brought it into this state. */
        readonly by?: string;
        readonly on: boolean;
        /** When it goes off by itself. Absent while on: not at all. */
        readonly offAt?: string;
        /** Why its device did not do what it was told last. */
        readonly reason?: string;
        /** 0: it stays on until it is cleared. */
        readonly dwellSeconds: number;
      }[];
    };
  };
  /** Switches an alarm output off. */
  readonly "POST /outputs/{output}/clear": {
    readonly path: { readonly output: string };
    readonly answer: {
      readonly outputs: readonly {
        readonly id: string;
        readonly name: string;
        readonly kind: "virtual" | "mqtt" | "http" | "camera";
        readonly enabled: boolean;
        /** Its own schedule says that it counts now. */
        readonly armed: boolean;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly since?: string;
        /** Who or what brought it into this state. */
        readonly by?: string;
        readonly on: boolean;
        /** When it goes off by itself. Absent while on: not at all. */
        readonly offAt?: string;
        /** Why its device did not do what it was told last. */
        readonly reason?: string;
        /** 0: it stays on until it is cleared. */
        readonly dwellSeconds: number;
      }[];
    };
  };
  /** The settings of all alarm outputs. */
  readonly "GET /outputs/settings": {
    readonly answer: {
      /** Another one whenever the settings are others: whoever changes them hands it back. */
      readonly stamp: string;
      readonly outputs: readonly {
        /** 1 to 64 of a-z, 0-9 and inner hyphens. */
        readonly id: string;
        /** What people call it. */
        readonly name: string;
        /** One that is switched off cannot be triggered. */
        readonly enabled: boolean;
        /** `virtual`: nothing but its state, for flows and other programs; `mqtt`: two messages; `http`: two requests; `camera`: a camera's relay, siren or light. */
        readonly driver:
          | { readonly kind: "virtual" }
          | {
              readonly kind: "mqtt";
              /** Where the command goes. Not below the recorder's own base topic. */
              readonly topic: string;
              /** What is sent to switch it on. */
              readonly on: string;
              /** What is sent to switch it off. */
              readonly off: string;
              /** Where the device says how it is, with the same two words; the output then shows what it says. */
              readonly stateTopic?: string;
            }
          | {
              readonly kind: "http";
              readonly on: {
                /** Of the request. */
                readonly method: "GET" | "POST" | "PUT";
                /** `http://` or `https://`. No name or password in it. */
                readonly url: string;
                /** What is sent; JSON where it begins with a brace. Without it: nothing. */
                readonly body?: string;
              };
              readonly off: {
                /** Of the request. */
                readonly method: "GET" | "POST" | "PUT";
                /** `http://` or `https://`. No name or password in it. */
                readonly url: string;
                /** What is sent; JSON where it begins with a brace. Without it: nothing. */
                readonly body?: string;
              };
            }
          | {
              readonly kind: "camera";
              /** Whose relay it is. */
              readonly camera: string;
              /** As the camera calls it. */
              readonly relay?: string;
              /** In place of a relay: what else can be switched on it. */
              readonly part?: "siren" | "light" | "wiper";
            };
        /** Seconds after which it goes off by itself; 0: it stays on until somebody clears it. */
        readonly dwellSeconds: number;
        /** Periods by the day on which they begin; a day that is left out has none. With `holiday`, holidays have these and not those of their weekday. */
        readonly schedule?: {
          readonly monday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly tuesday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly wednesday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly thursday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly friday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly saturday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly sunday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly holiday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
        };
      }[];
      /** Outputs whose requests carry an authorization. */
      readonly authorized: readonly string[];
    };
  };
  /** Changes the settings of alarm outputs: the list as a whole. Those that stay as they are go on. */
  readonly "PUT /outputs/settings": {
    readonly body: {
      readonly outputs: readonly {
        /** 1 to 64 of a-z, 0-9 and inner hyphens. */
        readonly id: string;
        /** What people call it. */
        readonly name: string;
        /** One that is switched off cannot be triggered. */
        readonly enabled: boolean;
        /** `virtual`: nothing but its state, for flows and other programs; `mqtt`: two messages; `http`: two requests; `camera`: a camera's relay, siren or light. */
        readonly driver:
          | { readonly kind: "virtual" }
          | {
              readonly kind: "mqtt";
              /** Where the command goes. Not below the recorder's own base topic. */
              readonly topic: string;
              /** What is sent to switch it on. */
              readonly on: string;
              /** What is sent to switch it off. */
              readonly off: string;
              /** Where the device says how it is, with the same two words; the output then shows what it says. */
              readonly stateTopic?: string;
            }
          | {
              readonly kind: "http";
              readonly on: {
                /** Of the request. */
                readonly method: "GET" | "POST" | "PUT";
                /** `http://` or `https://`. No name or password in it. */
                readonly url: string;
                /** What is sent; JSON where it begins with a brace. Without it: nothing. */
                readonly body?: string;
              };
              readonly off: {
                /** Of the request. */
                readonly method: "GET" | "POST" | "PUT";
                /** `http://` or `https://`. No name or password in it. */
                readonly url: string;
                /** What is sent; JSON where it begins with a brace. Without it: nothing. */
                readonly body?: string;
              };
            }
          | {
              readonly kind: "camera";
              /** Whose relay it is. */
              readonly camera: string;
              /** As the camera calls it. */
              readonly relay?: string;
              /** In place of a relay: what else can be switched on it. */
              readonly part?: "siren" | "light" | "wiper";
            };
        /** Seconds after which it goes off by itself; 0: it stays on until somebody clears it. */
        readonly dwellSeconds: number;
        /** Periods by the day on which they begin; a day that is left out has none. With `holiday`, holidays have these and not those of their weekday. */
        readonly schedule?: {
          readonly monday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly tuesday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly wednesday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly thursday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly friday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly saturday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly sunday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly holiday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
        };
      }[];
      /** Another one whenever the settings are others: whoever changes them hands it back. */
      readonly stamp?: string;
    };
    readonly answer: {
      /** Another one whenever the settings are others: whoever changes them hands it back. */
      readonly stamp: string;
      readonly outputs: readonly {
        /** 1 to 64 of a-z, 0-9 and inner hyphens. */
        readonly id: string;
        /** What people call it. */
        readonly name: string;
        /** One that is switched off cannot be triggered. */
        readonly enabled: boolean;
        /** `virtual`: nothing but its state, for flows and other programs; `mqtt`: two messages; `http`: two requests; `camera`: a camera's relay, siren or light. */
        readonly driver:
          | { readonly kind: "virtual" }
          | {
              readonly kind: "mqtt";
              /** Where the command goes. Not below the recorder's own base topic. */
              readonly topic: string;
              /** What is sent to switch it on. */
              readonly on: string;
              /** What is sent to switch it off. */
              readonly off: string;
              /** Where the device says how it is, with the same two words; the output then shows what it says. */
              readonly stateTopic?: string;
            }
          | {
              readonly kind: "http";
              readonly on: {
                /** Of the request. */
                readonly method: "GET" | "POST" | "PUT";
                /** `http://` or `https://`. No name or password in it. */
                readonly url: string;
                /** What is sent; JSON where it begins with a brace. Without it: nothing. */
                readonly body?: string;
              };
              readonly off: {
                /** Of the request. */
                readonly method: "GET" | "POST" | "PUT";
                /** `http://` or `https://`. No name or password in it. */
                readonly url: string;
                /** What is sent; JSON where it begins with a brace. Without it: nothing. */
                readonly body?: string;
              };
            }
          | {
              readonly kind: "camera";
              /** Whose relay it is. */
              readonly camera: string;
              /** As the camera calls it. */
              readonly relay?: string;
              /** In place of a relay: what else can be switched on it. */
              readonly part?: "siren" | "light" | "wiper";
            };
        /** Seconds after which it goes off by itself; 0: it stays on until somebody clears it. */
        readonly dwellSeconds: number;
        /** Periods by the day on which they begin; a day that is left out has none. With `holiday`, holidays have these and not those of their weekday. */
        readonly schedule?: {
          readonly monday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly tuesday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly wednesday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly thursday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly friday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly saturday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly sunday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly holiday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
        };
      }[];
      /** Outputs whose requests carry an authorization. */
      readonly authorized: readonly string[];
    };
  };
  /** Says what the requests of an alarm output carry in the header `Authorization`. */
  readonly "PUT /outputs/{output}/authorization": {
    readonly path: { readonly output: string };
    readonly body: {
      /** What its requests carry in the header `Authorization`; null: none. It never comes out again. */
      readonly authorization: string | null;
    };
    readonly answer: undefined;
  };
  /** The alarm inputs, and how they are. */
  readonly "GET /inputs": {
    readonly answer: {
      readonly inputs: readonly {
        readonly id: string;
        readonly name: string;
        readonly kind: "virtual" | "mqtt" | "http" | "camera";
        readonly enabled: boolean;
        /** Its own schedule says that it counts now. */
        readonly armed: boolean;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly since?: string;
        /** Who or what brought it into this state. */
        readonly by?: string;
        readonly active: boolean;
        /** What it said last. */
        readonly contact: "closed" | "open" | "unknown";
        /** `alarm`: raises events of the type `alarm-input`; `one-key-disarm`: keeps linkage actions from being done while it is active. */
        readonly use: "alarm" | "one-key-disarm";
        /** Of its alarms, those that the caller may see. */
        readonly cameras: readonly string[];
      }[];
    };
  };
  /** Closes or opens the contact of a virtual alarm input. */
  readonly "PUT /inputs/{input}/contact": {
    readonly path: { readonly input: string };
    readonly body: {
      /** How the contact is now. */
      readonly contact: "closed" | "open";
    };
    readonly answer: {
      readonly inputs: readonly {
        readonly id: string;
        readonly name: string;
        readonly kind: "virtual" | "mqtt" | "http" | "camera";
        readonly enabled: boolean;
        /** Its own schedule says that it counts now. */
        readonly armed: boolean;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly since?: string;
        /** Who or what brought it into this state. */
        readonly by?: string;
        readonly active: boolean;
        /** What it said last. */
        readonly contact: "closed" | "open" | "unknown";
        /** `alarm`: raises events of the type `alarm-input`; `one-key-disarm`: keeps linkage actions from being done while it is active. */
        readonly use: "alarm" | "one-key-disarm";
        /** Of its alarms, those that the caller may see. */
        readonly cameras: readonly string[];
      }[];
    };
  };
  /** A device that holds an alarm input's token says how its contact is: closed, unless told otherwise. */
  readonly "POST /inputs/{input}/signal": {
    readonly path: { readonly input: string };
    readonly query: {
      /** Of the input. */
      readonly token: string;
      /** How the contact is now. */
      readonly contact?: "closed" | "open";
    };
    readonly answer: undefined;
  };
  /** Makes another token for an alarm input that devices call. The one before holds no more. */
  readonly "POST /inputs/{input}/token": {
    readonly path: { readonly input: string };
    readonly answer: {
      /** Told this once. */
      readonly token: string;
      /** Where whoever holds it says how the contact is: with `contact=open` too. */
      readonly path: string;
    };
  };
  /** The settings of all alarm inputs. */
  readonly "GET /inputs/settings": {
    readonly answer: {
      /** Another one whenever the settings are others: whoever changes them hands it back. */
      readonly stamp: string;
      readonly inputs: readonly {
        /** 1 to 64 of a-z, 0-9 and inner hyphens. */
        readonly id: string;
        /** What people call it. */
        readonly name: string;
        /** One that is switched off is not heard. */
        readonly enabled: boolean;
        /** `virtual`: whoever has the right sets it, over the API or MQTT; `mqtt`: a sensor's topic; `http`: whoever knows its address and token; `camera`: a contact at a camera. */
        readonly source:
          | { readonly kind: "virtual" }
          | {
              readonly kind: "mqtt";
              /** Where the sensor speaks. Not below the recorder's own base topic. */
              readonly topic: string;
              /** Of sensors that send JSON objects: the property that counts. Without it: the whole message. */
              readonly field?: string;
              /** What it says when the contact closes, or the sensor responds. */
              readonly closed: string;
              /** What it says when the contact opens, or the sensor rests. */
              readonly open: string;
            }
          | { readonly kind: "http" }
          | {
              readonly kind: "camera";
              /** Whose input it is. */
              readonly camera: string;
              /** As the camera calls it. */
              readonly input: string;
            };
        /** `normally-open`: closing it alarms; `normally-closed`: opening it does. */
        readonly contact: "normally-open" | "normally-closed";
        /** Seconds after which an alarm is over that nobody ends, as of a button; 0: it lasts. */
        readonly holdSeconds: number;
        /** `alarm`: raises events of the type `alarm-input`; `one-key-disarm`: keeps linkage actions from being done while it is active. */
        readonly use: "alarm" | "one-key-disarm";
        /** Of an alarm: the cameras that its events are of, which record by their own settings; none: the recorder. Of one-key disarming: events of these cameras; none: all events. */
        readonly cameras: readonly string[];
        /** Of one-key disarming: the actions that are not done. None: all actions. */
        readonly disarms: readonly string[];
        /** Periods by the day on which they begin; a day that is left out has none. With `holiday`, holidays have these and not those of their weekday. */
        readonly schedule?: {
          readonly monday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly tuesday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly wednesday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly thursday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly friday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly saturday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly sunday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly holiday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
        };
      }[];
      /** Inputs that have a token. */
      readonly tokens: readonly string[];
    };
  };
  /** Changes the settings of alarm inputs: the list as a whole. Those that stay as they are go on. */
  readonly "PUT /inputs/settings": {
    readonly body: {
      readonly inputs: readonly {
        /** 1 to 64 of a-z, 0-9 and inner hyphens. */
        readonly id: string;
        /** What people call it. */
        readonly name: string;
        /** One that is switched off is not heard. */
        readonly enabled: boolean;
        /** `virtual`: whoever has the right sets it, over the API or MQTT; `mqtt`: a sensor's topic; `http`: whoever knows its address and token; `camera`: a contact at a camera. */
        readonly source:
          | { readonly kind: "virtual" }
          | {
              readonly kind: "mqtt";
              /** Where the sensor speaks. Not below the recorder's own base topic. */
              readonly topic: string;
              /** Of sensors that send JSON objects: the property that counts. Without it: the whole message. */
              readonly field?: string;
              /** What it says when the contact closes, or the sensor responds. */
              readonly closed: string;
              /** What it says when the contact opens, or the sensor rests. */
              readonly open: string;
            }
          | { readonly kind: "http" }
          | {
              readonly kind: "camera";
              /** Whose input it is. */
              readonly camera: string;
              /** As the camera calls it. */
              readonly input: string;
            };
        /** `normally-open`: closing it alarms; `normally-closed`: opening it does. */
        readonly contact: "normally-open" | "normally-closed";
        /** Seconds after which an alarm is over that nobody ends, as of a button; 0: it lasts. */
        readonly holdSeconds: number;
        /** `alarm`: raises events of the type `alarm-input`; `one-key-disarm`: keeps linkage actions from being done while it is active. */
        readonly use: "alarm" | "one-key-disarm";
        /** Of an alarm: the cameras that its events are of, which record by their own settings; none: the recorder. Of one-key disarming: events of these cameras; none: all events. */
        readonly cameras: readonly string[];
        /** Of one-key disarming: the actions that are not done. None: all actions. */
        readonly disarms: readonly string[];
        /** Periods by the day on which they begin; a day that is left out has none. With `holiday`, holidays have these and not those of their weekday. */
        readonly schedule?: {
          readonly monday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly tuesday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly wednesday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly thursday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly friday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly saturday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly sunday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly holiday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
        };
      }[];
      /** Another one whenever the settings are others: whoever changes them hands it back. */
      readonly stamp?: string;
    };
    readonly answer: {
      /** Another one whenever the settings are others: whoever changes them hands it back. */
      readonly stamp: string;
      readonly inputs: readonly {
        /** 1 to 64 of a-z, 0-9 and inner hyphens. */
        readonly id: string;
        /** What people call it. */
        readonly name: string;
        /** One that is switched off is not heard. */
        readonly enabled: boolean;
        /** `virtual`: whoever has the right sets it, over the API or MQTT; `mqtt`: a sensor's topic; `http`: whoever knows its address and token; `camera`: a contact at a camera. */
        readonly source:
          | { readonly kind: "virtual" }
          | {
              readonly kind: "mqtt";
              /** Where the sensor speaks. Not below the recorder's own base topic. */
              readonly topic: string;
              /** Of sensors that send JSON objects: the property that counts. Without it: the whole message. */
              readonly field?: string;
              /** What it says when the contact closes, or the sensor responds. */
              readonly closed: string;
              /** What it says when the contact opens, or the sensor rests. */
              readonly open: string;
            }
          | { readonly kind: "http" }
          | {
              readonly kind: "camera";
              /** Whose input it is. */
              readonly camera: string;
              /** As the camera calls it. */
              readonly input: string;
            };
        /** `normally-open`: closing it alarms; `normally-closed`: opening it does. */
        readonly contact: "normally-open" | "normally-closed";
        /** Seconds after which an alarm is over that nobody ends, as of a button; 0: it lasts. */
        readonly holdSeconds: number;
        /** `alarm`: raises events of the type `alarm-input`; `one-key-disarm`: keeps linkage actions from being done while it is active. */
        readonly use: "alarm" | "one-key-disarm";
        /** Of an alarm: the cameras that its events are of, which record by their own settings; none: the recorder. Of one-key disarming: events of these cameras; none: all events. */
        readonly cameras: readonly string[];
        /** Of one-key disarming: the actions that are not done. None: all actions. */
        readonly disarms: readonly string[];
        /** Periods by the day on which they begin; a day that is left out has none. With `holiday`, holidays have these and not those of their weekday. */
        readonly schedule?: {
          readonly monday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly tuesday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly wednesday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly thursday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly friday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly saturday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly sunday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
          readonly holiday?: readonly {
            /** `08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`. */
            readonly from: string;
            /** The first moment after it; at or before `from`: on the next day. `24:00` is midnight. */
            readonly to: string;
          }[];
        };
      }[];
      /** Inputs that have a token. */
      readonly tokens: readonly string[];
    };
  };
  /** Server-Sent Events, or the same by WebSocket: camera, camera-removed, volume, problems, plugin-job, coverage, event, output, input, node, popup, popup-end, sound, reset, session-ended. */
  readonly "GET /changes": {
    readonly query?: {
      /** Changes of these cameras only: ids separated by commas. */
      readonly cameras?: string;
      /** Some of camera, camera-removed, volume, problems, plugin-job, coverage, event, output, input, node, popup, popup-end, sound, separated by commas. */
      readonly types?: string;
      /** The id of the last message that was got, as the header Last-Event-ID: what was missed comes first, or `reset` if that is not known any more. */
      readonly since?: string;
      /** The listener is a wall of this name while it listens, and is told popup, popup-end, sound that are for walls. */
      readonly wall?: string;
      /** The listener is an open page, and is told `sound` that is for pages. */
      readonly page?: boolean;
    };
    readonly answer: Blob;
  };
  /** Volumes, what each camera takes of them, and how long recordings are kept as things are. */
  readonly "GET /storage": {
    readonly answer: {
      readonly volumes: readonly {
        readonly id: string;
        readonly path: string;
        readonly status: string;
        readonly message?: string;
        /** Stable name of what is wrong. */
        readonly code?: string;
        /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
        readonly context?: Readonly<Record<string, string | number>>;
        readonly freeBytes?: number;
        readonly totalBytes?: number;
        readonly usedBytes?: number;
        /** Longest sync of the last minute: what a power failure costs beyond five seconds. */
        readonly syncMs?: number;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly since?: string;
        /** The plugin that makes the folder ready. Absent: it is there anyway. */
        readonly driver?: {
          /** `<package>/<id>`, as config.json names it. */
          readonly source: string;
          /** Absent while no plugin brings it. */
          readonly displayName?: string;
          readonly status: "pending" | "ready" | "unavailable";
          readonly reason?: string;
          /** Stable name of the reason. */
          readonly code?: string;
          /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
          readonly context?: Readonly<Record<string, string | number>>;
        };
        /** Another disk lies at the place of the volume's own, which is away. */
        readonly replaced?: {
          /** Id of the disk that is there now, to name it by. */
          readonly place: string;
          readonly mountPoint: string;
          /** What lies in the volume's folder: nothing, a volume that this recorder wrote to before, or another one. */
          readonly holds: "empty" | "own" | "foreign";
          /** Why it cannot be chosen. */
          readonly problem?: {
            readonly code: string;
            readonly message: string;
            /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
            readonly context?: Readonly<Record<string, string | number>>;
          };
        };
        /** What lies on the disk besides Nightjar's recordings. */
        readonly othersBytes?: number;
        /** Kept free. */
        readonly reserveBytes: number;
        /** False: the default, which follows the size of the disk. */
        readonly reserveChosen: boolean;
        /** The oldest recordings make room for new ones. */
        readonly overwrite: boolean;
        /** Written in the last five minutes. */
        readonly writeBytesPerSecond: number;
      }[];
      readonly cameras: readonly {
        readonly id: string;
        readonly storedBytes: number;
        /** Recorded now. */
        readonly nowBytesPerSecond: number;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly oldest?: string;
        /** What it writes on average. Absent: not measured yet. */
        readonly bytesPerSecond?: number;
        /** How long its recordings are kept as things are. Absent: it is not recorded. */
        readonly forecast?: {
          /** Absent: not known. */
          readonly keepsDays?: number;
          /** What ends it: days or bytes that were chosen, the disk, or recording stops as nothing may be overwritten. */
          readonly limit?: "days" | "quota" | "space" | "full";
          /** The days that were chosen will not be reached. */
          readonly isShort: boolean;
        };
      }[];
      /** What recordings can take on all volumes. */
      readonly roomBytes?: number;
      /** Days until the free room is used up. */
      readonly daysUntilFull?: number;
      /** Where folders of volumes are set; for those who may change settings. */
      readonly configFile?: string;
    };
  };
  /** Disks of this machine that recordings could go to. */
  readonly "GET /storage/places": {
    readonly answer: {
      /** Mounted disks of this machine; no shares, no sticks with FAT, nothing of the system's own. */
      readonly places: readonly {
        /** Stands for the place as long as the same disk is mounted there. */
        readonly id: string;
        readonly mountPoint: string;
        readonly fileSystem: string;
        /** A part of the disk holds the operating system. */
        readonly isSystem: boolean;
        /** Settings and database of the recorder lie on it. */
        readonly holdsData: boolean;
        readonly isRecommended: boolean;
        /** A volume lies there: the first, or one that is written to when those before it fail. */
        readonly volume?: "first" | "later";
        readonly totalBytes?: number;
        readonly freeBytes?: number;
        /** Why it cannot be chosen. */
        readonly problem?: {
          readonly code: string;
          readonly message: string;
          /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
          readonly context?: Readonly<Record<string, string | number>>;
        };
      }[];
    };
  };
  /** Makes an offered place the first volume; those there are come after it. */
  readonly "POST /storage/volumes": {
    readonly body: {
      /** Id of an offered place. */
      readonly place: string;
    };
    readonly answer: {
      readonly volumes: readonly {
        readonly id: string;
        readonly path: string;
        readonly status: string;
        readonly message?: string;
        /** Stable name of what is wrong. */
        readonly code?: string;
        /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
        readonly context?: Readonly<Record<string, string | number>>;
        readonly freeBytes?: number;
        readonly totalBytes?: number;
        readonly usedBytes?: number;
        /** Longest sync of the last minute: what a power failure costs beyond five seconds. */
        readonly syncMs?: number;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly since?: string;
        /** The plugin that makes the folder ready. Absent: it is there anyway. */
        readonly driver?: {
          /** `<package>/<id>`, as config.json names it. */
          readonly source: string;
          /** Absent while no plugin brings it. */
          readonly displayName?: string;
          readonly status: "pending" | "ready" | "unavailable";
          readonly reason?: string;
          /** Stable name of the reason. */
          readonly code?: string;
          /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
          readonly context?: Readonly<Record<string, string | number>>;
        };
        /** Another disk lies at the place of the volume's own, which is away. */
        readonly replaced?: {
          /** Id of the disk that is there now, to name it by. */
          readonly place: string;
          readonly mountPoint: string;
          /** What lies in the volume's folder: nothing, a volume that this recorder wrote to before, or another one. */
          readonly holds: "empty" | "own" | "foreign";
          /** Why it cannot be chosen. */
          readonly problem?: {
            readonly code: string;
            readonly message: string;
            /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
            readonly context?: Readonly<Record<string, string | number>>;
          };
        };
        /** What lies on the disk besides Nightjar's recordings. */
        readonly othersBytes?: number;
        /** Kept free. */
        readonly reserveBytes: number;
        /** False: the default, which follows the size of the disk. */
        readonly reserveChosen: boolean;
        /** The oldest recordings make room for new ones. */
        readonly overwrite: boolean;
        /** Written in the last five minutes. */
        readonly writeBytesPerSecond: number;
      }[];
      readonly cameras: readonly {
        readonly id: string;
        readonly storedBytes: number;
        /** Recorded now. */
        readonly nowBytesPerSecond: number;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly oldest?: string;
        /** What it writes on average. Absent: not measured yet. */
        readonly bytesPerSecond?: number;
        /** How long its recordings are kept as things are. Absent: it is not recorded. */
        readonly forecast?: {
          /** Absent: not known. */
          readonly keepsDays?: number;
          /** What ends it: days or bytes that were chosen, the disk, or recording stops as nothing may be overwritten. */
          readonly limit?: "days" | "quota" | "space" | "full";
          /** The days that were chosen will not be reached. */
          readonly isShort: boolean;
        };
      }[];
      /** What recordings can take on all volumes. */
      readonly roomBytes?: number;
      /** Days until the free room is used up. */
      readonly daysUntilFull?: number;
      /** Where folders of volumes are set; for those who may change settings. */
      readonly configFile?: string;
    };
  };
  /** Makes the disk that took the place of a volume's own a volume anew. What lay on the old one is missing from then on. */
  readonly "POST /storage/volumes/{volume}/disk": {
    readonly path: { readonly volume: string };
    readonly body: {
      /** Id of an offered place. */
      readonly place: string;
    };
    readonly answer: {
      readonly volumes: readonly {
        readonly id: string;
        readonly path: string;
        readonly status: string;
        readonly message?: string;
        /** Stable name of what is wrong. */
        readonly code?: string;
        /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
        readonly context?: Readonly<Record<string, string | number>>;
        readonly freeBytes?: number;
        readonly totalBytes?: number;
        readonly usedBytes?: number;
        /** Longest sync of the last minute: what a power failure costs beyond five seconds. */
        readonly syncMs?: number;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly since?: string;
        /** The plugin that makes the folder ready. Absent: it is there anyway. */
        readonly driver?: {
          /** `<package>/<id>`, as config.json names it. */
          readonly source: string;
          /** Absent while no plugin brings it. */
          readonly displayName?: string;
          readonly status: "pending" | "ready" | "unavailable";
          readonly reason?: string;
          /** Stable name of the reason. */
          readonly code?: string;
          /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
          readonly context?: Readonly<Record<string, string | number>>;
        };
        /** Another disk lies at the place of the volume's own, which is away. */
        readonly replaced?: {
          /** Id of the disk that is there now, to name it by. */
          readonly place: string;
          readonly mountPoint: string;
          /** What lies in the volume's folder: nothing, a volume that this recorder wrote to before, or another one. */
          readonly holds: "empty" | "own" | "foreign";
          /** Why it cannot be chosen. */
          readonly problem?: {
            readonly code: string;
            readonly message: string;
            /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
            readonly context?: Readonly<Record<string, string | number>>;
          };
        };
        /** What lies on the disk besides Nightjar's recordings. */
        readonly othersBytes?: number;
        /** Kept free. */
        readonly reserveBytes: number;
        /** False: the default, which follows the size of the disk. */
        readonly reserveChosen: boolean;
        /** The oldest recordings make room for new ones. */
        readonly overwrite: boolean;
        /** Written in the last five minutes. */
        readonly writeBytesPerSecond: number;
      }[];
      readonly cameras: readonly {
        readonly id: string;
        readonly storedBytes: number;
        /** Recorded now. */
        readonly nowBytesPerSecond: number;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly oldest?: string;
        /** What it writes on average. Absent: not measured yet. */
        readonly bytesPerSecond?: number;
        /** How long its recordings are kept as things are. Absent: it is not recorded. */
        readonly forecast?: {
          /** Absent: not known. */
          readonly keepsDays?: number;
          /** What ends it: days or bytes that were chosen, the disk, or recording stops as nothing may be overwritten. */
          readonly limit?: "days" | "quota" | "space" | "full";
          /** The days that were chosen will not be reached. */
          readonly isShort: boolean;
        };
      }[];
      /** What recordings can take on all volumes. */
      readonly roomBytes?: number;
      /** Days until the free room is used up. */
      readonly daysUntilFull?: number;
      /** Where folders of volumes are set; for those who may change settings. */
      readonly configFile?: string;
    };
  };
  /** Changes what is kept free on a volume, and whether old recordings are overwritten. */
  readonly "PATCH /storage/volumes/{volume}": {
    readonly path: { readonly volume: string };
    readonly body: {
      /** Bytes kept free; null is the default. */
      readonly reserveBytes?: number | null;
      readonly overwrite?: boolean;
    };
    readonly answer: {
      readonly volumes: readonly {
        readonly id: string;
        readonly path: string;
        readonly status: string;
        readonly message?: string;
        /** Stable name of what is wrong. */
        readonly code?: string;
        /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
        readonly context?: Readonly<Record<string, string | number>>;
        readonly freeBytes?: number;
        readonly totalBytes?: number;
        readonly usedBytes?: number;
        /** Longest sync of the last minute: what a power failure costs beyond five seconds. */
        readonly syncMs?: number;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly since?: string;
        /** The plugin that makes the folder ready. Absent: it is there anyway. */
        readonly driver?: {
          /** `<package>/<id>`, as config.json names it. */
          readonly source: string;
          /** Absent while no plugin brings it. */
          readonly displayName?: string;
          readonly status: "pending" | "ready" | "unavailable";
          readonly reason?: string;
          /** Stable name of the reason. */
          readonly code?: string;
          /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
          readonly context?: Readonly<Record<string, string | number>>;
        };
        /** Another disk lies at the place of the volume's own, which is away. */
        readonly replaced?: {
          /** Id of the disk that is there now, to name it by. */
          readonly place: string;
          readonly mountPoint: string;
          /** What lies in the volume's folder: nothing, a volume that this recorder wrote to before, or another one. */
          readonly holds: "empty" | "own" | "foreign";
          /** Why it cannot be chosen. */
          readonly problem?: {
            readonly code: string;
            readonly message: string;
            /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
            readonly context?: Readonly<Record<string, string | number>>;
          };
        };
        /** What lies on the disk besides Nightjar's recordings. */
        readonly othersBytes?: number;
        /** Kept free. */
        readonly reserveBytes: number;
        /** False: the default, which follows the size of the disk. */
        readonly reserveChosen: boolean;
        /** The oldest recordings make room for new ones. */
        readonly overwrite: boolean;
        /** Written in the last five minutes. */
        readonly writeBytesPerSecond: number;
      }[];
      readonly cameras: readonly {
        readonly id: string;
        readonly storedBytes: number;
        /** Recorded now. */
        readonly nowBytesPerSecond: number;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly oldest?: string;
        /** What it writes on average. Absent: not measured yet. */
        readonly bytesPerSecond?: number;
        /** How long its recordings are kept as things are. Absent: it is not recorded. */
        readonly forecast?: {
          /** Absent: not known. */
          readonly keepsDays?: number;
          /** What ends it: days or bytes that were chosen, the disk, or recording stops as nothing may be overwritten. */
          readonly limit?: "days" | "quota" | "space" | "full";
          /** The days that were chosen will not be reached. */
          readonly isShort: boolean;
        };
      }[];
      /** What recordings can take on all volumes. */
      readonly roomBytes?: number;
      /** Days until the free room is used up. */
      readonly daysUntilFull?: number;
      /** Where folders of volumes are set; for those who may change settings. */
      readonly configFile?: string;
    };
  };
  /** The newest lines of the recorder's log, the oldest of them first. */
  readonly "GET /log": {
    readonly query?: {
      readonly limit?: number;
      /** Lines that matter less are left out. */
      readonly level?: "debug" | "info" | "notice" | "warn" | "error";
      readonly process?: string;
      /** A plugin's package name: the lines that are its own, or about it. */
      readonly plugin?: string;
    };
    readonly answer: {
      readonly lines: readonly {
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly time: string;
        readonly level: "debug" | "info" | "notice" | "warn" | "error";
        readonly process: string;
        readonly message: string;
        readonly fields: Readonly<Record<string, unknown>>;
      }[];
    };
  };
  /** What `nightjar doctor` finds around the recorder. Takes a few seconds; ends when nobody waits for it. */
  readonly "GET /doctor": {
    readonly answer: {
      readonly checks: readonly {
        /** Stable name of what was looked at. */
        readonly id: string;
        readonly result: "ok" | "notice" | "warning" | "error";
        /** What was found, in English. */
        readonly message: string;
        /** Which sentence that is, for other languages. */
        readonly code: string;
        /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
        readonly facts?: Readonly<Record<string, string | number>>;
        /** The file, folder, port or setting that it is about. */
        readonly where?: string;
        /** What to do, unless all is well. In English. */
        readonly advice?: string;
        readonly adviceCode?: string;
        /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
        readonly adviceFacts?: Readonly<Record<string, string | number>>;
        /** What to type for that, where one command does it. */
        readonly command?: string;
      }[];
    };
  };
  /** Settings of the recorder. */
  readonly "GET /settings": {
    readonly answer: {
      /** What people call this recorder. */
      readonly name: string;
      /** IANA name, as `Europe/Berlin`: calendar, schedules and what counts as a day. Files and the API stay in UTC. */
      readonly timeZone: string;
      /** Where the recorder listens. */
      readonly network: {
        /** Plain HTTP. */
        readonly http: {
          /** Address to listen on; 127.0.0.1 serves this machine alone. */
          readonly host: string;
          /** TCP port; when it is busy the next free one is taken and written here. */
          readonly port: number;
        };
        /** HTTPS with a certificate of the recorder's own authority. */
        readonly https: {
          /** Serve the network over HTTPS. */
          readonly enabled: boolean;
          /** Address to listen on; `::` is every address of the machine. */
          readonly host: string;
          /** TCP port; when it is busy the next free one is taken and written here. */
          readonly port: number;
        };
        /** Live pictures for other programs (VLC, ffmpeg, recorders). */
        readonly rtsp: {
          /** Give live pictures to other programs, which log in with stream passwords. */
          readonly enabled: boolean;
          /** Address to listen on; 127.0.0.1 serves this machine alone, `::` is every address of the machine. */
          readonly host: string;
          /** TCP port; when it is busy the next free one is taken. */
          readonly port: number;
        };
        /** RTSP over TLS, with the certificate that HTTPS serves. */
        readonly rtsps: {
          /** The same over TLS: nobody on the way sees the pictures. */
          readonly enabled: boolean;
          /** Address to listen on; 127.0.0.1 serves this machine alone, `::` is every address of the machine. */
          readonly host: string;
          /** TCP port; when it is busy the next free one is taken. */
          readonly port: number;
        };
        /** Path under which everything is served behind a reverse proxy: empty, or like `/nvr`. */
        readonly basePath: string;
        /** Addresses or networks (CIDR) of reverse proxies whose X-Forwarded-* headers are believed. */
        readonly trustedProxies: readonly string[];
        /** Host names and addresses that the certificate must hold besides the machine's own. */
        readonly certificateNames: readonly string[];
      };
      /** Sessions of signed-in people. */
      readonly sessions: {
        /** Minutes without use after which a session ends. What a page asks by itself is no use; pictures that flow are. */
        readonly idleMinutes: number;
        /** Hours after log-in at which a session ends whatever happens. */
        readonly maxHours: number;
      };
      /** The audit log. */
      readonly audit: {
        /** Days that entries of the audit log are kept, a day more at most. The oldest also go when there are a million. */
        readonly keepDays: number;
      };
      /** How many live pictures may be converted at once for browsers that cannot show the camera's codec. */
      readonly maxTranscodes: number;
      /** Per cent of all processor cores that looking at cameras may take together. Beyond it pictures are left out, and more of them the longer it lasts. */
      readonly detectionPercent: number;
      /** Least important lines that are written, by all processes; in force at once. `--log-level` and NIGHTJAR_LOG_LEVEL go before it. */
      readonly logLevel: "debug" | "info" | "notice" | "warn" | "error";
      readonly wizardDone: boolean;
      /** Where the first-run wizard stands, in whichever browser it is gone on with. */
      readonly wizardStep: "zone" | "storage" | "camera";
      /** What the page proposes for new cameras. */
      readonly newCameras: {
        /** Proposed for a camera that is added on the page; null: until the space is needed. */
        readonly retentionDays: number | null;
        /** Bytes that are proposed for such a camera; null: no limit of its own. */
        readonly quotaBytes: number | null;
        /** Whether recording the sound is proposed for a camera that is added on the page. */
        readonly audio: boolean;
      };
    };
  };
  /** Changes settings; those that are left out stay. */
  readonly "PATCH /settings": {
    readonly body: {
      /** What people call this recorder. */
      readonly name?: string;
      /** IANA name, as `Europe/Berlin`: calendar, schedules and what counts as a day. Files and the API stay in UTC. */
      readonly timeZone?: string;
      readonly network?: {
        readonly http?: {
          /** Address to listen on; 127.0.0.1 serves this machine alone. */
          readonly host?: string;
          /** TCP port; when it is busy the next free one is taken and written here. */
          readonly port?: number;
        };
        readonly https?: {
          /** Serve the network over HTTPS. */
          readonly enabled?: boolean;
          /** Address to listen on; `::` is every address of the machine. */
          readonly host?: string;
          /** TCP port; when it is busy the next free one is taken and written here. */
          readonly port?: number;
        };
        readonly rtsp?: {
          /** Give live pictures to other programs, which log in with stream passwords. */
          readonly enabled?: boolean;
          /** Address to listen on; 127.0.0.1 serves this machine alone, `::` is every address of the machine. */
          readonly host?: string;
          /** TCP port; when it is busy the next free one is taken. */
          readonly port?: number;
        };
        readonly rtsps?: {
          /** The same over TLS: nobody on the way sees the pictures. */
          readonly enabled?: boolean;
          /** Address to listen on; 127.0.0.1 serves this machine alone, `::` is every address of the machine. */
          readonly host?: string;
          /** TCP port; when it is busy the next free one is taken. */
          readonly port?: number;
        };
        /** Path under which everything is served behind a reverse proxy: empty, or like `/nvr`. */
        readonly basePath?: string;
        /** Addresses or networks (CIDR) of reverse proxies whose X-Forwarded-* headers are believed. */
        readonly trustedProxies?: readonly string[];
        /** Host names and addresses that the certificate must hold besides the machine's own. */
        readonly certificateNames?: readonly string[];
      };
      readonly sessions?: {
        /** Minutes without use after which a session ends. What a page asks by itself is no use; pictures that flow are. */
        readonly idleMinutes?: number;
        /** Hours after log-in at which a session ends whatever happens. */
        readonly maxHours?: number;
      };
      /** The audit log. */
      readonly audit?: {
        /** Days that entries of the audit log are kept, a day more at most. The oldest also go when there are a million. */
        readonly keepDays: number;
      };
      /** How many live pictures may be converted at once for browsers that cannot show the camera's codec. */
      readonly maxTranscodes?: number;
      /** Per cent of all processor cores that looking at cameras may take together. Beyond it pictures are left out, and more of them the longer it lasts. */
      readonly detectionPercent?: number;
      /** Least important lines that are written, by all processes; in force at once. `--log-level` and NIGHTJAR_LOG_LEVEL go before it. */
      readonly logLevel?: "debug" | "info" | "notice" | "warn" | "error";
      readonly wizardDone?: boolean;
      /** Where the first-run wizard stands, in whichever browser it is gone on with. */
      readonly wizardStep?: "zone" | "storage" | "camera";
      readonly newCameras?: {
        /** Proposed for a camera that is added on the page; null: until the space is needed. */
        readonly retentionDays?: number | null;
        /** Bytes that are proposed for such a camera; null: no limit of its own. */
        readonly quotaBytes?: number | null;
        /** Whether recording the sound is proposed for a camera that is added on the page. */
        readonly audio?: boolean;
      };
    };
    readonly answer: {
      /** What people call this recorder. */
      readonly name: string;
      /** IANA name, as `Europe/Berlin`: calendar, schedules and what counts as a day. Files and the API stay in UTC. */
      readonly timeZone: string;
      /** Where the recorder listens. */
      readonly network: {
        /** Plain HTTP. */
        readonly http: {
          /** Address to listen on; 127.0.0.1 serves this machine alone. */
          readonly host: string;
          /** TCP port; when it is busy the next free one is taken and written here. */
          readonly port: number;
        };
        /** HTTPS with a certificate of the recorder's own authority. */
        readonly https: {
          /** Serve the network over HTTPS. */
          readonly enabled: boolean;
          /** Address to listen on; `::` is every address of the machine. */
          readonly host: string;
          /** TCP port; when it is busy the next free one is taken and written here. */
          readonly port: number;
        };
        /** Live pictures for other programs (VLC, ffmpeg, recorders). */
        readonly rtsp: {
          /** Give live pictures to other programs, which log in with stream passwords. */
          readonly enabled: boolean;
          /** Address to listen on; 127.0.0.1 serves this machine alone, `::` is every address of the machine. */
          readonly host: string;
          /** TCP port; when it is busy the next free one is taken. */
          readonly port: number;
        };
        /** RTSP over TLS, with the certificate that HTTPS serves. */
        readonly rtsps: {
          /** The same over TLS: nobody on the way sees the pictures. */
          readonly enabled: boolean;
          /** Address to listen on; 127.0.0.1 serves this machine alone, `::` is every address of the machine. */
          readonly host: string;
          /** TCP port; when it is busy the next free one is taken. */
          readonly port: number;
        };
        /** Path under which everything is served behind a reverse proxy: empty, or like `/nvr`. */
        readonly basePath: string;
        /** Addresses or networks (CIDR) of reverse proxies whose X-Forwarded-* headers are believed. */
        readonly trustedProxies: readonly string[];
        /** Host names and addresses that the certificate must hold besides the machine's own. */
        readonly certificateNames: readonly string[];
      };
      /** Sessions of signed-in people. */
      readonly sessions: {
        /** Minutes without use after which a session ends. What a page asks by itself is no use; pictures that flow are. */
        readonly idleMinutes: number;
        /** Hours after log-in at which a session ends whatever happens. */
        readonly maxHours: number;
      };
      /** The audit log. */
      readonly audit: {
        /** Days that entries of the audit log are kept, a day more at most. The oldest also go when there are a million. */
        readonly keepDays: number;
      };
      /** How many live pictures may be converted at once for browsers that cannot show the camera's codec. */
      readonly maxTranscodes: number;
      /** Per cent of all processor cores that looking at cameras may take together. Beyond it pictures are left out, and more of them the longer it lasts. */
      readonly detectionPercent: number;
      /** Least important lines that are written, by all processes; in force at once. `--log-level` and NIGHTJAR_LOG_LEVEL go before it. */
      readonly logLevel: "debug" | "info" | "notice" | "warn" | "error";
      readonly wizardDone: boolean;
      /** Where the first-run wizard stands, in whichever browser it is gone on with. */
      readonly wizardStep: "zone" | "storage" | "camera";
      /** What the page proposes for new cameras. */
      readonly newCameras: {
        /** Proposed for a camera that is added on the page; null: until the space is needed. */
        readonly retentionDays: number | null;
        /** Bytes that are proposed for such a camera; null: no limit of its own. */
        readonly quotaBytes: number | null;
        /** Whether recording the sound is proposed for a camera that is added on the page. */
        readonly audio: boolean;
      };
    };
  };
  /** The settings as a file: with a password sealed and whole, without one readable, without secrets and accounts. */
  readonly "POST /settings/export": {
    readonly body: {
      readonly password?: string;
      /** Six figures of the authenticator app, or a recovery code. */
      readonly code?: string;
      /** With `password`: the password of the account that asks, since the file holds every secret. */
      readonly current?: string;
    };
    readonly answer: Blob;
  };
  /** Takes a file of settings, to be looked at and imported within 15 minutes; changes nothing. */
  readonly "POST /settings/import": {
    readonly file: Blob;
    readonly answer: { readonly id: string; readonly sealed: boolean };
  };
  /** Dry run: what importing the file would change, and what of it would be refused. */
  readonly "POST /settings/import/{id}/check": {
    readonly path: { readonly id: string };
    readonly body: {
      readonly password?: string;
      /** Parts to import: all but `network` unless chosen. */
      readonly parts?: readonly ("cameras" | "storage" | "plugins" | "accounts" | "general" | "network")[];
    };
    readonly answer: {
      readonly differences: readonly {
        /** JSON pointer, with cameras, plugins, volumes and accounts by name. */
        readonly path: string;
        /** `set`: a secret that was not there. */
        readonly kind: "added" | "changed" | "removed" | "set";
        /** No value is shown. */
        readonly secret?: true;
        /** As JSON, cut off where it is long. */
        readonly before?: string;
        readonly after?: string;
      }[];
      /** Differences beyond those that are listed. */
      readonly more: number;
      readonly refused: readonly {
        readonly path: string;
        /** Why it stays as it is. */
        readonly reason: string;
      }[];
      readonly notes: readonly string[];
      /** Given to the import, lets it happen only if nothing changed since. */
      readonly stamp: string;
      readonly file: {
        readonly madeAt: string;
        readonly madeBy: { readonly version: string; readonly node: string };
        /** It holds secrets and accounts. */
        readonly secrets: boolean;
      };
    };
  };
  /** Imports the file, after a copy of what was there; all of it, or nothing when a part fails. */
  readonly "POST /settings/import/{id}/apply": {
    readonly path: { readonly id: string };
    readonly body: {
      readonly password?: string;
      /** Parts to import: all but `network` unless chosen. */
      readonly parts?: readonly ("cameras" | "storage" | "plugins" | "accounts" | "general" | "network")[];
      /** Of the dry run: refused if anything changed since. */
      readonly stamp?: string;
    };
    readonly answer: {
      readonly differences: readonly {
        /** JSON pointer, with cameras, plugins, volumes and accounts by name. */
        readonly path: string;
        /** `set`: a secret that was not there. */
        readonly kind: "added" | "changed" | "removed" | "set";
        /** No value is shown. */
        readonly secret?: true;
        /** As JSON, cut off where it is long. */
        readonly before?: string;
        readonly after?: string;
      }[];
      /** Differences beyond those that are listed. */
      readonly more: number;
      readonly refused: readonly {
        readonly path: string;
        /** Why it stays as it is. */
        readonly reason: string;
      }[];
      readonly notes: readonly string[];
      /** Given to the import, lets it happen only if nothing changed since. */
      readonly stamp: string;
      readonly file: {
        readonly madeAt: string;
        readonly madeBy: { readonly version: string; readonly node: string };
        /** It holds secrets and accounts. */
        readonly secrets: boolean;
      };
    };
  };
  /** The last import, and what taking it back would change. */
  readonly "GET /settings/last-import": {
    readonly answer: {
      readonly available: boolean;
      readonly undo?: {
        readonly differences: readonly {
          /** JSON pointer, with cameras, plugins, volumes and accounts by name. */
          readonly path: string;
          /** `set`: a secret that was not there. */
          readonly kind: "added" | "changed" | "removed" | "set";
          /** No value is shown. */
          readonly secret?: true;
          /** As JSON, cut off where it is long. */
          readonly before?: string;
          readonly after?: string;
        }[];
        /** Differences beyond those that are listed. */
        readonly more: number;
        readonly refused: readonly {
          readonly path: string;
          /** Why it stays as it is. */
          readonly reason: string;
        }[];
        readonly notes: readonly string[];
        /** Given to the import, lets it happen only if nothing changed since. */
        readonly stamp: string;
        readonly importedAt: string;
        readonly by: string;
        readonly parts: readonly string[];
      };
    };
  };
  /** Takes the last import back. */
  readonly "POST /settings/rollback": {
    readonly answer: {
      readonly differences: readonly {
        /** JSON pointer, with cameras, plugins, volumes and accounts by name. */
        readonly path: string;
        /** `set`: a secret that was not there. */
        readonly kind: "added" | "changed" | "removed" | "set";
        /** No value is shown. */
        readonly secret?: true;
        /** As JSON, cut off where it is long. */
        readonly before?: string;
        readonly after?: string;
      }[];
      /** Differences beyond those that are listed. */
      readonly more: number;
      readonly refused: readonly {
        readonly path: string;
        /** Why it stays as it is. */
        readonly reason: string;
      }[];
      readonly notes: readonly string[];
      /** Given to the import, lets it happen only if nothing changed since. */
      readonly stamp: string;
    };
  };
  /** The certificate of HTTPS and the recorder's own authority, with fingerprints. */
  readonly "GET /certificate": {
    readonly answer: {
      /** The owner's own, or one of the recorder's authority; `none` while HTTPS was never on. */
      readonly inUse: "own" | "local" | "none";
      readonly server?: {
        readonly subject: string;
        readonly issuer: string;
        /** Hosts and addresses for which it holds. */
        readonly names: readonly string[];
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly from: string;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly until: string;
        /** Fingerprint, as browsers show it. */
        readonly sha256: string;
        /** Kind and size: `ECDSA prime256v1`, `RSA 2048`. */
        readonly key: string;
      };
      readonly root?: {
        readonly subject: string;
        readonly issuer: string;
        /** Hosts and addresses for which it holds. */
        readonly names: readonly string[];
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly from: string;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly until: string;
        /** Fingerprint, as browsers show it. */
        readonly sha256: string;
        /** Kind and size: `ECDSA prime256v1`, `RSA 2048`. */
        readonly key: string;
      };
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly renewsAt?: string;
      /** Why the owner's own, which is there, is not used. */
      readonly problem?: string;
    };
  };
  /** Puts an own certificate with its key in the place of the recorder's; checked first. */
  readonly "PUT /certificate": {
    readonly body: {
      /** PEM: the certificate, then those that lead to its authority. */
      readonly certificate: string;
      /** PEM, without a password. Never comes out. */
      readonly key: string;
    };
    readonly answer: {
      /** The owner's own, or one of the recorder's authority; `none` while HTTPS was never on. */
      readonly inUse: "own" | "local" | "none";
      readonly server?: {
        readonly subject: string;
        readonly issuer: string;
        /** Hosts and addresses for which it holds. */
        readonly names: readonly string[];
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly from: string;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly until: string;
        /** Fingerprint, as browsers show it. */
        readonly sha256: string;
        /** Kind and size: `ECDSA prime256v1`, `RSA 2048`. */
        readonly key: string;
      };
      readonly root?: {
        readonly subject: string;
        readonly issuer: string;
        /** Hosts and addresses for which it holds. */
        readonly names: readonly string[];
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly from: string;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly until: string;
        /** Fingerprint, as browsers show it. */
        readonly sha256: string;
        /** Kind and size: `ECDSA prime256v1`, `RSA 2048`. */
        readonly key: string;
      };
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly renewsAt?: string;
      /** Why the owner's own, which is there, is not used. */
      readonly problem?: string;
    };
  };
  /** Takes the own certificate away; the recorder's own authority serves again. */
  readonly "DELETE /certificate": {
    readonly answer: {
      /** The owner's own, or one of the recorder's authority; `none` while HTTPS was never on. */
      readonly inUse: "own" | "local" | "none";
      readonly server?: {
        readonly subject: string;
        readonly issuer: string;
        /** Hosts and addresses for which it holds. */
        readonly names: readonly string[];
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly from: string;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly until: string;
        /** Fingerprint, as browsers show it. */
        readonly sha256: string;
        /** Kind and size: `ECDSA prime256v1`, `RSA 2048`. */
        readonly key: string;
      };
      readonly root?: {
        readonly subject: string;
        readonly issuer: string;
        /** Hosts and addresses for which it holds. */
        readonly names: readonly string[];
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly from: string;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly until: string;
        /** Fingerprint, as browsers show it. */
        readonly sha256: string;
        /** Kind and size: `ECDSA prime256v1`, `RSA 2048`. */
        readonly key: string;
      };
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly renewsAt?: string;
      /** Why the owner's own, which is there, is not used. */
      readonly problem?: string;
    };
  };
  /** The other recorders that this one watches, and how they are. */
  readonly "GET /cluster/nodes": {
    readonly answer: {
      readonly nodes: readonly {
        /** 1 to 64 of a-z, 0-9 and inner hyphens; events of it have it as their subject. */
        readonly id: string;
        /** What people call it. */
        readonly name: string;
        /** Where its web interface is, as `https://192.168.1.20:8443`; with the base path, if it has one. Without user name or password. */
        readonly url: string;
        /** SHA-256 fingerprint of the certificate that is trusted where no public authority signed it: the node's own, or the root that signed that. *System → Certificate* of the node shows both. */
        readonly certificate?: string;
        /** `unknown`: nothing has been heard yet; `suspect`: no good answer for five seconds; `lost`: for `lostSeconds`. */
        readonly status: "unknown" | "online" | "suspect" | "lost";
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly since: string;
        /** Why it is not online. The `case` of the context tells apart what it can be. */
        readonly reason?: {
          readonly code: string;
          readonly message: string;
          /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
          readonly context?: Readonly<Record<string, string | number>>;
        };
        /** The Nightjar that answered last. */
        readonly version?: string;
        /** Its last good answer. */
        readonly answered?: string;
      }[];
      /** Seconds without an answer after which a node is lost and `exception-hot-spare` is raised. */
      readonly lostSeconds: number;
    };
  };
  /** Watches another recorder from now on. */
  readonly "POST /cluster/nodes": {
    readonly body: {
      /** What people call it. */
      readonly name: string;
      /** Where its web interface is, as `https://192.168.1.20:8443`; with the base path, if it has one. Without user name or password. */
      readonly url: string;
      readonly certificate?: string;
    };
    readonly answer: {
      /** 1 to 64 of a-z, 0-9 and inner hyphens; events of it have it as their subject. */
      readonly id: string;
      /** What people call it. */
      readonly name: string;
      /** Where its web interface is, as `https://192.168.1.20:8443`; with the base path, if it has one. Without user name or password. */
      readonly url: string;
      /** SHA-256 fingerprint of the certificate that is trusted where no public authority signed it: the node's own, or the root that signed that. *System → Certificate* of the node shows both. */
      readonly certificate?: string;
      /** `unknown`: nothing has been heard yet; `suspect`: no good answer for five seconds; `lost`: for `lostSeconds`. */
      readonly status: "unknown" | "online" | "suspect" | "lost";
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly since: string;
      /** Why it is not online. The `case` of the context tells apart what it can be. */
      readonly reason?: {
        readonly code: string;
        readonly message: string;
        /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
        readonly context?: Readonly<Record<string, string | number>>;
      };
      /** The Nightjar that answered last. */
      readonly version?: string;
      /** Its last good answer. */
      readonly answered?: string;
    };
  };
  /** Changes how long a watched node is silent before it is lost. */
  readonly "PATCH /cluster/nodes": {
    readonly body: {
      /** Seconds without an answer after which a node is lost and `exception-hot-spare` is raised. */
      readonly lostSeconds: number;
    };
    readonly answer: {
      readonly nodes: readonly {
        /** 1 to 64 of a-z, 0-9 and inner hyphens; events of it have it as their subject. */
        readonly id: string;
        /** What people call it. */
        readonly name: string;
        /** Where its web interface is, as `https://192.168.1.20:8443`; with the base path, if it has one. Without user name or password. */
        readonly url: string;
        /** SHA-256 fingerprint of the certificate that is trusted where no public authority signed it: the node's own, or the root that signed that. *System → Certificate* of the node shows both. */
        readonly certificate?: string;
        /** `unknown`: nothing has been heard yet; `suspect`: no good answer for five seconds; `lost`: for `lostSeconds`. */
        readonly status: "unknown" | "online" | "suspect" | "lost";
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly since: string;
        /** Why it is not online. The `case` of the context tells apart what it can be. */
        readonly reason?: {
          readonly code: string;
          readonly message: string;
          /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
          readonly context?: Readonly<Record<string, string | number>>;
        };
        /** The Nightjar that answered last. */
        readonly version?: string;
        /** Its last good answer. */
        readonly answered?: string;
      }[];
      /** Seconds without an answer after which a node is lost and `exception-hot-spare` is raised. */
      readonly lostSeconds: number;
    };
  };
  /** Whether a Nightjar answers at an address, and the certificate that it shows. Saves nothing. */
  readonly "POST /cluster/nodes/test": {
    readonly body: {
      /** Where its web interface is, as `https://192.168.1.20:8443`; with the base path, if it has one. Without user name or password. */
      readonly url: string;
      readonly certificate?: string;
    };
    readonly answer: {
      /** A Nightjar answers there. */
      readonly isNightjar: boolean;
      readonly version?: string;
      /** Why it is not online. The `case` of the context tells apart what it can be. */
      readonly reason?: {
        readonly code: string;
        readonly message: string;
        /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
        readonly context?: Readonly<Record<string, string | number>>;
      };
      /** What it shows, over HTTPS. */
      readonly certificate?: {
        /** The fingerprint to trust it by. */
        readonly sha256: string;
        readonly subject: string;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly until: string;
        /** It is the root that signed the node's own, which outlives that. */
        readonly isRoot: boolean;
        /** By the system's authorities, by the fingerprint that was given, or not. */
        readonly trusted: "system" | "fingerprint" | "no";
      };
    };
  };
  /** Changes a watched node; what is left out stays. */
  readonly "PATCH /cluster/nodes/{node}": {
    readonly path: { readonly node: string };
    readonly body: {
      /** What people call it. */
      readonly name?: string;
      /** Where its web interface is, as `https://192.168.1.20:8443`; with the base path, if it has one. Without user name or password. */
      readonly url?: string;
      /** `null`: the system's authorities alone. */
      readonly certificate?: string | null;
    };
    readonly answer: {
      /** 1 to 64 of a-z, 0-9 and inner hyphens; events of it have it as their subject. */
      readonly id: string;
      /** What people call it. */
      readonly name: string;
      /** Where its web interface is, as `https://192.168.1.20:8443`; with the base path, if it has one. Without user name or password. */
      readonly url: string;
      /** SHA-256 fingerprint of the certificate that is trusted where no public authority signed it: the node's own, or the root that signed that. *System → Certificate* of the node shows both. */
      readonly certificate?: string;
      /** `unknown`: nothing has been heard yet; `suspect`: no good answer for five seconds; `lost`: for `lostSeconds`. */
      readonly status: "unknown" | "online" | "suspect" | "lost";
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly since: string;
      /** Why it is not online. The `case` of the context tells apart what it can be. */
      readonly reason?: {
        readonly code: string;
        readonly message: string;
        /** Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for. */
        readonly context?: Readonly<Record<string, string | number>>;
      };
      /** The Nightjar that answered last. */
      readonly version?: string;
      /** Its last good answer. */
      readonly answered?: string;
    };
  };
  /** Watches a node no more. What was told of it is over. */
  readonly "DELETE /cluster/nodes/{node}": {
    readonly path: { readonly node: string };
    readonly answer: undefined;
  };
  /** MQTT: settings, how the broker is, and who is connected. */
  readonly "GET /mqtt": {
    readonly answer: {
      /** States, events and requests over MQTT. */
      readonly settings: {
        /** `embedded`: the one within. `external`: another one, by its address. `off`: no MQTT. */
        readonly broker: "embedded" | "external" | "off";
        /** First level of all of Nightjar's topics. */
        readonly base: string;
        /** Address of the recorder's pages, `https://nvr.example`: links to pictures and clips in messages begin with it. Empty: with `/`. */
        readonly webAddress: string;
        /** Publish a picture of the camera with each of its events, at most one in five seconds: each is decoded for it. */
        readonly eventPictures: boolean;
        /** The broker within, in clear. */
        readonly tcp: {
          /** Listen here while the broker is the one within. */
          readonly enabled: boolean;
          /** Address to listen on; 127.0.0.1 serves this machine alone, `::` is every address of the machine. */
          readonly host: string;
          /** TCP port; when it is busy the next free one is taken. */
          readonly port: number;
        };
        /** The broker within over TLS, with the certificate that HTTPS serves. */
        readonly tls: {
          /** Listen here while the broker is the one within. */
          readonly enabled: boolean;
          /** Address to listen on; 127.0.0.1 serves this machine alone, `::` is every address of the machine. */
          readonly host: string;
          /** TCP port; when it is busy the next free one is taken. */
          readonly port: number;
        };
        /** The broker within, for programs in browsers. */
        readonly webSocket: {
          /** The broker within at `/mqtt` of the recorder's own address, wherever its pages are reached. */
          readonly enabled: boolean;
        };
        /** Another broker. */
        readonly external: {
          /** `mqtt://`, `mqtts://`, `ws://` or `wss://`, host and port. The password is set on the page or over HTTP, and sealed in secrets.json. */
          readonly url: string;
          /** Empty: none is sent. */
          readonly username: string;
          /** PEM of who signed the broker's certificate, where no public authority did. */
          readonly ca: string;
          /** Do what is asked for over this broker. It alone decides who may ask; Nightjar cannot see who did. */
          readonly acceptRequests: boolean;
        };
      };
      /** There is a password for the other broker. It never comes out. */
      readonly passwordSet: boolean;
      readonly state: {
        /** Id of this recorder in topics. */
        readonly node: string;
        readonly base: string;
        readonly status: "off" | "starting" | "connecting" | "running" | "failed";
        /** For people: what is wrong. */
        readonly reason?: string;
        /** For programs and translations: what is wrong with another broker, as in the problem `mqtt` of `GET /status`. */
        readonly case?: string;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly since?: string;
        readonly tcp?: { readonly host: string; readonly port: number };
        readonly tls?: { readonly host: string; readonly port: number };
        /** Who is connected to the broker within. */
        readonly clients: readonly {
          readonly id: string;
          readonly userName: string;
          /** Name of the API token. */
          readonly token?: string;
          readonly address: string;
          readonly isSecure: boolean;
          readonly subscriptions: number;
        }[];
        readonly problems: readonly string[];
      };
    };
  };
  /** Changes the settings of MQTT; those that are left out stay, the password unless another address, user name or certificate authority is given. Connections are made anew. */
  readonly "PATCH /mqtt": {
    readonly body: {
      /** `embedded`: the one within. `external`: another one, by its address. `off`: no MQTT. */
      readonly broker?: "embedded" | "external" | "off";
      /** First level of all of Nightjar's topics. */
      readonly base?: string;
      /** Address of the recorder's pages, `https://nvr.example`: links to pictures and clips in messages begin with it. Empty: with `/`. */
      readonly webAddress?: string;
      /** Publish a picture of the camera with each of its events, at most one in five seconds: each is decoded for it. */
      readonly eventPictures?: boolean;
      readonly tcp?: {
        /** Listen here while the broker is the one within. */
        readonly enabled?: boolean;
        /** Address to listen on; 127.0.0.1 serves this machine alone, `::` is every address of the machine. */
        readonly host?: string;
        /** TCP port; when it is busy the next free one is taken. */
        readonly port?: number;
      };
      readonly tls?: {
        /** Listen here while the broker is the one within. */
        readonly enabled?: boolean;
        /** Address to listen on; 127.0.0.1 serves this machine alone, `::` is every address of the machine. */
        readonly host?: string;
        /** TCP port; when it is busy the next free one is taken. */
        readonly port?: number;
      };
      readonly webSocket?: {
        /** The broker within at `/mqtt` of the recorder's own address, wherever its pages are reached. */
        readonly enabled?: boolean;
      };
      readonly external?: {
        /** `mqtt://`, `mqtts://`, `ws://` or `wss://`, host and port. The password is set on the page or over HTTP, and sealed in secrets.json. */
        readonly url?: string;
        /** Empty: none is sent. */
        readonly username?: string;
        /** PEM of who signed the broker's certificate, where no public authority did. */
        readonly ca?: string;
        /** Do what is asked for over this broker. It alone decides who may ask; Nightjar cannot see who did. */
        readonly acceptRequests?: boolean;
        /** Kept when left out, as long as it goes where it was given for (url, username, ca); removed by null. */
        readonly password?: string | null;
      };
    };
    readonly answer: {
      /** States, events and requests over MQTT. */
      readonly settings: {
        /** `embedded`: the one within. `external`: another one, by its address. `off`: no MQTT. */
        readonly broker: "embedded" | "external" | "off";
        /** First level of all of Nightjar's topics. */
        readonly base: string;
        /** Address of the recorder's pages, `https://nvr.example`: links to pictures and clips in messages begin with it. Empty: with `/`. */
        readonly webAddress: string;
        /** Publish a picture of the camera with each of its events, at most one in five seconds: each is decoded for it. */
        readonly eventPictures: boolean;
        /** The broker within, in clear. */
        readonly tcp: {
          /** Listen here while the broker is the one within. */
          readonly enabled: boolean;
          /** Address to listen on; 127.0.0.1 serves this machine alone, `::` is every address of the machine. */
          readonly host: string;
          /** TCP port; when it is busy the next free one is taken. */
          readonly port: number;
        };
        /** The broker within over TLS, with the certificate that HTTPS serves. */
        readonly tls: {
          /** Listen here while the broker is the one within. */
          readonly enabled: boolean;
          /** Address to listen on; 127.0.0.1 serves this machine alone, `::` is every address of the machine. */
          readonly host: string;
          /** TCP port; when it is busy the next free one is taken. */
          readonly port: number;
        };
        /** The broker within, for programs in browsers. */
        readonly webSocket: {
          /** The broker within at `/mqtt` of the recorder's own address, wherever its pages are reached. */
          readonly enabled: boolean;
        };
        /** Another broker. */
        readonly external: {
          /** `mqtt://`, `mqtts://`, `ws://` or `wss://`, host and port. The password is set on the page or over HTTP, and sealed in secrets.json. */
          readonly url: string;
          /** Empty: none is sent. */
          readonly username: string;
          /** PEM of who signed the broker's certificate, where no public authority did. */
          readonly ca: string;
          /** Do what is asked for over this broker. It alone decides who may ask; Nightjar cannot see who did. */
          readonly acceptRequests: boolean;
        };
      };
      /** There is a password for the other broker. It never comes out. */
      readonly passwordSet: boolean;
      readonly state: {
        /** Id of this recorder in topics. */
        readonly node: string;
        readonly base: string;
        readonly status: "off" | "starting" | "connecting" | "running" | "failed";
        /** For people: what is wrong. */
        readonly reason?: string;
        /** For programs and translations: what is wrong with another broker, as in the problem `mqtt` of `GET /status`. */
        readonly case?: string;
        /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
        readonly since?: string;
        readonly tcp?: { readonly host: string; readonly port: number };
        readonly tls?: { readonly host: string; readonly port: number };
        /** Who is connected to the broker within. */
        readonly clients: readonly {
          readonly id: string;
          readonly userName: string;
          /** Name of the API token. */
          readonly token?: string;
          readonly address: string;
          readonly isSecure: boolean;
          readonly subscriptions: number;
        }[];
        readonly problems: readonly string[];
      };
    };
  };
  /** Flows: whether Node-RED is switched on, and how it is. */
  readonly "GET /flows": {
    readonly answer: {
      /** Run Node-RED, in which administrators wire what happens on what. Takes about 160 MB of memory. */
      readonly enabled: boolean;
      /** `missing`: Node-RED is not installed. `safe`: the editor is there, and no flow runs until somebody deploys. */
      readonly status: "off" | "missing" | "starting" | "running" | "safe" | "failed";
      /** Why the flows are not started: Node-RED answered no more, ended several times in a row, or neither the flows nor a copy of them could be read. */
      readonly because?: "hang" | "crash" | "unreadable";
      /** The node that was handed a message last before that. */
      readonly node?: { readonly id: string; readonly type: string; readonly name?: string };
      /** Flows that could not be read when Node-RED started, and were put aside. */
      readonly setAside?: {
        /** Where they lie now, in the data directory's `flows`. */
        readonly file: string;
        /** `not-json`: cut off or spoilt. `not-flows`: no list of nodes. */
        readonly reason: "not-json" | "not-flows";
        /** When the copy was made that took their place. Without one nothing did: `status` is `safe` then. */
        readonly copyAt?: string;
      };
      /** What flows may do beyond what they may always. */
      readonly allowed: {
        /** Flows may run programs (node exec). Whatever Nightjar's user may do, they may then: read its settings, secrets and recordings, and delete them. */
        readonly programs: boolean;
        /** Folders in which flows may read, write and watch files (nodes file, file in, watch). None: no files. */
        readonly folders: readonly string[];
        /** Nodes that others wrote may be installed from the registry, and run. Their code may do what flows may. */
        readonly modules: boolean;
      };
      /** Nodes that do nothing because what they need is not allowed; 50 at most. */
      readonly barred?: readonly { readonly id: string; readonly type: string; readonly name?: string }[];
      /** Why rules are not as the tab of alarm linkage was deployed last. */
      readonly tab?: readonly {
        readonly at: string;
        /** `other-flows`: flows were deployed over newer ones, or while rules changed. `not-changed`: the rules could not be changed. */
        readonly reason: "unknown-action" | "settings" | "too-many" | "other-flows" | "not-changed";
        readonly rule?: string;
        readonly action?: string;
      }[];
      /** For people: why it does not start. */
      readonly problem?: string;
    };
  };
  /** Switches Node-RED on or off. Flows stay as they are. */
  readonly "PATCH /flows": {
    readonly body: {
      /** Run Node-RED, in which administrators wire what happens on what. Takes about 160 MB of memory. */
      readonly enabled: boolean;
    };
    readonly answer: {
      /** Run Node-RED, in which administrators wire what happens on what. Takes about 160 MB of memory. */
      readonly enabled: boolean;
      /** `missing`: Node-RED is not installed. `safe`: the editor is there, and no flow runs until somebody deploys. */
      readonly status: "off" | "missing" | "starting" | "running" | "safe" | "failed";
      /** Why the flows are not started: Node-RED answered no more, ended several times in a row, or neither the flows nor a copy of them could be read. */
      readonly because?: "hang" | "crash" | "unreadable";
      /** The node that was handed a message last before that. */
      readonly node?: { readonly id: string; readonly type: string; readonly name?: string };
      /** Flows that could not be read when Node-RED started, and were put aside. */
      readonly setAside?: {
        /** Where they lie now, in the data directory's `flows`. */
        readonly file: string;
        /** `not-json`: cut off or spoilt. `not-flows`: no list of nodes. */
        readonly reason: "not-json" | "not-flows";
        /** When the copy was made that took their place. Without one nothing did: `status` is `safe` then. */
        readonly copyAt?: string;
      };
      /** What flows may do beyond what they may always. */
      readonly allowed: {
        /** Flows may run programs (node exec). Whatever Nightjar's user may do, they may then: read its settings, secrets and recordings, and delete them. */
        readonly programs: boolean;
        /** Folders in which flows may read, write and watch files (nodes file, file in, watch). None: no files. */
        readonly folders: readonly string[];
        /** Nodes that others wrote may be installed from the registry, and run. Their code may do what flows may. */
        readonly modules: boolean;
      };
      /** Nodes that do nothing because what they need is not allowed; 50 at most. */
      readonly barred?: readonly { readonly id: string; readonly type: string; readonly name?: string }[];
      /** Why rules are not as the tab of alarm linkage was deployed last. */
      readonly tab?: readonly {
        readonly at: string;
        /** `other-flows`: flows were deployed over newer ones, or while rules changed. `not-changed`: the rules could not be changed. */
        readonly reason: "unknown-action" | "settings" | "too-many" | "other-flows" | "not-changed";
        readonly rule?: string;
        readonly action?: string;
      }[];
      /** For people: why it does not start. */
      readonly problem?: string;
    };
  };
  /** Says what flows may do beyond what they may always: run programs, read and write in folders, run contributed nodes. Node-RED is restarted. */
  readonly "PUT /flows/allowed": {
    readonly body: {
      /** Flows may run programs (node exec). Whatever Nightjar's user may do, they may then: read its settings, secrets and recordings, and delete them. */
      readonly programs: boolean;
      /** Folders in which flows may read, write and watch files (nodes file, file in, watch). None: no files. */
      readonly folders: readonly string[];
      /** Nodes that others wrote may be installed from the registry, and run. Their code may do what flows may. */
      readonly modules: boolean;
    };
    readonly answer: {
      /** Run Node-RED, in which administrators wire what happens on what. Takes about 160 MB of memory. */
      readonly enabled: boolean;
      /** `missing`: Node-RED is not installed. `safe`: the editor is there, and no flow runs until somebody deploys. */
      readonly status: "off" | "missing" | "starting" | "running" | "safe" | "failed";
      /** Why the flows are not started: Node-RED answered no more, ended several times in a row, or neither the flows nor a copy of them could be read. */
      readonly because?: "hang" | "crash" | "unreadable";
      /** The node that was handed a message last before that. */
      readonly node?: { readonly id: string; readonly type: string; readonly name?: string };
      /** Flows that could not be read when Node-RED started, and were put aside. */
      readonly setAside?: {
        /** Where they lie now, in the data directory's `flows`. */
        readonly file: string;
        /** `not-json`: cut off or spoilt. `not-flows`: no list of nodes. */
        readonly reason: "not-json" | "not-flows";
        /** When the copy was made that took their place. Without one nothing did: `status` is `safe` then. */
        readonly copyAt?: string;
      };
      /** What flows may do beyond what they may always. */
      readonly allowed: {
        /** Flows may run programs (node exec). Whatever Nightjar's user may do, they may then: read its settings, secrets and recordings, and delete them. */
        readonly programs: boolean;
        /** Folders in which flows may read, write and watch files (nodes file, file in, watch). None: no files. */
        readonly folders: readonly string[];
        /** Nodes that others wrote may be installed from the registry, and run. Their code may do what flows may. */
        readonly modules: boolean;
      };
      /** Nodes that do nothing because what they need is not allowed; 50 at most. */
      readonly barred?: readonly { readonly id: string; readonly type: string; readonly name?: string }[];
      /** Why rules are not as the tab of alarm linkage was deployed last. */
      readonly tab?: readonly {
        readonly at: string;
        /** `other-flows`: flows were deployed over newer ones, or while rules changed. `not-changed`: the rules could not be changed. */
        readonly reason: "unknown-action" | "settings" | "too-many" | "other-flows" | "not-changed";
        readonly rule?: string;
        readonly action?: string;
      }[];
      /** For people: why it does not start. */
      readonly problem?: string;
    };
  };
  /** The tills, and how they are. */
  readonly "GET /tills": { readonly answer: Tills };
  /** What tills wrote, newest first, found by till, time, amount and text. */
  readonly "GET /receipts": {
    readonly query?: {
      readonly till?: string;
      /** Words that all stand in it, in either case of letters. */
      readonly text?: string;
      readonly least?: number;
      readonly most?: number;
      /** Of tills that one of these cameras looks at. */
      readonly cameras?: string;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly start?: string;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly end?: string;
      readonly cursor?: string;
      readonly limit?: number;
    };
    readonly answer: ReceiptsPage;
  };
  /** One receipt. */
  readonly "GET /receipts/{receipt}": {
    readonly path: { readonly receipt: number };
    readonly answer: Receipt;
  };
  /** The settings of all tills. */
  readonly "GET /tills/settings": {
    readonly answer: {
      readonly tills: readonly {
        /** 1 to 64 of a-z, 0-9 and inner hyphens. */
        readonly id: string;
        /** What people call it. */
        readonly name: string;
        /** A till that is off is not heard. */
        readonly enabled: boolean;
        /** Where its lines come from. */
        readonly input: {
          /** `tcp-listen`: the till connects to the recorder; `tcp-connect`: the recorder to the till; `udp`: the till sends datagrams. */
          readonly kind: "tcp-listen" | "tcp-connect" | "udp";
          /** Of the till for `tcp-connect`; else the recorder's own address to listen on, `::` for every one of the machine. */
          readonly host: string;
          /** TCP or UDP port. */
          readonly port: number;
          /** Addresses or networks (CIDR) of tills that are listened to. Empty: programs on this machine alone. */
          readonly from: readonly string[];
        };
        /** The set of letters that the till writes in. */
        readonly charset:
          | "utf-8"
          | "windows-1250"
          | "windows-1251"
          | "windows-1252"
          | "iso-8859-1"
          | "iso-8859-2"
          | "iso-8859-15"
          | "cp437"
          | "cp850"
          | "cp858"
          | "ibm866"
          | "gbk"
          | "big5"
          | "shift_jis"
          | "euc-kr";
        /** Ids of the cameras that look at the till: receipts are shown beside them, the first before the others. */
        readonly cameras: readonly string[];
        /** Who finds the receipts. Without it only a pause ends one. */
        readonly parser?: {
          /** A plugin's package name, a slash, and the id of its till parser: `nightjar-pos-text/text`. */
          readonly source: string;
          /** What the parser needs to know of the till, checked by its schema. No secrets. */
          readonly config: Readonly<Record<string, unknown>>;
        };
        /** Seconds without a line after which a receipt is over. */
        readonly pauseSeconds: number;
        /** Words that are kept as *** only, in either case of letters. */
        readonly hide: readonly string[];
        /** Keep of numbers of 12 to 19 figures the last four only. */
        readonly hideCardNumbers: boolean;
        /** Receipts that are older are forgotten. */
        readonly keepDays: number;
      }[];
    };
  };
  /** Changes the settings of tills: the list as a whole. Tills that stay as they are go on. */
  readonly "PUT /tills/settings": {
    readonly body: {
      readonly tills: readonly {
        /** 1 to 64 of a-z, 0-9 and inner hyphens. */
        readonly id: string;
        /** What people call it. */
        readonly name: string;
        /** A till that is off is not heard. */
        readonly enabled: boolean;
        /** Where its lines come from. */
        readonly input: {
          /** `tcp-listen`: the till connects to the recorder; `tcp-connect`: the recorder to the till; `udp`: the till sends datagrams. */
          readonly kind: "tcp-listen" | "tcp-connect" | "udp";
          /** Of the till for `tcp-connect`; else the recorder's own address to listen on, `::` for every one of the machine. */
          readonly host: string;
          /** TCP or UDP port. */
          readonly port: number;
          /** Addresses or networks (CIDR) of tills that are listened to. Empty: programs on this machine alone. */
          readonly from: readonly string[];
        };
        /** The set of letters that the till writes in. */
        readonly charset:
          | "utf-8"
          | "windows-1250"
          | "windows-1251"
          | "windows-1252"
          | "iso-8859-1"
          | "iso-8859-2"
          | "iso-8859-15"
          | "cp437"
          | "cp850"
          | "cp858"
          | "ibm866"
          | "gbk"
          | "big5"
          | "shift_jis"
          | "euc-kr";
        /** Ids of the cameras that look at the till: receipts are shown beside them, the first before the others. */
        readonly cameras: readonly string[];
        /** Who finds the receipts. Without it only a pause ends one. */
        readonly parser?: {
          /** A plugin's package name, a slash, and the id of its till parser: `nightjar-pos-text/text`. */
          readonly source: string;
          /** What the parser needs to know of the till, checked by its schema. No secrets. */
          readonly config: Readonly<Record<string, unknown>>;
        };
        /** Seconds without a line after which a receipt is over. */
        readonly pauseSeconds: number;
        /** Words that are kept as *** only, in either case of letters. */
        readonly hide: readonly string[];
        /** Keep of numbers of 12 to 19 figures the last four only. */
        readonly hideCardNumbers: boolean;
        /** Receipts that are older are forgotten. */
        readonly keepDays: number;
      }[];
    };
    readonly answer: {
      readonly tills: readonly {
        /** 1 to 64 of a-z, 0-9 and inner hyphens. */
        readonly id: string;
        /** What people call it. */
        readonly name: string;
        /** A till that is off is not heard. */
        readonly enabled: boolean;
        /** Where its lines come from. */
        readonly input: {
          /** `tcp-listen`: the till connects to the recorder; `tcp-connect`: the recorder to the till; `udp`: the till sends datagrams. */
          readonly kind: "tcp-listen" | "tcp-connect" | "udp";
          /** Of the till for `tcp-connect`; else the recorder's own address to listen on, `::` for every one of the machine. */
          readonly host: string;
          /** TCP or UDP port. */
          readonly port: number;
          /** Addresses or networks (CIDR) of tills that are listened to. Empty: programs on this machine alone. */
          readonly from: readonly string[];
        };
        /** The set of letters that the till writes in. */
        readonly charset:
          | "utf-8"
          | "windows-1250"
          | "windows-1251"
          | "windows-1252"
          | "iso-8859-1"
          | "iso-8859-2"
          | "iso-8859-15"
          | "cp437"
          | "cp850"
          | "cp858"
          | "ibm866"
          | "gbk"
          | "big5"
          | "shift_jis"
          | "euc-kr";
        /** Ids of the cameras that look at the till: receipts are shown beside them, the first before the others. */
        readonly cameras: readonly string[];
        /** Who finds the receipts. Without it only a pause ends one. */
        readonly parser?: {
          /** A plugin's package name, a slash, and the id of its till parser: `nightjar-pos-text/text`. */
          readonly source: string;
          /** What the parser needs to know of the till, checked by its schema. No secrets. */
          readonly config: Readonly<Record<string, unknown>>;
        };
        /** Seconds without a line after which a receipt is over. */
        readonly pauseSeconds: number;
        /** Words that are kept as *** only, in either case of letters. */
        readonly hide: readonly string[];
        /** Keep of numbers of 12 to 19 figures the last four only. */
        readonly hideCardNumbers: boolean;
        /** Receipts that are older are forgotten. */
        readonly keepDays: number;
      }[];
    };
  };
  /** Who can read the lines of a till. */
  readonly "GET /tills/parsers": {
    readonly answer: {
      readonly parsers: readonly {
        readonly source: string;
        readonly displayName: string;
        /** JSON Schema of what the parser needs to know of a till. */
        readonly configSchema: Readonly<Record<string, unknown>>;
      }[];
    };
  };
  /** What is looked for in a camera's pictures, how that goes and what it costs. */
  readonly "GET /cameras/{id}/detection": {
    readonly path: { readonly id: string };
    readonly answer: {
      readonly enabled: boolean;
      readonly state: {
        readonly status: "off" | "starting" | "waiting" | "looking" | "no-picture" | "failed";
        /** For people: why there is no picture to look at. */
        readonly problem?: string;
        readonly framesPerSecond: number;
        /** Which pictures are looked at: `all` that are asked for; `idle`: key frames, as nothing happens; `slower` and `key-frames`: fewer, as looking takes more of the processor than it may. */
        readonly pace?: "all" | "idle" | "slower" | "key-frames";
        /** Share of one processor core that decoding takes, once for all detectors. */
        readonly decodeShare?: number;
      };
      readonly detectors: readonly {
        /** Package and id: how settings name it. */
        readonly detector: string;
        readonly displayName: string;
        /** What it reports. */
        readonly eventTypes: readonly string[];
        readonly enabled: boolean;
        readonly sensitivity: number;
        /** Which parts of the picture count, as a grid over it. Without: all of it. */
        readonly area?: {
          readonly columns: number;
          readonly rows: number;
          /** Row by row from the upper left: `1` counts, `0` does not. */
          readonly cells: string;
        };
        /** Lines and regions, in fractions of the picture's width and height. */
        readonly rules?: readonly {
          readonly id: string;
          readonly name?: string;
          readonly kind: "line" | "region";
          readonly points: readonly (readonly number[])[];
          /** Which way across a line counts: from its left, looking along it, to its right is A to B. */
          readonly direction?: "both" | "a-to-b" | "b-to-a";
        }[];
        /** Kinds of rules that it reads; absent: none. */
        readonly ruleKinds?: readonly ("line" | "region")[];
        /** Ids of rules that it makes nothing of: of a kind that it does not read, or a region of two points. */
        readonly unreadRules?: readonly string[];
        readonly options: Readonly<Record<string, unknown>>;
        /** JSON Schema of `options`. */
        readonly schema: Readonly<Record<string, unknown>>;
        /** False: its plugin is not there; the settings are kept. */
        readonly isPresent: boolean;
        /** Share of one processor core; not known of plugins in processes of their own. */
        readonly cpuShare?: number;
        /** Pictures that it looked at since it began. */
        readonly looked: number;
        /** Pictures that a newer one took the place of. */
        readonly skipped: number;
        /** For people: why it does not look. */
        readonly problem?: string;
      }[];
    };
  };
  /** Changes what is looked for; what is left out stays. */
  readonly "PATCH /cameras/{id}/detection": {
    readonly path: { readonly id: string };
    readonly body: {
      readonly enabled?: boolean;
      /** By package and id; what is left out of one stays. */
      readonly detectors?: Readonly<
        Record<
          string,
          {
            /** Whether this detector looks. Without: detectors that come with Nightjar do, others do not. */
            readonly enabled?: boolean;
            /** 0 to 100; at 0 nothing is reported. */
            readonly sensitivity?: number;
            /** All of the picture by null. */
            readonly area?: {
              readonly columns: number;
              readonly rows: number;
              /** Row by row from the upper left: `1` counts, `0` does not. */
              readonly cells: string;
            } | null;
            /** Lines and regions, in fractions of the picture's width and height. */
            readonly rules?: readonly {
              readonly id: string;
              readonly name?: string;
              readonly kind: "line" | "region";
              readonly points: readonly (readonly number[])[];
              /** Which way across a line counts: from its left, looking along it, to its right is A to B. */
              readonly direction?: "both" | "a-to-b" | "b-to-a";
            }[];
            /** What else the detector lets one set, checked by its own schema. */
            readonly options?: Readonly<Record<string, unknown>>;
          }
        >
      >;
    };
    readonly answer: {
      readonly enabled: boolean;
      readonly state: {
        readonly status: "off" | "starting" | "waiting" | "looking" | "no-picture" | "failed";
        /** For people: why there is no picture to look at. */
        readonly problem?: string;
        readonly framesPerSecond: number;
        /** Which pictures are looked at: `all` that are asked for; `idle`: key frames, as nothing happens; `slower` and `key-frames`: fewer, as looking takes more of the processor than it may. */
        readonly pace?: "all" | "idle" | "slower" | "key-frames";
        /** Share of one processor core that decoding takes, once for all detectors. */
        readonly decodeShare?: number;
      };
      readonly detectors: readonly {
        /** Package and id: how settings name it. */
        readonly detector: string;
        readonly displayName: string;
        /** What it reports. */
        readonly eventTypes: readonly string[];
        readonly enabled: boolean;
        readonly sensitivity: number;
        /** Which parts of the picture count, as a grid over it. Without: all of it. */
        readonly area?: {
          readonly columns: number;
          readonly rows: number;
          /** Row by row from the upper left: `1` counts, `0` does not. */
          readonly cells: string;
        };
        /** Lines and regions, in fractions of the picture's width and height. */
        readonly rules?: readonly {
          readonly id: string;
          readonly name?: string;
          readonly kind: "line" | "region";
          readonly points: readonly (readonly number[])[];
          /** Which way across a line counts: from its left, looking along it, to its right is A to B. */
          readonly direction?: "both" | "a-to-b" | "b-to-a";
        }[];
        /** Kinds of rules that it reads; absent: none. */
        readonly ruleKinds?: readonly ("line" | "region")[];
        /** Ids of rules that it makes nothing of: of a kind that it does not read, or a region of two points. */
        readonly unreadRules?: readonly string[];
        readonly options: Readonly<Record<string, unknown>>;
        /** JSON Schema of `options`. */
        readonly schema: Readonly<Record<string, unknown>>;
        /** False: its plugin is not there; the settings are kept. */
        readonly isPresent: boolean;
        /** Share of one processor core; not known of plugins in processes of their own. */
        readonly cpuShare?: number;
        /** Pictures that it looked at since it began. */
        readonly looked: number;
        /** Pictures that a newer one took the place of. */
        readonly skipped: number;
        /** For people: why it does not look. */
        readonly problem?: string;
      }[];
    };
  };
  /** Where something moves in a camera's picture now, as a grid: what a person sets a detector by. */
  readonly "GET /cameras/{id}/detection/activity": {
    readonly path: { readonly id: string };
    readonly answer: {
      /** Absent: nothing moves. */
      readonly moving?: {
        /** Of the picture. */
        readonly at: string;
        readonly columns: number;
        readonly rows: number;
        /** Row by row from the upper left, `1` where something moves. */
        readonly cells: string;
      };
    };
  };
  /** Moments in which something moved in an area of a camera's picture, where the recorder looked for motion. */
  readonly "GET /cameras/{id}/motion": {
    readonly path: { readonly id: string };
    readonly query: {
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly start: string;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly end: string;
      /** Of the grid of `cells`. */
      readonly columns?: number;
      readonly rows?: number;
      /** The area that is meant: row by row from the upper left, `1` for its cells. Without it: all of the picture. */
      readonly cells?: string;
      readonly limit?: number;
      /** `next` of the page before. */
      readonly cursor?: string;
    };
    readonly answer: {
      /** By time. Nothing is said of times in which nobody looked for motion. */
      readonly moments: readonly {
        readonly start: string;
        /** Exclusive. */
        readonly end: string;
        /** Most of the cells that were asked for in which something moved at once. */
        readonly cells: number;
      }[];
      /** The cursor of what comes after; absent at the end. */
      readonly next?: string;
    };
  };
  /** This description. */
  readonly "GET /openapi.json": { readonly answer: Readonly<Record<string, unknown>> };
  /** WebSocket: the stream as it comes, in the frames of core/media/live-wire.ts. */
  readonly "GET /cameras/{id}/live": {
    readonly path: { readonly id: string };
    readonly query?: {
      readonly stream?: "main" | "sub";
      /** Convert what is not H.264. */
      readonly video?: "h264";
      /** With `video`: wait for a place if all conversions are taken. */
      readonly wait?: "1";
      /** A media ticket, in the place of cookie and token. */
      readonly ticket?: string;
    };
    readonly answer: never;
  };
  /** WebSocket: recorded footage, asked for by messages `play`, `seek`, `pause`. */
  readonly "GET /cameras/{id}/playback": {
    readonly path: { readonly id: string };
    readonly query?: {
      readonly stream?: "main" | "sub";
      /** A media ticket, in the place of cookie and token. */
      readonly ticket?: string;
    };
    readonly answer: never;
  };
  /** A stretch of recorded footage as one file, a day at most. */
  readonly "GET /cameras/{id}/clip.mp4": {
    readonly path: { readonly id: string };
    readonly query: {
      readonly stream?: "main" | "sub";
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly start: string;
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly end: string;
      /** aac: converted where players need it. */
      readonly sound?: "aac" | "original";
      /** A media ticket, in the place of cookie and token. */
      readonly ticket?: string;
    };
    readonly answer: Blob;
  };
  /** The newest picture, or that of a moment: the key frame at or before it. */
  readonly "GET /cameras/{id}/snapshot.jpg": {
    readonly path: { readonly id: string };
    readonly query?: {
      readonly stream?: "main" | "sub";
      /** ISO 8601 with zone, as 2026-01-01T12:00:00Z. */
      readonly at?: string;
      /** With `at`: the very frame in the place of the key frame. */
      readonly exact?: "1";
      /** Taken up to the next of 160, 320, 640, 960, 1280, 1920, 2560, 3840; never above the camera's. */
      readonly width?: number;
      /** A media ticket, in the place of cookie and token. */
      readonly ticket?: string;
    };
    readonly answer: Blob;
  };
}
