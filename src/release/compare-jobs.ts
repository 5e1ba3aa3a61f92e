import type { JsonValue } from "../engine/yaml/index.ts";
import type { Note } from "./compare-inputs.ts";
import type { ComponentInterface, JobInterface } from "./interface.ts";

/** Notes what changed between the jobs of two versions of one component. */
export function compareJobs(
  before: ComponentInterface["jobs"],
  after: ComponentInterface["jobs"],
  note: Note,
): void {
  const added = new Map([...after].filter(([name]) => !before.has(name)));
  for (const [name, old] of before) {
    const now = after.get(name);
    if (now) {
      compareJob(old, now, note);
      continue;
    }
    const heir = [...added.values()].find((each) => same(each.keywords.script, old.keywords.script));
    if (heir) {
      added.delete(heir.name);
      note(
        "job-renamed",
        name,
        `job "${name}" is called "${heir.name}" now: needs and overrides that name it break`,
        heir.place,
      );
      compareJob(old, heir, note);
    } else
      note(
        "job-removed",
        name,
        `job "${name}" is gone: needs and overrides that name it break`,
        old.place,
        "gone",
      );
  }
  for (const { name, place } of added.values()) note("job-added", name, `job "${name}" is new`, place);
}

/** How each keyword is compared; all others count as the job's inside. */
const comparisons: Readonly<Record<string, (before: JobInterface, after: JobInterface, note: Note) => void>> =
  {
    stage: simple("stage", "job-stage-changed"),
    image: simple("image", "job-image-changed"),
    tags: simple("tags", "job-tags-changed"),
    environment: simple("environment", "job-environment-changed"),
    needs: simple("needs", "job-needs-changed"),
    artifacts: compareArtifacts,
    variables: compareVariables,
    rules: compareRules,
  };

function compareJob(before: JobInterface, after: JobInterface, note: Note): void {
  for (const compare of Object.values(comparisons)) compare(before, after, note);
  const keywords = new Set([...Object.keys(before.keywords), ...Object.keys(after.keywords)]);
  for (const keyword of keywords) {
    if (Object.hasOwn(comparisons, keyword) || same(before.keywords[keyword], after.keywords[keyword]))
      continue;
    note(
      "job-keyword-changed",
      after.name,
      `"${keyword}" of job "${after.name}" changed`,
      after.placeOf(keyword),
    );
  }
}

function simple(keyword: string, kind: Parameters<Note>[0]) {
  return (before: JobInterface, after: JobInterface, note: Note): void => {
    const [old, now] = [before.keywords[keyword], after.keywords[keyword]];
    if (same(old, now)) return;
    note(
      kind,
      after.name,
      `"${keyword}" of job "${after.name}" was ${text(old)} and is ${text(now)}`,
      after.placeOf(keyword),
    );
  };
}

function compareArtifacts(before: JobInterface, after: JobInterface, note: Note): void {
  const [old, now] = [artifactsOf(before), artifactsOf(after)];
  for (const each of old)
    if (!now.includes(each))
      note(
        "job-artifact-removed",
        after.name,
        `job "${after.name}" does not leave the artifact ${each} any more`,
        after.placeOf("artifacts"),
      );
  for (const each of now)
    if (!old.includes(each))
      note(
        "job-artifact-added",
        after.name,
        `job "${after.name}" leaves the artifact ${each}`,
        after.placeOf("artifacts"),
      );
}

function artifactsOf({ keywords }: JobInterface): string[] {
  const artifacts = record(keywords.artifacts);
  const paths = [artifacts.paths ?? []].flat().map(text);
  return [
    ...paths,
    ...Object.entries(record(artifacts.reports)).map(([type, value]) => `${type} report ${text(value)}`),
  ];
}

function compareVariables(before: JobInterface, after: JobInterface, note: Note): void {
  const [old, now] = [record(before.keywords.variables), record(after.keywords.variables)];
  const place = after.placeOf("variables");
  for (const [name, value] of Object.entries(old)) {
    if (!Object.hasOwn(now, name))
      note(
        "job-variable-removed",
        after.name,
        `variable "${name}" of job "${after.name}" is gone: overriding it has no effect`,
        place,
      );
    else if (!same(value, now[name]))
      note(
        "job-variable-changed",
        after.name,
        `variable "${name}" of job "${after.name}" was ${text(value)} and is ${text(now[name])}`,
        place,
      );
  }
  for (const name of Object.keys(now))
    if (!Object.hasOwn(old, name))
      note("job-variable-added", after.name, `variable "${name}" of job "${after.name}" is new`, place);
}

/** A rule that is gone may mean that the job does not run where it ran; a job without rules runs in every pipeline. */
function compareRules(before: JobInterface, after: JobInterface, note: Note): void {
  const [old, now] = [rulesOf(before), rulesOf(after)];
  const place = after.placeOf("rules");
  for (const each of old)
    if (!now.includes(each))
      note(
        "job-rule-removed",
        after.name,
        `job "${after.name}" has the rule ${each} no more: it may not run where it ran`,
        place,
      );
  for (const each of now)
    if (!old.includes(each))
      note("job-rule-added", after.name, `job "${after.name}" has the new rule ${each}`, place);
}

function rulesOf({ keywords }: JobInterface): string[] {
  if (keywords.rules === undefined) return ['{"when":"on_success"}'];
  return [keywords.rules].flat().map(text);
}

function record(value: JsonValue | undefined): Record<string, JsonValue> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, JsonValue>)
    : {};
}

function same(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  return text(one) === text(other);
}

function text(value: JsonValue | undefined): string {
  return JSON.stringify(value) ?? "none";
}
