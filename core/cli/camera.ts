// `nightjar camera list | search | add URL | remove ID | probe URL`, on a running recorder.
import { NightjarError } from "../errors.ts";
import { type CommandLine, EXIT, textFlag } from "./arguments.ts";
import { print, printJson, printTable, readSecretFromStdin } from "./output.ts";
import { withRunningCore } from "./running-core.ts";

interface CameraBody {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly state: { status: string; reason?: string };
  readonly recording: { active: boolean };
}

export async function camera(line: CommandLine): Promise<number> {
  const [, action, subject] = line.words;
  switch (action) {
    case "list":
      return list(line);
    case "search":
      return search(line);
    case "add":
      return add(line, await configOf(line, subject, "camera add URL"));
    case "remove":
      return remove(line, needed(subject, "camera remove ID"));
    case "probe":
      return probe(line, await configOf(line, subject, "camera probe URL"));
    default:
      throw new NightjarError(
        "NJ_CLI_USAGE",
        "invalid-argument",
        "camera list | search | add URL | remove ID | probe URL",
      );
  }
}

function needed(word: string | undefined, usage: string): string {
  if (word === undefined)
    throw new NightjarError("NJ_CLI_USAGE", "invalid-argument", `usage: nightjar ${usage}`);
  return word;
}

async function list(line: CommandLine): Promise<number> {
  return withRunningCore(line.dataDir, async (core) => {
    const cameras = (await core.request("listCameras", {})) as unknown as readonly CameraBody[];
    if (line.json) printJson(cameras);
    else if (cameras.length === 0)
      print('No cameras. Add one: nightjar camera add "rtsp://user@host/path" --password-stdin');
    else
      printTable(
        cameras.map(({ id, name, driver, state, recording }) => [
          id,
          name,
          driver,
          state.status,
          recording.active ? "recorded" : "not recorded",
          state.reason ?? "",
        ]),
      );
    return EXIT.ok;
  });
}

interface SearchBody {
  readonly found: readonly {
    readonly driver: string;
    readonly address: string;
    readonly name?: string;
    readonly maker?: string;
    readonly hardware?: string;
    readonly camera?: string;
  }[];
  readonly isCut: boolean;
  readonly problems: readonly { readonly driver: string; readonly message: string }[];
}

/** What answers in the network; nothing is added. */
async function search(line: CommandLine): Promise<number> {
  return withRunningCore(line.dataDir, async (core) => {
    const outcome = (await core.request("searchCameras", {}, 30_000)) as unknown as SearchBody;
    const { found, isCut, problems } = outcome;
    if (line.json) {
      printJson(outcome);
      return EXIT.ok;
    }
    if (found.length === 0) print("Nobody answered. Cameras must have ONVIF and its discovery switched on.");
    else
      printTable(
        found.map(({ driver, address, name = "", maker = "", hardware = "", camera: known }) => [
          address,
          driver,
          name,
          [maker, hardware].filter((text) => text !== "").join(" "),
          known === undefined ? "" : `already there: ${known}`,
        ]),
      );
    if (isCut) print("More may have answered than are shown.");
    for (const { driver, message } of problems) print(`${driver}: ${message}`);
    return EXIT.ok;
  });
}

/** What the driver asks for: an address with its options, or all of it as JSON. */
async function configOf(
  line: CommandLine,
  url: string | undefined,
  usage: string,
): Promise<Record<string, unknown>> {
  const given = textFlag(line, "config");
  if (given !== undefined && url !== undefined) {
    throw new NightjarError(
      "NJ_CLI_USAGE",
      "invalid-argument",
      "give either an address or --config, not both",
    );
  }
  const username = textFlag(line, "username");
  const subUrl = textFlag(line, "sub-url");
  return {
    ...(given === undefined ? { url: needed(url, usage) } : settingsOf(given)),
    ...(subUrl === undefined ? {} : { subUrl }),
    ...(username === undefined ? {} : { username }),
    ...(line.flags["password-stdin"] === true ? { password: await readSecretFromStdin() } : {}),
  };
}

function settingsOf(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Said below, as for any other value that is no object.
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new NightjarError(
    "NJ_CLI_USAGE",
    "invalid-argument",
    '--config is the driver\'s settings as JSON, as in \'{"host":"192.168.1.20"}\'',
  );
}

async function add(line: CommandLine, config: Record<string, unknown>): Promise<number> {
  return withRunningCore(line.dataDir, async (core) => {
    const id = textFlag(line, "id");
    const body = {
      ...(id === undefined ? {} : { id }),
      name: textFlag(line, "name") ?? id ?? "Camera",
      driver: textFlag(line, "driver") ?? "rtsp",
      config,
      record: {
        mode: textFlag(line, "mode") ?? "continuous",
        streams: textFlag(line, "streams") ?? "main",
        audio: line.flags["audio"] === true,
      },
    };
    const added = await core.request("addCamera", { camera: body });
    if (line.json) printJson(added);
    else print(`Added ${String(added["id"])}`);
    return EXIT.ok;
  });
}

async function remove(line: CommandLine, id: string): Promise<number> {
  const footage = textFlag(line, "footage");
  if (footage !== "keep" && footage !== "remove") {
    throw new NightjarError("NJ_CLI_USAGE", "invalid-argument", "say --footage keep or --footage remove");
  }
  return withRunningCore(line.dataDir, async (core) => {
    await core.request("removeCamera", { id, footage });
    if (line.json) printJson({ removed: id });
    else print(`Removed ${id}${footage === "keep" ? "; its recordings stay" : " and its recordings"}`);
    return EXIT.ok;
  });
}

async function probe(line: CommandLine, config: Record<string, unknown>): Promise<number> {
  return withRunningCore(line.dataDir, async (core) => {
    const result = await core.request(
      "probeCamera",
      { driver: textFlag(line, "driver") ?? "rtsp", config },
      30_000,
    );
    // The picture is for browsers; a terminal wants the facts.
    const { picture: _picture, ...facts } = result;
    if (line.json) printJson(facts);
    else
      printTable(
        Object.entries(facts).map(([name, value]) => [
          name,
          typeof value === "object" ? JSON.stringify(value) : String(value),
        ]),
      );
    return EXIT.ok;
  });
}
