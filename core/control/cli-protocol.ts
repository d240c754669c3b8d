// Messages between the command line and a running `core` on `<data>/run/cli.sock` (0600: whoever owns the data directory).
import type { LocalUserCalls } from "../users/local-calls.ts";

export const CLI_SOCKET = "cli.sock";

/** What the command line calls on `core`. Bodies are those of the HTTP API. */
export type CoreMethodsForCli = {
  status: (params: Record<string, never>) => unknown;
  listCameras: (params: Record<string, never>) => readonly Record<string, unknown>[];
  addCamera: (params: { camera: Record<string, unknown> }) => Record<string, unknown>;
  removeCamera: (params: { id: string; footage: "keep" | "remove" }) => void;
  probeCamera: (params: { driver: string; config: Record<string, unknown> }) => Record<string, unknown>;
} & { [M in keyof LocalUserCalls]: LocalUserCalls[M] };
