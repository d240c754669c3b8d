// The API over real accounts in a database in memory and cameras that are only described: what tests of routes share.
import type { Server } from "node:http";
import { Agent, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { ConfigStore } from "../../../core/config/config-store.ts";
import type { FlowsAllowed } from "../../../core/config/flows-config.ts";
import type { SecretStore } from "../../../core/config/secret-store.ts";
import { certificateService } from "../../../core/control/certificate-service.ts";
import { NightjarError } from "../../../core/errors.ts";
import { createHttpApp, type HttpApp } from "../../../core/http/app.ts";
import type { CameraView } from "../../../core/http/camera-schemas.ts";
import { ChangeFeed } from "../../../core/http/change-feed.ts";
import type { EventView } from "../../../core/http/event-schemas.ts";
import type { HttpServices } from "../../../core/http/services.ts";
import { WallBook } from "../../../core/http/wall-book.ts";
import { Type } from "../../../core/index.ts";
import { type Log, silentLog } from "../../../core/log.ts";
import type { PluginRoute } from "../../../core/plugin/contract/plugin-route.ts";
import type { PluginPage } from "../../../core/plugin/host/plugin-host.ts";
import type { PluginJob } from "../../../core/plugin/install/install-job.ts";
import { SettingsTransfer } from "../../../core/settings/settings-transfer.ts";
import { quickDerive } from "../settings/settings-fixture.ts";
import { ACTOR, CLIENT, GOOD_PASSWORD, type UsersFixture, usersFixture } from "../users/users-fixture.ts";
import { checkAnswer } from "./answer-check.ts";

export const HOST = "nvr.example:8443";
export const ORIGIN = `https://${HOST}`;
export const START_MS = Date.UTC(2026, 0, 1);

export function cameraView(id: string): CameraView {
  return {
    id,
    name: `Camera ${id}`,
    driver: "rtsp",
    enabled: true,
    config: { url: "rtsp://192.0.2.5/", passwordSet: true },
    record: {
      mode: "continuous",
      streams: "main",
      audio: false,
      preRecordSeconds: 5,
      segmentSeconds: 60,
      retentionDays: null,
      quotaBytes: null,
    },
    state: { status: "online", since: new Date(START_MS).toISOString() },
    streams: [{ stream: "main", figures: { bitrateKbps: 4000, framesPerSecond: 25, packetsLost: 0 } }],
    recording: { active: true, reasons: ["continuous"] },
  };
}

/** Resources of a plugin, as its registry would hold them. */
const PLUGIN_PAGES: Readonly<Record<string, PluginPage>> = {
  "nightjar-camera-far": pageIn("plugin-page", "Far"),
  "@acme/nightjar-bridge-Lamps": pageIn("plugin-element", "Lamps"),
};

function pageIn(folder: string, title: string): PluginPage {
  return { folder: join(import.meta.dirname, folder), permission: "settings.view", title };
}

const PLUGIN_ROUTES: readonly PluginRoute[] = [
  {
    id: "lamp",
    method: "GET",
    path: "/lamps/:lamp",
    permission: "settings.view",
    summary: "One lamp.",
    query: Type.Object({ depth: Type.Optional(Type.Integer()) }, { additionalProperties: false }),
    handle: async (request) => ({
      ...request,
      status: 500,
      isAnswer: true,
      headers: { "set-cookie": "a=b" },
    }),
  },
  {
    id: "switch",
    method: "PUT",
    path: "/lamps/:lamp",
    permission: "settings.edit",
    summary: "Switches a lamp.",
    body: Type.Object({ on: Type.Boolean() }, { additionalProperties: false }),
    handle: async ({ body }) => {
      if ((body as { on: boolean }).on) throw new NightjarError("NJ_LAMP_BROKEN", "unavailable", "no bulb");
    },
  },
  {
    id: "mine",
    method: "POST",
    path: "/lamps/:lamp/mine",
    permission: "live",
    inPerson: true,
    summary: "A lamp of one's own.",
    handle: async ({ userName }) => ({ userName }),
  },
];
function pluginJob(id: string): PluginJob {
  if (id !== "job-1") {
    throw new NightjarError("NJ_PLUGIN_JOB_NOT_FOUND", "not-found", "there is no such job, or not any more");
  }
  return {
    id,
    action: "install",
    source: "nightjar-camera-far",
    status: "running",
    createdAt: new Date(START_MS).toISOString(),
    lines: ["installing nightjar-camera-far@1.1.0"],
    linesLeftOut: 0,
  };
}

/** An event of the recorder itself. */
export function eventView(id: number): EventView {
  return {
    id,
    type: "motion",
    severity: "info",
    source: "camera",
    start: new Date(START_MS).toISOString(),
    objects: [],
    pictures: [],
    detail: {},
    revision: id,
  };
}

/** Event 1 is of the camera `yard`, 2 of `gate`, 3 of the recorder itself. */
function eventOfFixture(id: number): EventView | undefined {
  const camera = [undefined, "yard", "gate"][id];
  if (id > 3) return undefined;
  return camera === undefined ? eventView(id) : { ...eventView(id), camera };
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly bytes: Buffer;
  readonly json: Record<string, unknown>;
}

export interface Ask {
  readonly method?: string;
  readonly token?: string;
  readonly cookie?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Sent as it is, in place of `body`. */
  readonly rawBody?: string | Buffer;
}

export interface HttpFixture extends UsersFixture {
  readonly app: HttpApp;
  readonly server: Server;
  readonly services: HttpServices;
  readonly config: ConfigStore;
  readonly secrets: SecretStore;
  /** What was asked of the services behind the API. */
  readonly calls: string[];
  readonly cameras: Map<string, CameraView>;
  ask(path: string, options?: Ask): Promise<Answer>;
  /** A token of an account made for the test. */
  tokenOf(name: "admin" | "operator" | "viewer" | "yard-viewer"): Promise<string>;
}

/** Starts the API on a loopback port with the cameras `yard` and `gate`; everything goes when the test ends. */
export async function httpFixture(t: TestContext, log: Log = silentLog): Promise<HttpFixture> {
  const fixture = await usersFixture(t);
  const config = await ConfigStore.open({ dataDir: fixture.dataDir, log, watch: false });
  t.after(() => config.close());
  const { secrets } = fixture;
  const cameras = new Map([cameraView("yard"), cameraView("gate")].map((camera) => [camera.id, camera]));
  const calls: string[] = [];
  const called = (what: string) => {
    calls.push(what);
  };
  let mqttPassword: string | undefined;
  const services: HttpServices = {
    version: "0.0.0",
    clock: fixture.clock,
    log,
    config,
    users: fixture.users,
    changes: new ChangeFeed(fixture.clock),
    walls: new WallBook({ clock: fixture.clock, db: fixture.db, log }),
    cameras: {
      list: () => [...cameras.values()],
      get: (id) => cameras.get(id),
      has: (id) => cameras.has(id),
      ids: () => [...cameras.keys()],
      async create(camera) {
        called(`create ${camera.name}`);
        return cameraView(camera.id ?? "new");
      },
      async update(id) {
        called(`update ${id}`);
        const camera = cameras.get(id);
        if (camera === undefined)
          throw new NightjarError("NJ_CAMERA_NOT_FOUND", "not-found", "there is no such camera");
        return camera;
      },
      async remove(id, footage) {
        called(`remove ${id} ${footage}`);
      },
      async probe() {
        called("probe");
        throw new NightjarError(
          "NJ_CAMERA_AUTH",
          "failed-precondition",
          "rtsp://admin:canary-4711@192.0.2.5/ says: wrong password",
        );
      },
      async search() {
        called("search");
        return { found: [], isCut: false, problems: [] };
      },
      drivers: () => [{ id: "rtsp", displayName: "RTSP", configSchema: {}, canSearch: false }],
      async startManualRecording(id, untilMs) {
        called(`start ${id} ${untilMs}`);
      },
      async stopManualRecording(id) {
        called(`stop ${id}`);
      },
    },
    recordings: {
      async list(query) {
        called(`list ${query.camera} ${query.startMs} ${query.endMs}`);
        return { segments: [], gaps: [] };
      },
      async setLock(camera, segment, locked, by) {
        called(`lock ${camera} ${segment} ${locked} by ${by}`);
      },
      async setRangeLock({ camera, stream, startMs, endMs, locked, by }) {
        called(`lock ${camera} ${stream} ${startMs} ${endMs} ${locked} by ${by}`);
        return { files: 1, growing: false, start: "2026-01-01T00:00:00Z", end: "2026-01-01T00:01:00Z" };
      },
      async coverage(query) {
        called(`coverage ${query.cameras.join(",")}`);
        return { cameras: [] };
      },
      async calendar(query) {
        called(`calendar ${query.cameras.join(",")} ${query.from} ${query.to}`);
        return { timeZone: "UTC", days: [] };
      },
    },
    plugins: {
      pageOf: (name) => PLUGIN_PAGES[name],
      routesOf: (name) => (name === "nightjar-camera-far" ? PLUGIN_ROUTES : []),
      list: () => [
        {
          name: "nightjar-camera-far",
          displayName: "Far",
          version: "1.0.0",
          kind: "camera",
          status: "quarantined",
          reason: "it failed 5 times",
          errors: 5,
          isolation: "process",
          restarts: 5,
        },
      ],
      async restart(name) {
        called(`restart ${name}`);
      },
      async words(language) {
        called(`words ${language}`);
        return [
          { name: "nightjar-camera-far", displayName: "Fern", provides: { "camera-driver:far": "Fern" } },
        ];
      },
      async icon(name) {
        called(`icon ${name}`);
        return name === "nightjar-camera-far"
          ? { type: "image/svg+xml", bytes: Buffer.from("<svg onload='alert(1)'/>") }
          : undefined;
      },
    },
    pluginSettings: {
      async view(name) {
        called(`settings of ${name}`);
        return { name, enabled: true, schema: { type: "object" }, config: {}, secretsSet: ["/password"] };
      },
      async check(name) {
        called(`check settings of ${name}`);
        return [{ path: "/host", message: "is missing" }];
      },
      async put(name, config) {
        called(`put settings of ${name} ${Object.keys(config).join(" ")}`);
        return { name, enabled: true, config: {}, secretsSet: [] };
      },
      async setEnabled(name, enabled) {
        called(`${enabled ? "enable" : "disable"} ${name}`);
      },
      async setGrant(name, permission, granted) {
        called(`${granted ? "grant" : "withhold"} ${permission} ${name}`);
      },
      async setIsolation(name, isolation) {
        called(`run ${name} ${isolation}`);
      },
    },
    pluginRegistries: {
      view: () => ({ url: "https://registry.example/", login: "none", scopes: [] }),
      async put({ url, login, scopes }) {
        called(`registries ${url} ${scopes.map(({ scope }) => scope).join(" ")}`);
        return { url, login: login ? "token" : "none", scopes: [] };
      },
    },
    pluginInstaller: {
      start(order) {
        called(`job ${order.action} ${order.source ?? order.name} ${JSON.stringify(order.allowScripts)}`);
        return pluginJob("job-1");
      },
      jobs: () => [pluginJob("job-1")],
      job: (id) => pluginJob(id),
      cancel(id) {
        called(`cancel ${id}`);
        return pluginJob(id);
      },
      async upload(bytes, limitBytes) {
        let length = 0;
        for await (const chunk of bytes) length += chunk.byteLength;
        called(`upload ${length} of ${limitBytes}`);
        return {
          source: "/data/plugins/uploads/a.tgz",
          name: "nightjar-camera-far",
          version: "1.0.0",
          displayName: "Far",
          description: "",
          permissions: { network: false },
        };
      },
      installed: async () => [{ name: "nightjar-camera-far", version: "1.0.0", origin: "registry" }],
      async search(text) {
        called(`search ${text}`);
        return [{ name: "nightjar-camera-far", version: "1.1.0", description: "Far", links: {} }];
      },
      updates: async () => [{ name: "nightjar-camera-far", installed: "1.0.0", newest: "1.1.0", fits: true }],
    },
    settingsTransfer: new SettingsTransfer({
      version: "0.0.0",
      clock: fixture.clock,
      log,
      config,
      secrets,
      accounts: fixture.users.accounts,
      abilities: () => ({ drivers: new Set(["rtsp"]), plugins: new Set(["nightjar-camera-far"]) }),
      hiddenPlaces: async () => new Set(),
      async secretsChanged(names) {
        called(`secrets changed ${names.join(" ")}`);
      },
      derive: quickDerive,
    }),
    certificates: certificateService(fixture.dataDir, fixture.clock, async () =>
      called("certificates changed"),
    ),
    storage: {
      async view() {
        return {
          volumes: [
            {
              id: "v1",
              path: "/srv/video",
              status: "normal",
              reserveBytes: 1,
              reserveChosen: false,
              overwrite: true,
              writeBytesPerSecond: 0,
              syncMs: 4200,
            },
          ],
          cameras: ["yard", "gate"].map((id) => ({ id, storedBytes: 7, nowBytesPerSecond: 0 })),
          configFile: "/data/config.json",
        };
      },
      places: async () => ({
        places: [
          {
            ...{ id: "00112233445566aa", mountPoint: "/mnt/disk", fileSystem: "ext4", totalBytes: 8e9 },
            ...{ isSystem: false, holdsData: false, isRecommended: true, freeBytes: 7e9 },
          },
        ],
      }),
      async recordTo(place) {
        called(`record to ${place}`);
        return { mountPoint: "/mnt/disk", isNew: !calls.includes(`disk ${place} for v1`) };
      },
      async useDisk(id, place) {
        called(`disk ${place} for ${id}`);
        return { path: "/srv/video", mountPoint: "/srv" };
      },
      async changeVolume(id, change) {
        called(`volume ${id} ${JSON.stringify(change)}`);
      },
    },
    tills: {
      list: () => [],
      settings: () => [],
      parsers: () => [],
      change: async () => undefined,
      search: async () => ({ receipts: [] }),
      find: async () => undefined,
    },
    mqtt: {
      state: () => ({ node: "n1", base: "nightjar", status: "off", clients: [], problems: [] }),
      hasPassword: () => mqttPassword !== undefined,
      setPassword: async (password) => {
        mqttPassword = password;
      },
      settingsChanged: async () => undefined,
    },
    motion: {
      async search(query) {
        called(`motion ${JSON.stringify(query)}`);
        return { moments: [] };
      },
    },
    detection: {
      activity: (id) => (["yard", "gate"].includes(id) ? {} : undefined),
      load: () => ({ cores: 0.25, budgetCores: 1, step: 1 }),
      of: (id) =>
        ["yard", "gate"].includes(id)
          ? { enabled: false, state: { status: "off", framesPerSecond: 0 }, detectors: [] }
          : undefined,
      async change(id, patch) {
        if (!["yard", "gate"].includes(id))
          throw new NightjarError("NJ_CAMERA_NOT_FOUND", "not-found", `there is no camera "${id}"`);
        called(`detection ${id} ${JSON.stringify(patch)}`);
        return {
          enabled: patch.enabled ?? false,
          state: { status: "off", framesPerSecond: 0 },
          detectors: [],
        };
      },
    },
    explain: {
      async explain({ camera, atMs, type }, { recordings, events, storage, sees }) {
        const seen = { recordings, events, storage, gate: sees("gate") };
        called(`explain ${camera} ${atMs ?? "now"} ${type ?? "all"} ${JSON.stringify(seen)}`);
        const verdict = { state: "unknown", code: "why-hidden", message: "" } as const;
        const at = new Date(atMs ?? START_MS).toISOString();
        return { camera, at, now: atMs === undefined, recording: verdict, alarm: verdict, steps: [] };
      },
    },
    cluster: {
      view: () => ({ nodes: [], lostSeconds: 15 }),
      async setLostSeconds(lostSeconds) {
        called(`nodes are lost after ${lostSeconds} s`);
        return { nodes: [], lostSeconds };
      },
      async add(node) {
        called(`watch ${node.url}`);
        return { ...node, id: "barn", status: "unknown", since: new Date(START_MS).toISOString() };
      },
      async change(id, { name = "Barn", url = "https://barn.example" }) {
        called(`change node ${id}`);
        return { id, name, url, status: "unknown", since: new Date(START_MS).toISOString() };
      },
      async remove(id) {
        called(`forget node ${id}`);
      },
      async test({ url }) {
        called(`try ${url}`);
        return { isNightjar: true, version: "0.0.0" };
      },
    },
    keptLog: {
      async read(query) {
        called(`log ${query.level} ${query.limit} ${query.process ?? query.plugin ?? "all"}`);
        return [];
      },
    },
    status: {
      async status() {
        return {
          version: "0.0.0",
          node: "test",
          uptimeSeconds: 1,
          timeZone: "UTC",
          processes: [{ name: "media", status: "ready", restarts: 0 }],
          volumes: [
            { id: "v1", path: "/srv/video", status: "normal", freeBytes: 5, totalBytes: 10, syncMs: 4200 },
          ],
          cameras: { total: cameras.size, online: cameras.size, recording: cameras.size },
          problems: [],
        };
      },
    },
    events: {
      async search(query) {
        called(`events ${query.cameras?.join(",") ?? "everything"} ${query.limit}`);
        return { events: [] };
      },
      async find(id) {
        return eventOfFixture(id);
      },
      async acknowledge(id, by, note) {
        called(`acknowledge ${id} by ${by}: ${note}`);
        const event = eventOfFixture(id);
        if (event === undefined)
          throw new NightjarError("NJ_EVENT_NOT_FOUND", "not-found", "there is no such event");
        return { ...event, acknowledged: { at: event.start, by, note } };
      },
      arming: () => ({
        profile: config.get().alarms.profile,
        profiles: [{ id: "home", name: "Home", arms: "by-rules" }],
        rules: [],
      }),
      async exceptions({ cameras, recorder }) {
        called(`exceptions ${cameras?.join(",") ?? "everything"} ${recorder}`);
        return { exceptions: [] };
      },
    },
    diagnosticParts: async () => ({
      plugins: {
        "nightjar-camera-acme": { queue: 3, password: "hunter2hunter2", said: "the key is s3same!" },
      },
      secrets: ["s3same!"],
    }),
    flows: {
      view: () => ({ enabled: false, status: "off", allowed: config.get().flows.allowed as FlowsAllowed }),
      checkedFolders: async (folders) => folders,
    },
    alarmIo: {
      outputs: () => [],
      inputs: () => [],
      setOutput: async (id, on, by, dwellSeconds) =>
        called(`output ${id} ${on ? "on" : "off"} by ${by} for ${dwellSeconds ?? "its time"}`),
      setAllOutputs: async (on, by) => called(`all outputs ${on ? "on" : "off"} by ${by}`),
      setInput: (id, closed, by) => called(`input ${id} ${closed ? "closed" : "open"} by ${by}`),
      signalInput: (id, _token, closed) => called(`input ${id} called ${closed ? "closed" : "open"}`),
      outputSettings: () => ({ stamp: "1", outputs: [], authorized: [] }),
      inputSettings: () => ({ stamp: "1", inputs: [], tokens: [] }),
      changeOutputs: async (outputs) => called(`${outputs.length} outputs`),
      changeInputs: async (inputs) => called(`${inputs.length} inputs`),
      setAuthorization: async (id) => called(`authorization of ${id}`),
      newToken: async () => "not-a-secret",
    },
    abilities: {
      abilities: async (camera) =>
        camera === "yard" ? { relays: [{ id: "r1", name: "Relay 1" }], events: true } : {},
      presets: async () => [{ id: "1", name: "Gate" }],
      async setPreset(camera, { name, preset = "7" }) {
        called(`preset ${preset} of ${camera} is ${name}`);
        return { id: preset, name };
      },
      removePreset: async (camera, preset) => called(`preset ${preset} of ${camera} removed`),
      async move(camera, { pan, tilt, zoom }) {
        called(`move ${camera} ${pan} ${tilt} ${zoom}`);
        return { isNew: pan > 0 };
      },
      stopMoving: async (camera) => called(`stop ${camera}`),
      goTo: async (camera, target) => called(`send ${camera} ${JSON.stringify(target)}`),
    },
    linkage: {
      actions: () => [],
      lately: () => [],
      problemsOf: (rules) =>
        rules.some(({ actions }) => actions.some(({ settings }) => settings["wrong"] === true))
          ? [{ path: "/rules/0/actions/0/settings/wrong", message: "must not be there" }]
          : [],
      async test({ actions }, camera) {
        called(`linkage test ${actions.map(({ action }) => action).join(",")} of ${camera ?? "nothing"}`);
        return [];
      },
      async capture(event, file) {
        return event === 1 && file === 1 ? { camera: "yard", jpeg: Buffer.from([0xff, 0xd8]) } : undefined;
      },
    },
  };
  const app = createHttpApp(services);
  const server = await app.listen({ port: 0 });
  t.after(() => app.close());
  const door: Door = {
    port: (server.address() as AddressInfo).port,
    // As the gateway does: a connection of its own for each request takes half as long again as the request.
    agent: new Agent({ keepAlive: true }),
  };

  const accounts = {
    admin: { name: "admin", role: "administrator", password: GOOD_PASSWORD },
    operator: { name: "operator", role: "operator", password: GOOD_PASSWORD },
    viewer: { name: "viewer", role: "viewer", password: GOOD_PASSWORD },
    "yard-viewer": { name: "yard-viewer", role: "viewer", password: GOOD_PASSWORD, cameras: ["yard"] },
  } as const;

  return {
    ...fixture,
    app,
    server,
    services,
    config,
    secrets,
    calls,
    cameras,
    async ask(path, options = {}) {
      const given = await ask(door, path, options);
      checkAnswer(app.routes, options.method ?? "GET", path, given);
      return given;
    },
    async tokenOf(name) {
      const account = accounts[name];
      if ((await fixture.users.accounts.find(account.name)) === undefined) {
        await fixture.users.accounts.create(account, ACTOR);
      }
      return (await fixture.users.sessions.open(account.name, CLIENT)).token;
    },
  };
}

interface Door {
  readonly port: number;
  readonly agent: Agent;
}

/** Asks as the gateway does: with its headers about the client. */
function ask({ port, agent }: Door, path: string, options: Ask): Promise<Answer> {
  const text = options.rawBody ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        host: "127.0.0.1",
        port,
        path,
        method: options.method ?? "GET",
        agent,
        headers: {
          host: HOST,
          "x-nightjar-client-address": "192.0.2.1",
          "x-nightjar-client-secure": "1",
          ...(text === undefined
            ? {}
            : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
          ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
          ...(options.cookie === undefined ? {} : { cookie: options.cookie }),
          ...options.headers,
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", reject);
        incoming.on("end", () => {
          const bytes = Buffer.concat(chunks);
          const body = bytes.toString("utf8");
          const isJson = /json/.test(incoming.headers["content-type"] ?? "");
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text: body,
            bytes,
            json: isJson && body !== "" ? JSON.parse(body) : {},
          });
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(text);
  });
}
