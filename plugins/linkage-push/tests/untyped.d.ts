// What tests use of packages that come without types.
declare module "http_ece" {
  import type { ECDH } from "node:crypto";

  const ece: {
    /** Opens what was sealed for a device (RFC 8291); throws where it was not. */
    decrypt(
      sealed: Buffer,
      keys: { readonly version: "aes128gcm"; readonly privateKey: ECDH; readonly authSecret: string },
    ): Buffer;
  };
  export default ece;
}
