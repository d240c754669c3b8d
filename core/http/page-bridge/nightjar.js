// What a plugin's page includes as "nightjar.js" to speak with the recorder: it runs in a frame without an origin of its
// own, reaches no network, and asks the page around it, which passes on what the plugin's own resources answer.
{
  const waiting = new Map();
  const listeners = new Set();
  let number = 0;
  let greeted;
  const ready = new Promise((resolve) => {
    greeted = resolve;
  });

  const nightjar = {
    /** Resolves when the page around it has answered: `theme`, `locale` and `plugin` are known then. */
    ready,
    /** "dark" or "light". */
    theme: "dark",
    /** Language of the interface, as "en". */
    locale: "en",
    /** Package name of the plugin. */
    plugin: "",
    /**
     * Asks one of the plugin's own resources, by its path below the plugin's place. Resolves with the answer; rejects with
     * an error that has `code` and `status`.
     */
    async request(method, path, body) {
      await ready;
      number += 1;
      const id = number;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        parent.postMessage({ nightjar: "request", id, method, path, body }, "*");
      });
    },
    /** Calls `listener` when theme or language change. */
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };

  addEventListener("message", ({ source, data }) => {
    if (source !== parent || typeof data !== "object" || data === null) return;
    if (data.nightjar === "state") {
      nightjar.theme = data.theme;
      nightjar.locale = data.locale;
      nightjar.plugin = data.plugin;
      document.documentElement.dataset.theme = data.theme;
      // Ground, text and controls of a page that has no colours of its own.
      document.documentElement.style.colorScheme = data.theme;
      document.documentElement.lang = data.locale;
      greeted();
      for (const listener of listeners) listener();
    }
    if (data.nightjar === "answer") {
      const call = waiting.get(data.id);
      waiting.delete(data.id);
      if (call === undefined) return;
      if (data.problem === undefined) call.resolve(data.result);
      else call.reject(Object.assign(new Error(data.problem.detail), data.problem));
    }
  });
  globalThis.nightjar = nightjar;
  parent.postMessage({ nightjar: "hello" }, "*");
}
