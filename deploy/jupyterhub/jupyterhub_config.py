"""The course on a JupyterHub of one Linux server, with a login for each learner.

Run by ``jupyterhub --config deploy/jupyterhub/jupyterhub_config.py``; deploy/README.md tells what
to install and what to change. As it stands, learners log in with their accounts on this machine
(PAM), each server runs under the learner's own account, and the hub is reached through a proxy on
the same machine that speaks TLS. What a department changes is marked CHANGE.
"""

import os
import sys
from pathlib import Path

c = get_config()  # noqa: F821  (JupyterHub gives it)

STATE = Path(os.environ.get("OLIGOTEACH_HUB_STATE", "/var/lib/oligoteach-hub"))
BIN = Path(sys.executable).parent

# --- Addresses ---
# CHANGE only with care: whatever speaks TLS stands in front and passes requests to this address.
c.JupyterHub.bind_url = os.environ.get("OLIGOTEACH_HUB_URL", "http://127.0.0.1:8000")
c.JupyterHub.hub_bind_url = "http://127.0.0.1:8081"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:8001"
c.ConfigurableHTTPProxy.command = [
    os.environ.get("OLIGOTEACH_PROXY", "configurable-http-proxy"),
]

# --- What the hub itself must remember: readable to the hub's own account only ---
STATE.mkdir(mode=0o700, parents=True, exist_ok=True)
c.JupyterHub.db_url = f"sqlite:///{STATE / 'hub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(STATE / "cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(STATE / "proxy.pid")

# --- Who may log in: CHANGE ---
# Accounts of this machine, all of them; for some only, leave allow_all out and name them in
# c.Authenticator.allowed_users = {"ann", "ben"}. A department's own login is an authenticator of
# its choice, such as OAuthenticator (OpenID Connect, Entra ID, …) or one for LDAP: install it, name
# it here, and follow its documentation.
c.JupyterHub.authenticator_class = "pam"
c.Authenticator.allow_all = True
c.PAMAuthenticator.open_sessions = False
# The login is the first page that a learner sees; CHANGE: whom to ask for an account.
c.JupyterHub.template_vars = {
    "announcement_login": (
        "<strong>oligoteach</strong>: the oligometastatic state in lung cancer. "
        "Education only: not a basis for treating a patient."
    )
}

# --- What each learner gets: the lessons, and nothing else ---
# This program answers for lessons and progress only. It has no notebook to change, no terminal and
# no files, so the lessons are the same for all, and belong to the account that installed them.
c.Spawner.cmd = [str(BIN / "oligoteach-singleuser")]
c.Spawner.default_url = "/"
c.Spawner.http_timeout = 60
# Numbers from deploy/README.md; of no effect with spawners that cannot limit, such as the usual
# one. To have limits on one machine, use SystemdSpawner (CHANGE).
c.Spawner.mem_guarantee = "350M"
c.Spawner.mem_limit = "1G"
c.Spawner.cpu_limit = 2
c.JupyterHub.active_server_limit = 60
c.JupyterHub.concurrent_spawn_limit = 8

# --- Nobody stays for ever: a server whose pages have been closed for an hour is stopped ---
c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [
            sys.executable,
            "-m",
            "jupyterhub_idle_culler",
            "--timeout=3600",
            "--cull-every=300",
        ],
    }
]
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["idle-culler"],
    }
]
