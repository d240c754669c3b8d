// Which events a node lets pass. Pure.

/**
 * @typedef {{ cameras: readonly string[], types: readonly string[], phases: readonly string[], objects: readonly string[], minScore: number }} EventFilter
 */

/** The words of a list that a form keeps with commas. @param {unknown} text @returns {string[]} */
function words(text) {
  if (Array.isArray(text)) return text.map(String);
  return String(text ?? "")
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

/** What a form says; an empty list means whichever. @param {Record<string, unknown>} config @returns {EventFilter} */
function filterOf(config) {
  const minScore = Number(config["minScore"]);
  return {
    cameras: words(config["cameras"]),
    types: words(config["types"]),
    phases: words(config["phases"]),
    objects: words(config["objects"]),
    minScore: Number.isFinite(minScore) ? minScore : 0,
  };
}

/** True if the event passes. @param {EventFilter} filter @param {Record<string, unknown>} event */
function passes(filter, event) {
  return (
    names(filter.cameras, event["camera"]) &&
    names(filter.types, event["event_type"]) &&
    (names(filter.phases, event["phase"]) || (event["first"] === true && filter.phases.includes("start"))) &&
    seen(filter, event)
  );
}

/**
 * How old what the event tells is, in milliseconds: its begin, or its end where it is over.
 * @param {Record<string, unknown>} event @param {number} nowMs
 */
function ageMs(event, nowMs) {
  const atMs = Date.parse(String(event["end_time"] ?? event["time"]));
  return Number.isNaN(atMs) ? 0 : nowMs - atMs;
}

/** @param {readonly string[]} list @param {unknown} value */
function names(list, value) {
  return list.length === 0 || list.includes(String(value));
}

/** @param {EventFilter} filter @param {Record<string, unknown>} event */
function seen({ objects, minScore }, event) {
  const list = Array.isArray(event["objects"]) ? event["objects"] : [];
  if (objects.length > 0) {
    return list.some((one) => objects.includes(String(one?.class)) && Number(one?.score ?? 1) >= minScore);
  }
  return minScore === 0 || Number(event["score"] ?? 1) >= minScore;
}

module.exports = { ageMs, filterOf, passes, words };
