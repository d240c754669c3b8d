// The SHA-256 fingerprint of a certificate, to be compared by eye and copied: lines end between its bytes, never within one.
import { Fragment } from "preact";
import { CopyButton } from "./copy-button.tsx";

/** `sha256`: bytes as two figures each, with colons between. */
export function Fingerprint({ sha256 }: { readonly sha256: string }) {
  return (
    <span class="fingerprint">
      <code>
        {sha256.split(":").map((byte, index) => (
          // A byte has no name but its place.
          <Fragment key={`${index}`}>
            {index === 0 ? "" : ":"}
            {index === 0 ? null : <wbr />}
            {byte}
          </Fragment>
        ))}
      </code>
      <CopyButton text={sha256} />
    </span>
  );
}
