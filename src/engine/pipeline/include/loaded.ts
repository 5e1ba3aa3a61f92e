import type { ComponentContext } from "../../interpolation/index.ts";
import type { Problem } from "../../problem/index.ts";
import type { Source, YamlMap, YamlValue } from "../../yaml/index.ts";
import type { IncludeContext } from "./context.ts";

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

/** How a file is read: a header's own includes are read as all other files are. */
export type LoadFile = (source: Source, context: IncludeContext, options: LoadOptions) => LoadedFile;
