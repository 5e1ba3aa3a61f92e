import type { Page, Project } from "../gitlab/index.ts";
import { isMovingVersion } from "../sources/versions.ts";
import { type ComponentUse, judgeUpgrade, readLocalIncludes, readUses, type UpgradeVerdict } from "./use.ts";

/** A consumer's include and what the next release does to it. */
export interface Impact extends UpgradeVerdict {
  readonly consumer: string;
  readonly use: ComponentUse;
  /** True where the version moves (`1`, `~latest`) and so may reach the next release without the consumer's doing. */
  readonly moving: boolean;
  readonly breaks: boolean;
}

/** How far a survey has come: enough to go on in another process. */
export interface SurveyState {
  readonly next: string | undefined;
  readonly finished: boolean;
  readonly projects: number;
  /** How many there are; undefined where GitLab does not say. */
  readonly total?: number | undefined;
  readonly impacts: readonly Impact[];
}

/** What a survey needs of GitLab and of the component project. */
export interface Survey {
  /** The component project whose next release is judged. */
  readonly project: string;
  /** Its files as they will be released. */
  readonly after: Readonly<Record<string, string>>;
  /** Its files at a version, or undefined where there is none such. */
  readonly filesAt: (version: string) => Promise<Readonly<Record<string, string>> | undefined>;
  readonly pages: (from: string | undefined) => AsyncGenerator<Page<Project>>;
  /** The text of a file of a consumer, or undefined where there is none. */
  readonly read: (consumer: Project, path: string) => Promise<string | undefined>;
}

/**
 * Surveys a group's projects: who includes the component project, and whom its next release breaks. Yields the state after each page, to
 * be saved and given back as `from`. One request a page, and one for each file that makes up the pipeline of a project with a commit: its
 * pipeline file and what that includes from the same project.
 */
export async function* surveyImpact(survey: Survey, from?: SurveyState): AsyncGenerator<SurveyState> {
  let { projects, impacts } = from ?? { projects: 0, impacts: [] };
  if (from?.finished) {
    yield from;
    return;
  }
  for await (const page of survey.pages(from?.next)) {
    const found = await Promise.all(page.items.map((consumer) => impactOn(consumer, survey)));
    projects += page.items.length;
    impacts = [...impacts, ...found.flat()];
    const total = page.total ?? from?.total;
    yield { next: page.next, finished: page.next === undefined, projects, total, impacts };
  }
}

async function impactOn(consumer: Project, { project, after, filesAt, read }: Survey): Promise<Impact[]> {
  const path = consumer.ci_config_path || ".gitlab-ci.yml";
  // A pipeline file in another project or on another server is that one's matter.
  if (consumer.default_branch === null || /@|^https?:/.test(path)) return [];
  const uses = (await usesOf(consumer, path, read)).filter(
    (each) => each.project.toLowerCase() === project.toLowerCase(),
  );
  return Promise.all(
    uses.map(async (use) => {
      const before = await filesAt(use.version);
      const verdict = before
        ? judgeUpgrade(use, before, after)
        : { refused: [`there is no version "${use.version}"`], risks: [] };
      return {
        consumer: consumer.path_with_namespace,
        use,
        moving: isMovingVersion(use.version),
        breaks: verdict.refused.length > 0,
        ...verdict,
      };
    }),
  );
}

/** GitLab's own limit of files in one pipeline (docs, administration/instance_limits "Maximum number of includes"). */
const mostFiles = 150;

/** What a pipeline includes, in its file and in those of the same project that it includes. */
async function usesOf(consumer: Project, path: string, read: Survey["read"]): Promise<ComponentUse[]> {
  const uses: ComponentUse[] = [];
  const files = [path];
  for (const file of files) {
    const text = await read(consumer, file);
    if (text === undefined) continue;
    uses.push(...readUses(text, file));
    for (const next of readLocalIncludes(text, file)) {
      if (!files.includes(next) && files.length < mostFiles) files.push(next);
    }
  }
  return uses;
}
