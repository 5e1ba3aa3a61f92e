import { ServerProject } from "./project.ts";

/** A project of one commit that is kept in memory: thousands of them cost nothing. It can be looked at, and no more. */
export class PaperProject extends ServerProject {
  private readonly texts: Readonly<Record<string, string>>;

  constructor(id: number, path: string, root: string, texts: Readonly<Record<string, string>>) {
    super(id, path, root);
    this.texts = texts;
  }

  override get empty(): boolean {
    return false;
  }

  override resolve(ref: string): string | undefined {
    return ref === "HEAD" || ref === this.defaultBranch ? "0".repeat(40) : undefined;
  }

  override read(_ref: string, path: string): Buffer | undefined {
    const text = this.texts[path];
    return text === undefined ? undefined : Buffer.from(text);
  }

  override blobId(): string {
    return "0".repeat(40);
  }
}
