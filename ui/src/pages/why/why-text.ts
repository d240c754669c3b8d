// Sentences of an explanation in the viewer's language: keys and facts of the recorder become words of
// locale/explain/<language>.json. `{name}` is a fact; what stands in [brackets] is left out where one of its facts is missing.
// Pure: texts, and how moments and kinds of events are said, are given.
export type Facts = Readonly<Record<string, string | number>>;
export type Texts = Readonly<Record<string, string>>;

export interface ToldSentence {
  readonly code: string;
  readonly context?: Facts | undefined;
  /** The recorder's own sentence. */
  readonly message: string;
}

export interface Speaker {
  readonly texts: Texts;
  /** A moment, ISO 8601. */
  moment(iso: string): string;
  /** A kind of event. */
  type(id: string): string;
}

const MOMENTS: ReadonlySet<string> = new Set(["at", "from", "to", "since", "until", "oldest", "changed"]);
/** Facts that are lists of ids, by what stands before each in the texts. */
const LISTS: Readonly<Record<string, string>> = { fault: "fault", status: "status", reasons: "reason" };
const TYPES: ReadonlySet<string> = new Set(["type", "types", "others"]);

/** The sentence; one that is not known here in the recorder's own words. */
export function whyText({ code, context = {}, message }: ToldSentence, speaker: Speaker): string {
  const text = own(speaker.texts, code);
  if (text === undefined) return message;
  // Split first: facts may hold brackets themselves.
  const parts = text.split(/(\[[^\]]*\])/).map((part) => {
    const isOptional = part.startsWith("[");
    const inner = isOptional ? part.slice(1, -1) : part;
    const names = [...inner.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
    if (isOptional && names.some((name) => !Object.hasOwn(context, name))) return "";
    return inner.replace(/\{(\w+)\}/g, (whole, name: string) =>
      Object.hasOwn(context, name) ? factText(name, String(context[name]), speaker) : whole,
    );
  });
  return parts.join("");
}

function factText(name: string, value: string, { texts, moment, type }: Speaker): string {
  if (MOMENTS.has(name)) return moment(value);
  const each = (say: (id: string) => string): string => value.split(",").map(say).join(", ");
  if (TYPES.has(name)) return each(type);
  const place = LISTS[name];
  return place === undefined ? value : each((id) => own(texts, `${place}.${id}`) ?? id);
}

function own(texts: Texts, key: string): string | undefined {
  return Object.hasOwn(texts, key) ? texts[key] : undefined;
}
