// The quality list of plugins: what a good one has, by tiers, and what of it a machine can verify. A plugin says of each
// rule in quality.json that it is done, or why it is exempt; what it does not name is not done. Pure rules, no I/O.

export const QUALITY_TIERS = ["bronze", "silver", "gold"] as const;
export type QualityTier = (typeof QUALITY_TIERS)[number];

/** What the rules are judged by: a plugin as it lies on the disk, and as it answers when it runs. */
export interface QualityFacts {
  readonly card: Readonly<Record<string, unknown>>;
  /** Content of quality.json; undefined: there is none. */
  readonly quality: unknown;
  /** Text of README.md; empty: there is none. */
  readonly readme: string;
  /** Content of config.schema.json; undefined: there is none. */
  readonly schema: unknown;
  /** What the code says the schema is. */
  readonly schemaOfCode: unknown;
  /** Names of the settings of its cameras. */
  readonly cameraFields: readonly string[];
  /** Test files: path → text. */
  readonly tests: Readonly<Record<string, string>>;
  /** Paths of files below `translations/`. */
  readonly translations: readonly string[];
}

export interface QualityRule {
  readonly id: string;
  readonly tier: QualityTier;
  /** What it asks for, as a sentence. */
  readonly asks: string;
  /** What a machine looks at of it. Absent: only people can tell. */
  readonly looksAt?: string;
  /** Says what contradicts a claim that it is done; undefined where nothing does. */
  readonly contradiction?: (facts: QualityFacts) => string | undefined;
}

export interface QualityReport {
  /** The highest tier all of whose rules, and those of the tiers below, are done or exempt. */
  readonly tier: QualityTier | undefined;
  /** What is wrong with quality.json: claims that do not hold, rules that do not exist. */
  readonly problems: readonly string[];
  /** Rules that are neither done nor exempt, in order. */
  readonly open: readonly string[];
}

const README_SECTIONS = [
  "What it supports",
  "Configuration",
  "Known limitations",
  "Troubleshooting",
  "Tested models",
];

