// What the tests need of the system: ffmpeg, a browser, servers to test against. `npm test` runs this while npm installs the
// packages: both are mostly waiting for the network and for one processor. Exit code 0 also where something cannot be had:
// it is said, and the tests that need it are skipped.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { aptInstall, ensureFfmpeg, hasFfmpeg, isDebianRoot, onPath, say } from "./setup.mjs";

/** Debian's packages of Chromium: the one without windows draws the same pages with half of the processor's time. */
const CHROMIUMS = ["chromium-headless-shell", "chromium"];

/** Sees to a Chromium for the browser tests. */
function ensureChromium() {
  if (onPath(CHROMIUMS[0]) || CHROMIUMS.some((name) => aptInstall([name], "Chromium")) || onPath("chromium"))
    return true;
  say(
    'there is no Chromium: the browser tests will be skipped. Install it with "sudo apt install chromium".',
  );
  return false;
}

const TEST_SERVERS = [
  "gir1.2-gst-rtsp-server-1.0",
  "python3-gi",
  "gstreamer1.0-plugins-base",
  "gstreamer1.0-plugins-good",
  "gstreamer1.0-plugins-bad",
  "gstreamer1.0-plugins-ugly",
  // Its G.726 encoder.
  "gstreamer1.0-libav",
  "vlc-bin",
  "vlc-plugin-base",
  "mosquitto",
  "mosquitto-clients",
  "xfsprogs",
  "strace",
  // Sets the clock of a recorder under test, and of nothing else.
  "libfaketime",
  "nbdkit",
  "nbdfuse",
  // Walls around plugins and ffmpeg.
  "bubblewrap",
  // Judges the unit of `nightjar service`, and runs it.
  "systemd",
  // Servers that pictures are uploaded to.
  "vsftpd",
  "openssh-server",
  "apache2-bin",
];

/** What Debian would start at each boot as soon as it is installed. */
const SERVICES = [
  ["/usr/sbin/mosquitto", "mosquitto"],
  ["/usr/sbin/vsftpd", "vsftpd"],
  ["/usr/sbin/sshd", "ssh"],
];

/** Nobody who runs tests wants new servers on his machine: what was not there is neither started now nor at the next boot. */
function withoutServing(install) {
  if (!isDebianRoot()) return install();
  const policy = "/usr/sbin/policy-rc.d";
  const text =
    "#!/bin/sh\n# Of Nightjar's tests: nothing starts while servers for them are installed.\nexit 101\n";
  // One of ours that an interrupted run has left goes, too.
  const isOurs = !existsSync(policy) || readFileSync(policy, "utf8") === text;
  const fresh = SERVICES.filter(([program]) => !existsSync(program));
  if (isOurs) writeFileSync(policy, text, { mode: 0o755 });
  try {
    return install();
  } finally {
    if (isOurs) rmSync(policy, { force: true });
    if (onPath("systemctl"))
      for (const [, unit] of fresh) spawnSync("systemctl", ["disable", unit], { stdio: "ignore" });
  }
}

function hasTestServers() {
  return (
    onPath("cvlc") &&
    onPath("xfs_io") &&
    onPath("mosquitto_sub") &&
    onPath("strace") &&
    onPath("nbdfuse") &&
    onPath("bwrap") &&
    onPath("systemd-analyze") &&
    ["x86_64", "aarch64"].some((machine) =>
      existsSync(`/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`),
    ) &&
    ["vsftpd", "sshd", "apache2"].every((name) => existsSync(`/usr/sbin/${name}`)) &&
    ["girepository-1.0/GstRtspServer-1.0.typelib", "gstreamer-1.0/libgstlibav.so"].every((file) =>
      ["x86_64", "aarch64"].some((machine) => existsSync(`/usr/lib/${machine}-linux-gnu/${file}`)),
    )
  );
}

const SERVERS_IN_WORDS =
  "GStreamer's RTSP server, VLC, servers for files and file-system tools for the tests";

/** Sees to the RTSP servers and file-system tools that integration and fault tests use; without them those are skipped. */
function ensureTestServers() {
  if (hasTestServers() || withoutServing(() => aptInstall(TEST_SERVERS, SERVERS_IN_WORDS))) return true;
  say("GStreamer's RTSP server, VLC or xfsprogs are missing: the tests that need them will be skipped.");
  return false;
}

/**
 * Sees to all programs of the tests. Those that are missing are installed at once, since Debian reads its lists and brings its
 * manual pages up to date with each call; one by one where that fails, so that one that cannot be had costs no other.
 */
function ensureTestPrograms() {
  const missing = [
    { packages: ["ffmpeg"], what: "ffmpeg", isHere: hasFfmpeg([]) },
    { packages: CHROMIUMS.slice(0, 1), what: "Chromium", isHere: onPath(CHROMIUMS[0]) },
    { packages: TEST_SERVERS, what: SERVERS_IN_WORDS, isHere: hasTestServers() },
  ].filter(({ isHere }) => !isHere);
  if (missing.length > 1) {
    const packages = missing.flatMap((each) => each.packages);
    withoutServing(() => aptInstall(packages, missing.map(({ what }) => what).join(", ")));
  }
  ensureFfmpeg();
  ensureChromium();
  ensureTestServers();
}

ensureTestPrograms();
