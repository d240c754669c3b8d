// What nodes share that have actions of alarm linkage done: for what, and what came of it.
const { cameraIn, eventIdIn, timeOfDay } = require("./node-parts.js");

/**
 * @typedef {import("./node-red-api.d.ts").NodeConfig} NodeConfig
 * @typedef {import("./node-red-api.d.ts").Message} Message
 * @typedef {{ action?: string, status?: string, note?: string, code?: string }} Result
 */

/** As `nightjar-linkage-email/email`. */
const FORMER_NAME = /^nightjar-linkage-(notify|email|upload|push)\/\1$/;

/** An action as recorders name it now; nodes of before have other names. @param {unknown} given */
function actionName(given) {
  return String(given ?? "").replace(FORMER_NAME, "$1");
}

/** What it is done for. @param {NodeConfig} config @param {Message} message */
function causeOf(config, message) {
  const camera = cameraIn(config["camera"], message);
  const event = eventIdIn(message);
  return { ...(camera === undefined ? {} : { camera }), ...(event === undefined ? {} : { event }) };
}

/**
 * What came of it; throws where an action failed, for Catch nodes.
 * @param {Message} message @param {Record<string, unknown>} answer
 */
function done(message, answer) {
  const results = /** @type {Result[]} */ (answer["results"] ?? []);
  const failed = results.find(({ status }) => status !== "done");
  if (failed !== undefined) {
    const error = new Error(`${failed.action}: ${failed.note ?? failed.status}`);
    throw Object.assign(error, { code: failed.code ?? "" });
  }
  return { message: { ...message, payload: results }, text: `✓ ${timeOfDay(Date.now())}` };
}

module.exports = { actionName, causeOf, done };
