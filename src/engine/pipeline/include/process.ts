import { fault, joined, type Problem } from "../../problem/index.ts";
import { Source, YamlMap } from "../../yaml/index.ts";
import { present } from "../entries/checks.ts";
import { ConfigError, refusal } from "../errors.ts";
import { deepMerge } from "../merge.ts";
import type { IncludeContext } from "./context.ts";
import { type FetchedFile, fileAt, type PendingFile } from "./files.ts";
import { loadFile } from "./load.ts";
import type { LoadOptions } from "./loaded.ts";
import { locationsOf } from "./locations.ts";
import { readAll, Urgent } from "./read-all.ts";

/**
 * Resolves the `include` of a configuration, and those of the files that it includes: later files override earlier ones,
 * the file that includes overrides them all (https://docs.gitlab.com/ci/yaml/includes/). Throws ConfigError with the first
 * thing that GitLab complains of.
 */
export function resolveIncludes(config: YamlMap, context: IncludeContext): YamlMap {
  const locations = locationsOf(config, context);
  const files = locations.flatMap((location) => {
    return context.findings.attempt(() => fileAt(location, context)) ?? [];
  });
  if (files.length === 0) return config;
  const contents = readAll(files, context, (file, fetched) => contentOf(file, fetched, context));
  let merged = new YamlMap();
  for (const content of contents) merged = deepMerge(merged, content);
  merged = deepMerge(merged, config).copy();
  merged.delete("include");
  return merged;
}

function contentOf(file: PendingFile, fetched: FetchedFile, context: IncludeContext): YamlMap {
  const source = new Source(fetched.file, fetched.text, file.place);
  const inner = fetched.at ? context.within(fetched.at, fetched.component) : context;
  const checkHeader = fetched.component && ((header: YamlMap) => refuseHeaderIncludes(header, file));
  const loaded = load(file, source, inner, {
    inputs: file.inputs,
    component: fetched.component ?? context.component,
    // In the project that includes: its own came with 19.4, behind a flag that is off (ci_spec_include_own_context).
    headerContext: context,
    checkHeader,
  });
  const content = loaded.size > 0 ? urgently(() => resolveIncludes(loaded, inner)) : loaded;
  // Where the work goes on, it is told already why nothing came of what the file includes.
  if (content.size > 0 || (loaded.size > 0 && context.findings.goesOn)) return content;
  const wrong = fault("included-file-empty", { location: file.location });
  throw refusal(wrong, { subject: file.location, place: file.place });
}

/** A component declares all its inputs itself (https://docs.gitlab.com/ci/components/#component-spec-section). */
export function refuseHeaderIncludes(
  header: YamlMap,
  { location, place }: Pick<PendingFile, "location" | "place">,
): void {
  const spec = header.get("spec");
  const included = spec instanceof YamlMap ? spec.entry("include") : undefined;
  if (included === undefined || !present(included.value)) return;
  throw refusal(fault("component-header-includes", { location }), {
    subject: location,
    place: included.keyPlace ?? place,
  });
}

function load(file: PendingFile, source: Source, context: IncludeContext, options: LoadOptions): YamlMap {
  try {
    const { value, problems } = loadFile(source, context, options);
    if (problems.length > 0) {
      const error = new ConfigError(
        joined(
          problems.map((each) => atFile(each, file)),
          file.location,
        ),
      );
      if (value === undefined) throw error;
      context.findings.refuse(error, "nothing");
    }
    return value ?? new YamlMap();
  } catch (error) {
    if (!(error instanceof Urgent)) throw error;
    throw new ConfigError(joined([atFile(error.problem, file)], file.location));
  }
}

/** A problem without a place of its own stands where the file is included. */
function atFile(problem: Problem, { place }: PendingFile): Problem {
  return problem.place === undefined ? { ...problem, place } : problem;
}

/** What is wrong further down is told before what is wrong here. */
function urgently<Result>(step: () => Result): Result {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof ConfigError) || error instanceof Urgent) throw error;
    throw new Urgent(error.problem);
  }
}
