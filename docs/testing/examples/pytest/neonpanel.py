"""The admin API of the stack, as far as these tests use it. The whole of it: /console/api/openapi.json."""

import base64
import hashlib
import secrets
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests

REDIRECT_URI = "http://127.0.0.1:51789/callback"
REVISION = "2026-07-28"


class Stack:
    def __init__(self, issuer: str, mcp_url: str, admin_token: str) -> None:
        self.issuer = issuer
        self.mcp_url = mcp_url
        self._api = requests.Session()
        self._api.headers["Authorization"] = f"Bearer {admin_token}"

    def admin(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._api.request(method, f"{self.issuer}/console/api{path}", json=body)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def reset(self) -> None:
        self.admin("POST", "/reset")

    def mint_initial_access_token(self, **wish: Any) -> str:
        return self.admin("POST", "/initial-access-tokens", wish)["initial_access_token"]

    def mint_token(self, person: str = "owner@neonpanel.test", **wish: Any) -> str:
        return self.admin("POST", "/tokens", {"person": person, **wish})["token"]

    def add_fault(self, **rule: Any) -> None:
        self.admin("POST", "/faults", rule)

    def advance_clock(self, duration: str) -> None:
        self.admin("POST", "/clock", {"advance": duration})

    def latest_flow(self, client_id: str) -> Any:
        [latest] = self.admin("GET", f"/flows?client_id={client_id}&limit=1")["items"]
        return self.admin("GET", f"/flows/{latest['id']}")

    def register(self, initial_access_token: str, **metadata: Any) -> requests.Response:
        return requests.post(
            f"{self.issuer}/oauth2/register",
            headers={"Authorization": f"Bearer {initial_access_token}"},
            json={
                "client_name": "pytest",
                "redirect_uris": [REDIRECT_URI],
                "token_endpoint_auth_method": "none",
                **metadata,
            },
        )

    def authorize(self, client_id: str, person: str, scope: str) -> tuple[dict[str, str], str]:
        """A person who signs in and consents by themselves authorizes a client: what it is redirected with, and the verifier."""
        self.consents_alone(person)
        verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": REDIRECT_URI,
            "scope": scope,
            "resource": self.mcp_url,
            "state": secrets.token_urlsafe(12),
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "login_hint": person,
        }
        answer = requests.get(
            f"{self.issuer}/oauth2/authorize?{urlencode(query)}", allow_redirects=False
        )
        location = answer.headers["Location"]
        parameters = {name: value for name, [value] in parse_qs(urlsplit(location).query).items()}
        assert parameters["state"] == query["state"]
        return parameters, verifier

    def consents_alone(self, email: str, mode: str = "approve") -> None:
        [person] = self.admin("GET", f"/people?q={email}")["items"]
        self.admin("PATCH", f"/people/{person['id']}", {"auto_consent": {"mode": mode}})

    def redeem(self, client_id: str, code: str, verifier: str) -> requests.Response:
        return requests.post(
            f"{self.issuer}/oauth2/token",
            data={
                "grant_type": "authorization_code",
                "client_id": client_id,
                "code": code,
                "code_verifier": verifier,
                "redirect_uri": REDIRECT_URI,
                "resource": self.mcp_url,
            },
        )

    def call_tool(self, token: str, name: str, arguments: dict[str, Any]) -> requests.Response:
        return self.mcp(token, "tools/call", {"name": name, "arguments": arguments}, {"Mcp-Name": name})

    def mcp(
        self, token: str, method: str, params: dict[str, Any], headers: dict[str, str] | None = None
    ) -> requests.Response:
        """One request of revision 2026-07-28, which needs no session."""
        about = {
            "io.modelcontextprotocol/protocolVersion": REVISION,
            "io.modelcontextprotocol/clientInfo": {"name": "pytest", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        }
        return requests.post(
            self.mcp_url,
            headers={
                "Authorization": f"Bearer {token}",
                "Accept": "application/json, text/event-stream",
                "MCP-Protocol-Version": REVISION,
                "Mcp-Method": method,
                **(headers or {}),
            },
            json={"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": about}},
        )
