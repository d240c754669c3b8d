// Takes every page of the interface in each of its states, on desktop and phone, dark and light, from real recorders:
// `node scripts/take-screens.ts FOLDER [--language de] [--only NAME,…] [--state NAME,…] [--device NAME]`.
// Wants Chromium and a built interface. Prints what a picture lacks; people look at the rest.
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { fakeCamera } from "../core/testing/fake-camera.ts";
import { fakeOnvifDevice } from "../core/testing/fake-onvif-device.ts";
import { openBrowser } from "../tests/e2e/support/browser.ts";
import { furnish } from "../tests/e2e/support/household.ts";
import { startRecorder } from "../tests/e2e/support/recorder.ts";
import { type PageState, SCREENS, type Screen, STATES } from "../tests/e2e/support/screens.ts";
import { startBareRecorder, startDemoRecorder, untilRecorded } from "./pictures/demo-recorder.ts";
import { DEVICES, type Device, type Finding, openDevice, photograph } from "./pictures/photographer.ts";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    language: { type: "string", default: "en" },
    only: { type: "string" },
    state: { type: "string" },
    device: { type: "string" },
  },
});
const [folder] = positionals;
if (folder === undefined) {
  process.stderr.write(
    "node scripts/take-screens.ts FOLDER [--language de] [--only live,users] [--state error] [--device phone]\n",
  );
  process.exit(2);
}
const among = (list: string | undefined, name: string): boolean =>
  list === undefined || list.split(",").includes(name);

function applies(screen: Screen, state: PageState): boolean {
  if (state === "empty") return screen.empty !== undefined;
  if (state === "denied") return screen.isBarred === true;
  return state === "filled" || screen.asks.length > 0;
}

const source = await fakeCamera({ auth: "digest", username: "dome", password: "bright-dome" });
const dome = await fakeOnvifDevice({
  ...{ username: "dome", password: "bright-dome", streamUrl: source.url },
  profiles: [{ token: "main", width: 640, height: 360 }],
});
const full = await startDemoRecorder(["Gate", "Street", "Garden"]);
const bare = await startBareRecorder();
const fresh = await startRecorder(false);
const browser = await openBrowser();
const findings: Finding[] = [];
let taken = 0;
try {
  const { places, viewer } = await furnish(full, dome, await untilRecorded(full, 5));
  for (const device of Object.keys(DEVICES) as Device[]) {
    if (!among(values.device, device)) continue;
    for (const screen of SCREENS.filter(
      ({ name, isWideOnly }) => among(values.only, name) && (device === "desktop" || isWideOnly !== true),
    )) {
      for (const state of STATES.filter((one) => among(values.state, one) && applies(screen, one))) {
        const recorder = screen.door === "fresh" ? fresh : state === "empty" ? bare : full;
        const token = screen.door !== undefined ? undefined : state === "denied" ? viewer : recorder.token;
        const context = await openDevice(browser, recorder, device, values.language, token);
        const found = await photograph(context, recorder, places, { screen, state, device }, resolve(folder));
        await context.close();
        findings.push(...found);
        for (const { picture, what } of found) process.stdout.write(`${picture} ${what}\n`);
        taken += 2;
      }
    }
  }
} finally {
  await browser.close();
  await Promise.all([full.stop(), bare.stop(), fresh.stop()]);
  await Promise.all([dome.close(), source.close()]);
}
process.stdout.write(`${taken} pictures in ${resolve(folder)}, ${findings.length} to look into\n`);
