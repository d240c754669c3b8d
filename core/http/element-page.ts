// The HTML around a plugin's page that is a custom element: made here, so that the plugin brings one module and no
// document. What it needs is served beside it (plugin-pages.ts); the element's name is the package's.

/** The plugin's module below its page's folder; it defines the element. */
export const ELEMENT_FILE = "element.js";

/**
 * The element that a plugin's page consists of: its package's name without the scope, in small letters. Names of plugins
 * begin with `nightjar-`, so it is always one that HTML allows; in a document of its own it meets no other.
 */
export function elementName(plugin: string): string {
  return plugin.slice(plugin.indexOf("/") + 1).toLowerCase();
}

/** The document. It has no script of its own: the policy of pages allows files only. */
export function elementPage(plugin: string): Buffer {
  return Buffer.from(`<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body { margin: 0; font-family: system-ui, sans-serif; }</style>
<script src="nightjar.js"></script>
<script type="module" src="nightjar-element.js"></script>
</head>
<body data-element="${elementName(plugin)}"></body>
</html>
`);
}
