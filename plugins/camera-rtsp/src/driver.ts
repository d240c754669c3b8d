// The driver: a camera's configuration is its stream descriptors, with credentials kept out of URLs.
import {
  type CameraDriver,
  type CameraStreams,
  NightjarError,
  type RtspStreamDescriptor,
} from "@nightjar/core";
import { CATALOGUE } from "./catalogue.ts";
import { cameraConfig } from "./config.ts";

/** Makes the driver `rtsp`. It keeps no state. */
export function rtspDriver(): CameraDriver {
  return {
    id: "rtsp",
    displayName: "RTSP",
    configSchema: cameraConfig,
    catalogue: CATALOGUE,
    async prepare(config) {
      return prepareConfig(config);
    },
    async streams(config) {
      return streamsOf(config);
    },
  };
}

/**
 * Splits user and password off the URLs, the main one's first, unless they were given apart. Leaves anything that is
 * no URL alone: the schema says what is wrong with it.
 */
export function prepareConfig(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const prepared = { ...config };
  for (const field of ["url", "subUrl"]) {
    const text = prepared[field];
    if (typeof text !== "string") continue;
    const trimmed = text.trim();
    if (trimmed === "" && field === "subUrl") {
      delete prepared[field];
      continue;
    }
    prepared[field] = trimmed;
    const parts = splitCredentials(trimmed);
    if (parts === undefined) continue;
    prepared[field] = parts.url;
    // Of the user that was typed apart, the address may bring the password.
    if (parts.username !== "" && (prepared["username"] || parts.username) === parts.username) {
      prepared["username"] = parts.username;
      if (!prepared["password"] && parts.password !== "") prepared["password"] = parts.password;
    }
  }
  for (const field of ["username", "password"]) if (prepared[field] === "") delete prepared[field];
  return prepared;
}

/**
 * Cuts `user:password@` out of an RTSP URL. Done on the text, as passwords with `@`, `/` and `#` are pasted without
 * being escaped: the last `@` before the path's first slash, or failing that the last one before the query, ends them.
 */
export function splitCredentials(
  url: string,
): { url: string; username: string; password: string } | undefined {
  const scheme = /^rtsps?:\/\//i.exec(url)?.[0];
  if (scheme === undefined) return undefined;
  const rest = url.slice(scheme.length);
  const authorityEnd = rest.search(/[/?]/);
  const authority = authorityEnd === -1 ? rest : rest.slice(0, authorityEnd);
  let at = authority.lastIndexOf("@");
  if (at === -1) {
    // A slash inside the password: only believed when a colon came before it, as in user:pa/ss@host.
    const query = rest.indexOf("?");
    const candidate = rest.slice(0, query === -1 ? undefined : query).lastIndexOf("@");
    const colon = authority.indexOf(":");
    if (candidate === -1 || colon === -1 || /^\d+$/.test(authority.slice(colon + 1))) return undefined;
    at = candidate;
  }
  const [username, ...password] = rest.slice(0, at).split(":");
  return {
    url: scheme.toLowerCase() + rest.slice(at + 1),
    username: decode(username ?? ""),
    password: decode(password.join(":")),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function streamsOf(config: Readonly<Record<string, unknown>>): CameraStreams {
  const { url, subUrl } = config;
  if (typeof url !== "string") {
    throw new NightjarError(
      "NJ_CONFIG_INVALID",
      "invalid-argument",
      "the camera has no address: set url to rtsp://…",
    );
  }
  const main = descriptor(url, config);
  return typeof subUrl === "string" ? { main, sub: descriptor(subUrl, config) } : { main };
}

function descriptor(url: string, config: Readonly<Record<string, unknown>>): RtspStreamDescriptor {
  const { username, transport } = config;
  return {
    kind: "rtsp",
    url,
    ...(typeof username === "string" ? { username, credentialsRef: "password" } : {}),
    transport: transport === "tcp" || transport === "udp" ? transport : "auto",
  };
}
