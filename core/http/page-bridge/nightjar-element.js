// The page of a plugin that brings a custom element instead of HTML (core/http/element-page.ts): loads its element.js,
// puts the element into the document, and hands it what `nightjar.js` knows.
const { nightjar } = globalThis;
const name = document.body.dataset.element;

function tell(element) {
  element.setAttribute("theme", nightjar.theme);
  element.setAttribute("locale", nightjar.locale);
}

await nightjar.ready;
try {
  await import("./element.js");
  if (customElements.get(name) === undefined) throw new Error(`element.js does not define <${name}>`);
  const element = document.createElement(name);
  element.nightjar = nightjar;
  tell(element);
  nightjar.onChange(() => tell(element));
  document.body.append(element);
} catch (error) {
  // For the author, in the browser's tools; the page around it tells everybody else, in their language.
  reportError(error);
  parent.postMessage({ nightjar: "failed" }, "*");
}
