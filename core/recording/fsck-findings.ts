// What fsck finds: kinds, how often, a few examples of each, and how many were mended.

/** Every kind of finding and what it means, for people. `isNote`: worth knowing, but nothing is wrong. */
export const FINDING_KINDS = {
  "volume-unavailable": {
    isNote: false,
    meaning: "the folder is not the volume it should be, or is not mounted",
  },
  "file-without-row": { isNote: false, meaning: "a recording that the index does not know" },
  "row-without-file": { isNote: false, meaning: "the index knows a recording whose file is gone" },
  "locked-file-missing": { isNote: false, meaning: "a locked recording whose file is gone" },
  "row-differs": { isNote: false, meaning: "the index says something else than the file" },
  "unfinished-file": { isNote: false, meaning: "a recording that was cut off and never finished" },
  "empty-file": { isNote: false, meaning: "a file that was begun and holds no picture" },
  "unreadable-file": { isNote: false, meaning: "a recording that cannot be understood or read" },
  "content-differs": {
    isNote: false,
    meaning: "a recording that no longer holds what it held when it was closed",
  },
  "without-checksum": {
    isNote: true,
    meaning: "a recording without a checksum, which cannot be verified",
  },
  "identity-differs": { isNote: false, meaning: "a recording that lies under another one's name" },
  "foreign-file": { isNote: true, meaning: "a file among the recordings that is none" },
  "ledger-wrong": { isNote: false, meaning: "the bytes counted for a stream are not those of its files" },
  "coverage-wrong": { isNote: false, meaning: "the timeline of a stream is not what its files cover" },
  "lock-without-segment": { isNote: false, meaning: "a lock on a recording that is gone" },
  "lock-not-marked": { isNote: false, meaning: "a lock that the index does not heed, or heeds without one" },
  "lock-lost": { isNote: false, meaning: "a lock that stands on the volume and not in the database" },
  "lock-not-mirrored": {
    isNote: true,
    meaning: "a lock that does not stand on the volume yet; the recorder writes it at its next start",
  },
} as const;

export type FindingKind = keyof typeof FINDING_KINDS;

export interface Finding {
  readonly kind: FindingKind;
  readonly meaning: string;
  readonly isNote: boolean;
  readonly count: number;
  readonly mended: number;
  /** The first few, in words. */
  readonly examples: readonly string[];
}

const EXAMPLES = 5;

/** Collects findings in bounded memory. */
export class Findings {
  readonly #ignored: ReadonlySet<FindingKind>;
  readonly #kinds = new Map<FindingKind, { count: number; mended: number; examples: string[] }>();

  /** `ignored`: kinds that are no findings, because they are what was asked for. */
  constructor(ignored: readonly FindingKind[] = []) {
    this.#ignored = new Set(ignored);
  }

  add(kind: FindingKind, example: string, isMended: boolean): void {
    if (this.#ignored.has(kind)) return;
    let entry = this.#kinds.get(kind);
    if (entry === undefined) {
      entry = { count: 0, mended: 0, examples: [] };
      this.#kinds.set(kind, entry);
    }
    entry.count += 1;
    if (isMended) entry.mended += 1;
    if (entry.examples.length < EXAMPLES) entry.examples.push(example);
  }

  list(): Finding[] {
    return [...this.#kinds].map(([kind, entry]) => ({
      kind,
      meaning: FINDING_KINDS[kind].meaning,
      isNote: FINDING_KINDS[kind].isNote,
      ...entry,
    }));
  }
}
