// What the recorder relies on in every detector, with the recorder and in a process of its own.
import { detectorContract } from "@nightjar/core/testing";

const grey = (level: number) => (size: { width: number; height: number }) =>
  new Uint8Array(size.width * size.height).fill(level);

detectorContract({
  pluginFolder: new URL("..", import.meta.url),
  calm: { seconds: 5, picture: grey(80) },
  event: { seconds: 6, picture: (size, atMs) => grey(atMs < 2_000 ? 80 : 200)(size) },
  wrong: { "a time that is none": { afterSeconds: -1 } },
});
