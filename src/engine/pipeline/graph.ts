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

const GAP = 40;
const ROW = 44;
const BOX_HEIGHT = 30;
const TOP = 50;
/** Longer names are cut; the whole one stands in the title. */
const MOST_CHARACTERS = 40;
/** A wide character of a usual sans-serif font at 13 px. */
const CHARACTER = 7.6;

function toSvg({ stages, needs }: Graph): string {
  const columns = columnsOf(stages);
  const rows = Math.max(1, ...stages.map(({ jobs }) => jobs.length));
  const width = columns.reduce((sum, column) => sum + column.width + GAP, 0) || GAP;
  const height = TOP + rows * ROW + 10;
  const boxes = new Map<string, Box>();
  for (const [index, { jobs }] of stages.entries()) {
    for (const [row, { name }] of jobs.entries()) boxes.set(name, { ...columns[index]!, y: TOP + row * ROW });
  }
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="graph-tip" d="M0 0 8 4 0 8z" fill="#666"/></marker></defs>',
    ...stages.map(({ name }, index) => {
      return `<text class="graph-stage" x="${columns[index]!.x}" y="28" font-weight="bold">${xmlText(shorten(name))}</text>`;
    }),
    ...needs.map(([from, to]) => drawNeed(boxes.get(from)!, boxes.get(to)!)),
    ...stages.flatMap(({ jobs }) => jobs.map((job) => drawJob(job, boxes.get(job.name)!))),
    "</svg>",
  ];
  return `${parts.join("\n")}\n`;
}

interface Column {
  readonly x: number;
  readonly width: number;
}

interface Box extends Column {
  readonly y: number;
}

/** Side by side, each wide enough for its longest name. */
function columnsOf(stages: Graph["stages"]): Column[] {
  let x = GAP / 2;
  return stages.map(({ name, jobs }) => {
    const longest = Math.max(...[name, ...jobs.map((job) => job.name)].map((each) => shorten(each).length));
    const column = { x, width: Math.round(Math.max(100, longest * CHARACTER + 20)) };
    x += column.width + GAP;
    return column;
  });
}

function drawNeed(from: Box, to: Box): string {
  const start = { x: from.x + from.width, y: from.y + BOX_HEIGHT / 2 };
  const end = { x: to.x, y: to.y + BOX_HEIGHT / 2 };
  const bend = Math.max(20, Math.abs(end.x - start.x) / 2);
  const curve = `M${start.x} ${start.y}C${start.x + bend} ${start.y} ${end.x - bend} ${end.y} ${end.x} ${end.y}`;
  return `<path class="graph-need" d="${curve}" fill="none" stroke="#666" marker-end="url(#arrow)"/>`;
}

function drawJob({ name, manual }: GraphJob, { x, y, width }: Box): string {
  const dashes = manual ? ' stroke-dasharray="5 3"' : "";
  return (
    `<g class="${manual ? "graph-job graph-manual" : "graph-job"}"><title>${xmlText(name)}</title><rect x="${x}" y="${y}" width="${width}" height="${BOX_HEIGHT}" rx="6" fill="#fff" stroke="#333"${dashes}/>` +
    `<text x="${x + 10}" y="${y + 20}">${xmlText(shorten(name))}</text></g>`
  );
}

function shorten(name: string): string {
  return name.length > MOST_CHARACTERS ? `${name.slice(0, MOST_CHARACTERS - 1)}…` : name;
}

function xmlText(text: string): string {
  const names: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (character) => names[character]!).replace(/\p{Cc}/gu, " ");
}
