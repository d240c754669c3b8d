// A volume writer in a process of its own, for tests that break its system calls: writes a file, syncs it twice, and
// prints the events and the outcome of finishing as JSON. `node segment-writer-child.ts <volume>`
import { silentLog } from "../../core/log.ts";
import { openVolumeWriter, type VolumeEvent } from "../../core/media/store/volume-writer.ts";

const events: VolumeEvent[] = [];
const writer = openVolumeWriter({
  path: process.argv[2] ?? "",
  id: undefined,
  log: silentLog,
  onEvent: (event) => events.push(event),
});
const token = writer.create("video/yard/main/2026-01-02/03/1-n-1-0.mp4", Buffer.from("head"));
await new Promise<void>((resolve) => writer.append(token, [Buffer.from("part")], () => resolve()));
await new Promise<void>((resolve) => writer.syncNow(resolve));
const second = await new Promise((resolve) => {
  writer.append(token, [Buffer.from("more")], (error) => resolve(error?.systemCode ?? "written"));
});
await new Promise<void>((resolve) => writer.syncNow(resolve));
const finished = await new Promise((resolve) => {
  const end = { moov: Buffer.from("moov"), patch: Buffer.from("P"), patchOffset: 0 };
  writer.finish(token, end, (error) => resolve(error?.systemCode ?? "durable"));
});
await writer.close();
process.stdout.write(JSON.stringify({ events, second, finished }));
