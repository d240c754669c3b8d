// Where the interface begins: words and preferences first, then the door, then the page.
import { render } from "preact";
import { App } from "./app.tsx";
import { warmUp } from "./player/player-host.ts";
import { watchFirstRun } from "./state/first-run.ts";
import { startPreferences } from "./state/preferences.ts";
import { enter, watchUse } from "./state/recorder.ts";
import "./theme/tokens.css";
import "./theme/base.css";
import "./theme/controls.css";
import "./theme/messages.css";
import "./theme/shell.css";
import "./theme/bar.css";
import "./theme/live.css";
import "./theme/walls.css";
import "./theme/zoom.css";
import "./theme/ptz.css";
import "./theme/playback.css";
import "./theme/calendar.css";
import "./theme/motion.css";
import "./theme/doors.css";
import "./theme/forms.css";
import "./theme/lists.css";
import "./theme/plugins.css";
import "./theme/plugin-offers.css";
import "./theme/certificate.css";
import "./theme/detection.css";
import "./theme/mqtt.css";
import "./theme/account.css";
import "./theme/events.css";
import "./theme/linkage.css";
import "./theme/tills.css";
import "./theme/io.css";
import "./theme/week.css";
import "./theme/arming.css";
import "./theme/storage.css";

const root = document.getElementById("app");
if (root !== null) void begin(root);

/** Not at the file's top: pages that are read meanwhile use what comes with it, and would wait until it is through. */
async function begin(within: HTMLElement): Promise<void> {
  warmUp();
  watchUse();
  const entered = enter();
  watchFirstRun();
  await startPreferences();
  render(<App />, within);
  await entered;
}
