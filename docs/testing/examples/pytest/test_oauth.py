"""How a client comes to its tokens: registration, a person's consent, redeeming the code, and the story of it all."""

from neonpanel import Stack

READ = "read:companies read:inventory"


def test_an_initial_access_token_registers_one_client(stack: Stack) -> None:
    token = stack.mint_initial_access_token(note="pytest")
    assert stack.register(token).status_code == 201
    again = stack.register(token)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_token")


def test_from_registration_to_the_first_tool_call(stack: Stack) -> None:
    client_id = stack.register(stack.mint_initial_access_token()).json()["client_id"]
    callback, verifier = stack.authorize(client_id, "owner@neonpanel.test", READ)
    tokens = stack.redeem(client_id, callback["code"], verifier).json()
    assert stack.call_tool(tokens["access_token"], "list_companies", {}).status_code == 200

    flow = stack.latest_flow(client_id)
    assert flow["status"] == "completed"
    assert flow["verdict"] is None


def test_a_code_is_redeemed_once_and_the_flow_says_why(stack: Stack) -> None:
    callback, verifier = stack.authorize("local-client", "owner@neonpanel.test", READ)
    assert stack.redeem("local-client", callback["code"], verifier).status_code == 200
    again = stack.redeem("local-client", callback["code"], verifier)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert stack.latest_flow("local-client")["verdict"]["cause"] == "code_reused"


def test_a_token_endpoint_that_answers_html(stack: Stack) -> None:
    callback, verifier = stack.authorize("local-client", "owner@neonpanel.test", READ)
    stack.add_fault(preset="token-answers-html")
    answer = stack.redeem("local-client", callback["code"], verifier)
    assert answer.headers["Content-Type"].startswith("text/html")
