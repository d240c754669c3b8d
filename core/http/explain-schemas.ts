// The shape in which the API answers why a camera was, or was not, recorded, and why an event was, or was not, raised.
import { type Static, Type } from "typebox";
import { EXPLAIN_PAGES, EXPLAIN_STATES, EXPLAIN_STEPS } from "../explain/explanation.ts";
import { FactsSchema, TimeSchema } from "./wire-schemas.ts";

const Said = {
  code: Type.String({ description: "Key of the sentence." }),
  context: Type.Optional(FactsSchema),
  message: Type.String({ description: "The sentence in English, times in the recorder's zone." }),
};
const State = Type.Enum(EXPLAIN_STATES, {
  description:
    "`ok`: nothing against it; `no`: this speaks against it; `unknown`: not known (any more), or not for this account.",
});
const Verdict = Type.Object({ state: State, ...Said });

export const ExplanationSchema = Type.Object({
  camera: Type.String(),
  at: TimeSchema,
  now: Type.Boolean({ description: "The moment is now: states are those of now." }),
  recording: Verdict,
  alarm: Verdict,
  steps: Type.Array(
    Type.Object({
      step: Type.Enum(EXPLAIN_STEPS),
      state: State,
      ...Said,
      notes: Type.Array(Type.Object(Said)),
      todaysSettings: Type.Optional(
        Type.Boolean({
          description: "It goes by the settings of today: those of then are not kept.",
        }),
      ),
      link: Type.Optional(
        Type.Object(
          {
            page: Type.Enum(EXPLAIN_PAGES),
            camera: Type.Optional(Type.String()),
            at: Type.Optional(TimeSchema),
          },
          { description: "Where the setting or the evidence lies." },
        ),
      ),
    }),
    { description: "In a fixed order." },
  ),
});
export type ExplanationView = Static<typeof ExplanationSchema>;
