// A receipt beside the picture of its moment: each line leads to what the camera showed when it was written.
import { useEffect, useState } from "preact/hooks";
import { addressOf } from "../../api/client.ts";
import type { Receipt } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { IconButton, Segmented } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { followLink, href, replaceQuery } from "../../router.ts";
import { momentText, utcText } from "../../state/moment-text.ts";
import { cameras, session } from "../../state/recorder.ts";
import { clockTime } from "../../state/time-format.ts";
import { zone } from "../../state/zone.ts";
import { amountText } from "./amount-text.ts";
import { END_TEXT } from "./till-words.ts";

const WIDTH = 640;
/** Playback begins a little before, so that what led to it is seen. */
const BEFORE_MS = 3_000;
/** The recorder makes one picture a second of a camera. */
const PAUSE_MS = 1_100;
const TRIES = 3;

export function ReceiptPanel({ receipt, words }: { readonly receipt: Receipt; readonly words: string }) {
  const seen = receipt.cameras.filter((id) => cameras.value?.some((camera) => camera.id === id));
  const [camera, setCamera] = useState(seen[0]);
  const wanted = words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const isFound = (text: string): boolean => wanted.some((word) => text.toLowerCase().includes(word));
  const first = wanted.length === 0 ? -1 : receipt.lines.findIndex(({ text }) => isFound(text));
  const [line, setLine] = useState(Math.max(0, first));
  const at = receipt.lines[Math.min(line, receipt.lines.length - 1)]?.time ?? receipt.start;
  const from = new Date(Date.parse(at) - BEFORE_MS).toISOString();
  const maySee = session.value?.rights.includes("playback") === true;
  const endText = receipt.endedBy === undefined ? "tills.goesOn" : END_TEXT[receipt.endedBy];
  return (
    <section class="receipt-panel" aria-label={t("tills.receipt")}>
      <div class="receipt-head">
        <div>
          <h2>
            {receipt.name}
            {receipt.totalMinor === undefined ? "" : ` · ${amountText(receipt.totalMinor, receipt.decimals)}`}
          </h2>
          <p class="muted" title={utcText(receipt.start)}>
            {momentText(receipt.start)}
            {receipt.number === undefined ? "" : ` · ${t("tills.number", { number: receipt.number })}`}
            {endText === undefined ? "" : ` · ${t(endText)}`}
          </p>
        </div>
        <IconButton icon="close" label={t("close")} onClick={() => replaceQuery({ receipt: undefined })} />
      </div>
      {camera === undefined || !maySee ? (
        <p class="muted">{t("tills.noCamera")}</p>
      ) : (
        <>
          {seen.length < 2 ? null : (
            <Segmented
              label={t("tills.camera")}
              value={camera}
              choices={seen.map((id) => ({
                value: id,
                text: cameras.value?.find((one) => one.id === id)?.name ?? id,
              }))}
              onChoose={setCamera}
            />
          )}
          <a class="receipt-picture" href={href("playback", { camera, t: from })} onClick={followLink}>
            <MomentPicture camera={camera} at={at} />
            <span class="receipt-play">
              <Icon name="play" />
              {t("tills.play", { time: clockTime(Date.parse(at), zone.value) })}
            </span>
          </a>
        </>
      )}
      <ol class="receipt-lines">
        {receipt.lines.map(({ time, text }, index) => (
          <li key={`${index} ${time}`}>
            <button
              type="button"
              class={isFound(text) ? "found" : ""}
              aria-pressed={index === line}
              title={utcText(time)}
              onClick={() => setLine(index)}
            >
              <time>{clockTime(Date.parse(time), zone.value)}</time>
              <span>{text}</span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** What the camera showed; hatched where nothing was recorded. The last picture stays until the next is there. */
function MomentPicture({ camera, at }: { readonly camera: string; readonly at: string }) {
  const [shown, setShown] = useState<string | undefined>(undefined);
  const [isMissing, setMissing] = useState(false);
  useEffect(() => {
    let isGone = false;
    const wanted = addressOf("GET /cameras/{id}/snapshot.jpg", {
      path: { id: camera },
      query: { width: WIDTH, at },
    });
    void (async () => {
      for (let tries = 0; tries < TRIES && !isGone; tries += 1) {
        const address = tries === 0 ? wanted : `${wanted}&try=${tries}`;
        const isThere = await isLoaded(address);
        if (isGone) return;
        setMissing(!isThere);
        if (isThere) {
          setShown(address);
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    })();
    return () => {
      isGone = true;
    };
  }, [camera, at]);
  return (
    <div class="thumb receipt-thumb" aria-busy={shown === undefined && !isMissing}>
      {shown === undefined || isMissing ? null : <img class="shown" src={shown} alt={t("tills.picture")} />}
      {isMissing ? <span class="muted">{t("tills.noPicture")}</span> : null}
    </div>
  );
}

function isLoaded(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const image = new Image();
    image.addEventListener("load", () => resolve(true));
    image.addEventListener("error", () => resolve(false));
    image.src = address;
  });
}
