// Tells whether an element is on the screen, so that tiles scrolled away cost nothing.

const watched = new WeakMap<Element, (inView: boolean) => void>();
let observer: IntersectionObserver | undefined;

/** Calls back at once and at every change; returns how to stop. */
export function watchView(element: Element, changed: (inView: boolean) => void): () => void {
  observer ??= new IntersectionObserver((entries) => {
    for (const entry of entries) watched.get(entry.target)?.(entry.isIntersecting);
  });
  const mine = observer;
  watched.set(element, changed);
  mine.observe(element);
  return () => {
    mine.unobserve(element);
    watched.delete(element);
  };
}
