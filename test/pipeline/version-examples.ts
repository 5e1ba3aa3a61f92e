import { createHash } from "node:crypto";
import type { FeatureName } from "../../src/engine/version/index.ts";
import type { ExpandOptions } from "../../src/index.ts";

/** A configuration that GitLab takes from the version on that brought a thing. */
export interface VersionExample {
  readonly text: string;
  readonly given?: ExpandOptions;
}

/** What the engine takes in every version: GitLab looks for a variable or template in each, and finds it or not. */
type Looked = Extract<FeatureName, `variable:${string}` | `include:template:${string}`>;

const job = (keywords: string): VersionExample => ({ text: `job: {script: x, ${keywords}}\n` });
const trigger = (keywords: string): VersionExample => ({ text: `job: {trigger: {${keywords}}}\n` });
const environment = (keywords: string) => job(`environment: {name: a, kubernetes: {${keywords}}}`);
const pages = (keywords: string) => job(`pages: {${keywords}}, artifacts: {paths: [public]}`);
const retry = (reason: string) => job(`retry: {max: 1, when: ${reason}}`);
const component = (inputs: string, text = "x"): VersionExample => ({
  text: `spec: {inputs: {${inputs}}}\n---\njob: {script: "${text}"}\n`,
});
const included = (include: string, given: ExpandOptions): VersionExample => ({
  text: `include: [{${include}}]\njob: {script: x}\n`,
  given,
});
const REMOTE = "a: {script: x}\n";
const remote = { remote: { "https://a.example/a.yml": REMOTE } };

/** One example for each row of the table of versions. */
export const EXAMPLES: Readonly<Record<Exclude<FeatureName, Looked>, VersionExample>> = {
  "spec:inputs": component("a: {default: b}"),
  "spec:component": {
    text: "include: [{component: gitlab.com/a/b/c@1}]\n",
    given: {
      projects: { "a/b": { 1: { "templates/c.yml": "spec: {component: [name]}\n---\njob: {script: x}\n" } } },
    },
  },
  "spec:include": {
    text: "spec: {include: [a.yml]}\n---\njob: {script: x}\n",
    given: { files: { "a.yml": "inputs: {a: {default: b}}\n" } },
  },
  "spec:description": { text: "spec: {description: d}\n---\njob: {script: x}\n" },
  "spec:inputs:description": component("a: {default: b, description: c}"),
  "spec:inputs:regex": component("a: {default: b, regex: b}"),
  "spec:inputs:options": component("a: {default: b, options: [b]}"),
  "spec:inputs:rules": component("a: {rules: [{options: [b], default: b}]}"),
  "spec:inputs:type:array": component("a: {type: array, default: [b]}"),
  "spec:inputs:options:array": component("a: {type: array, options: [x, y], default: [x]}"),
  "block:items": component("a: {type: array, default: [{k: v}]}", "$[[ inputs.a[0].k ]]"),
  "block:matrix": {
    text: "a: {script: x, parallel: {matrix: [{P: [b]}]}}\nc: {script: x, parallel: {matrix: [{P: [b]}]}, needs: [{job: a, parallel: {matrix: [{P: ['$[[ matrix.P ]]']}]}}]}\n",
  },
  "function:truncate": component("a: {default: abc}", "$[[ inputs.a | truncate(0,1) ]]"),
  "function:expand_vars": component("a: {default: $CI}", "$[[ inputs.a | expand_vars ]]"),
  "function:posix_escape": component("a: {default: abc}", "$[[ inputs.a | posix_escape ]]"),
  "function:split": component("a: {default: 'x,y'}", "$[[ inputs.a | split(',') ]]"),
  "include:component": {
    text: "include: [{component: gitlab.com/a/b/c@1}]\n",
    given: { projects: { "a/b": { 1: { "templates/c.yml": "job: {script: x}\n" } } } },
  },
  "include:integrity": included(
    `remote: 'https://a.example/a.yml', integrity: sha256-${createHash("sha256").update(REMOTE).digest("base64")}`,
    remote,
  ),
  "include:cache": included("remote: 'https://a.example/a.yml', cache: true", remote),
  "job:manual_confirmation": job("when: manual, manual_confirmation: Sure?"),
  "job:run": { text: "job: {run: [{name: a, script: x}]}\n" },
  "job:inputs": job("inputs: {a: {default: b}}"),
  "trigger:inputs": trigger("project: a/b, inputs: {a: b}"),
  "trigger:include:inputs": trigger("include: [{local: a.yml, inputs: {a: b}}]"),
  "trigger:strategy:mirror": trigger("project: a/b, strategy: mirror"),
  "rules:changes:regexp": job("rules: [{changes: {regexp: a}}]"),
  "rules:exists:regexp": job("rules: [{exists: {regexp: a}}]"),
  "artifacts:reports:sarif": job("artifacts: {reports: {sarif: a.json}}"),
  "cache:key:files:10": job("cache: {key: {files: [a, b, c, d, e, f, g, h, i, j]}}"),
  "secrets:gitlab_secrets_manager": {
    ...job("secrets: {A: {gitlab_secrets_manager: {name: a}}}"),
    given: { edition: "enterprise" },
  },
  "artifacts:access": job("artifacts: {paths: [a], access: none}"),
  "artifacts:access:maintainer": job("artifacts: {paths: [a], access: maintainer}"),
  "image:kubernetes": job("image: {name: a, kubernetes: {user: '1'}}"),
  "services:kubernetes": job("services: [{name: a, kubernetes: {user: '1'}}]"),
  "pages:path_prefix": pages("path_prefix: a"),
  "pages:expire_in": pages("expire_in: 1 day"),
  "pages:publish": pages("publish: a"),
  "environment:kubernetes:agent": environment("agent: a"),
  "environment:kubernetes:flux_resource_path": environment("agent: a, namespace: b, flux_resource_path: c"),
  "environment:kubernetes:dashboard": environment("agent: a, dashboard: {namespace: b}"),
  "retry:when:stuck_pending_with_matching_runners": retry("stuck_pending_with_matching_runners"),
  "retry:when:stuck_pending_no_matching_runners": retry("stuck_pending_no_matching_runners"),
  "retry:when:no_updates_running": retry("no_updates_running"),
  "retry:when:no_updates_canceling": retry("no_updates_canceling"),
  "retry:when:runner_configuration_error": retry("runner_configuration_error"),
  "retry:when:runner_external_dependency_failure": retry("runner_external_dependency_failure"),
  "retry:when:runner_interrupted": retry("runner_interrupted"),
  "retry:when:server_timeout_running": retry("server_timeout_running"),
  "retry:when:server_timeout_canceling": retry("server_timeout_canceling"),
};
