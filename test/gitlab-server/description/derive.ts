import { parse } from "yaml";
import { type Fields, pattern, type Shapes, type Type } from "./shapes.ts";

/** A schema of Swagger 2 or OpenAPI 3, as far as GitLab's description uses them. */
interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly type?: string;
  readonly format?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
}

interface Response {
  readonly schema?: Schema;
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

type Operation = { readonly responses?: Readonly<Record<string, Response>> };

interface Description {
  readonly swagger?: string;
  readonly openapi?: string;
  readonly info: { readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly definitions?: Readonly<Record<string, Schema>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

/**
 * The shapes of some routes' answers, from GitLab's interface description (doc/api/openapi of its repository: `openapi_v2.yaml`, or
 * `openapi_v3.yaml`). Routes that the description does not have are left out.
 * @param routes as {@link pattern} gives them
 * @throws Error where the text is no such description
 */
export function deriveShapes(text: string, routes: readonly string[]): Shapes {
  const description: Description = parse(text, { maxAliasCount: -1 });
  const definitions = description?.definitions ?? description?.components?.schemas;
  if (!definitions || typeof description.paths !== "object")
    throw new Error(
      "this is no interface description: `paths` and `definitions` (or `components`) are missing",
    );
  const reader = new TypeReader(definitions);
  const found: [string, Record<string, Type | null>][] = [];
  for (const [path, operations] of Object.entries(description.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const route = pattern(`${method.toUpperCase()} ${path.replace(/^\/api\/v4/, "")}`);
      if (!routes.includes(route) || found.some(([each]) => each === route)) continue;
      const answers = Object.entries(operation.responses ?? {}).filter(([status]) => status.startsWith("2"));
      found.push([route, Object.fromEntries(answers.map(([status, each]) => [status, reader.answer(each)]))]);
    }
  }
  const version = description.swagger ? `Swagger ${description.swagger}` : `OpenAPI ${description.openapi}`;
  return {
    source: `GitLab's interface description ${description.info.version}, ${version}`,
    routes: Object.fromEntries(found.toSorted(([one], [other]) => (one < other ? -1 : 1))),
    types: reader.types(),
  };
}

class TypeReader {
  private readonly definitions: Readonly<Record<string, Schema>>;
  private readonly used = new Map<string, Fields>();

  constructor(definitions: Readonly<Record<string, Schema>>) {
    this.definitions = definitions;
  }

  answer({ schema, content }: Response): Type | null {
    const given = schema ?? content?.["application/json"]?.schema;
    return given ? this.type(given) : null;
  }

  types(): Record<string, Fields> {
    return Object.fromEntries([...this.used].toSorted(([one], [other]) => (one < other ? -1 : 1)));
  }

  private type(schema: Schema): Type {
    const [only, ...others] = schema.allOf ?? [];
    if (only && others.length === 0) return this.type(only);
    if (schema.$ref) return this.named(schema.$ref.split("/").at(-1) ?? "");
    if (schema.type === "array") return [schema.items ? this.type(schema.items) : "any"];
    if (schema.properties) return this.fields(schema);
    if (schema.format === "date-time") return "time";
    if (schema.type === "integer") return "number";
    // The generator says "string" of everything that its code gives no type.
    if (schema.type === "string") return Object.keys(schema).length > 1 ? "string" : "any";
    return schema.type ?? "any";
  }

  private named(name: string): string {
    const short = name.replace(/^API_Entities_/, "");
    if (!this.used.has(short)) {
      this.used.set(short, {}); // a type can hold itself
      this.used.set(short, this.fields(this.definitions[name] ?? {}));
    }
    return short;
  }

  private fields({ properties = {} }: Schema): Fields {
    return Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, this.type(each)]));
  }
}
