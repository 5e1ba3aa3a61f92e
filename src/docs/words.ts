/** The words of generated tables, in English or as a project translates them. */
export interface Words {
  readonly headings: Readonly<Record<keyof typeof english, string>>;
  /** A description in the language of the document; itself where there is no translation. */
  readonly translate: (description: string) => string;
}

/** What a translation may replace under `headings`. */
export const english = {
  input: "Input",
  type: "Type",
  default: "Default",
  description: "Description",
  component: "Component",
  does: "What it does",
  jobs: "Jobs",
  job: "Job",
  stage: "Stage",
  gives: "What it leaves",
  required: "required",
  empty: "empty",
  options: "One of",
  pattern: "Pattern",
  rule: "When",
  otherwise: "Otherwise",
  file: "artifact",
  report: "report",
  variables: "variables for later jobs",
  environment: "environment",
  kept: "kept",
  coverage: "coverage",
  nothing: "nothing",
  elements: "elements",
};

export const englishWords: Words = { headings: english, translate: (description) => description };

/**
 * Reads a translation: `headings` (any of the keys of `english`) and `descriptions`, a list of `{from, to}`. `missed` is called with each
 * description that it lacks. Throws TypeError where it has another form.
 */
export function readWords(translation: unknown, missed: (description: string) => void): Words {
  const { headings = {}, descriptions = [] } = asMapping(translation, "the translation");
  const given = asMapping(headings, '"headings"');
  for (const [key, value] of Object.entries(given)) {
    if (!Object.hasOwn(english, key))
      throw new TypeError(`"headings" has no "${key}"; it takes ${Object.keys(english).join(", ")}`);
    if (typeof value !== "string") throw new TypeError(`"headings: ${key}" is no text`);
  }
  if (!Array.isArray(descriptions)) throw new TypeError('"descriptions" is no list of {from, to}');
  const known = new Map<string, string>();
  for (const entry of descriptions) {
    const { from, to } = asMapping(entry, 'an entry of "descriptions"');
    if (typeof from !== "string" || typeof to !== "string")
      throw new TypeError('an entry of "descriptions" is no {from, to} of two texts');
    known.set(from, to);
  }
  return {
    headings: { ...english, ...given },
    translate: (description) => {
      const found = known.get(description);
      if (found === undefined && description !== "") missed(description);
      return found ?? description;
    },
  };
}

function asMapping(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new TypeError(`${what} is no mapping`);
}
