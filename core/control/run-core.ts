// The core process: configuration, database, plugins, cameras, recording control, accounts and the API, put together
// in the order in which they need each other, and taken apart in reverse. Wiring only.
import { join, resolve } from "node:path";
import { CameraList } from "../cameras/camera-list.ts";
import { KnownStreams } from "../cameras/known-streams.ts";
import { ConfigStore } from "../config/config-store.ts";
import { SecretStore } from "../config/secret-store.ts";
import { CORE_HTTP_SOCKET, CORE_LINK_SOCKET, type ListeningState } from "../gateway/protocol.ts";
import { ChangeFeed, createHttpApp } from "../http/app.ts";
import { createAuthorize } from "../http/authorize.ts";
import { Screens } from "../http/screens.ts";
import { WallBook } from "../http/wall-book.ts";
import { MEDIA_SOCKET } from "../media/protocol.ts";
import { FlowsDoor } from "../mqtt/flows-door.ts";
import { MqttService } from "../mqtt/mqtt-service.ts";
import { PluginHost } from "../plugin/host/plugin-host.ts";
import { secretsOfPlugin } from "../plugin/host/plugin-secrets.ts";
import { PluginSettingsBook } from "../plugin/host/plugin-settings.ts";
import { PluginInstaller } from "../plugin/install/plugin-installer.ts";
import { registriesOf } from "../plugin/install/registries.ts";
import { RegistrySettings } from "../plugin/install/registry-settings.ts";
import type { ChildPlaces } from "../plugin/isolated/child-places.ts";
import { MotionLog } from "../recording/motion-log.ts";
import { PreparedVolumes } from "../recording/prepared-volumes.ts";
import { createRecordingService } from "../recording/recording-service.ts";
import { SettingsTransfer } from "../settings/settings-transfer.ts";
import { type RoleContext, RUN_FOLDER, type RunningProcess } from "../supervisor/process-contract.ts";
import { noteVersion } from "../system/data-version.ts";
import { readLog } from "../system/log-reader.ts";
import { pruneUpgradeCopies } from "../system/upgrade-copies.ts";
import { accountsSeeing } from "../users/event-viewers.ts";
import { LoginSources } from "../users/login-sources.ts";
import { openUsers } from "../users/users.ts";
import { VERSION } from "../version.ts";
import { alarmInputsAndOutputs } from "./alarm-io-service.ts";
import { AlarmService } from "./alarm-service.ts";
import { CameraAbilitiesDesk } from "./camera-abilities.ts";
import { Cameras } from "./camera-service.ts";
import { certificateService } from "./certificate-service.ts";
import { ChangeTeller } from "./change-teller.ts";
import { listenForCommandLine } from "./cli-link.ts";
import { CLI_SOCKET } from "./cli-protocol.ts";
import { Cluster } from "./cluster-service.ts";
import { Detection } from "./detection-service.ts";
import { disksOf } from "./disks.ts";
import { explainService } from "./explain-service.ts";
import { Flows } from "./flows-service.ts";
import { followSettings } from "./follow-settings.ts";
import { GatewayLink } from "./gateway-link.ts";
import { recordHandEdits } from "./hand-edits.ts";
import { LinkageService } from "./linkage-service.ts";
import { camerasToAuthorize, recordedCameras } from "./listed-cameras.ts";
import { motionService } from "./motion-service.ts";
import { MQTT_PASSWORD, mqttControl, mqttSnapshot } from "./mqtt-control.ts";
import { openDatabase } from "./open-database.ts";
import { pictureMaker } from "./picture-maker.ts";
import { closingReceipt, diagnosticParts, HookTeller, playbackVeto, recordingSay } from "./plugin-hooks.ts";
import { ownPorts, portProblem } from "./port-problems.ts";
import { RecorderDescriber } from "./recorder-describer.ts";
import { RecorderFfmpeg } from "./recorder-ffmpeg.ts";
import { RecorderProblems } from "./recorder-problems.ts";
import { recordingsAdapter } from "./recordings-adapter.ts";
import { hiddenPlaces, presentAbilities, secretsChanged, tellUnreadable } from "./settings-places.ts";
import { ffmpegProblems, flowsProblems, lostNodes, rescueProblems } from "./standing-problems.ts";
import { statusService } from "./status-service.ts";
import { storageService } from "./storage-service.ts";
import { TillService } from "./till-service.ts";
import { drivenVolumes, volumesToRecord } from "./volume-drivers.ts";
import { watchFigures } from "./watched-figures.ts";

