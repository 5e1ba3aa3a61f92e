import type { Diagnostic, Edit, Fix } from "./diagnostic.ts";
import { jobLines } from "./job-lines.ts";

/** Rules that find the same of one input in many lines of a job. */
const gathered: ReadonlySet<string> = new Set(["input-not-in-shell"]);

/**
 * Makes one finding of those that say the same about one job: the first one, with the other places as related. Call it after
 * suppressions, which each count for their own line.
 */
export function gather(found: readonly Diagnostic[], text: string): Diagnostic[] {
  const jobOf = jobLines(text);
  const groups = new Map<string, Diagnostic[]>();
  for (const each of found) {
    const own = [each.rule, each.message, jobOf(each.line)];
    const key = gathered.has(each.rule) ? JSON.stringify(own) : JSON.stringify([groups.size, ...own]);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()].map(merge);
}

function merge([first, ...others]: readonly Diagnostic[]): Diagnostic {
  const only = first as Diagnostic;
  if (others.length === 0) return only;
  const also = others.map(({ file, line, column }) => ({ message: "and here", file, line, column }));
  const fix = together([only, ...others].flatMap((each) => each.fix ?? []));
  return { ...only, related: [...only.related, ...also], ...(fix && { fix }) };
}

/** One fix of several: what they all insert is inserted once. */
function together(fixes: readonly Fix[]): Fix | undefined {
  const [first] = fixes;
  if (first === undefined) return undefined;
  const edits = new Map<string, Edit>(
    fixes.flatMap((fix) => fix.edits.map((edit) => [JSON.stringify(edit), edit])),
  );
  return { title: first.title, safe: fixes.every(({ safe }) => safe), edits: [...edits.values()] };
}
