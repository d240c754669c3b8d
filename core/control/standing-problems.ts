// What stays wrong until somebody does something about it, for the list of the recorder's problems.
import type { NodeNow } from "../cluster/node-watch.ts";
import { plainFacts } from "../domain/facts.ts";
import { FLOWS_FOLDER } from "../flows/protocol.ts";
import type { FlowsView } from "../http/flows-schemas.ts";
import type { StatusProblem } from "../http/wire-schemas.ts";
import type { RecordingService } from "../recording/recording-service.ts";
import type { RecorderFfmpeg } from "./recorder-ffmpeg.ts";

/** A database that was rescued, while people are told of it. */
export function rescueProblems(recording: Pick<RecordingService, "rescueNotice">): StatusProblem[] {
  const notice = recording.rescueNotice();
  if (notice === undefined) return [];
  const severity = notice.isOver ? "warning" : "error";
  return [{ code: "database-rescued", severity, message: notice.message }];
}

/** That there is no ffmpeg, neither where the settings say nor elsewhere. */
export function ffmpegProblems({ isMissing }: Pick<RecorderFfmpeg, "isMissing">): StatusProblem[] {
  if (!isMissing) return [];
  const message =
    "there is no ffmpeg: no snapshots, and no H.265 in browsers that lack it. Install it, or set ffmpeg.path";
  return [{ code: "ffmpeg-missing", severity: "warning", message }];
}

/** The watched nodes that are lost. */
export function lostNodes(nodes: readonly NodeNow[]): StatusProblem[] {
  return nodes.flatMap(({ node: { name }, status, sinceMs, reason }): StatusProblem[] => {
    if (status !== "lost" || reason === undefined) return [];
    const message = `${name}: ${reason.message}`;
    const about = { subject: name, ...plainFacts(reason), since: new Date(sinceMs).toISOString() };
    return [{ code: "node-lost", severity: "error", message, ...about }];
  });
}

/** Why flows do not run although they are switched on, and that they were put aside. */
export function flowsProblems({ status, because, node, setAside }: FlowsView): StatusProblem[] {
  const found: StatusProblem[] = [];
  if (status === "missing") {
    const message = "flows are switched on, and Node-RED is missing: install Nightjar anew";
    found.push({ code: "flows-missing", severity: "warning", message });
  }
  const aside = setAside === undefined ? "" : `${FLOWS_FOLDER}/${setAside.file}`;
  if (status === "safe" && because === "unreadable") {
    const message = `flows do not run: they could not be read and lie in ${aside} of the data directory now, and there is no copy. Import what can be mended, or make them anew, and deploy`;
    const context = { case: because, file: aside };
    found.push({ code: "flows-safe-mode", severity: "error", message, context });
  } else if (status === "safe") {
    const why = because === "hang" ? "answered no more" : "ended again and again";
    const last = node === undefined ? "" : `, last at the node ${node.name ?? node.id} (${node.type})`;
    const message = `flows do not run: Node-RED ${why}${last}. Mend the flow in the editor and deploy`;
    found.push({ code: "flows-safe-mode", severity: "error", message });
  }
  if (setAside?.copyAt !== undefined) {
    const copy = `${setAside.copyAt.slice(0, 16).replace("T", " ")} UTC`;
    const message = `flows could not be read and lie in ${aside} of the data directory now; the copy of ${copy} took their place`;
    found.push({ code: "flows-set-aside", severity: "warning", message, context: { file: aside, copy } });
  }
  return found;
}
