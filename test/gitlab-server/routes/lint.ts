import { stringify } from "yaml";
import { createdJobs, expandPipeline, type PipelineExpansion } from "../../../src/engine/expand-pipeline.ts";
import { type Answer, projectOf, Refusal, type Request, type Route, route, writable } from "./request.ts";

/** Judging a configuration (GitLab docs, api/lint). */
export const lints: readonly Route[] = [
  route("POST", "/projects/:id/ci/lint", lint, true),
  route("GET", "/projects/:id/ci/lint", lintCommit),
];

function lint(request: Request, id?: string): Answer {
  // lib/api/lint.rb: a text is judged for those who may start pipelines, a commit for those who may read it.
  const project = writable(request, id);
  if (request.body.content === undefined) throw new Refusal(400, { error: "content is missing" });
  const sha = project.resolve(request.body.ref ?? "HEAD");
  const projects = Object.fromEntries(
    request.state.projects.map((each) => [
      each.path,
      new Proxy({} as Record<string, Record<string, string>>, {
        get: (_, version) => {
          const at = typeof version === "string" ? each.resolveVersion(version) : undefined;
          return at === undefined ? undefined : each.files(at);
        },
      }),
    ]),
  );
  const options = {
    files: sha ? project.files(sha) : {},
    projects,
    project: { path: project.path, host: request.state.host, defaultBranch: project.defaultBranch },
    event: { source: "push", ref: project.defaultBranch, tag: false },
  };
  const expansion = request.body.dry_run
    ? createdJobs(request.body.content, options).expansion
    : expandPipeline(request.body.content, options);
  return {
    json: {
      valid: expansion.valid,
      errors: expansion.errors,
      warnings: expansion.warnings,
      merged_yaml: expansion.config === undefined ? null : `---\n${stringify(expansion.config)}`,
      includes: [],
      ...(request.body.include_jobs && { jobs: jobsOf(expansion) }),
    },
  };
}

function lintCommit(request: Request, id?: string): Answer {
  const project = projectOf(request, id);
  const sha = project.resolve(request.query.get("content_ref") ?? "HEAD");
  if (!sha) throw new Refusal(404, { message: "404 Commit Not Found" });
  const dryRun = request.query.get("dry_run") === "true";
  const ref = request.query.get("dry_run_ref") ?? project.defaultBranch;
  const start = { project, ref, tag: false, source: "push", variables: [], inputs: {} };
  const { expansion, errors, warnings } = request.state.judge(start, sha, dryRun);
  return {
    json: {
      valid: errors.length === 0,
      errors,
      warnings,
      merged_yaml: expansion?.config === undefined ? null : `---\n${stringify(expansion.config)}`,
      includes: [],
      ...(request.query.get("include_jobs") === "true" && { jobs: expansion ? jobsOf(expansion) : null }),
    },
  };
}

/** A configuration's jobs, as `include_jobs` asks for them. */
function jobsOf({ jobs }: PipelineExpansion) {
  return Object.entries(jobs).map(([name, job]) => ({
    name,
    stage: job.stage,
    before_script: job.before_script ?? [],
    script: job.script ?? [],
    after_script: job.after_script ?? [],
    tag_list: job.tags ?? [],
    only: null,
    except: null,
    environment: null,
    when: job.when ?? "on_success",
    allow_failure: job.allow_failure === true,
    needs: null,
  }));
}
