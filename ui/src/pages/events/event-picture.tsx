// A small picture of an event's moment. The recorder makes one a second of a camera: pictures are asked for when they come
// into view, one after the other, and once more where it was too busy. Where nothing was recorded the place stays hatched.
import { useEffect, useRef, useState } from "preact/hooks";
import { addressOf } from "../../api/client.ts";

const WIDTH = 160;
const PAUSE_MS = 1_100;
const TRIES = 3;

/** The next picture is asked for when this one is there, or is not to be had. */
let line: Promise<unknown> = Promise.resolve();

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
        for (let tries = 0; tries < TRIES && !isGone; tries += 1) {
          const address = addressOf("GET /cameras/{id}/snapshot.jpg", {
            path: { id: camera },
            query: { width: WIDTH, at },
          });
          const found = await loaded(tries === 0 ? address : `${address}&try=${tries}`);
          if (found !== undefined && !isGone) setShown(found);
          if (found !== undefined || isGone) return;
          await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        }
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

/** The address once its picture is there; undefined if there is none. */
function loaded(address: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const image = new Image();
    image.addEventListener("load", () => resolve(address));
    image.addEventListener("error", () => resolve(undefined));
    image.src = address;
  });
}
