import { findUnknownInputs } from "../../contract/index.ts";
import { interpolateFile } from "../../interpolation/index.ts";
import { type Source, YamlMap, type YamlValue } from "../../yaml/index.ts";
import type { IncludeContext } from "./context.ts";
import { completeHeader } from "./header.ts";
import type { LoadedFile, LoadOptions } from "./loaded.ts";
import { Urgent } from "./read-all.ts";

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
    checkHeader,
    completeHeader: (header) => {
      try {
        return completeHeader(header, headerContext, loadFile);
      } catch (error) {
        throw error instanceof Urgent ? withUnknownInputs(error, inputs) : error;
      }
    },
  });
  return { value: config, problems };
}

/** Where a header's include fails, GitLab knows none of the inputs that are given, and says so in the same message. */
function withUnknownInputs({ problem }: Urgent, given: YamlValue | undefined): Urgent {
  const [unknown] = given instanceof YamlMap ? findUnknownInputs([], given) : [];
  return new Urgent(unknown ? { ...problem, message: `${problem.message}, ${unknown.message}` } : problem);
}
