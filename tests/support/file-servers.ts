// Servers that take files, as Debian has them: vsftpd (FTP, FTPS), OpenSSH (SFTP) and Apache (WebDAV), for tests that hold the
// plugin `linkage-upload` against programs that others wrote. Each runs in a mount namespace of its own, with an account that
// only it knows and a folder `full` with 64 KiB of room, and leaves nothing of that behind. Tests skip where they are missing.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { generate } from "selfsigned";
import { type TempDir, tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";

export const USER = "uploader";
export const PASSWORD = "correct horse";
/** Of PASSWORD: `perl -e 'print crypt("correct horse", q($6$nightjar$))'`. */
const PASSWORD_HASH =
  "$6$nightjar$Szra8YtyKY7OgSbvrI0i0AGSDFJbv5a3yBjyLjzUIlLQZq9besJgDtOSzbpXVGLwZlE1LByYTtdeRjd69cGtD0";
const ID = 48_017;
const VSFTPD = "/usr/sbin/vsftpd";
const SSHD = "/usr/sbin/sshd";
const APACHE = "/usr/sbin/apache2";
const APACHE_MODULES = "/usr/lib/apache2/modules";
/** Accounts of the namespace's own, a small disk below the user's home, and the folder that sshd wants. */
const WITHIN = `
mount --bind "$1/passwd" /etc/passwd && mount --bind "$1/shadow" /etc/shadow || exit 90
if [ -e /etc/pam.d/vsftpd ]; then mount --bind "$1/pam" /etc/pam.d/vsftpd || exit 91; fi
mount -t tmpfs -o mode=755 none /run && mkdir /run/sshd || exit 92
mount -t tmpfs -o size=64k,mode=755,uid=${ID},gid=${ID} none "$1/home/full" || exit 93
shift; exec "$@"`;

/** Why tests with them are skipped; false where they are. */
export const WITHOUT_FILE_SERVERS: string | false = whyNot();

function whyNot(): string | false {
  if (process.platform !== "linux" || process.getuid?.() !== 0)
    return "needs root: servers get accounts and a small disk of their own";
  const lacking = [VSFTPD, SSHD, APACHE].find((path) => !existsSync(path));
  if (lacking !== undefined) return `${lacking} is not installed (vsftpd, openssh-server, apache2-bin)`;
  const { status } = spawnSync("unshare", ["--mount", "mount", "-t", "tmpfs", "none", "/mnt"], {
    stdio: "ignore",
  });
  return status === 0 ? false : "file systems cannot be mounted here";
}

/** A folder in which the account is at home, with what servers need beside it. */
export interface FileHouse extends Disposable {
  /** What the account sees. */
  readonly home: string;
  /** PEM: of the servers' own making, for localhost and 127.0.0.1. */
  readonly certificates: string;
  /** A key that lets the account in by SSH. */
  readonly privateKey: string;
  readonly dir: TempDir;
}

/** Makes one. */
export async function fileHouse(): Promise<FileHouse> {
  const dir = tempDir("nj-files-");
  chmodSync(dir.path, 0o755);
  const home = dir.join("home");
  for (const folder of ["home", "home/full", "empty", "locks"]) mkdirSync(dir.join(folder));
  for (const folder of ["home", "locks"]) chownSync(dir.join(folder), ID, ID);
  const accounts = [
    "root:x:0:0::/root:/bin/sh",
    "nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin",
    "sshd:x:105:65534::/run/sshd:/usr/sbin/nologin",
    `${USER}:x:${ID}:${ID}::${home}:/bin/sh`,
  ];
  writeFileSync(dir.join("passwd"), `${accounts.join("\n")}\n`);
  writeFileSync(dir.join("shadow"), `${USER}:${PASSWORD_HASH}:19000:0:99999:7:::\n`, { mode: 0o600 });
  writeFileSync(dir.join("pam"), "auth required pam_unix.so nodelay\naccount required pam_unix.so\n");
  const hash = createHash("sha1").update(PASSWORD).digest("base64");
  writeFileSync(dir.join("htpasswd"), `${USER}:{SHA}${hash}\n`);
  const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }], {
    keySize: 2_048,
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
        ],
      },
    ],
  });
  writeFileSync(dir.join("key.pem"), key, { mode: 0o600 });
  writeFileSync(dir.join("cert.pem"), cert);
  for (const name of ["host", "other-host", "user"])
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", dir.join(name)]);
  return {
    home,
    certificates: cert,
    privateKey: readFileSync(dir.join("user"), "utf8"),
    dir,
    [Symbol.dispose]: () => dir.remove(),
  };
}

/** A server that runs, or has stopped. */
export interface FileServer extends AsyncDisposable {
  readonly port: number;
  /** It takes connections and says nothing more, until `wake`. */
  stall(): void;
  wake(): void;
  stop(): Promise<void>;
}

