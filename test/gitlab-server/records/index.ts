/* The answers' shapes; test/gitlab-server/description holds them against GitLab's interface description. */
export { bridgeRecord, jobBasics, jobRecord } from "./job.ts";
export { mergeRequestDetails, mergeRequestRecord, noteRecord } from "./merge-request.ts";
export { pipelineBasics, pipelineRecord, pipelineWithName } from "./pipeline.ts";
export { projectRecord, projectWithAccess } from "./project.ts";
export { branchRecord, commitDetails, commitRecord, releaseRecord, tagRecord } from "./repository.ts";
export { runnerDetails, runnerRecord } from "./runner.ts";
export { userInFull } from "./user.ts";
