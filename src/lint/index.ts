/** The lint room: rules over components and pipelines. Returns data; prints nothing. */
export { applyBaseline, readBaseline, writeBaseline } from "./baseline.ts";
export type { Configuration } from "./configuration.ts";
export { type Diagnostic, isAtLeast, type Severity } from "./diagnostic.ts";
export { type LintFile, readFile } from "./file.ts";
export { fingerprints } from "./fingerprint.ts";
export { applyFixes } from "./fixes.ts";
export { type FileToLint, type LintOptions, lint } from "./lint.ts";
export type { LintProject, ShellFindings } from "./project.ts";
export { ConfigurationError, readConfiguration } from "./read-configuration.ts";
export { rules } from "./registry.generated.ts";
export type { Rule } from "./rule.ts";
export { lintFile, lintScripts, lintWhole, unreadIncludes } from "./run.ts";
