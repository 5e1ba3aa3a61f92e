import type { GitlabClient } from "../../gitlab/index.ts";
import type { PipelineRequest, SmokePipeline, SmokeSession } from "../session.ts";
import type { Variation } from "../variation.ts";
import { pipelineFile } from "./commit.ts";
import { linted } from "./linted.ts";
import type { GitlabSession } from "./session.ts";

/** One commit with the working tree's templates, for all runs that only ask what GitLab makes of a component with inputs. */
export class SharedTemplates {
  private readonly open: () => Promise<GitlabSession>;
  private session: Promise<GitlabSession> | undefined;
  private commit: Promise<string> | undefined;

  constructor(open: () => Promise<GitlabSession>) {
    this.open = open;
  }

  /** The commit's SHA; it is pushed when it is first asked for. */
  get sha(): Promise<string> {
    this.session ??= this.open();
    this.commit ??= this.session.then((session) => session.publish());
    return this.commit;
  }

  async close(): Promise<void> {
    const session = await this.session?.catch(() => undefined);
    await session?.close();
  }
}

/** Whether a variation needs nothing but the templates and the linter. */
export function isLintOnly({ project, steps }: Variation): boolean {
  return (
    project === undefined &&
    steps.every(({ definition }) => {
      const { run, component, files = {}, variables = {} } = definition;
      const alone = Object.keys(files).length + Object.keys(variables).length === 0;
      return run === false && component !== undefined && alone;
    })
  );
}

/** A session for pipelines that are only linted: one request each, at the shared commit. */
export class LintSession implements SmokeSession {
  private readonly client: GitlabClient;
  private readonly project: string;
  private readonly templates: SharedTemplates;

  constructor(client: GitlabClient, project: string, templates: SharedTemplates) {
    this.client = client;
    this.project = project;
    this.templates = templates;
  }

  async run({ changes = {} }: PipelineRequest): Promise<SmokePipeline> {
    const sha = await this.templates.sha;
    // To the linter of a text, CI_COMMIT_SHA is the head of the default branch.
    const content = (changes[pipelineFile] ?? "").replaceAll("$CI_COMMIT_SHA", sha);
    return linted(await this.client.pipelines.lint(this.project, content), sha);
  }

  refName(ref: string | undefined): string {
    return ref ?? "main";
  }

  async close(): Promise<void> {
    // The templates are shared: who opened them closes them.
  }
}
