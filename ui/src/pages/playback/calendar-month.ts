// The days of a month as a calendar lays them out, weeks from Monday. Pure.

export interface Month {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
}

/** yyyy-mm-dd */
export function dateText(month: Month, day: number): string {
  return `${month.year}-${String(month.month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

/** Days in the month. */
export function daysIn(month: Month): number {
  return new Date(Date.UTC(month.year, month.month, 0)).getUTCDate();
}

/** Empty places before the first day, 0 to 6. */
export function leadingBlanks(month: Month): number {
  return (new Date(Date.UTC(month.year, month.month - 1, 1)).getUTCDay() + 6) % 7;
}

/** The month `offset` months later. */
export function monthAfter(month: Month, offset: number): Month {
  const at = month.year * 12 + month.month - 1 + offset;
  return { year: Math.floor(at / 12), month: (at % 12) + 1 };
}

/** The month of a yyyy-mm-dd. */
export function monthOf(date: string): Month {
  return { year: Number(date.slice(0, 4)), month: Number(date.slice(5, 7)) };
}
