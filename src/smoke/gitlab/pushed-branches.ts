import type { GitlabClient } from "../../gitlab/index.ts";
import type { ProjectFile } from "../local/project.ts";
import { newBranchName } from "./branches.ts";
import type { CheckedProject } from "./check.ts";
import { actionsFor, carrying } from "./commit.ts";
import type { Plan } from "./start.ts";

/** The ephemeral branches of a session: their names, what stands on them, and the commits that were made. */
export class PushedBranches {
  /** SHAs of the commits. */
  readonly commits = new Set<string>();
  private readonly client: GitlabClient;
  private readonly checked: CheckedProject;
  /** Names by the role that the scenario gives them: `""` is the default branch. */
  private readonly names = new Map<string, string>();
  private readonly files = new Map<string, readonly ProjectFile[]>();

  constructor(client: GitlabClient, checked: CheckedProject) {
    this.client = client;
    this.checked = checked;
  }

  /** Names of the branches that are, or may be, on the server. */
  get pushed(): string[] {
    return [...this.files.keys()];
  }

  /** The branch's name for a role; always the same one. */
  named(role: string): string {
    const known = this.names.get(role) ?? newBranchName(new Date(), role);
    this.names.set(role, known);
    return known;
  }

  /** One commit that makes the branch's files exactly those of the project. Returns its SHA. */
  async push(
    branch: string,
    message = "Smoke run",
    { beginning, carried, carriesInputs }: Plan,
    inputs: Readonly<Record<string, unknown>>,
    project: readonly ProjectFile[],
  ): Promise<string> {
    const files = carrying(project, carried, carriesInputs ? inputs : {});
    const before = this.files.get(branch);
    const there = before ?? (await this.filesAtStart());
    // Also where the answer gets lost, the branch may be there.
    this.files.set(branch, before ?? []);
    const commit = await this.client.repository.commit(this.checked.path, {
      branch,
      ...(before === undefined && { start: { branch: this.checked.defaultBranch } }),
      // With this mark GitLab starts no pipeline for the push, beside the one that is asked for.
      message: beginning === "api" ? `${message} [skip ci]` : message,
      actions: actionsFor(there, files),
    });
    this.files.set(branch, files);
    this.commits.add(commit.id);
    return commit.id;
  }

  /** After all of it was removed. */
  forget(): void {
    this.commits.clear();
    this.files.clear();
  }

  private async filesAtStart(): Promise<ProjectFile[]> {
    const ref = this.checked.defaultBranch;
    const entries = await this.client.repository.tree(this.checked.path, { ref, recursive: true });
    return entries
      .filter((entry) => entry.type === "blob")
      .map(({ path, mode }) => ({ path, executable: mode === "100755", content: undefined }));
  }
}
