import type { PlainPlace } from "../engine/yaml/index.ts";

/** What a change asks of the next version: MAJOR, MINOR or PATCH of https://semver.org. */
export type ChangeClass = "major" | "minor" | "patch";

/** Every kind of change to a component's interface, with the version that it asks for and why. */
export const changeKinds = {
  "component-added": "minor",
  "component-removed": "major",
  "input-added": "minor",
  "input-added-required": "major",
  "input-removed": "major",
  "input-made-required": "major",
  "input-made-optional": "minor",
  "input-type-changed": "major",
  "input-default-changed": "minor",
  "input-options-narrowed": "major",
  "input-options-widened": "minor",
  "input-regex-narrowed": "major",
  "input-regex-unclear": "major",
  "input-regex-widened": "minor",
  "input-rules-changed": "major",
  "input-description-changed": "patch",
  "job-added": "minor",
  "job-removed": "major",
  "job-renamed": "major",
  "job-stage-changed": "major",
  "job-image-changed": "minor",
  "job-tags-changed": "major",
  "job-artifact-removed": "major",
  "job-artifact-added": "minor",
  "job-variable-removed": "major",
  "job-variable-added": "minor",
  "job-variable-changed": "minor",
  "job-rule-removed": "major",
  "job-rule-added": "minor",
  "job-environment-changed": "major",
  "job-needs-changed": "minor",
  "job-keyword-changed": "patch",
  "variable-read-added": "minor",
  "variable-read-removed": "patch",
  "global-keyword-added": "major",
  "global-keyword-removed": "major",
  "global-keyword-changed": "minor",
  "gitlab-version-raised": "major",
} as const satisfies Readonly<Record<string, ChangeClass>>;

export type ChangeKind = keyof typeof changeKinds;

/** One change to what consumers of a component meet. */
export interface InterfaceChange {
  readonly kind: ChangeKind;
  readonly class: ChangeClass;
  readonly component: string;
  /** The input, job or keyword that changed. */
  readonly subject: string;
  /** One line: what it was and what it is. */
  readonly message: string;
  /** Where it stands: in the newer file, or in the older one where it is gone. Lines and columns from 1. */
  readonly place: (PlainPlace & { readonly side: "before" | "after" }) | undefined;
}

/** The strongest class among changes; undefined where there are none. */
export function strongestClass(changes: readonly InterfaceChange[]): ChangeClass | undefined {
  return (["major", "minor", "patch"] as const).find((each) =>
    changes.some((change) => change.class === each),
  );
}
