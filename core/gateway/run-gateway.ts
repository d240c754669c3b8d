// The gateway process: everything that listens on the network and everything that carries pictures out.
// Puts the parts together, follows core's settings, and goes on when core or media are away.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FLOWS_HTTP_SOCKET } from "../flows/protocol.ts";
import type { Log } from "../log.ts";
import { ffmpegFinder } from "../media/ffmpeg/ffmpeg-tool.ts";
import { type ProcessContext, RUN_FOLDER, type RunningProcess } from "../supervisor/process-contract.ts";
import { Authorizer } from "./authorizer.ts";
import { coreLink } from "./core-link.ts";
import { type ServerCertificate, serverCertificate } from "./doors/certificates.ts";
import { FlowsDoor } from "./doors/flows-door.ts";
import { Listeners } from "./doors/listeners.ts";
import { MqttDoor } from "./doors/mqtt-door.ts";
import { CoreProxy } from "./doors/proxy.ts";
import { StaticUi } from "./doors/static-ui.ts";
import { GatewayFigures } from "./figures.ts";
import { VolumeReaders } from "./footage/volume-reader.ts";
import { GatewayServer } from "./gateway-server.ts";
import { LiveHub } from "./live/live-hub.ts";
import { TranscodeHub } from "./live/transcode-hub.ts";
import { MediaLink } from "./media-link.ts";
import { mediaServices } from "./media-services.ts";
import { CORE_HTTP_SOCKET, type GatewaySettings, type ListeningState, MQTT_WEB_SOCKET } from "./protocol.ts";
import { RestreamDoor } from "./restream/restream-door.ts";
import { SavedStateFile } from "./saved-state.ts";
import { TranscodePlaces } from "./transcode-places.ts";

/** How long the last known settings wait for core's newer ones, where core was there a moment ago. */
const SETTINGS_PATIENCE_MS = 1_000;
/** And where the whole recorder starts: core is on its way, and ports may have been changed while nothing ran. */
const START_PATIENCE_MS = 10_000;
/** Below the data directory: for what may be lost. */
const CACHE_FOLDER = "cache";
const RENEWAL_CHECK_MS = 3_600_000;

/** What tests set otherwise. */
export interface GatewayOptions {
  /** Folder of the built web interface. */
  readonly uiFolder?: string;
}

