// Pins of the board: are the tools there that reach them, and may this user? Asked only where the plugin for them has pins.
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { FrozenConfig } from "../../config/config-store.ts";
import { type Check, finding, ok, said } from "./check.ts";

const PLUGIN = "nightjar-bridge-gpio";
const TOOLS = ["gpioget", "gpiomon", "gpioset"];
const CHIP = /^gpiochip\d{1,3}$/;

/** `devices`: where the kernel shows chips. */
export async function checkGpio(
  plugins: FrozenConfig["plugins"],
  path = process.env["PATH"] ?? "",
  devices = "/dev",
): Promise<Check[]> {
  const { enabled, config } = plugins[PLUGIN] ?? {};
  const chips = chipsOf(config);
  if (enabled === false || chips.length === 0) return [];
  const missing: string[] = [];
  for (const tool of TOOLS) if (!(await isInPath(tool, path))) missing.push(tool);
  const checks: Check[] = [];
  if (missing.length > 0) {
    const message = said(
      "pin-tools-missing",
      "pins are configured, and {tools} (libgpiod) cannot be found: none of them works",
      { tools: missing.join(", ") },
    );
    const advice = said("install-pin-tools", "install them");
    checks.push(finding("gpio-tools", "warning", message, { advice, command: "apt install gpiod" }));
  }
  for (const chip of chips) {
    const device = join(devices, chip);
    const code = await refusal(device);
    if (code === undefined) continue;
    const isThere = code !== "ENOENT";
    const message = isThere
      ? said("pins-denied", "this user may not use the pins of {chip} ({code})", { chip, code })
      : said("pin-chip-missing", "there is no chip {chip}: its pins do not work", { chip });
    const advice = isThere
      ? said(
          "join-pin-group",
          "add the recorder's user to the group of the device, mostly gpio, and start the recorder anew",
        )
      : said("see-chips", "see which chips there are, and correct the plugin's settings");
    checks.push(
      finding("gpio-chip", "warning", message, {
        where: device,
        advice,
        command: isThere ? "usermod -aG gpio nightjar" : "gpiodetect",
      }),
    );
  }
  return checks.length > 0
    ? checks
    : [ok("gpio-tools", said("pins-fit", "the tools for pins are there, and may use the chips"))];
}

function chipsOf(config: unknown): string[] {
  const { inputs, outputs } = (config ?? {}) as { readonly inputs?: unknown; readonly outputs?: unknown };
  const pins = [inputs, outputs].flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []));
  const chips = pins.map((pin) => String((pin as { readonly chip?: unknown } | null)?.chip ?? "gpiochip0"));
  return [...new Set(chips)].filter((chip) => CHIP.test(chip)).toSorted();
}

async function isInPath(tool: string, path: string): Promise<boolean> {
  for (const folder of path.split(delimiter))
    if (folder !== "" && (await refusal(join(folder, tool), constants.X_OK)) === undefined) return true;
  return false;
}

async function refusal(file: string, mode = constants.R_OK | constants.W_OK): Promise<string | undefined> {
  try {
    await access(file, mode);
    return undefined;
  } catch (error) {
    return String((error as { readonly code?: unknown }).code);
  }
}
