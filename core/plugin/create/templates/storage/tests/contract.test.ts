// What the recorder relies on in every storage plugin, with the recorder and in a process of its own.
import { storageDriverContract } from "@nightjar/core/testing";
import { KEY, SHARE, testStorage } from "./storage.ts";

storageDriverContract({
  pluginFolder: new URL("..", import.meta.url),
  async storage() {
    const storage = await testStorage();
    return {
      settings: { url: storage.url, key: KEY },
      config: { share: SHARE },
      takeAway: async () => {
        storage.unlocked = false;
      },
      close: () => storage.close(),
    };
  },
  wrong: {
    "no share": {},
    "a share that is a path": { share: "../footage" },
  },
});
