// A sink that keeps what a source gives it, with copies of the bytes, and releases the slabs at once.
import type { StreamFormat, TrackKind } from "../../../core/media/format.ts";
import type { CameraClock, Loss, SourceSink, StreamFault, StreamState } from "../../../core/media/source.ts";

export interface KeptFrame {
  readonly track: TrackKind;
  readonly bytes: Buffer;
  readonly time: number;
  readonly duration: number;
  readonly keyFrame: boolean;
  readonly damaged: boolean;
  /** Number of the run, from 1. */
  readonly run: number;
}

export class RecordingSink implements SourceSink {
  readonly frames: KeptFrame[] = [];
  readonly runs: { format: StreamFormat; transport: "tcp" | "udp"; tls: boolean }[] = [];
  readonly ends: (StreamFault | undefined)[] = [];
  readonly formats: StreamFormat[] = [];
  readonly losses: Loss[] = [];
  readonly clocks: CameraClock[] = [];
  readonly documents: string[] = [];
  readonly states: StreamState[] = [];
  /** In the order of arrival: what was called. */
  readonly calls: string[] = [];
  /** Keep the bytes of frames; off where there are many. */
  keepBytes = true;

  get video(): KeptFrame[] {
    return this.frames.filter((frame) => frame.track === "video");
  }

  get audio(): KeptFrame[] {
    return this.frames.filter((frame) => frame.track === "audio");
  }

  get state(): StreamState | undefined {
    return this.states.at(-1);
  }

  runStarted(run: { format: StreamFormat; transport: "tcp" | "udp"; tls: boolean }): void {
    this.calls.push("runStarted");
    this.runs.push(run);
  }

  formatChanged(format: StreamFormat): void {
    this.calls.push("formatChanged");
    this.formats.push(format);
  }

  frame(frame: Parameters<SourceSink["frame"]>[0]): void {
    this.calls.push(frame.track);
    const { track, slab, offset, length, time, duration, keyFrame, damaged } = frame;
    const bytes = this.keepBytes ? Buffer.from(slab.data.subarray(offset, offset + length)) : Buffer.alloc(0);
    slab.release();
    this.frames.push({ track, bytes, time, duration, keyFrame, damaged, run: this.runs.length });
  }

  loss(loss: Loss): void {
    this.calls.push("loss");
    this.losses.push(loss);
  }

  cameraClock(clock: CameraClock): void {
    this.clocks.push(clock);
  }

  metadata(xml: string): void {
    this.documents.push(xml);
  }

  stateChanged(state: StreamState): void {
    this.states.push(state);
  }

  runEnded(fault: StreamFault | undefined): void {
    this.calls.push("runEnded");
    this.ends.push(fault);
  }
}
