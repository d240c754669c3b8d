// The recorder's refusals in the viewer's language, by their stable codes: those that people meet often. The others are
// shown in the recorder's own words.
import type { MessageKey } from "../locale/messages.ts";

export const ERROR_WORDS: Readonly<Record<string, MessageKey>> = {
  NJ_ACTIVATION_BUSY: "error.activationBusy",
  NJ_ACTIVATION_CODE_EXPIRED: "error.activationExpired",
  NJ_ACTIVATION_CODE_WRONG: "error.activationWrong",
  NJ_ADDRESS_REFUSED: "error.addressRefused",
  NJ_CAMERA_EXISTS: "error.cameraExists",
  NJ_CAMERA_NOT_FOUND: "error.cameraNotFound",
  NJ_CODE_WRONG: "error.codeWrong",
  NJ_CONFIG_INVALID: "error.configInvalid",
  NJ_CORE_AWAY: "error.away",
  NJ_CORE_TIMEOUT: "error.away",
  NJ_LAST_ADMINISTRATOR: "error.lastAdministrator",
  NJ_LINK_CLOSED: "error.away",
  NJ_LOGIN_BUSY: "error.loginBusy",
  NJ_LOGIN_FAILED: "error.loginFailed",
  NJ_LOGIN_LOCKED: "error.loginLocked",
  NJ_LOGIN_PROVIDER_AWAY: "error.loginProviderAway",
  NJ_PASSWORD_WEAK: "error.passwordWeak",
  NJ_PASSWORD_WRONG: "error.passwordWrong",
  NJ_PERMISSION_DENIED: "error.denied",
  NJ_RECORDING_OFF: "error.recordingOff",
  NJ_REQUEST_INVALID: "error.requestInvalid",
  NJ_SECOND_FACTOR_WRONG: "error.codeWrong",
  NJ_SETTINGS_CHANGED: "error.settingsChanged",
  NJ_SETTINGS_FILE: "error.settingsFile",
  NJ_SETTINGS_PASSWORD: "error.settingsPassword",
  NJ_STREAM_CODEC_UNSUPPORTED: "error.streamCodec",
  NJ_STREAM_CONNECTION_REFUSED: "error.streamRefused",
  NJ_STREAM_HOST_NOT_FOUND: "error.streamHost",
  NJ_STREAM_HOST_UNREACHABLE: "error.streamUnreachable",
  NJ_STREAM_NOT_FOUND: "error.streamPath",
  NJ_STREAM_STALLED: "error.streamTime",
  NJ_STREAM_TIMED_OUT: "error.streamTime",
  NJ_STREAM_WRONG_PASSWORD: "error.streamPassword",
  NJ_USER_EXISTS: "error.userExists",
  NJ_USER_FROM_PROVIDER: "error.userFromProvider",
  NJ_USER_NAME_INVALID: "error.userName",
};

/** A sentence as sentences are written, whatever case it came in: with a capital letter at its begin. */
export function asSentence(text: string): string {
  // A name or path in front stays as it is written: capital letters would change what it names.
  return /^[a-zà-ÿ][a-zà-ÿ'’-]*[\s,]/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}
