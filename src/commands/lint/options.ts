import type { Severity } from "../../lint/diagnostic.ts";
import type { Format } from "../../report/index.ts";
import type { ElsewhereOptions } from "../elsewhere.ts";

/** The options of `berth lint`, as commander hands them on. */
export interface LintOptions extends ElsewhereOptions {
  readonly format: Format;
  readonly output?: string;
  /** `--color` alone is true. */
  readonly color?: true | "auto" | "always" | "never";
  /** The only rules that count. */
  readonly rule?: readonly string[];
  /** Rules that do not count. */
  readonly ignore?: readonly string[];
  /** What the text of stdin is called. */
  readonly stdinPath?: string;
  readonly failOn?: Severity;
  readonly gitlabVersion?: string;
  readonly config?: string;
  readonly fix?: boolean;
  readonly dryRun?: boolean;
  readonly unsafeFixes?: boolean;
  /** True stands for HEAD. */
  readonly changed?: string | true;
  readonly baseline?: string;
  readonly writeBaseline?: string;
  readonly shellcheck: boolean;
  readonly cache: boolean;
  readonly watch?: boolean;
  readonly quiet?: boolean;
}
