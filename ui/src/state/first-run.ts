// Goes on with a first run that was not finished, in whichever browser an administrator comes back.
import { call } from "../api/client.ts";
import { navigate, place } from "../router.ts";
import { session } from "./recorder.ts";

/** Whoever opens the recorder itself, and not one of its pages, is led to the step where the wizard stands. */
export function watchFirstRun(): void {
  session.subscribe((mine) => {
    if (mine?.user.role !== "administrator" || place.peek().path !== "") return;
    call("GET /settings").then(
      ({ wizardDone }) => {
        if (!wizardDone && place.peek().path === "") navigate("welcome");
      },
      // Not worth a closed door: the page behind it works without.
      () => undefined,
    );
  });
}
