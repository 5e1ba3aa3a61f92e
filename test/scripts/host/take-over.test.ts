import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Server } from "./server.ts";

let server: Server;
beforeEach(() => {
  server = new Server();
});
afterEach(() => server.remove());

const inPlace = "00000000T000000Z-in-place";
const id = "20260101T000000Z-1-aaaa";

describe("an in-place installation", () => {
  it.each([1, 150, 3000])("is found, however much lies in its folder: %i entries", (count) => {
    const entries = `in_place_entries() { for ((n = 0; n < ${count}; n++)); do echo "entry-$n"; done; }`;
    expect(server.run(`${entries}; found_in_place && echo found`).stdout).toBe("found\n");
  });

  it("is not found in a folder that has the layout alone, nor where a release is live", () => {
    expect(server.run("found_in_place").code).toBe(1);
    server.write(join(server.deployPath, "wsgi.py"));
    expect(server.run("found_in_place").code).toBe(0);
    server.release(id);
    server.live(id);
    expect(server.run("found_in_place").code).toBe(1);
  });

  it("is not found on an empty disk of its own, which has a lost+found", () => {
    mkdirSync(join(server.deployPath, "lost+found"));
    expect(server.run("found_in_place").code).toBe(1);
    server.write(join(server.deployPath, "wsgi.py"));
    expect(server.run("in_place_entries").stdout).toBe("wsgi.py\n");
  });

  it("becomes a release of links that is live; its data stays where it is", () => {
    server.write(join(server.deployPath, "wsgi.py"), "# the application\n");
    server.write(join(server.deployPath, "two words.txt"), "kept");
    server.write(join(server.deployPath, "blog/db/app.db"), "the data");
    server.write("units/helpdesk.service", "[Service]\n");
    const paths = { BERTH_PERSISTENT_PATHS: "blog/db uploads" };
    const { code, log } = server.run(`open_release ${id}; take_over`, paths);
    expect({ code, log }).toMatchObject({ code: 0 });
    expect(readlinkSync(join(server.deployPath, "current"))).toBe(`releases/${inPlace}`);
    const release = join(server.releases, inPlace);
    expect(server.names(release)).toEqual([".berth", ".complete", "blog", "two words.txt", "wsgi.py"]);
    expect(readFileSync(join(release, "two words.txt"), "utf8")).toBe("kept");
    expect(server.names(join(release, ".berth/units"))).toEqual(["helpdesk.service"]);
    expect(readlinkSync(join(server.shared, "blog/db"))).toBe(join(server.deployPath, "blog/db"));
    expect(existsSync(join(server.shared, "uploads"))).toBe(false);
    expect(lstatSync(join(server.deployPath, "blog/db/app.db")).isFile()).toBe(true);
    expect(log).toContain(`warning: ${server.deployPath}/two words.txt is not in the new release`);
    expect(server.run("take_over; is_confirmed 00000000T000000Z-in-place", paths).code).toBe(0);
  });

  it("is taken over again where the first time was cut short", () => {
    server.write(join(server.deployPath, "wsgi.py"));
    const cut = server.run(`point_current_at() { kill -9 $$; }; open_release ${id}; take_over`);
    expect(cut.code).not.toBe(0);
    expect(server.run(`open_release ${id}; take_over`).code).toBe(0);
    expect(readlinkSync(join(server.deployPath, "current"))).toBe(`releases/${inPlace}`);
  });
});
