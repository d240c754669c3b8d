// What `@nightjar/core` means in the process of an isolated plugin: the same names as core/index.ts, which is their
// manual. What is heavy is loaded when it is first used, since many such processes run beside each other and most need
// little of it (tests/core/plugin/isolated/child-core.test.ts compares the two).
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

export { NightjarError } from "../../errors.ts";
export { eventTypeOfOnvif } from "../contract/camera-abilities.ts";
export { definePlugin } from "../contract/define-plugin.ts";
export { STAGE_FIRST, STAGE_LAST } from "../contract/hook-catalogue.ts";
export { Type } from "../schemas/schema-builder.ts";

type ClipSources = typeof import("../../media/rtsp-server/clip-source.ts");
type Clips = typeof import("../../media/rtsp-server/mp4-clip.ts");
type Servers = typeof import("../../media/rtsp-server/rtsp-server.ts");

const require = createRequire(import.meta.url);

const clipSources = (): ClipSources =>
  require(fileURLToPath(new URL("../../media/rtsp-server/clip-source.ts", import.meta.url))) as ClipSources;
const clips = (): Clips =>
  require(fileURLToPath(new URL("../../media/rtsp-server/mp4-clip.ts", import.meta.url))) as Clips;
const servers = (): Servers =>
  require(fileURLToPath(new URL("../../media/rtsp-server/rtsp-server.ts", import.meta.url))) as Servers;

export const clipSource: ClipSources["clipSource"] = async (...given) => clipSources().clipSource(...given);
export const sourceOfClip: ClipSources["sourceOfClip"] = (...given) => clipSources().sourceOfClip(...given);
export const readClip: Clips["readClip"] = async (...given) => clips().readClip(...given);
/** Without the network its modules are closed, and the refusal says so. */
export const createRtspServer: Servers["createRtspServer"] = async (...given) =>
  servers().createRtspServer(...given);
