// A phone with an authenticator app: reads what the QR code says and shows the code of a moment. Written from RFC 4226,
// 4648 and 6238 without a line of Nightjar's, so that a shared mistake cannot hide.
import { createHmac } from "node:crypto";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

export interface AuthenticatorApp {
  readonly issuer: string;
  readonly account: string;
  /** What it shows at that moment, in milliseconds since 1970. */
  codeAt(atMs: number): string;
}

/** Takes in an `otpauth://` address. */
export function authenticatorApp(uri: string): AuthenticatorApp {
  const url = new URL(uri);
  const [issuer = "", account = ""] = decodeURIComponent(url.pathname.slice(1)).split(":");
  const period = Number(url.searchParams.get("period") ?? 30);
  const digits = Number(url.searchParams.get("digits") ?? 6);
  const algorithm = (url.searchParams.get("algorithm") ?? "SHA1").toLowerCase();
  const key = fromBase32(url.searchParams.get("secret") ?? "");
  return {
    issuer,
    account,
    codeAt(atMs) {
      const counter = Buffer.from(
        Math.floor(atMs / 1000 / period)
          .toString(16)
          .padStart(16, "0"),
        "hex",
      );
      const mac = createHmac(algorithm, key).update(counter).digest("hex");
      const start = Number.parseInt(mac.slice(-1), 16) * 2;
      const number = Number.parseInt(mac.slice(start, start + 8), 16) % 2 ** 31;
      return String(number).slice(-digits).padStart(digits, "0");
    },
  };
}

function fromBase32(text: string): Buffer {
  const bits = [...text].map((letter) => LETTERS.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const bytes = bits.match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
}
