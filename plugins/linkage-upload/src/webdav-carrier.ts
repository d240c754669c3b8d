// Files by WebDAV (RFC 4918): written under a growing name and moved when whole, or, where a proxy does not let that through,
// at once under their own. Signs in by Basic.
import { createHash } from "node:crypto";
import type { NightjarError } from "@nightjar/core";
import { baseOf, type Carrier, type CarrierOptions, growingName, type UploadFile } from "./carriers.ts";
import type { Target } from "./config.ts";
import { type HttpAnswer, HttpExchange } from "./http-exchange.ts";
import { uploadError } from "./upload-errors.ts";

const CREATED = 201;
/** There already: 405 says the RFC, 301 Apache, of an address without its slash. */
const IS_THERE: readonly number[] = [200, 301, 405];
/** Proxies that change names or schemes make servers refuse to move: what is written at once is better than nothing. */
const NO_MOVE: readonly number[] = [400, 403, 405, 412, 501, 502];

/** Ready to put files into a folder of a web server. */
export async function openWebDav(target: Target, options: CarrierOptions): Promise<Carrier> {
  return new WebDavCarrier(target, await HttpExchange.open(target, options));
}

class WebDavCarrier implements Carrier {
  readonly #target: Target;
  readonly #http: HttpExchange;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #folders = new Set<string>();
  #canMove = true;

  constructor(target: Target, http: HttpExchange) {
    this.#target = target;
    this.#http = http;
    const { user, password = "" } = target;
    const word = Buffer.from(`${user ?? ""}:${password}`, "utf8").toString("base64");
    this.#headers = user === undefined ? {} : { authorization: `Basic ${word}` };
  }

  async put({ folder, name, bytes }: UploadFile): Promise<void> {
    const steps = [...baseOf(this.#target.folder).steps, ...folder];
    await this.#ensure(steps);
    const final = this.#urlOf(steps, name);
    const headers = {
      ...this.#headers,
      "content-type": name.endsWith(".jpg") ? "image/jpeg" : "application/json",
    };
    if (this.#canMove) {
      const digest = createHash("sha256").update(bytes).digest("hex");
      const growing = this.#urlOf(steps, growingName(name, digest));
      this.#judge(await this.#http.ask("PUT", growing, headers, bytes), name, steps);
      const moved = await this.#http.ask("MOVE", growing, {
        ...this.#headers,
        destination: final.href,
        overwrite: "T",
      });
      if (isGood(moved)) return;
      await this.#http.ask("DELETE", growing, this.#headers);
      if (!NO_MOVE.includes(moved.status)) this.#judge(moved, name, steps);
      this.#canMove = false;
    }
    this.#judge(await this.#http.ask("PUT", final, headers, bytes), name, steps);
  }

  close(): void {
    this.#http.close();
  }

  /** Folder by folder: servers make none whose own is missing. */
  async #ensure(steps: readonly string[]): Promise<void> {
    for (let count = 1; count <= steps.length; count += 1) {
      const some = steps.slice(0, count);
      const path = some.join("/");
      if (this.#folders.has(path)) continue;
      const answer = await this.#http.ask("MKCOL", this.#urlOf(some, ""), this.#headers);
      // Some refuse to make what is there by 403 or 409: what is put below it tells.
      const isLast = count === steps.length;
      const { status } = answer;
      const isKnown = status === CREATED || IS_THERE.includes(status);
      if (!isKnown && (isLast || status === 401 || status >= 500) && status !== 403 && status !== 409)
        this.#judge(answer, path, some);
      this.#folders.add(path);
    }
  }

  #urlOf(steps: readonly string[], name: string): URL {
    const base = new URL(this.#target.url ?? "");
    const path = [
      base.pathname.replace(/\/+$/, ""),
      ...steps.map(encodeURIComponent),
      encodeURIComponent(name),
    ];
    return new URL(path.join("/"), base);
  }

  /** Passes for 2xx. Throws what the status means. */
  #judge(answer: HttpAnswer, what: string, steps: readonly string[]): void {
    if (isGood(answer)) return;
    // What was taken for a folder may have gone.
    this.#folders.clear();
    throw this.#fault(answer.status, what, steps.join("/"));
  }

  #fault(status: number, what: string, folder: string): NightjarError {
    const { name } = this.#target;
    const { place } = this.#http;
    if (status === 401)
      return uploadError(
        "SIGN_IN",
        name,
        `${place} does not let this user in (401): look at user name and password`,
      );
    if (status === 413 || status === 507)
      return uploadError("NO_SPACE", name, `${place} has no space left for the file (${status})`);
    if (status === 408 || status === 423 || status === 425 || status === 429 || status >= 500)
      return uploadError("UNAVAILABLE", name, `${place} cannot take files now (${status})`);
    if (status >= 300 && status < 400)
      return uploadError(
        "ANSWER",
        name,
        `${place} sends on to another address (${status}), which is not followed: write that address itself`,
      );
    if (status === 404 || status === 409)
      return uploadError(
        "FOLDER",
        name,
        `${place} has no folder ${folder === "" ? "at this address" : folder} and makes none (${status})`,
      );
    if (status === 405 || status === 501)
      return uploadError(
        "ANSWER",
        name,
        `what answers at ${place} is no WebDAV folder (${status}): look at the address`,
      );
    return uploadError("REFUSED", name, `${place} refuses ${what} (${status}): may this user write there?`);
  }
}

function isGood({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300;
}
