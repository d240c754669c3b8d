// The geometry of a picture that is looked at closely: how much it is enlarged and where it lies in its box, never beyond its
// own edges. Pure: no elements, no events.

export const MOST_ZOOM = 8;
/** One turn of the wheel, one press of a key. */
export const ZOOM_STEP = 1.25;

/** Enlarged `scale` times from the upper left corner of the box, then moved, in CSS pixels. */
export interface Zoom {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The box, and the shape of the picture that is fitted into its middle; without `aspect` the picture fills it. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  /** Width of the picture by its height. */
  readonly aspect?: number | undefined;
}

export const NO_ZOOM: Zoom = { scale: 1, x: 0, y: 0 };

/** Enlarged by a factor, with the point of the box staying over the same point of the picture as far as the edges allow. */
export function zoomedAt(zoom: Zoom, factor: number, point: Point, frame: Frame): Zoom {
  const scale = Math.min(MOST_ZOOM, Math.max(1, zoom.scale * (Number.isFinite(factor) ? factor : 1)));
  const grown = scale / zoom.scale;
  const x = point.x - (point.x - zoom.x) * grown;
  const y = point.y - (point.y - zoom.y) * grown;
  return within({ scale, x, y }, frame);
}

export function movedBy(zoom: Zoom, dx: number, dy: number, frame: Frame): Zoom {
  return within({ ...zoom, x: zoom.x + dx, y: zoom.y + dy }, frame);
}

/** What two fingers did, or one: the picture follows their middle, and is enlarged as they part. */
export function pinched(zoom: Zoom, before: readonly Point[], after: readonly Point[], frame: Frame): Zoom {
  const from = middleOf(before);
  const to = middleOf(after);
  const apart = spread(before);
  // Fingers that lie on each other say nothing of how far they part.
  const factor = apart < 1 ? 1 : spread(after) / apart;
  const { scale, x, y } = zoomedAt(zoom, factor, from, frame);
  return within({ scale, x: x + to.x - from.x, y: y + to.y - from.y }, frame);
}

/** Pushed back to where the box shows picture wherever it can. */
export function within({ scale, x, y }: Zoom, frame: Frame): Zoom {
  const { left, top, width, height } = pictureIn(frame);
  return {
    scale,
    x: axis(x, scale, frame.width, left, width),
    y: axis(y, scale, frame.height, top, height),
  };
}

/** The value of CSS `transform`; empty where nothing is enlarged. */
export function transformOf({ scale, x, y }: Zoom): string {
  return scale === 1 ? "" : `translate(${x.toFixed(2)}px, ${y.toFixed(2)}px) scale(${scale.toFixed(4)})`;
}

function axis(at: number, scale: number, room: number, start: number, size: number): number {
  const shown = size * scale;
  // Bars beside the picture stay as long as it is narrower than the box.
  if (shown <= room) return (room - shown) / 2 - start * scale;
  const most = 0 - start * scale;
  return Math.min(most, Math.max(room - (start + size) * scale, at));
}

function pictureIn({ width, height, aspect }: Frame) {
  if (aspect === undefined || !(aspect > 0) || width <= 0 || height <= 0)
    return { left: 0, top: 0, width, height };
  const fitted = Math.min(width, height * aspect);
  const size = { width: fitted, height: fitted / aspect };
  return { left: (width - size.width) / 2, top: (height - size.height) / 2, ...size };
}

function middleOf(points: readonly Point[]): Point {
  const count = Math.max(1, points.length);
  return {
    x: points.reduce((sum, { x }) => sum + x, 0) / count,
    y: points.reduce((sum, { y }) => sum + y, 0) / count,
  };
}

function spread([first, second]: readonly Point[]): number {
  return first === undefined || second === undefined ? 0 : Math.hypot(first.x - second.x, first.y - second.y);
}
