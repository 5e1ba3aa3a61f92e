/** The contract room: a component's header, its inputs, and the values given to them, judged as GitLab 18.11 does. */
export type { InputValue } from "./coerce.ts";
export { DocumentError, type Documents, loadDocuments, loadHeader } from "./documents.ts";
export { validateHeader } from "./header.ts";
export { type Input, readComponentFields, readInputs } from "./input.ts";
export { INPUT_TYPES, type InputType, inputTypeOf } from "./input-types.ts";
export { type KeyStyle, keyStyleOptions } from "./key-style.ts";
export {
  COMPONENT_FIELDS,
  type ComponentField,
  INPUT_KEYS,
  MOST_OPTIONS,
  RULE_KEYS,
  SPEC_KEYS,
} from "./keywords.ts";
export { GitLabCrash, type ProblemKind } from "./problem.ts";
export { findUnknownInputs, type Resolution, type ResolvedInput, resolveInputs } from "./resolve.ts";
export { sampleValue } from "./sample.ts";
