// Why a camera was, or was not, recorded at a moment: the first five steps and the verdict. Pure.
import type { ExplainStep, Verdict } from "./explanation.ts";
import type { EventFacts, ExplainFacts } from "./facts.ts";
import { fromTo, iso, isSettled, listed, said, stepOf, stepOfSettings } from "./step-parts.ts";

/** Ends of runs that say nothing of the connection: the recorder itself, or the camera's owner, wanted it so. */
const NO_BREAK: ReadonlySet<string> = new Set([
  "not-recorded",
  "stopped",
  "new-session",
  "clock-step",
  "clocks-apart",
]);

export function recordingSteps(facts: ExplainFacts): ExplainStep[] {
  return [
    cameraStep(facts),
    connectionStep(facts),
    wantedStep(facts),
    storageStep(facts),
    recordedStep(facts),
  ];
}

function cameraStep(facts: ExplainFacts): ExplainStep {
  const { id, enabled } = facts.camera;
  return stepOfSettings(facts, facts.changes.cameraMs, "camera", {
    state: enabled ? "ok" : "no",
    is: said(enabled ? "camera-on" : "camera-off"),
    link: { page: "camera", camera: id },
  });
}

/** Why the run before the moment ended, where that was not wanted. */
function brokenBy({ recordings }: ExplainFacts): string | undefined {
  const broke = recordings?.gap?.broke;
  return broke === undefined || NO_BREAK.has(broke) ? undefined : broke;
}

function connectionStep(facts: ExplainFacts): ExplainStep {
  const { live, recordings, events, camera, isNow } = facts;
  const link = { page: "camera", camera: camera.id } as const;
  if (isNow && live !== undefined) {
    const { status, code, sinceMs, said: words } = live;
    const context = { fault: code, said: words, since: iso(sinceMs) };
    const state = status === "online" || status === "degraded" ? "ok" : "no";
    return stepOf("connection", { state, is: said(`connection-${status}`, context), link });
  }
  const outage = events?.outage;
  // A recorded picture is worth more than an event that may have ended late.
  if (recordings?.span !== undefined)
    return stepOf("connection", { state: "ok", is: said("connection-was"), link });
  if (outage !== undefined) {
    const context = { fault: outage.code, said: outage.said, ...fromTo(outage) };
    const code = outage.toMs === undefined ? "connection-lost" : "connection-was-lost";
    return stepOf("connection", { state: "no", is: said(code, context), link });
  }
  const fault = brokenBy(facts);
  if (fault !== undefined) {
    const is = said("connection-broke", { fault, at: iso(recordings?.gap?.fromMs) });
    return stepOf("connection", { state: "no", is, link });
  }
  return stepOf("connection", { state: "unknown", is: unknownConnection(facts), link });
}

/** That nothing was noted says something only where it would be seen. */
function unknownConnection({ recordings, events }: ExplainFacts) {
  if (recordings === undefined || events === undefined) return said("hidden");
  return said(events.isKept ? "connection-unknown" : "event-not-kept");
}

function asker({ type, cameraName, ...event }: EventFacts & { readonly cameraName?: string | undefined }) {
  return { type, camera: cameraName, ...fromTo(event) };
}

function wantedStep(facts: ExplainFacts): ExplainStep {
  const { record, manual, recordings, events, camera, changes, isNow } = facts;
  const link = { page: "camera", camera: camera.id } as const;
  const notes = record.isShaped ? [said(isNow ? "wanted-plugins" : "wanted-plugins-then")] : [];
  const make = (state: "ok" | "no" | "unknown", is: ReturnType<typeof said>) =>
    stepOfSettings(facts, changes.cameraMs, "wanted", { state, is, link, notes });
  if (record.mode === "off") return make("no", said("wanted-off"));
  if (record.mode === "continuous") return make("ok", said("wanted-continuous"));
  // What somebody did, and what happened, is known of then and no setting.
  if (manual?.isOn === true || recordings?.span?.reasons.includes("manual") === true)
    return stepOf("wanted", {
      state: "ok",
      is: said("wanted-manual", { from: iso(manual?.fromMs) }),
      link,
      notes,
    });
  if (record.mode === "manual")
    return manual === undefined
      ? make("unknown", said("wanted-manual-unknown"))
      : make("no", said("wanted-no-manual"));
  const [event] = events?.recording ?? [];
  if (event !== undefined) return make("ok", said("wanted-event", asker(event)));
  if (events === undefined || !events.isKept || record.hiddenLinked > 0)
    return make("unknown", said("wanted-event-unknown"));
  return make("no", said("wanted-no-event"));
}