/** FTP at `port`, in the clear and encrypted if asked, or encrypted from the start. */
export function startVsftpd(house: FileHouse, { isImplicit = false, port = 0 } = {}): Promise<FileServer> {
  return started(house, port, "vsftpd", (at) => {
    const config = house.dir.join(`vsftpd-${at}.conf`);
    const settings = {
      ...{ listen: "YES", listen_ipv6: "NO", listen_address: "127.0.0.1", listen_port: String(at) },
      ...{ background: "NO", anonymous_enable: "NO", local_enable: "YES", write_enable: "YES" },
      ...{ pam_service_name: "vsftpd", nopriv_user: "nobody", secure_chroot_dir: house.dir.join("empty") },
      // It would build walls of its own, which are none of the test's matter.
      ...{ seccomp_sandbox: "NO", isolate: "NO", isolate_network: "NO", local_umask: "022" },
      ...{ ssl_enable: "YES", implicit_ssl: isImplicit ? "YES" : "NO" },
      ...{ force_local_logins_ssl: "NO", force_local_data_ssl: "NO", require_ssl_reuse: "YES" },
      ...{ rsa_cert_file: house.dir.join("cert.pem"), rsa_private_key_file: house.dir.join("key.pem") },
    };
    writeFileSync(
      config,
      `${Object.entries(settings)
        .map((pair) => pair.join("="))
        .join("\n")}\n`,
    );
    return [VSFTPD, config];
  });
}

/** SFTP, by password and by key. `hostKey`: which of its two keys it shows. */
export function startSshd(house: FileHouse, { hostKey = "host", port = 0 } = {}): Promise<FileServer> {
  return started(house, port, "sshd", (at) => {
    const config = house.dir.join(`sshd-${at}.conf`);
    const lines = [
      ...[`Port ${at}`, "ListenAddress 127.0.0.1", `HostKey ${house.dir.join(hostKey)}`, "PidFile none"],
      ...["UsePAM no", "PasswordAuthentication yes", "KbdInteractiveAuthentication no", "StrictModes no"],
      ...[`AuthorizedKeysFile ${house.dir.join("user.pub")}`, `AllowUsers ${USER}`],
      ...["Subsystem sftp internal-sftp", "ForceCommand internal-sftp", "LogLevel QUIET"],
    ];
    writeFileSync(config, `${lines.join("\n")}\n`);
    return [SSHD, "-D", "-e", "-f", config];
  });
}

/** WebDAV at `/`, encrypted or not. */
export function startApache(house: FileHouse, { isTls = false, port = 0 } = {}): Promise<FileServer> {
  return started(house, port, "apache2", (at) => {
    const config = house.dir.join(`apache-${at}.conf`);
    const modules = [
      "mpm_event",
      "authn_core",
      "authn_file",
      "authz_core",
      "authz_user",
      "auth_basic",
      "dav",
      "dav_fs",
      "ssl",
    ];
    const lines = [
      ...[
        `ServerRoot "${house.dir.path}"`,
        `PidFile "${house.dir.join(`apache-${at}.pid`)}"`,
        "ServerName localhost",
      ],
      ...[
        `Listen 127.0.0.1:${at}`,
        `ErrorLog "${house.dir.join(`apache-${at}.log`)}"`,
        `DefaultRuntimeDir "${house.dir.path}"`,
      ],
      ...modules.map((name) => `LoadModule ${name}_module ${APACHE_MODULES}/mod_${name}.so`),
      ...[
        `User #${ID}`,
        `Group #${ID}`,
        "StartServers 1",
        "ServerLimit 1",
        "ThreadsPerChild 8",
        "MaxRequestWorkers 8",
      ],
      ...["MinSpareThreads 1", "MaxSpareThreads 8", `DavLockDB "${house.dir.join(`locks/${at}`)}"`],
      ...[
        `DocumentRoot "${house.home}"`,
        `<Directory "${house.home}">`,
        "Dav On",
        "AuthType Basic",
        "AuthName files",
      ],
      ...[
        "AuthBasicProvider file",
        `AuthUserFile "${house.dir.join("htpasswd")}"`,
        "Require valid-user",
        "</Directory>",
      ],
      ...(isTls
        ? [
            "SSLEngine on",
            `SSLCertificateFile "${house.dir.join("cert.pem")}"`,
            `SSLCertificateKeyFile "${house.dir.join("key.pem")}"`,
          ]
        : []),
    ];
    writeFileSync(config, `${lines.join("\n")}\n`);
    return [APACHE, "-f", config, "-DFOREGROUND"];
  });
}

async function started(
  house: FileHouse,
  wanted: number,
  name: string,
  command: (port: number) => readonly string[],
): Promise<FileServer> {
  const port = wanted === 0 ? await freePort() : wanted;
  const args = [
    "--mount",
    "--propagation",
    "private",
    "sh",
    "-c",
    WITHIN,
    "sh",
    house.dir.path,
    ...command(port),
  ];
  // A group of its own: its children stall and stop with it.
  const child = spawn("unshare", args, { detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => said.push(String(chunk)));
  let hasEnded = false;
  child.once("exit", () => {
    hasEnded = true;
  });
  const signal = (which: NodeJS.Signals): void => {
    if (!hasEnded) process.kill(-(child.pid as number), which);
  };
  const stop = async (): Promise<void> => {
    if (hasEnded) return;
    const gone = once(child, "exit");
    signal("SIGKILL");
    await gone;
  };
  await waitFor(() => hasEnded || answers(port), { what: () => `${name} at port ${port}: ${said.join("")}` });
  if (hasEnded) throw new Error(`${name} has ended (${child.exitCode}): ${said.join("")}`);
  return {
    port,
    stall: () => signal("SIGSTOP"),
    wake: () => signal("SIGCONT"),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

function answers(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(port, "127.0.0.1");
  socket.once("connect", () => resolve(true));
  socket.once("error", () => resolve(false));
  return promise.finally(() => socket.destroy());
}
