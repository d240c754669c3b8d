// Commands at topics that end in `set`: which request each of them stands for. Their payload is a bare word, as `ON`, or
// that request as JSON without what the topic says, so that a command can say how old it may be.
import { levelOf, pluginOf } from "./plugin-level.ts";
import type { RequestName } from "./request-schemas.ts";
import type { TopicIds } from "./topics.ts";

type Body = Readonly<Record<string, unknown>>;

interface PlainCommand {
  readonly command: RequestName;
  /** The field that a bare word stands for; undefined: it says nothing but that it is to be done. */
  readonly word?: "state" | "mode" | "profile";
  /** What the topic says. */
  of(ids: TopicIds): Body;
}

const ofCamera = ({ camera }: TopicIds): Body => ({ camera });

/** By the name of the topic. */
const COMMANDS: Readonly<Record<string, PlainCommand | undefined>> = {
  manualRecordingSet: { command: "manual-recording", word: "state", of: ofCamera },
  enabledSet: { command: "camera-enabled", word: "state", of: ofCamera },
  recordModeSet: { command: "record-mode", word: "mode", of: ofCamera },
  detectionSet: { command: "detection", word: "state", of: ofCamera },
  detectorSet: {
    ...{ command: "detector", word: "state" },
    of: ({ camera, plugin = "", detector = "" }) => ({ camera, detector: `${pluginOf(plugin)}/${detector}` }),
  },
  auxiliarySet: {
    ...{ command: "auxiliary", word: "state" },
    of: ({ camera, part }) => ({ camera, part }),
  },
  // A word says nothing of where to turn: the schema refuses what is left.
  ptzSet: { command: "ptz", of: ofCamera },
  cameraSnapshotSet: { command: "publish-snapshot", of: ofCamera },
  armingProfileSet: { command: "arming", word: "profile", of: () => ({}) },
  outputSet: { command: "output", word: "state", of: ({ output }) => ({ output }) },
  inputSet: { command: "input", word: "state", of: ({ input }) => ({ input }) },
};

/** The request that a message at a topic of that name stands for; undefined: it is no command. */
export function requestOfSet(
  name: string,
  ids: TopicIds,
  text: string,
): { readonly command: RequestName; readonly body: Body } | undefined {
  const found = COMMANDS[name];
  if (found === undefined) return undefined;
  const { command, word } = found;
  const fields = jsonIn(text) ?? (word === undefined ? {} : { [word]: text });
  return { command, body: { ...fields, ...found.of(ids) } };
}

/** The two levels of a detector in topics, from its name (`package/id`). */
export function detectorLevels(source: string): { readonly plugin: string; readonly detector: string } {
  const at = source.lastIndexOf("/");
  return { plugin: levelOf(source.slice(0, at)), detector: source.slice(at + 1) };
}

function jsonIn(text: string): Body | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text) as Body;
  } catch {
    return undefined;
  }
}
