// What the recorder itself looks for in a camera's pictures: on or off, for each detector its sensitivity, what is drawn on the
// live picture, its options, how it goes and what it costs. Changes are taken at once.
import { useEffect, useState } from "preact/hooks";
import { type Answer, call } from "../../api/client.ts";
import type { Camera } from "../../api/types.ts";
import { type MessageKey, t } from "../../locale/messages.ts";
import { AwaitedPage } from "../../parts/awaited.tsx";
import { BackButton, CheckField, ErrorNote, Field, Segmented } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { followLink, href, place } from "../../router.ts";
import { entryName, type PluginNames, usePluginNames } from "../../state/plugin-names.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { DetectorOptions } from "./detector-options.tsx";
import { drawnRules } from "./drawn-rules.ts";
import { LiveArea } from "./live-area.tsx";
import type { Sizes } from "./size-frames.tsx";

type View = Answer<"GET /cameras/{id}/detection">;
type DetectorView = View["detectors"][number];

const LOOK_MS = 3_000;
const STATUS_TEXT: Readonly<Record<View["state"]["status"], MessageKey>> = {
  off: "detection.status.off",
  starting: "detection.status.starting",
  waiting: "detection.status.waiting",
  looking: "detection.status.looking",
  "no-picture": "detection.status.noPicture",
  failed: "detection.status.failed",
};
const PACE_TEXT = {
  idle: "detection.pace.idle",
  slower: "detection.pace.slower",
  "key-frames": "detection.pace.keyFrames",
} as const satisfies Readonly<Record<string, MessageKey>>;
/** Detectors that have an area to draw. */
const WITH_AREA = new Set(["motion"]);

/** The manual's levels of tampering, as sensitivities. */
const LEVELS = [
  { value: 25, text: "detection.level.low" },
  { value: 50, text: "detection.level.middle" },
  { value: 75, text: "detection.level.high" },
] as const satisfies readonly { readonly value: number; readonly text: MessageKey }[];

