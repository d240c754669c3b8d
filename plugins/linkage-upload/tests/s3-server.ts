// A service that speaks S3 and checks signatures by code of its own (s3rver), on loopback, with one bucket.

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import S3rver from "@20minutes/s3rver";

export const BUCKET = "pictures";
/** The only pair that it knows. */
export const ACCESS_KEY = "S3RVER";
export const SECRET_KEY = "S3RVER";

/** Keeps objects below `folder`, each with its content in a file `…._S3rver_object`. */
export async function s3Server(folder: string) {
  const s3 = new S3rver({
    ...{ address: "127.0.0.1", port: 0, silent: true, directory: folder },
    configureBuckets: [{ name: BUCKET, configs: [] }],
  });
  await s3.configureBuckets();
  const server = createServer(s3.callback());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    target: {
      ...{ protocol: "s3" as const, url: `http://127.0.0.1:${port}`, bucket: BUCKET },
      ...{ user: ACCESS_KEY, password: SECRET_KEY },
    },
    async [Symbol.asyncDispose](): Promise<void> {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
