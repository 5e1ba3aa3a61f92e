import type { Impact } from "./impact.ts";

/** A note in Markdown for the owners of each project that the next release breaks or may touch, by the project's path. */
export function ownerNotes(project: string, impacts: readonly Impact[]): Map<string, string> {
  const concerned = impacts.filter((each) => each.breaks || each.risks.length > 0);
  const notes = new Map<string, string>();
  for (const consumer of new Set(concerned.map((each) => each.consumer)))
    notes.set(
      consumer,
      noteFor(
        consumer,
        project,
        concerned.filter((each) => each.consumer === consumer),
      ),
    );
  return notes;
}

function noteFor(consumer: string, project: string, impacts: readonly Impact[]): string {
  const breaks = impacts.some((each) => each.breaks);
  const opening = breaks
    ? `The next release of \`${project}\` refuses what the pipeline of \`${consumer}\` gives it.`
    : `The next release of \`${project}\` changes jobs that the pipeline of \`${consumer}\` may rely on.`;
  return `# ${project}: the next release and ${consumer}\n\n${opening}\n\n${impacts.map(partFor).join("\n")}`;
}

function partFor({ use, moving, breaks, refused, risks }: Impact): string {
  const place = use.place ? `${use.place.file}, line ${use.place.line}` : "in the pipeline";
  const lines = [
    ...refused.map((each) => `- refused: ${each}`),
    ...risks.map((each) => `- changed: ${each.message}`),
  ];
  return `## \`${use.component}@${use.version}\` (${place})\n\n${lines.join("\n")}\n\n${advice(moving, breaks)}\n`;
}

function advice(moving: boolean, breaks: boolean): string {
  if (!breaks)
    return "Look at what your pipeline says of these jobs (`needs`, overrides) before you raise the version.";
  return moving
    ? "The version moves with the releases: **pin the present one now**, then mend the inputs and raise it."
    : "The version is pinned: nothing happens until you raise it. Mend the inputs in the same change.";
}
