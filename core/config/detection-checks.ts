// What the schema cannot say of the detection settings: a grid with as many cells as it says, rules that occur twice, regions
// with too few corners.
import type { DetectionConfig } from "./camera-config.ts";
import { escapePointer, type SchemaProblem } from "./schema-problems.ts";

/** All that is wrong, with JSON pointers below `path`. */
export function detectionProblems(detection: DetectionConfig | undefined, path: string): SchemaProblem[] {
  return Object.entries(detection?.detectors ?? {}).flatMap(([name, { area, rules = [] }]) => {
    const place = `${path}/detectors/${escapePointer(name)}`;
    const problems: SchemaProblem[] = [];
    if (area !== undefined && area.cells.length !== area.columns * area.rows)
      problems.push({
        path: `${place}/area/cells`,
        message: `has ${area.cells.length} cells where the grid has ${area.columns * area.rows}`,
      });
    const ids = new Set<string>();
    rules.forEach(({ id, kind, points }, index) => {
      if (ids.has(id))
        problems.push({ path: `${place}/rules/${index}/id`, message: `"${id}" is the id of another rule` });
      ids.add(id);
      if (kind === "region" && points.length < 3)
        problems.push({ path: `${place}/rules/${index}/points`, message: "are too few: a region has three" });
    });
    return problems;
  });
}
