// Who looks at the live pictures of a camera, for the audit log: once a day for each sign-in, camera and address, however often
// a page comes back to the camera, or whether it shows them as video or as stills.
import type { Clock } from "../../clock.ts";
import type { StreamName } from "../../domain/ids.ts";
import type { Access } from "../authorizer.ts";
import type { CorePort } from "../core-link.ts";
import { ToldLately } from "../told-lately.ts";

const AGAIN_MS = 24 * 3_600_000;

export class LiveAudit {
  readonly #core: Pick<CorePort, "notify">;
  readonly #told: ToldLately;

  constructor(core: Pick<CorePort, "notify">, clock: Clock) {
    this.#core = core;
    this.#told = new ToldLately(clock, AGAIN_MS);
  }

  watched({ grant, remoteAddress }: Access, stream: StreamName): void {
    const { sessionId, camera } = grant;
    if (!this.#told.isNews(sessionId, camera.id, remoteAddress)) return;
    this.#core.notify("audit", {
      sessionId,
      action: "live-watched",
      camera: camera.id,
      remoteAddress,
      detail: { stream },
    });
  }
}
