// What the recorder relies on in every detector, with the recorder and in a process of its own.
import { detectorContract } from "@nightjar/core/testing";
import { box, still } from "./pictures.ts";

detectorContract({
  pluginFolder: new URL("..", import.meta.url),
  calm: { seconds: 6, picture: still },
  event: { seconds: 6, picture: box({ fromMs: 3_000 }) },
  wrong: {
    "a size that is none": { smallestPercent: -1 },
    "a time of day that is none": { profile: "dusk" },
  },
});
