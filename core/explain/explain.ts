// "Why did it, or didn't it, record or raise an alarm?": from the facts of one camera and moment to the steps and verdicts.
// Pure: gathers nothing, guesses nothing; what nobody knows is said to be unknown.
import { alarmSteps, alarmVerdict } from "./alarm-steps.ts";
import type { Explanation } from "./explanation.ts";
import type { ExplainFacts } from "./facts.ts";
import { recordingSteps, recordingVerdict } from "./recording-steps.ts";

/** Judges. */
export function explain(facts: ExplainFacts): Explanation {
  return {
    steps: [...recordingSteps(facts), ...alarmSteps(facts)],
    recording: recordingVerdict(facts),
    alarm: alarmVerdict(facts),
  };
}
