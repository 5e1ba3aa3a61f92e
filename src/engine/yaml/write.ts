import { formatFloat } from "./ruby.ts";
import {
  BinaryValue,
  DecimalValue,
  FloatValue,
  Reference,
  SymbolValue,
  YamlList,
  YamlMap,
  type YamlScalar,
  type YamlValue,
} from "./values.ts";

/**
 * The tree as YAML 1.1 text in block style, ending with a line break; GitLab would load the same tree from it. Written by
 * hand, because the `yaml` package takes longer to write a big pipeline than all else takes to expand it.
 */
export function toYamlText(value: YamlValue): string {
  const writer = new Writer();
  writer.document(value);
  return writer.text;
}

/** Longer keys need the explicit form, `? key`. */
const LONGEST_SIMPLE_KEY = 1000;

class Writer {
  text = "";

  document(value: YamlValue): void {
    if (value instanceof YamlMap && value.size > 0) this.map(value, "");
    else if (value instanceof YamlList && value.size > 0) this.list(value, "");
    else {
      this.scalarOrFlow(value, "");
      this.text += "\n";
    }
  }

  /** Entries at an indentation; the first one follows what stands on the line already. */
  private map(map: YamlMap, indent: string, inline = false): void {
    let first = inline;
    for (const { key, value } of map.entries()) {
      if (first) first = false;
      else this.text += indent;
      const name = keyText(key);
      if (name !== undefined && name.length <= LONGEST_SIMPLE_KEY) this.text += `${name}:`;
      else this.text += `? ${toFlow(key)}\n${indent}:`;
      this.value(value, indent);
    }
  }

  private list(list: YamlList, indent: string, inline = false): void {
    let first = inline;
    for (const item of list.items) {
      if (first) first = false;
      else this.text += indent;
      this.text += "-";
      if (item instanceof YamlMap && item.size > 0) {
        this.text += " ";
        this.map(item, `${indent}  `, true);
      } else if (item instanceof YamlList && item.size > 0) {
        this.text += " ";
        this.list(item, `${indent}  `, true);
      } else {
        this.text += " ";
        this.scalarOrFlow(item, indent);
        this.text += "\n";
      }
    }
  }

  /** What stands behind a key. */
  private value(value: YamlValue, indent: string): void {
    if (value instanceof YamlMap && value.size > 0) {
      this.text += "\n";
      this.map(value, `${indent}  `);
    } else if (value instanceof YamlList && value.size > 0) {
      this.text += "\n";
      this.list(value, `${indent}  `);
    } else {
      this.text += " ";
      this.scalarOrFlow(value, indent);
      this.text += "\n";
    }
  }

  private scalarOrFlow(value: YamlValue, indent: string): void {
    if (typeof value !== "string") this.text += toFlow(value);
    else if (isLiteralBlock(value)) this.text += literalBlock(value, `${indent}  `);
    else this.text += isPlain(value) ? value : quote(value);
  }
}

function keyText(key: YamlValue): string | undefined {
  if (key instanceof YamlMap || key instanceof YamlList || key instanceof Reference) return undefined;
  if (typeof key !== "string") return otherScalar(key);
  // Even in quotes Psych takes it for a merge key; only the tag makes it a name.
  if (key === "<<") return '!!str "<<"';
  return isPlain(key) ? key : quote(key);
}

/** A value on one line. */
function toFlow(value: YamlValue): string {
  if (value instanceof YamlMap) {
    const pairs = [...value.entries()].map(
      ({ key, value: each }) => `${keyText(key) ?? toFlow(key)}: ${toFlow(each)}`,
    );
    return `{${pairs.join(", ")}}`;
  }
  if (value instanceof YamlList) return `[${value.items.map(toFlow).join(", ")}]`;
  if (value instanceof Reference) return `!reference ${toFlow(value.path)}`;
  if (typeof value !== "string") return otherScalar(value);
  return /^[\w./$-]+$/.test(value) && isPlain(value) ? value : quote(value);
}

function otherScalar(value: Exclude<YamlScalar, string>): string {
  if (value === null) return "null";
  if (value instanceof SymbolValue)
    return /^[\w-]+$/.test(value.name) ? `:${value.name}` : `:${quote(value.name)}`;
  if (value instanceof DecimalValue) return value.text;
  if (value instanceof BinaryValue) return `!!binary "${Buffer.from(value.bytes).toString("base64")}"`;
  return value instanceof FloatValue ? floatText(value.value) : String(value);
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return ".nan";
  if (!Number.isFinite(value)) return value > 0 ? ".inf" : "-.inf";
  return formatFloat(value);
}

/** No indicator at the start, nothing that could end the scalar inside, no blank at the end. */
const PLAIN =
  /^(?:[\p{L}\p{N}_./$()~+^;<=\\]|-(?=[\p{L}\p{N}_.-]))(?:[^\p{C}\p{Z}:#]|[ ](?=[^ #])|:(?=[^\p{C}\p{Z}])|(?<=\S)#)*$/u;
/** Words that some reader of YAML takes for something else. */
const SPECIAL_WORD = /^(?:y|n|yes|no|on|off|true|false|null|~|=|<<|-{3}.*|\.{3}.*)$/i;

/** What most names and words look like; the pattern for all others takes far longer. */
const SIMPLE = /^[A-Za-z_/$][\w./$-]*$/;

function isPlain(text: string): boolean {
  if (SIMPLE.test(text)) return !SPECIAL_WORD.test(text);
  if (!PLAIN.test(text) || SPECIAL_WORD.test(text) || text.endsWith(":")) return false;
  if (/^\.[A-Za-z]/.test(text)) return !/^\.(?:inf|nan)$/i.test(text);
  return !/^[\d.+~-]/.test(text);
}

/** Text of several lines that stands in a `|` block as it is: no odd characters, no line that indentation would change. */
function isLiteralBlock(text: string): boolean {
  return text.includes("\n") && !/^[\n\t ]|[^\P{C}\n\t]|[\u0085\u2028\u2029]/u.test(text);
}

function literalBlock(text: string, indent: string): string {
  const ends = /\n*$/.exec(text)![0].length;
  const body = text.slice(0, text.length - ends).replace(/\n(?!\n)/g, `\n${indent}`);
  const chomping = ends === 0 ? "-" : ends === 1 ? "" : "+";
  return `|${chomping}\n${indent}${body}${"\n".repeat(Math.max(0, ends - 1))}`;
}

function quote(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
