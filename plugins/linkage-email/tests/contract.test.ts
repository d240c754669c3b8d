// What the recorder relies on in every linkage plugin, with the recorder and in a process of its own.
import { linkageActionContract } from "@nightjar/core/testing";
import { mailServer, PASSWORD } from "./mail-server.ts";

linkageActionContract({
  pluginFolder: new URL("..", import.meta.url),
  async target() {
    const { settings, received, close } = await mailServer();
    return {
      settings,
      config: { receivers: ["a@home.example"], pictures: 5 },
      secrets: [PASSWORD],
      received: () =>
        received.map(({ mail: { subject = "", text = "" } }) => ({
          text: `${subject}\n${text}`,
          isTest: subject.startsWith("Test: "),
        })),
      close,
    };
  },
  silentTarget: ({ host, port }) => ({
    settings: { host, port, fromAddress: "nvr@home.example" },
    config: { receivers: ["a@home.example"] },
  }),
  wrong: {
    "no receiver": { receivers: [] },
    "a receiver with a command in it": { receivers: ["a@home.example>\r\nDATA"] },
    "more pictures than there can be": { receivers: ["a@home.example"], pictures: 6 },
  },
});
