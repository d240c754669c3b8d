// Which kind of exception a problem of the recorder is as an event. Pure.

/** The kind of exception that a problem is as an event; undefined for one that is none. */
export function exceptionOf(code: string): string | undefined {
  if (code === "camera-codec-unsupported") return "exception-codec-mismatch";
  const volume = /^volume-(full|offline|slow)$/.exec(code)?.[1];
  if (volume !== undefined) return `exception-volume-${volume}`;
  if (/^volume-(?:error|mismatch|read-only)$/.test(code)) return "exception-volume-error";
  if (code.startsWith("node-")) return "exception-hot-spare";
  const [, about] = /^(camera|recording|clock|plugin)-/.exec(code) ?? [];
  if (about === undefined) return undefined;
  return { camera: "exception-camera-link", recording: "exception-record" }[about] ?? `exception-${about}`;
}
