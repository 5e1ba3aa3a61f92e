import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { run } from "./engine-command.ts";
import type { Executor, PrepareRequest, RunnerFolders, ScriptEnd, ScriptRun } from "./executor.ts";
import type { RunnerImage } from "./job.ts";
import type { ScriptPlace } from "./script.ts";
import { startServices } from "./services.ts";
import { endGroups, type ProcessGroups, runShell } from "./shell-process.ts";

export interface ContainerExecutorOptions {
  /** podman or docker. */
  readonly program: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where hooks before the sources run, on this machine. */
  readonly folder: string;
  /** The project's folder as the job sees it. */
  readonly project: string;
}

/** What the runner starts in an image: the best shell that it has. */
const findShell =
  'for shell in /usr/local/bin/bash /usr/bin/bash /bin/bash /usr/local/bin/sh /usr/bin/sh /bin/sh /busybox/sh; do if [ -x "$shell" ]; then exec "$shell" 2>&1; fi; done; echo shell not found; exit 1';

/**
 * Runs a job in a container of its image, as GitLab's docker executor does: sources, caches and artifacts are handled outside, with the
 * project's folder mounted; script and after_script run in the same container, started once for each. Services run beside it in a network
 * of the job's own. Images that are not there are not pulled.
 */
export class ContainerExecutor implements Executor {
  readonly kind = "container";
  readonly name = "docker";
  readonly exitWords = "exit code";
  private readonly options: ContainerExecutorOptions;
  private readonly groups: ProcessGroups = new Set();
  /** Known before anything is made, so that it can be removed whatever happens. */
  private readonly id = `berth-job-${randomBytes(8).toString("hex")}`;
  private readonly made: string[] = [];
  private network = false;
  private hosts: readonly string[] = [];

  constructor(options: ContainerExecutorOptions) {
    this.options = options;
  }

  async prepare({ job, variables, folders, say, signal }: PrepareRequest): Promise<void> {
    const image = job.image as RunnerImage;
    const name = variables.expand(image.name);
    say(`Using Docker executor with image ${name} ...`);
    const services = job.services ?? [];
    if (services.length > 0) {
      this.network = true;
      await this.engine(["network", "create", this.id], signal);
      this.hosts = await startServices(services, {
        network: this.id,
        variables,
        say,
        engine: (args) => this.engine(args, signal),
        onContainer: (container) => this.made.push(container),
      });
    }
    const { project, temporary } = this.placeOf("runner", folders);
    for (const folder of [project, temporary]) await mkdir(folder, { recursive: true });
    this.made.push(this.id);
    await this.engine(this.createCommand(name, image, folders), signal);
    say(`Using docker image ${name} ...`);
  }

  placeOf(where: "runner" | "job", { builds, project }: RunnerFolders): ScriptPlace {
    if (where === "runner") return { builds, project, temporary: `${project}.tmp` };
    return { builds: "/builds", project: this.options.project, temporary: `${this.options.project}.tmp` };
  }

  run(run: ScriptRun): Promise<ScriptEnd> {
    const { program, env, folder } = this.options;
    if (run.where === "job") {
      const argv = [program, "start", "--attach", "--interactive", this.id];
      return runShell({ argv, cwd: folder, env }, run, this.groups);
    }
    // As in the runner's helper: whoever the image's user is may write to the project.
    const script = `umask 0000\n${run.script}`;
    return runShell({ argv: ["bash"], cwd: folder, env }, { ...run, script }, this.groups);
  }

  async close(): Promise<void> {
    endGroups(this.groups);
    const never = new AbortController().signal;
    for (const container of this.made.toReversed()) {
      // `rm` alone waits ten seconds for a process that does not end when it is told to.
      await this.engine(["kill", container], never).catch(() => undefined);
      await this.engine(["rm", "--force", "--volumes", container], never).catch(() => undefined);
    }
    if (this.network) await this.engine(["network", "rm", this.id], never).catch(() => undefined);
  }

  private createCommand(name: string, image: RunnerImage, folders: RunnerFolders): string[] {
    const here = this.placeOf("runner", folders);
    const there = this.placeOf("job", folders);
    const [entrypoint, ...more] = image.entrypoint ?? [];
    return [
      ...["create", "--name", this.id, "--interactive", "--label", "berth-job"],
      ...(this.network ? ["--network", this.id] : []),
      ...this.hosts.flatMap((each) => ["--add-host", each]),
      ...["--volume", `${here.project}:${there.project}`, "--volume", `${here.temporary}:${there.temporary}`],
      ...(entrypoint === undefined ? [] : ["--entrypoint", entrypoint]),
      ...[name, ...more, "sh", "-c", findShell],
    ];
  }

  private engine(args: readonly string[], signal: AbortSignal): Promise<string> {
    return run([this.options.program, ...args], { env: this.options.env, signal });
  }
}
