import type { Place } from "../engine/yaml/index.ts";
import { type ChangeKind, changeKinds, type InterfaceChange } from "./change.ts";
import { compareInputs, type Note } from "./compare-inputs.ts";
import { compareJobs } from "./compare-jobs.ts";
import { readComponents } from "./component.ts";
import type { ComponentInterface } from "./interface.ts";

export {
  type ChangeClass,
  type ChangeKind,
  changeKinds,
  type InterfaceChange,
  strongestClass,
} from "./change.ts";
export { readComponents } from "./component.ts";
export type { ComponentInterface } from "./interface.ts";
export { leastVersion, parseVersion } from "./version.ts";

/**
 * What changed for consumers between two versions of a component project, given as files by path (only `templates/` counts):
 * the components, in the order of their names, each with its inputs first. Throws DocumentError where a file is not YAML.
 */
export function compareInterfaces(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): InterfaceChange[] {
  return compareComponents(readComponents(before), readComponents(after));
}

/** The same for components that are read already, by name. */
export function compareComponents(
  old: ReadonlyMap<string, ComponentInterface>,
  now: ReadonlyMap<string, ComponentInterface>,
): InterfaceChange[] {
  const changes: InterfaceChange[] = [];
  for (const name of [...new Set([...old.keys(), ...now.keys()])].sort()) {
    const note: Note = (kind, subject, message, place, gone) =>
      changes.push(changeOf(name, kind, subject, message, place, gone));
    compareComponent(name, old.get(name), now.get(name), note);
  }
  return changes;
}

function compareComponent(
  name: string,
  before: ComponentInterface | undefined,
  after: ComponentInterface | undefined,
  note: Note,
): void {
  if (!after) note("component-removed", name, `component "${name}" is gone`, undefined, "gone");
  if (!before) note("component-added", name, `component "${name}" is new`, undefined);
  if (!before || !after) return;
  compareInputs(before.inputs, after.inputs, note);
  compareJobs(before.jobs, after.jobs, note);
  compareGlobals(before, after, note);
  for (const each of after.reads)
    if (!before.reads.has(each))
      note("variable-read-added", each, `the CI/CD variable "${each}" is read now`, undefined);
  for (const each of before.reads)
    if (!after.reads.has(each))
      note("variable-read-removed", each, `the CI/CD variable "${each}" is not read any more`, undefined);
  const [[oldMajor, oldMinor], [major, minor]] = [before.needs.version, after.needs.version];
  if (major > oldMajor || (major === oldMajor && minor > oldMinor)) {
    note(
      "gitlab-version-raised",
      name,
      `GitLab ${major}.${minor} is needed, for ${after.needs.because}`,
      undefined,
    );
  }
}

function compareGlobals(before: ComponentInterface, after: ComponentInterface, note: Note): void {
  for (const [keyword, { value, place }] of after.globals) {
    const old = before.globals.get(keyword);
    if (!old)
      note(
        "global-keyword-added",
        keyword,
        `"${keyword}" is set for the whole pipeline of the consumer`,
        place,
      );
    else if (JSON.stringify(old.value) !== JSON.stringify(value))
      note("global-keyword-changed", keyword, `the global "${keyword}" changed`, place);
  }
  for (const [keyword, { place }] of before.globals) {
    if (!after.globals.has(keyword))
      note("global-keyword-removed", keyword, `the global "${keyword}" is gone`, place, "gone");
  }
}

function changeOf(
  component: string,
  kind: ChangeKind,
  subject: string,
  message: string,
  place: Place | undefined,
  gone?: "gone",
): InterfaceChange {
  const at = place && { ...place.toJSON(), side: gone ? ("before" as const) : ("after" as const) };
  return { kind, class: changeKinds[kind], component, subject, message, place: at };
}
