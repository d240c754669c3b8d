// The part of config.json about where the recorder listens.
import { Type } from "typebox";

const closed = { additionalProperties: false } as const;

const port = (description: string, preset: number) =>
  Type.Integer({ title: "Port", description, minimum: 0, maximum: 65535, default: preset });
const host = (description: string, preset: string) =>
  Type.String({ title: "Address", description, minLength: 1, maxLength: 255, default: preset });

export const NetworkSchema = Type.Object(
  {
    http: Type.Object(
      {
        host: host("Address to listen on; 127.0.0.1 serves this machine alone.", "127.0.0.1"),
        port: port("TCP port; when it is busy the next free one is taken and written here.", 8480),
      },
      { ...closed, default: {}, description: "Plain HTTP." },
    ),
    https: Type.Object(
      {
        enabled: Type.Boolean({
          title: "HTTPS",
          description: "Serve the network over HTTPS.",
          default: true,
        }),
        host: host("Address to listen on; `::` is every address of the machine.", "::"),
        port: port("TCP port; when it is busy the next free one is taken and written here.", 8443),
      },
      { ...closed, default: {}, description: "HTTPS with a certificate of the recorder's own authority." },
    ),
    rtsp: Type.Object(
      {
        enabled: Type.Boolean({
          title: "RTSP",
          description: "Give live pictures to other programs, which log in with stream passwords.",
          default: true,
        }),
        host: host(
          "Address to listen on; 127.0.0.1 serves this machine alone, `::` is every address of the machine.",
          "127.0.0.1",
        ),
        port: port("TCP port; when it is busy the next free one is taken.", 8654),
      },
      { ...closed, default: {}, description: "Live pictures for other programs (VLC, ffmpeg, recorders)." },
    ),
    rtsps: Type.Object(
      {
        enabled: Type.Boolean({
          title: "RTSPS",
          description: "The same over TLS: nobody on the way sees the pictures.",
          default: true,
        }),
        host: host(
          "Address to listen on; 127.0.0.1 serves this machine alone, `::` is every address of the machine.",
          "127.0.0.1",
        ),
        port: port("TCP port; when it is busy the next free one is taken.", 8322),
      },
      { ...closed, default: {}, description: "RTSP over TLS, with the certificate that HTTPS serves." },
    ),
    basePath: Type.String({
      title: "Base path",
      description: "Path under which everything is served behind a reverse proxy: empty, or like `/nvr`.",
      pattern: "^(?:/[A-Za-z0-9._~-]+)*$",
      maxLength: 100,
      default: "",
    }),
    trustedProxies: Type.Array(Type.String({ minLength: 2, maxLength: 64 }), {
      title: "Trusted proxies",
      description:
        "Addresses or networks (CIDR) of reverse proxies whose X-Forwarded-* headers are believed.",
      maxItems: 32,
      default: [],
    }),
    certificateNames: Type.Array(Type.String({ minLength: 1, maxLength: 253 }), {
      title: "Names in the certificate",
      description: "Host names and addresses that the certificate must hold besides the machine's own.",
      maxItems: 64,
      default: [],
    }),
  },
  { ...closed, default: {}, description: "Where the recorder listens." },
);
