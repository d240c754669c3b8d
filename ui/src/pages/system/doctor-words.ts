// What each of doctor's checks is about, in the viewer's words: by its id (docs/guide/doctor.md). A test finds ids without.
import { type MessageKey, t } from "../../locale/messages.ts";

export const CHECK_TEXT: Readonly<Record<string, MessageKey>> = {
  access: "doctor.about.access",
  recorder: "doctor.about.recorder",
  node: "doctor.about.node",
  memory: "doctor.about.memory",
  "open-files": "doctor.about.open-files",
  config: "doctor.about.config",
  "time-zone": "doctor.about.time-zone",
  ffmpeg: "doctor.about.ffmpeg",
  "ffmpeg-setting": "doctor.about.ffmpeg-setting",
  "ffmpeg-old": "doctor.about.ffmpeg-old",
  "ffmpeg-codecs": "doctor.about.ffmpeg-codecs",
  "plugin-bounds": "doctor.about.plugin-bounds",
  sandbox: "doctor.about.sandbox",
  "plugin-walls": "doctor.about.plugin-walls",
  database: "doctor.about.database",
  "database-file": "doctor.about.database-file",
  data: "doctor.about.data",
  "data-in-checkout": "doctor.about.data-in-checkout",
  "data-mode": "doctor.about.data-mode",
  "private-file": "doctor.about.private-file",
  "secrets-key": "doctor.about.secrets-key",
  "data-owner": "doctor.about.data-owner",
  "file-system": "doctor.about.file-system",
  "gpio-chip": "doctor.about.gpio-chip",
  "gpio-tools": "doctor.about.gpio-tools",
  volume: "doctor.about.volume",
  "volume-space": "doctor.about.volume-space",
  "volume-speed": "doctor.about.volume-speed",
  clock: "doctor.about.clock",
  port: "doctor.about.port",
  certificate: "doctor.about.certificate",
  plugin: "doctor.about.plugin",
};

/** An id in words; one that is not known yet as it is. */
export function checkText(id: string): string {
  const key = Object.hasOwn(CHECK_TEXT, id) ? CHECK_TEXT[id] : undefined;
  return key === undefined ? id : t(key);
}
