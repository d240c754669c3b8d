// Why an event of a camera was, or was not, raised at a moment: detection, rules, arming, linked cameras, the event itself,
// what was done because of it, and how long its kind rests. Pure.
import type { ExplainStep, Said, Verdict } from "./explanation.ts";
import type { ArmingFacts, EventFacts, ExplainFacts, RuleFacts } from "./facts.ts";
import { fromTo, iso, isSettled, listed, said, stepOf, stepOfSettings } from "./step-parts.ts";

/** Of what a list names at most. */
const MOST_NOTES = 12;

export function alarmSteps(facts: ExplainFacts): ExplainStep[] {
  return [
    detectionStep(facts),
    ruleStep(facts),
    armedStep(facts),
    linkedStep(facts),
    eventStep(facts),
    actionsStep(facts),
    restStep(facts),
  ];
}

function detectionStep(facts: ExplainFacts): ExplainStep {
  const { detection, camera, changes, isNow } = facts;
  const link = { page: "detection", camera: camera.id } as const;
  const make = (state: "ok" | "no" | "unknown", is: Said, notes: readonly (Said | undefined)[] = []) =>
    stepOfSettings(facts, changes.detectionMs, "detection", { state, is, link, notes });
  if (detection === undefined || !detection.enabled) return make("no", said("detection-off"));
  if (detection.types.length === 0) return make("no", said("detection-none"));
  const unread = detection.unread ?? [];
  if (isNow && (detection.status === "failed" || detection.status === "no-picture"))
    return make("no", said("detection-failed", { said: detection.said }));
  if (isNow && detection.status !== "looking") return make("unknown", said("detection-waiting"));
  return make("ok", said("detection-on", { types: listed(detection.types) }), [
    detection.leftOut === undefined ? undefined : said(`detection-${detection.leftOut}`),
    unread.length === 0 ? undefined : said("detection-unread", { rules: unread.join("; ") }),
  ]);
}

function ruleStep(facts: ExplainFacts): ExplainStep {
  if (facts.arming === undefined) return stepOf("rule", { state: "unknown", is: said("hidden") });
  const { rules } = facts.arming;
  const enabled = rules.filter((rule) => rule.enabled);
  const notes = rules
    .filter((rule) => !rule.enabled)
    .slice(0, MOST_NOTES)
    .map(({ name }) => said("rule-disabled", { rule: name }));
  const is =
    enabled.length === 0
      ? said("rule-none")
      : said("rule-about", { rules: enabled.map(({ name }) => name).join("; "), count: enabled.length });
  return stepOfSettings(facts, facts.changes.rulesMs, "rule", { state: "ok", is, notes });
}

function armedStep(facts: ExplainFacts): ExplainStep {
  const { arming, changes, isException } = facts;
  if (isException === true) return stepOf("armed", { state: "ok", is: said("armed-always") });
  if (arming === undefined) return stepOf("armed", { state: "unknown", is: said("hidden") });
  const notes = [
    arming.profileChangedMs === undefined
      ? undefined
      : said("arm-profile-then", { profile: arming.profile, changed: iso(arming.profileChangedMs) }),
    ...(arming.arms === "by-rules" ? ruleNotes(arming) : []),
  ];
  const [state, is] = armedSentence(arming);
  return stepOfSettings(facts, changes.rulesMs, "armed", { state, is, notes, link: { page: "events" } });
}

function armedSentence({ arms, profile, armed, unarmed }: ArmingFacts): readonly ["ok" | "no", Said] {
  if (arms === "everything") return ["ok", said("armed-everything", { profile })];
  if (arms === "nothing") return ["no", said("armed-nothing", { profile })];
  if (unarmed.length === 0)
    return ["ok", armed.length === 0 ? said("armed-all") : said("armed", { types: listed(armed) })];
  if (armed.length === 0) return ["no", said("armed-not", { types: listed(unarmed) })];
  return ["ok", said("armed-some", { types: listed(armed), others: listed(unarmed) })];
}

function ruleNotes({ rules, profile, clockChange }: ArmingFacts): Said[] {
  const enabled = rules.filter((rule) => rule.enabled).slice(0, MOST_NOTES);
  const holiday = enabled.find((rule) => rule.holiday !== undefined)?.holiday;
  return [
    ...enabled.map((rule) => ruleNote(rule, profile)),
    ...(holiday === undefined ? [] : [said("arm-holiday", { holiday })]),
    // Only schedules go by the clock on the wall.
    ...(clockChange === undefined || !enabled.some((rule) => rule.sinceMs ?? rule.untilMs)
      ? []
      : [said(`arm-clock-${clockChange}`)]),
  ];
}

function ruleNote({ name, isInProfile, isOn, sinceMs, untilMs }: RuleFacts, profile: string): Said {
  if (!isInProfile) return said("arm-rule-profile", { rule: name, profile });
  const context = { rule: name, from: iso(sinceMs), to: iso(untilMs) };
  return said(isOn ? "arm-rule-on" : "arm-rule-schedule", context);
}

function linkedStep(facts: ExplainFacts): ExplainStep {
  const { record, events, camera, changes } = facts;
  const link = { page: "camera", camera: camera.id } as const;
  const make = (state: "ok" | "no" | "unknown", is: Said) =>
    stepOfSettings(facts, changes.cameraMs, "linked", { state, is, link });
  if (record.linked.length === 0 && record.hiddenLinked === 0) return make("ok", said("linked-none"));
  const found = (events?.recording ?? []).find(({ cameraName }) => cameraName !== undefined);
  if (found !== undefined) {
    const { cameraName, type } = found;
    return make("ok", said("linked-event", { camera: cameraName, type, ...fromTo(found) }));
  }
  if (events === undefined || !events.isKept || record.hiddenLinked > 0)
    return make("unknown", said("linked-unknown"));
  return make("no", said("linked-not", { cameras: record.linked.join(", ") }));
}

