// The image that the Containerfile makes, built and run: without rights and on a file system that is closed to it, it records
// the demo camera, answers, tells its health, ends in order, and its recordings outlive the container.
// Only where NIGHTJAR_TEST_CONTAINER names a folder for images; `node --test` on this file, since it takes minutes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { waitFor } from "../../core/testing/wait-for.ts";
import { VERSION } from "../../core/version.ts";
import { ContainerStore } from "../support/container-store.ts";
import { all, last } from "../support/containerfile.ts";
import { ROOT } from "../support/program.ts";

const IMAGE = "localhost/nightjar-test";
const NAME = `nightjar-test-${process.pid}`;
const DATA = last("VOLUME");
/** As the guide gives it. */
const STOP_LIMIT_MS = 30_000;
const UID = /--uid (\d+)/.exec(all("RUN").join("\n"))?.[1] ?? "";
const BASE = all("FROM")[0]?.split(" ")[0] ?? "";
/** Closed as far as containers can be. No network: what is asked is asked inside. */
const CLOSED = [
  ..."--network=none --read-only --tmpfs=/tmp --cap-drop=all --security-opt=no-new-privileges".split(" "),
  // Of its own accord podman asks for more than it may give where root has not every right, and for a timer of systemd,
  // which is not everywhere.
  `--ulimit=nofile=${limitOf("open files")}`,
  `--ulimit=nproc=${limitOf("processes")}`,
  "--no-healthcheck",
];

interface Settings {
  readonly node: { readonly id: string };
  readonly timeZone: string;
}

interface Inspected {
  readonly Config: Record<string, unknown>;
}

const opened = ContainerStore.open();
const skip = typeof opened === "string" ? opened : ((await opened.fetchBase(BASE)) ?? false);

