import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PipelineEvent } from "../../../src/pipelines/result.ts";
import { type GitlabRunnerOptions, openGitlabRunner } from "../../../src/smoke/gitlab/runner.ts";
import { openLocalSession } from "../../../src/smoke/local/session.ts";
import { runVariation, type VariationReport } from "../../../src/smoke/run-variation.ts";
import type { Definition, Scenario } from "../../../src/smoke/scenario.ts";
import type { SmokeSession } from "../../../src/smoke/session.ts";
import { type Variation, variationsOf } from "../../../src/smoke/variation.ts";
import {
  type GitlabServer,
  type GitlabServerOptions,
  type ServerProject,
  startGitlabServer,
} from "../../gitlab-server/index.ts";

/** A stand-in GitLab with the project `group/berth`, and a component project with the component `greet`. */
export interface SmokeServer {
  readonly server: GitlabServer;
  readonly project: ServerProject;
  /** What the runs said beside their reports. */
  readonly notes: string[];
  readonly events: PipelineEvent[];
  /** What was said before the runs. */
  readonly said: string[];
  /** Runs one scenario through the API. */
  run(
    definition: Definition & Partial<Scenario>,
    options?: Partial<GitlabRunnerOptions>,
  ): Promise<VariationReport>;
  /** The same on the local runner. */
  runLocally(definition: Definition & Partial<Scenario>): Promise<VariationReport>;
  branches(): string[];
  /** `CI_PIPELINE_SOURCE` of all pipelines that were made. */
  sources(): string[];
  close(): Promise<void>;
}

/** `onEvent` hears of each event of a run at once: a test that waits for one need not look again and again. */
export async function openSmokeServer(
  options: GitlabServerOptions = {},
  onEvent: (event: PipelineEvent) => void = () => undefined,
): Promise<SmokeServer> {
  const folder = await mkdtemp(join(tmpdir(), "berth-smoke-gitlab-"));
  const server = await startGitlabServer({
    runnerTags: ["linux"],
    subPath: "/gitlab",
    ...options,
  });
  const project = server.addProject("group/berth", { "README.md": "Components\n", "src/old.txt": "old\n" });
  await mkdir(join(folder, "templates"));
  await writeFile(
    join(folder, "templates/greet.yml"),
    "spec: { inputs: { whomToGreet: {} } }\n---\ngreet: { script: ['ls; echo \"hello $[[ inputs.whomToGreet ]]\"'] }\n",
  );
  const notes: string[] = [];
  const said: string[] = [];
  const events: PipelineEvent[] = [];
  const runOn = async (
    runner: string,
    definition: Definition & Partial<Scenario>,
    signal: AbortSignal,
    open: (variation: Variation) => Promise<SmokeSession>,
  ) => {
    const scenario = { name: "try", description: "A try", file: "scenario.yml", folder, ...definition };
    const [variation] = variationsOf(scenario);
    if (!variation) throw new Error("a scenario has at least one variation");
    return runVariation(variation, {
      runner,
      open,
      variables: [],
      traceFolder: join(folder, "traces", runner),
      signal,
      onEvent: (event) => {
        events.push(event);
        if (event.kind === "note") notes.push(event.text);
        onEvent(event);
      },
    });
  };
  return {
    server,
    project,
    notes,
    events,
    said,
    run: async (definition, given = {}) => {
      const { signal = new AbortController().signal } = given;
      const runner = await openGitlabRunner({
        project: "group/berth",
        components: folder,
        env: { GITLAB_URL: server.address, GITLAB_TOKEN: server.token },
        keep: false,
        say: (line) => said.push(line),
        interval: 50,
        connection: { perSecond: 1_000 },
        ...given,
        signal,
      });
      try {
        return await runOn("gitlab", definition, signal, runner.open);
      } finally {
        await runner.close();
      }
    },
    runLocally: (definition) =>
      runOn("local", definition, new AbortController().signal, () =>
        openLocalSession({ components: folder, name: "try", executors: "shell", env: process.env }),
      ),
    branches: () => project.branches().sort(),
    sources: () => server.state.pipelines.map((each) => each.start.source),
    close: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
