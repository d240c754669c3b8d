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
  const Element = customElements.get(name);
  if (Element === undefined) throw new Error(`element.js does not define <${name}>`);
  // By its class: `createElement` would make an unknown element of one whose constructor throws.
  const element = new Element();
  element.nightjar = nightjar;
  tell(element);
  nightjar.onChange(() => tell(element));
  document.body.append(element);
} catch (error) {
  // For the author, in the browser's tools; the page around it tells everybody else, in their language.
  reportError(error);
  parent.postMessage({ nightjar: "failed" }, "*");
}
