// The public test kit for plugin authors and for Nightjar's own tests: `import … from "@nightjar/core/testing"`.
export type { PreparedConfig } from "../cameras/driver-call.ts";
export type { Clock, Timer } from "../clock.ts";
export type { LogLevel } from "../log.ts";
export type { BoxedMqtt, PublishedMessage } from "./boxed-mqtt.ts";
export { type BridgeContractOptions, bridgeContract } from "./bridge-contract.ts";
export type { CameraAbility } from "./camera-ability-checks.ts";
export {
  type CameraDriverContractOptions,
  type ContractCamera,
  cameraDriverContract,
} from "./camera-driver-contract.ts";
export type { CameraFaults, SeenRequest } from "./camera-faults.ts";
export {
  type ContractPicture,
  type DetectorContractOptions,
  detectorContract,
} from "./detector-contract.ts";
export { type FakeCamera, type FakeCameraOptions, type FakeVideo, fakeCamera } from "./fake-camera.ts";
export { FakeClock } from "./fake-clock.ts";
export {
  type FakeOnvifDevice,
  type FakeOnvifFaults,
  type FakeOnvifOptions,
  fakeOnvifDevice,
} from "./fake-onvif-device.ts";
export {
  type FakeOnvifPreset,
  type FakeOnvifProfile,
  type FakeOnvifScene,
  type FakeOnvifView,
  onvifMessage,
} from "./fake-onvif-state.ts";
export { type FakeAudio, TEST_CLIPS, type TestClipName, testClip, testClipFile } from "./fake-tracks.ts";
export { frameCounterCells, readFrameCounter } from "./frame-counter.ts";
export {
  type AskedBefore,
  type ContractTarget,
  type LinkageActionContractOptions,
  linkageActionContract,
  type ReceivedAction,
  type SilentTarget,
} from "./linkage-action-contract.ts";
export {
  type ContractDirectory,
  type LoginProviderContractOptions,
  loginProviderContract,
} from "./login-provider-contract.ts";
export {
  type ContractTill,
  type ExpectedReceipt,
  type PosParserContractOptions,
  posParserContract,
} from "./pos-parser-contract.ts";
export { type SilentDevice, silentDevice } from "./silent-device.ts";
export {
  type ContractStorage,
  type StorageDriverContractOptions,
  storageDriverContract,
} from "./storage-driver-contract.ts";
export { type TempDir, tempDir } from "./temp-dir.ts";
export {
  noSlowVolume,
  noTemporaryVolume,
  type TemporaryVolume,
  type TemporaryVolumeOptions,
  temporaryVolume,
  type VolumeFileSystem,
} from "./temporary-volume.ts";
export {
  type BoxedHook,
  type BoxedPlugin,
  type HookArguments,
  type LoggedLine,
  type TestNvr,
  type TestNvrOptions,
  testNvr,
} from "./test-nvr.ts";
export { waitFor } from "./wait-for.ts";
