// House rules that a machine can check: headers, lengths, one way out of the process, no shell (attack list A10), no SQL from
// values (attack list A21).
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sourcesBelow } from "./source-tree.ts";

const PRODUCT = [...sourcesBelow("core"), ...sourcesBelow("plugins"), ...sourcesBelow("ui")].filter(
  // What is written from code is as long as the code makes it.
  ({ path }) => !path.includes("/tests/") && path !== "ui/src/api/generated.ts",
);
/** Longest file; most are below 300 lines. */
const LONGEST = 450;

function offenders(test: (file: (typeof PRODUCT)[number]) => boolean): string[] {
  return PRODUCT.filter(test).map(({ path }) => path);
}

describe("every source file", () => {
  it("opens with a header that says what it is responsible for", () => {
    assert.deepEqual(
      offenders(({ text }) => !/^(#!.*\n)?\/\/ |^\/\*\*? /.test(text)),
      [],
    );
  });

  it("has one job: few lines", () => {
    assert.deepEqual(
      offenders(({ lines }) => lines > LONGEST),
      [],
    );
    const long = PRODUCT.filter(({ lines }) => lines > 300).length;
    assert.ok(long <= PRODUCT.length / 10, `${long} of ${PRODUCT.length} files are longer than 300 lines`);
  });

  it("leaves the process to core/main.ts to end, and a plugin's own to its entry", () => {
    const allowed = new Set(["core/main.ts", "core/plugin/isolated/plugin-child.ts"]);
    assert.deepEqual(
      offenders(({ path, text }) => /\bprocess\.exit\(/.test(text) && !allowed.has(path)),
      [],
    );
  });

  it("never starts a shell", () => {
    assert.deepEqual(
      offenders(({ text }) => /shell:\s*true|\bexecSync\(|[^.\w]exec\(\s*["'`]/.test(text)),
      [],
    );
  });

  it("builds no SQL from values: what stands in its templates are columns, conditions and lists of question marks", () => {
    const known =
      /^(?:[A-Z_0-9]+|FIELDS\.map\(.*|Object\.(?:keys|values|entries)\(.*|columns?|conditions?(?:\.join\(.*)?|rest|table|byUser|marks|places|version|order|where|.*\.map\(\(\) => "\?"\).*)$/;
    const strange = PRODUCT.flatMap(({ path, text }) =>
      [...text.matchAll(/`(?:select|insert|update|delete|with|pragma|create|drop)\s[^`]*`/gi)].flatMap(
        ([sql]) =>
          [...sql.matchAll(/\$\{((?:[^{}]|\{[^}]*\})*)\}/g)]
            .map(([, value = ""]) => value.trim())
            .filter((value) => !known.test(value))
            .map((value) => `${path}: ${value}`),
      ),
    );
    assert.deepEqual(strange, []);
  });

  it("throws errors with a code, never a plain Error", () => {
    assert.deepEqual(
      offenders(({ path, text }) => path.startsWith("core/") && /throw new Error\(/.test(text)),
      [],
    );
  });

  it("has no unfinished business", () => {
    assert.deepEqual(
      offenders(({ text }) => /\b(TODO|FIXME|XXX|HACK)\b/.test(text)),
      [],
    );
  });
});
