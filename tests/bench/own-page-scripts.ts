// What runs in the recorder's own page for its figures (own-page.ts). Has no imports, as its text is sent to the page; the
// reader of burnt-in numbers is put there before (page-parts.ts).

interface Element {
  readonly width?: number;
  readonly videoWidth?: number;
  readonly scrollHeight: number;
  readonly clientHeight: number;
  scrollTop: number;
}

/** From a key to what it brings, in milliseconds. */
export interface KeyTimes {
  /** A picture of the camera alone on the page, of whichever stream: what a person waits for. */
  readonly pictureMs: number;
  /** One of the main stream. */
  readonly mainMs: number;
}

interface Browser {
  benchKey: Promise<KeyTimes>;
  readonly document: {
    readonly scrollingElement: Element;
    querySelectorAll(selector: string): ArrayLike<Element> & Iterable<Element>;
  };
  requestAnimationFrame(call: (nowMs: number) => void): void;
  addEventListener(kind: "keydown", call: (event: { timeStamp: number }) => void, options: object): void;
  getComputedStyle(element: Element): { readonly overflowY: string };
  readonly OffscreenCanvas: new (
    width: number,
    height: number,
  ) => {
    getContext(
      kind: "2d",
      options: object,
    ): {
      drawImage(element: object, x: number, y: number, width: number, height: number): void;
      getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray };
    };
  };
  readonly benchParts: {
    readFrameCounter(rgba: Uint8ClampedArray, width: number, height: number): number | undefined;
  };
}

/**
 * Listens for a key, and from then on until the page shows one camera alone with a picture whose burnt-in number can be read,
 * and until that is of the main stream's width. `benchKey` of the page becomes the two times.
 */
export function listenForKey(order: { readonly width: number }): void {
  const [WIDTH, HEIGHT] = [426, 240];
  // The types of the browser are not those of Node: what is used of them is named above.
  const browser = globalThis as unknown as Browser;
  const canvas = new browser.OffscreenCanvas(WIDTH, HEIGHT).getContext("2d", { willReadFrequently: true });
  const isReadable = (picture: Element): boolean => {
    canvas.drawImage(picture, 0, 0, WIDTH, HEIGHT);
    const { data } = canvas.getImageData(0, 0, WIDTH, HEIGHT);
    return browser.benchParts.readFrameCounter(data, WIDTH, HEIGHT) !== undefined;
  };
  browser.benchKey = new Promise((resolve, reject) => {
    const giveUp = setTimeout(() => reject(new Error("no large picture came")), 30_000);
    const pressed = ({ timeStamp }: { timeStamp: number }): void => {
      let pictureMs: number | undefined;
      const look = (): void => {
        const pictures = [...browser.document.querySelectorAll(".picture")];
        // While one stream takes over from another the last one is on top.
        const shown = pictures.at(-1);
        if (browser.document.querySelectorAll(".tile[data-camera]").length === 1 && shown !== undefined) {
          if (pictureMs === undefined && isReadable(shown)) pictureMs = performance.now() - timeStamp;
          const width = shown.videoWidth ?? shown.width;
          if (pictureMs !== undefined && width === order.width && isReadable(shown)) {
            clearTimeout(giveUp);
            resolve({ pictureMs, mainMs: performance.now() - timeStamp });
            return;
          }
        }
        browser.requestAnimationFrame(look);
      };
      look();
    };
    browser.addEventListener("keydown", pressed, { once: true, capture: true });
  });
}

/** Scrolls the page up and down, a step a frame. Gives the time from each frame to the next, in milliseconds. */
export function framesWhileScrolling(order: { readonly seconds: number }): Promise<number[]> {
  const STEP = 6;
  const browser = globalThis as unknown as Browser;
  const scrolls = (element: Element): boolean =>
    element.scrollHeight > element.clientHeight + STEP &&
    /auto|scroll/.test(browser.getComputedStyle(element).overflowY);
  const found = [...browser.document.querySelectorAll("main, main *")].find(scrolls);
  const scroller = found ?? browser.document.scrollingElement;
  if (scroller.scrollHeight <= scroller.clientHeight + STEP)
    return Promise.reject(new Error("the page does not scroll"));
  return new Promise((resolve) => {
    const gapsMs: number[] = [];
    let direction = STEP;
    let beforeMs: number | undefined;
    const beganMs = performance.now();
    const turn = (nowMs: number): void => {
      if (beforeMs !== undefined) gapsMs.push(nowMs - beforeMs);
      beforeMs = nowMs;
      if (nowMs - beganMs > order.seconds * 1_000) {
        resolve(gapsMs);
        return;
      }
      const top = scroller.scrollTop;
      scroller.scrollTop += direction;
      if (scroller.scrollTop === top) direction = -direction;
      browser.requestAnimationFrame(turn);
    };
    browser.requestAnimationFrame(turn);
  });
}
