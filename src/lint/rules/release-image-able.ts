import { oldestReleaseCommandLine, releaseImage } from "../../base/release-image.ts";
import { YamlMap, type YamlValue } from "../../engine/yaml/index.ts";
import type { LintFile } from "../file.ts";
import type { Job } from "../jobs.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "release-image-able",
  group: "catalog",
  severity: "warning",
  confidence: "high",
  summary: "A job with the keyword `release` runs in an image whose command line can make the release.",
  why: `GitLab turns \`release\` into a script that runs inside of the job. It asks for glab ${oldestReleaseCommandLine} or newer and else for release-cli. Where the image holds neither, the job fails after its own script, and neither a release nor a version in the catalog comes of the tag. Images of programming languages and bare systems hold neither.`,
  reference: "https://docs.gitlab.com/ci/yaml/#release",
  check(file, { report }) {
    for (const job of file.jobs.filter((each) => each.entry("release"))) {
      const image = imageOf(job, file);
      const why = image && unable(image.name);
      if (image === undefined || why === undefined || installsOne(job)) continue;
      report({
        at: image.at ?? job.place,
        message: `${why}, so release: fails in this job`,
        hint: `take ${releaseImage}`,
      });
    }
  },
};

/** Public images that everybody knows to hold neither glab nor release-cli. */
const bare =
  /^(?:(?:docker\.io\/)?(?:library\/)?)(?:alpine|bash|busybox|buildpack-deps|debian|docker|fedora|golang|gradle|maven|node|openjdk|php|python|ruby|rust|ubuntu)(?::[^/]*)?(?:@.*)?$/;

/** Why a job in this image cannot make a release; undefined where it can, or nobody knows. */
function unable(image: string): string | undefined {
  if (bare.test(image)) return `the image ${image} holds neither glab nor release-cli`;
  const version = /(?:^|\/)gitlab-org\/cli:v?(\d+\.\d+\.\d+)/.exec(image)?.[1];
  if (version === undefined || version.localeCompare(oldestReleaseCommandLine, "en", { numeric: true }) >= 0)
    return undefined;
  return `the image's glab ${version} is older than ${oldestReleaseCommandLine}, which GitLab asks for`;
}

/** Jobs without an image of their own take that of `default` or of the file, unless `extends` may bring another one. */
function imageOf(job: Job, file: LintFile) {
  const defaults = file.body?.get("default");
  const entry =
    job.entry("image") ??
    (job.entry("extends")
      ? undefined
      : ((defaults instanceof YamlMap ? defaults.entry("image") : undefined) ?? file.body?.entry("image")));
  const named = entry?.value instanceof YamlMap ? entry.value.entry("name") : entry;
  if (typeof named?.value !== "string") return undefined;
  const known = file.withDefaults(named.value);
  return known && { name: known.text.trim(), at: known.at ?? named.valuePlace };
}

function installsOne(job: Job): boolean {
  const texts = ["before_script", "script"].map((key) => textOf(job.map.get(key) ?? null));
  // A reference may bring the commands that install one.
  return texts.some((text) => text === undefined || /\bglab\b|release-cli/.test(text));
}

function textOf(value: YamlValue): string | undefined {
  if (value === null || typeof value === "string") return value ?? "";
  if (typeof value !== "object" || !("items" in value)) return undefined;
  const texts = value.items.map(textOf);
  return texts.includes(undefined) ? undefined : texts.join("\n");
}
