// Tar archives for tests, made by hand: what npm would never pack.

/** One member of a tar archive; `type` as in the header: "0" a file, "1" and "2" links to `link`, "5" a folder. */
export function member(
  name: string,
  content: string,
  type = "0",
  size = Buffer.byteLength(content),
  link = "",
): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write("0000644\0", 100);
  header.write(size.toString(8).padStart(11, "0"), 124);
  // Counted with blanks in its own place.
  header.write(" ".repeat(8), 148);
  header.write(type, 156);
  header.write(link, 157);
  header.write("ustar\x0000", 257);
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const body = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / 512) * 512);
  body.write(content);
  return Buffer.concat([header, body]);
}
