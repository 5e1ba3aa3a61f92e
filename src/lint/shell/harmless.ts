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

/** `apt-get install $(cat packages.txt)`: a file that lists what is wanted. */
const install = /\b(?:install|add)\b[^;|&\n]*$/;

/** True if a name says that several words are meant, such as `extra_args`: quotes around the value would break the command. */
export function holdsSeveralWords(name: string): boolean {
  return list.test(name);
}

/** Where ShellCheck's comment stands, as far as its judge must know. */
export interface CommentContext {
  /** What the comment is about, the line before and from there on, and the whole script. */
  readonly text: string;
  readonly before: string;
  readonly rest: string;
  readonly script: string;
}

/**
 * True for advice that no script of a job needs: quotes (SC2086, SC2046) where none are needed or where splitting is meant, and
 * a warning of `|| true`.
 */
export function isHarmless({ code }: ShellComment, { text, before, rest, script }: CommentContext): boolean {
  // `test && do || true`: the third part does nothing, whenever it runs
  if (code === 2015) return /\|\|\s*(?:true|:)\s*(?:[;#)]|$)/.test(rest);
  if (code === 2046) return command.test(text) || (install.test(before) && text.startsWith("$(cat "));
  if (code !== 2086) return false;
  const name = /^\$\{?(\w+)\}?$/.exec(text)?.[1];
  return name !== undefined && (words.has(name) || holdsSeveralWords(name) || isListOf(name, script));
}

/** True if the script itself puts options into a variable: `FLAG="--all"`, `KUBE="$KUBE --context x"`. */
function isListOf(name: string, script: string): boolean {
  const values = script.matchAll(new RegExp(`(?:^|[\\s;&(])${name}\\+?=("[^"\\n]*"|'[^'\\n]*'|-\\S+)`, "gm"));
  return [...values].some(([, value = ""]) => /(?:^["']?|\s)-/.test(value));
}
