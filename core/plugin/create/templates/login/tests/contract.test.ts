// What the recorder relies on in every login plugin, with the recorder and in a process of its own.
import { loginProviderContract } from "@nightjar/core/testing";
import { ANNA, KEY, testDirectory } from "./directory.ts";

loginProviderContract({
  pluginFolder: new URL("..", import.meta.url),
  async directory() {
    const directory = await testDirectory();
    return { settings: { url: directory.url, key: KEY }, person: ANNA, close: () => directory.close() };
  },
  silentDirectory: ({ host, port }) => ({ url: `http://${host}:${port}/`, key: KEY }),
});
