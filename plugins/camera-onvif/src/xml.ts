// A small reader of the XML that devices answer with: elements by their local names, attributes, text. What a device sends is
// not believed: no document types and so no entities but the five of XML, bounded depth and number of elements; the size is
// bounded by whoever fetched it. Prefixes are dropped: devices declare them at will, and no two services that are read
// here have elements of the same name that mean different things.
import { NightjarError } from "@nightjar/core";

/** An element. Names and attributes are without their prefixes. */
export interface XmlElement {
  readonly name: string;
  /** Undefined: it is in none. */
  readonly namespace?: string | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** All text directly inside, trimmed. */
  readonly text: string;
}

interface Growing extends XmlElement {
  /** Namespaces by prefix; what is declared further up stands in the prototypes. */
  readonly scope: Record<string, string>;
  namespace: string | undefined;
  readonly attributes: Record<string, string>;
  readonly children: Growing[];
  text: string;
}

const DEPTH_LIMIT = 48;
const ELEMENTS_LIMIT = 20_000;
const ATTRIBUTES_LIMIT = 64;
const NAME = /[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?/y;
const SPACE = /[ \t\r\n]*/y;
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Reads a document and gives its root. Throws `NJ_ONVIF_ANSWER` for what is no XML, or more of it than any device needs. */
export function readXml(text: string): XmlElement {
  return new Reader(text).document();
}

/** The first child of that name; of a chain of names the one at its end. */
export function child(element: XmlElement | undefined, ...names: readonly string[]): XmlElement | undefined {
  return names.reduce<XmlElement | undefined>(
    (at, name) => at?.children.find((inner) => inner.name === name),
    element,
  );
}

/** All children of that name. */
export function childrenOf(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element?.children.filter((inner) => inner.name === name) ?? [];
}

/** The text of the element at the end of a chain of names, if it has any. */
export function textAt(element: XmlElement | undefined, ...names: readonly string[]): string | undefined {
  const text = child(element, ...names)?.text;
  return text === "" ? undefined : text;
}

/** The first element of that name anywhere below. */
export function anywhere(element: XmlElement, name: string): XmlElement | undefined {
  for (const inner of element.children) {
    const found = inner.name === name ? inner : anywhere(inner, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Text as it may stand in a document, in an element or an attribute. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']|[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD]/g, (character) => {
    const name = Object.keys(ENTITIES).find((key) => ENTITIES[key] === character);
    return name === undefined ? "" : `&${name};`;
  });
}

class Reader {
  readonly #text: string;
  #at = 0;
  #elements = 0;

  constructor(text: string) {
    this.#text = text.startsWith("\uFEFF") ? text.slice(1) : text;
  }

  document(): XmlElement {
    const roots: Growing[] = [];
    const open: Growing[] = [];
    while (this.#at < this.#text.length) {
      const next = this.#text.indexOf("<", this.#at);
      const end = next === -1 ? this.#text.length : next;
      const said = this.#text.slice(this.#at, end);
      const inside = open.at(-1);
      if (inside !== undefined) inside.text += decoded(said);
      else if (said.trim() !== "") throw malformed("there is text outside of it");
      this.#at = end;
      if (next !== -1) this.#markup(open, roots);
    }
    const [root, second] = roots;
    if (root === undefined || second !== undefined || open.length > 0) throw malformed("it is cut off");
    return trimmed(root);
  }

  #markup(open: Growing[], roots: Growing[]): void {
    if (this.#takes("<!--")) this.#skipTo("-->");
    else if (this.#takes("<![CDATA[")) {
      const inside = open.at(-1);
      if (inside === undefined) throw malformed("there is text outside of it");
      const from = this.#at;
      this.#skipTo("]]>");
      inside.text += this.#text.slice(from, this.#at - 3);
    } else if (this.#takes("<?")) this.#skipTo("?>");
    else if (this.#takes("<!")) throw malformed("it has a document type");
    else if (this.#takes("</")) {
      const closed = open.pop();
      if (closed === undefined || localName(this.#name()) !== closed.name)
        throw malformed("an element is not closed");
      this.#space();
      this.#expect(">");
    } else this.#begin(open, roots);
  }

  #begin(open: Growing[], roots: Growing[]): void {
    this.#expect("<");
    this.#elements += 1;
    if (this.#elements > ELEMENTS_LIMIT) throw malformed(`it has more than ${ELEMENTS_LIMIT} elements`);
    if (open.length >= DEPTH_LIMIT) throw malformed(`it is deeper than ${DEPTH_LIMIT} levels`);
    const parent = open.at(-1);
    const name = this.#name();
    const element: Growing = {
      ...{ name: localName(name), namespace: undefined, attributes: {}, children: [], text: "" },
      scope: Object.create(parent?.scope ?? null) as Record<string, string>,
    };
    const isOpen = this.#attributes(element);
    element.namespace = element.scope[name.includes(":") ? name.slice(0, name.indexOf(":")) : ""];
    if (parent === undefined) roots.push(element);
    else parent.children.push(element);
    if (isOpen) open.push(element);
  }

  /** True if the element goes on after its tag. */
  #attributes(element: Growing): boolean {
    for (let count = 0; count <= ATTRIBUTES_LIMIT; count += 1) {
      this.#space();
      if (this.#takes("/>")) return false;
      if (this.#takes(">")) return true;
      const name = this.#name();
      this.#space();
      this.#expect("=");
      this.#space();
      const quote = this.#text[this.#at];
      if (quote !== '"' && quote !== "'") throw malformed("an attribute has no quotes");
      this.#at += 1;
      const from = this.#at;
      this.#skipTo(quote);
      const value = decoded(this.#text.slice(from, this.#at - 1));
      if (name === "xmlns") element.scope[""] = value;
      else if (name.startsWith("xmlns:")) element.scope[localName(name)] = value;
      else if (localName(name) !== "__proto__") element.attributes[localName(name)] = value;
    }
    throw malformed(`an element has more than ${ATTRIBUTES_LIMIT} attributes`);
  }

  #name(): string {
    NAME.lastIndex = this.#at;
    const [name] = NAME.exec(this.#text) ?? [];
    if (name === undefined) throw malformed("a name is missing");
    this.#at += name.length;
    return name;
  }

  #space(): void {
    SPACE.lastIndex = this.#at;
    this.#at += SPACE.exec(this.#text)?.[0].length ?? 0;
  }

  #takes(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  #expect(token: string): void {
    if (!this.#takes(token)) throw malformed(`"${token}" is missing`);
  }

  #skipTo(token: string): void {
    const found = this.#text.indexOf(token, this.#at);
    if (found === -1) throw malformed("it is cut off");
    this.#at = found + token.length;
  }
}

function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

/** The five entities of XML and numbers; another one stays as it is written. */
function decoded(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|([a-z]{2,4}));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    const point = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return point > 0x10ffff || (point >= 0xd800 && point < 0xe000) ? "" : String.fromCodePoint(point);
  });
}

function trimmed(element: Growing): XmlElement {
  element.text = element.text.trim();
  element.children.forEach(trimmed);
  return element;
}

function malformed(why: string): NightjarError {
  return new NightjarError(
    "NJ_ONVIF_ANSWER",
    "failed-precondition",
    `what the camera answers cannot be read: ${why}; is it an ONVIF camera?`,
    { case: "xml", why },
  );
}
