import { startGitlabServer, tokens } from "../index.ts";
import { routes } from "../routes/index.ts";

/** One answer of the stand-in. */
export interface Answered {
  readonly request: string;
  /** The row of the stand-in's own table that gave it: `GET /projects/:id`. */
  readonly route: string;
  readonly status: number;
  /** Undefined where it is no JSON. */
  readonly json: unknown;
}

const pipelineFile = `
make:
  script:
    - mkdir out && echo made > out/made.txt
    - |
      printf '<testsuite><testcase name="a" classname="C" time="0.5"/><testcase name="b" classname="C" time="0"><failure>no</failure></testcase></testsuite>' > report.xml
  artifacts: { paths: [out], reports: { junit: report.xml } }
breaks: { script: ["false"], allow_failure: true, retry: 1 }
of_request: { script: [ls], rules: [{ if: $CI_PIPELINE_SOURCE == "merge_request_event" }] }
child: { trigger: { include: child.yml } }
by_hand: { stage: deploy, script: [ls], when: manual }
`;

/** Every kind of request that the stand-in knows, in an order in which each of them works. */
function requests(
  pipeline: number,
  jobs: Readonly<Record<string, number>>,
): (readonly [request: string, body?: object, token?: string])[] {
  const project = "/projects/group%2Fapp";
  const { make = 0, breaks = 0, by_hand: byHand = 0 } = jobs;
  const actions = [{ action: "create", file_path: "x", content: "x" }];
  return [
    ...["/metadata", "/version", "/user", "/personal_access_tokens/self", "/runners/1"].map(get),
    ...["/projects", "/groups/group/projects", "/projects/group%2Fempty", project].map(get),
    [`PUT ${project}`, { description: "Changed" }],
    ...["runners", "variables", "issues", "protected_tags", "repository/tree?recursive=true"].map(
      of(project),
    ),
    ...["repository/files/README.md?ref=main", "repository/files/README.md/raw"].map(of(project)),
    [`POST ${project}/repository/branches`, { branch: "made", ref: "main" }],
    [`POST ${project}/repository/commits`, { branch: "made", commit_message: "More", actions }],
    ...["branches", "branches/made", "commits", "commits/made"].map(of(`${project}/repository`)),
    ...["diff", "statuses", "merge_requests"].map(of(`${project}/repository/commits/change`)),
    [`DELETE ${project}/repository/branches/made`],
    [`POST ${project}/repository/tags`, { tag_name: "1.0.0", ref: "main", message: "One" }],
    [`POST ${project}/repository/tags`, { tag_name: "0.9.0", ref: "main" }],
    [`POST ${project}/releases`, { tag_name: "1.0.0", description: "Notes" }],
    [`POST ${project}/catalog/publish`, { version: "1.0.0", metadata: {} }, tokens.job.value],
    ...["repository/tags", "repository/tags/1.0.0", "releases", "releases/1.0.0"].map(of(project)),
    [`POST ${project}/ci/lint`, { content: "a: { script: [ls] }", include_jobs: true }],
    ...["ci/lint", "ci/lint?include_jobs=true"].map(of(project)),
    [`POST ${project}/pipeline`, { ref: "main", variables: [{ key: "A", value: "b" }] }],
    ...["pipelines", "pipelines/latest", `pipelines/${pipeline}`, "jobs"].map(of(project)),
    ...["jobs", "jobs?include_retried=true", "bridges", "trigger_jobs", "variables"].map(
      of(`${project}/pipelines/${pipeline}`),
    ),
    ...["test_report", "test_report_summary"].map(of(`${project}/pipelines/${pipeline}`)),
    ...[`jobs/${make}`, `jobs/${breaks}`, `jobs/${byHand}`, `jobs/${make}/trace`].map(of(project)),
    ...[`jobs/${make}/artifacts`, `jobs/${make}/artifacts/out/made.txt`].map(of(project)),
    get(`${project}/jobs/artifacts/main/download?job=make`),
    [`POST ${project}/jobs/${byHand}/play`, {}],
    [`POST ${project}/pipelines/${pipeline}/cancel`],
    [`POST ${project}/merge_requests`, { source_branch: "change", target_branch: "main", title: "T" }],
    ...["merge_requests", "merge_requests/1", "merge_requests/1/pipelines"].map(of(project)),
    [`POST ${project}/merge_requests/1/pipelines`],
    [`POST ${project}/merge_requests/1/notes`, { body: "Well done" }],
    get(`${project}/merge_requests/1/notes`),
    [`PUT ${project}/merge_requests/1/notes/1`, { body: "Better" }],
    [`PUT ${project}/merge_requests/1`, { state_event: "close" }],
    get(`${project}/merge_requests/1`),
    [`DELETE ${project}/pipelines/${pipeline}`],
  ];
}

/** What the stand-in answers to every kind of request, a pipeline with all kinds of jobs behind it. */
export async function collectAnswers(): Promise<Answered[]> {
  const server = await startGitlabServer();
  try {
    server.addProject("group/empty");
    const files = {
      ".gitlab-ci.yml": pipelineFile,
      "child.yml": "b: { script: [ls] }",
      "README.md": "App",
      "templates/a.yml": "spec: {}\n---\na: { script: [ls] }\n",
    };
    const project = server.addProject("group/app", files, "An application");
    project.inCatalog = true;
    project.protectedTags.push("*");
    project.variables.push({ key: "A", value: "b", type: "variable", masked: false, raw: false });
    project.commit("change", "Change", [{ action: "create", file_path: "b", content: "" }], "main");
    const started = server.start({ project });
    if ("errors" in started) throw new Error(started.errors.join("; "));
    await started.rest();
    const jobs = Object.fromEntries(started.jobs.map(({ name, id }) => [name, id]));
    const answers: Answered[] = [];
    for (const [request, body, token] of requests(started.id, jobs))
      answers.push(await ask(server.address, request, body, token));
    return answers;
  } finally {
    await server.stop();
  }
}

async function ask(
  address: string,
  request: string,
  body?: object,
  token: string = tokens.owner.value,
): Promise<Answered> {
  const [method = "", target = ""] = request.split(" ");
  const path = target.replace(/\?.*/, "");
  const row = routes.find((each) => each.method === method && each.pattern.test(path));
  const answer = await fetch(`${address}/api/v4${target}`, {
    method,
    headers: {
      [token === tokens.job.value ? "job-token" : "private-token"]: token,
      "content-type": "application/json",
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const isJson = answer.headers.get("content-type") === "application/json";
  const route = row ? `${row.method} ${row.path}` : "none";
  return { request, route, status: answer.status, json: isJson && text ? JSON.parse(text) : undefined };
}

function get(path: string): readonly [string] {
  return [`GET ${path}`];
}

/** GET below a path. */
function of(base: string): (path: string) => readonly [string] {
  return (path) => get(`${base}/${path}`);
}
