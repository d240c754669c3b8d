// What the recorder relies on in every linkage plugin, with the recorder and in a process of its own.
import { linkageActionContract } from "@nightjar/core/testing";
import { pushService } from "./push-service.ts";

linkageActionContract({
  pluginFolder: new URL("..", import.meta.url),
  async target() {
    const { settings, device, received, close } = await pushService();
    return {
      settings,
      config: {},
      asks: [{ method: "POST", path: "/devices", body: { name: "Phone", language: "en", ...device } }],
      secrets: ["secret-word", device.auth],
      received: () =>
        received.map(({ notice }) => ({ text: JSON.stringify(notice), isTest: notice["isTest"] === true })),
      close,
    };
  },
  silentTarget: ({ host, port }) => ({
    settings: { services: [`${host}:${port}`] },
    config: {},
    asks: [
      {
        ...{ method: "POST", path: "/devices" },
        body: {
          ...{
            name: "Phone",
            language: "en",
            endpoint: `https://${host}:${port}/push`,
            auth: "BTBZMqHH6r4Tts7J_aSIgg",
          },
          p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        },
      },
    ],
  }),
  wrong: {
    "kept for longer than the action may be late": { keepMinutes: 61 },
    "the same account twice": { accounts: ["ann", "ann"] },
  },
});