describe("the image of the Containerfile", { skip, timeout: 3_000_000 }, () => {
  const store = opened as ContainerStore;
  const podman = async (...args: string[]) => {
    const ran = await store.podman(args);
    assert.equal(ran.code, 0, `podman ${args.join(" ")}: ${ran.err}`);
    return ran.out.trim();
  };
  const inside = (...args: string[]) => store.podman(["exec", NAME, ...args]);
  const start = (...more: string[]) =>
    podman("run", "-d", `--name=${NAME}`, `--volume=${NAME}:${DATA}`, ...CLOSED, ...more, IMAGE);
  const untilRecorded = () =>
    waitFor(async () => /^demo .*online +recorded/m.test((await inside("nightjar", "camera", "list")).out), {
      deadlineMs: 60_000,
      periodMs: 250,
      what: "the demo camera to be recorded",
    });

  before(async () => {
    const built = await store.build(ROOT, IMAGE);
    assert.equal(built.code, 0, `${built.out.slice(-4_000)}\n${built.err}`);
  });
  after(async () => {
    await store.podman(["rm", "-f", "-t", "0", NAME]);
    await store.podman(["volume", "rm", "-f", NAME]);
  });

  it("says how it is run: as whom, on which port and volume, how it is ended and asked for its health", async () => {
    const [image] = JSON.parse(await podman("image", "inspect", IMAGE)) as Inspected[];
    const { User, ExposedPorts, Volumes, StopSignal, Healthcheck, Env } = image?.Config ?? {};
    assert.deepEqual(
      {
        User,
        ports: Object.keys(ExposedPorts as object),
        volumes: Object.keys(Volumes as object),
        StopSignal,
      },
      { User: last("USER"), ports: [last("EXPOSE")], volumes: [DATA], StopSignal: last("STOPSIGNAL") },
    );
    assert.deepEqual((Healthcheck as { Test: string[] }).Test, ["CMD", "nightjar", "status", "--json"]);
    assert.deepEqual((Env as string[]).map((line) => line.split("=")[0]).sort(), ["NIGHTJAR_DATA", "PATH"]);
  });

  it("holds neither settings of npm nor sources, tests or leavings of the build", async () => {
    const find = String.raw`find / -xdev \( -name .npmrc -o -name .npm -o -name _cacache -o -name .git -o -name '*.test.ts' \) -not -path '*/npm/*' -not -path '/proc/*'; ls -A /root /tmp /var/lib/apt/lists`;
    const found = await podman(
      "run",
      "--rm",
      "--network=none",
      "--user=0",
      "--entrypoint=sh",
      IMAGE,
      "-c",
      find,
    );
    assert.deepEqual(
      found
        .split("\n")
        .filter((line) => !/^$|^\/.*:$|^\.(bashrc|profile)$|^\/opt\/nightjar\/.*\/node_modules\//.test(line)),
      [],
    );
  });

  it("records the demo camera as a user without rights, and is healthy", async () => {
    await start("--env=TZ=Europe/Berlin");
    await untilRecorded();
    const [, ...health] = JSON.parse(/CMD (\[.+\])$/.exec(last("HEALTHCHECK"))?.[1] ?? "[]") as string[];
    assert.equal((await inside("nightjar", ...health)).code, 0);
    const processes = await podman("top", NAME, "uid", "capeff", "args");
    const [, ...lines] = processes.split("\n");
    assert.ok(lines.length >= 5, processes);
    for (const line of lines) assert.match(line, new RegExp(`^(${UID}|nightjar) +none `), processes);
    assert.equal((await inside("nightjar", "--version")).out.trim(), VERSION);
    assert.notEqual((await inside("touch", "/opt/nightjar/changed")).code, 0);
  });

  it("serves its page by HTTP to the container, and by HTTPS to the network", async () => {
    const ask = `process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"; process.removeAllListeners("warning");
      for (const url of ["http://127.0.0.1:8480/", "https://127.0.0.1:8443/"]) {
        const answer = await fetch(url);
        console.log(answer.status, /<title>[^<]*Nightjar/.test(await answer.text()));
      }`;
    const { out, err } = await inside("node", "--input-type=module", "-e", ask);
    assert.equal(out, "200 true\n200 true\n", err);
  });

  it("has all that its doctor asks for; the walls alone depend on what the container allows", async () => {
    const { out } = await inside("nightjar", "doctor", "--json");
    const { checks } = JSON.parse(out) as { checks: { id: string; result: string; message: string }[] };
    const wrong = checks.filter(({ result }) => result !== "ok");
    const ofTheMachine = ["sandbox", "plugin-walls", "clock", "volume-space", "volume-speed"];
    assert.deepEqual(
      wrong.filter(({ id }) => !ofTheMachine.includes(id)),
      [],
    );
    for (const id of ["ffmpeg", "ffmpeg-codecs", "database", "data", "time-zone"])
      assert.equal(checks.find((check) => check.id === id)?.result, "ok", id);
  });

  it("ends in order within its time, with every recording whole", async () => {
    const began = performance.now();
    await podman("stop", `--time=${STOP_LIMIT_MS / 1_000}`, NAME);
    assert.ok(performance.now() - began < STOP_LIMIT_MS, "it had to be killed");
    assert.equal(await podman("inspect", "--format={{.State.ExitCode}}", NAME), "0");
  });

  it("keeps recordings, settings and the time zone that it was given when the container is made anew", async () => {
    await podman("rm", NAME);
    const files = `find ${DATA}/volumes -name '*.mp4' | sort`;
    const list = ["run", "--rm", `--volume=${NAME}:${DATA}`, ...CLOSED, "--entrypoint=sh", IMAGE, "-c"];
    const before = (await podman(...list, files)).split("\n");
    assert.ok(before[0]?.endsWith(".mp4"), before.join());
    const settings = async () => JSON.parse(await podman(...list, `cat ${DATA}/config.json`)) as Settings;
    const { node, timeZone } = await settings();
    assert.equal(timeZone, "Europe/Berlin");
    await start();
    await untilRecorded();
    const since = (await inside("sh", "-c", files)).out.trim().split("\n");
    for (const file of before) assert.ok(since.includes(file), file);
    await podman("stop", `--time=${STOP_LIMIT_MS / 1_000}`, NAME);
    await podman("run", "--rm", `--volume=${NAME}:${DATA}`, ...CLOSED, IMAGE, "fsck");
    assert.deepEqual(await settings().then((now) => [now.node.id, now.timeZone]), [node.id, timeZone]);
  });
});

/** The most that this process may have, as podman takes limits. */
function limitOf(what: "open files" | "processes"): string {
  const line = new RegExp(`^Max ${what}\\s+\\S+\\s+(\\d+)`, "m");
  const most = line.exec(readFileSync("/proc/self/limits", "utf8"))?.[1] ?? "4096";
  return `${most}:${most}`;
}
