// Made by src/build/registry.ts from the folder rules/.
import type { Rule } from "./rule.ts";
import { rule as arrayNotInString } from "./rules/array-not-in-string.ts";
import { rule as artifactPathsInside } from "./rules/artifact-paths-inside.ts";
import { rule as artifactsMade } from "./rules/artifacts-made.ts";
import { rule as blockWellFormed } from "./rules/block-well-formed.ts";
import { rule as callerInputAllowed } from "./rules/caller-input-allowed.ts";
import { rule as callerInputGiven } from "./rules/caller-input-given.ts";
import { rule as callerInputKnown } from "./rules/caller-input-known.ts";
import { rule as callerInputValid } from "./rules/caller-input-valid.ts";
import { rule as componentCountBounded } from "./rules/component-count-bounded.ts";
import { rule as componentDescribed } from "./rules/component-described.ts";
import { rule as componentDocumented } from "./rules/component-documented.ts";
import { rule as componentFieldDeclared } from "./rules/component-field-declared.ts";
import { rule as componentPlaced } from "./rules/component-placed.ts";
import { rule as componentSelfContained } from "./rules/component-self-contained.ts";
import { rule as componentWithoutGlobals } from "./rules/component-without-globals.ts";
import { rule as conditionComparable } from "./rules/condition-comparable.ts";
import { rule as conditionPatternBare } from "./rules/condition-pattern-bare.ts";
import { rule as conditionQuoted } from "./rules/condition-quoted.ts";
import { rule as conditionValueKnown } from "./rules/condition-value-known.ts";
import { rule as debugTraceOff } from "./rules/debug-trace-off.ts";
import { rule as deployEnvironmentNamed } from "./rules/deploy-environment-named.ts";
import { rule as deployInterruptionDecided } from "./rules/deploy-interruption-decided.ts";
import { rule as deploySerialized } from "./rules/deploy-serialized.ts";
import { rule as deployUninterrupted } from "./rules/deploy-uninterrupted.ts";
import { rule as documentsRead } from "./rules/documents-read.ts";
import { rule as downloadVerified } from "./rules/download-verified.ts";
import { rule as exitCodeSeen } from "./rules/exit-code-seen.ts";
import { rule as expandVarsConstrained } from "./rules/expand-vars-constrained.ts";
import { rule as extendsDeclared } from "./rules/extends-declared.ts";
import { rule as functionKnown } from "./rules/function-known.ts";
import { rule as gitlabVersionSupported } from "./rules/gitlab-version-supported.ts";
import { rule as headerBeforeBlocks } from "./rules/header-before-blocks.ts";
import { rule as headerKnownKeys } from "./rules/header-known-keys.ts";
import { rule as headerValid } from "./rules/header-valid.ts";
import { rule as hostKeyChecked } from "./rules/host-key-checked.ts";
import { rule as idTokenAudienceNarrow } from "./rules/id-token-audience-narrow.ts";
import { rule as imagePinned } from "./rules/image-pinned.ts";
import { rule as includeAddressComplete } from "./rules/include-address-complete.ts";
import { rule as includeFound } from "./rules/include-found.ts";
import { rule as includeJobsApart } from "./rules/include-jobs-apart.ts";
import { rule as includePinned } from "./rules/include-pinned.ts";
import { rule as includeVariableReady } from "./rules/include-variable-ready.ts";
import { rule as inputConditionValid } from "./rules/input-condition-valid.ts";
import { rule as inputDeclared } from "./rules/input-declared.ts";
import { rule as inputDefaultPlain } from "./rules/input-default-plain.ts";
import { rule as inputDefaultValid } from "./rules/input-default-valid.ts";
import { rule as inputDescribed } from "./rules/input-described.ts";
import { rule as inputNotInShell } from "./rules/input-not-in-shell.ts";
import { rule as inputOptionsValid } from "./rules/input-options-valid.ts";
import { rule as inputRegexAnchored } from "./rules/input-regex-anchored.ts";
import { rule as inputRegexValid } from "./rules/input-regex-valid.ts";
import { rule as inputRulesAcyclic } from "./rules/input-rules-acyclic.ts";
import { rule as inputRulesValid } from "./rules/input-rules-valid.ts";
import { rule as inputTypeFitting } from "./rules/input-type-fitting.ts";
import { rule as inputTypeKnown } from "./rules/input-type-known.ts";
import { rule as inputUsed } from "./rules/input-used.ts";
import { rule as interpolationValid } from "./rules/interpolation-valid.ts";
import { rule as jobKeysKnown } from "./rules/job-keys-known.ts";
import { rule as jobNameAdjustable } from "./rules/job-name-adjustable.ts";
import { rule as jobNameValid } from "./rules/job-name-valid.ts";
import { rule as jobReachable } from "./rules/job-reachable.ts";
import { rule as keysUnique } from "./rules/keys-unique.ts";
import { rule as neededArtifactsMade } from "./rules/needed-artifacts-made.ts";
import { rule as needsAcyclic } from "./rules/needs-acyclic.ts";
import { rule as needsDeclared } from "./rules/needs-declared.ts";
import { rule as needsSeen } from "./rules/needs-seen.ts";
import { rule as needsTogether } from "./rules/needs-together.ts";
import { rule as pipelineValid } from "./rules/pipeline-valid.ts";
import { rule as pipelinesSingle } from "./rules/pipelines-single.ts";
import { rule as predefinedVariableKnown } from "./rules/predefined-variable-known.ts";
import { rule as projectLicensed } from "./rules/project-licensed.ts";
import { rule as releaseImageAble } from "./rules/release-image-able.ts";
import { rule as releasePublished } from "./rules/release-published.ts";
import { rule as rulesDistinct } from "./rules/rules-distinct.ts";
import { rule as rulesNotOnly } from "./rules/rules-not-only.ts";
import { rule as rulesReachable } from "./rules/rules-reachable.ts";
import { rule as secretNotWritten } from "./rules/secret-not-written.ts";
import { rule as serverNotFixed } from "./rules/server-not-fixed.ts";
import { rule as serviceUnprivileged } from "./rules/service-unprivileged.ts";
import { rule as shellCareful } from "./rules/shell-careful.ts";
import { rule as shellClean } from "./rules/shell-clean.ts";
import { rule as shellParsable } from "./rules/shell-parsable.ts";
import { rule as shellStrictSound } from "./rules/shell-strict-sound.ts";
import { rule as stageAdjustable } from "./rules/stage-adjustable.ts";
import { rule as stageDeclared } from "./rules/stage-declared.ts";
import { rule as suppressionReasoned } from "./rules/suppression-reasoned.ts";
import { rule as suppressionUsed } from "./rules/suppression-used.ts";
import { rule as tagSemantic } from "./rules/tag-semantic.ts";
import { rule as templateKeysKnown } from "./rules/template-keys-known.ts";
import { rule as tlsVerified } from "./rules/tls-verified.ts";
import { rule as untrustedTextNotRun } from "./rules/untrusted-text-not-run.ts";
import { rule as valuesAsWritten } from "./rules/values-as-written.ts";
import { rule as yamlReadable } from "./rules/yaml-readable.ts";

