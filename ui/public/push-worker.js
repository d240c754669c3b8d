// Shows what the recorder tells this device, also while no page is open; a click opens the event, a button acknowledges it. It keeps
// nothing and answers no requests of pages. What it shows and where it leads comes sealed from the recorder, and is checked all the same.
const PAGE = /^[a-z]+(?:\?[a-z]+=[\w.:%-]{1,100})?$/;

self.addEventListener("push", (event) => {
  event.waitUntil(show(told(event.data)));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { page, acknowledge } = event.notification.data ?? {};
  const address = new URL(page ?? "", self.registration.scope).href;
  event.waitUntil(
    event.action === "acknowledge" ? acknowledged(acknowledge).catch(() => open(address)) : open(address),
  );
});

/** Browsers want something shown for each push, also for one that is not from our recorder. */
function told(data) {
  try {
    const said = data?.json();
    if (typeof said?.title === "string" && said.title !== "") return said;
  } catch {
    // Said below.
  }
  return { title: "Nightjar" };
}

function show({ title, text, tag, timeMs, page, language, acknowledge }) {
  const mayAcknowledge = Number.isSafeInteger(acknowledge?.event) && typeof acknowledge.text === "string";
  return self.registration.showNotification(title, {
    body: typeof text === "string" ? text : "",
    // A newer word of the same event takes the place of the older one.
    tag: typeof tag === "string" ? tag : "nightjar",
    renotify: true,
    timestamp: Number.isFinite(timeMs) ? timeMs : Date.now(),
    lang: typeof language === "string" ? language : "",
    icon: new URL("icons/nightjar-192.png", self.registration.scope).href,
    data: {
      ...(typeof page === "string" && PAGE.test(page) ? { page } : {}),
      ...(mayAcknowledge ? { acknowledge: acknowledge.event } : {}),
    },
    actions: mayAcknowledge ? [{ action: "acknowledge", title: acknowledge.text }] : [],
  });
}

/** As whoever is signed in in this browser; fails where nobody is, or may not. */
async function acknowledged(event) {
  if (!Number.isSafeInteger(event)) throw new TypeError("no event");
  const address = new URL(`api/v1/events/${event}/acknowledge`, self.registration.scope);
  const answer = await fetch(address, {
    method: "POST",
    credentials: "same-origin",
    headers: { accept: "application/json", "content-type": "application/json" },
    body: "{}",
  });
  if (!answer.ok) throw new TypeError("not acknowledged");
}

/** In the page that shows it already, or in a new one: none in which somebody may be typing is taken away. */
async function open(address) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find(({ url }) => url === address);
  return page === undefined ? self.clients.openWindow(address) : page.focus();
}
