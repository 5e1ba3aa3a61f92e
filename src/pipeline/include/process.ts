import { type Place, Source, YamlMap } from "../../yaml/index.ts";
import { ConfigError } from "../errors.ts";
import { deepMerge } from "../merge.ts";
import type { IncludeContext } from "./context.ts";
import { type FetchedFile, fileAt, type PendingFile } from "./files.ts";
import { loadFile } from "./load.ts";
import { locationsOf } from "./locations.ts";

/**
 * Resolves the `include` of a configuration, and those of the files that it includes: later files override earlier ones,
 * the file that includes overrides them all (https://docs.gitlab.com/ci/yaml/includes/). Throws ConfigError with the first
 * thing that GitLab complains of.
 */
export function resolveIncludes(config: YamlMap, context: IncludeContext): YamlMap {
  const locations = locationsOf(config, context);
  const files = locations.map((location) => fileAt(location, context));
  if (files.length === 0) return config;
  const contents = loadAll(files, context);
  let merged = new YamlMap();
  for (const content of contents) merged = deepMerge(merged, content);
  merged = deepMerge(merged, config).copy();
  merged.delete("include");
  return merged;
}

/**
 * GitLab looks at all locations first, then reads each file with everything below it; a complaint of one file is told only
 * after all of them were read, but a complaint of what a file includes is told at once.
 */
function loadAll(files: readonly PendingFile[], context: IncludeContext): YamlMap[] {
  const complaints = new Map<PendingFile, ConfigError>();
  for (const file of files) {
    const { location, kind, place } = file;
    const tooMany = context.count({ location, kind, place });
    if (tooMany !== undefined) throw new ConfigError(tooMany, place);
    note(complaints, file, file.validate);
  }
  const contents = files.map((file) => {
    if (complaints.has(file)) return undefined;
    const fetched = note(complaints, file, file.fetch);
    return fetched && loadOne(file, fetched, context, complaints);
  });
  for (const file of files) {
    const complaint = complaints.get(file);
    if (complaint !== undefined) throw complaint;
  }
  return contents as YamlMap[];
}

function note<Result>(
  complaints: Map<PendingFile, ConfigError>,
  file: PendingFile,
  step: () => Result,
): Result | undefined {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    complaints.set(file, error);
    return undefined;
  }
}

function loadOne(
  file: PendingFile,
  fetched: FetchedFile,
  context: IncludeContext,
  complaints: Map<PendingFile, ConfigError>,
): YamlMap | undefined {
  const complain = (message: string, place: Place | undefined) => {
    complaints.set(file, new ConfigError(message, place));
    return undefined;
  };
  const source = new Source(fetched.file, fetched.text, file.place);
  const component = fetched.component ?? context.component;
  const loaded = loadFile(source, { inputs: file.inputs, component, variables: context.variables });
  if ("errors" in loaded) {
    const messages = loaded.errors.slice(0, 3).map(({ message }) => message);
    return complain(`\`${file.location}\`: ${messages.join(", ")}`, loaded.errors[0]?.place);
  }
  const inner = fetched.at ? context.within(fetched.at, fetched.component) : context;
  const content = loaded.value && loaded.value.size > 0 ? resolveIncludes(loaded.value, inner) : undefined;
  if (content === undefined || content.size === 0) {
    return complain(`Included file \`${file.location}\` does not have valid YAML syntax!`, file.place);
  }
  return content;
}
