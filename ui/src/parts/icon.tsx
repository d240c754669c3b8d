// Line icons, drawn for Nightjar on a 24 px grid with one stroke. Decorative: the words stand beside or in aria-label.
const PATHS = {
  live: "M3 6h13v12H3zM16 10l5-3v10l-5-3",
  playback: "M12 7v5l3 2M4 12a8 8 0 1 0 3-6M4 4v4h4",
  events: "M6 17v-6a6 6 0 1 1 12 0v6l2 2H4zM10 21h4",
  receipt: "M6 3v18l2-2 2 2 2-2 2 2 2-2 2 2V3zM9 8h6M9 12h6",
  cameras: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M4 4h16v16H4z",
  system: "M4 6h16v5H4zM4 13h16v5H4zM7 8.5h.1M7 15.5h.1",
  users:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M3 20c0-4 3-6 6-6s6 2 6 6M16 5a3 3 0 0 1 0 6M18 14c2 .6 3 3 3 6",
  sound: "M5 9v6h4l5 4V5L9 9zM17 9a4 4 0 0 1 0 6M19.5 6.5a8 8 0 0 1 0 11",
  muted: "M5 9v6h4l5 4V5L9 9zM17 9.5l5 5M22 9.5l-5 5",
  snapshot: "M4 8h3l2-3h6l2 3h3v11H4zM12 10a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7",
  record: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6",
  stop: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16M9.5 9.5h5v5h-5z",
  fullscreen: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  large: "M4 5h16v14H4zM4 12h7v7",
  close: "M6 6l12 12M18 6L6 18",
  play: "M7 4.5l12 7.5-12 7.5z",
  pause: "M8 5v14M16 5v14",
  next: "M6 5l9 7-9 7zM18 5v14",
  previous: "M18 5l-9 7 9 7zM6 5v14",
  forward: "M4 5l8 7-8 7zM12 5l8 7-8 7z",
  backward: "M20 5l-8 7 8 7zM12 5l-8 7 8 7z",
  edge: "M5 5l9 7-9 7zM17 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8",
  left: "M15 5l-7 7 7 7",
  right: "M9 5l7 7-7 7",
  down: "M5 9l7 7 7-7",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M20 20l-4-4",
  menu: "M4 7h16M4 12h16M4 17h16",
  more: "M5 12h.1M12 12h.1M19 12h.1",
  download: "M12 4v11M7 10l5 5 5-5M5 20h14",
  scissors:
    "M6 5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5M6 14a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5M8 9l12 9M8 15l12-9",
  warning: "M12 4l9 16H3zM12 10v4M12 17h.1",
  info: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16M12 11v5M12 8h.1",
  check: "M5 12l5 5 9-10",
  why: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16M9.5 10a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M12 17h.1",
  flows:
    "M5 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6M19 3a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5M19 16a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5M8 11l8.5-4.5M8 13l8.5 4.5",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  keyboard: "M3 6h18v12H3zM7 10h.1M11 10h.1M15 10h.1M7 14h10",
  moon: "M19 14a8 8 0 1 1-9-10 6.5 6.5 0 0 0 9 10z",
  edit: "M5 19l1-4L16 5l3 3L9 18z",
  remove: "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13",
  power: "M12 4v8M7 7a7 7 0 1 0 10 0",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3M12 14.5v2",
  key: "M8 11a4 4 0 1 0 0 8 4 4 0 0 0 0-8M11 12l9-8M16.5 7l3 3M14 9.5l2 2",
  unlock: "M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 6.6-1.6M12 14.5v2",
  plugins: "M4 9h4.2a2.6 2.6 0 1 1 4.6 0H16v4.2a2.6 2.6 0 1 1 0 4.6V21H4v-4.6M4 9v3.2a2.6 2.6 0 1 1 0 4.2",
  settings:
    "M4 7h9M17 7h3M15 4.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4M4 16h3M11 16h9M9 13.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4",
  restart: "M20 12a8 8 0 1 1-2.3-5.7M20 4v4h-4",
  storage: "M4 6c0-3 16-3 16 0v12c0 3-16 3-16 0zM4 6c0 3 16 3 16 0M4 12c0 3 16 3 16 0",
  wall: "M3 5h18v12H3zM12 17v3M8 20h8",
  io: "M8 12V8a4 4 0 0 1 8 0v4M6 12h12v4a4 4 0 0 1-4 4h-4a4 4 0 0 1-4-4zM12 20v2M10 2v2M14 2v2",
  ptz: "M12 3l3 3h-6zM12 21l-3-3h6zM3 12l3-3v6zM21 12l-3 3v-6zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6",
  arrow: "M4 12h15M13 6l6 6-6 6",
  bars: "M5 19v-6M10 19V9M15 19v-9M20 19V5",
} as const;

export type IconName = keyof typeof PATHS;

/** One icon; 16 px unless told. Takes the colour of the text around it. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The bird. */
export function Logo({ size = 20 }: { readonly size?: number }) {
  return (
    <svg
      class="logo-mark"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d="M3 13c4-7 12-9 18-6-2 7-8 12-15 11M3 13c2 1 4 1 6 0" />
      <circle cx="16" cy="9.5" r="1.2" fill="currentColor" />
    </svg>
  );
}
