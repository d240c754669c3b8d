// What the recorder relies on in every linkage plugin, with the recorder and in a process of its own.
import { linkageActionContract } from "@nightjar/core/testing";
import { davServer, PASSWORD } from "./dav-server.ts";

linkageActionContract({
  pluginFolder: new URL("..", import.meta.url),
  async target() {
    const { target, files, asked, close } = await davServer();
    const names = (): string[] => asked.filter((what) => what.startsWith("MOVE ") && what.includes(".json."));
    return {
      settings: { target1: { name: "Office", ...target } },
      config: { target: "Office" },
      secrets: [PASSWORD],
      // Each time that a whole event file came; what stands in the newest of that name.
      received: () =>
        names().map((what) => {
          const path = what.slice("MOVE ".length).replace(/\/\.([^/]+)\.[\da-f]{12}\.part$/, "/$1");
          const text = files.get(path)?.toString("utf8") ?? "";
          return { text, isTest: (JSON.parse(text) as { isTest: boolean }).isTest };
        }),
      close,
    };
  },
  silentTarget: ({ host, port }) => ({
    settings: { target1: { name: "Office", protocol: "webdav", url: `http://${host}:${port}/` } },
    config: { target: "Office" },
  }),
  wrong: {
    "a target that there is not": { target: "Elsewhere" },
    "a folder above the target's": { target: "Office", folder: "a/../.." },
    "a folder from the top": { target: "Office", folder: "/etc" },
    "a word that stands for nothing": { target: "Office", folder: "{secret}" },
    "more pictures than there can be": { target: "Office", pictures: 6 },
  },
});
