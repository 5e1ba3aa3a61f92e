import type { ThrowawayHost } from "../../src/host/index.ts";
import { mustRun } from "../../src/host/subprocess.ts";
import type { Package } from "../faults/server/packages.ts";
import { applicationPort, deployPath, usualEnvironment } from "../faults/server/transaction.ts";

/**
 * The procedure that Berth replaces: stop, copy, virtual environment, pip, start; back by copying the backup. Run on the
 * server itself, with the wheels already there, which is kinder to it than its pipeline was.
 */
export class OriginalProcedure {
  private readonly host: ThrowawayHost;

  constructor(host: ThrowawayHost) {
    this.host = host;
  }

  async deploy(content: Package): Promise<void> {
    await this.send(content);
    await this.script(deploying);
  }

  async rollBack(): Promise<void> {
    await this.script(rollingBack);
  }

  private async send({ folder }: Package): Promise<void> {
    const archive = `${folder}.upload.tar`;
    await mustRun(["tar", "--create", `--file=${archive}`, `--directory=${folder}`, "."]);
    const { address, user, privateKeyFile, knownHostsFile } = this.host;
    const options = ["-F", "none", "-i", privateKeyFile, "-o", `UserKnownHostsFile=${knownHostsFile}`];
    await mustRun(["scp", "-q", ...options, archive, `${user}@${address}:/tmp/package.tar`]);
    await this.script("rm -rf /tmp/package; mkdir /tmp/package; tar -xf /tmp/package.tar -C /tmp/package");
  }

  private async script(text: string): Promise<void> {
    const { code, stderr } = await this.host.run(["bash", "-eu"], { input: text });
    if (code !== 0) throw new Error(`the original procedure ended with ${code}: ${stderr.slice(-500)}`);
  }
}

const deploying = `
mkdir -p ${deployPath} /var/backups/flask_helpdesk
cp -a ${deployPath} "/var/backups/flask_helpdesk/backup_$(date +%s%N)"
systemctl stop flask-helpdesk 2>/dev/null || true
rsync -a --delete --exclude blog/db --exclude venv /tmp/package/app/ ${deployPath}/
mkdir -p ${deployPath}/.berth ${deployPath}/blog/db
cp /tmp/package/manifest.json ${deployPath}/.berth/manifest.json
rm -rf ${deployPath}/venv
python3 -m venv ${deployPath}/venv
${deployPath}/venv/bin/pip install --quiet --no-index --find-links /tmp/package/wheels -r /tmp/package/requirements.lock
cat >${deployPath}/.env.production <<'END'
${usualEnvironment}HOST="0.0.0.0"
PORT="${applicationPort}"
END
chown -R www-data:www-data ${deployPath}
cp ${deployPath}/flask-helpdesk.service /etc/systemd/system/
systemctl daemon-reload
systemctl start flask-helpdesk
systemctl is-active --quiet flask-helpdesk
`;

const rollingBack = `
newest=$(ls -d /var/backups/flask_helpdesk/backup_* | tail -n 1)
systemctl stop flask-helpdesk
rsync -a --delete --exclude blog/db "$newest/" ${deployPath}/
chown -R www-data:www-data ${deployPath}
systemctl start flask-helpdesk
`;
