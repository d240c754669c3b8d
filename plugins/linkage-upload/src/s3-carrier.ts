// Files into a bucket by the protocol of Amazon S3: one signed PUT each, which is there whole or not at all, so that nothing
// need be renamed, and at most 3 MB, so that parts would gain nothing. The bucket stands in the path, as all services take it.
import { createHash } from "node:crypto";
import type { NightjarError } from "@nightjar/core";
import { AwsV4Signer } from "aws4fetch";
import { baseOf, type Carrier, type CarrierOptions, type UploadFile } from "./carriers.ts";
import type { Target } from "./config.ts";
import { type HttpAnswer, HttpExchange } from "./http-exchange.ts";
import { uploadError } from "./upload-errors.ts";

const DEFAULT_REGION = "us-east-1";
const CODE = /<Code>([A-Za-z0-9]{1,60})<\/Code>/;
const SIGN_IN: readonly string[] = [
  ...["InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied", "InvalidToken", "ExpiredToken"],
  ...["AccountProblem", "NotSignedUp", "AllAccessDisabled"],
];
const NO_SPACE: readonly string[] = [
  ...[
    "QuotaExceeded",
    "XMinioStorageFull",
    "XMinioAdminBucketQuotaExceeded",
    "InsufficientCapacity",
    "EntityTooLarge",
  ],
];
const REGION: readonly string[] = [
  ...["AuthorizationHeaderMalformed", "PermanentRedirect", "TemporaryRedirect", "InvalidRegion"],
];

/** Ready to put files into a bucket. */
export async function openS3(target: Target, options: CarrierOptions): Promise<Carrier> {
  if (target.user === undefined || target.password === undefined)
    throw uploadError(
      "TARGET",
      target.name,
      "it needs an access key: its id as user name, its secret as password",
    );
  return new S3Carrier(target, await HttpExchange.open(target, options));
}

class S3Carrier implements Carrier {
  readonly #target: Target;
  readonly #http: HttpExchange;

  constructor(target: Target, http: HttpExchange) {
    this.#target = target;
    this.#http = http;
  }

  async put({ folder, name, bytes }: UploadFile): Promise<void> {
    const key = [...baseOf(this.#target.folder).steps, ...folder, name];
    const url = objectUrl(this.#target, key);
    const headers = await signedHeaders(this.#target, url, bytes, {
      "content-type": name.endsWith(".jpg") ? "image/jpeg" : "application/json",
    });
    const answer = await this.#http.ask("PUT", url, headers, bytes);
    if (answer.status < 200 || answer.status >= 300) throw this.#fault(answer, name);
  }

  close(): void {
    this.#http.close();
  }

  #fault({ status, text }: HttpAnswer, what: string): NightjarError {
    const { name, bucket } = this.#target;
    const { place } = this.#http;
    const [, code = ""] = CODE.exec(text) ?? [];
    const said = `${status}${code === "" ? "" : ` ${code}`}`;
    if (code === "RequestTimeTooSkewed")
      return uploadError(
        "SIGN_IN",
        name,
        `${place} refuses the signature because of its time (${said}): the recorder's clock is wrong`,
      );
    if (SIGN_IN.includes(code) || status === 401)
      return uploadError(
        "SIGN_IN",
        name,
        `${place} does not let this access key in (${said}): look at its id, its secret, and what it may do`,
      );
    if (code === "NoSuchBucket" || status === 404)
      return uploadError("FOLDER", name, `${place} has no bucket ${bucket} (${said})`);
    if (NO_SPACE.includes(code) || status === 413 || status === 507)
      return uploadError("NO_SPACE", name, `${place} has no space left for the file (${said})`);
    if (REGION.includes(code) || (status >= 300 && status < 400))
      return uploadError(
        "ANSWER",
        name,
        `${place} has the bucket elsewhere (${said}): look at address and region`,
      );
    if (status === 408 || status === 429 || status >= 500)
      return uploadError("UNAVAILABLE", name, `${place} cannot take files now (${said})`);
    if (status === 403)
      return uploadError("SIGN_IN", name, `${place} does not let this access key write (${said})`);
    if (status === 405 || (code === "" && status === 400))
      return uploadError(
        "ANSWER",
        name,
        `what answers at ${place} is no S3 service (${said}): look at the address`,
      );
    return uploadError("REFUSED", name, `${place} refuses ${what} (${said})`);
  }
}

/** Where an object lies: each step written as signatures want it (RFC 3986). */
export function objectUrl(
  { url = "", bucket = "" }: Pick<Target, "url" | "bucket">,
  key: readonly string[],
): URL {
  const base = new URL(url);
  const path = [base.pathname.replace(/\/+$/, ""), ...[bucket, ...key].map(encoded)];
  return new URL(path.join("/"), base);
}

function encoded(step: string): string {
  return encodeURIComponent(step).replaceAll(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The headers of a PUT with its signature (AWS Signature Version 4), over the content too. */
export async function signedHeaders(
  { user = "", password = "", region = DEFAULT_REGION }: Pick<Target, "user" | "password" | "region">,
  url: URL,
  bytes: Buffer,
  headers: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const signed = await new AwsV4Signer({
    method: "PUT",
    url: url.href,
    headers: { ...headers, "x-amz-content-sha256": createHash("sha256").update(bytes).digest("hex") },
    accessKeyId: user,
    secretAccessKey: password,
    service: "s3",
    region,
  }).sign();
  return Object.fromEntries(signed.headers);
}
