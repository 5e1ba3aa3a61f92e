import { describe, expect, it } from "vitest";
import { gitlabRoutes } from "../../../src/build/gitlab-routes.ts";
import { refusedToPython, undescribed } from "../not-done.ts";
import { routes } from "../routes/index.ts";
import { type Answered, collectAnswers } from "./answers.ts";
import { departuresFrom } from "./departures.ts";
import { deriveShapes } from "./derive.ts";
import { judgeAnswers } from "./judge.ts";
import { committedShapes, pattern, type Shapes } from "./shapes.ts";

describe("the stand-in's answers", () => {
  let answers: readonly Answered[];

  it("come for every kind of request that it knows", async () => {
    answers = await collectAnswers();
    const given = new Set(answers.map(({ route }) => route));
    const missing = routes.map(({ method, path }) => `${method} ${path}`).filter((each) => !given.has(each));
    expect(missing).toEqual([]);
  });

  it("are as GitLab's interface description says, but for what is listed, and all of the list is needed", () => {
    expect(judgeAnswers(committedShapes(), answers)).toEqual({ departures: [], stale: [] });
  });

  it("are checked: a field that lacks, another type, a null and a field too much are found", () => {
    const changed = (change: (job: Record<string, unknown>) => void) =>
      answers.map((each) => {
        if (each.route !== "GET /projects/:id/jobs/:job") return each;
        const json = structuredClone(each.json) as Record<string, unknown>;
        change(json);
        return { ...each, json };
      });
    const found = (change: (job: Record<string, unknown>) => void) =>
      judgeAnswers(committedShapes(), changed(change)).departures;
    const at = "GET /projects/:id/jobs/:job: Ci_Job";
    expect(found((job) => delete job.stage)).toEqual([`${at}.stage is missing`]);
    expect(found((job) => Object.assign(job, { id: "7" }))).toEqual([`${at}.id is string, not number`]);
    expect(found((job) => Object.assign(job, { web_url: null }))).toEqual([`${at}.web_url is null`]);
    expect(found((job) => Object.assign(job, { extra: 1 }))).toEqual([`${at}.extra is not described`]);
  });
});

it("every request that Berth sends is described, or listed as not", () => {
  const { routes: described } = committedShapes();
  const known = new Set([...Object.keys(described), ...Object.keys(undescribed).map(pattern)]);
  const rest = gitlabRoutes.map(({ route }) => route).filter((each) => !each.startsWith("GraphQL"));
  // GET /templates/gitlab_ci_ymls/:name: GitLab's own text, which the stand-in does not have.
  expect(rest.filter((each) => !known.has(pattern(each)))).toEqual(["GET /templates/gitlab_ci_ymls/:name"]);
});

it("what python-gitlab is refused is a request that the stand-in does not know", () => {
  const actions = refusedToPython.map((each) => each.replace(" ", "s/:n/"));
  const known = routes.map(({ path }) => path.replaceAll(/:(job|pipeline)/g, ":n"));
  expect(actions.filter((each) => known.includes(`/projects/:id/${each}`))).toEqual([]);
});

describe("shapes of an interface description", () => {
  const schema = {
    type: "object",
    properties: { at: { type: "string", format: "date-time" }, n: { type: "integer" } },
  };
  const two = {
    swagger: "2.0",
    info: { version: "v4" },
    paths: {
      "/api/v4/things/{id}": {
        get: { responses: { 200: { schema: { $ref: "#/definitions/API_Entities_Thing" } } } },
      },
      "/api/v4/others": { get: { responses: { 200: {} } } },
    },
    definitions: { API_Entities_Thing: schema },
  };
  const three = {
    openapi: "3.0.0",
    info: { version: "19.5" },
    paths: {
      "/api/v4/things/{id}": {
        get: {
          responses: {
            200: {
              content: {
                "application/json": { schema: { $ref: "#/components/schemas/API_Entities_Thing" } },
              },
            },
          },
        },
      },
    },
    components: { schemas: { API_Entities_Thing: schema } },
  };

  it.each([two, three])("come to the same from Swagger 2 and from OpenAPI 3", (description) => {
    const { source, ...shapes } = deriveShapes(JSON.stringify(description), ["GET /things/*"]);
    expect(source).toMatch(/^GitLab's interface description (v4|19\.5), (Swagger 2|OpenAPI 3)\.0/);
    expect(shapes).toEqual({
      routes: { "GET /things/*": { 200: "Thing" } },
      types: { Thing: { at: "time", n: "number" } },
    });
  });

  it("are not read from another file", () => {
    expect(() => deriveShapes("a: 1", [])).toThrow(/no interface description/);
  });

  it("a list where one value is described is a list of those; one value where a list is described is none", () => {
    const shapes: Shapes = { source: "", routes: {}, types: { Thing: { n: "number" } } };
    expect(departuresFrom(shapes, "Thing", [{ n: 1 }, { n: 2 }])).toEqual([]);
    expect(departuresFrom(shapes, ["Thing"], { n: 1 }).map(({ message }) => message)).toEqual([
      " is object, not a list",
    ]);
  });
});
