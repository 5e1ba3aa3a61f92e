import type { Problem } from "../engine/problem/index.ts";
import type { Place } from "../engine/yaml/index.ts";
import { conditionHint } from "./condition-hints.ts";
import type { EngineError } from "./engine.ts";
import { listed, meant } from "./nearest.ts";
import { faultOfPattern } from "./pattern-faults.ts";
import { plainTextAt } from "./plain-values.ts";

/** Keywords that a name or another text belongs to. */
const TEXTS = [
  "image",
  "stage",
  "when",
  "environment",
  "services",
  "tags",
  "needs",
  "extends",
  "variables",
  "key",
];

/** Keywords that take a list of texts. */
const LISTS = [
  "paths",
  "exclude",
  "changes",
  "exists",
  "tags",
  "stages",
  "untracked",
  "files",
  "fallback_keys",
];

/** What each keyword takes, where GitLab's words do not show it. */
const FORMS: Readonly<Record<string, string>> = {
  allow_failure: "write true or false, or exit_codes: with a list",
  environment: "write the environment's name, or name: below it",
  image: "write the image's name, or name: below it",
  interruptible: "write true or false",
  matrix: "write a list of mappings: - NAME: [a, b]",
  parallel: "write a number from 2 to 200, or matrix: below it",
  retry: "write 0, 1 or 2, or max: and when: below it",
  rules: "write a list of mappings: - if: $CI_COMMIT_TAG",
  script: "write a command, or a list of commands",
  stage: "write the stage's name",
  start_in: "write a number and a unit: 30 minutes, 1 day",
  trigger: "write a project's path, or include: below it",
  timeout: "write a number and a unit: 30 minutes, 1h 30m",
};

/** The way out of what GitLab refuses in jobs and global keywords; undefined where its words say all that is known. */
export function pipelineHint({ problem }: EngineError): string | undefined {
  const written = textAt(problem.place);
  switch (problem.code) {
    case "variable-kind":
      return "a variable is a text: write the words in one string, or value: and description: below it";
    case "commands-kind":
      return "quote the command: a colon and a blank in it make it a mapping";
    case "keys-beside-rules":
      return "write the condition as one of the rules";
    case "value-not-allowed":
      return allowedHint(written ?? "", problem.facts.allowed);
    case "condition-invalid":
      return written === undefined ? undefined : conditionHint(unquoted(written));
    case "pattern-invalid":
      return written === undefined ? undefined : faultOfPattern(unquoted(written).replace(/^\/|\/\w*$/g, ""));
    case "duration-invalid":
      return "write a number and a unit: 30 minutes, 1h 30m";
    case "keys-exclusive":
      return `keep one of ${listed(problem.facts.keys)}`;
    case "keys-missing":
      return `add ${problem.facts.keys.map((key) => `${key}:`).join(", ")}`;
    case "keyword-twice":
      return "keep the one below default:";
    case "jobs-missing":
      return "write at least one job with script:, whose name begins with no dot";
    case "need-in-later-stage":
      return "move one of the two jobs to another stage: a job can need those of its own stage and of earlier ones";
    case "stop-job-undefined":
      return "write the name of a job with environment:action: stop";
    default:
      return valueHint(problem, written);
  }
}

/** What is wrong with a value, told from its keyword and from what is written. */
function valueHint(problem: Problem, written: string | undefined): string | undefined {
  const keyword = keywordOf(problem);
  const place = problem.place;
  const input = /^\{\{\s*(inputs\.[\w-]+)\s*\}\}$/.exec(written ?? "")?.[1];
  if (input !== undefined) return `write "$[[ ${input} ]]"`;
  if (
    !["value-kind", "value-wrong", "value-missing", "value-malformed", "value-out-of-bounds"].includes(
      problem.code,
    )
  )
    return undefined;
  if (LISTS.includes(keyword) && written !== undefined && !/^[[{-]/.test(written))
    return `write a list: [${written}]`;
  const plain = plainTextAt(place);
  const names = problem.subject.split(":");
  if (plain !== undefined && (TEXTS.includes(keyword) || TEXTS.some((each) => names.includes(each))))
    return `quote it: "${plain}"`;
  return Object.hasOwn(FORMS, keyword) ? FORMS[keyword] : undefined;
}

/** The words of a list that are not allowed have their own likeness. */
function allowedHint(written: string, allowed: readonly string[]): string {
  const words = written.match(/[\w-]+/g) ?? [];
  const wrong = words.filter((word) => !allowed.includes(word));
  return (
    wrong.map((word) => meant(word, allowed)).find((hint) => hint !== undefined) ??
    `the values are ${listed(allowed)}`
  );
}

/** The keyword that a problem is about: the key on the line of its place, or the last part of its subject. */
function keywordOf({ subject, place }: Problem): string {
  const line = place === undefined ? "" : lineBefore(place);
  const written = /([\w-]+)["']?:(?:\s*-)?$/.exec(line)?.[1];
  return written ?? subject.split(":").at(-1) ?? "";
}

/** What stands on the line before a place. */
function lineBefore({ source, start }: Place): string {
  return source.text.slice(source.text.lastIndexOf("\n", start - 1) + 1, start).trim();
}

/** What is written at a place, if it is on one line. */
function textAt(place: Place | undefined): string | undefined {
  const text = place?.source.text.slice(place.start, place.end).trim();
  return text === undefined || text === "" || text.includes("\n") ? undefined : text;
}

function unquoted(text: string): string {
  const quote = text[0];
  if ((quote !== '"' && quote !== "'") || text.at(-1) !== quote) return text;
  const inner = text.slice(1, -1);
  return quote === '"' ? inner.replace(/\\(.)/g, "$1") : inner.replaceAll("''", "'");
}
