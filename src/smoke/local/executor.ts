import type { Image } from "../plan.ts";
import { runProcess } from "./process.ts";

/** How a job runs: in a container of its image, or in a shell on this machine. */
export type Executor =
  | { readonly kind: "shell" }
  | { readonly kind: "container"; readonly engine: string; readonly image: string };

export type ExecutorChoice = "auto" | "shell" | "container";

/** Finds container engines and images once, and chooses for each job. */
export class ExecutorChooser {
  private readonly choice: ExecutorChoice;
  private engine: Promise<string | undefined> | undefined;
  private readonly images = new Map<string, Promise<boolean>>();

  constructor(choice: ExecutorChoice) {
    this.choice = choice;
  }

  /**
   * With `auto`: a container where an engine works and has the image already, else the shell. Nothing is pulled:
   * a smoke run must not depend on a registry. With `container`: throws when there is no engine or no image.
   */
  async choose(image: Image | undefined): Promise<Executor> {
    if (this.choice === "shell" || image === undefined) return { kind: "shell" };
    const engine = await this.workingEngine();
    if (engine !== undefined && (await this.hasImage(engine, image.name))) {
      return { kind: "container", engine, image: image.name };
    }
    if (this.choice === "auto") return { kind: "shell" };
    throw new Error(
      engine === undefined
        ? "no container engine works here: podman and docker were tried"
        : `${engine} has no image ${image.name}: pull it first, or use --executor auto`,
    );
  }

  /** The name of a container engine that answers, or undefined. */
  workingEngine(): Promise<string | undefined> {
    this.engine ??= findEngine();
    return this.engine;
  }

  private hasImage(engine: string, name: string): Promise<boolean> {
    const known = this.images.get(name) ?? succeeds([engine, "image", "inspect", name]);
    this.images.set(name, known);
    return known;
  }
}

/** The executor in words, for reports. */
export function describeExecutor(executor: Executor): string {
  return executor.kind === "shell" ? "shell" : `${executor.engine}: ${executor.image}`;
}

async function findEngine(): Promise<string | undefined> {
  for (const engine of ["podman", "docker"]) {
    if (await succeeds([engine, "info"])) return engine;
  }
  return undefined;
}

async function succeeds(argv: readonly string[]): Promise<boolean> {
  try {
    const { code } = await runProcess(argv, {
      cwd: "/",
      env: process.env,
      signal: AbortSignal.timeout(20_000),
    });
    return code === 0;
  } catch {
    return false;
  }
}
