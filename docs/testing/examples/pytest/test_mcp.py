"""What a Python client of the MCP server meets: good tokens, bad ones, faults, and time."""

import pytest

from neonpanel import Stack

READ = "read:companies read:inventory"


def test_a_token_calls_a_tool(stack: Stack) -> None:
    answer = stack.call_tool(stack.mint_token(scope=READ), "get_inventory_items", {"limit": 2})
    assert answer.status_code == 200
    assert len(answer.json()["result"]["structuredContent"]["items"]) == 2


@pytest.mark.parametrize(
    "bad",
    [
        {"key": "rogue"},
        {"key": "none", "header": {"alg": "none"}},
        {"ttl_seconds": -60},
        {"claims": {"aud": "https://elsewhere.example/mcp"}},
        {"claims": {"iss": "https://elsewhere.example"}},
    ],
    ids=lambda bad: ", ".join(bad),
)
def test_a_bad_token_is_refused(stack: Stack, bad: dict) -> None:
    answer = stack.mcp(stack.mint_token(**bad), "tools/list", {})
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_a_call_beyond_the_scope_says_what_it_needs(stack: Stack) -> None:
    token = stack.mint_token(scope=READ)
    answer = stack.call_tool(token, "get_revenue_and_cogs", {"from": "2026-01", "to": "2026-02"})
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]
    assert "read:cogs" in answer.headers["WWW-Authenticate"]


def test_a_token_ends_after_an_hour(stack: Stack) -> None:
    token = stack.mint_token(scope=READ)
    stack.advance_clock("59m")
    assert stack.mcp(token, "tools/list", {}).status_code == 200
    stack.advance_clock("2m")
    assert stack.mcp(token, "tools/list", {}).status_code == 401


def test_the_server_has_enough_once(stack: Stack) -> None:
    token = stack.mint_token(scope=READ)
    stack.add_fault(
        where={"endpoint": "mcp"},
        what={"rate_limited": {"retry_after_seconds": 7}},
        until={"count": 1},
    )
    refused = stack.mcp(token, "tools/list", {})
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "7")
    assert stack.mcp(token, "tools/list", {}).status_code == 200
