// What the core process gives to MQTT and to its page: the sealed password of another broker, and pictures of cameras.
import type { CameraList } from "../cameras/camera-list.ts";
import type { SecretStore } from "../config/secret-store.ts";
import type { CameraId } from "../domain/ids.ts";
import { msFromTime90k } from "../domain/time.ts";
import { NightjarError } from "../errors.ts";
import type { MqttControl } from "../http/services.ts";
import type { MqttService } from "../mqtt/mqtt-service.ts";
import type { RequestsOptions } from "../mqtt/request-parts.ts";
import type { RecordingService } from "../recording/recording-service.ts";
import type { MakePicture } from "./camera-service.ts";

/** The secret's name in secrets.json. */
export const MQTT_PASSWORD = "mqtt/password";
const FRAME_MS = 3_000;
const PICTURE_MS = 10_000;

/** The face that the API asks. */
export function mqttControl(mqtt: MqttService, secrets: SecretStore): MqttControl {
  return {
    state: () => mqtt.state(),
    hasPassword: () => secrets.has(MQTT_PASSWORD),
    setPassword: (password) =>
      password === undefined ? secrets.delete(MQTT_PASSWORD) : secrets.set(MQTT_PASSWORD, password),
    settingsChanged: () => mqtt.settingsChanged(),
  };
}

/** Pictures from the newest key frame in memory: no camera is asked for them. */
export function mqttSnapshot(
  recording: Pick<RecordingService, "media">,
  cameras: Pick<CameraList, "find">,
  makePicture: MakePicture,
): RequestsOptions["snapshot"] {
  return async (camera, width) => {
    const hasSub = cameras.find(camera)?.streams.sub !== undefined;
    const stream = hasSub && width <= 640 ? "sub" : "main";
    const { format, keyFrame, time90k } = await recording.media.request(
      "newestKeyFrame",
      { camera: camera as CameraId, stream },
      FRAME_MS,
    );
    const { video } = format;
    if (video === undefined) {
      throw new NightjarError("NJ_CAMERA_NO_VIDEO", "failed-precondition", "the camera sends no picture");
    }
    const jpeg = await makePicture({
      codec: video.codec,
      decoderConfig: Buffer.from(video.description, "base64"),
      data: Buffer.from(keyFrame, "base64"),
      width,
      signal: AbortSignal.timeout(PICTURE_MS),
    });
    return { jpeg, timeMs: msFromTime90k(time90k) };
  };
}
