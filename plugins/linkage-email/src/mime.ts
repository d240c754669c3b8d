// A mail as bytes (RFC 5322, 2045 to 2047, 2183): headers in ASCII, whatever stands in the words; text and pictures in base64.
// Names and words are other people's: no control code of them gets into a header, so that none can add another one.
import { randomUUID } from "node:crypto";

const LINE = 76;
/** A line with an encoded word has 76 letters at most (RFC 2047, section 2), `Subject: ` and the word's own twelve included. */
const WORD_BYTES = 39;
const SUBJECT_LIMIT = 200;

export interface Picture {
  readonly name: string;
  readonly jpeg: Buffer;
}

export interface Mail {
  readonly from: { readonly name: string; readonly address: string };
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly pictures: readonly Picture[];
  readonly dateMs: number;
  /** The same for the same mail, so that who gets it twice can know it. */
  readonly messageId: string;
}

/** The bytes of a mail: 7-bit, lines end in CRLF and none is longer than 78 letters but that of a long address. */
export function mailBytes(mail: Mail): Buffer {
  const { from, to, subject, text, pictures, dateMs, messageId } = mail;
  const boundary = `nightjar-${randomUUID()}`;
  const head = [
    `From: ${from.name === "" ? "" : `${encodedWords(oneLine(from.name))}\r\n `}<${from.address}>`,
    `To: ${to.map((address) => `<${address}>`).join(",\r\n ")}`,
    `Subject: ${encodedWords(oneLine(subject).slice(0, SUBJECT_LIMIT))}`,
    `Date: ${new Date(dateMs).toUTCString().replace("GMT", "+0000")}`,
    `Message-ID: <${messageId}>`,
    "MIME-Version: 1.0",
    // RFC 3834: nobody's holiday answers to this.
    "Auto-Submitted: auto-generated",
  ];
  const words = [
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: base64",
    "",
    base64Lines(Buffer.from(text.replaceAll(/\r\n|\r|\n/g, "\r\n").replaceAll("\0", ""), "utf8")),
  ];
  if (pictures.length === 0) return Buffer.from([...head, ...words, ""].join("\r\n"), "latin1");
  const parts = pictures.map(({ name, jpeg }) => [
    `Content-Type: image/jpeg; name="${name}"`,
    `Content-Disposition: attachment; filename="${name}"`,
    "Content-Transfer-Encoding: base64",
    "",
    base64Lines(jpeg),
  ]);
  const body = [words, ...parts].flatMap((part) => [`--${boundary}`, ...part]);
  return Buffer.from(
    [
      ...head,
      `Content-Type: multipart/mixed;\r\n boundary="${boundary}"`,
      "",
      ...body,
      `--${boundary}--`,
      "",
    ].join("\r\n"),
    "latin1",
  );
}

/** A name of a file that every system takes. */
export function pictureName(camera: string, timeMs: number): string {
  const where = camera.replaceAll(/[^A-Za-z0-9-]+/g, "-").slice(0, 64);
  return `${where}-${new Date(timeMs).toISOString().replaceAll(/[:.]/g, "-")}.jpg`;
}

/** Words without control codes, line ends and marks that turn the direction of writing. */
export function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, " ")
    .replaceAll(/ {2,}/g, " ")
    .trim();
}

/** As it is where it is plain; else in encoded words, none of which cuts a letter. */
function encodedWords(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && !/=\?|[<>"\\()@,;:[\]]/.test(text) && text.length < 60) return text;
  const words: string[] = [];
  let word = "";
  for (const letter of text.toWellFormed()) {
    if (Buffer.byteLength(word + letter) > WORD_BYTES) {
      words.push(word);
      word = "";
    }
    word += letter;
  }
  words.push(word);
  return words.map((one) => `=?utf-8?B?${Buffer.from(one, "utf8").toString("base64")}?=`).join("\r\n ");
}

function base64Lines(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll(new RegExp(`.{${LINE}}(?=.)`, "g"), "$&\r\n");
}
