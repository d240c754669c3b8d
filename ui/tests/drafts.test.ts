import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { claimDrafts, dropAllDrafts, dropDraft, keepDraft, readDraft } from "../src/state/drafts.ts";

/** What a browser gives a tab. */
function tab() {
  const values = new Map<string, string>();
  return {
    values,
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
    key: (index: number) => [...values.keys()][index] ?? null,
    get length() {
      return values.size;
    },
  };
}

const FORM = {
  name: "",
  days: null as number | null,
  external: { url: "", obey: false },
  list: [] as string[],
};

describe("drafts of forms", () => {
  it("come back as they were typed, until they are dropped", () => {
    const store = tab();
    const typed = { name: "Gate", days: 3, external: { url: "mqtt://a", obey: true }, list: ["x"] };
    keepDraft("mqtt", typed, store);
    assert.deepEqual(readDraft("mqtt", FORM, store), typed);
    assert.equal(readDraft("tills", FORM, store), undefined);
    dropDraft("mqtt", store);
    assert.equal(readDraft("mqtt", FORM, store), undefined);
  });

  it("are left out where they are damaged, or made for another form", () => {
    const store = tab();
    const made: unknown[] = [
      null,
      "text",
      [],
      { ...FORM, name: 7 },
      { ...FORM, external: null },
      { ...FORM, external: { url: "" } },
      { ...FORM, list: { 0: "x" } },
    ];
    for (const value of made) {
      keepDraft("form", value, store);
      assert.equal(readDraft("form", FORM, store), undefined, JSON.stringify(value));
    }
    store.setItem("nightjar.draft.form", "{");
    assert.equal(readDraft("form", FORM, store), undefined);
    keepDraft("list", { 0: "x" }, store);
    assert.equal(readDraft("list", [] as string[], store), undefined);
  });

  it("are bounded, and cost the form nothing where the browser keeps none", () => {
    const store = tab();
    keepDraft("large", "x".repeat(300_000), store);
    assert.equal(store.values.size, 0);
    const full = {
      ...tab(),
      setItem: () => {
        throw new DOMException("full", "QuotaExceededError");
      },
    };
    keepDraft("form", FORM, full);
    assert.equal(readDraft("form", FORM, full), undefined);
  });

  it("are for the account that typed them, also when its session had run out", () => {
    const store = tab();
    claimDrafts("ann", store);
    keepDraft("mqtt", FORM, store);
    claimDrafts("ann", store);
    assert.deepEqual(readDraft("mqtt", FORM, store), FORM);
    claimDrafts("bert", store);
    assert.equal(readDraft("mqtt", FORM, store), undefined);
  });

  it("all go when somebody signs out, and nothing else does", () => {
    const store = tab();
    store.setItem("nightjar.theme", "dark");
    for (const name of ["mqtt", "tills", "camera.new"]) keepDraft(name, FORM, store);
    dropAllDrafts(store);
    assert.deepEqual([...store.values.keys()], ["nightjar.theme"]);
  });
});