export const QUALITY_RULES: readonly QualityRule[] = [
  {
    id: "config-schema",
    tier: "bronze",
    asks: "`config.schema.json` is what the code says, and each of its fields has a title and a description.",
    looksAt: "that it is fresh, and the fields",
    contradiction: configSchemaFault,
  },
  {
    id: "unique-device",
    tier: "bronze",
    asks: "The same device is recognised when it is added a second time or has moved to another address.",
  },
  {
    id: "test-before-save",
    tier: "bronze",
    asks: "What a person typed can be tried before it is kept: the streams that the driver names play, or it says why not.",
    looksAt: "that the contract suite is called, which plays the streams",
    contradiction: contractFault,
  },
  {
    id: "unit-tests",
    tier: "bronze",
    asks: "There are tests, and they pass with `node --test`.",
    looksAt: "that there are tests",
    contradiction: ({ tests }) =>
      Object.keys(tests).length > 0 ? undefined : "there is no test below tests/",
  },
  {
    id: "readme",
    tier: "bronze",
    asks: `README.md has the sections ${README_SECTIONS.map((name) => `*${name}*`).join(", ")}, and names every setting.`,
    looksAt: "sections, and names of settings",
    contradiction: readmeFault,
  },
  {
    id: "contract",
    tier: "bronze",
    asks: "The contract suite of its kind runs in its tests, inline and in a process of its own.",
    looksAt: "that it is called",
    contradiction: contractFault,
  },
  {
    id: "reconnect-with-backoff",
    tier: "silver",
    asks: "Connections of its own are made again after a loss, with growing pauses.",
  },
  {
    id: "log-once-lost-once-back",
    tier: "silver",
    asks: "A lost device is logged once when it goes and once when it is back.",
  },
  {
    id: "auth-failure-surfaced",
    tier: "silver",
    asks: "A wrong password is told apart from a device that is away, and is not tried again and again.",
  },
  {
    id: "clean-stop",
    tier: "silver",
    asks: "After `stop` nothing is left open; the contract suite tries it.",
    looksAt: "that the contract suite is called",
    contradiction: contractFault,
  },
  {
    id: "owner",
    tier: "silver",
    asks: "package.json names somebody who looks after it (`author`), and where faults are told (`bugs`).",
    looksAt: "both fields",
    contradiction: ({ card }) =>
      card["author"] === undefined || card["bugs"] === undefined
        ? "package.json names no author, or no place for faults (bugs)"
        : undefined,
  },
  {
    id: "discovery",
    tier: "gold",
    asks: "Devices in the network are found without their address being typed.",
  },
  {
    id: "diagnostics",
    tier: "gold",
    asks: "It tells its state for a report of faults, without secrets.",
  },
  {
    id: "fake-device-tests",
    tier: "gold",
    asks: "Its tests, against fake devices, run through 95 % of its lines.",
    looksAt: "that a test starts a fake device; for plugins that come with Nightjar also the share of lines",
    contradiction: ({ tests }) =>
      /\bfakeCamera\(|createServer\(|createRtspServer\(/.test(Object.values(tests).join("\n"))
        ? undefined
        : "no test starts a fake device",
  },
  {
    id: "tested-models",
    tier: "gold",
    asks: "README.md lists models that it was tried with, with their firmware.",
    looksAt: "that there is a list",
    contradiction: ({ readme }) =>
      /^[-|*] ?\S/m.test(sectionOf(readme, "Tested models") ?? "") ? undefined : "README.md lists no models",
  },
  {
    id: "translations",
    tier: "gold",
    asks: "What people read is there in every language of the interface.",
    looksAt: "that there are some",
    contradiction: ({ translations }) =>
      translations.length > 0 ? undefined : "there is nothing below translations/",
  },
];

/** Shortest reason for an exemption that says something. */
const SHORTEST_REASON = 10;

/** Judges a plugin by its own list. */
export function judgeQuality(facts: QualityFacts): QualityReport {
  const { quality } = facts;
  if (!isRecord(quality)) {
    const all = QUALITY_RULES.map(({ id }) => id);
    return { tier: undefined, problems: ["there is no quality.json that can be read"], open: all };
  }
  const problems = Object.keys(quality)
    .filter((id) => !QUALITY_RULES.some((rule) => rule.id === id))
    .map((id) => `${id}: there is no such rule`);
  const open: string[] = [];
  for (const rule of QUALITY_RULES) {
    const claim = quality[rule.id];
    if (claim === undefined) open.push(rule.id);
    else {
      const problem = faultOfClaim(rule, claim, facts);
      if (problem !== undefined) {
        problems.push(`${rule.id}: ${problem}`);
        open.push(rule.id);
      }
    }
  }
  return { tier: tierWithout(open), problems, open };
}

function faultOfClaim(rule: QualityRule, claim: unknown, facts: QualityFacts): string | undefined {
  if (claim === "done") return rule.contradiction?.(facts);
  const reason = isRecord(claim) ? claim["exempt"] : undefined;
  if (typeof reason === "string" && reason.length >= SHORTEST_REASON) return undefined;
  return 'it is neither "done" nor { "exempt": "a reason" }';
}

function tierWithout(open: readonly string[]): QualityTier | undefined {
  const firstOpen = QUALITY_TIERS.findIndex((tier) =>
    QUALITY_RULES.some((rule) => rule.tier === tier && open.includes(rule.id)),
  );
  return QUALITY_TIERS[(firstOpen === -1 ? QUALITY_TIERS.length : firstOpen) - 1];
}

function configSchemaFault({ card, schema, schemaOfCode }: QualityFacts): string | undefined {
  const named = isRecord(card["nightjar"]) ? card["nightjar"]["configSchema"] : undefined;
  if (named !== "./config.schema.json") return "package.json does not name it in nightjar.configSchema";
  if (!isRecord(schema)) return "config.schema.json is missing";
  if (JSON.stringify(schema) !== JSON.stringify(schemaOfCode)) return "config.schema.json is stale";
  const fields = isRecord(schema["properties"]) ? Object.entries(schema["properties"]) : [];
  const bare = fields.find(([, field]) => !isRecord(field) || !field["title"] || !field["description"]);
  return bare === undefined ? undefined : `the field ${bare[0]} has no title or no description`;
}

/** The contract suites, by kind. */
const CONTRACTS: Readonly<Record<string, string>> = {
  bridge: "bridgeContract",
  camera: "cameraDriverContract",
  vca: "detectorContract",
  linkage: "linkageActionContract",
  login: "loginProviderContract",
  pos: "posParserContract",
  storage: "storageDriverContract",
};

function contractFault({ card, tests }: QualityFacts): string | undefined {
  const kind = isRecord(card["nightjar"]) ? String(card["nightjar"]["kind"]) : "";
  const suite = Object.hasOwn(CONTRACTS, kind) ? CONTRACTS[kind] : undefined;
  if (suite === undefined || Object.values(tests).join("\n").includes(`${suite}({`)) return undefined;
  return `no test calls ${suite}`;
}

function readmeFault({ readme, cameraFields }: QualityFacts): string | undefined {
  const missing = README_SECTIONS.filter((name) => sectionOf(readme, name) === undefined);
  if (missing.length > 0) return `README.md lacks ${missing.join(", ")}`;
  const unnamed = cameraFields.filter((field) => !readme.includes(`\`${field}\``));
  return unnamed.length === 0 ? undefined : `README.md does not name the setting ${unnamed.join(", ")}`;
}

/** Text below a heading that begins with `name`; undefined: there is no such heading. */
function sectionOf(readme: string, name: string): string | undefined {
  const sections = readme.split(/^## /m).slice(1);
  const found = sections.find((section) => section.startsWith(name));
  return found?.slice(found.indexOf("\n") + 1);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
