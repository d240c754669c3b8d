// How each system comes to trust the recorder's own authority. The one that this page is seen on is open.
import { type MessageKey, t } from "../../locale/messages.ts";

type System = "windows" | "macos" | "ios" | "android" | "firefox" | "linux";

const SYSTEMS: readonly { readonly id: System; readonly name: string; readonly steps: MessageKey }[] = [
  { id: "windows", name: "Windows", steps: "cert.steps.windows" },
  { id: "macos", name: "macOS", steps: "cert.steps.macos" },
  { id: "ios", name: "iPhone, iPad", steps: "cert.steps.ios" },
  { id: "android", name: "Android", steps: "cert.steps.android" },
  { id: "firefox", name: "Firefox", steps: "cert.steps.firefox" },
  { id: "linux", name: "Linux: Chromium, Chrome", steps: "cert.steps.linux" },
];

/** Which of the systems a browser's own words mean. */
export function systemOf(userAgent: string): System {
  if (/\b(iPhone|iPad|iPod)\b/.test(userAgent)) return "ios";
  if (/\bAndroid\b/.test(userAgent)) return "android";
  if (/\bFirefox\//.test(userAgent)) return "firefox";
  if (/\bWindows\b/.test(userAgent)) return "windows";
  return /\bMac OS X\b/.test(userAgent) ? "macos" : "linux";
}

/** The list. */
export function InstallSteps() {
  const mine = systemOf(navigator.userAgent);
  return (
    <div class="trust-steps">
      {SYSTEMS.map((system) => (
        <details key={system.id} open={system.id === mine}>
          <summary>{system.name}</summary>
          <ol>
            {t(system.steps)
              .split("\n")
              .map((step) => (
                <li key={step}>{step}</li>
              ))}
          </ol>
        </details>
      ))}
    </div>
  );
}
