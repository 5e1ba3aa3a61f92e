import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One request to GitLab's API, and what it takes. */
export interface GitlabRoute {
  /** `GET /projects/:id`, or `GraphQL` and the query's field. */
  readonly route: string;
  readonly need: string;
  /** The same in Russian. */
  readonly needRu: string;
  /** The first GitLab that has it, from 17.0 on, which Berth asks for. */
  readonly since: string;
  /** The least role on a private project; `any` where a valid token is enough. */
  readonly role: "any" | "Reporter" | "Developer" | "Maintainer";
  /** What needs more, or another token. */
  readonly note?: string;
  readonly noteRu?: string;
}

/**
 * Every request that Berth sends, for the tables of docs/gitlab.md and docs/ru/gitlab.md. test/gitlab/routes.test.ts holds it against
 * what the client calls. Roles: GitLab docs, user/permissions and the pages of api/; lib/api of GitLab 19.
 */
export const gitlabRoutes: readonly GitlabRoute[] = [
  row("GET /metadata", "any", "GitLab's version", "версия GitLab"),
  row("GET /personal_access_tokens/self", "any", "scopes and end of the token", "области и срок токена", {
    note: "400 for other kinds of tokens",
    noteRu: "для токенов других видов — 400",
  }),
  row("GET /projects/:id", "Reporter", "path, default branch, settings", "путь, основная ветка, настройки", {
    note: "CI/CD settings: Maintainer",
    noteRu: "настройки CI/CD: Maintainer",
  }),
  row("GET /groups/:id/projects", "Reporter", "the consumers of a group", "потребители группы"),
  row(
    "GET /projects/:id/runners",
    "Maintainer",
    "who takes jobs; may be refused",
    "кто берёт задания; можно без этого",
  ),
  row("GET /runners/:id", "any", "tags; may be refused", "теги; можно без этого", {
    note: "the runner's administrators are told",
    noteRu: "только администраторам раннера",
  }),
  row(
    "GET /projects/:id/repository/tree",
    "Reporter",
    "files to be replaced, includes",
    "заменяемые файлы, включения",
  ),
  row("GET /projects/:id/repository/files/:path", "Reporter", "included files", "включаемые файлы"),
  row("GET /projects/:id/repository/commits/:ref", "Reporter", "what a version means", "что означает версия"),
  row("POST /projects/:id/repository/commits", "Developer", "the branch of a run", "ветка прогона"),
  row("GET /projects/:id/repository/branches", "Reporter", "branches left behind", "оставшиеся ветки"),
  row(
    "GET /projects/:id/repository/branches/:branch",
    "Reporter",
    "whether a lost answer was a commit",
    "был ли сделан коммит, если ответ потерян",
  ),
  row("DELETE /projects/:id/repository/branches/:branch", "Developer", "cleaning up", "уборка"),
  row("GET /projects/:id/repository/tags", "Reporter", "versions", "версии"),
  row(
    "GET /projects/:id/repository/tags/:tag",
    "Reporter",
    "whether a lost answer was a tag",
    "был ли создан тег, если ответ потерян",
  ),
  row("POST /projects/:id/repository/tags", "Developer", "a release's tag", "тег релиза", {
    note: "protected tags: as the project says",
    noteRu: "защищённые теги: как задано в проекте",
  }),
  row(
    "GET /projects/:id/protected_tags",
    "Maintainer",
    "whether release tags are protected",
    "защищены ли теги релизов",
  ),
  row("GET /projects/:id/releases", "Reporter", "what was released", "что выпущено"),
  row("GET /projects/:id/releases/:tag", "Reporter", "one release", "один релиз"),
  row(
    "GET /projects/:id/ci/lint",
    "Reporter",
    "GitLab's verdict on a commit before the start",
    "вердикт GitLab о коммите до запуска",
  ),
  row("POST /projects/:id/ci/lint", "Developer", "the same with inputs", "то же с входными параметрами"),
  row("POST /projects/:id/pipeline", "Developer", "the pipeline", "конвейер", {
    since: "17.0; `inputs` 17.11",
    note: "variables: as the project says",
    noteRu: "переменные: как задано в проекте",
  }),
  row(
    "GET /projects/:id/pipelines",
    "Reporter",
    "push pipelines, what still runs",
    "конвейеры отправки, что ещё идёт",
  ),
  row("GET /projects/:id/pipelines/:pipeline", "Reporter", "its state", "состояние"),
  row("POST /projects/:id/pipelines/:pipeline/cancel", "Developer", "ending a run", "остановка", {
    note: "a project can ask for Maintainer, or let nobody",
    noteRu: "проект может требовать Maintainer или запретить",
  }),
  row("GET /projects/:id/pipelines/:pipeline/jobs", "Reporter", "its jobs", "задания"),
  row(
    "GET /projects/:id/pipelines/:pipeline/trigger_jobs",
    "Reporter",
    "downstream pipelines",
    "нижестоящие конвейеры",
    { since: "19.2" },
  ),
  row("GET /projects/:id/pipelines/:pipeline/bridges", "Reporter", "the same before 19.2", "то же до 19.2"),
  row("GET /projects/:id/pipelines/:pipeline/test_report", "Reporter", "counts of tests", "счёт тестов"),
  row("GET /projects/:id/jobs/:job", "Reporter", "whether a job was played", "запущено ли задание"),
  row("GET /projects/:id/jobs/:job/trace", "Reporter", "what scenarios match", "журналы для сценариев", {
    note: "debug traces: Developer",
    noteRu: "отладочные журналы: Developer",
  }),
  row(
    "GET /projects/:id/jobs/:job/artifacts",
    "Reporter",
    "files that scenarios match",
    "файлы для сценариев",
  ),
  row("POST /projects/:id/jobs/:job/play", "Developer", "manual jobs", "ручные задания", {
    note: "variables: as for pipelines",
    noteRu: "переменные: как у конвейеров",
  }),
  row(
    "GET /projects/:id/merge_requests",
    "Reporter",
    "whether a lost answer was a merge request",
    "был ли создан запрос, если ответ потерян",
  ),
  row(
    "POST /projects/:id/merge_requests",
    "Developer",
    "merge request scenarios",
    "сценарии запросов на слияние",
  ),
  row(
    "GET /projects/:id/merge_requests/:iid",
    "Reporter",
    "whether GitLab is done with it",
    "закончил ли GitLab подготовку",
  ),
  row("PUT /projects/:id/merge_requests/:iid", "Developer", "closing it", "закрытие"),
  row("GET /projects/:id/merge_requests/:iid/pipelines", "Reporter", "its pipelines", "его конвейеры"),
  row(
    "POST /projects/:id/merge_requests/:iid/pipelines",
    "Developer",
    "one where GitLab made none",
    "конвейер, если GitLab его не создал",
  ),
  row(
    "GET /projects/:id/merge_requests/:iid/notes",
    "Reporter",
    "the note of an earlier run (`--note`)",
    "заметка прошлого прогона (`--note`)",
  ),
  row("POST /projects/:id/merge_requests/:iid/notes", "Reporter", "a note", "заметка"),
  row("PUT /projects/:id/merge_requests/:iid/notes/:note", "Reporter", "a note anew", "обновление заметки", {
    note: "its author only",
    noteRu: "только её автор",
  }),
  row("GET /templates/gitlab_ci_ymls/:name", "any", "`include: template`", "`include: template`"),
  row("GraphQL ciCatalogResources", "Reporter", "the catalog", "каталог"),
  row("GraphQL ciCatalogResource", "Reporter", "published versions", "опубликованные версии"),
];

