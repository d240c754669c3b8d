// Topics and topic filters as MQTT 3.1.1 §4.7 has them: which are sound, and which filter matches which topic.

const TOPIC_LIMIT_BYTES = 256;
const LEVELS_LIMIT = 16;

/** True for a name that can be published to: short, no wildcards, no control characters, sound UTF-8. */
export function isSoundTopic(topic: string): boolean {
  return isSoundText(topic) && !/[+#]/.test(topic);
}

/** True for a filter that may be subscribed to. */
export function isSoundFilter(filter: string): boolean {
  if (!isSoundText(filter)) return false;
  const levels = filter.split("/");
  return levels.every((level, index) =>
    level.includes("#")
      ? level === "#" && index === levels.length - 1
      : !level.includes("+") || level === "+",
  );
}

/** True if a filter matches a topic. Wildcards at the begin do not match topics that begin with `$`. */
export function matches(filter: string, topic: string): boolean {
  const wanted = filter.split("/");
  const levels = topic.split("/");
  if (topic.startsWith("$") && /^[+#]/.test(filter)) return false;
  for (const [index, level] of wanted.entries()) {
    if (level === "#") return true;
    if (index >= levels.length) return false;
    if (level !== "+" && level !== levels[index]) return false;
  }
  return wanted.length === levels.length;
}

/** True if some topic below `base` can match the filter. */
export function canMatchBelow(filter: string, base: string): boolean {
  const [first] = filter.split("/");
  return first === "#" || first === "+" || first === base;
}

/** True if a topic is `base` or below it. */
export function isBelow(base: string, topic: string): boolean {
  return topic === base || topic.startsWith(`${base}/`);
}

function isSoundText(text: string): boolean {
  return (
    text !== "" &&
    Buffer.byteLength(text) <= TOPIC_LIMIT_BYTES &&
    text.split("/").length <= LEVELS_LIMIT &&
    // U+FFFD is what a decoder makes of bytes that are no UTF-8 (MQTT-1.5.3-1).
    !/[\p{Cc}\uFFFD]/u.test(text)
  );
}
