// A plugin's page that is a custom element, for tests/core/http/plugin-pages.test.ts.
customElements.define("nightjar-bridge-lamps", class extends HTMLElement {});
