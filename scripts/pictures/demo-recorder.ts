// A recorder as a household has it, for pictures: past its first run, with four demo cameras at four times of their day.
import { ConfigStore } from "../../core/config/config-store.ts";
import { silentLog } from "../../core/log.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { type Recorder, startRecorder } from "../../tests/e2e/support/recorder.ts";

const RECORDED_WITHIN_MS = 300_000;

/** Starts it with so many more demo cameras as names are given. The caller stops it. */
export async function startDemoRecorder(names: readonly string[]): Promise<Recorder> {
  const recorder = await startRecorder(true, [], onFreePorts);
  await recorder.api("PATCH", "/settings", { wizardDone: true });
  for (const [index, name] of names.entries()) {
    await recorder.api("POST", "/cameras", {
      name,
      driver: "demo",
      config: { shiftSeconds: 16 * (index + 1) },
      record: { mode: "continuous" },
    });
  }
  return recorder;
}

/** Whatever else runs on this machine, no picture tells of a port that was busy. */
async function onFreePorts(dataDir: string): Promise<void> {
  const config = await ConfigStore.open({ dataDir, log: silentLog, watch: false });
  await config.update((draft) => {
    draft.network.http.port = 0;
    draft.network.https.port = 0;
    draft.network.rtsp.port = 0;
    draft.mqtt.tcp.port = 0;
    draft.mqtt.tls.port = 0;
  });
  await config.close();
}

/** Starts one that has no camera. The caller stops it. */
export async function startBareRecorder(): Promise<Recorder> {
  const recorder = await startDemoRecorder([]);
  const { cameras } = await recorder.api<{ cameras: { id: string }[] }>("GET", "/cameras");
  for (const { id } of cameras) await recorder.api("DELETE", `/cameras/${id}?footage=remove`);
  return recorder;
}

/** The id of its first demo camera, once so many seconds of each demo camera are recorded. */
export async function untilRecorded(recorder: Recorder, seconds: number): Promise<string> {
  const { cameras } = await recorder.api<{ cameras: { id: string; driver: string }[] }>("GET", "/cameras");
  const ids = cameras.filter(({ driver }) => driver === "demo").map(({ id }) => id);
  const startMs = Date.now() - 600_000;
  await waitFor(
    async () => {
      const query = new URLSearchParams({
        cameras: ids.join(),
        start: new Date(startMs).toISOString(),
        end: new Date().toISOString(),
      });
      const found = await recorder.api<{
        cameras: { spans: { start: string; end: string }[] }[];
      }>("GET", `/recordings/coverage?${query}`);
      return found.cameras.every(
        ({ spans }) =>
          spans.reduce((sum, { start, end }) => sum + Date.parse(end) - Date.parse(start), 0) >=
          seconds * 1000,
      );
    },
    { deadlineMs: RECORDED_WITHIN_MS, what: `${seconds} s of recordings`, periodMs: 500 },
  );
  return ids[0] ?? "";
}
