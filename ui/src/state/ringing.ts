// Which sounds ring because of events, and until when. Pure.

/** What the recorder says: see GET /changes. */
export interface SoundMessage {
  readonly id: string;
  readonly pattern: "chime" | "beep" | "alarm" | "siren";
  readonly volumePercent: number;
  readonly seconds: number;
  readonly untilAcknowledged: boolean;
  readonly isTest: boolean;
  /** What it is about, where the account may see it. */
  readonly event?: number;
  readonly type?: string;
  readonly camera?: string;
}

export interface Ringing extends SoundMessage {
  /** Undefined: until somebody silences or acknowledges it. */
  readonly untilMs: number | undefined;
}

/** That ring at once; the oldest goes. */
export const MOST_RINGING = 16;

/** The list with one more. The same, said twice, rings once. */
export function withSound(
  list: readonly Ringing[],
  message: SoundMessage,
  nowMs: number,
): readonly Ringing[] {
  const untilMs = message.untilAcknowledged ? undefined : nowMs + message.seconds * 1_000;
  return [{ ...message, untilMs }, ...list.filter(({ id }) => id !== message.id)].slice(0, MOST_RINGING);
}

/** The list without what has rung long enough. */
export function stillRinging(list: readonly Ringing[], nowMs: number): readonly Ringing[] {
  return list.filter(({ untilMs }) => untilMs === undefined || untilMs > nowMs);
}
