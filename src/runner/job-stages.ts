import { hostname } from "node:os";
import { uploadArtifacts, wantedArtifacts } from "./artifacts.ts";
import { type CacheRequest, keptCaches, namedCaches, restoreCaches, saveCaches } from "./cache.ts";
import { writeClearScript, writeSourcesScript } from "./get-sources.ts";
import { JobFailure } from "./outcome.ts";
import { attempt, failureOf, type StageRunner } from "./stage-runner.ts";
import { colour, type OutputStream } from "./trace.ts";
import { runUserScripts } from "./user-scripts.ts";
import { behaves } from "./version.ts";

/**
 * Takes a job through its stages in the runner's order (`common/build.go`).
 * @throws JobFailure with what made the job fail first.
 */
export async function runStages(stages: StageRunner): Promise<void> {
  writeHeader(stages);
  await prepare(stages);
  const failure = await failureOf(prepareProject(stages).then(() => runUserScripts(stages)));
  const caching = await failureOf(keepCaches(stages, failure === undefined));
  const uploading = await failureOf(upload(stages, failure === undefined));
  await showCleanUp(stages);
  const first = failure ?? caching ?? uploading;
  if (first) throw first;
}

function writeHeader({ running: { runner, settings, trace } }: StageRunner): void {
  const { version, revision, name, shortToken, systemId } = runner.identity;
  trace.line(`Running with gitlab-runner ${version} (${revision})`);
  trace.line(`  on ${name} ${shortToken}, system ID: ${systemId}`);
  if (settings.changedFlags.length > 0) trace.line(`  feature flags: ${settings.changedFlags.join(", ")}`);
}

async function prepare(stages: StageRunner): Promise<void> {
  const { job, runner, settings, trace, variables, signal } = stages.running;
  const { executor, folders, identity } = runner;
  await trace.section("prepare_executor", `Preparing the "${executor.name}" executor`, async () => {
    if (settings.gitClonePath !== "") {
      throw new JobFailure(
        "setting GIT_CLONE_PATH is not allowed, enable `custom_build_dir` feature",
        behaves(identity.version, "configurationError") ? "configuration_error" : "script_failure",
      );
    }
    await executor.prepare({ job, variables, folders, signal, say: (line) => trace.line(line) });
  });
  if (settings.warnings.length > 0) trace.warning(settings.warnings.join("\n"));
  await stages.stage("prepare_script", "Preparing environment", () =>
    stages.withOutput(async (output) => output.write(`Running on ${hostname()}...\n`)),
  );
}

async function prepareProject(stages: StageRunner): Promise<void> {
  const { settings, runner } = stages.running;
  await attempt(settings.attempts.sources, async (number) => {
    if (number === 1 && behaves(runner.identity.version, "clearWorktree")) await clearWorktree(stages);
    await getSources(stages);
  });
  await attempt(settings.attempts.cache, () => bringCaches(stages));
  await attempt(settings.attempts.artifacts, () => downloadArtifacts(stages));
}

function getSources(stages: StageRunner): Promise<void> {
  const { job, runner, settings, variables, signal } = stages.running;
  return stages.stage("get_sources", "Getting source from Git repository", () => {
    const { executor, folders, identity, repository } = runner;
    const script = stages.newScript();
    const place = executor.placeOf("runner", folders);
    writeSourcesScript(script, { job, settings, variables, version: identity.version, place, repository });
    return stages.runScript(script, "runner", signal);
  });
}

function clearWorktree(stages: StageRunner): Promise<void> {
  const { runner, signal } = stages.running;
  const title = "Deleting all tracked and untracked files due to source fetch failure";
  return stages.stage("clear_worktree", title, () => {
    const script = stages.newScript();
    writeClearScript(script, runner.executor.placeOf("runner", runner.folders));
    return stages.runScript(script, "runner", signal);
  });
}

async function bringCaches(stages: StageRunner): Promise<void> {
  if (namedCaches(stages.running.job).length === 0) return;
  await stages.stage("restore_cache", "Restoring cache", () =>
    stages.withOutput((output) => restoreCaches(cacheRequest(stages, output))),
  );
}

async function downloadArtifacts(stages: StageRunner): Promise<void> {
  const { job, runner } = stages.running;
  const wanted = (job.dependencies ?? []).filter((each) => each.artifacts_file?.filename);
  if (wanted.length === 0) return;
  const from = "Downloading artifacts from coordinator...";
  await stages.stage("download_artifacts", "Downloading artifacts", () =>
    stages.withOutput(async (output) => {
      for (const dependency of wanted) {
        const title = `Downloading artifacts for ${dependency.name} (${dependency.id})...`;
        output.write(`${colour.green}${title}${colour.reset}\n`);
        await runner.bringArtifacts(dependency, runner.folders.project).catch((error: Error) => {
          output.write(`${colour.red}ERROR: ${from} ${error.message}${colour.reset} \n`);
          throw new JobFailure(`${runner.executor.exitWords} 1`, "script_failure", 1);
        });
        output.write(`${from} ok${colour.reset} \n`);
      }
    }),
  );
}

async function keepCaches(stages: StageRunner, passed: boolean): Promise<void> {
  const kept = keptCaches(stages.running.job, passed);
  if (kept.length === 0) return;
  const name = passed ? "archive_cache" : "archive_cache_on_failure";
  await stages.stage(name, `Saving cache for ${passed ? "successful" : "failed"} job`, () =>
    stages.withOutput((output) => saveCaches(kept, cacheRequest(stages, output))),
  );
}

async function upload(stages: StageRunner, passed: boolean): Promise<void> {
  const { job, runner, variables } = stages.running;
  const wanted = wantedArtifacts(job.artifacts, passed);
  if (wanted.length === 0) return;
  const name = `upload_artifacts_on_${passed ? "success" : "failure"}`;
  await stages.stage(name, `Uploading artifacts for ${passed ? "successful" : "failed"} job`, () =>
    stages.withOutput(async (output) => {
      const request = { ...collecting(stages), variables, output, upload: runner.upload };
      if (await uploadArtifacts(wanted, request)) return;
      throw new JobFailure(`${runner.executor.exitWords} 1`, "script_failure", 1);
    }),
  );
}

/** The files themselves are removed whatever happens: run-job.ts. */
async function showCleanUp({ running: { trace, variables } }: StageRunner): Promise<void> {
  if (!variables.all.some(({ file }) => file)) return;
  const title = "Cleaning up project directory and file based variables";
  await trace.section("cleanup_file_variables", title, async () => undefined);
}

function cacheRequest(stages: StageRunner, output: OutputStream): CacheRequest {
  const { job, runner, variables } = stages.running;
  return {
    ...collecting(stages),
    job,
    variables,
    output,
    folder: runner.folders.cache,
  };
}

function collecting({ running: { runner } }: StageRunner) {
  const { executor, folders, identity } = runner;
  return {
    project: folders.project,
    projectInJob: executor.placeOf("job", folders).project,
    followLinks: !behaves(identity.version, "globsWithoutLinks"),
  };
}