function eventSentence(event: EventFacts): Said {
  return said(event.toMs === undefined ? "event-open" : "event", { type: event.type, ...fromTo(event) });
}

function eventStep({ events, atMs, camera }: ExplainFacts): ExplainStep {
  if (events === undefined) return stepOf("event", { state: "unknown", is: said("hidden") });
  const link = { page: "events", camera: camera.id, at: new Date(atMs).toISOString() } as const;
  const [first, ...others] = events.at;
  if (first !== undefined) {
    const notes = others.slice(0, MOST_NOTES).map(eventSentence);
    return stepOf("event", { state: "ok", is: eventSentence(first), notes, link });
  }
  if (!events.isKept) return stepOf("event", { state: "unknown", is: said("event-not-kept") });
  const { before, after } = events;
  const notes = [
    before === undefined ? undefined : said("event-before", { type: before.type, at: iso(before.fromMs) }),
    after === undefined ? undefined : said("event-after", { type: after.type, at: iso(after.fromMs) }),
  ];
  return stepOf("event", { state: "no", is: said("event-none"), notes, link });
}

function actionsStep({ events, linkageRules, camera }: ExplainFacts): ExplainStep {
  const link = { page: "linkage" } as const;
  if (events === undefined) return stepOf("actions", { state: "unknown", is: said("hidden") });
  if (events.at.length === 0) {
    const state = events.isKept ? "no" : "unknown";
    return stepOf("actions", {
      state,
      is: said(events.isKept ? "actions-no-event" : "event-not-kept"),
      link,
    });
  }
  const done = events.at.flatMap(({ actions }) => actions);
  if (done.length === 0) {
    if (linkageRules === 0) return stepOf("actions", { state: "ok", is: said("actions-no-rule"), link });
    return stepOf("actions", { state: "unknown", is: said("actions-none", { count: linkageRules }), link });
  }
  const failed = done.filter(({ status }) => status !== "done");
  const notes = done
    .slice(0, MOST_NOTES)
    .map(({ rule, action, status, note }) => said(`action-${status}`, { rule, action, said: note }));
  const context = { count: done.length, failed: failed.length };
  return stepOf("actions", {
    state: failed.length === 0 ? "ok" : "no",
    is: said(failed.length === 0 ? "actions-done" : "actions-failed", context),
    notes,
    link: { page: "events", camera: camera.id },
  });
}

/** Until when the kind of the last event rests, if it did at the moment. */
function restsUntil({ events, timing, atMs }: ExplainFacts): number | undefined {
  const endMs = events?.before?.toMs;
  if (events === undefined || events.at.length > 0 || endMs === undefined || timing.cooldownMs === 0)
    return undefined;
  const untilMs = endMs + timing.mergeMs + timing.cooldownMs;
  return atMs >= endMs && atMs < untilMs ? untilMs : undefined;
}

function restStep(facts: ExplainFacts): ExplainStep {
  const { events, timing, changes } = facts;
  const untilMs = restsUntil(facts);
  const merge = said("rest-merge", { seconds: timing.mergeMs / 1_000 });
  const make = (state: "ok" | "no", is: Said) =>
    stepOfSettings(facts, changes.rulesMs, "rest", { state, is, notes: [merge] });
  if (untilMs !== undefined)
    return make("no", said("rest-on", { type: events?.before?.type, until: iso(untilMs) }));
  return make(
    "ok",
    said(timing.cooldownMs === 0 ? "rest-none" : "rest-over", { seconds: timing.cooldownMs / 1_000 }),
  );
}

/** In one sentence. */
export function alarmVerdict(facts: ExplainFacts): Verdict {
  const { events, camera, arming, changes, detection, isNow, live, isException } = facts;
  if (events === undefined) return { state: "unknown", ...said("why-hidden") };
  const [first] = events.at;
  if (first !== undefined)
    return {
      state: "ok",
      ...said(first.toMs === undefined ? "why-event-open" : "why-event", {
        type: first.type,
        ...fromTo(first),
      }),
    };
  if (!events.isKept) return { state: "unknown", ...said("why-event-not-kept") };
  const no = (code: string, context = {}): Verdict => ({ state: "no", ...said(code, context) });
  if (isSettled(facts, changes.cameraMs) && !camera.enabled) return no("why-no-event-disabled");
  if (
    isNow ? live?.status === "offline" : events.outage !== undefined && facts.recordings?.span === undefined
  )
    return no("why-no-event-offline", { fault: isNow ? live?.code : events.outage?.code });
  if (isException === true) return no("why-no-event");
  if (arming !== undefined && isSettled(facts, changes.rulesMs) && arming.armed.length === 0) {
    if (arming.arms === "nothing") return no("why-no-event-profile", { profile: arming.profile });
    if (arming.unarmed.length > 0) return no("why-no-event-unarmed", { types: listed(arming.unarmed) });
  }
  const isLooking = detection?.enabled === true && detection.types.length > 0;
  if (isSettled(facts, changes.detectionMs) && !isLooking) return no("why-no-event-detection");
  const untilMs = restsUntil(facts);
  if (untilMs !== undefined && isSettled(facts, changes.rulesMs))
    return no("why-no-event-rest", { type: events.before?.type, until: iso(untilMs) });
  const changedMs = [changes.cameraMs, changes.rulesMs, changes.detectionMs].filter((ms) => ms !== undefined);
  if (!isNow && (!changes.isWhole || changedMs.length > 0))
    return no("why-no-event-changed", {
      changed: changedMs.length > 0 ? iso(Math.min(...changedMs)) : undefined,
    });
  return no("why-no-event");
}
