"""The stack for pytest: one for the whole run, put back before each test.

Runs against a stack that is already there when NEONPANEL_ISSUER says where (docker, CI service), and starts one with the
testing kit otherwise (`npm install --save-dev @neonpanel/testing-kit`).
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator

import pytest

from neonpanel import Stack

ADMIN_TOKEN = os.environ.get("NEONPANEL_ADMIN_TOKEN", "neonpanel-local-admin")


@pytest.fixture(scope="session")
def running_stack() -> Iterator[Stack]:
    issuer = os.environ.get("NEONPANEL_ISSUER")
    if issuer:
        yield Stack(issuer, os.environ["NEONPANEL_MCP_URL"], ADMIN_TOKEN)
        return
    environment = {
        **os.environ,
        "AUTH_PORT": "0",
        "MCP_PORT": "0",
        "DATA_DIR": "memory",
        "REVOCATION_CHECK_SECONDS": "0",
        "LOG_LEVEL": "warn",
    }
    npx = shutil.which("npx") or pytest.fail("npx is not installed")
    command = [npx, "--no", "neonpanel-stack"]
    # In a session of its own: npx does not pass on what ends it, so all of it is ended together.
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            # Its last line on standard output says that it is ready, and where.
            ready = next(line for line in process.stdout if line.startswith("ready "))
            where = dict(part.split("=", 1) for part in ready.split()[1:])
            yield Stack(where["issuer"], where["mcp"], ADMIN_TOKEN)
        finally:
            os.killpg(process.pid, signal.SIGTERM)


@pytest.fixture
def stack(running_stack: Stack) -> Stack:
    """As after the first start: nobody signed in, no grant, no fault, the machine's time."""
    running_stack.reset()
    return running_stack
