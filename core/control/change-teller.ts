// Passes on what happened: a change of cameras or of recordings goes to whoever obeys it (recording, the gateway), to open
// pages and programs, and to plugins.
import type { CameraListOptions } from "../cameras/camera-list.ts";
import type { CameraId } from "../domain/ids.ts";
import { isoFromTime90k } from "../domain/time.ts";
import type { ChangeFeed } from "../http/app.ts";
import type { PluginHost } from "../plugin/host/plugin-host.ts";
import type { RecordingChange, RecordingService } from "../recording/recording-service.ts";
import type { Cameras } from "./camera-service.ts";
import type { GatewayLink } from "./gateway-link.ts";
import type { HookTeller } from "./plugin-hooks.ts";
import type { RecorderDescriber } from "./recorder-describer.ts";
import { volumeView } from "./status-service.ts";

export interface ChangeTellerParts {
  readonly changes: ChangeFeed;
  readonly cameras: Cameras;
  readonly recording: RecordingService;
  readonly gateway: GatewayLink;
  readonly hooks: PluginHost["hooks"];
  readonly hookTeller: Pick<HookTeller, "camerasChanged">;
  readonly describer: Pick<RecorderDescriber, "changed">;
}

export class ChangeTeller {
  readonly #parts: ChangeTellerParts;

  constructor(parts: ChangeTellerParts) {
    this.#parts = parts;
  }

  /** A camera came, went, or is not as it was. */
  cameraChanged({ id, kind }: Parameters<CameraListOptions["onChange"]>[0]): void {
    const { changes, cameras, recording, gateway, hooks } = this.#parts;
    recording.camerasChanged();
    this.#parts.hookTeller.camerasChanged();
    this.#parts.describer.changed();
    gateway.cameraChanged(id as CameraId, kind === "removed");
    const view = cameras.get(id);
    if (view === undefined) changes.publish({ type: "camera-removed", camera: id });
    else changes.publish({ type: "camera", camera: view });
    const hook = { id: id as CameraId, name: view?.name ?? id, driver: view?.driver ?? "" };
    if (kind === "added") void hooks.cameraAdded.promise(hook);
    if (kind === "removed") void hooks.cameraRemoved.promise(hook);
  }

  /** A plugin has made a volume ready, or it is not ready any more. */
  async volumePrepared(path: string): Promise<void> {
    const { changes, recording, gateway } = this.#parts;
    await recording.volumesChanged();
    const volume = (await recording.volumeStates()).find((one) => one.path === path);
    if (volume !== undefined) changes.publish({ type: "volume", volume: volumeView(volume) });
    await gateway.settingsChanged();
  }

  /** What is recorded, where and how, is not as it was. */
  async recordingChanged(change: RecordingChange): Promise<void> {
    const { changes, cameras, recording, gateway, hooks } = this.#parts;
    switch (change.kind) {
      case "camera": {
        const view = cameras.get(change.camera);
        if (view !== undefined) changes.publish({ type: "camera", camera: view });
        const state = recording.cameraStates().get(change.camera)?.state;
        if (state !== undefined) await hooks.cameraStateChanged.promise(change.camera, state);
        return;
      }
      case "volume": {
        this.#parts.describer.changed();
        const volume = (await recording.volumeStates()).find(({ id }) => id === change.volume);
        if (volume !== undefined) changes.publish({ type: "volume", volume: volumeView(volume) });
        await gateway.settingsChanged();
        return;
      }
      case "coverage":
        changes.publish({
          type: "coverage",
          camera: change.camera,
          stream: change.stream,
          start: isoFromTime90k(change.start90k),
          end: isoFromTime90k(change.end90k),
          reasons: [...change.reasons],
          growing: change.growing,
        });
        return;
    }
  }
}
