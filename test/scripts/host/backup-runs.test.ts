import { join } from "node:path";
import { expect, it } from "vitest";
import { Server } from "./server.ts";

/** `npm run test:backups` makes two thousand of each; a part of them here. */
const runs = Number(process.env.BERTH_BACKUP_RUNS ?? "10");

it.each([2, 8])(
  `${runs} runs of the backup step with %i paths make ${runs} backups`,
  (count) => {
    const server = new Server();
    try {
      const paths = Array.from({ length: count }, (_, index) => `data-${index}/files`);
      for (const path of paths) server.write(join(server.shared, path, "a file"));
      server.sql(
        join(server.shared, "data-0/files/app.db"),
        "CREATE TABLE t (n)",
        "INSERT INTO t VALUES (1)",
      );
      const program = `
for ((time = 1; time <= ${runs}; time++)); do
  before=$(newest_backup)
  back_up_data 2>/dev/null
  made=$(newest_backup)
  [[ $made > $before && -s $BERTH_BACKUP_PATH/$made/data-0/files/app.db ]] || echo "run $time left out"
done
backups | wc -l`;
      const { code, stdout } = server.run(program, {
        BERTH_PERSISTENT_PATHS: paths.join(" "),
        BERTH_KEEP_BACKUPS: "3",
      });
      expect({ code, stdout }).toEqual({ code: 0, stdout: "3\n" });
    } finally {
      server.remove();
    }
  },
  60_000 + runs * 2000,
);
