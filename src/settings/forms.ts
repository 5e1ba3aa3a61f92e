/** What the text of a setting must look like: a pattern, and the same in words for whoever has to correct a value. */
export interface Form {
  /**
   * Read in the same way by RE2 (GitLab's `spec:inputs:regex`) and, with `LC_ALL=C`, by bash's `=~` on glibc and musl (POSIX extended
   * regular expressions): ranges and POSIX classes, no backslash but before a dot or a star, no empty alternative, anchors at the ends alone.
   */
  readonly pattern: string;
  /** Goes on after "must be". */
  readonly words: string;
}

/** One name in a path. */
export const part = "[A-Za-z0-9_][A-Za-z0-9._-]*";
const relative = `${part}(/${part})*`;
export const variableName = "[A-Za-z_][A-Za-z0-9_]*";
/** What is too high for a port is found by the server's checks: a pattern that says it cannot be read. */
const port = "[1-9][0-9]{0,4}";

/** The pattern of a list: words of one form with spaces between. It may be empty, but not blank. */
export const listOf = (word: string) => `^(${word}( +${word})* *)?$`;

/** The forms of text, by the names that the table of settings uses. A number's bounds begin with a digit, a choice holds a bar: no name may. */
export const forms = {
  line: { pattern: "^[^[:cntrl:]]*$", words: "one line without control characters" },
  words: { pattern: "^([^[:cntrl:]]|[[:space:]])*$", words: "text without control characters" },
  unit: { pattern: "^[A-Za-z0-9][A-Za-z0-9_.-]*$", words: "a unit's name without .service" },
  user: { pattern: "^[a-z_][a-z0-9_-]*$", words: "a user's name" },
  path: { pattern: `^((/${part}){2,})?$`, words: "an absolute path of plain names, at least two deep" },
  file: { pattern: `^${relative}$`, words: "a relative path of plain names" },
  file_or_none: { pattern: `^(${relative})?$`, words: "a relative path of plain names" },
  names: { pattern: listOf("[A-Za-z0-9][A-Za-z0-9._-]*"), words: "names with spaces between" },
  folder: { pattern: `^(\\.|${relative})$`, words: "a relative path of plain names, or ." },
  paths: { pattern: listOf(`${relative}/?`), words: "relative paths of plain names, with spaces between" },
  unit_file: {
    pattern: "^([A-Za-z0-9_@][A-Za-z0-9._@-]*(/[A-Za-z0-9_@][A-Za-z0-9._@-]*)*)?$",
    words: "a relative path of plain names",
  },
  variable: { pattern: `^(${variableName})?$`, words: "a variable's name" },
  variables: {
    pattern: listOf(`${variableName}(\\*|=${variableName})?`),
    words: "NAME, PREFIX_* or NAME=OTHER_NAME, with spaces between",
  },
  assignments: {
    pattern: listOf(`${variableName}=[[:graph:]]*`),
    words: "NAME=value, with spaces between",
  },
  place: {
    pattern: `^(${port}|[]0-9A-Za-z.:[-]+:${port}|(/${part})+)?$`,
    words: "a port, address:port or an absolute path",
  },
  address: {
    pattern: "^(https?://|unix:/)[[:graph:]]+$",
    words: "an address such as http://127.0.0.1:8000/healthz",
  },
  python: { pattern: "^(3\\.[0-9]{1,2})?$", words: "a Python version such as 3.11" },
  // From 3.10 on: the templates take the first four characters of a full version for the image.
  target: {
    pattern: "^(debian-1[23]|ubuntu-2[24]\\.04|3\\.1[0-9]\\.[0-9]{1,2})?$",
    words: "debian-12, debian-13, ubuntu-22.04, ubuntu-24.04 or a full Python version such as 3.11.2",
  },
  version: {
    pattern: "^([0-9A-Za-z][0-9A-Za-z._+-]*)?$",
    words: "letters, digits, dots, dashes, underscores and plus",
  },
  sha256: { pattern: "^([0-9a-f]{64})?$", words: "a sha256 in hexadecimal digits" },
  name: { pattern: "^([A-Za-z0-9][A-Za-z0-9_.-]*)?$", words: "a name as the job's log shows it" },
} satisfies Readonly<Record<string, Form>>;

/** Whether a text has a form, judged as bash and RE2 judge it: what GitLab's input takes, a command's option takes too. */
export function hasForm(text: string, form: keyof typeof forms): boolean {
  const javaScript = forms[form].pattern
    .replaceAll("[:cntrl:]", "\\0-\\x1f\\x7f")
    .replaceAll("[:graph:]", "!-~")
    .replaceAll("[:space:]", " \\t-\\r")
    .replaceAll("[]", "[\\]"); // POSIX: a bracket that comes first is one of the set
  return new RegExp(javaScript).test(text);
}

/** Patterns of inputs that shape the pipeline and never come to bash: GitLab alone judges them. */
export const pipelinePatterns = {
  image: "^\\S+$",
  branch: "^[A-Za-z0-9._/-]*$",
  sources: "^[a-z_]+(\\|[a-z_]+)*$",
  stage: "^\\S.*$",
  prefix: "^[A-Za-z0-9_-]*$",
  environment: "^[A-Za-z0-9][A-Za-z0-9 ._/-]*$",
  environment_url: "^(https?://|\\$)\\S+$",
  duration: "^\\S.*$",
} satisfies Readonly<Record<string, string>>;
