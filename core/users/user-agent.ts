// What a User-Agent header (RFC 9110 §10.1.5) says to people: "Firefox 128" on "Linux". It is a claim and nothing else:
// it helps somebody to know their own browser again in a list, and decides over nothing.

export interface UserAgentFacts {
  /** Program and the first figure of its version; empty if nothing was said. */
  readonly program: string;
  /** Where the program tells it. */
  readonly system?: string;
}

/** Later ones claim to be the earlier ones too: the order decides. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\/(\d+)/, "Edge"],
  [/\bOPR\/(\d+)/, "Opera"],
  [/\bSamsungBrowser\/(\d+)/, "Samsung Internet"],
  [/\bVivaldi\/(\d+)/, "Vivaldi"],
  [/\b(?:Firefox|FxiOS)\/(\d+)/, "Firefox"],
  [/\b(?:Chrome|CriOS|HeadlessChrome)\/(\d+)/, "Chrome"],
  [/\bVersion\/(\d+)[\d.]* (?:Mobile\/\w+ )?Safari\//, "Safari"],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bMac OS X\b|\bMacintosh\b/, "macOS"],
  [/\bLinux\b|\bX11\b/, "Linux"],
];

/** Reads a header of at most 500 characters. */
export function describeUserAgent(header: string): UserAgentFacts {
  const text = header.slice(0, 500);
  const system = SYSTEMS.find(([pattern]) => pattern.test(text))?.[1];
  for (const [pattern, name] of BROWSERS) {
    const version = pattern.exec(text)?.[1];
    if (version !== undefined)
      return { program: `${name} ${version}`, ...(system === undefined ? {} : { system }) };
  }
  // Programs name themselves first: curl/8.5.0, python-requests/2.32, HomeAssistant/2026.1.
  const [, name = "", version] = /^([\w.+-]{1,40})(?:\/(\d+(?:\.\d+)?))?/.exec(text) ?? [];
  const program = version === undefined ? name : `${name} ${version}`;
  return { program, ...(system === undefined ? {} : { system }) };
}
