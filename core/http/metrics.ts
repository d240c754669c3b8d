// Figures for Prometheus at /metrics: the recorder's state, asked for when they are read, and what the API itself does.
// Names follow Prometheus' conventions (base units, `_total` for counters). Labels come from closed sets only.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { HttpServices } from "./services.ts";

export interface Metrics {
  /** Counts a finished request. `path` is the route's, never the caller's. */
  request(method: string, path: string, status: number, seconds: number): void;
  text(): Promise<string>;
  readonly contentType: string;
}

export function createMetrics(
  services: Pick<HttpServices, "status" | "cameras" | "changes" | "plugins" | "version" | "detection">,
): Metrics {
  const registry = new Registry();
  const registers = [registry];
  // Node's own figures, from the first time that somebody reads them: they wake the process a hundred times a second.
  let isNodeWatched = false;
  const watchNode = (): void => {
    if (isNodeWatched) return;
    isNodeWatched = true;
    collectDefaultMetrics({ register: registry, prefix: "nightjar_core_" });
  };
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge({ name: `nightjar_${name}`, help, labelNames, registers });

  const info = gauge("info", "Version of Nightjar.", ["version"]);
  info.set({ version: services.version }, 1);
  const uptime = gauge("uptime_seconds", "Seconds since Nightjar started.");
  const camerasTotal = gauge("cameras", "Cameras by state.", ["status"]);
  const recording = gauge("camera_recording", "1 while the camera is recorded.", ["camera"]);
  const bitrate = gauge("stream_bitrate_bits_per_second", "Bit rate of a stream.", ["camera", "stream"]);
  const frameRate = gauge("stream_frames_per_second", "Frame rate of a stream.", ["camera", "stream"]);
  const lost = gauge("stream_packets_lost", "Packets lost since the stream was started.", [
    "camera",
    "stream",
  ]);
  const free = gauge("volume_free_bytes", "Free bytes of a volume.", ["volume"]);
  const total = gauge("volume_size_bytes", "Size of a volume.", ["volume"]);
  const volumeSync = gauge(
    "volume_sync_seconds",
    "Longest sync of the last minute: what a power failure costs beyond five seconds.",
    ["volume"],
  );
  const volumeUp = gauge("volume_normal", "1 while the volume works.", ["volume"]);
  const processUp = gauge("process_ready", "1 while the process serves.", ["process"]);
  const restarts = gauge("process_restarts", "Restarts of a process since Nightjar started.", ["process"]);
  const processMemory = gauge(
    "process_memory_bytes",
    "Memory of a process; that of core holds the plugins that run with it.",
    ["process"],
  );
  const processDelay = gauge(
    "process_event_loop_delay_seconds",
    "How late the event loop of a process was in the last minute, at most.",
    ["process"],
  );
  const pluginUp = gauge("plugin_running", "1 while the plugin runs.", ["plugin"]);
  const pluginErrors = gauge("plugin_errors", "Failures of a plugin since Nightjar started.", ["plugin"]);
  const pluginCalls = gauge("plugin_calls", "Calls into a plugin since Nightjar started.", ["plugin"]);
  const pluginTime = gauge("plugin_call_seconds", "Time that calls into a plugin took together.", ["plugin"]);
  const pluginMemory = gauge("plugin_resident_memory_bytes", "Memory of a plugin's own process.", ["plugin"]);
  const pluginCpu = gauge("plugin_cpu_seconds", "Processor time of a plugin's own process.", ["plugin"]);
  const pluginLoop = gauge("plugin_event_loop_p99_seconds", "How late a plugin's event loop is.", ["plugin"]);
  const pluginHold = gauge(
    "plugin_event_loop_hold_seconds",
    "Longest time that a call into a plugin with the core kept its event loop, until the plugin first waited.",
    ["plugin"],
  );
  const detectionCores = gauge("detection_cpu_cores", "Processor cores that looking at cameras takes.");
  const detectionBudget = gauge("detection_cpu_budget_cores", "Processor cores that it may take.");
  const detectionStep = gauge(
    "detection_load_step",
    "0: nothing is left out for that; 1: some pictures; 2: all but key frames.",
  );
  const listeners = gauge("change_listeners", "Open streams of changes.");

  const requests = new Counter({
    name: "nightjar_http_requests_total",
    help: "Requests to the API.",
    labelNames: ["method", "path", "status"] as const,
    registers,
  });
  const durations = new Histogram({
    name: "nightjar_http_request_duration_seconds",
    help: "Time until the API answered.",
    labelNames: ["method", "path"] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  });

  async function collect(): Promise<void> {
    const status = await services.status.status();
    uptime.set(status.uptimeSeconds);
    listeners.set(services.changes.listeners);
    // What has gone must not be reported for ever.
    for (const each of [
      camerasTotal,
      recording,
      bitrate,
      frameRate,
      lost,
      free,
      total,
      volumeSync,
      volumeUp,
      processUp,
      restarts,
      processMemory,
      processDelay,
      pluginUp,
      pluginErrors,
      pluginCalls,
      pluginTime,
      pluginMemory,
      pluginCpu,
      pluginLoop,
      pluginHold,
    ]) {
      each.reset();
    }
    const load = services.detection.load();
    detectionCores.set(load?.cores ?? 0);
    detectionBudget.set(load?.budgetCores ?? 0);
    detectionStep.set(load?.step ?? 0);
    for (const camera of services.cameras.list()) {
      camerasTotal.inc({ status: camera.state.status });
      recording.set({ camera: camera.id }, camera.recording.active ? 1 : 0);
      for (const { stream, figures } of camera.streams) {
        if (figures === undefined) continue;
        const labels = { camera: camera.id, stream };
        bitrate.set(labels, figures.bitrateKbps * 1000);
        frameRate.set(labels, figures.framesPerSecond);
        lost.set(labels, figures.packetsLost);
      }
    }
    for (const volume of status.volumes) {
      if (volume.freeBytes !== undefined) free.set({ volume: volume.id }, volume.freeBytes);
      if (volume.totalBytes !== undefined) total.set({ volume: volume.id }, volume.totalBytes);
      if (volume.syncMs !== undefined) volumeSync.set({ volume: volume.id }, volume.syncMs / 1000);
      volumeUp.set({ volume: volume.id }, volume.status === "normal" ? 1 : 0);
    }
    for (const process of status.processes) {
      processUp.set({ process: process.name }, process.status === "ready" ? 1 : 0);
      restarts.set({ process: process.name }, process.restarts);
      if (process.rssBytes !== undefined) processMemory.set({ process: process.name }, process.rssBytes);
      if (process.loopDelayMs !== undefined)
        processDelay.set({ process: process.name }, process.loopDelayMs / 1000);
    }
    // Refused ones have names of their own choosing: a label must come from a closed set.
    for (const plugin of services.plugins.list()) {
      const { name, status: state, errors, calls, callMs, loopHoldMs, health } = plugin;
      if (state === "refused") continue;
      const labels = { plugin: name };
      pluginUp.set(labels, state === "running" ? 1 : 0);
      pluginErrors.set(labels, errors);
      if (calls !== undefined) pluginCalls.set(labels, calls);
      if (callMs !== undefined) pluginTime.set(labels, callMs / 1000);
      if (loopHoldMs !== undefined) pluginHold.set(labels, loopHoldMs / 1000);
      if (health === undefined) continue;
      pluginMemory.set(labels, health.rssBytes);
      pluginCpu.set(labels, health.cpuSeconds);
      pluginLoop.set(labels, health.eventLoopP99Ms / 1000);
    }
  }

  return {
    contentType: registry.contentType,
    request(method, path, status, seconds) {
      requests.inc({ method, path, status: String(status) });
      durations.observe({ method, path }, seconds);
    },
    async text() {
      watchNode();
      await collect();
      return await registry.metrics();
    },
  };
}
