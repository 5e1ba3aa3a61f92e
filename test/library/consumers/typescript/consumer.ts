import {
  applyFixes,
  type Code,
  codes,
  compareInterfaces,
  createdJobs,
  type Diagnostic,
  evaluateCondition,
  expandComponent,
  expandPipeline,
  type FactsOf,
  type GitLabVersion,
  type InterfaceChange,
  lint,
  NEWEST_VERSION,
  type PipelineExpansion,
  parseGitLabVersion,
} from "berth";

declare const console: { log: (text: string) => void };

const template =
  "spec: {inputs: {level: {options: [low, high]}}}\n---\nbuild: {script: 'make $[[ inputs.level ]]'}\n";

// A code tells what its facts are.
const allowed: string[] = [];
for (const problem of expandComponent(template, { inputs: { level: "medium" } }).diagnostics) {
  if (problem.code === "input-value-not-option") allowed.push(...problem.facts.options);
  // @ts-expect-error facts of another code
  if (problem.code === "input-value-not-option") void problem.facts.need;
}

const older: GitLabVersion | undefined = parseGitLabVersion("18.11");
const pipeline: PipelineExpansion = expandPipeline("build: {script: make, needs: [gone]}\n", {
  ...(older && { gitlabVersion: older }),
});
const [problem] = pipeline.problems;
const facts: FactsOf<"need-undefined"> | undefined =
  problem?.code === "need-undefined" ? problem.facts : undefined;

const { jobs } = createdJobs("build: {script: make, rules: [{if: $CI_COMMIT_TAG}]}\n", {
  event: { ref: "1.0.0", tag: true },
});
const findings: Diagnostic[] = lint([
  { path: ".gitlab-ci.yml", text: "build: {script: make, needs: [gone]}\n" },
]);
const fixed = applyFixes(".gitlab-ci.yml", "build: {script: make}\n", findings);
const changes: InterfaceChange[] = compareInterfaces(
  { "templates/build.yml": template },
  { "templates/build.yml": template.replace(", high]", "]") },
);
const code: Code = "need-undefined";

console.log(
  JSON.stringify({
    allowed,
    need: facts?.need,
    place: problem?.place?.toJSON().line,
    jobs: [...(jobs?.keys() ?? [])],
    findings: findings.map((each) => each.code),
    fixed: typeof fixed.text,
    changes: changes.map(({ kind, class: asked }) => `${kind} ${asked}`),
    condition: evaluateCondition('$A == "b"', { A: "b" }).value,
    known: codes.includes(code),
    newest: NEWEST_VERSION.major,
  }),
);
