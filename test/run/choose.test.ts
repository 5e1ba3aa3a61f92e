import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { RunProject, states } from "./project.ts";

let project: RunProject;

afterEach(() => project.remove());

const pipeline = `
stages: [build, test, deploy]
build:
  stage: build
  script: ['cat source > made', 'echo "VERSION=$(cat source)" > dotenv', echo junk > report.txt]
  artifacts: { paths: [made], reports: { dotenv: dotenv, junit: report.txt } }
style: { stage: build, script: [echo style] }
test: { stage: test, script: ['echo "testing $(cat made) as $VERSION; report: $(ls report.txt 2>&1)"'] }
pack: { stage: test, needs: [build], script: [cat made > packed], artifacts: { paths: [packed] } }
approve: { stage: test, when: manual, allow_failure: false, script: [echo approved] }
ship: { stage: deploy, needs: [pack, approve], script: ['echo "shipping $(cat packed)"'] }
notify: { stage: deploy, script: [echo notified] }
`;

const create = async () => {
  project = await RunProject.create({ ".gitlab-ci.yml": pipeline, source: "one" });
};

describe("berth run --only", () => {
  it("runs a job without what it needs, with artifacts of the newest run that has them, and says of which", async () => {
    await create();
    const first = await project.json("build");
    await project.write({ source: "two" });
    const { code, err } = await project.run(["--only", "test"]);
    expect(code).toBe(0);
    expect(err).toMatch(/^test \| testing one as one; report: .*No such file/m);
    const [, run] = /^note: artifacts of build are those of the run (\S+)/m.exec(err) ?? [];
    expect(first.folder.endsWith(`/${run}`)).toBe(true);
    expect(err).not.toContain("style");
  });

  it("refuses a job whose needs have never passed, and names what to run first", async () => {
    await create();
    await expect(project.run(["--only", "pack"])).rejects.toThrow(
      /pack needs the artifacts of build, and no earlier run has them: run "berth run 'build'" first/,
    );
    await expect(project.run(["--only"])).rejects.toThrow(/name the jobs/);
  });

  it("takes no artifacts of a job that failed", async () => {
    await create();
    await project.json("build");
    await project.write({
      ".gitlab-ci.yml": pipeline.replace("'cat source > made'", "'echo bad > made; exit 1'"),
    });
    expect((await project.json("build")).code).toBe(1);
    expect((await project.run(["--only", "test"])).err).toMatch(/^test \| testing one as one/m);
  });
});

describe("berth run --from and --until", () => {
  it("runs a job and all that comes after it", async () => {
    await create();
    await project.json("pack");
    const all = { pack: "success", approve: "success", ship: "success", notify: "success" };
    expect(states(await project.json("--from", "pack", "--manual"))).toEqual(all);
  });

  it("takes no manual job for one that has passed", async () => {
    await create();
    await project.json("pack");
    const data = await project.json("--from", "pack");
    expect(states(data)).toMatchObject({ pack: "success", approve: "manual", ship: "created" });
  });

  it("runs a job and all that comes before it", async () => {
    await create();
    expect(states(await project.json("--until", "pack"))).toEqual({
      build: "success",
      style: "success",
      pack: "success",
    });
  });

  it("runs what is between two jobs", async () => {
    await create();
    await project.json("build");
    const names = (await project.json("--from", "pack", "--until", "ship", "--list")).jobs.map(
      (job) => job.name,
    );
    expect(names).toEqual(["pack", "approve", "ship"]);
    await expect(project.run(["test", "--from", "pack"])).rejects.toThrow(/name no others beside them/);
    await expect(project.run(["--until", "shop"])).rejects.toThrow(/there is no job "shop"/);
  });
});

describe("berth run --manual", () => {
  it("starts manual jobs, and what waits for them", async () => {
    await create();
    const waiting = await project.json();
    expect(states(waiting)).toMatchObject({ approve: "manual", ship: "created", notify: "created" });
    expect([waiting.code, waiting.state]).toEqual([0, "manual"]);
    const { code, err } = await project.run(["--manual"]);
    expect(code).toBe(0);
    expect(err).toMatch(/^ship \| shipping one$/m);
    expect(err).toMatch(/^notify \| notified$/m);
  });
});

describe("berth run --keep", () => {
  it("leaves the checkouts behind, and says where", async () => {
    await create();
    const { err } = await project.run(["pack", "--keep"]);
    const [, folder = ""] = /^Checkouts stay in (.+)$/m.exec(err) ?? [];
    const files = await readdir(folder, { recursive: true });
    const packed = files.find((name) => name.endsWith("/app/packed")) ?? "";
    expect(await readFile(join(folder, packed), "utf8")).toBe("one");
    await rm(folder, { recursive: true });
  });
});