/** The page of one camera, for administrators. */
export function DetectionPage({ camera }: { readonly camera: Camera }) {
  const names = usePluginNames();
  const asked = useAnswer<View>((signal) =>
    call("GET /cameras/{id}/detection", { path: { id: camera.id }, signal }),
  );
  const [error, setError] = useState<unknown>();
  const view = asked.answer;
  useEffect(() => {
    const timer = setInterval(() => {
      call("GET /cameras/{id}/detection", { path: { id: camera.id } }).then(asked.put, () => undefined);
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [camera.id]);
  if (view === undefined)
    return (
      <AwaitedPage
        title={t("detection.title", { camera: camera.name })}
        of={asked}
        rows={6}
        below={`cameras/${camera.id}`}
      />
    );
  const change = async (body: object): Promise<boolean> => {
    setError(undefined);
    try {
      asked.put(await call("PATCH /cameras/{id}/detection", { path: { id: camera.id }, body }));
      return true;
    } catch (thrown) {
      setError(thrown);
      return false;
    }
  };
  return (
    <div class="form-page">
      <div class="head">
        <BackButton to={`cameras/${camera.id}`} />
        <h1>{t("detection.title", { camera: camera.name })}</h1>
      </div>
      <div class="detection">
        <section>
          <CheckField
            label={t("detection.on")}
            hint={t("detection.on.hint")}
            checked={view.enabled}
            onChange={(enabled) => void change({ enabled })}
          />
          {view.enabled ? <State view={view} /> : null}
          {error === undefined ? null : <ErrorNote error={error} />}
        </section>
        {view.enabled
          ? view.detectors.map((detector) => (
              <Detector
                key={detector.detector}
                camera={camera}
                detector={detector}
                names={names}
                onChange={(part) => change({ detectors: { [detector.detector]: part } })}
              />
            ))
          : null}
      </div>
    </div>
  );
}

function State({ view }: { readonly view: View }) {
  const { status, problem, framesPerSecond, decodeShare, pace } = view.state;
  const isBad = status === "failed" || status === "no-picture";
  return (
    <dl class="facts">
      <dt>{t("detection.state")}</dt>
      <dd class={isBad ? "bad-text" : ""}>
        {t(STATUS_TEXT[status])}
        {problem === undefined ? null : <span class="muted"> {problem}</span>}
      </dd>
      <dt>{t("detection.pictures")}</dt>
      <dd>
        {t("detection.perSecond", { count: framesPerSecond })}
        {pace === undefined || pace === "all" ? null : <span class="muted"> · {t(PACE_TEXT[pace])}</span>}
        {pace === "slower" || pace === "key-frames" ? (
          <small class="pace-change">
            <a href={href("system/general")} onClick={followLink}>
              {t("detection.pace.change")}
            </a>
          </small>
        ) : null}
      </dd>
      <dt>{t("detection.decoding")}</dt>
      <dd>{decodeShare === undefined ? "–" : share(decodeShare)}</dd>
    </dl>
  );
}

function Detector(props: {
  readonly camera: Camera;
  readonly detector: DetectorView;
  readonly names: PluginNames;
  /** Resolves when it was taken (true), or refused. */
  readonly onChange: (part: object) => Promise<boolean>;
}) {
  const { camera, detector, onChange } = props;
  const id = detector.detector.split("/").at(-1) ?? "";
  const [sensitivity, setSensitivity] = useState(detector.sensitivity);
  useEffect(() => setSensitivity(detector.sensitivity), [detector.sensitivity]);
  // A second live picture on the page is there only while somebody draws in it.
  const [draws, setDraws] = useState(false);
  const known = NAMES[detector.detector];
  const name = entryName(
    props.names,
    "detector",
    detector.detector,
    known === undefined ? detector.displayName : t(known),
  );
  return (
    <section class="detector">
      <h2>{name}</h2>
      <CheckField
        label={t("detection.detector.on", { name })}
        checked={detector.enabled}
        onChange={(enabled) => void onChange({ enabled })}
      />
      {detector.problem === undefined ? null : <p class="bad-text">{detector.problem}</p>}
      {detector.unreadRules === undefined ? null : (
        <UnreadRules detector={detector} onChange={(rules) => void onChange({ rules })} />
      )}
      {detector.enabled ? (
        <>
          <Field
            label={`${t("detection.sensitivity")}: ${sensitivity}`}
            hint={t("detection.sensitivity.hint")}
          >
            {({ id: control, describedBy }) => (
              <input
                id={control}
                aria-describedby={describedBy}
                type="range"
                min={0}
                max={100}
                step={1}
                value={sensitivity}
                onInput={(event) => setSensitivity(Number(event.currentTarget.value))}
                onChange={(event) => void onChange({ sensitivity: Number(event.currentTarget.value) })}
              />
            )}
          </Field>
          {id === "tamper" ? (
            <>
              <Segmented<number>
                label={t("detection.level")}
                value={detector.sensitivity}
                choices={LEVELS.map(({ value, text }) => ({ value, text: t(text) }))}
                onChoose={(level) => void onChange({ sensitivity: level })}
              />
              <details onToggle={({ currentTarget }) => setDraws(currentTarget.open)}>
                <summary>{t("detection.area.open")}</summary>
                {draws ? (
                  <LiveArea
                    camera={camera}
                    area={detector.area}
                    sizes={undefined}
                    rules={[]}
                    ruleKinds={[]}
                    onChange={({ area }) => onChange(area === undefined ? {} : { area })}
                  />
                ) : null}
              </details>
            </>
          ) : null}
          {WITH_AREA.has(id) || detector.ruleKinds !== undefined ? (
            <LiveArea
              camera={camera}
              area={detector.area}
              sizes={sizesOf(detector.options)}
              rules={drawnRules(detector.rules ?? [])}
              ruleKinds={detector.ruleKinds ?? []}
              onChange={({ area, sizes, rules }) =>
                onChange({
                  ...(rules === undefined ? {} : { rules }),
                  ...(area === undefined ? {} : { area }),
                  ...(sizes === undefined ? {} : { options: { ...detector.options, ...sizes } }),
                })
              }
            />
          ) : null}
          <DetectorOptions
            camera={camera.id}
            detector={detector}
            names={props.names}
            onSave={(options) => onChange({ options })}
          />
          <p class="muted">
            {detector.cpuShare === undefined
              ? t("detection.looked", { count: detector.looked })
              : t("detection.cost", { share: share(detector.cpuShare), count: detector.looked })}
          </p>
        </>
      ) : null}
    </section>
  );
}

/** What is drawn for it in vain: only config.json and other programs put that there. */
function UnreadRules({
  detector: { rules = [], unreadRules = [] },
  onChange,
}: {
  readonly detector: DetectorView;
  readonly onChange: (rules: NonNullable<DetectorView["rules"]>) => void;
}) {
  const isRead = ({ id }: { readonly id: string }): boolean => !unreadRules.includes(id);
  const names = rules.filter((rule) => !isRead(rule)).map(({ id, name = id }) => name);
  return (
    <p class="problem-line">
      <Icon name="warning" />
      {t("detection.rules.unread", { names: names.join(", ") })}
      <button type="button" class="button" onClick={() => onChange(rules.filter(isRead))}>
        {t("detection.rules.unread.remove")}
      </button>
    </p>
  );
}

/** The sizes of objects, of a detector that goes by them. */
function sizesOf({ smallestPercent, largestPercent }: DetectorView["options"]): Sizes | undefined {
  return typeof smallestPercent === "number" && typeof largestPercent === "number"
    ? { smallestPercent, largestPercent }
    : undefined;
}

/** Of those that come with Nightjar, for accounts that may not ask what plugins are called. */
const NAMES: Readonly<Record<string, MessageKey>> = {
  "nightjar-vca-motion/motion": "detection.motion",
  "nightjar-vca-scene/tamper": "detection.tamper",
  "nightjar-vca-scene/loss": "detection.loss",
};

/** Of a processor core, in per cent. */
function share(value: number): string {
  return `${(100 * value).toFixed(value < 0.01 ? 2 : 1)} %`;
}

/** True where the address means this page. */
export function isDetectionPlace(): boolean {
  return place.value.path.split("/")[2] === "detection";
}
