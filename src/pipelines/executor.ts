import type { Image } from "./plan.ts";
import { runProcess } from "./process.ts";

/** How a job runs: in a container of its image, or in a shell on this machine. */
export type Executor =
  | { readonly kind: "shell" }
  | { readonly kind: "container"; readonly engine: Engine; readonly image: string };

export type ExecutorChoice = "auto" | "shell" | "container";

/** A container engine: the program, and the environment that leads it to its store of images. */
export interface Engine {
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Makes an image that no engine has, and says where it is; undefined where it cannot. */
export type ImageMaker = (name: string) => Promise<Engine | undefined>;

/** Finds container engines and images once, and chooses for each job. */
export class ExecutorChooser {
  private readonly choice: ExecutorChoice;
  private readonly stores: readonly Engine[];
  private readonly makeImage: ImageMaker;
  private engines: Promise<readonly Engine[]> | undefined;
  private readonly known = new Map<string, Promise<Engine | undefined>>();

  /** `stores`: more engines to look into, after the machine's own podman and docker. */
  constructor(
    choice: ExecutorChoice,
    stores: readonly Engine[] = [],
    makeImage: ImageMaker = async () => undefined,
  ) {
    this.choice = choice;
    this.stores = stores;
    this.makeImage = makeImage;
  }

  /**
   * With `auto`: a container where an engine works and has the image already, else the shell. Nothing is pulled:
   * a smoke run must not depend on a registry. With `container`: a missing image is made where that is possible;
   * throws when there is no engine or no image.
   */
  async choose(image: Image | undefined): Promise<Executor> {
    const found = await this.find(image);
    if (found) return found;
    if (this.choice === "auto") return { kind: "shell" };
    throw new Error(
      (await this.hasEngine())
        ? `no container engine has the image ${image?.name}: pull it first, or use --executor auto`
        : "no container engine works here: podman and docker were tried",
    );
  }

  /** What the choice and the machine give for an image; undefined where the machine does not have it. */
  async find(image: Image | undefined): Promise<Executor | undefined> {
    if (this.choice === "shell" || image === undefined) return { kind: "shell" };
    const { name } = image;
    const engine = this.known.get(name) ?? this.findImage(name);
    this.known.set(name, engine);
    const found = await engine;
    return found && { kind: "container", engine: found, image: name };
  }

  /** Whether any container engine works here. */
  async hasEngine(): Promise<boolean> {
    return (await this.workingEngines()).length > 0;
  }

  private async findImage(name: string): Promise<Engine | undefined> {
    for (const engine of await this.workingEngines()) {
      if (await succeeds([engine.program, "image", "inspect", name], engine)) return engine;
    }
    return this.choice === "container" ? this.makeImage(name) : undefined;
  }

  private workingEngines(): Promise<readonly Engine[]> {
    this.engines ??= findEngines(this.stores);
    return this.engines;
  }
}

/** The executor in words, for reports. */
export function describeExecutor(executor: Executor): string {
  return executor.kind === "shell" ? "shell" : `${executor.engine.program}: ${executor.image}`;
}

async function findEngines(stores: readonly Engine[]): Promise<Engine[]> {
  const candidates = [...["podman", "docker"].map((program) => ({ program, environment: {} })), ...stores];
  const working = await Promise.all(
    candidates.map(async (engine) => ((await succeeds([engine.program, "info"], engine)) ? [engine] : [])),
  );
  return working.flat();
}

async function succeeds(argv: readonly string[], { environment }: Engine): Promise<boolean> {
  try {
    const { code } = await runProcess(argv, {
      cwd: "/",
      env: { ...process.env, ...environment },
      signal: AbortSignal.timeout(20_000),
    });
    return code === 0;
  } catch {
    return false;
  }
}
