// The words for acts in the audit log: closed tables, so that every key can be found by search. Facts of acts: detail-words.ts.
import { type MessageKey, t } from "../../locale/messages.ts";

/** All that the recorder writes down. */
export const ACTION_TEXT: Readonly<Record<string, MessageKey>> = {
  activated: "act.activated",
  "session-opened": "act.session-opened",
  "session-closed": "act.session-closed",
  "session-ended": "act.session-ended",
  "sessions-ended": "act.sessions-ended",
  "sign-in-failed": "act.sign-in-failed",
  "sign-in-refused": "act.sign-in-refused",
  "recovery-code-used": "act.recovery-code-used",
  "recovery-codes-renewed": "act.recovery-codes-renewed",
  "second-factor-on": "act.second-factor-on",
  "second-factor-off": "act.second-factor-off",
  "second-factor-reset": "act.second-factor-reset",
  "stream-password-created": "act.stream-password-created",
  "stream-password-revoked": "act.stream-password-revoked",
  "stream-sign-in-failed": "act.stream-sign-in-failed",
  "stream-watched": "act.stream-watched",
  "token-created": "act.token-created",
  "token-revoked": "act.token-revoked",
  "user-created": "act.user-created",
  "user-changed": "act.user-changed",
  "user-removed": "act.user-removed",
  "camera-added": "act.camera-added",
  "camera-changed": "act.camera-changed",
  "camera-removed": "act.camera-removed",
  "manual-recording-started": "act.manual-recording-started",
  "manual-recording-stopped": "act.manual-recording-stopped",
  "recording-locked": "act.recording-locked",
  "recording-unlocked": "act.recording-unlocked",
  "recordings-locked": "act.recordings-locked",
  "recordings-unlocked": "act.recordings-unlocked",
  "playback-started": "act.playback-started",
  "clip-downloaded": "act.clip-downloaded",
  "snapshot-taken": "act.snapshot-taken",
  "thumbnails-viewed": "act.thumbnails-viewed",
  "certificate-replaced": "act.certificate-replaced",
  "certificate-removed": "act.certificate-removed",
  "volume-changed": "act.volume-changed",
  "settings-changed": "act.settings-changed",
  "settings-exported": "act.settings-exported",
  "settings-imported": "act.settings-imported",
  "settings-import-failed": "act.settings-import-failed",
  "settings-import-taken-back": "act.settings-import-taken-back",
  "settings-password-wrong": "act.settings-password-wrong",
  "diagnostics-taken": "act.diagnostics-taken",
  "plugin-asked": "act.plugin-asked",
  "plugin-enabled": "act.plugin-enabled",
  "plugin-disabled": "act.plugin-disabled",
  "plugin-job-started": "act.plugin-job-started",
  "plugin-job-cancelled": "act.plugin-job-cancelled",
  "plugin-restarted": "act.plugin-restarted",
  "plugin-settings-changed": "act.plugin-settings-changed",
  "plugin-uploaded": "act.plugin-uploaded",
};

/** What a filter of the page stands for. */
export const ACT_GROUPS: readonly {
  readonly id: string;
  readonly text: MessageKey;
  readonly actions: readonly string[];
}[] = [
  {
    id: "entry",
    text: "audit.group.entry",
    actions: [
      "session-opened",
      "session-closed",
      "session-ended",
      "sessions-ended",
      "sign-in-failed",
      "sign-in-refused",
      "stream-sign-in-failed",
      "recovery-code-used",
    ],
  },
  {
    id: "accounts",
    text: "audit.group.accounts",
    actions: [
      "activated",
      "user-created",
      "user-changed",
      "user-removed",
      "recovery-codes-renewed",
      "second-factor-on",
      "second-factor-off",
      "second-factor-reset",
      "token-created",
      "token-revoked",
      "stream-password-created",
      "stream-password-revoked",
    ],
  },
  {
    id: "cameras",
    text: "nav.cameras",
    actions: [
      "camera-added",
      "camera-changed",
      "camera-removed",
      "manual-recording-started",
      "manual-recording-stopped",
    ],
  },
  {
    id: "footage",
    text: "audit.group.footage",
    actions: [
      "playback-started",
      "clip-downloaded",
      "snapshot-taken",
      "thumbnails-viewed",
      "stream-watched",
      "recording-locked",
      "recording-unlocked",
      "recordings-locked",
      "recordings-unlocked",
    ],
  },
  {
    id: "settings",
    text: "audit.group.settings",
    actions: [
      "settings-changed",
      "settings-exported",
      "settings-imported",
      "settings-import-failed",
      "settings-import-taken-back",
      "settings-password-wrong",
      "diagnostics-taken",
      "plugin-job-started",
      "plugin-job-cancelled",
      "plugin-restarted",
      "plugin-settings-changed",
      "plugin-uploaded",
      "plugin-asked",
      "plugin-enabled",
      "plugin-disabled",
      "certificate-replaced",
      "certificate-removed",
      "volume-changed",
    ],
  },
];

/** An act in words; one that this page does not know as it is called. */
export function actText(action: string): string {
  const key = ACTION_TEXT[action];
  return key === undefined ? action : t(key);
}
