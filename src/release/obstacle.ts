/** What prevents a release. */
export interface Obstacle {
  readonly rule:
    | "tag-semantic"
    | "tag-high-enough"
    | "changelog-section-present"
    | "readme-present"
    | "licence-present"
    | "component-present"
    | "release-job-present"
    | "project-described"
    | "project-in-catalog"
    | "project-active"
    | "pipelines-on"
    | "tag-protected"
    | "role-high-enough";
  readonly message: string;
}
