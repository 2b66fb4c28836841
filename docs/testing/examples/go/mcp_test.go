package mcp

import (
	"strings"
	"testing"
)

func TestAnInitialAccessTokenRegistersOneClient(t *testing.T) {
	stack := newStack(t)
	token := stack.mintInitialAccessToken()
	if response, answer := stack.register(token); response.StatusCode != 201 {
		t.Fatal(response.Status, answer)
	}
	response, answer := stack.register(token)
	if response.StatusCode != 401 || answer["error"] != "invalid_token" {
		t.Fatal(response.Status, answer)
	}
}

func TestAPersonConnectsAClient(t *testing.T) {
	stack := newStack(t)
	_, registered := stack.register(stack.mintInitialAccessToken())
	clientID := registered["client_id"].(string)
	verifier := "a-verifier-that-is-long-enough-for-RFC-7636-to-take-it"
	callback := stack.authorize(clientID, verifier)
	if callback.Get("state") != "a-state" || callback.Get("iss") != stack.Issuer {
		t.Fatal(callback)
	}
	tokens := stack.redeem(clientID, callback.Get("code"), verifier)
	if tokens["scope"] != "read:companies read:inventory" {
		t.Fatal(tokens)
	}
	if response, answer := stack.mcp(tokens["access_token"].(string), "tools/list"); response.StatusCode != 200 {
		t.Fatal(response.Status, answer)
	}
}

func TestATokenListsTheTools(t *testing.T) {
	stack := newStack(t)
	response, answer := stack.mcp(stack.mintToken(object{"person": "owner@neonpanel.test"}), "tools/list")
	if response.StatusCode != 200 {
		t.Fatal(response.Status, answer)
	}
	tools := answer["result"].(map[string]any)["tools"].([]any)
	if len(tools) != 12 {
		t.Fatalf("expected 12 tools, got %d", len(tools))
	}
}

func TestABadTokenIsRefused(t *testing.T) {
	stack := newStack(t)
	for name, wish := range map[string]object{
		"signed by somebody else": {"key": "rogue"},
		"expired":                 {"ttl_seconds": -60},
		"for another server":      {"claims": object{"aud": "https://elsewhere.example/mcp"}},
	} {
		wish["person"] = "owner@neonpanel.test"
		response, _ := stack.mcp(stack.mintToken(wish), "tools/list")
		challenge := response.Header.Get("WWW-Authenticate")
		if response.StatusCode != 401 || !strings.Contains(challenge, `error="invalid_token"`) {
			t.Errorf("%s: %s %s", name, response.Status, challenge)
		}
	}
}

func TestATokenEndsAfterAnHour(t *testing.T) {
	stack := newStack(t)
	token := stack.mintToken(object{"person": "owner@neonpanel.test"})
	stack.admin("POST", "/clock", object{"advance": "61m"})
	if response, answer := stack.mcp(token, "tools/list"); response.StatusCode != 401 {
		t.Fatal(response.Status, answer)
	}
}

func TestTheServerHasEnoughOnce(t *testing.T) {
	stack := newStack(t)
	token := stack.mintToken(object{"person": "owner@neonpanel.test"})
	stack.admin("POST", "/faults", object{
		"where": object{"endpoint": "mcp"},
		"what":  object{"rate_limited": object{"retry_after_seconds": 7}},
		"until": object{"count": 1},
	})
	response, _ := stack.mcp(token, "tools/list")
	if response.StatusCode != 429 || response.Header.Get("Retry-After") != "7" {
		t.Fatal(response.Status, response.Header)
	}
	if response, answer := stack.mcp(token, "tools/list"); response.StatusCode != 200 {
		t.Fatal(response.Status, answer)
	}
}

func TestARefusedRegistrationIsToldAsAFlow(t *testing.T) {
	stack := newStack(t)
	stack.admin("POST", "/faults", object{"preset": "registration-answers-html-500"})
	if response, answer := stack.register(stack.mintInitialAccessToken()); response.StatusCode != 500 {
		t.Fatal(response.Status, answer)
	}
	flows := stack.admin("GET", "/flows?limit=1", nil)["items"].([]any)
	flow := flows[0].(map[string]any)
	if flow["status"] != "failed" || flow["step"] != "register" {
		t.Fatal(flow)
	}
}