function row(
  route: string,
  role: GitlabRoute["role"],
  need: string,
  needRu: string,
  more: Partial<GitlabRoute> = {},
): GitlabRoute {
  return { route, role, need, needRu, since: "17.0", ...more };
}

const begin = "<!-- routes: made by npm run generate from src/build/gitlab-routes.ts -->";
const end = "<!-- /routes -->";

/** Both documents with the table as it should be. @throws Error where a document has no place for it */
export function routeTables(root: string): Record<string, string> {
  const cell = (text: string, note: string | undefined) => (note === undefined ? text : `${text}; ${note}`);
  const english = gitlabRoutes.map(({ route, need, since, role, note }) => [
    route,
    need,
    since,
    cell(role, note),
  ]);
  const russian = gitlabRoutes.map(({ route, needRu, since, role, noteRu }) => [
    route,
    needRu,
    since,
    cell(role === "any" ? "любая" : role, noteRu),
  ]);
  return {
    "docs/gitlab.md": withTable(
      root,
      "docs/gitlab.md",
      ["route", "what Berth needs of it", "since", "least role"],
      english,
    ),
    "docs/ru/gitlab.md": withTable(
      root,
      "docs/ru/gitlab.md",
      ["запрос", "для чего", "с версии", "наименьшая роль"],
      russian,
    ),
  };
}

function withTable(
  root: string,
  file: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const text = readFileSync(join(root, file), "utf8");
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file} has no place for the table of routes`);
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const table = [
    line(head),
    line(head.map(() => "---")),
    ...rows.map(([route = "", ...rest]) => line([`\`${route}\``, ...rest])),
  ];
  return `${text.slice(0, from)}${begin}\n\n${table.join("\n")}\n\n${text.slice(to)}`;
}
