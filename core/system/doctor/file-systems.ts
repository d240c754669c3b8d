// What kind of file system a folder lies on, as far as it matters to recordings and the database: numbers of statfs(2),
// which magic(5) of the kernel's sources (linux/magic.h) gives.
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { systemCode } from "../../errors.ts";

interface FileSystemKind {
  readonly name: string;
  /** Its content is gone after a restart of the machine, or of the container. */
  readonly isFleeting?: true;
  /** Lies on another machine. */
  readonly isRemote?: true;
  /** Knows no owners and modes, and no journal. */
  readonly isPlain?: true;
}

const KINDS: Readonly<Record<number, FileSystemKind>> = {
  16914836: { name: "tmpfs (memory)", isFleeting: true },
  2240043254: { name: "ramfs (memory)", isFleeting: true },
  2035054128: { name: "overlayfs (the layer of a container)", isFleeting: true },
  26985: { name: "NFS", isRemote: true },
  4283649346: { name: "CIFS", isRemote: true },
  4266872130: { name: "SMB", isRemote: true },
  20859: { name: "SMB", isRemote: true },
  16914839: { name: "9p", isRemote: true },
  1702057286: { name: "FUSE", isRemote: true },
  19780: { name: "FAT", isPlain: true },
  538032816: { name: "exFAT", isPlain: true },
};

/** The kind of a folder's file system, or of the nearest folder above that is there; undefined: one that is fit. */
export async function doubtfulFileSystem(path: string): Promise<FileSystemKind | undefined> {
  for (let at = path; ; at = dirname(at)) {
    try {
      // 32 bits, of which some systems make a negative number.
      return KINDS[(await statfs(at)).type >>> 0];
    } catch (error) {
      if (systemCode(error) !== "ENOENT" || at === dirname(at)) return undefined;
    }
  }
}
