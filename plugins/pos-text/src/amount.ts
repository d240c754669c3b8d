// Amounts as tills write them: 12.50, 1.234,50, 1 234.50, -3,00. Pure.

/** What an amount is in the smallest unit; undefined: it is none. */
export function minorOf(written: string, decimals: number): number | undefined {
  const text = written.replaceAll(/[\s'’]/g, "");
  const [, minus = "", figures = "", after = ""] = /^([-−]?)(\d[\d.,]*)([-−]?)$/.exec(text) ?? [];
  if (figures === "") return undefined;
  const last = Math.max(figures.lastIndexOf("."), figures.lastIndexOf(","));
  // A mark with as many figures behind it as there are decimals is the point; with other numbers it parts thousands.
  const isPoint = last !== -1 && decimals > 0 && figures.length - last - 1 === decimals;
  const whole = (isPoint ? figures.slice(0, last) : figures).replaceAll(/[.,]/g, "");
  const part = isPoint ? figures.slice(last + 1) : "0".repeat(decimals);
  const value = Number(whole + part);
  if (!Number.isSafeInteger(value)) return undefined;
  return minus !== "" || after !== "" ? 0 - value : value;
}
