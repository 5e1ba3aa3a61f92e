import { expect, it } from "vitest";
import { answerGraphql } from "./graphql.ts";
import { ServerState } from "./state.ts";

const state = new ServerState("/nonexistent", "127.0.0.1:1", "http://127.0.0.1:1", {});

it("reads arguments that are written in the query or given beside it, and gives what is asked for only", async () => {
  const inside = await answerGraphql(state, { query: '{ ciCatalogResource(fullPath: "a/b") { name } }' });
  expect(inside.json).toEqual({ data: { ciCatalogResource: null } });
  const query = "query all($search: String) { ciCatalogResources(search: $search) { nodes { name } } }";
  const beside = await answerGraphql(state, { query, variables: { search: "x" } });
  expect(beside.json).toEqual({ data: { ciCatalogResources: { nodes: [] } } });
});

it.each([
  ["a field that nobody knows", "{ ciCatalogResources { nodes { colour } } }", 'Cannot query field "colour"'],
  [
    "an argument that nobody knows",
    "{ ciCatalogResources(color: 1) { nodes { name } } }",
    'Unknown argument "color"',
  ],
  ["what is no query", "{ ciCatalogResources(", "Syntax Error"],
])("refuses %s", async (_, query, message) => {
  const { json } = await answerGraphql(state, { query });
  expect(JSON.stringify((json as { errors: { message: string }[] }).errors[0]?.message)).toContain(
    message.replaceAll('"', '\\"'),
  );
});
