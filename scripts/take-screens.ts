// Takes every page of the interface in each of its states, on desktop and phone, dark and light, from real recorders:
// `node scripts/take-screens.ts FOLDER [--language de] [--only NAME,…] [--state NAME,…] [--device NAME]`.
// Wants Chromium and a built interface. Prints what a picture lacks; people look at the rest.
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { furnishAlarmIo } from "../tests/e2e/support/alarm-io.ts";
import { openBrowser } from "../tests/e2e/support/browser.ts";
import { type Recorder, startRecorder } from "../tests/e2e/support/recorder.ts";
import { type PageState, SCREENS, type Screen, STATES } from "../tests/e2e/support/screens.ts";
import { ADMINISTRATOR, addAccount } from "../tests/support/accounts.ts";
import { putAlarms } from "../tests/support/alarms.ts";
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

/** What a household has: more accounts, a token, a camera that does not answer. */
async function furnish(recorder: Recorder): Promise<string> {
  await addAccount(recorder, { username: "vera", password: "looks at pictures", role: "viewer" });
  await addAccount(recorder, {
    username: "otto-the-operator",
    password: "locks recordings",
    role: "operator",
  });
  await recorder.api("POST", "/tokens", {
    name: "Home automation",
    rights: ["live", "cameras.view"],
    cameras: "all",
    expiresAt: new Date(Date.now() + 90 * 86_400_000).toISOString(),
    current: ADMINISTRATOR.password,
  });
  await recorder.api("PUT", "/linkage/rules", {
    rules: [
      {
        id: "gate",
        name: "Somebody at the gate",
        types: ["person", "line-crossing"],
        profiles: ["away", "night"],
        actions: [
          { action: "record", settings: { postRecordSeconds: 20 } },
          { action: "capture", settings: { count: 3 } },
        ],
      },
      {
        id: "guests",
        name: "Guests",
        enabled: false,
        at: "end",
        types: ["doorbell"],
        actions: [{ action: "capture", settings: {} }],
      },
    ],
  });
  await furnishAlarmIo(recorder);
  await recorder.api("POST", "/cameras", {
    name: "Loading bay with a long name",
    driver: "rtsp",
    config: { url: "rtsp://localhost:1/none" },
  });
  const camera = await untilRecorded(recorder, 5);
  await putAlarms(recorder.dataDir, camera, [1_000_001, 1_000_002, 1_000_003]);
  return camera;
}

function applies(screen: Screen, state: PageState): boolean {
  if (state === "empty") return screen.empty !== undefined;
  return state === "filled" || screen.asks.length > 0;
}

const full = await startDemoRecorder(["Gate", "Street", "Garden"]);
const bare = await startBareRecorder();
const fresh = await startRecorder(false);
const browser = await openBrowser();
const findings: Finding[] = [];
let taken = 0;
try {
  const camera = await furnish(full);
  for (const device of Object.keys(DEVICES) as Device[]) {
    if (!among(values.device, device)) continue;
    for (const screen of SCREENS.filter(({ name }) => among(values.only, name))) {
      for (const state of STATES.filter((one) => among(values.state, one) && applies(screen, one))) {
        const recorder = screen.door === "fresh" ? fresh : state === "empty" ? bare : full;
        const isSignedIn = screen.door === undefined;
        const context = await openDevice(browser, recorder, device, values.language, isSignedIn);
        const found = await photograph(context, recorder, camera, { screen, state, device }, resolve(folder));
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
}
process.stdout.write(`${taken} pictures in ${resolve(folder)}, ${findings.length} to look into\n`);