/** Runs the gateway until it is stopped. Resolves once the ports are open. */
export async function runGateway(
  context: ProcessContext,
  options: GatewayOptions = {},
): Promise<RunningProcess> {
  const { dataDir, log, clock, instance, previousEnd } = context;
  const runFolder = join(dataDir, RUN_FOLDER);
  await mkdir(runFolder, { recursive: true, mode: 0o700 });
  const saved = new SavedStateFile(dataDir, log);
  await saved.load();

  const certificates = new CertificateKeeper(dataDir, log, clock);
  const readers = new VolumeReaders(clock, log);
  const figures = new GatewayFigures();
  let haveSettings: () => void = () => undefined;
  const firstSettings = new Promise<void>((resolve) => {
    haveSettings = resolve;
  });

  const core = coreLink(
    runFolder,
    instance,
    log,
    {
      settingsChanged: (settings) => void follow(settings),
      revoked: ({ sessionIds }) => {
        authorizer.revoke(sessionIds);
        flows.revoke(sessionIds);
      },
      cameraChanged: ({ camera, removed }) => authorizer.cameraChanged(camera, removed),
      figures: () => figures.read(server.socketCount + restream.playing, places.running),
    },
    () => {
      authorizer.recheckAll();
      flows.recheckAll();
      core.request("settings", {}).then(
        (settings) => void follow(settings),
        (error: unknown) => log.warn("core gave no settings", { reason: String(error) }),
      );
    },
  );
  const authorizer = new Authorizer((params) => core.request("authorize", params), clock);
  const media = new MediaLink(runFolder, instance, log, {
    up: () => hub.mediaUp(),
    down: () => hub.mediaDown(),
    streamState: (camera, stream, state) => hub.streamState(camera, stream, state),
  });
  const hub = new LiveHub(media, clock, log);
  const ffmpeg = ffmpegFinder(() => current?.ffmpegPath);
  const places = new TranscodePlaces();
  const transcodes = new TranscodeHub(hub, places, ffmpeg, clock, log);
  const proxy = new CoreProxy(join(runFolder, CORE_HTTP_SOCKET));
  const flows = new FlowsDoor({
    socketPath: join(runFolder, FLOWS_HTTP_SOCKET),
    ask: (request) => core.request("authorizeFlows", request),
    deployed: (deployed) => core.notify("flowsDeployed", deployed),
    clock,
  });
  const mqtt = new MqttDoor({
    socketPath: join(runFolder, MQTT_WEB_SOCKET),
    word: async () => (await core.request("mqttWord", {})).word,
    clock,
  });
  const uiFolder = options.uiFolder ?? fileURLToPath(new URL("../../ui/dist", import.meta.url));
  const services = mediaServices({
    core,
    media,
    hub,
    transcodes,
    places,
    readers,
    findFfmpeg: ffmpeg,
    cacheFolder: join(dataDir, CACHE_FOLDER),
    clock,
    log,
    counter: figures,
  });
  const server = new GatewayServer({
    authorizer,
    proxy,
    flows,
    mqtt,
    ui: new StaticUi(uiFolder, log),
    services,
    rootCertificate: () => certificates.current?.root,
    clock,
    counter: figures,
    log,
  });
  const listeners = new Listeners(
    {
      request: (request, response) => server.request(request, response),
      upgrade: (request, socket, head) => server.upgrade(request, socket, head),
      isTrusted: (address) => server.isTrusted(address),
    },
    saved,
    clock,
    log,
  );

  const restream = new RestreamDoor({ authorizer, hub, core, saved, clock, log, counter: figures });

  let current: GatewaySettings | undefined;
  let stopped = false;
  let following: Promise<void> = Promise.resolve();
  const follow = (settings: GatewaySettings): Promise<void> => {
    following = following
      .then(async () => {
        if (stopped) return;
        current = settings;
        server.configure(settings);
        places.limit = settings.maxTranscodes;
        readers.setVolumes(settings.volumes);
        const isTls = settings.https.enabled || settings.rtsps.enabled;
        if (isTls) await certificates.refresh(settings.certificateNames);
        await listeners.apply(settings, certificates.current);
        await restream.apply(settings, certificates.current);
        core.notify("listening", listeningState());
        await saved.keepSettings(settings);
        haveSettings();
      })
      .catch((error: unknown) => log.error("settings could not be followed", { reason: String(error) }));
    return following;
  };
  const listeningState = (): ListeningState => {
    const { problems, ...open } = listeners.state;
    return {
      ...open,
      ...restream.listening,
      problems: [...problems, ...restream.problems],
    };
  };
  const renewal = clock.every(RENEWAL_CHECK_MS, () => {
    if (current !== undefined) void follow(current);
  });

  const known = saved.settings;
  if (known !== undefined) {
    const patienceMs = previousEnd === undefined ? START_PATIENCE_MS : SETTINGS_PATIENCE_MS;
    const patience = clock.after(patienceMs, () => void follow(known));
    void firstSettings.then(() => patience.cancel());
  }
  // Nothing else may be pending on the loop while core is still starting.
  const awake = setInterval(() => undefined, 1_000);
  await firstSettings;
  clearInterval(awake);
  const { problems: _problems, ...open } = listeningState();
  context.ready(open);

  return {
    async stop() {
      stopped = true;
      renewal.cancel();
      haveSettings();
      authorizer.close();
      flows.close();
      server.close();
      await restream.close();
      services.close();
      transcodes.close();
      hub.close();
      core.close();
      media.close();
      proxy.close();
      await readers.close();
      await following;
      await listeners.close();
      figures.close();
    },
  };
}

/** Holds the certificate in use and makes a new one when it is due. */
class CertificateKeeper {
  readonly #dataDir: string;
  readonly #log: Log;
  readonly #clock: ProcessContext["clock"];
  current: ServerCertificate | undefined;

  constructor(dataDir: string, log: Log, clock: ProcessContext["clock"]) {
    this.#dataDir = dataDir;
    this.#log = log;
    this.#clock = clock;
  }

  /** Reads or makes the certificate; the one in use stays when that fails. */
  async refresh(names: readonly string[]): Promise<void> {
    try {
      this.current = await serverCertificate(this.#dataDir, names, this.#clock, this.#log);
    } catch (error) {
      this.#log.error("no certificate could be made", { reason: String(error) });
    }
  }
}
