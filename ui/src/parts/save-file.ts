// Hands a file to the viewer's downloads.

/** Saves a blob under a name. */
export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  saveUrl(url, name);
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Saves what a URL of this origin gives. */
export function saveUrl(url: string, name: string): void {
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = name;
  anchor.click();
}

/** A file name that says camera and moment: `yard-gate_2026-11-22_14-32-08.jpg` (UTC). */
export function pictureName(camera: string, timeMs: number, extension: string): string {
  const stamp = new Date(timeMs).toISOString().slice(0, 19).replace("T", "_").replaceAll(":", "-");
  return `${camera}_${stamp}.${extension}`;
}
