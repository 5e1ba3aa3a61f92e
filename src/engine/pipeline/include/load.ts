import { interpolateFile } from "../../interpolation/index.ts";
import type { Source } from "../../yaml/index.ts";
import type { IncludeContext } from "./context.ts";
import { completeHeader } from "./header.ts";
import type { LoadedFile, LoadOptions } from "./loaded.ts";

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
      return completeHeader(header, headerContext, loadFile);
    },
  });
  return { value: config, problems };
}
