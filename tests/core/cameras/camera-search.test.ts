// Searching the network for cameras, with drivers that find what they like (attack list A18): one search at a time, what is found
// cleaned, bounded and compared with what is there.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Type } from "typebox";
import {
  CameraSearch,
  MOST_FOUND,
  type PresentCamera,
  SEARCH_MS,
} from "../../../core/cameras/camera-search.ts";
import { NightjarError } from "../../../core/errors.ts";
import type { CameraDriver, FoundCamera } from "../../../core/plugin/contract/camera-driver.ts";

const SIGNAL = new AbortController().signal;

function driver(id: string, discover?: CameraDriver["discover"]): CameraDriver {
  return {
    ...{ id, displayName: id, configSchema: Type.Object({}) },
    streams: () => Promise.reject(new Error("nobody asks")),
    ...(discover === undefined ? {} : { discover }),
  };
}

const finding =
  (found: unknown): CameraDriver["discover"] =>
  async () =>
    found as FoundCamera[];

function searching(drivers: readonly CameraDriver[], cameras: readonly PresentCamera[] = []): CameraSearch {
  return new CameraSearch({ drivers: () => drivers, cameras: () => cameras });
}

const at = (address: string, more: Partial<FoundCamera> = {}): FoundCamera => ({
  ...{ address, config: { address } },
  ...more,
});

describe("searching the network for cameras", () => {
  it("asks every driver that can, with time and number bounded, and marks cameras that are there", async () => {
    const wishes: unknown[] = [];
    const onvif = driver("onvif", async (wanted) => {
      wishes.push(wanted);
      return [
        at("192.168.1.20", { name: "Door" }),
        at("192.168.1.21:8080"),
        at("192.168.1.21:8081"),
        at("192.168.1.22"),
        at("[fe80::5]:80"),
      ];
    });
    const cameras = [
      {
        id: "door",
        driver: "onvif",
        config: { address: "http://192.168.1.20/onvif/device_service", transport: "tcp" },
      },
      { id: "left", driver: "onvif", config: { address: "http://192.168.1.21:8080/onvif/device_service" } },
      { id: "yard", driver: "rtsp", config: { url: "rtsp://192.168.1.22:554/stream1" } },
    ];
    const outcome = await searching([driver("rtsp"), onvif], cameras).search(SIGNAL);
    assert.deepEqual(wishes, [{ waitMs: SEARCH_MS, most: MOST_FOUND }]);
    assert.deepEqual(
      outcome.found.map(({ driver: by, address, camera }) => [by, address, camera]),
      [
        ["onvif", "192.168.1.20", "door"],
        ["onvif", "192.168.1.21:8080", "left"],
        ["onvif", "192.168.1.21:8081", undefined],
        ["onvif", "192.168.1.22", "yard"],
        ["onvif", "[fe80::5]:80", undefined],
      ],
    );
    assert.deepEqual([outcome.isCut, outcome.problems], [false, []]);
  });

  it("searches once at a time, and again afterwards", async () => {
    const open = Promise.withResolvers<FoundCamera[]>();
    const search = searching([driver("onvif", () => open.promise)]);
    const first = search.search(SIGNAL);
    await assert.rejects(search.search(SIGNAL), {
      code: "NJ_CAMERA_SEARCH_BUSY",
      kind: "resource-exhausted",
    });
    open.resolve([]);
    assert.deepEqual((await first).found, []);
    assert.deepEqual((await search.search(SIGNAL)).found, []);
    await assert.rejects(searching([driver("rtsp")]).search(SIGNAL), { code: "NJ_CAMERA_SEARCH_NONE" });
  });

  it("tells what is found in one plain line each, and each device once", async () => {
    const found = [
      at("192.168.1.20", {
        id: "one",
        name: "<img src=x onerror=alert(1)>\u202Egnp.\u0000\n  exe",
        maker: " \u200B ",
        hardware: "x".repeat(400),
      }),
      at("192.168.1.20", { name: "again" }),
      at("192.168.1.99", { id: "one", name: "the same by another address" }),
    ];
    const [device, ...rest] = (await searching([driver("onvif", finding(found))]).search(SIGNAL)).found;
    assert.equal(rest.length, 0);
    assert.equal(device?.name, "<img src=x onerror=alert(1)> gnp. exe");
    assert.equal("maker" in (device ?? {}), false);
    assert.equal(device?.hardware?.length, 80);
  });

  it("does not believe drivers: wrong shapes and failures are problems, the other's findings stay, crowds are cut", async () => {
    const refusing = driver("away", async () => {
      throw new NightjarError("NJ_PLUGIN_PERMISSION", "permission-denied", "no network");
    });
    const crowd = Array.from({ length: 200 }, (_, number) => at(`10.0.${number >> 8}.${number & 255}`));
    const drivers = [
      driver("wrong", finding([{ address: 5 }])),
      driver("more", finding(Array.from({ length: 300 }, (_, number) => at(`h${number}`)))),
      refusing,
      driver("one", finding(crowd)),
      driver("other", finding(crowd)),
    ];
    const { found, isCut, problems } = await searching(drivers).search(SIGNAL);
    assert.equal(found.length, MOST_FOUND);
    assert.equal(isCut, true);
    assert.deepEqual(
      problems.map(({ driver: by, code }) => [by, code]),
      [
        ["wrong", "NJ_PLUGIN_DATA"],
        ["more", "NJ_PLUGIN_DATA"],
        ["away", "NJ_PLUGIN_PERMISSION"],
      ],
    );
  });
});
