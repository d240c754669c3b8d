// The ffmpeg that an owner named in config.json, as `npm start` sees it before anything of the recorder runs.
// Plain JavaScript for Node 18 and later. Never throws: whatever cannot be read names none.
import { closeSync, constants, existsSync, fstatSync, openSync, readSync } from "node:fs";
import { join, resolve } from "node:path";

/** Far more than a thousand cameras take. */
const LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * Path of the ffmpeg that `ffmpeg.path` of the data directory's config.json names, if it is there. The directory is that of the
 * arguments of `nightjar start`, of NIGHTJAR_DATA, or `data` in the checkout (core/cli/arguments.ts).
 */
export function configuredFfmpeg(args, environment, checkout) {
  const folder = dataFolder(args) || environment.NIGHTJAR_DATA || join(checkout, "data");
  try {
    const path = JSON.parse(readBounded(join(resolve(folder), "config.json")))?.ffmpeg?.path;
    return typeof path === "string" && path !== "" && existsSync(path) ? path : undefined;
  } catch {
    // None yet, or broken: the recorder itself says so.
    return undefined;
  }
}

/** The last one counts, as for the command line itself. */
function dataFolder(args) {
  let found;
  args.forEach((argument, at) => {
    if (argument === "--data") found = args[at + 1];
    else if (argument.startsWith("--data=")) found = argument.slice("--data=".length);
  });
  return found;
}

function readBounded(file) {
  const descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const { size } = fstatSync(descriptor);
    if (size > LIMIT_BYTES) return "";
    const bytes = Buffer.alloc(size);
    return bytes.toString("utf8", 0, readSync(descriptor, bytes, 0, size, 0));
  } finally {
    closeSync(descriptor);
  }
}
