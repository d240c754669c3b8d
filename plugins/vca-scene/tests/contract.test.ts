// What the recorder relies on in every detector, with the recorder and in a process of its own.
import { detectorContract } from "@nightjar/core/testing";
import { covered, scene } from "./pictures.ts";

const pluginFolder = new URL("..", import.meta.url);

detectorContract({
  pluginFolder,
  detector: "tamper",
  calm: { seconds: 12, picture: scene },
  event: { seconds: 14, picture: (size, atMs) => (atMs < 8_000 ? scene(size, atMs) : covered(size, atMs)) },
  wrong: { "a time that is none": { afterSeconds: 0 } },
});

detectorContract({
  pluginFolder,
  detector: "loss",
  calm: { seconds: 8, picture: scene },
  wrong: { "a time too short": { afterSeconds: 1 }, "a time too long": { afterSeconds: 61 } },
});
