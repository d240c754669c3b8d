// What tests use of packages that come without types.
declare module "aws4" {
  const aws4: {
    /** Signs a request; answers it with its headers. */
    sign(
      request: Readonly<Record<string, unknown>>,
      credentials: { readonly accessKeyId: string; readonly secretAccessKey: string },
    ): { readonly headers: Readonly<Record<string, unknown>> };
  };
  export default aws4;
}

declare module "@20minutes/s3rver" {
  import type { RequestListener } from "node:http";

  export default class S3rver {
    constructor(options: Readonly<Record<string, unknown>>);
    configureBuckets(): Promise<void>;
    callback(): RequestListener;
  }
}
