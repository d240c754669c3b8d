// The plugin API's types, checked by the compiler: what an author may write compiles, and each line below that must not
// compile is marked; the type check fails when one of them begins to. Nothing here is run but the last test.
import assert from "node:assert/strict";
import { it } from "node:test";
import { definePlugin, type Nvr, type RecordingPlan, STAGE_LAST, Type } from "../../../../core/index.ts";

const schema = Type.Object({ host: Type.String(), port: Type.Integer({ default: 554 }) });

const plugin = definePlugin({
  name: "nightjar-camera-typed",
  configSchema: schema,
  setup(nvr, config) {
    // The configuration has the type of its schema.
    const host: string = config.host;
    const port: number = config.port;
    // @ts-expect-error a field that the schema does not have
    config.password;
    // @ts-expect-error a number is no text
    const wrong: string = config.port;

    nvr.hooks.start.tapPromise({ name: "nightjar-camera-typed", stage: STAGE_LAST }, async (signal) => {
      signal.throwIfAborted();
    });
    // @ts-expect-error tapable does not wait for an async function given to `tap`
    nvr.hooks.start.tap("nightjar-camera-typed", () => undefined);
    // @ts-expect-error nobody but the core calls hooks
    nvr.hooks.start.promise();
    // @ts-expect-error nobody but the core looks into hooks
    nvr.hooks.ready.intercept({});
    // @ts-expect-error there is no such hook
    nvr.hooks.packetReceived;
    // @ts-expect-error a listener is asynchronous
    nvr.hooks.ready.tapPromise({ name: "x" }, () => undefined);
    // @ts-expect-error a veto is a sentence or nothing
    nvr.hooks.beforePlayback.tapPromise({ name: "x" }, async () => false);
    nvr.hooks.beforePlayback.tapPromise({ name: "x" }, async ({ camera }) =>
      camera === "vault" ? "the vault is not shown" : undefined,
    );
    nvr.hooks.recordingPlan.tapPromise({ name: "x" }, async (plan) => ({ ...plan, mode: "manual" }));
    // @ts-expect-error there is no such mode
    nvr.hooks.recordingPlan.tapPromise({ name: "x" }, async (plan) => ({ ...plan, mode: "sometimes" }));
    nvr.hooks.recordingPlan.tapPromise({ name: "x" }, async (plan: RecordingPlan) => {
      // @ts-expect-error what is shown is not changed in place
      plan.audio = true;
      return undefined;
    });

    nvr.hooks.placementPlan.tapPromise({ name: "x" }, async ({ camera, volumes }) => ({
      camera,
      volumes: volumes.toReversed(),
    }));
    // @ts-expect-error a place is a list of volumes
    nvr.hooks.placementPlan.tapPromise({ name: "x" }, async (plan) => ({ ...plan, volumes: "ssd" }));
    nvr.hooks.beforeEvict.tapPromise({ name: "x" }, async ({ why, segments }) =>
      why === "space" && segments.length > 0 ? "not in the archive yet" : undefined,
    );
    // @ts-expect-error a veto is a sentence or nothing
    nvr.hooks.beforeEvict.tapPromise({ name: "x" }, async () => true);
    nvr.hooks.pictureCaptured.tapPromise({ name: "x" }, async ({ event, file }) => void [event, file]);
    // @ts-expect-error the picture itself is not handed over
    nvr.hooks.pictureCaptured.tapPromise({ name: "x" }, async ({ jpeg }) => void jpeg);
    nvr.hooks.streamEnded.tapPromise({ name: "x" }, async (_camera, _stream, reason) => void reason?.code);
    // @ts-expect-error no reason is always there
    nvr.hooks.streamEnded.tapPromise({ name: "x" }, async (_camera, _stream, reason) => void reason.code);
    nvr.hooks.posTransaction.tapPromise({ name: "x" }, async (sold) => ({ ...sold, totalMinor: 1 }));
    // @ts-expect-error a total is a number of the smallest coin
    nvr.hooks.posTransaction.tapPromise({ name: "x" }, async (sold) => ({ ...sold, totalMinor: "1.00" }));
    nvr.hooks.diagnostics.tapPromise({ name: "x" }, async () => ({ queue: 3 }));
    // @ts-expect-error a part has names
    nvr.hooks.diagnostics.tapPromise({ name: "x" }, async () => "fine");

    nvr.cameraDrivers.register({
      id: "typed",
      displayName: "Typed",
      configSchema: schema,
      async streams(_config, { signal, secret }) {
        signal.throwIfAborted();
        const url = `rtsp://${host}:${port}/${(await secret("password")) === undefined ? "open" : "main"}`;
        return { main: { kind: "rtsp", url, credentialsRef: "password", transport: "tcp" } };
      },
    });
    // @ts-expect-error a driver says where the streams are
    nvr.cameraDrivers.register({ id: "typed", displayName: "Typed", configSchema: schema });
    nvr.cameraDrivers.register({
      id: "typed",
      displayName: "Typed",
      configSchema: schema,
      // @ts-expect-error video does not pass through a plugin: there is no such descriptor
      streams: async () => ({ main: { kind: "frames", frames: [] } }),
    });
    nvr.routes.register({
      id: "lamp",
      method: "GET",
      path: "/lamps/:lamp",
      permission: "settings.view",
      summary: "One lamp.",
      handle: async ({ params }) => ({ lamp: params["lamp"] }),
    });
    void nvr.mqtt.publish("lamps/yard/state", "ON", { retain: true });
    void nvr.mqtt.subscribe({ filter: "lamps/+/set", permission: "arming.set" }, ({ topic, payload }) => {
      void [topic.length, payload.length];
    });
    // @ts-expect-error a payload is text
    void nvr.mqtt.publish("lamps/yard/state", { on: true });
    // @ts-expect-error who sends a command needs a right, which the filter names
    void nvr.mqtt.subscribe({ filter: "lamps/+/set" }, () => undefined);
    nvr.loginProviders.register({
      id: "typed",
      displayName: "Typed",
      async check({ userName, password }, { signal }) {
        signal.throwIfAborted();
        return password.length > 20 ? { groups: [userName] } : undefined;
      },
    });
    nvr.loginProviders.register({
      id: "typed",
      displayName: "Typed",
      // @ts-expect-error a provider names groups; whether that lets somebody in is not its affair
      check: async () => true,
    });
    nvr.loginProviders.register({
      id: "typed",
      displayName: "Typed",
      // @ts-expect-error nor is the role
      check: async () => ({ role: "administrator" }),
    });
    // @ts-expect-error a provider checks
    nvr.loginProviders.register({ id: "typed", displayName: "Typed" });
    nvr.storageDrivers.register({
      id: "typed",
      displayName: "Typed",
      configSchema: schema,
      mounts: true,
      prepare: async ({ path, config }) => void [path.length, config["host"]],
      health: async () => ({ ready: false, reason: "away" }),
    });
    // @ts-expect-error a driver says whether its folders are mounts
    nvr.storageDrivers.register({
      id: "t",
      displayName: "T",
      configSchema: schema,
      prepare: async () => undefined,
      health: async () => ({ ready: true }),
    });
    nvr.storageDrivers.register({
      id: "typed",
      displayName: "Typed",
      configSchema: schema,
      mounts: false,
      // @ts-expect-error the folder is the owner's, not the driver's
      prepare: async () => ({ path: "/etc" }),
      // @ts-expect-error health is more than a word
      health: async () => "ready",
    });
    nvr.posParsers.register({
      id: "typed",
      displayName: "Typed",
      configSchema: schema,
      read: async ({ lines }) => lines.map(({ text }, line) => ({ line, ends: text.startsWith("TOTAL") })),
    });
    // @ts-expect-error a parser reads
    nvr.posParsers.register({ id: "typed", displayName: "Typed", configSchema: schema });
    nvr.posParsers.register({
      id: "typed",
      displayName: "Typed",
      configSchema: schema,
      // @ts-expect-error what is said of a line names it
      read: async () => [{ ends: true }],
    });
    nvr.detectors.register({
      id: "typed",
      displayName: "Typed",
      eventTypes: ["motion"],
      frames: { width: 320, height: 180, perSecond: 5 },
      configSchema: schema,
      begin: async ({ watch, settings }) => void [watch.length, settings.area?.cells],
      look: async ({ frame }, { luma }) =>
        frame === undefined ? [] : [{ kind: "start", type: "motion", score: (luma[0] ?? 0) / 255 }],
      end: async ({ watch }) => void watch.length,
    });
    nvr.detectors.register({
      id: "typed",
      displayName: "Typed",
      eventTypes: ["motion"],
      // @ts-expect-error a detector says how often
      frames: { width: 320, height: 180 },
      configSchema: schema,
      begin: async () => undefined,
      // @ts-expect-error what was seen is a list
      look: async () => ({ kind: "start", type: "motion" }),
      end: async () => undefined,
    });
    nvr.linkageActions.register({
      id: "typed",
      displayName: "Typed",
      configSchema: schema,
      wantsPictures: 1,
      maxAgeSeconds: 60,
      run: async ({ pictures }) => ({ note: `${pictures.length} pictures` }),
    });
    // @ts-expect-error an action does something
    nvr.linkageActions.register({
      id: "typed",
      displayName: "Typed",
      configSchema: schema,
      wantsPictures: 0,
    });
    // @ts-expect-error a route names the right that it needs
    nvr.routes.register({ id: "open", method: "GET", path: "/", summary: "", handle: async () => undefined });
    return void wrong;
  },
});

/** Nothing of the recorder's inside is within reach. */
export function outOfReach(nvr: Nvr): void {
  // @ts-expect-error no database
  nvr.db;
  // @ts-expect-error no broker
  nvr.mqtt.client;
  // @ts-expect-error no configuration of the recorder
  nvr.config;
  // @ts-expect-error no registry can be read
  nvr.cameraDrivers.all();
  // @ts-expect-error nothing of it can be replaced
  nvr.version = "2";
}

it("a plugin's definition is what it was written as", () => {
  assert.equal(plugin.name, "nightjar-camera-typed");
  assert.equal(plugin.configSchema, schema);
});
