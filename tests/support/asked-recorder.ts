// A recorder of a rig as its administrator asks it over HTTP: for tests that judge by what people are told.
import assert from "node:assert/strict";
import { waitFor } from "../../core/testing/wait-for.ts";
import { ADMINISTRATOR, activate, signIn } from "./accounts.ts";
import type { RecorderRig } from "./recorder-rig.ts";

/** An event as the API gives it, as far as tests look at it. */
export interface ShownEvent {
  readonly id: number;
  readonly type: string;
  readonly source: string;
  readonly severity: string;
  readonly camera?: string;
  readonly subject?: string;
  readonly start: string;
  readonly end?: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly actions?: readonly { readonly action: string; readonly status: string }[];
}

/** A kind of exceptions as the page of exceptions shows it. */
export interface ShownException {
  readonly type: string;
  readonly own: boolean;
  readonly bell: boolean;
  readonly bar?: boolean;
  readonly open: readonly { readonly id: number; readonly subject?: string }[];
}

export class AskedRecorder {
  readonly #rig: RecorderRig;
  #token: string;

  private constructor(rig: RecorderRig, token: string) {
    this.#rig = rig;
    this.#token = token;
  }

  /** Makes the rig's first account. */
  static async of(rig: RecorderRig): Promise<AskedRecorder> {
    return new AskedRecorder(rig, await activate(rig.url, rig.activationCode));
  }

  /** Once more, where the session is over. */
  async signIn(): Promise<void> {
    this.#token = await signIn(this.#rig.url, ADMINISTRATOR);
  }

  /** Throws for any answer but a good one. `path`: below `/api/v1`. */
  async ask<T>(path: string, method = "GET", body?: object): Promise<T> {
    return JSON.parse(await this.text(`/api/v1/${path}`, method, body)) as T;
  }

  /** The same for what is no JSON, or lies elsewhere. */
  async text(path: string, method = "GET", body?: object): Promise<string> {
    const response = await fetch(new URL(path, this.#rig.url), {
      method,
      headers: { authorization: `Bearer ${this.#token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
    return text;
  }

  /** The newest events of a kind. */
  async events(type: string): Promise<readonly ShownEvent[]> {
    return (await this.ask<{ events: ShownEvent[] }>(`events?types=${type}`)).events;
  }

  /** Waits for an event of a kind that goes on. */
  begun(type: string, deadlineMs = 60_000): Promise<ShownEvent> {
    return waitFor(async () => (await this.events(type)).find(({ end }) => end === undefined), {
      ...{ deadlineMs, what: `an event of ${type}` },
    });
  }

  /** Waits for the end of an event. */
  ended({ id, type }: ShownEvent, deadlineMs = 60_000): Promise<ShownEvent> {
    return waitFor(
      async () => {
        const event = await this.ask<ShownEvent>(`events/${id}`);
        return event.end === undefined ? undefined : event;
      },
      { deadlineMs, what: `the end of ${type}` },
    );
  }

  /** Waits until whatever follows from an event has been done, or has failed. */
  followed({ id, type }: ShownEvent, deadlineMs = 60_000): Promise<ShownEvent> {
    return waitFor(
      async () => {
        const event = await this.ask<ShownEvent>(`events/${id}`);
        return (event.actions ?? []).length > 0 ? event : undefined;
      },
      { deadlineMs, what: `what follows from ${type}` },
    );
  }

  /** Where people are told of a kind of exceptions, and which go on. */
  async exception(type: string): Promise<ShownException | undefined> {
    const { exceptions } = await this.ask<{ exceptions: ShownException[] }>("exceptions");
    return exceptions.find((one) => one.type === type);
  }

  /** Has a picture of a camera kept with each event of some kinds. */
  async captureAt(types: readonly string[], camera: string): Promise<void> {
    const actions = [{ action: "capture", settings: { cameras: [camera] } }];
    const rule = { id: "trouble", name: "Trouble", enabled: true, at: "start", types, actions };
    await this.ask("linkage/rules", "PUT", { rules: [rule] });
  }
}
