// The action `upload`: which files an event comes to. What becomes of them is the desk's affair.
import type { LinkageAction, LinkageRequest } from "@nightjar/core";
import type { UploadFile } from "./carriers.ts";
import { actionConfig, targetsOf, type UploadActionConfig, type UploadSettings } from "./config.ts";
import { placeOf } from "./place.ts";
import type { UploadDesk } from "./upload-desk.ts";
import { type Job, keyOf } from "./upload-queue.ts";

/** A day later a picture still shows what happened. The plugin itself keeps it as long as its settings say. */
const MOST_AGE_SECONDS = 86_400;

/** Makes the action, with the targets of the settings in its form. */
export function uploadAction(settings: UploadSettings, desk: UploadDesk): LinkageAction {
  return {
    id: "upload",
    displayName: "Upload",
    wantsPictures: 5,
    picturesField: "pictures",
    maxAgeSeconds: MOST_AGE_SECONDS,
    configSchema: actionConfig(targetsOf(settings)),
    run(request, { signal }) {
      const job = jobOf(request);
      return request.isTest ? desk.test(job, signal) : desk.take(job, signal);
    },
  };
}

/** Pictures last: whoever waits for the event's file alone finds it first. */
export function jobOf(request: LinkageRequest): Job {
  const { target, folder, eventFile } = request.config as unknown as UploadActionConfig;
  const place = placeOf(request, folder);
  const pictures: UploadFile[] = request.pictures.map(({ timeMs, jpeg }) => ({
    folder: place.folder,
    name: place.name("jpg", timeMs),
    bytes: Buffer.from(jpeg, "base64"),
  }));
  const told = eventFile || pictures.length === 0;
  return {
    key: keyOf(request.id, request.event.start, target),
    target,
    files: [
      ...(told
        ? [{ folder: place.folder, name: place.name("json"), bytes: eventBytes(request, pictures) }]
        : []),
      ...pictures,
    ],
  };
}

/** More fields may come. */
function eventBytes(request: LinkageRequest, pictures: readonly UploadFile[]): Buffer {
  const { event, rule, cameraName, recorderName, timeZone, isTest } = request;
  const told = {
    isTest,
    recorder: recorderName,
    timeZone,
    rule,
    ...(cameraName === undefined ? {} : { cameraName }),
    event,
    pictures: pictures.map(({ name }) => name),
  };
  return Buffer.from(`${JSON.stringify(told, null, 2)}\n`, "utf8");
}
