import type { Input } from "../engine/contract/index.ts";
import type { JsonValue, Place } from "../engine/yaml/index.ts";

/** A component as its consumers meet it, read from its file without filling in inputs. */
export interface ComponentInterface {
  readonly name: string;
  readonly file: string;
  readonly inputs: ReadonlyMap<string, Input>;
  /** Jobs by name, blocks and all: `$[[ inputs.prefix ]]test`. Hidden jobs are left out. */
  readonly jobs: ReadonlyMap<string, JobInterface>;
  /** `default`, `stages`, `variables`, `workflow`: they reach beyond the component's own jobs. */
  readonly globals: ReadonlyMap<string, { readonly value: JsonValue; readonly place: Place | undefined }>;
  /** CI/CD variables that scripts read and the component does not set. */
  readonly reads: ReadonlySet<string>;
  /** The oldest GitLab that understands the file, `[18, 7]`, and why. */
  readonly needs: { readonly version: readonly [number, number]; readonly because: string };
}

export interface JobInterface {
  readonly name: string;
  readonly keywords: Readonly<Record<string, JsonValue>>;
  readonly place: Place | undefined;
  /** The place of a keyword of the job, or of the job. */
  readonly placeOf: (keyword: string) => Place | undefined;
}
