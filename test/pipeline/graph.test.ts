import { describe, expect, it } from "vitest";
import { drawPipeline } from "../../src/engine/pipeline/index.ts";
import { createdJobs } from "../../src/index.ts";

const text = `
stages: [build, "a & b"]
compile: { stage: build, script: [x] }
'<script>alert("1")</script>': { stage: "a & b", script: [x], needs: [compile], when: manual }
never: { stage: build, script: [x], rules: [{ if: '$CI_NONE' }] }
${"long".repeat(20)}: { stage: build, script: [x] }
`;
const { expansion, ...creation } = createdJobs(text);

describe("a drawing of a pipeline", () => {
  it("has the jobs that are made, in their stages, with their needs, and no name that is markup", () => {
    const svg = drawPipeline("svg", expansion, creation);
    const titles = [...svg.matchAll(/<title>(.*?)<\/title>/g)].map(([, title]) => title);
    expect(titles).toEqual([
      "compile",
      "long".repeat(20),
      "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;",
    ]);
    expect(svg).not.toContain("<script");
    expect(svg).toContain(">a &amp; b</text>");
    expect(svg.match(/class="graph-need"/g)).toHaveLength(1);
    expect(svg.match(/graph-manual/g)).toHaveLength(1);
    expect(svg).toContain(`>${"long".repeat(20).slice(0, 39)}…</text>`);
  });

  it("is valid Mermaid whatever the names", () => {
    const lines = drawPipeline("mermaid", expansion, creation).split("\n");
    expect(lines).toContain('  subgraph stage1["a & b"]');
    expect(lines).toContain('    job2(["#60;script#62;alert(#34;1#34;)#60;/script#62;"])');
    expect(lines).toContain("  job0 --> job2");
  });

  it("of nothing is an empty one", () => {
    expect(drawPipeline("svg", { stages: [] }, { jobs: new Map() })).toMatch(/^<svg .*width="40"/);
  });
});
