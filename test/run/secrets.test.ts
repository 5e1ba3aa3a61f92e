import { afterEach, describe, expect, it } from "vitest";
import { RunProject } from "./project.ts";

let project: RunProject;

afterEach(() => project.remove());

const show = `
show:
  script: ['echo "token $TOKEN"', 'echo "kube $(cat "$KUBECONFIG")"', 'echo "plain $PLAIN and $GIVEN"']
`;

async function withSecrets(text: string): Promise<RunProject> {
  const files = { ".gitlab-ci.yml": show, ".gitignore": "/.berth-secrets.yml\n" };
  project = await RunProject.create(files);
  await project.write({ ".berth-secrets.yml": text });
  return project;
}

describe("the file of secrets of berth run", () => {
  it("gives masked variables, files, and what it calls plain", async () => {
    await withSecrets(
      "TOKEN: s3cret-token-value\nKUBECONFIG: { value: cluster-one, type: file }\nPLAIN: { value: $TOKEN, masked: false }\n",
    );
    const { code, out, err } = await project.run(["--variable", "GIVEN=of $CI_COMMIT_BRANCH"]);
    expect(code).toBe(0);
    expect(err).toMatch(/^show \| token \[MASKED\]$/m);
    expect(err).toMatch(/^show \| kube \[MASKED\]$/m);
    expect(err).toMatch(/^show \| plain \$TOKEN and of main$/m);
    expect(out + err).not.toContain("s3cret-token-value");
  });

  it("takes the content of another file, beside it", async () => {
    await withSecrets("KUBECONFIG: { path: kube.conf, masked: false }\n");
    await project.write({ "kube.conf": "from the file" });
    expect((await project.run([])).err).toMatch(/^show \| kube from the file$/m);
  });

  it("is refused where git would commit it", async () => {
    await withSecrets("TOKEN: x\n");
    await project.write({ ".gitignore": "" });
    await expect(project.run([])).rejects.toThrow(
      /git would commit this file of secrets; add \/.berth-secrets/,
    );
    await project.write({ ".gitignore": "/.berth-secrets.yml\n" });
    await project.git("add", "--force", ".berth-secrets.yml");
    await expect(project.run([])).rejects.toThrow(/git would commit/);
  });

  it.each([
    ["a number", "TOKEN: 3.10\n", /TOKEN: a value is a text; put numbers/],
    ["an unknown key", "TOKEN: { valeu: x }\n", /TOKEN: unknown key "valeu"; the keys are value/],
    ["no mapping", "- TOKEN\n", /one NAME: value for each variable/],
    ["no YAML", "TOKEN: [hidden-text\n", /one NAME: value for each variable/],
    ["a missing file", "TOKEN: { path: nowhere }\n", /TOKEN: there is no file nowhere/],
    ["a name that is none", '"hidden-text": x\n', /letters, digits and _ only/],
  ])("names what is wrong and shows no value: %s", async (_, text, message) => {
    await withSecrets(text);
    const failure = await project.run([]).catch((error: Error) => error);
    expect(failure).toMatchObject({ name: "UsageError", message: expect.stringMatching(message) });
    expect((failure as Error).message).not.toContain("hidden-text");
  });
});