const BUNDLED_PLUGINS = resolve(import.meta.dirname, "../../plugins");
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Runs the core process on a data directory. `childCore`: whose files the processes of plugins run, where they are not its own. */
export async function runCore(context: RoleContext, childCore?: ChildPlaces): Promise<RunningProcess> {
  const { dataDir, log, clock, instance } = context;
  const run = join(dataDir, RUN_FOLDER);
  // Before anything is brought to a new form: who goes back is told which Nightjar that was.
  await noteVersion(dataDir);
  const config = await ConfigStore.open({ dataDir, log });
  context.setLogLevel(config.get().log.level);
  const ffmpeg = new RecorderFfmpeg({ configured: () => config.get().ffmpeg.path, clock });
  const secrets = await SecretStore.open({ dataDir });
  tellUnreadable(secrets, log);
  const database = await openDatabase(context);
  const { db } = database;
  const loginSources = new LoginSources({
    configured: () => config.get().logins,
    registered: () => plugins.registries.loginProviders.owned(),
    isPresent: (plugin) => plugins.isPresent(plugin),
    clock,
    log,
  });
  const users = await openUsers({
    db,
    loginSources,
    ...{ secrets, dataDir, clock, log },
    sessionLimits: () => {
      const { idleMinutes, maxHours } = config.get().sessions;
      return { idleMs: idleMinutes * MINUTE_MS, absoluteMs: maxHours * HOUR_MS };
    },
    auditDays: () => config.get().audit.keepDays,
    agesMs: () => recording.agesMs(),
  });
  const stopRecordingEdits = recordHandEdits(config, users.audit);
  const knownStreams = await KnownStreams.open(dataDir, log);
  const changes = new ChangeFeed(clock);
  const walls = await WallBook.open({ clock, db, log });
  const alarms = new AlarmService({
    ...{ db, config, clock, log },
    hooks: () => plugins.hooks,
    tell: (event) => changes.publish({ type: "event", event }),
  });
  const tills = new TillService({
    ...{ db, config, clock, log, events: alarms, agesMs: () => recording.agesMs() },
    parsers: () => plugins.registries.posParsers.owned(),
    closing: (till, receipt) => closingReceipt(plugins.hooks, till, receipt, log),
  });
  let listening: ListeningState = { problems: [] };
  let isServing = false;

  const plugins = new PluginHost({
    dataDir,
    version: VERSION,
    paths: [
      { bundled: true, folder: BUNDLED_PLUGINS },
      { bundled: false, folder: join(dataDir, "plugins", "node_modules") },
      ...context.pluginPaths.map((folder) => ({ bundled: false, folder: resolve(folder), named: true })),
    ],
    log,
    clock,
    settings: (_name, found) => pluginSettings.load(found),
    secrets: (name) => secretsOfPlugin(secrets, name),
    ownPorts: openPorts,
    refreshCameras: (driver) => void list.refresh(driver).then((there) => recording.tryAgain(there)),
    offerCamera: (camera) => list.offer(camera).then(() => undefined),
    messages: () => mqtt.plugins,
    changed: () => {
      endGoneLogins();
      // Of a recorder whose cameras are not there yet nobody is told.
      if (isServing) describer.changed();
    },
    childCore,
  });
  const pluginInstaller = new PluginInstaller({
    dataDir,
    version: VERSION,
    clock,
    log,
    registries: () => registriesOf(config.get().pluginRegistry, secrets),
    runner: plugins,
    onJob: (job) => changes.publish({ type: "plugin-job", job }),
  });
  const pluginSettings = new PluginSettingsBook({
    config,
    secrets,
    log,
    find: (name) => plugins.find(name),
    changed: () => plugins.settingsChanged(),
  });
  const list = new CameraList({
    config,
    secrets,
    drivers: plugins.registries.cameraDrivers,
    known: knownStreams,
    clock,
    log,
    ownPorts: openPorts,
    onChange: (change) => {
      teller.cameraChanged(change);
      abilities.cameraChanged(change);
    },
  });
  const abilities = new CameraAbilitiesDesk({
    ...{ db, list, clock, log, events: alarms },
    inputs: () => alarmIo.inputsOf,
    outputs: () => alarmIo.outputsOf,
    detection: () => detection,
    changed: (camera) => {
      describer.changed();
      mqtt.abilitiesChanged(camera);
    },
  });
  const settingsTransfer = new SettingsTransfer({
    version: VERSION,
    ...{ clock, log, config, secrets },
    accounts: users.accounts,
    abilities: () => presentAbilities(plugins),
    hiddenPlaces: (each) => hiddenPlaces(plugins, each),
    secretsChanged: (names) => {
      if (names.includes(MQTT_PASSWORD)) void mqtt.settingsChanged();
      return secretsChanged(names, list, plugins);
    },
  });
  const untold = (path: string) => (error: unknown) =>
    log.error("a volume's new state was not passed on", { path, reason: String(error) });
  const preparedVolumes = new PreparedVolumes({
    configured: () => drivenVolumes(config.get().storage.volumes, dataDir),
    registered: () => plugins.registries.storageDrivers.owned(),
    clock,
    log,
    changed: (path) => void teller.volumePrepared(path).catch(untold(path)),
  });
  const recording = createRecordingService({
    db,
    mediaSocketPath: join(run, MEDIA_SOCKET),
    node: config.get().node.id,
    clock,
    log,
    instance,
    backupFolder: join(dataDir, "backup"),
    rescue: database.rescue,
    wasInterrupted: database.wasInterrupted,
    timeZone: () => config.get().timeZone,
    volumes: () => volumesToRecord(config.get().storage, dataDir, preparedVolumes, replacedDisks),
    cameras: () => recordedCameras(list),
    events: alarms,
    ...recordingSay(plugins.hooks, log),
  });
  const { places, replacedDisks } = disksOf({
    ...{ db, config, clock, log },
    recording: () => recording,
    changed: (path) => void teller.volumePrepared(path).catch(untold(path)),
  });
  const makePicture = pictureMaker(ffmpeg.find);
  const cameras = new Cameras({ list, drivers: plugins.registries.cameraDrivers, recording, makePicture });
  const recorderProblems = new RecorderProblems({
    clock,
    processes: () => context.processes(),
    configProblem: () => config.problem,
    cameras: () => cameras.list(),
    plugins: () => plugins.list(),
    others: () => [
      ...ffmpegProblems(ffmpeg),
      ...listening.problems.map(portProblem),
      ...rescueProblems(recording),
      ...mqtt.problems(),
      ...flowsProblems(flows.view()),
      ...lostNodes(cluster.nodes()),
    ],
  });
  const status = statusService({
    ...{ clock, config, cameras, recording },
    processes: () => context.processes(),
    listening: () => listening,
    mqttDoors: () => mqtt.doors(),
    problems: recorderProblems,
  });
  const authorize = createAuthorize({
    users,
    ...camerasToAuthorize(list),
    vetoPlayback: playbackVeto(plugins.hooks),
  });
  const gateway = new GatewayLink({
    socketPath: join(run, CORE_LINK_SOCKET),
    ...{ instance, log, config, users, recording, authorize },
    mqttWord: () => mqtt.webWord,
    flows: () => flows,
    onListening: (state) => {
      listening = state;
      mqtt.lookForCertificate();
    },
  });
  const snapshot = mqttSnapshot(recording, list, makePicture);
  const common = { db, config, secrets, clock, log, changes };
  const alarmIo = alarmInputsAndOutputs({
    ...{ ...common, events: alarms, users, mqtt: () => mqtt, ownPorts: openPorts, abilities },
  });
  const cluster = new Cluster({ config, clock, log, changes, events: alarms.engine, ownPorts: openPorts });
  const screens = new Screens(changes);
  const linkage = new LinkageService({
    ...{ clock, log, db, config, engine: alarms.engine, list, recording, snapshot, alarmIo, abilities },
    ...{ screens, plugins },
    folder: join(dataDir, "captures"),
    findEvent: (id) => alarms.find(id),
    tell: (told) => mqtt.linkageTold(told),
    ownPorts: openPorts,
    accountsSeeing: (camera) => accountsSeeing(users, camera),
    captured: (picture) => void plugins.hooks.pictureCaptured.promise(picture),
  });
  const explain = explainService({
    ...{ db, clock, config, cameras, recording, plugins, detection: () => detection },
  });
  const flowsDoor = new FlowsDoor(run);
  const motionLog = new MotionLog({ db, clock, log });
  const detection = new Detection({
    ...{ run, instance, clock, log, config, list, plugins, events: alarms.engine, motion: motionLog },
    want: (wanted) => context.want("analysis", wanted),
  });
  const mqtt = new MqttService({
    ...{ dataDir, clock, log, db, users, cameras, status, snapshot, linkage, alarmIo },
    ...{
      arming: alarms,
      flowsDoor,
      explain,
      abilities,
      detection,
      endPopups: (end) => screens.endPopups(end),
    },
    isPluginPresent: (plugin) => plugins.isPresent(plugin),
    pluginList: () => plugins.list(),
    config: () => config.get(),
    password: () => secrets.find(MQTT_PASSWORD),
  });
  const flows = new Flows({
    ...{ run, instance, dataDir, config, log, clock, linkage, supervisor: context },
    registries: () => registriesOf(config.get().pluginRegistry, secrets),
    ...{ audit: users.audit, door: flowsDoor },
  });
  const api = createHttpApp({
    ...{ version: VERSION, clock, log, config, users, cameras },
    recordings: recordingsAdapter(recording, () => config.get().timeZone),
    plugins,
    pluginInstaller,
    pluginSettings,
    pluginRegistries: new RegistrySettings(config, secrets),
    settingsTransfer,
    certificates: certificateService(dataDir, clock, () => gateway.settingsChanged()),
    events: alarms,
    linkage,
    alarmIo,
    abilities,
    status,
    storage: storageService({
      db,
      config,
      recording,
      cameras,
      recordedCameras: () => recordedCameras(list),
      nowMs: () => clock.wallMs(),
      ...{ preparedVolumes, places, replacedDisks },
    }),
    keptLog: { read: (query) => readLog(dataDir, query) },
    mqtt: mqttControl(mqtt, secrets),
    ...{ flows, tills, detection, explain, changes, walls, cluster },
    motion: motionService({ db, clock, motionLog }),
    diagnosticParts: () => diagnosticParts(plugins.hooks, secrets),
  });
  const hookTeller = new HookTeller(plugins.hooks, () => recordedCameras(list));
  const describer = new RecorderDescriber({ clock, log, config, cameras, recording, plugins, abilities });
  const teller = new ChangeTeller({
    ...{ changes, cameras, recording, gateway, hookTeller, describer },
    hooks: plugins.hooks,
  });
  function openPorts(): readonly number[] {
    return ownPorts(listening, [...mqtt.doors(), ...tills.doors()]);
  }

  /** Whoever was let in by a provider that is not there any more is signed out. */
  function endGoneLogins(): void {
    users.accounts
      .endOfSources((source) => loginSources.isActive(source))
      .catch((error: unknown) => log.error("sessions were not ended", { reason: String(error) }));
  }

  // Cameras first and plugins before them: media obeys its last desired state meanwhile, so nothing waits for this.
  await settingsTransfer.recover();
  await pluginInstaller.recover();
  await plugins.load();
  endGoneLogins();
  await list.start();
  await plugins.start();
  preparedVolumes.start();
  await alarms.start(users.audit);
  await tills.start();
  await linkage.start();
  const stopRecordingEvents = alarms.engine.onTrigger("recording", (trigger) => recording.takeEvent(trigger));
  await recording.start();
  await alarmIo.start();
  await abilities.start();
  recording.onChange("change feed", (change) => {
    teller
      .recordingChanged(change)
      .catch((error: unknown) => log.warn("a change was not passed on", { reason: String(error) }));
  });
  const stopTelling = hookTeller.follow(recording.media, users.audit);
  const stopFollowing = followSettings(config, {
    setLogLevel: (level) => context.setLogLevel(level),
    hintsChanged: () => changes.publish({ type: "problems" }),
    ...{ log, recording, preparedVolumes, plugins, mqtt, endGoneLogins, describer },
  });
  const figures = watchFigures({
    ...{ clock, log, recording, cameras, alarms, changes, replacedDisks },
    problems: recorderProblems,
  });
  cluster.start();
  await gateway.listen();
  await detection.start();
  await api.listen(join(run, CORE_HTTP_SOCKET));
  const commandLine = await listenForCommandLine({
    socketPath: join(run, CLI_SOCKET),
    instance,
    users,
    cameras,
    status,
    plugins,
    pluginInstaller,
    settingsTransfer,
  });
  await pruneUpgradeCopies(dataDir, log);
  isServing = true;
  const code = await users.activation.renew();
  context.ready(code === undefined ? {} : { activationCode: code.code });
  void plugins.ready().then(() => describer.changed());
  const stopMqtt = changes.watch((change) => mqtt.take(change));
  // Nothing waits for a broker, nor for Node-RED.
  void mqtt.start();
  await flows.start();

  return {
    async stop() {
      figures.cancel();
      ffmpeg.close();
      cluster.stop();
      stopRecordingEdits();
      stopFollowing();
      stopRecordingEvents();
      stopTelling();
      stopMqtt();
      describer.close();
      await mqtt.close();
      await detection.close();
      await motionLog.close();
      await flows.close();
      await commandLine.close();
      await gateway.close();
      await api.close();
      list.stop();
      preparedVolumes.stop();
      await pluginInstaller.close();
      // Sirens of cameras end while their drivers are there.
      await abilities.stop();
      // Their last receipts are over now, and plugins have a say in them.
      await tills.stop();
      // What they do for it is given up by the recorder's word, not by their going.
      await linkage.stop();
      await plugins.stop();
      await knownStreams.settled();
      await recording.stop();
      await alarmIo.stop();
      await alarms.stop();
      await walls.settled();
      await users.close();
      await config.close();
      await database.close();
    },
  };
}
