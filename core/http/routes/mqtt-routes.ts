// MQTT: which broker, how it is, who is connected.
import type { Config } from "../../config/config-schema.ts";
import { type MqttPatch, MqttPatchSchema, MqttViewSchema } from "../mqtt-schemas.ts";
import { needs, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";

/** What says where the password goes, and who may say that it is there. */
const PLACES = ["url", "username", "ca"] as const;

export function mqttRoutes(services: HttpServices): Route[] {
  const { config, mqtt } = services;
  /** One change after the other: the password of one never goes where another one leads. */
  let turn: Promise<unknown> = Promise.resolve();
  const view = () => ({
    settings: structuredClone(config.get().mqtt) as Config["mqtt"],
    passwordSet: mqtt.hasPassword(),
    state: mqtt.state(),
  });
  const change = async ({
    broker,
    base,
    webAddress,
    eventPictures,
    tcp,
    tls,
    webSocket,
    external,
  }: MqttPatch): Promise<void> => {
    const { password, ...otherBroker } = external ?? {};
    const edit = ({ mqtt: draft }: Config): void => {
      if (broker !== undefined) draft.broker = broker;
      if (base !== undefined) draft.base = base;
      if (webAddress !== undefined) draft.webAddress = webAddress;
      if (eventPictures !== undefined) draft.eventPictures = eventPictures;
      Object.assign(draft.tcp, tcp);
      Object.assign(draft.tls, tls);
      Object.assign(draft.webSocket, webSocket);
      Object.assign(draft.external, otherBroker);
    };
    // Before the change is in force, which makes the connection anew: what was given for one broker is not sent to another one.
    await config.updateAfter(edit, async ({ mqtt: next }, { mqtt: present }) => {
      if (PLACES.some((field) => next.external[field] !== present.external[field]))
        await mqtt.setPassword(undefined);
    });
    if (password !== undefined) await mqtt.setPassword(password ?? undefined);
    await mqtt.settingsChanged();
  };
  return [
    route({
      method: "GET",
      path: "/api/v1/mqtt",
      policy: needs("settings.edit"),
      summary: "MQTT: settings, how the broker is, and who is connected.",
      response: MqttViewSchema,
      handle: () => view(),
    }),
    route({
      method: "PATCH",
      path: "/api/v1/mqtt",
      policy: needs("settings.edit"),
      summary:
        "Changes the settings of MQTT; those that are left out stay, the password unless another address, user name or certificate authority is given. Connections are made anew.",
      body: MqttPatchSchema,
      response: MqttViewSchema,
      async handle({ body, audit }) {
        const changed = turn.then(() => change(body));
        turn = changed.catch(() => undefined);
        await changed;
        audit("settings-changed", { changed: ["mqtt"] });
        return view();
      },
    }),
  ];
}
