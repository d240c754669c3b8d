// Pictures of an event's moment. The recorder makes one a second of a camera: small ones are asked for when they come into
// view, one after the other, and once more where it was too busy. Where nothing was recorded the place stays hatched.
import { useEffect, useRef, useState } from "preact/hooks";
import { addressOf } from "../../api/client.ts";

const WIDTH = 160;
const PAUSE_MS = 1_100;
const TRIES = 3;

/** The next picture is asked for when this one is there, or is not to be had. */
let line: Promise<unknown> = Promise.resolve();

export interface FoundPicture {
  readonly address: string;
  /** In pixels, as it came. */
  readonly width: number;
  readonly height: number;
}

export interface WantedPicture {
  readonly camera: string;
  readonly at: string;
  readonly width: number;
  /** The very moment, not the key frame before it: a moving thing was elsewhere then. */
  readonly exact?: boolean;
}

export function EventPicture({ camera, at }: { readonly camera: string | undefined; readonly at: string }) {
  const box = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState<string | undefined>(undefined);
  useEffect(() => {
    const element = box.current;
    if (camera === undefined || element === null) return;
    let isGone = false;
    const watch = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      watch.disconnect();
      line = line.then(async () => {
        const found = await foundPicture({ camera, at, width: WIDTH }, () => isGone);
        if (found !== undefined && !isGone) setShown(found.address);
      });
    });
    watch.observe(element);
    return () => {
      isGone = true;
      watch.disconnect();
    };
  }, [camera, at]);
  return (
    <div class="thumb" ref={box}>
      {shown === undefined ? null : <img class="shown" src={shown} alt="" />}
    </div>
  );
}

/** The picture once it is there; undefined if there is none, or nobody waits for it any more. */
export async function foundPicture(
  { camera, at, width, exact }: WantedPicture,
  isGone: () => boolean,
): Promise<FoundPicture | undefined> {
  const address = addressOf("GET /cameras/{id}/snapshot.jpg", {
    path: { id: camera },
    query: { width, at, ...(exact === true ? { exact: "1" } : {}) },
  });
  for (let tries = 0; tries < TRIES && !isGone(); tries += 1) {
    const found = await loaded(tries === 0 ? address : `${address}&try=${tries}`);
    if (found !== undefined) return found;
    if (tries < TRIES - 1 && !isGone()) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return undefined;
}

function loaded(address: string): Promise<FoundPicture | undefined> {
  return new Promise((resolve) => {
    const image = new Image();
    image.addEventListener("load", () =>
      resolve({ address, width: image.naturalWidth || 16, height: image.naturalHeight || 9 }),
    );
    image.addEventListener("error", () => resolve(undefined));
    image.src = address;
  });
}
