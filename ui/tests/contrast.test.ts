// The colours of both themes hold WCAG 2.2 AA: 4.5 to 1 for text, 3 to 1 for the edges of controls (1.4.3, 1.4.11).
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

const css = readFileSync(join(import.meta.dirname, "../src/theme/tokens.css"), "utf8");

function coloursOf(block: string): Map<string, string> {
  return new Map(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{3,6});/g)].map((found) => [found[1] ?? "", found[2] ?? ""]),
  );
}

const [, dark = "", light = ""] = css.split(/:root(?:\[data-theme="light"\])? \{/);
const DARK = coloursOf(dark);
const THEMES = { dark: DARK, light: new Map([...DARK, ...coloursOf(light)]) };

function luminance(colour: string): number {
  const full = colour.length === 4 ? colour.replace(/[0-9a-f]/g, "$&$&") : colour;
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(full.slice(at, at + 2), 16) / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [bright = 0, dim = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (bright + 0.05) / (dim + 0.05);
}

const TEXT = [
  ...["text", "muted", "faint"].flatMap((name) =>
    ["bg", "surface", "raised"].map((ground) => [name, ground] as const),
  ),
  ...["accent", "bad", "warn"].flatMap((name) => ["bg", "surface"].map((ground) => [name, ground] as const)),
  ["accent-ink", "accent"],
  ["text", "bad-surface"],
  ["muted", "tile"],
  ...["continuous", "motion", "alarm", "smart", "pos", "manual"].map((name) => ["chip-ink", name] as const),
] as const;

describe("contrast", () => {
  for (const [theme, colours] of Object.entries(THEMES)) {
    it(`of text is at least 4.5 to 1 in ${theme} colours`, () => {
      for (const [ink, ground] of TEXT) {
        const ratio = contrast(colours.get(ink) ?? "", colours.get(ground) ?? "");
        assert.ok(ratio >= 4.5, `${ink} on ${ground}: ${ratio.toFixed(2)}`);
      }
    });

    it(`of control edges and the focus ring is at least 3 to 1 in ${theme} colours`, () => {
      for (const edge of ["line-strong", "focus"]) {
        for (const ground of ["bg", "surface"]) {
          const ratio = contrast(colours.get(edge) ?? "", colours.get(ground) ?? "");
          assert.ok(ratio >= 3, `${edge} on ${ground}: ${ratio.toFixed(2)}`);
        }
      }
    });
  }
});
