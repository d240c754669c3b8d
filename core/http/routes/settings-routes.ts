// Settings that may be seen and changed over HTTP: a chosen part of config.json. What could run a program or lead to
// foreign folders (the path of ffmpeg, volumes, plugins) is changed in the file only.
import { Type } from "typebox";
import type { Config } from "../../config/config-schema.ts";
import { ConfigSchema } from "../../config/config-schema.ts";
import type { FrozenConfig } from "../../config/config-store.ts";
import { needs, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";

const closed = { additionalProperties: false } as const;
const shape = ConfigSchema.properties;
const network = shape.network.properties;

const NetworkPatch = Type.Object(
  {
    http: Type.Optional(Type.Partial(network.http, closed)),
    https: Type.Optional(Type.Partial(network.https, closed)),
    rtsp: Type.Optional(Type.Partial(network.rtsp, closed)),
    rtsps: Type.Optional(Type.Partial(network.rtsps, closed)),
    basePath: Type.Optional(network.basePath),
    trustedProxies: Type.Optional(network.trustedProxies),
    certificateNames: Type.Optional(network.certificateNames),
  },
  closed,
);

const SettingsPatch = Type.Object(
  {
    name: Type.Optional(shape.node.properties.name),
    timeZone: Type.Optional(shape.timeZone),
    network: Type.Optional(NetworkPatch),
    sessions: Type.Optional(Type.Partial(shape.sessions, closed)),
    audit: Type.Optional(shape.audit),
    maxTranscodes: Type.Optional(shape.ffmpeg.properties.maxTranscodes),
    detectionPercent: Type.Optional(shape.detection.properties.processorPercent),
    logLevel: Type.Optional(shape.log.properties.level),
    wizardDone: Type.Optional(Type.Boolean()),
    wizardStep: Type.Optional(shape.firstRun.properties.wizardStep),
    newCameras: Type.Optional(Type.Partial(shape.newCameras, closed)),
  },
  { ...closed, minProperties: 1 },
);

const Settings = Type.Object({
  name: shape.node.properties.name,
  timeZone: shape.timeZone,
  network: shape.network,
  sessions: shape.sessions,
  audit: shape.audit,
  maxTranscodes: shape.ffmpeg.properties.maxTranscodes,
  detectionPercent: shape.detection.properties.processorPercent,
  logLevel: shape.log.properties.level,
  wizardDone: Type.Boolean(),
  wizardStep: shape.firstRun.properties.wizardStep,
  newCameras: shape.newCameras,
});

export function settingsRoutes(services: HttpServices): Route[] {
  const { config } = services;
  return [
    route({
      method: "GET",
      path: "/api/v1/settings",
      policy: needs("settings.view"),
      summary: "Settings of the recorder.",
      response: Settings,
      handle: () => settingsView(config.get()),
    }),
    route({
      method: "PATCH",
      path: "/api/v1/settings",
      policy: needs("settings.edit"),
      summary: "Changes settings; those that are left out stay.",
      body: SettingsPatch,
      response: Settings,
      async handle({ body, audit }) {
        const next = await config.update((draft: Config) => {
          const { network: net, sessions } = body;
          if (body.name !== undefined) draft.node.name = body.name;
          if (body.timeZone !== undefined) draft.timeZone = body.timeZone;
          if (body.maxTranscodes !== undefined) draft.ffmpeg.maxTranscodes = body.maxTranscodes;
          if (body.detectionPercent !== undefined) draft.detection.processorPercent = body.detectionPercent;
          if (body.logLevel !== undefined) draft.log.level = body.logLevel;
          if (body.wizardDone !== undefined) draft.firstRun.wizardDone = body.wizardDone;
          if (body.wizardStep !== undefined) draft.firstRun.wizardStep = body.wizardStep;
          if (body.newCameras !== undefined) Object.assign(draft.newCameras, body.newCameras);
          if (body.audit !== undefined) draft.audit.keepDays = body.audit.keepDays;
          if (sessions !== undefined) Object.assign(draft.sessions, sessions);
          if (net !== undefined) {
            const { http, https, rtsp, rtsps, ...rest } = net;
            Object.assign(draft.network, rest);
            Object.assign(draft.network.http, http);
            Object.assign(draft.network.https, https);
            Object.assign(draft.network.rtsp, rtsp);
            Object.assign(draft.network.rtsps, rtsps);
          }
        });
        audit("settings-changed", { changed: Object.keys(body) });
        return settingsView(next);
      },
    }),
  ];
}

function settingsView(config: FrozenConfig) {
  return {
    name: config.node.name,
    timeZone: config.timeZone,
    network: config.network,
    sessions: config.sessions,
    audit: config.audit,
    maxTranscodes: config.ffmpeg.maxTranscodes,
    detectionPercent: config.detection.processorPercent,
    logLevel: config.log.level,
    wizardDone: config.firstRun.wizardDone,
    wizardStep: config.firstRun.wizardStep,
    newCameras: config.newCameras,
  };
}
