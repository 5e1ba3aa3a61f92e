import { OWN_STAGE } from "../consumer/pipeline.ts";
import { readComponent } from "../docs/component.ts";
import { type Input, loadDocuments } from "../engine/contract/index.ts";
import { memoryTree } from "../engine/pipeline/index.ts";
import { Source, toJson, YamlList } from "../engine/yaml/index.ts";
import type { ComponentInterface } from "../release/index.ts";
import { EVENTS, type EventName, type Judged, judge, pipelineOf, type Verdict } from "./judge.ts";
import type { Guide } from "./markdown.ts";
import type { CatalogComponent, CatalogInput, CatalogJob } from "./model.ts";
import { localPath, outlineOf } from "./outline.ts";
import { findExamples, findGuide } from "./readme.ts";
import {
  type ChangeTable,
  COMPARED_RELEASES,
  changesBetween,
  changeTable,
  type Release,
  sinceOf,
} from "./releases.ts";

/** A component's entry in the catalog, and what its page needs besides. */
export interface ComponentMaterial {
  readonly entry: CatalogComponent;
  readonly guide: Guide | undefined;
  /** The component for the engine on the page. */
  readonly outline: Judged;
  /** The kind of pipeline that the picture is of. */
  readonly event: EventName;
  /** The pipeline of the defaults as SVG; empty where none can be drawn. */
  readonly picture: string;
  /** Stages that a consumer has to declare; empty where GitLab's own do. */
  readonly stages: readonly string[];
  /** What the picture lacks, or why there is none. */
  readonly notes: readonly string[];
  /** The scripts of each job of the entry, in its order. */
  readonly scripts: readonly string[];
  readonly changes: ChangeTable;
}

/** What all components of a project share. */
export interface ProjectMaterial {
  readonly path: string;
  /** Templates, documentation and what templates include, by path from the project's root. */
  readonly files: Readonly<Record<string, string>>;
  readonly releases: readonly Release[];
}

/** Describes one component. Throws DocumentError and GitLabCrash where its template cannot be loaded. */
export function describeComponent(
  own: ComponentInterface,
  project: ProjectMaterial,
  isOnly: boolean,
): ComponentMaterial {
  const { name, file } = own;
  const { description, inputs, sample } = readComponent(name, file, memoryTree(project.files));
  const common = { name, project: project.path, file, samples: sample };
  const { files, wholeFiles, left } = outlined(file, project.files);
  const outline = { ...common, files, left };
  const { event, picture, notes, stages } = verdictOf(outline);
  const jobs = readJobs({ ...common, files: wholeFiles, left });
  const guide = findGuide(name, project.files, isOnly);
  const table = changeTable(versionsOf(own, project.releases));
  const texts = Object.entries(project.files).flatMap(([path, text]) => (path.endsWith(".md") ? [text] : []));
  return {
    guide,
    outline,
    event,
    picture,
    stages,
    notes,
    scripts: jobs.map((each) => each.script),
    changes: table,
    entry: {
      name,
      file,
      address: `$CI_SERVER_FQDN/${project.path}/${name}`,
      description: description.replace(/\s+/g, " "),
      inputs: inputs.map((input) => describeInput(input, sinceOf(name, input.name, project.releases))),
      stages: [...new Set(jobs.map((each) => each.job.stage))],
      jobs: jobs.map((each) => each.job),
      guide: guide?.markdown ?? "",
      examples: findExamples(name, texts),
      history: historyOf(name, project.releases),
    },
  };
}

function describeInput(input: Input, since: string | null): CatalogInput {
  return {
    name: input.name,
    type: input.type ?? "string",
    description: input.description ?? "",
    required: input.required,
    ...(input.default !== undefined && { default: toJson(input.default) }),
    ...(input.options && { options: input.options.items.map(toJson) }),
    ...(typeof input.regex === "string" && { regex: input.regex }),
    ...(input.rules && { rules: input.rules.items.map(toJson) }),
    since,
  };
}

