// What a linkage action is asked to do in its contract suite: an event with all that can be said of one, an event of the
// recorder itself with nothing but what must be, and one whose words are as odd as a plugin or a camera can make them.
import type { LinkageAccount, LinkagePicture, LinkageRequest } from "../plugin/contract/linkage-action.ts";

const START_MS = Date.UTC(2026, 0, 5, 12);
/** Eight by eight grey points. */
const SMALL_JPEG =
  "/9j/4AAQSkZJRgABAgAAAQABAAD/2wBDAAg+Pkk+SVVVVVVVVWRdZGhoaGRkZGRoaGhwcHCDg4NwcHBoaHBwfHyDg4+Tj4eHg4eTk5ubm7q6srLZ2eD/////xABKAAEAAAAAAAAAAAAAAAAAAAAAAQEAAAAAAAAAAAAAAAAAAAAAEAEAAAAAAAAAAAAAAAAAAAAAEQEAAAAAAAAAAAAAAAAAAAAA/8AAEQgACAAIAwESAAISAAMSAP/aAAwDAQACEQMRAD8AAA//2Q==";
/** As large as the recorder's own, 1 280 points wide, are on a busy day. */
const PICTURE_BYTES = 200_000;
const LONGEST_COMMENT = 65_533;

type AskedOf = Pick<LinkageRequest, "config" | "pictures">;

/** Whoever asks a plugin's resources in the box may see each event. */
export const CONTRACT_ACCOUNTS: readonly LinkageAccount[] = [
  { name: "tester", sinceMs: 0, mayAcknowledge: true },
];

/** A person before a camera. `word` stands in the names of the camera and of the rule. */
export function fullRequest(word: string, { config, pictures }: AskedOf): LinkageRequest {
  return {
    id: `contract-${word}`,
    event: {
      id: 4_711,
      type: "line-crossing",
      severity: "alarm",
      camera: word,
      rule: "fence",
      source: "nightjar-vca-contract",
      start: new Date(START_MS).toISOString(),
      end: new Date(START_MS + 5_000).toISOString(),
      score: 0.9,
      objects: [
        { class: "person", score: 0.9, box: { x: 0.25, y: 0.25, width: 0.5, height: 0.5 }, track: "1" },
      ],
      detail: { direction: "in" },
    },
    rule: { id: `rule-${word}`, name: `Rule ${word}` },
    cameraName: `Camera ${word}`,
    recorderName: "Contract",
    timeZone: "Europe/Berlin",
    config,
    pictures: pictures.map((picture) => ({ ...picture, camera: word })),
    isTest: false,
  };
}

/** A volume is full: no camera, no pictures, no objects. */
export function bareRequest(config: LinkageRequest["config"]): LinkageRequest {
  return {
    id: "contract-bare",
    event: {
      id: 4_712,
      type: "exception-volume-full",
      severity: "warning",
      source: "recorder",
      start: new Date(START_MS).toISOString(),
      objects: [],
      detail: {},
    },
    rule: { id: "full", name: "Full" },
    recorderName: "Contract",
    timeZone: "Europe/Berlin",
    config,
    pictures: [],
    isTest: false,
  };
}

/** Names are what people, cameras and other plugins make them: line feeds, quotes, marks of other languages, long. */
export function oddRequest(asked: AskedOf): LinkageRequest {
  const odd = "\r\nX-Odd: 1\r\n\r\n\"'`$(id);<b>&amp;{{0}}%00\u202e\u0000🚨";
  const request = fullRequest("odd", asked);
  const [object] = request.event.objects;
  return {
    ...request,
    event: {
      ...request.event,
      subject: odd,
      objects: Array.from({ length: 100 }, () => ({ score: 1, ...object, class: odd })),
      detail: { [odd]: odd, long: "x".repeat(5_000), none: null, list: [1, [odd]] },
    },
    rule: { id: "odd", name: odd },
    cameraName: odd.repeat(10),
    recorderName: odd,
  };
}

/** So many pictures, each as large as the recorder's own. */
export function eventPictures(count: number): LinkagePicture[] {
  const jpeg = largeJpeg().toString("base64");
  return Array.from({ length: count }, (_, index) => ({
    camera: "yard",
    timeMs: START_MS + index * 500,
    jpeg,
  }));
}

/** The small one, filled up with comments (ISO/IEC 10918-1 B.2.4.5), which readers skip. */
function largeJpeg(): Buffer {
  const small = Buffer.from(SMALL_JPEG, "base64");
  const parts = [small.subarray(0, 2)];
  for (let bytes = 0; bytes < PICTURE_BYTES; bytes += LONGEST_COMMENT + 4) {
    const head = Buffer.from([0xff, 0xfe, 0, 0]);
    head.writeUInt16BE(LONGEST_COMMENT + 2, 2);
    parts.push(head, Buffer.alloc(LONGEST_COMMENT, 0x20));
  }
  return Buffer.concat([...parts, small.subarray(2)]);
}
