/** What changed between GitLab Runner 17.5 and 19.4 and can be seen by a job. Source: the runner's code at the tags v17.5.0 to v19.3.0. */
const since = {
  /** The script runs in a subshell without standard input: exit codes of commands arrive. */
  subshell: [19, 1],
  /** `GITLAB_ENV` is read line by line, not as a shell file. */
  plainEnvironmentFile: [17, 8],
  /** `**` in the paths of artifacts does not go through symbolic links. */
  globsWithoutLinks: [18, 0],
  /** Lines of a trace begin with time and stream where nothing says otherwise. */
  timestamps: [18, 7],
  /** A refused setting (`GIT_CLONE_PATH`) is a configuration error, no longer a script failure. */
  configurationError: [19, 0],
  /** After the first failure to get the sources the work tree is emptied. */
  clearWorktree: [18, 0],
  /** Cache keys are made safe for a file system. */
  safeCacheKeys: [19, 0],
} as const satisfies Record<string, readonly [number, number]>;

/** A behaviour that came with a version. */
export type RunnerChange = keyof typeof since;

/** The runner that is imitated where nothing else is said: the newest whose code was read. */
export const newestRunner = "19.4.0";

/** Whether a runner of this version (`17.5.0`) behaves so already. */
export function behaves(version: string, change: RunnerChange): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [sinceMajor, sinceMinor] = since[change];
  return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
}
