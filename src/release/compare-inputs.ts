import type { Input } from "../engine/contract/index.ts";
import { type JsonValue, type Place, toJson } from "../engine/yaml/index.ts";
import type { ChangeKind } from "./change.ts";
import { compareLanguages } from "./regular-language.ts";

/** Notes one change: what, of whom, in words, and where (in the older file when `gone`). */
export type Note = (
  kind: ChangeKind,
  subject: string,
  message: string,
  place: Place | undefined,
  gone?: "gone",
) => void;

/** Notes what changed between two contracts of one component. */
export function compareInputs(
  before: ReadonlyMap<string, Input>,
  after: ReadonlyMap<string, Input>,
  note: Note,
): void {
  for (const [name, old] of before) {
    const now = after.get(name);
    if (now) compareInput(old, now, note);
    else
      note(
        "input-removed",
        name,
        `input "${name}" is gone: GitLab refuses inputs that it does not know`,
        old.place,
        "gone",
      );
  }
  for (const [name, now] of after) {
    if (before.has(name)) continue;
    if (now.required)
      note("input-added-required", name, `input "${name}" is new and must be given`, now.place);
    else note("input-added", name, `input "${name}" is new`, now.place);
  }
}

function compareInput(before: Input, after: Input, note: Note): void {
  const { name } = before;
  const at = (keyword: string) => after.declaration?.entry(keyword)?.keyPlace ?? after.place;
  if (before.type !== after.type) {
    note(
      "input-type-changed",
      name,
      `input "${name}" was a ${before.type} and is a ${after.type}`,
      at("type"),
    );
  }
  if (!before.required && after.required)
    note(
      "input-made-required",
      name,
      `input "${name}" has no default any more and must be given`,
      after.place,
    );
  if (before.required && !after.required)
    note("input-made-optional", name, `input "${name}" need not be given any more`, at("default"));
  if (before.default !== undefined && after.default !== undefined) {
    const [old, now] = [text(json(before.default)), text(json(after.default))];
    if (old !== now)
      note(
        "input-default-changed",
        name,
        `the default of input "${name}" was ${old} and is ${now}`,
        at("default"),
      );
  }
  compareOptions(before, after, note, at("options"));
  compareRegex(before, after, note, at("regex"));
  const [oldRules, newRules] = [text(json(before.rules)), text(json(after.rules))];
  if (oldRules !== newRules)
    note(
      "input-rules-changed",
      name,
      `the rules of input "${name}" changed: values may be refused or fall to other defaults`,
      at("rules"),
    );
  if (before.description !== after.description)
    note("input-description-changed", name, `the description of input "${name}" changed`, at("description"));
}

function compareOptions(before: Input, after: Input, note: Note, place: Place | undefined): void {
  const { name } = before;
  const list = (input: Input) => input.options && (json(input.options) as JsonValue[]).map(text);
  const [old, now] = [list(before), list(after)];
  if (now && !old)
    note("input-options-narrowed", name, `input "${name}" takes only ${now.join(", ")} now`, place);
  if (old && !now)
    note("input-options-widened", name, `input "${name}" is not bound to options any more`, after.place);
  if (!old || !now) return;
  const gone = old.filter((each) => !now.includes(each));
  const added = now.filter((each) => !old.includes(each));
  if (gone.length > 0)
    note("input-options-narrowed", name, `input "${name}" does not take ${gone.join(", ")} any more`, place);
  if (added.length > 0)
    note("input-options-widened", name, `input "${name}" also takes ${added.join(", ")}`, place);
}

function compareRegex(before: Input, after: Input, note: Note, place: Place | undefined): void {
  const { name } = before;
  const [old, now] = [before.regex ?? "", after.regex ?? ""];
  if (old === now || typeof old !== "string" || typeof now !== "string") return;
  const forth = compareLanguages(old, now);
  const back = compareLanguages(now, old);
  if (forth.verdict === "narrower") {
    note(
      "input-regex-narrowed",
      name,
      `the regex of input "${name}" refuses ${JSON.stringify(forth.example)}, which was taken`,
      place,
    );
  } else if (forth.verdict === "unknown") {
    note(
      "input-regex-unclear",
      name,
      `the regex of input "${name}" changed, and whether it still takes all that it took is not decidable here`,
      place,
    );
  }
  if (back.verdict === "narrower") {
    note(
      "input-regex-widened",
      name,
      `the regex of input "${name}" also takes ${JSON.stringify(back.example)}`,
      place,
    );
  }
}

function json(value: Parameters<typeof toJson>[0] | undefined): JsonValue | undefined {
  return value === undefined ? undefined : toJson(value);
}

function text(value: JsonValue | undefined): string {
  return JSON.stringify(value) ?? "none";
}