function storageStep({ storage, isNow }: ExplainFacts): ExplainStep {
  const link = { page: "storage" } as const;
  if (storage === undefined) return stepOf("storage", { state: "unknown", is: said("storage-hidden") });
  if (!isNow) {
    const [first, ...others] = storage.troubles;
    if (first === undefined) return stepOf("storage", { state: "ok", is: said("storage-was"), link });
    const sentence = (trouble: typeof first) =>
      said("storage-was-bad", { path: trouble.path, status: trouble.status, ...fromTo(trouble) });
    return stepOf("storage", { state: "no", is: sentence(first), notes: others.map(sentence), link });
  }
  const { volumes } = storage;
  const fine = volumes.filter(({ status }) => status === "normal" || status === "slow");
  const bad = volumes.filter((volume) => !fine.includes(volume));
  const sentence = (volume: (typeof volumes)[number]) =>
    said("storage-bad", { path: volume.path, status: volume.status, said: volume.said });
  const notes = bad.map(sentence);
  if (volumes.length === 0) return stepOf("storage", { state: "no", is: said("storage-none"), link });
  const [first, ...rest] = bad;
  if (fine.length > 0 || first === undefined) {
    const is = said("storage-fine", { fine: fine.length, count: volumes.length });
    return stepOf("storage", { state: "ok", is, notes, link });
  }
  const isUnknown = bad.some(({ status }) => status === "unknown");
  return stepOf("storage", {
    state: isUnknown ? "unknown" : "no",
    is: sentence(first),
    notes: rest.map(sentence),
    link,
  });
}

function recordedStep(facts: ExplainFacts): ExplainStep {
  const { recordings, events, live, camera, atMs } = facts;
  if (recordings === undefined) return stepOf("recorded", { state: "unknown", is: said("hidden") });
  const link = { page: "playback", camera: camera.id, at: new Date(atMs).toISOString() } as const;
  const { span, gap, oldestMs } = recordings;
  if (span !== undefined) {
    const is = said("recorded", { reasons: listed(span.reasons), ...fromTo(span) });
    return stepOf("recorded", { state: "ok", is, link });
  }
  if (isForgotten(facts))
    return stepOf("recorded", {
      state: "unknown",
      is: said("recorded-not-kept", { oldest: iso(oldestMs) }),
      link,
    });
  const failure = events?.failure;
  const notes = [
    failure === undefined ? undefined : said("recording-failed", { said: failure.said, ...fromTo(failure) }),
    live?.recordingProblem === undefined
      ? undefined
      : said("recording-problem", { said: live.recordingProblem }),
  ];
  return stepOf("recorded", { state: "no", is: said("recorded-not", fromTo(gap ?? {})), notes, link });
}

/** True where nothing from before the moment is kept: it may have been recorded and deleted. */
function isForgotten({ isNow, atMs, recordings }: ExplainFacts): boolean {
  const oldestMs = recordings?.oldestMs;
  return !isNow && (oldestMs === undefined || atMs < oldestMs);
}

const STORAGE_VERDICTS: Readonly<Record<string, string>> = {
  "storage-none": "why-not-no-volume",
  "storage-bad": "why-not-storage",
  "storage-was-bad": "why-not-storage-then",
};

/** In one sentence. */
export function recordingVerdict(facts: ExplainFacts): Verdict {
  const { recordings, camera, record, events, isNow, changes } = facts;
  if (recordings === undefined) return { state: "unknown", ...said("why-hidden") };
  const { span, gap, oldestMs } = recordings;
  if (span !== undefined)
    return {
      state: "ok",
      ...said(isNow ? "why-recording" : "why-recorded", { reasons: listed(span.reasons) }),
    };
  if (isForgotten(facts)) return { state: "unknown", ...said("why-not-kept", { oldest: iso(oldestMs) }) };
  const no = (code: string, context = {}): Verdict => ({ state: "no", ...said(code, context) });
  const holds = isSettled(facts, changes.cameraMs);
  if (holds && !camera.enabled) return no("why-not-disabled");
  if (holds && record.mode === "off") return no("why-not-off");
  const outage = events?.outage;
  if (isNow) {
    const { live } = facts;
    if (live?.status === "offline" || live?.status === "connecting")
      return no("why-not-offline-now", { fault: live.code, said: live.said, since: iso(live.sinceMs) });
  } else if (outage !== undefined) {
    return no("why-not-offline", { fault: outage.code, said: outage.said, ...fromTo(outage) });
  }
  const storage = storageStep(facts);
  const byStorage = storage.state === "no" ? STORAGE_VERDICTS[storage.code] : undefined;
  if (byStorage !== undefined) return no(byStorage, storage.context);
  const failure = facts.live?.recordingProblem ?? events?.failure?.said;
  if (failure !== undefined) return no("why-not-failed", { said: failure });
  const wanted = wantedStep(facts);
  if (wanted.state === "no") return no(record.mode === "manual" ? "why-not-manual" : "why-not-event");
  const fault = brokenBy(facts);
  if (fault !== undefined) return no("why-not-broken", { fault, ...fromTo(gap ?? {}) });
  if (!holds) return no("why-not-changed", { changed: iso(changes.cameraMs) });
  return no("why-not-unknown");
}
