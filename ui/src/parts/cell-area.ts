// An area of a picture as cells of a grid of 22 by 18: read, written, drawn and stepped over. Pure.

export const COLUMNS = 22;
export const ROWS = 18;
export const CELLS = COLUMNS * ROWS;

/** Cells of any grid, row by row, as the recorder has them. */
export interface Area {
  readonly columns: number;
  readonly rows: number;
  readonly cells: string;
}

/** The cells of an area of any grid, in this one; without an area all of them. */
export function cellsOf(area: Area | undefined): boolean[] {
  return Array.from({ length: CELLS }, (_, cell) => {
    if (area === undefined) return true;
    const column = Math.floor((((cell % COLUMNS) + 0.5) / COLUMNS) * area.columns);
    const row = Math.floor(((Math.floor(cell / COLUMNS) + 0.5) / ROWS) * area.rows);
    return area.cells[row * area.columns + column] === "1";
  });
}

/** As the recorder takes it. */
export function areaOf(cells: readonly boolean[]): Area {
  return { columns: COLUMNS, rows: ROWS, cells: cells.map((isOn) => (isOn ? "1" : "0")).join("") };
}

/** The cell at a place in the picture: fractions of its width and height, taken into it. */
export function cellAt(x: number, y: number): number {
  return clamp(Math.floor(y * ROWS), ROWS) * COLUMNS + clamp(Math.floor(x * COLUMNS), COLUMNS);
}

/** The cells on the way from one to another, both among them: a quick stroke leaves no holes. */
export function cellsBetween(from: number, to: number): number[] {
  const [x, y] = [from % COLUMNS, Math.floor(from / COLUMNS)];
  const [across, down] = [(to % COLUMNS) - x, Math.floor(to / COLUMNS) - y];
  const steps = Math.max(1, Math.abs(across), Math.abs(down));
  return Array.from(
    { length: steps + 1 },
    (_, step) => Math.round(y + (step * down) / steps) * COLUMNS + Math.round(x + (step * across) / steps),
  );
}

/** The cell beside another; at the edge itself. */
export function cellBeside(cell: number, [across, down]: readonly [number, number]): number {
  const column = clamp((cell % COLUMNS) + across, COLUMNS);
  return clamp(Math.floor(cell / COLUMNS) + down, ROWS) * COLUMNS + column;
}

function clamp(value: number, end: number): number {
  return Math.min(end - 1, Math.max(0, value));
}

/** The side of a rectangle of the picture's shape that takes so many per cent of it, as a fraction of the picture's. */
export function sideOf(percent: number): number {
  return Math.sqrt(Math.min(100, Math.max(0, percent)) / 100);
}

/** The per cent of the picture that a rectangle of such a side takes, rounded as people read it. */
export function percentOf(side: number): number {
  const percent = 100 * Math.min(1, Math.max(0, side)) ** 2;
  const step = percent < 1 ? 0.05 : percent < 10 ? 0.1 : 1;
  return Math.round(Math.round(percent / step) * step * 100) / 100;
}
