// Letters of tills: what the platform decodes, and the code pages of the PC (IBM 437, 850, 858) that receipt printers use and
// the platform does not know.
import type { TillCharset } from "../config/till-config.ts";

/** Decodes bytes as they come; a letter of several bytes may come in two pieces. */
export interface LetterDecoder {
  decode(bytes: Uint8Array): string;
}

const CP437 =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";
const CP850 =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0";
const TABLES: Readonly<Partial<Record<TillCharset, string>>> = {
  cp437: CP437,
  cp850: CP850,
  cp858: CP850.replace("ı", "€"),
};

/** A decoder for one connection. What is no letter of the set becomes U+FFFD. */
export function letterDecoder(charset: TillCharset): LetterDecoder {
  const table = TABLES[charset];
  if (table === undefined) {
    const decoder = new TextDecoder(charset);
    return { decode: (bytes) => decoder.decode(bytes, { stream: true }) };
  }
  return {
    decode: (bytes) =>
      Array.from(bytes, (byte) =>
        byte < 0x80 ? String.fromCharCode(byte) : (table[byte - 0x80] ?? "\ufffd"),
      ).join(""),
  };
}
