// What detectors and cameras say that they have seen, in the viewer's words. Classes that nobody has words for are shown as
// they are told.
import { type MessageKey, t } from "../../locale/messages.ts";

const OBJECT_TEXT: Readonly<Record<string, MessageKey>> = {
  person: "object.person",
  human: "object.person",
  face: "object.face",
  head: "object.head",
  vehicle: "object.vehicle",
  car: "object.car",
  truck: "object.truck",
  bus: "object.bus",
  train: "object.train",
  boat: "object.boat",
  motorcycle: "object.motorcycle",
  motorbike: "object.motorcycle",
  bicycle: "object.bicycle",
  bike: "object.bicycle",
  "license-plate": "object.licensePlate",
  licenseplate: "object.licensePlate",
  animal: "object.animal",
  bird: "object.bird",
  cat: "object.cat",
  dog: "object.dog",
  horse: "object.horse",
  package: "object.package",
  bag: "object.bag",
  backpack: "object.backpack",
  suitcase: "object.suitcase",
  fire: "object.fire",
  smoke: "object.smoke",
};

/** A class in words. */
export function objectText(name: string): string {
  const key = Object.hasOwn(OBJECT_TEXT, name) ? OBJECT_TEXT[name] : undefined;
  return key === undefined ? name : t(key);
}

/** The class that somebody means who writes it in words, or as it is told. */
export function objectNamed(text: string): string {
  const wanted = text.trim().toLowerCase();
  if (Object.hasOwn(OBJECT_TEXT, wanted)) return wanted;
  return Object.keys(OBJECT_TEXT).find((name) => objectText(name).toLowerCase() === wanted) ?? wanted;
}

/** The classes that somebody means who writes them in words, or as they are told: several are told by one word. */
export function objectsNamed(text: string): readonly string[] {
  const wanted = text.trim().toLowerCase();
  const word = objectText(wanted).toLowerCase();
  const names = Object.keys(OBJECT_TEXT).filter((name) => objectText(name).toLowerCase() === word);
  return names.length === 0 ? [wanted] : names;
}

/** All words, each once, for what is offered while somebody writes. */
export function objectWords(): readonly string[] {
  return [...new Set(Object.keys(OBJECT_TEXT).map(objectText))].sort((left, right) =>
    left.localeCompare(right),
  );
}
