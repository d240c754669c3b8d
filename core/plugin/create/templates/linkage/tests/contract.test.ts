// What the recorder relies on in every linkage plugin, with the recorder and in a process of its own.
import { linkageActionContract } from "@nightjar/core/testing";
import { KEY, receiver } from "./receiver.ts";

const config = { urgency: "high" };

linkageActionContract({
  pluginFolder: new URL("..", import.meta.url),
  async target() {
    const target = await receiver();
    return {
      settings: { url: target.url, key: KEY },
      config,
      secrets: [KEY],
      received: () =>
        target.messages.map((message) => ({ text: JSON.stringify(message), isTest: message.test })),
      close: () => target.close(),
    };
  },
  silentTarget: ({ host, port }) => ({ settings: { url: `http://${host}:${port}/`, key: KEY }, config }),
  wrong: { "an urgency that there is not": { urgency: "deafening" } },
});
