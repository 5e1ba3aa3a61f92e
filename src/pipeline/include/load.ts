import {
  loadYaml,
  type Place,
  type Source,
  YamlError,
  YamlList,
  YamlMap,
  type YamlValue,
} from "../../yaml/index.ts";
import type { VariableTable } from "../variables.ts";

/** What a file may know of the component that it is. */
export interface ComponentFacts {
  readonly name: string;
  readonly sha: string;
  readonly version: string | null;
  readonly reference: string;
}

/** A text with its inputs filled in, or why that cannot be done. */
export type LoadedFile =
  | { readonly value: YamlMap | null; readonly place: Place | undefined }
  | { readonly errors: readonly { readonly message: string; readonly place: Place | undefined }[] };

interface LoadOptions {
  readonly inputs?: YamlValue | undefined;
  readonly component?: ComponentFacts | undefined;
  readonly variables: VariableTable;
}

/** Reads a file of a configuration: YAML, header, inputs, interpolation. */
export function loadFile(source: Source, _options: LoadOptions): LoadedFile {
  try {
    const { value, place } = loadYaml(source);
    if (value instanceof YamlMap) return { value, place };
    if (value === null || value === false || (value instanceof YamlList && value.size === 0))
      return { value: null, place };
    return { errors: [{ message: "Invalid configuration format", place }] };
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return { errors: [{ message: error.message, place: error.place }] };
  }
}
