import type { CreatedJob } from "./events/created.ts";

/**
 * Draws the jobs that a pipeline would have: a column for each stage, an arrow for each need. Returns Mermaid's text or an SVG document;
 * the SVG's parts have classes (`graph-stage`, `graph-job`, `graph-manual`, `graph-need`), so that a page can give them its own colours.
 */
export function drawPipeline(
  kind: "mermaid" | "svg",
  pipeline: { readonly stages: readonly string[] },
  { jobs }: { readonly jobs: ReadonlyMap<string, Pick<CreatedJob, "stage" | "when" | "needs">> },
): string {
  const graph = graphOf(pipeline.stages, jobs);
  return kind === "mermaid" ? toMermaid(graph) : toSvg(graph);
}

interface Graph {
  readonly stages: readonly { readonly name: string; readonly jobs: readonly GraphJob[] }[];
  readonly needs: readonly (readonly [from: string, to: string])[];
}

interface GraphJob {
  readonly name: string;
  readonly manual: boolean;
}

function graphOf(stages: readonly string[], jobs: Parameters<typeof drawPipeline>[2]["jobs"]): Graph {
  const columns = [...new Set(stages)].map((name) => ({
    name,
    jobs: [...jobs]
      .filter(([, job]) => job.stage === name)
      .map(([job, { when }]) => ({ name: job, manual: when === "manual" })),
  }));
  const needs = [...jobs].flatMap(([to, job]) => {
    const names = (job.needs ?? []).map((need) => (need as { name: string }).name);
    return names.filter((from) => jobs.has(from)).map((from) => [from, to] as const);
  });
  return { stages: columns.filter((column) => column.jobs.length > 0), needs };
}

function toMermaid({ stages, needs }: Graph): string {
  const ids = new Map(stages.flatMap(({ jobs }) => jobs).map(({ name }, index) => [name, `job${index}`]));
  const lines = ["flowchart LR"];
  for (const [index, { name, jobs }] of stages.entries()) {
    lines.push(`  subgraph stage${index}["${mermaidText(name)}"]`, "    direction TB");
    for (const job of jobs) {
      const text = `"${mermaidText(job.name)}"`;
      lines.push(`    ${ids.get(job.name)}${job.manual ? `([${text}])` : `[${text}]`}`);
    }
    lines.push("  end");
  }
  for (const [index] of stages.slice(1).entries()) lines.push(`  stage${index} ~~~ stage${index + 1}`);
  for (const [from, to] of needs) lines.push(`  ${ids.get(from)} --> ${ids.get(to)}`);
  return `${lines.join("\n")}\n`;
}

function mermaidText(text: string): string {
  return text.replace(/[#"<>\\`\n]/g, (character) => `#${character.codePointAt(0)};`);
}

const COLUMN = 220;
const ROW = 44;
const BOX = { width: 180, height: 30 };
const TOP = 50;
/** About so many characters fit into a box. */
const FITS = 24;

function toSvg({ stages, needs }: Graph): string {
  const rows = Math.max(1, ...stages.map(({ jobs }) => jobs.length));
  const width = Math.max(1, stages.length) * COLUMN;
  const height = TOP + rows * ROW + 10;
  const at = new Map<string, { x: number; y: number }>();
  for (const [column, { jobs }] of stages.entries()) {
    for (const [row, { name }] of jobs.entries())
      at.set(name, { x: column * COLUMN + 20, y: TOP + row * ROW });
  }
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="graph-tip" d="M0 0 8 4 0 8z" fill="#666"/></marker></defs>',
    ...stages.map(({ name }, column) => {
      return `<text class="graph-stage" x="${column * COLUMN + 20}" y="28" font-weight="bold">${xmlText(name)}</text>`;
    }),
    ...needs.map(([from, to]) => arrow(at.get(from)!, at.get(to)!)),
    ...stages.flatMap(({ jobs }) => jobs.map((job) => box(job, at.get(job.name)!))),
    "</svg>",
  ];
  return `${parts.join("\n")}\n`;
}

function arrow(from: { x: number; y: number }, to: { x: number; y: number }): string {
  const start = { x: from.x + BOX.width, y: from.y + BOX.height / 2 };
  const end = { x: to.x, y: to.y + BOX.height / 2 };
  const bend = Math.max(20, Math.abs(end.x - start.x) / 2);
  const curve = `M${start.x} ${start.y}C${start.x + bend} ${start.y} ${end.x - bend} ${end.y} ${end.x} ${end.y}`;
  return `<path class="graph-need" d="${curve}" fill="none" stroke="#666" marker-end="url(#arrow)"/>`;
}

function box({ name, manual }: GraphJob, { x, y }: { x: number; y: number }): string {
  const shown = name.length > FITS ? `${name.slice(0, FITS - 1)}…` : name;
  const dashes = manual ? ' stroke-dasharray="5 3"' : "";
  return (
    `<g class="${manual ? "graph-job graph-manual" : "graph-job"}"><title>${xmlText(name)}</title><rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="6" fill="#fff" stroke="#333"${dashes}/>` +
    `<text x="${x + 10}" y="${y + 20}">${xmlText(shown)}</text></g>`
  );
}

function xmlText(text: string): string {
  const names: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (character) => names[character]!).replace(/\p{Cc}/gu, " ");
}
