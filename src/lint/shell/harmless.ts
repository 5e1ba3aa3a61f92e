import type { ShellComment } from "./shellcheck.ts";

/** Variables of GitLab whose values are single words by their definition: numbers, hashes, slugs, addresses, tokens. */
const words = new Set([
  "CI_API_V4_URL",
  "CI_COMMIT_REF_SLUG",
  "CI_COMMIT_SHA",
  "CI_COMMIT_SHORT_SHA",
  "CI_CONCURRENT_ID",
  "CI_ENVIRONMENT_SLUG",
  "CI_JOB_ID",
  "CI_JOB_TOKEN",
  "CI_MERGE_REQUEST_IID",
  "CI_MERGE_REQUEST_PROJECT_ID",
  "CI_PIPELINE_ID",
  "CI_PIPELINE_IID",
  "CI_PROJECT_ID",
  "CI_PROJECT_PATH_SLUG",
  "CI_REGISTRY",
  "CI_SERVER_FQDN",
  "CI_SERVER_HOST",
  "CI_SERVER_PORT",
]);

const list =
  /(?:ARG|ARGS|ARGUMENTS|FILES|FLAG|FLAGS|LIST|OPT|OPTS|OPTION|OPTIONS|PARAM|PARAMS|PARAMETERS|TAGS)$/i;

/** Commands whose output is one word, or is made to be split (`eval $(ssh-agent -s)`). */
const command = /^\$\((?:ssh-agent|nproc|id -[ug]|date \+["']?[%\w.:-]+["']?|pwd|uname|arch)\b/;

/** True if a name says that several words are meant, such as `extra_args`: quotes around the value would break the command. */
export function holdsSeveralWords(name: string): boolean {
  return list.test(name);
}

/** True if ShellCheck asks for quotes (SC2086, SC2046) where none are needed, or where splitting is meant. */
export function isHarmless(comment: ShellComment, text: string): boolean {
  if (comment.code === 2046) return command.test(text);
  if (comment.code !== 2086) return false;
  const name = /^\$\{?(\w+)\}?$/.exec(text)?.[1];
  return name !== undefined && (words.has(name) || holdsSeveralWords(name));
}
