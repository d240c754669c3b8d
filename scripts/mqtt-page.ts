// The text of docs/reference/mqtt.md: every topic with who may use it and the JSON Schema of its payload, from
// core/mqtt/topics.ts.
import type { TSchema } from "typebox";
import { REQUESTS } from "../core/mqtt/request-schemas.ts";
import { TOPICS, type TopicKind } from "../core/mqtt/topics.ts";

/** The page; `made` is the line that says that it is generated. */
export function mqttPage(made: string): string {
  const kinds: readonly TopicKind[] = Object.values(TOPICS);
  const lines = [
    "# MQTT topics",
    "",
    made,
    "",
    "MQTT 3.1.1, QoS 0 and 1. All topics begin with the base, `nightjar` unless it is set otherwise (`mqtt.base`). `{node}` is the",
    "recorder's id, `{camera}`, `{volume}`, `{output}` and `{input}` are ids as the API has them. Times are ISO 8601 in UTC. Payloads are at most 256 KiB;",
    "unknown fields are to be ignored, and `v` rises when a payload breaks with what was. States are retained, events and requests never are; a",
    "retained request is not obeyed. [How to use it](../guide/mqtt.md).",
    "",
    "The right is what a client of the embedded broker needs, besides `mqtt.connect`, for the camera in the topic where there is one. Topics that do",
    "not begin with the base are handed on between clients with `mqtt.other-topics`.",
    "",
    "## Nightjar sends",
    "",
    ...table(kinds.filter(({ direction }) => direction === "out")),
    "",
    "## Nightjar takes",
    "",
    ...table(kinds.filter(({ direction }) => direction === "in")),
    "",
    "A command at a topic that ends in `set` may be the request that it stands for as JSON, without what the topic says: then it may hold `time`",
    'and `maxAge`, and what else that request has (`{"state":"ON","time":"2026-12-01T20:00:00Z","maxAge":5000}`). There is no answer; what is refused stands in the log.',
    "",
    "The answer to `node/{node}/request/{command}` comes on `node/{node}/response/{command}`, with the `transaction` of the request. The same",
    "transaction again, from the same account or token, gets the same answer and is not done again. With `time`, a request that is older than",
    "`maxAge` is not done (`NJ_MQTT_REQUEST_LATE`).",
    "",
    "`{plugin}` is the name of a plugin's package; of `@acme/nightjar-bridge-x` it is `acme~nightjar-bridge-x`.",
    "",
    "## Payloads",
    "",
    ...kinds
      .filter(({ isText, path }) => !isText && !path.includes("{command}"))
      .flatMap(({ path, payload }) => schemaSection(`{base}/${path}`, payload)),
    ...Object.entries(REQUESTS).flatMap(([command, schema]) =>
      schemaSection(`{base}/node/{node}/request/${command}`, schema),
    ),
    ...schemaSection("{base}/node/{node}/response/{command}", TOPICS.nodeResponse.payload),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

function table(kinds: readonly TopicKind[]): string[] {
  return [
    "| below the base | payload | QoS | retained | right | meaning |",
    "|---|---|---|---|---|---|",
    ...kinds.map(({ path, payload, isText, qos, retained, right, needsAllCameras, description }) => {
      const what = isText ? values(payload) : "JSON";
      const who = needsAllCameras === true ? `\`${right}\`, \`system.view\`, all cameras` : `\`${right}\``;
      return `| \`${path}\` | ${what} | ${qos} | ${retained ? "yes" : "no"} | ${who} | ${description} |`;
    }),
  ];
}

function values(schema: TSchema): string {
  const { enum: words, contentMediaType } = schema as unknown as {
    enum?: readonly string[];
    contentMediaType?: string;
  };
  if (contentMediaType !== undefined) return `\`${contentMediaType}\``;
  return (words ?? []).map((word) => `\`${word}\``).join(" ");
}

function schemaSection(topic: string, schema: TSchema): string[] {
  return [`### \`${topic}\``, "", "```json", JSON.stringify(schema, undefined, 2), "```", ""];
}
