// The bytes of a mail, read by somebody else's mail reader: whatever names hold, no header comes of it.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import PostalMime from "postal-mime";
import { type Mail, mailBytes, pictureName } from "../src/mime.ts";
import { JPEG } from "./requests.ts";

const mail = (changed: Partial<Mail> = {}): Mail => ({
  from: { name: "Haus", address: "nvr@home.example" },
  to: ["a@home.example", "b@home.example"],
  subject: "Motion",
  text: "Motion\nat the gate",
  pictures: [],
  dateMs: Date.UTC(2026, 2, 29, 1),
  messageId: "abc@home.example",
  ...changed,
});
const plain = (text: string | undefined) => text?.replaceAll("\r\n", "\n").trim();
const ODD = '\r\nBcc: spy@evil.example\r\n\r\n\0<b>\u202e🚨=?utf-8?B?QQ==?= "x" (y), z; é';

describe("the bytes of a mail", () => {
  it("say who, to whom, what and when, and that a program sent it", async () => {
    const read = await PostalMime.parse(mailBytes(mail()));
    assert.deepEqual(read.from, { name: "Haus", address: "nvr@home.example" });
    assert.deepEqual(
      read.to?.map(({ address }) => address),
      ["a@home.example", "b@home.example"],
    );
    assert.deepEqual([read.subject, plain(read.text)], ["Motion", "Motion\nat the gate"]);
    assert.equal(Date.parse(read.date ?? ""), Date.UTC(2026, 2, 29, 1));
    assert.equal(read.messageId, "<abc@home.example>");
    assert.equal(read.headers.find(({ key }) => key === "auto-submitted")?.value, "auto-generated");
  });

  it("hold pictures as they were, and words of every language", async () => {
    const subject = "Bewegung: Hoftor „Süd“ 门口 🚨 ".repeat(6);
    const pictures = [1, 2].map((number) => ({ name: pictureName("gate", number), jpeg: JPEG }));
    const read = await PostalMime.parse(mailBytes(mail({ subject, text: "Süd 🚨\n.\n..x", pictures })));
    assert.equal(read.subject, subject.trim());
    assert.equal(plain(read.text), "Süd 🚨\n.\n..x");
    assert.equal(read.attachments.length, 2);
    for (const { content, mimeType, filename } of read.attachments) {
      assert.equal(mimeType, "image/jpeg");
      assert.match(filename ?? "", /^gate-1970-01-01T00-00-00-00[12]Z\.jpg$/);
      assert.deepEqual(Buffer.from(content as ArrayBuffer), JPEG);
    }
  });

  for (const place of ["subject", "sender's name"] as const)
    it(`hold no other header because of an odd ${place}`, async () => {
      const odd =
        place === "subject" ? { subject: ODD } : { from: { name: ODD, address: "nvr@home.example" } };
      const bytes = mailBytes(mail(odd));
      const read = await PostalMime.parse(bytes);
      assert.deepEqual(read.headers.map(({ key }) => key).sort(), [
        ...["auto-submitted", "content-transfer-encoding", "content-type", "date", "from", "message-id"],
        ...["mime-version", "subject", "to"],
      ]);
      assert.equal(read.bcc, undefined);
      assert.equal(plain(read.text), "Motion\nat the gate");
      const said = place === "subject" ? read.subject : read.from?.name;
      assert.match(said ?? "", /Bcc: spy@evil\.example.*🚨.*é/u, "it is told as words");
    });

  it("are ASCII in short lines, however long the words and the list of receivers", () => {
    const to = Array.from({ length: 50 }, (_, index) => `receiver-${index}@home.example`);
    const bytes = mailBytes(
      mail({
        subject: "é".repeat(200),
        text: "x".repeat(10_000),
        to,
        pictures: [{ name: "a.jpg", jpeg: JPEG }],
      }),
    );
    assert.ok(bytes.every((byte) => byte < 128));
    for (const line of bytes.toString("latin1").split("\r\n")) {
      assert.ok(line.length <= 78, line);
      assert.doesNotMatch(line, /[\r\n]/);
    }
  });
});
