import type { Place } from "../engine/yaml/source.ts";
import { YamlMap } from "../engine/yaml/values.ts";
import { itemsOf, type Job } from "./jobs.ts";
import { editDistance } from "./nearest.ts";

/** Lists the paths that a job keeps as artifacts or reports, without those that hold wildcards or variables. */
export function pathsOf(job: Job): { path: string; place: Place | undefined }[] {
  const artifacts = job.map.get("artifacts");
  if (job.isHidden || !(artifacts instanceof YamlMap)) return [];
  const reports = artifacts.get("reports");
  const entries = [artifacts.entry("paths"), ...(reports instanceof YamlMap ? reports.entries() : [])];
  return entries.flatMap(itemsOf).flatMap(({ value, place }) => {
    if (typeof value !== "string" || !/^[\w./ -]+$/.test(value)) return [];
    return [{ path: plain(value), place }];
  });
}

/** A path without `./` in front and slashes at the end. */
export function plain(path: string): string {
  return path.replace(/^(?:\.\/)+/, "").replace(/\/+$/, "");
}

/** True if the paths are the same, or one is inside the other. */
export function overlaps(left: string, right: string): boolean {
  return left === right || left.startsWith(`${right}/`) || right.startsWith(`${left}/`);
}

/** True for names of files with the same extension, in the same folder, a letter or two apart; digits may count something. */
export function isMisspelt(path: string, word: string): boolean {
  const [folder, stem, extension] = split(path);
  const [otherFolder, otherStem, otherExtension] = split(plain(word));
  if (extension === "" || extension !== otherExtension || folder !== otherFolder || stem.length < 4)
    return false;
  if (!/^[\w-]+$/.test(otherStem) || stem.replace(/\d/g, "") === otherStem.replace(/\d/g, "")) return false;
  return editDistance(stem, otherStem) <= (stem.length < 8 ? 1 : 2);
}

function split(path: string): [string, string, string] {
  const [, folder = "", stem = "", extension = ""] = /^(?:(.*)\/)?([^/]*?)(?:\.([^./]+))?$/.exec(path) ?? [];
  return [folder, stem, extension];
}
