// Amounts of receipts in the reader's way of writing, and back from what somebody typed.
import { language } from "../../locale/messages.ts";

/** 12.50 for 1250 with two figures behind the point. */
export function amountText(minor: number, decimals: number): string {
  return new Intl.NumberFormat(language.value, {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(minor / 10 ** decimals);
}

/** What was typed, in the smallest unit; undefined: it is no amount. */
export function minorOf(typed: string, decimals: number): number | undefined {
  const text = typed.trim().replace(",", ".");
  if (!/^-?\d{1,9}(\.\d{1,3})?$/.test(text)) return undefined;
  return Math.round(Number(text) * 10 ** decimals);
}
