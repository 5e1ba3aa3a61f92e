import type { RunnerJob } from "./job.ts";
import type { LocalRepository } from "./runner.ts";
import { quote, type ScriptPlace, type ShellScript } from "./script.ts";
import type { JobSettings } from "./settings.ts";
import type { JobVariables } from "./variables.ts";
import { behaves } from "./version.ts";

/** What the sources are got with. */
export interface SourcesRequest {
  readonly job: RunnerJob;
  readonly settings: JobSettings;
  readonly variables: JobVariables;
  readonly version: string;
  readonly place: ScriptPlace;
  readonly repository?: LocalRepository | undefined;
}

/**
 * Writes the script that brings the job's files: hook, fetch, checkout, clean, submodules, as the runner does (`shells/abstract.go`). What
 * the runner does in many calls of git is done in few here: a call takes some milliseconds, and each job pays for them.
 * @throws Error in the runner's words where the job's settings cannot be followed.
 */
export function writeSourcesScript(script: ShellScript, request: SourcesRequest): void {
  const { job, settings, variables, place } = request;
  script.exports(variables, place);
  script.line("export GIT_TERMINAL_PROMPT=0 GCM_INTERACTIVE=Never");
  const usesGit = settings.gitStrategy === "clone" || settings.gitStrategy === "fetch";
  if (usesGit) script.commands(hook(job, "pre_get_sources_script"), "pre_clone_script");
  if (!settings.skipSmudge) script.line("export GIT_LFS_SKIP_SMUDGE=1");
  writeStrategy(script, request);
  if (usesGit && settings.gitCheckout) writeCheckout(script, request);
  else script.notice("Skipping Git checkout");
  writeSubmodules(script, request);
  if (usesGit) script.commands(hook(job, "post_get_sources_script"), "post_clone_script");
}

/** After a failure (since 18.0): nothing of the work tree stays for the next attempt. */
export function writeClearScript(script: ShellScript, { project }: ScriptPlace): void {
  script.notice("Deleting tracked and untracked files...");
  script.line(`if [ -d ${quote(project)} ]; then cd ${quote(project)}`);
  script.line("git rm -rf --ignore-unmatch --quiet .; git clean -ffdx -q; fi");
}

function hook({ hooks = [] }: RunnerJob, name: string): readonly string[] {
  return hooks.filter((each) => each.name === name).flatMap((each) => each.script);
}

function writeStrategy(script: ShellScript, { settings, place, ...rest }: SourcesRequest): void {
  const project = quote(place.project);
  switch (settings.gitStrategy) {
    case "none":
      script.notice("Skipping Git repository setup");
      script.line(`mkdir -p ${project}`);
      break;
    case "empty":
      script.notice("Skipping Git repository setup and creating an empty build directory");
      removeFolder(script, place.project);
      script.line(`mkdir -p ${project}`);
      break;
    case "clone":
      removeFolder(script, place.project);
      writeFetch(script, { settings, place, ...rest });
      break;
    case "fetch":
      removeLocks(script, place.project);
      writeFetch(script, { settings, place, ...rest });
  }
}

function removeFolder(script: ShellScript, folder: string): void {
  const path = quote(folder);
  script.line(`if [ -d ${path} ]; then chmod -R u+rwX ${path}; rm -r -f ${path}; fi`);
}

/** What a job that was ended in the middle of git leaves behind, and the one hook that would run now. */
function removeLocks(script: ShellScript, project: string): void {
  const names = ["index.lock", "shallow.lock", "HEAD.lock", "config.lock", "hooks/post-checkout"];
  const paths = names.map((name) => quote(`${project}/.git/${name}`)).join(" ");
  script.line(`if [ -d ${quote(`${project}/.git`)} ]; then rm -f ${paths}; fi`);
  const refs = quote(`${project}/.git/refs`);
  script.line(`if [ -d ${refs} ]; then find ${refs} -name '*.lock' -type f -exec rm -f {} +; fi`);
}

/** The settings of a fresh repository: `git init` copies them in. `repositoryformatversion` makes it one for git at once. */
function writeTemplate(script: ShellScript, { place, job }: SourcesRequest): string {
  const folder = `${place.temporary}/git-template`;
  const config = [
    "[init]",
    "\tdefaultBranch = none",
    "[fetch]",
    "\trecurseSubmodules = false",
    "[credential]",
    "\tinteractive = never",
    "[gc]",
    "\tautoDetach = false",
    ...credentialHelper(job.git_info.repo_url),
    '[remote "origin"]',
    `\turl = ${configValue(job.git_info.repo_url)}`,
    "\tfetch = +refs/heads/*:refs/remotes/origin/*",
    "",
  ].join("\n");
  script.line(`mkdir -p ${quote(folder)}`);
  script.line(`printf '%s' ${quote(config)} > ${quote(`${folder}/config`)}`);
  return folder;
}

