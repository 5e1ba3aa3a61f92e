import type { InputType } from "../engine/contract/index.ts";
import type { JsonValue } from "../engine/yaml/index.ts";
import type { ChangeClass } from "../release/index.ts";

/** The catalog's data: what `catalog.json` holds and the pages are made of. Its schema is `docs/schemas/catalog.schema.json`. */
export interface CatalogIndex {
  readonly version: 1;
  readonly project: CatalogProject;
  readonly components: readonly CatalogComponent[];
}

export interface CatalogProject {
  readonly name: string;
  /** Full path on the GitLab instance, such as `group/berth`. */
  readonly path: string;
  readonly description: string;
  /** The project's page on its GitLab; null where it is not known. */
  readonly url: string | null;
  /** The newest release; null before the first one. */
  readonly latest: string | null;
  /** Releases, the highest first. */
  readonly versions: readonly CatalogVersion[];
}

export interface CatalogVersion {
  readonly tag: string;
  /** The tag's day, `2026-03-01`. */
  readonly date: string;
}

export interface CatalogComponent {
  readonly name: string;
  /** The template's path in the project. */
  readonly file: string;
  /** What an include says, without the version: `$CI_SERVER_FQDN/group/project/name`. */
  readonly address: string;
  readonly description: string;
  readonly inputs: readonly CatalogInput[];
  readonly stages: readonly string[];
  readonly jobs: readonly CatalogJob[];
  /** The component's guide, as Markdown; empty where there is none. */
  readonly guide: string;
  /** Blocks of YAML in the project's documentation that include this component. */
  readonly examples: readonly string[];
  /** Releases that have the component, the highest first, each with what it changed. */
  readonly history: readonly CatalogRelease[];
}

export interface CatalogInput {
  readonly name: string;
  readonly type: InputType;
  readonly description: string;
  readonly required: boolean;
  readonly default?: JsonValue;
  readonly options?: readonly JsonValue[];
  readonly regex?: string;
  /** Conditions on other inputs, each with the options and the default that hold under it. */
  readonly rules?: readonly JsonValue[];
  /** The release since which every release has the input; null where the newest one lacks it. */
  readonly since: string | null;
}

export interface CatalogJob {
  readonly name: string;
  readonly stage: string;
  readonly image: string | null;
  readonly environment: string | null;
  readonly needs: readonly string[];
  /** The pipelines that get the job with the default inputs, and whether it waits there for a person. */
  readonly runs: readonly { readonly event: string; readonly manual: boolean }[];
  /** Lines of `before_script`, `script` and `after_script`. */
  readonly lines: number;
}

export interface CatalogRelease extends CatalogVersion {
  /** What changed for consumers since the release before; empty for the first. */
  readonly changes: readonly CatalogChange[];
}

export interface CatalogChange {
  readonly class: ChangeClass;
  readonly kind: string;
  readonly message: string;
}