/** All rules, by id. */
export const rules: readonly Rule[] = [
  arrayNotInString,
  artifactPathsInside,
  artifactsMade,
  blockWellFormed,
  callerInputAllowed,
  callerInputGiven,
  callerInputKnown,
  callerInputValid,
  componentCountBounded,
  componentDescribed,
  componentDocumented,
  componentFieldDeclared,
  componentPlaced,
  componentSelfContained,
  componentWithoutGlobals,
  conditionComparable,
  conditionPatternBare,
  conditionQuoted,
  conditionValueKnown,
  debugTraceOff,
  deployEnvironmentNamed,
  deployInterruptionDecided,
  deploySerialized,
  deployUninterrupted,
  documentsRead,
  downloadVerified,
  exitCodeSeen,
  expandVarsConstrained,
  extendsDeclared,
  functionKnown,
  gitlabVersionSupported,
  headerBeforeBlocks,
  headerKnownKeys,
  headerValid,
  hostKeyChecked,
  idTokenAudienceNarrow,
  imagePinned,
  includeAddressComplete,
  includeFound,
  includeJobsApart,
  includePinned,
  includeVariableReady,
  inputConditionValid,
  inputDeclared,
  inputDefaultPlain,
  inputDefaultValid,
  inputDescribed,
  inputNotInShell,
  inputOptionsValid,
  inputRegexAnchored,
  inputRegexValid,
  inputRulesAcyclic,
  inputRulesValid,
  inputTypeFitting,
  inputTypeKnown,
  inputUsed,
  interpolationValid,
  jobKeysKnown,
  jobNameAdjustable,
  jobNameValid,
  jobReachable,
  keysUnique,
  neededArtifactsMade,
  needsAcyclic,
  needsDeclared,
  needsSeen,
  needsTogether,
  pipelineValid,
  pipelinesSingle,
  predefinedVariableKnown,
  projectLicensed,
  releaseImageAble,
  releasePublished,
  rulesDistinct,
  rulesNotOnly,
  rulesReachable,
  secretNotWritten,
  serverNotFixed,
  serviceUnprivileged,
  shellCareful,
  shellClean,
  shellParsable,
  shellStrictSound,
  stageAdjustable,
  stageDeclared,
  suppressionReasoned,
  suppressionUsed,
  tagSemantic,
  templateKeysKnown,
  tlsVerified,
  untrustedTextNotRun,
  valuesAsWritten,
  yamlReadable,
];
