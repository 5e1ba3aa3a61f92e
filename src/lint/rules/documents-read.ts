import type { Rule } from "../rule.ts";

/** A line that begins a document. */
const divider = /^---(?=\s)/gm;

export const rule: Rule = {
  id: "documents-read",
  group: "contract",
  severity: "warning",
  confidence: "certain",
  summary: "A file is one document, or a header and one document.",
  why: "GitLab reads a header and the last of the first three documents, or the first document of a file without a header. The jobs of any other one are gone, without a word.",
  reference: "https://docs.gitlab.com/ci/yaml/#spec",
  check(file, { report }) {
    if (file.body === undefined) return;
    const starts = [...file.text.matchAll(divider)].map(({ index }) => index);
    const documents = [0, ...starts.map((start) => start + 3)].flatMap((start, index) => {
      const text = file.text.slice(start, starts[index]);
      return text.replace(/^\s*#.*$/gm, "").trim() === "" ? [] : [start];
    });
    const first = documents[file.hasHeader ? 2 : 1];
    if (first === undefined) return;
    const { line } = file.source.position(first - 3);
    report({
      at: { file: file.path, line, column: 1, endLine: line, endColumn: 4 },
      message: file.hasHeader
        ? "one document too many: GitLab reads a header and one document"
        : "GitLab reads nothing behind this line: the file has no header",
      hint: file.hasHeader
        ? "remove this line, so that all jobs are in one document"
        : "remove this line, or put spec: before it",
    });
  },
};
