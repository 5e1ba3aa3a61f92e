/** A trace without times, and with the same names for what has another name on each machine and in each folder. */
export function normalised(trace: string): string {
  return (
    trace
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
      .replace(/(section_(?:start|end)):\d+:/g, "$1:TIME:")
      .replace(/\/?\S*builds>?\/abc/g, "/builds/abc")
      .replace(/Running on \S+\.\.\./, "Running on machine...")
      .replace(/Checking out \w{8}/, "Checking out 8e5f1364")
      .replace(/(?:Initialized empty|Reinitialized existing) Git/, "Git")
      .replace(/.*Created fresh repository\.\S*\n/, "")
      .replace(/^.*Removing .*\n/gm, "")
      // The helper's own lines: numbers of processes, addresses, tokens.
      .replace(/^Runtime platform .*\n/gm, "")
      .replace(/(coordinator\.\.\. (?:ok|201 Created)).*$/gm, "$1")
      // Where a line without end is cut depends on how it comes.
      .replace(/(x{100})\nTIME 01O\+/g, "$1")
  );
}
