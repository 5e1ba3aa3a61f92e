import type { TextNode } from "./blocks.ts";
import type { At } from "./diagnostic.ts";
import { matchScripts } from "./match-scripts.ts";

/** Something that was meant as a block, and that GitLab leaves as it is. */
export interface NearBlock {
  readonly at: At;
  readonly text: string;
  readonly input: string;
}

/** Other languages' ways to write a value, and slips: each names an input. A real block is none of them. */
const forms: readonly RegExp[] = [
  // GitHub's ${{ inputs.x }}, and {{ inputs.x }}
  /\$?\{\{\s*inputs\.[\w-]+\s*\}\}/,
  // $[ inputs.x ], [[ inputs.x ]], $[[ inputs.x ] and $[ inputs.x ]]
  /(?<![[$])\$\[\s*inputs\.[\w-]+[^\]\n]*\]+/,
  /(?<![$[])\[\[\s*inputs\.[\w-]+\s*\]\]/,
  /\$\[\[\s*inputs\.[\w-]+\s*(?:\](?!\])|\)|\}\}?|(?=\n|$))/,
  // ${inputs.x}, $(inputs.x), $inputs.x
  /\$\{\s*inputs\.[\w-]+\s*\}/,
  /\$\(\s*inputs\.[\w-]+\s*\)/,
  /\$inputs\.[\w-]+/,
  // <no value>-like templates: <% inputs.x %>, %{inputs.x}, #{inputs.x}
  /(?:<%=?\s*inputs\.[\w-]+\s*%>|[%#]\{\s*inputs\.[\w-]+\s*\})/,
];

/** Lists what looks like a block and is none. */
export function nearBlocks(nodes: readonly TextNode[]): NearBlock[] {
  return forms.flatMap((form) =>
    matchScripts(nodes, form).map(({ at, text }) => ({
      at,
      text,
      input: /inputs\.([\w-]+)/.exec(text)?.[1] ?? "",
    })),
  );
}
