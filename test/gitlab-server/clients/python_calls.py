"""Calls of python-gitlab against a server: prints a JSON object, each call's name with "" or the error's first line."""

import json
import os
import sys
import time

import gitlab

server = gitlab.Gitlab(os.environ["GITLAB_URL"], private_token=os.environ["GITLAB_TOKEN"])
outcome = {}
kept = {}


def call(name, work):
    try:
        kept[name] = work()
        outcome[name] = ""
    except Exception as error:  # every kind counts as "does not work"
        outcome[name] = f"{type(error).__name__}: {error}".splitlines()[0]
    return kept.get(name)


def exactly(found, count):
    assert len(found) == count, f"{len(found)} in place of {count}"
    return found


def all_manual(found):
    states = {each.status for each in found}
    assert states == {"manual"}, f"{states} in place of manual alone"
    return found


def wait(started):
    for _ in range(600):
        if project.pipelines.get(started.id).status in ("success", "failed", "manual"):
            return
        time.sleep(0.1)
    raise TimeoutError("the pipeline does not end")


call("auth", server.auth)
call("version", server.version)
call("token", lambda: server.personal_access_tokens.get("self"))
call("projects", lambda: server.projects.list(get_all=True))
call("projects search", lambda: server.projects.list(search="app", get_all=True))
call("groups projects", lambda: server.groups.get("group", lazy=True).projects.list(get_all=True))
project = call("project", lambda: server.projects.get("group/app"))


def change_description():
    project.description = "Changed"
    project.save()
    assert server.projects.get("group/app").description == "Changed"


call("project put", change_description)
call("variables", lambda: project.variables.list(get_all=True))
call("runners", lambda: project.runners.list(get_all=True))
call("runner", lambda: server.runners.get(1))
call("protected tags", lambda: project.protectedtags.list(get_all=True))

call("tree", lambda: project.repository_tree(get_all=True))
call("tree keyset", lambda: project.repository_tree(pagination="keyset", recursive=True, get_all=True))
call("file", lambda: project.files.get("README.md", ref="main").decode())
call("file raw", lambda: project.files.raw("README.md", ref="main"))
call("commits", lambda: project.commits.list(get_all=True))
commit = call("commit", lambda: project.commits.get("main"))
call("commit diff", lambda: commit.diff())
call("commit statuses", lambda: commit.statuses.list(get_all=True))
call("commit merge requests", lambda: commit.merge_requests())
actions = [{"action": "create", "file_path": "more.txt", "content": "more"}]
given = {"branch": "change", "start_branch": "main", "commit_message": "Change", "actions": actions}
call("commit create", lambda: project.commits.create(given))
call("branches", lambda: project.branches.list(get_all=True))
call("branches search", lambda: project.branches.list(search="^change", get_all=True))
call("branch", lambda: project.branches.get("change"))
call("branch create", lambda: project.branches.create({"branch": "other", "ref": "main"}))
call("branch delete", lambda: project.branches.delete("other"))
call("tag create", lambda: project.tags.create({"tag_name": "1.0.0", "ref": "main"}))
call("tags", lambda: project.tags.list(get_all=True))
call("tag", lambda: project.tags.get("1.0.0"))
call("release create", lambda: project.releases.create({"tag_name": "1.0.0", "description": "First"}))
call("releases", lambda: project.releases.list(get_all=True))
call("release", lambda: project.releases.get("1.0.0"))

call("lint", lambda: project.ci_lint.create({"content": "a: { script: [ls] }"}))
call("lint validate", lambda: project.ci_lint.validate({"content": "a: { script: [ls] }"}))
call("lint commit", lambda: project.ci_lint.get())
variables = [{"key": "WHOM", "value": "you"}]
pipeline = call("pipeline create", lambda: project.pipelines.create({"ref": "main", "variables": variables}))
call("waited", lambda: wait(pipeline))
call("pipelines", lambda: project.pipelines.list(get_all=True))
call("pipelines of ref", lambda: project.pipelines.list(ref="main", source="api", get_all=True))
call("pipeline", lambda: project.pipelines.get(pipeline.id))
call("pipeline latest", lambda: project.pipelines.latest(ref="main"))
call("pipeline variables", lambda: pipeline.variables.list(get_all=True))
jobs = call("pipeline jobs", lambda: pipeline.jobs.list(get_all=True)) or []
call("pipeline jobs scope", lambda: exactly(pipeline.jobs.list(scope="manual", get_all=True), 1))
call("pipeline jobs retried", lambda: pipeline.jobs.list(include_retried=True, get_all=True))
call("bridges", lambda: pipeline.bridges.list(get_all=True))
call("test report", lambda: pipeline.test_report.get())
call("test report summary", lambda: pipeline.test_report_summary.get())


by_name = {each.name: each for each in jobs}
call("jobs", lambda: project.jobs.list(get_all=True))
call("jobs scope", lambda: all_manual(project.jobs.list(scope=["manual"], get_all=True)))
job = call("job", lambda: project.jobs.get(by_name["make"].id))
call("trace", lambda: job.trace())
call("artifacts", lambda: job.artifacts())
call("artifact", lambda: job.artifact("out/made.txt"))
call("artifacts of ref", lambda: project.artifacts.download(ref_name="main", job="make"))
call("play", lambda: project.jobs.get(by_name["by_hand"].id).play())
call("job cancel", lambda: project.jobs.get(by_name["make"].id).cancel())
call("job retry", lambda: project.jobs.get(by_name["make"].id).retry())
call("job erase", lambda: project.jobs.get(by_name["make"].id).erase())
call("pipeline cancel", lambda: pipeline.cancel())
call("pipeline retry", lambda: pipeline.retry())

request = {"source_branch": "change", "target_branch": "main", "title": "A change"}
merge_request = call("merge request create", lambda: project.mergerequests.create(request))
call("merge requests", lambda: exactly(project.mergerequests.list(state="opened", get_all=True), 1))
call("merge request", lambda: project.mergerequests.get(merge_request.iid))
call("merge request pipelines", lambda: merge_request.pipelines.list(get_all=True))
note = call("note create", lambda: merge_request.notes.create({"body": "Well done"}))
call("notes", lambda: merge_request.notes.list(get_all=True))


def change_note():
    note.body = "Better"
    note.save()


def change_title():
    merge_request.title = "Another title"
    merge_request.save()
    assert project.mergerequests.get(merge_request.iid).title == "Another title"


def close():
    merge_request.state_event = "close"
    merge_request.save()
    assert project.mergerequests.get(merge_request.iid).state == "closed"


call("note change", change_note)
call("merge request title", change_title)
call("merge request close", close)
catalog = "{ ciCatalogResources { nodes { name } } }"
call("graphql", lambda: gitlab.GraphQL(os.environ["GITLAB_URL"], token=os.environ["GITLAB_TOKEN"]).execute(catalog))
call("pipeline delete", lambda: pipeline.delete())

json.dump(outcome, sys.stdout)
