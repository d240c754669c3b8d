// A recorder that does not answer some questions of a page: held back for as long as the page is open, or refused with a
// problem document. Everything else comes from the real one.
import type { Page, Route } from "playwright-core";

const REFUSAL = {
  type: "about:blank",
  title: "Service Unavailable",
  status: 503,
  code: "NJ_CORE_AWAY",
  detail: "the core process does not answer",
};

/**
 * Withholds the resources of these names below `/api/v1`, such as `cameras`, with and without a query. What is called by the
 * answer refuses what was held back, and from then on whatever is asked.
 */
export async function withholdAnswers(
  page: Page,
  resources: readonly string[],
  how: "hold" | "refuse",
): Promise<() => Promise<void>> {
  const held: Route[] = [];
  let isHolding = how === "hold";
  const refuse = (route: Route): Promise<void> =>
    route.fulfill({
      status: REFUSAL.status,
      contentType: "application/problem+json",
      body: JSON.stringify(REFUSAL),
    });
  for (const resource of resources) {
    for (const pattern of [`**/api/v1/${resource}`, `**/api/v1/${resource}?*`]) {
      await page.route(pattern, async (route) => {
        if (isHolding) held.push(route);
        else await refuse(route);
      });
    }
  }
  return async () => {
    isHolding = false;
    // A page that asked and was left meanwhile waits for no answer.
    await Promise.allSettled(held.splice(0).map(refuse));
  };
}
