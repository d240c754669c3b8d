// What follows from changed settings while the recorder runs: each part is told of its own alone.
import type { ConfigStore, FrozenConfig } from "../config/config-store.ts";
import type { Log, LogLevel } from "../log.ts";
import type { MqttService } from "../mqtt/mqtt-service.ts";
import type { PluginHost } from "../plugin/host/plugin-host.ts";
import type { PreparedVolumes } from "../recording/prepared-volumes.ts";
import type { RecordingService } from "../recording/recording-service.ts";
import type { RecorderDescriber } from "./recorder-describer.ts";

export interface SettingsFollowers {
  readonly log: Log;
  setLogLevel(level: LogLevel): void;
  readonly recording: Pick<RecordingService, "volumesChanged">;
  readonly preparedVolumes: Pick<PreparedVolumes, "volumesChanged">;
  readonly plugins: Pick<PluginHost, "settingsChanged">;
  readonly mqtt: Pick<MqttService, "settingsChanged" | "armingChanged">;
  readonly describer: Pick<RecorderDescriber, "changed">;
  endGoneLogins(): void;
  /** Where people are told of what is wrong has changed. */
  hintsChanged(): void;
}

/** Follows them; answers what ends that. */
export function followSettings(config: Pick<ConfigStore, "onChange">, to: SettingsFollowers): () => void {
  // Nobody waits for them: what one cannot do is told here, and ends neither the others nor the recorder.
  const follow = (part: string, work: () => Promise<void>): void =>
    void work().catch((error: unknown) =>
      to.log.error("changed settings are not in force everywhere", { part, reason: String(error) }),
    );
  return config.onChange("settings of the whole", (next, previous) => {
    const isOther = (part: keyof FrozenConfig): boolean =>
      JSON.stringify(next[part]) !== JSON.stringify(previous[part]);
    if (next.log.level !== previous.log.level) to.setLogLevel(next.log.level);
    if (isOther("storage")) {
      follow("storage", async () => {
        await to.recording.volumesChanged();
        await to.preparedVolumes.volumesChanged();
      });
    }
    if (isOther("plugins")) follow("plugins", () => to.plugins.settingsChanged());
    if (isOther("logins")) to.endGoneLogins();
    if (isOther("mqtt") || isOther("flows")) follow("mqtt", () => to.mqtt.settingsChanged());
    if (isOther("alarms")) to.mqtt.armingChanged();
    if (JSON.stringify(next.alarms.hints) !== JSON.stringify(previous.alarms.hints)) to.hintsChanged();
    if (isOther("node") || isOther("mqtt") || isOther("alarms") || isOther("storage")) to.describer.changed();
  });
}
