const mark = "[MASKED]";

/** What may follow a token's beginning. Source: the runner's token sanitizer, 19.4. */
const tokenCharacters = "[0-9A-Za-z._=-]";

/** Parameters of addresses that the runner masks whoever wrote them. Source: the runner's URL sanitizer, 19.4. */
const parameters =
  /([?&](?:private[-_]token|authenticity[-_]token|rss[-_]token|x-amz-signature|x-amz-security-token|x-amz-credential|x-goog-signature|sig)=)[^&\s"'<>#]+/gi;

/**
 * Replaces secrets by `[MASKED]`, also where a secret comes in parts: what may be the beginning of one is held back until the next part
 * comes or {@link flush} is called. The longest goes first, so that a secret which contains another one leaves nothing behind.
 */
export class Masker {
  private readonly secrets: RegExp | undefined;
  private readonly beginnings: readonly string[];
  private readonly tokens: RegExp | undefined;
  private readonly openToken: RegExp | undefined;
  private held = "";

  /** `prefixes`: beginnings of tokens; the rest up to the next other character is masked. */
  constructor(secrets: readonly string[], prefixes: readonly string[]) {
    const sorted = [...new Set(secrets)].filter(Boolean).sort((a, b) => b.length - a.length);
    this.beginnings = [...sorted, ...prefixes];
    this.secrets = sorted.length === 0 ? undefined : new RegExp(sorted.map(quoted).join("|"), "g");
    const any = prefixes.map(quoted).join("|");
    this.tokens = any === "" ? undefined : new RegExp(`(${any})(?!\\[MASKED)${tokenCharacters}+`, "g");
    this.openToken = any === "" ? undefined : new RegExp(`(?:${any})${tokenCharacters}*$`);
  }

  /** The next part of a text without secrets. */
  mask(text: string): string {
    const whole = this.held + text;
    const end = this.wholeSecretAt(whole, whole.length - this.heldBack(whole));
    this.held = whole.slice(end);
    return this.replaced(whole.slice(0, end));
  }

  /** What was held back: nothing follows. */
  flush(): string {
    const rest = this.replaced(this.held);
    this.held = "";
    return rest;
  }

  private replaced(text: string): string {
    const hidden = this.secrets ? text.replace(this.secrets, mark) : text;
    const tokens = this.tokens ? hidden.replace(this.tokens, `$1${mark}`) : hidden;
    return tokens.includes("=") ? tokens.replace(parameters, `$1${mark}`) : tokens;
  }

  /** A cut through a whole secret moves to its end. */
  private wholeSecretAt(text: string, cut: number): number {
    for (const found of this.secrets ? text.matchAll(this.secrets) : []) {
      const end = found.index + found[0].length;
      if (found.index < cut && cut < end) return end;
    }
    return cut;
  }

  /** How many characters at the end may go on to a secret. */
  private heldBack(text: string): number {
    let most = this.openToken?.exec(text)?.[0].length ?? 0;
    for (const beginning of this.beginnings) {
      const longest = Math.min(beginning.length - 1, text.length);
      for (let length = longest; length > most; length -= 1) {
        if (beginning.startsWith(text.slice(text.length - length))) most = length;
      }
    }
    return most;
  }
}

function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
