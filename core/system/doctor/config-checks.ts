// config.json as it lies there: can it be read, is it sound, and do time zone and driver settings mean something here?
import { IANAZone } from "luxon";
import { ConfigInvalidError } from "../../config/config-errors.ts";
import { CONFIG_FILE, ConfigStore, type FrozenConfig, LAST_GOOD_FILE } from "../../config/config-store.ts";
import { systemCode } from "../../errors.ts";
import { silentLog } from "../../log.ts";
import { sizeOfFile } from "./access-checks.ts";
import { type Check, finding, ok, said, sentence } from "./check.ts";

export interface ConfigFound {
  /** The one in force, or that would be; undefined if there is none. */
  readonly config: FrozenConfig | undefined;
  readonly checks: Check[];
}

/** Reads the configuration of a data directory, changing nothing. */
export async function readConfig(dataDir: string): Promise<ConfigFound> {
  const size = await sizeOfFile(dataDir, CONFIG_FILE);
  if (size === "none") {
    const message = said("config-none", "there is no configuration yet: it is made at the first start");
    const where = dataDir;
    return {
      config: undefined,
      checks: [finding("config", "notice", message, { where }), ...checkZone(undefined)],
    };
  }
  // Said once for all files, by the check of who may look.
  if (size === "closed") return { config: undefined, checks: [] };
  try {
    const store = await ConfigStore.open({ dataDir, log: silentLog, watch: false, readOnly: true });
    const config = store.get();
    const { problem } = store;
    await store.close();
    const checks =
      problem === undefined
        ? [ok("config", said("config-valid", "config.json is valid"), CONFIG_FILE)]
        : spoilt(problem, true);
    return { config, checks: [...checks, ...checkZone(config)] };
  } catch (error) {
    if (error instanceof ConfigInvalidError) return { config: undefined, checks: spoilt(error, false) };
    const advice = said("config-to-owner", "see that it is a file that its owner may read");
    const detail = { where: CONFIG_FILE, advice };
    const reason = systemCode((error as Error).cause) ?? sentence(error);
    return {
      config: undefined,
      checks: [
        finding(
          "config",
          "error",
          said("config-unreadable", "config.json cannot be read ({reason})", { reason }),
          detail,
        ),
      ],
    };
  }
}

/** One finding for each place that is wrong. */
function spoilt(error: ConfigInvalidError, hasLastGood: boolean): Check[] {
  const advice = hasLastGood
    ? said("correct-config", "correct it there; until then the last good configuration ({file}) serves", {
        file: LAST_GOOD_FILE,
      })
    : said(
        "correct-config-or-begin",
        "correct it there, or move the file away to begin anew: without it the recorder does not start",
      );
  return error.problems.map(({ path, message }) =>
    finding(
      path === "/timeZone" ? "time-zone" : "config",
      "error",
      path === ""
        ? said("config-file-wrong", "the file {reason}", { reason: message })
        : said("config-wrong", "{place} {reason}", { place: path, reason: message }),
      {
        where: path === "" ? CONFIG_FILE : `${CONFIG_FILE}, ${path}`,
        advice,
      },
    ),
  );
}

/** A new recorder takes the system's time zone: it had better be one. */
function checkZone(config: FrozenConfig | undefined): Check[] {
  const zone = config?.timeZone ?? process.env["TZ"]?.replace(/^:/, "") ?? systemZone();
  if (zone !== "" && zone !== "Etc/Unknown" && IANAZone.isValidZone(zone)) {
    return [
      ok("time-zone", said("zone-followed", "days, schedules and the calendar follow {zone}", { zone })),
    ];
  }
  const message = said(
    "zone-unknown",
    "the system's time zone ({zone}) is not known: a day would begin at midnight UTC",
    { zone: zone === "" ? "none" : zone },
  );
  return [
    finding("time-zone", "warning", message, {
      where: process.env["TZ"] === undefined ? "/etc/localtime" : "TZ",
      advice: said(
        "set-zone",
        "set the system's, or choose one in the first-run steps or as timeZone in config.json",
      ),
      command: "timedatectl set-timezone Europe/Berlin",
    }),
  ];
}

function systemZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
}
