// A program's answer to an RTSP challenge, made apart from the product's own reckoning.
import { createHash } from "node:crypto";
import type { DigestAnswer } from "../../../core/users/stream-sign-in.ts";

/** The answer of somebody who has this name and stream password. */
export function digestAnswer(
  username: string,
  password: string,
  algorithm: "MD5" | "SHA-256" = "MD5",
): DigestAnswer {
  const hash = (text: string) =>
    createHash(algorithm === "MD5" ? "md5" : "sha256")
      .update(text)
      .digest("hex");
  const middle = "nonce:00000001:cnonce:auth";
  const actHash = hash("DESCRIBE:rtsp://recorder/yard");
  const response = hash(`${hash(`${username}:Nightjar:${password}`)}:${middle}:${actHash}`);
  return { username, algorithm, middle, actHash, response };
}
