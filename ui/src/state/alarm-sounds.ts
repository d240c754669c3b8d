// Sounds that the recorder asks for because of events: which ring now, and whether this browser may play them. What plays them is
// loaded when the first one comes.
import { signal } from "@preact/signals";
import { type Ringing, type SoundMessage, stillRinging, withSound } from "./ringing.ts";

/** The newest first. */
export const ringing = signal<readonly Ringing[]>([]);
/** Sounds of alarms are seen here, not heard: a preference, which is kept with the others. */
export const soundsMuted = signal(false);
/** The browser lets nothing be heard before somebody has clicked. */
export const soundBlocked = signal(false);

interface Player {
  play(
    pattern: SoundMessage["pattern"],
    volumePercent: number,
    onBlocked: (isBlocked: boolean) => void,
  ): void;
  stop(): void;
  allow(): Promise<void>;
}

let player: Promise<Player> | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

function loadPlayer(): Promise<Player> {
  player ??= import("../player/alarm-tones.ts").then(
    ({ AlarmTones }) => new AlarmTones(),
    (error: unknown) => {
      // The next sound tries again.
      player = undefined;
      throw error;
    },
  );
  return player;
}

/** The recorder wants a sound. */
export function soundAsked(message: SoundMessage): void {
  ringing.value = withSound(ringing.value, message, Date.now());
  follow();
}

/** Somebody has heard: all is quiet. */
export function silence(): void {
  ringing.value = [];
  follow();
}

/** An event was acknowledged, here or elsewhere: what rings for it is quiet. */
export function eventAcknowledged(event: number): void {
  const next = ringing.value.filter((one) => one.event !== event);
  if (next.length === ringing.value.length) return;
  ringing.value = next;
  follow();
}

/** The line was down: who acknowledged meanwhile was not told. Asks for each event that rings whether somebody has. */
export function askWhatIsAcknowledged(isAcknowledged: (event: number) => Promise<boolean>): void {
  const events = new Set(ringing.value.flatMap((one) => one.event ?? []));
  for (const event of events) {
    isAcknowledged(event).then(
      (isSo) => isSo && eventAcknowledged(event),
      // It rings on: better than silence that nobody asked for.
      () => undefined,
    );
  }
}

/** Whether sounds are heard here, from now on. What rings stays in sight either way. */
export function muteSounds(isMuted: boolean): void {
  soundsMuted.value = isMuted;
  follow();
}

/** In answer to a click: from now on this page may be heard. */
export async function allowSound(): Promise<void> {
  await (await loadPlayer()).allow();
  soundBlocked.value = false;
}

/** Plays what the newest wants, and looks again when the next one is over. */
function follow(): void {
  clearTimeout(timer);
  const nowMs = Date.now();
  ringing.value = stillRinging(ringing.value, nowMs);
  const [newest] = ringing.value;
  const ends = ringing.value.flatMap(({ untilMs }) => untilMs ?? []);
  if (ends.length > 0) timer = setTimeout(follow, Math.min(...ends) - nowMs);
  if (newest === undefined || soundsMuted.value) {
    soundBlocked.value = false;
    player?.then(
      (one) => one.stop(),
      () => undefined,
    );
    return;
  }
  loadPlayer().then(
    (one) => {
      // Meanwhile it may be silenced.
      if (ringing.value[0] !== newest || soundsMuted.value) return;
      one.play(newest.pattern, newest.volumePercent, (isBlocked) => {
        soundBlocked.value = isBlocked && ringing.value.length > 0 && !soundsMuted.value;
      });
    },
    // What plays did not come: a click tries again.
    () => {
      soundBlocked.value = ringing.value.length > 0 && !soundsMuted.value;
    },
  );
}
