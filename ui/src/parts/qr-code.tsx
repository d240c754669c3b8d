// A QR code, dark on light in both themes because scanners want it so. The encoder is fetched when one is first shown.
import { useEffect, useState } from "preact/hooks";

/** Modules of light around it, as ISO/IEC 18004 asks for. */
const QUIET_ZONE = 4;

interface Drawing {
  /** Modules on a side, with the quiet zone. */
  readonly size: number;
  readonly path: string;
}

/** The picture of a text; `label` is what screen readers say. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const [drawing, setDrawing] = useState<Drawing | undefined>(undefined);
  useEffect(() => {
    let isCurrent = true;
    void import("uqr").then(({ encode }) => {
      if (isCurrent) setDrawing(draw(encode(text, { ecc: "M", border: QUIET_ZONE }).data));
    });
    return () => {
      isCurrent = false;
    };
  }, [text]);
  return (
    <div class="qr">
      {drawing === undefined ? null : (
        <svg
          role="img"
          aria-label={label}
          viewBox={`0 0 ${drawing.size} ${drawing.size}`}
          shape-rendering="crispEdges"
        >
          <path d={drawing.path} />
        </svg>
      )}
    </div>
  );
}

function draw(rows: readonly (readonly boolean[])[]): Drawing {
  let path = "";
  rows.forEach((row, y) => {
    row.forEach((isDark, x) => {
      if (isDark) path += `M${x} ${y}h1v1h-1z`;
    });
  });
  return { size: rows.length, path };
}