/** The component and every file of the project that it includes: cut down for the page, and with its scripts. */
function outlined(file: string, all: ProjectMaterial["files"]) {
  const files: Record<string, string> = {};
  const wholeFiles: Record<string, string> = {};
  const left = new Set<string>();
  const waiting = [file];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (Object.hasOwn(files, path)) continue;
    const outline = outlineOf(path, all[path] ?? "", all);
    files[path] = outline.text;
    wholeFiles[path] = outline.whole;
    for (const each of outline.left) left.add(each);
    waiting.push(...includedBy(path, all));
  }
  return { files, wholeFiles, left: [...left] };
}

/** A path with a block in it may lead to any template. */
function includedBy(path: string, files: Readonly<Record<string, string>>): string[] {
  const include = loadDocuments(new Source(path, files[path] ?? "")).content.get("include");
  const items = include instanceof YamlList ? include.items : [include ?? null];
  const paths = items.map(localPath).filter((each) => each !== undefined);
  const all = Object.keys(files).filter((each) => each.startsWith("templates/") && each.endsWith(".yml"));
  return paths.flatMap((each) => (each.includes("$[[") ? all : Object.hasOwn(files, each) ? [each] : []));
}

/** The verdict for the first kind of pipeline that gets a job with the defaults. */
function verdictOf(outline: Judged): Verdict & { readonly event: EventName } {
  const verdicts = eventNames.map((event) => ({ event, ...judge(outline, outline.samples, event) }));
  return verdicts.find((each) => each.picture !== "") ?? verdicts[0]!;
}

const eventNames = Object.keys(EVENTS) as EventName[];

/** The jobs of all kinds of pipelines, with the inputs' defaults. */
function readJobs(whole: Judged): { job: CatalogJob; script: string }[] {
  const found = new Map<string, { job: CatalogJob; script: string }>();
  for (const event of eventNames) {
    const { jobs, config } = pipelineOf(whole, whole.samples, event);
    const written = (config ?? {}) as Readonly<Record<string, WrittenJob>>;
    for (const [name, { stage, when, needs }] of jobs) {
      const own = written[name] ?? {};
      if (own.stage === OWN_STAGE) continue;
      const script = [own.before_script, own.script, own.after_script]
        .flat(9)
        .filter((each) => each != null)
        .join("\n");
      const before = found.get(name)?.job.runs ?? [];
      const runs =
        event === "every" ? before : [...before, { event: EVENTS[event], manual: when === "manual" }];
      found.set(name, {
        script,
        job: {
          name,
          stage,
          image: nameIn(own.image),
          environment: nameIn(own.environment),
          needs: (needs ?? []).map((need) => (need as { name: string }).name),
          runs,
          lines: script === "" ? 0 : script.split("\n").length,
        },
      });
    }
  }
  return [...found.values()];
}

/** A job as the merged configuration has it. */
interface WrittenJob {
  readonly stage?: unknown;
  readonly image?: unknown;
  readonly environment?: unknown;
  readonly script?: unknown;
  readonly before_script?: unknown;
  readonly after_script?: unknown;
}

function nameIn(value: unknown): string | null {
  const name = typeof value === "object" && value !== null ? (value as { name?: unknown }).name : value;
  return typeof name === "string" ? name : null;
}

function historyOf(name: string, releases: readonly Release[]): CatalogComponent["history"] {
  const own = releases.filter((each) => each.components.has(name));
  return own.map(({ tag, date, components }, index) => {
    const [before, after] = [own[index + 1]?.components.get(name), components.get(name)];
    return { tag, date, changes: before && after ? changesBetween(before, after) : [] };
  });
}

/** What stands in the work tree counts as a version of its own where it differs from the newest release. */
function versionsOf(
  current: ComponentInterface,
  releases: readonly Release[],
): (readonly [string, ComponentInterface])[] {
  const released = releases.slice(0, COMPARED_RELEASES).flatMap(({ tag, components }) => {
    const own = components.get(current.name);
    return own ? [[tag, own] as const] : [];
  });
  const [newest] = released;
  const isReleased = newest !== undefined && changesBetween(newest[1], current).length === 0;
  return isReleased ? released : [["unreleased", current] as const, ...released];
}
