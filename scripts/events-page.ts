// Makes docs/reference/events.md from the catalogue of event types.
import { EVENT_GROUPS, EVENT_TYPE_IDS, eventType, isArmable } from "../core/domain/event-types.ts";

const ABOUT = {
  basic: "What every camera can tell.",
  smart: "What a camera or a detector has understood.",
  thermal: "What thermal cameras tell.",
  pos: "What a till prints.",
  analysis: "Figures that are gathered over time.",
  exception:
    "The recorder's own trouble. Exceptions have no schedule: they are always told, to those who run the recorder or may see the camera.",
} as const;

/** The page as text. `made` is the line that says that it is generated. */
export function eventsPage(made: string): string {
  const lines = [
    "# Event types",
    "",
    made,
    "",
    "One id everywhere: in the API, on topics, in the database (source: `core/domain/event-types.ts`). Beside it the names that the",
    "same thing has elsewhere: ISAPI's `eventType` (any case), the record code of HCNetSDK, ONVIF's topic (`*`: any one part).",
    "",
  ];
  for (const group of EVENT_GROUPS) {
    lines.push(`## ${group}`, "", ABOUT[group], "");
    lines.push("| id | name | severity | about | armed by schedule | ISAPI | record code | ONVIF |");
    lines.push("|---|---|---|---|---|---|---|---|");
    for (const id of EVENT_TYPE_IDS) {
      const facts = eventType(id);
      if (facts.group !== group) continue;
      const cells = [
        `\`${id}\``,
        facts.name,
        facts.severity,
        facts.scope === "either" ? "camera or recorder" : facts.scope,
        isArmable(id) ? "yes" : "no",
        names(facts.isapi),
        facts.recordCode === undefined ? "" : String(facts.recordCode),
        names(facts.onvif),
      ];
      lines.push(`| ${cells.join(" | ")} |`);
    }
    lines.push("");
  }
  return `${lines.join("\n").trimEnd()}\n`;
}

function names(all: readonly string[] | undefined): string {
  return (all ?? []).map((name) => `\`${name}\``).join(", ");
}
