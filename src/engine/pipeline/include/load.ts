import { type ComponentContext, interpolateFile } from "../../interpolation/index.ts";
import type { Problem } from "../../problem/index.ts";
import type { Source, YamlMap, YamlValue } from "../../yaml/index.ts";
import type { IncludeContext } from "./context.ts";
import { completeHeader } from "./header.ts";

/** A text with its inputs filled in, and what is wrong with it: with both, the reading goes on behind faults. */
export type LoadedFile =
  | { readonly value: YamlMap; readonly problems: readonly Problem[] }
  | { readonly value: undefined; readonly problems: readonly Problem[] };

/** How a file is read: the inputs given to it, and what it may know of the component that it is. */
export interface LoadOptions {
  readonly inputs?: YamlValue | undefined;
  readonly component?: ComponentContext | undefined;
  /** Where the header's own includes are looked up, if not where those of the body are. */
  readonly headerContext?: IncludeContext | undefined;
  /** Looks at the header before its own includes are read; throws ConfigError for what it may not hold. */
  readonly checkHeader?: ((header: YamlMap) => void) | undefined;
}

/** Reads a file of a configuration: YAML, header with its includes, inputs, interpolation. Throws ConfigError for includes of the header. */
export function loadFile(
  source: Source,
  context: IncludeContext,
  { inputs, component, headerContext = context, checkHeader }: LoadOptions,
): LoadedFile {
  context.noteText(source.text);
  const { config, problems } = interpolateFile(source, {
    inputs,
    component,
    variables: context.variableList,
    goesOn: context.findings.goesOn,
    gitlabVersion: context.version,
    completeHeader: (header) => {
      checkHeader?.(header);
      return completeHeader(header, headerContext);
    },
  });
  return { value: config, problems };
}
