// MQTT: which broker, how it is, who is connected.
import type { Config } from "../../config/config-schema.ts";
import { MqttPatchSchema, MqttViewSchema } from "../mqtt-schemas.ts";
import { needs, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";

export function mqttRoutes(services: HttpServices): Route[] {
  const { config, mqtt } = services;
  const view = () => ({
    settings: structuredClone(config.get().mqtt) as Config["mqtt"],
    passwordSet: mqtt.hasPassword(),
    state: mqtt.state(),
  });
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
      summary: "Changes the settings of MQTT; those that are left out stay. Connections are made anew.",
      body: MqttPatchSchema,
      response: MqttViewSchema,
      async handle({ body, audit }) {
        const { broker, base, tcp, tls, webSocket, external } = body;
        const { password, ...otherBroker } = external ?? {};
        await config.update(({ mqtt: draft }: Config) => {
          if (broker !== undefined) draft.broker = broker;
          if (base !== undefined) draft.base = base;
          Object.assign(draft.tcp, tcp);
          Object.assign(draft.tls, tls);
          Object.assign(draft.webSocket, webSocket);
          Object.assign(draft.external, otherBroker);
        });
        if (password !== undefined) await mqtt.setPassword(password ?? undefined);
        await mqtt.settingsChanged();
        audit("settings-changed", { changed: ["mqtt"] });
        return view();
      },
    }),
  ];
}