/** The job's token comes from the environment when git asks for it; nothing of it is written to a file. */
function credentialHelper(url: string): string[] {
  const host = /^https?:\/\/(?:[^@/]*@)?[^/]+/.exec(url)?.[0];
  if (host === undefined) return [];
  const helper =
    '"!f(){ if [ \\"$1\\" = \\"get\\" ] ; then echo \\"password=${CI_JOB_TOKEN}\\" ; fi ; } ; f"';
  return [`[credential ${configValue(host)}]`, "\tusername = gitlab-ci-token", `\thelper = ${helper}`];
}

function configValue(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

function writeFetch(script: ShellScript, request: SourcesRequest): void {
  const { job, settings, place, repository } = request;
  const { depth = 0, refspecs, repo_url: url } = job.git_info;
  script.notice(depth > 0 ? `Fetching changes with git depth set to ${depth}...` : "Fetching changes...");
  const project = quote(place.project);
  const template = writeTemplate(script, request);
  script.line(`if [ -e ${quote(`${place.project}/.git/config`)} ]; then fresh=; else fresh=yes; fi`);
  script.run("git", "init", place.project, "--template", template);
  script.line(`cd ${project}`);
  script.line(`if [ "$fresh" ]; then`);
  script.notice("Created fresh repository.");
  script.line(`else git remote set-url origin ${quote(url)}; fi`);
  if (repository?.use === "share") {
    script.line(`printf '%s\\n' ${quote(repository.objects)} > .git/objects/info/alternates`);
  } else if (repository) {
    // As files: packing and unpacking a gigabyte takes minutes.
    script.line(`cp -R ${quote(`${repository.objects}/.`)} .git/objects/`);
  }
  const fetch = [
    ...[
      "git",
      "-c",
      "gc.auto=0",
      "-c",
      "maintenance.auto=false",
      "fetch",
      "origin",
      "--no-recurse-submodules",
    ],
    ...refspecs,
    ...(depth > 0 ? ["--depth", String(depth)] : []),
    ...settings.gitFetchFlags,
  ];
  if (repository) {
    const key = quote(`url.${repository.path}.insteadOf`);
    script.line(`export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=${key} GIT_CONFIG_VALUE_0=${quote(url)}`);
  }
  if (depth === 0) {
    script.line("if [ -e .git/shallow ]; then");
    script.run(...fetch, "--unshallow");
    script.line("else");
  }
  script.run(...fetch);
  if (depth === 0) script.line("fi");
  if (repository) script.line("unset GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 GIT_CONFIG_VALUE_0");
}

function writeCheckout(script: ShellScript, { job, settings }: SourcesRequest): void {
  const { sha, ref } = job.git_info;
  script.notice(`Checking out ${sha.slice(0, 8)} as detached HEAD (ref is ${ref})...`);
  script.run("git", "-c", "submodule.recurse=false", "checkout", "-f", "-q", sha);
  if (settings.gitCleanFlags.length > 0) script.run("git", "clean", ...settings.gitCleanFlags);
  if (settings.skipSmudge) return;
  script.line("if command -v git-lfs >/dev/null 2>&1; then");
  script.line("git lfs pull; echo");
  script.line("fi");
}

function writeSubmodules(script: ShellScript, { settings, version }: SourcesRequest): void {
  const { submoduleStrategy, submoduleDepth: depth, submodulePaths, gitCleanFlags } = settings;
  if (submoduleStrategy === "none") {
    script.notice("Skipping Git submodules setup");
    return;
  }
  if (submoduleStrategy === "invalid") throw new Error("unknown GIT_SUBMODULE_STRATEGY");
  const recursive = submoduleStrategy === "recursive" ? ["--recursive"] : [];
  const paths = submodulePaths.length > 0 ? ["--", ...submodulePaths] : [];
  const clean = gitCleanFlags.length > 0 ? gitCleanFlags : ["-ffdx"];
  const each = ["git", "submodule", "foreach", ...recursive];
  const sync = ["git", "submodule", "sync", ...recursive, ...paths];
  const update = [
    ...["git", "submodule", "update", "--init", ...recursive],
    ...(depth > 0 ? ["--depth", String(depth)] : []),
    ...settings.submoduleUpdateFlags,
    ...paths,
  ];
  script.notice(
    `Updating/initializing submodules${recursive.length > 0 ? " recursively" : ""}${depth > 0 ? ` with git depth set to ${depth}` : ""}...`,
  );
  script.run("git", "submodule", "init");
  script.run(...sync);
  script.run(...each, "git", "clean", ...clean);
  script.run(...each, "git", "reset", "--hard");
  script.line(`if ${update.map(quote).join(" ")}; then`);
  script.notice("Updated submodules");
  script.run(...sync);
  script.line("else");
  script.warning("Updating submodules failed. Retrying...");
  if (settings.submoduleUpdateFlags.includes("--remote") && behaves(version, "subshell")) {
    script.run(...each, "git", "fetch", "origin", "+refs/heads/*:refs/remotes/origin/*");
  }
  script.run(...sync);
  script.run(...update);
  script.run(...each, "git", "reset", "--hard");
  script.line("fi");
  script.run(...each, "git", "clean", ...clean);
  if (settings.skipSmudge) return;
  script.line("if command -v git-lfs >/dev/null 2>&1; then");
  script.run(...each, "git", "lfs", "pull");
  script.line("fi");
}
