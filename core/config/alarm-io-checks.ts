// What the schema cannot say of alarm inputs and outputs: ids that occur twice, topics of the recorder's own, words that
// mean both states, schedules that overlap, names and passwords in addresses.
import { hasUrlCredentials } from "../domain/redact-url.ts";
import { needsSun, scheduleProblems } from "../domain/week-schedule.ts";
import type { InputConfig } from "./input-config.ts";
import type { OutputConfig } from "./output-config.ts";
import type { SchemaProblem } from "./schema-problems.ts";

export interface AlarmIoContext {
  /** First level of the recorder's own topics. */
  readonly base: string;
  /** Sunrise and sunset can be looked up. */
  readonly hasPlace: boolean;
}

/** What is wrong with outputs. `path` leads to the list. */
export function outputProblems(
  outputs: readonly OutputConfig[],
  path: string,
  context: AlarmIoContext,
): SchemaProblem[] {
  return [
    ...common(outputs, path, context, "output"),
    ...outputs.flatMap(({ driver }, index): SchemaProblem[] => {
      const place = `${path}/${index}/driver`;
      if (driver.kind === "http") {
        return (["on", "off"] as const).flatMap((which) =>
          hasUrlCredentials(driver[which].url)
            ? [{ path: `${place}/${which}/url`, message: "holds a user name or password" }]
            : [],
        );
      }
      if (driver.kind === "virtual") return [];
      if (driver.kind === "camera") {
        const isOne = (driver.relay === undefined) !== (driver.part === undefined);
        return isOne ? [] : [{ path: place, message: "names either a relay or a part of its camera" }];
      }
      return [
        ...ownTopic(driver.topic, `${place}/topic`, context),
        ...(driver.stateTopic === undefined
          ? []
          : ownTopic(driver.stateTopic, `${place}/stateTopic`, context)),
        ...sameWords(driver.on, driver.off, `${place}/off`),
      ];
    }),
  ];
}

/** What is wrong with inputs. `path` leads to the list. */
export function inputProblems(
  inputs: readonly InputConfig[],
  path: string,
  context: AlarmIoContext,
): SchemaProblem[] {
  return [
    ...common(inputs, path, context, "input"),
    ...inputs.flatMap(({ source }, index): SchemaProblem[] =>
      source.kind === "mqtt"
        ? [
            ...ownTopic(source.topic, `${path}/${index}/source/topic`, context),
            ...sameWords(source.closed, source.open, `${path}/${index}/source/open`),
          ]
        : [],
    ),
  ];
}

function common(
  all: readonly (InputConfig | OutputConfig)[],
  path: string,
  { hasPlace }: AlarmIoContext,
  what: string,
): SchemaProblem[] {
  const ids = new Set<string>();
  return all.flatMap(({ id, schedule = {} }, index) => {
    const place = `${path}/${index}`;
    const problems: SchemaProblem[] = scheduleProblems(schedule).map((problem) => ({
      path: `${place}/schedule${problem.path}`,
      message: problem.message,
    }));
    if (needsSun(schedule) && !hasPlace)
      problems.push({
        path: `${place}/schedule`,
        message: "goes by the sun, and /alarms/arming/place is missing",
      });
    if (ids.has(id)) problems.push({ path: `${place}/id`, message: `"${id}" is the id of another ${what}` });
    ids.add(id);
    return problems;
  });
}

/** The recorder's own topics have an access list of their own, and would be heard as an echo. */
function ownTopic(topic: string, path: string, { base }: AlarmIoContext): SchemaProblem[] {
  return topic === base || topic.startsWith(`${base}/`)
    ? [{ path, message: `lies below the recorder's own base topic "${base}"` }]
    : [];
}

function sameWords(one: string, other: string, path: string): SchemaProblem[] {
  return one === other ? [{ path, message: "is the same word for both states" }] : [];
}
