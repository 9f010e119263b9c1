#!/usr/bin/env python3
"""setup.sh with apt-get, dpkg-query and systemctl played by scripts that write down their calls."""
import os
import pathlib
import subprocess
import tempfile

import tap

ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(*args, missing=(), policy=None, apt="exit 0", enabled_after=()):
    """(exit code, output, calls, whether starts were refused, the policy file afterwards)."""
    with tempfile.TemporaryDirectory() as folder:
        here = pathlib.Path(folder)
        policy_path, log = here / "policy-rc.d", here / "log"
        if policy is not None:
            policy_path.write_text(policy)
        log.touch()
        scripts = {
            "dpkg-query": f'for p; do :; done; case " {" ".join(missing)} " in *" $p "*) '
                          'printf unknown;; *) printf installed;; esac',
            "apt-get": f'echo "apt-get $*" >>{log}; cat {policy_path} >>{log}; '
                       f'case $* in *install*) touch {here}/done; {apt};; esac',
            "systemctl": f'echo "systemctl $*" >>{log}; test -e {here}/done || exit 1; '
                         f'for s; do :; done; case " {" ".join(enabled_after)} " in '
                         '*" $s "*) exit 0;; esac; exit 1',
            "sudo": 'exec "$@"',
        }
        for name, text in scripts.items():
            path = here / name
            path.write_text("#!/bin/sh\n" + text + "\n")
            path.chmod(0o755)
        env = {**os.environ, "PATH": f"{folder}:/usr/bin:/bin", "POLICY_RC_D": str(policy_path)}
        done = subprocess.run([ROOT / "tools" / "setup.sh", *args], env=env, capture_output=True,
                              text=True, check=False)
        calls = log.read_text()
        after = policy_path.read_text() if policy_path.exists() else None
        return done.returncode, done.stdout + done.stderr, calls, after


def nothing_missing():
    code, out, calls, after = run("--peers")
    assert code == 0 and calls == "" and after is None, (out, calls)


def only_what_is_missing():
    code, out, calls, _ = run(missing=["meson", "frr"])
    installs = [line for line in calls.splitlines() if " install " in line]
    assert code == 0 and len(installs) == 1, (out, calls)
    assert installs[0].endswith("--no-install-recommends meson"), installs


def no_daemon_starts():
    code, out, calls, after = run("--peers", missing=["frr", "bird2"], enabled_after=["frr"])
    assert code == 0 and "exit 101" in calls and after is None, (out, calls)
    assert "systemctl -q disable frr" in calls and "disable bird" not in calls, calls
    assert "not started" in out, out


def the_old_policy_is_back():
    _, _, calls, after = run("--peers", missing=["frr"], policy="#!/bin/sh\nexit 0\n")
    assert "exit 101" in calls and after == "#!/bin/sh\nexit 0\n", (calls, after)


def a_failed_install_fails_and_cleans_up():
    code, out, _, after = run("--peers", missing=["frr"], apt="exit 100")
    assert code != 0 and after is None, (out, after)


tap.run([
    ("nothing missing: nothing is done", nothing_missing),
    ("only what is missing is installed, peers only on request", only_what_is_missing),
    ("no routing daemon is started or enabled", no_daemon_starts),
    ("an existing start policy is put back", the_old_policy_is_back),
    ("a failed installation fails and cleans up", a_failed_install_fails_and_cleans_up),
])
