// A recorder that does not answer some questions of a page: held back for as long as the page is open, or refused with a
// problem document. Everything else comes from the real one.
import type { Page } from "playwright-core";

const REFUSAL = {
  type: "about:blank",
  title: "Service Unavailable",
  status: 503,
  code: "NJ_CORE_AWAY",
  detail: "the core process does not answer",
};

/** Withholds the resources of these names below `/api/v1`, such as `cameras`, with and without a query. */
export async function withholdAnswers(
  page: Page,
  resources: readonly string[],
  how: "hold" | "refuse",
): Promise<void> {
  for (const resource of resources) {
    for (const pattern of [`**/api/v1/${resource}`, `**/api/v1/${resource}?*`]) {
      await page.route(pattern, async (route) => {
        if (how === "hold") return;
        await route.fulfill({
          status: REFUSAL.status,
          contentType: "application/problem+json",
          body: JSON.stringify(REFUSAL),
        });
      });
    }
  }
}
