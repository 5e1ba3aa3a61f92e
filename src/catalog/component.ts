import { loadDocuments, readInputs } from "../contract/index.ts";
import { loadFile } from "../lint/engine.ts";
import type { ComponentInterface } from "../release/index.ts";
import { type JsonValue, Source, toJson, YamlList, YamlMap } from "../yaml/index.ts";
import { EVENTS, type EventName, type Judged, judge, OWN_STAGE, pipelineOf } from "./judge.ts";
import type { CatalogComponent, CatalogInput, CatalogJob } from "./model.ts";
import { localPath, outlineOf } from "./outline.ts";
import { findExamples, findGuide, type Guide } from "./readme.ts";
import { type ChangeTable, changesBetween, changeTable, type Release, sinceOf } from "./releases.ts";

/** A component's entry in the catalog, and what its page needs besides. */
export interface ComponentMaterial {
  readonly entry: CatalogComponent;
  readonly guide: Guide | undefined;
  /** The component for the engine on the page. */
  readonly outline: Judged;
  /** The pipeline of the defaults as SVG; empty where none can be drawn. */
  readonly picture: string;
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
  const source = new Source(file, project.files[file] ?? "");
  const { header } = loadDocuments(source);
  const samples = (toJson(loadFile(source).sample ?? new YamlMap()) ?? {}) as Record<string, JsonValue>;
  const whole: Judged = { name, project: project.path, file, files: project.files, samples };
  const { outline, left } = outlined(whole);
  const { picture, notes } = pictureOf(outline);
  const jobs = readJobs(whole);
  const guide = findGuide(name, project.files, isOnly);
  const table = changeTable(versionsOf(own, project.releases));
  const texts = Object.entries(project.files).flatMap(([path, text]) => (path.endsWith(".md") ? [text] : []));
  return {
    guide,
    outline,
    picture,
    notes: [...left.map((each) => `What "${each}" brings in is not shown.`), ...notes],
    scripts: jobs.map((each) => each.script),
    changes: table,
    entry: {
      name,
      file,
      address: `$CI_SERVER_FQDN/${project.path}/${name}`,
      description: descriptionOf(header) || commentOf(source.text),
      inputs: readInputs(header).map((input) =>
        describeInput(input, sinceOf(name, input.name, project.releases)),
      ),
      stages: [...new Set(jobs.map((each) => each.job.stage))],
      jobs: jobs.map((each) => each.job),
      guide: guide?.markdown ?? "",
      examples: findExamples(name, texts),
      history: historyOf(name, project.releases),
    },
  };
}

type DeclaredInput = ReturnType<typeof readInputs>[number];

function describeInput(input: DeclaredInput, since: string | null): CatalogInput {
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

function descriptionOf(header: YamlMap | undefined): string {
  const spec = header?.get("spec");
  const description = spec instanceof YamlMap ? spec.get("description") : undefined;
  return typeof description === "string" ? description.replace(/\s+/g, " ").trim() : "";
}

/** The first paragraph of the comment that the file begins with, for components without `spec:description`. */
function commentOf(text: string): string {
  const lines = /^(?:#[^\n]*\n)+/.exec(text.replace(/^---\s*\n/, ""))?.[0].split("\n") ?? [];
  const words = lines.map((line) => line.replace(/^#+\s?/, ""));
  const end = words.findIndex((line) => line.trim() === "");
  const paragraph = words
    .slice(0, end < 0 ? undefined : end)
    .join(" ")
    .replace(/\s+/g, " ")
    .trim();
  return /^(yaml-language-server|yamllint|SPDX|Copyright)/i.test(paragraph) ? "" : paragraph;
}

/** The component and every file of the project that it includes, cut down for the page. */
function outlined(whole: Judged): { outline: Judged; left: string[] } {
  const files: Record<string, string> = {};
  const left: string[] = [];
  const waiting = [whole.file];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (Object.hasOwn(files, path)) continue;
    const { text, left: others } = outlineOf(path, whole.files[path] ?? "", whole.files);
    files[path] = text;
    left.push(...others);
    waiting.push(...includedBy(path, whole.files));
  }
  return { outline: { ...whole, files }, left: [...new Set(left)] };
}

/** A path with a block in it may lead to any template. */
function includedBy(path: string, files: Readonly<Record<string, string>>): string[] {
  const include = loadDocuments(new Source(path, files[path] ?? "")).content.get("include");
  const items = include instanceof YamlList ? include.items : [include ?? null];
  const paths = items.map(localPath).filter((each) => each !== undefined);
  const all = Object.keys(files).filter((each) => each.startsWith("templates/") && each.endsWith(".yml"));
  return paths.flatMap((each) => (each.includes("$[[") ? all : Object.hasOwn(files, each) ? [each] : []));
}

function pictureOf(outline: Judged): { picture: string; notes: readonly string[] } {
  const verdicts = (Object.keys(EVENTS) as EventName[]).map((event) =>
    judge(outline, outline.samples, event),
  );
  const { picture, notes } = verdicts.find((each) => each.picture !== "") ?? verdicts[0]!;
  return { picture, notes };
}

/** The jobs of all kinds of pipelines, with the inputs' defaults. */
function readJobs(whole: Judged): { job: CatalogJob; script: string }[] {
  const found = new Map<string, { job: CatalogJob; script: string }>();
  for (const [event, label] of Object.entries(EVENTS)) {
    const { jobs, config } = pipelineOf(whole, whole.samples, event as EventName);
    const written = (config ?? {}) as Readonly<Record<string, WrittenJob>>;
    for (const [name, { stage, when, needs }] of jobs) {
      const own = written[name] ?? {};
      if (own.stage === OWN_STAGE) continue;
      const script = [own.before_script, own.script, own.after_script]
        .flat(9)
        .filter((each) => each != null)
        .join("\n");
      const before = found.get(name)?.job.runs ?? [];
      found.set(name, {
        script,
        job: {
          name,
          stage,
          image: nameIn(own.image),
          environment: nameIn(own.environment),
          needs: (needs ?? []).map((need) => (need as { name: string }).name),
          runs: [...before, { event: label, manual: when === "manual" }],
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
  const released = releases.flatMap(({ tag, components }) => {
    const own = components.get(current.name);
    return own ? [[tag, own] as const] : [];
  });
  const [newest] = released;
  const isReleased = newest !== undefined && changesBetween(newest[1], current).length === 0;
  return isReleased ? released : [["unreleased", current] as const, ...released];
}
