// Package mcp tests what a Go client of the MCP server meets, with nothing but the standard library.
package mcp

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"testing"
)

// Stack is a stack that runs: the URLs that its start prints, and the admin API.
type Stack struct {
	Issuer, McpURL, adminToken string
	t                          *testing.T
}

const redirectURI = "http://127.0.0.1:51789/callback"

// client follows no redirect: where one leads is what is tested.
var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error {
	return http.ErrUseLastResponse
}}

// object is a JSON object.
type object map[string]any

// newStack gives a test the running stack, as after its first start.
func newStack(t *testing.T) *Stack {
	t.Helper()
	stack := &Stack{
		Issuer:     environment("NEONPANEL_ISSUER", "http://localhost:4400"),
		McpURL:     environment("NEONPANEL_MCP_URL", "http://localhost:4401/mcp"),
		adminToken: environment("NEONPANEL_ADMIN_TOKEN", "neonpanel-local-admin"),
		t:          t,
	}
	stack.admin("POST", "/reset", nil)
	return stack
}

// admin calls the admin API; /console/api/openapi.json has all of it.
func (s *Stack) admin(method, path string, body object) object {
	s.t.Helper()
	response, answer := s.send(method, s.Issuer+"/console/api"+path, s.adminToken, body, nil)
	if response.StatusCode >= 300 {
		s.t.Fatalf("%s %s: %s %v", method, path, response.Status, answer)
	}
	return answer
}

func (s *Stack) mintInitialAccessToken() string {
	s.t.Helper()
	return s.admin("POST", "/initial-access-tokens", object{})["initial_access_token"].(string)
}

func (s *Stack) mintToken(wish object) string {
	s.t.Helper()
	return s.admin("POST", "/tokens", wish)["token"].(string)
}

func (s *Stack) register(initialAccessToken string) (*http.Response, object) {
	s.t.Helper()
	return s.send("POST", s.Issuer+"/oauth2/register", initialAccessToken, object{
		"client_name":                "Go",
		"redirect_uris":              []string{redirectURI},
		"token_endpoint_auth_method": "none",
	}, nil)
}

// authorize has a person who signs in and consents by themselves authorize a client; the first answer is the redirect to it.
func (s *Stack) authorize(clientID, verifier string) url.Values {
	s.t.Helper()
	s.admin("PATCH", "/people/prs_owner", object{"auto_consent": object{"mode": "approve"}})
	digest := sha256.Sum256([]byte(verifier))
	query := url.Values{
		"response_type":         {"code"},
		"client_id":             {clientID},
		"redirect_uri":          {redirectURI},
		"scope":                 {"read:companies read:inventory"},
		"resource":              {s.McpURL},
		"state":                 {"a-state"},
		"code_challenge":        {base64.RawURLEncoding.EncodeToString(digest[:])},
		"code_challenge_method": {"S256"},
		"login_hint":            {"owner@neonpanel.test"},
	}
	response, err := client.Get(s.Issuer + "/oauth2/authorize?" + query.Encode())
	s.must(err)
	defer response.Body.Close()
	callback, err := response.Location()
	s.must(err)
	return callback.Query()
}

// redeem answers with what the token endpoint gives for a code.
func (s *Stack) redeem(clientID, code, verifier string) object {
	s.t.Helper()
	response, err := client.PostForm(s.Issuer+"/oauth2/token", url.Values{
		"grant_type":    {"authorization_code"},
		"client_id":     {clientID},
		"redirect_uri":  {redirectURI},
		"code":          {code},
		"code_verifier": {verifier},
		"resource":      {s.McpURL},
	})
	s.must(err)
	defer response.Body.Close()
	answer := object{}
	s.must(json.NewDecoder(response.Body).Decode(&answer))
	return answer
}

// mcp sends one request of revision 2026-07-28, which needs no session.
func (s *Stack) mcp(token, method string) (*http.Response, object) {
	s.t.Helper()
	const revision = "2026-07-28"
	message := object{"jsonrpc": "2.0", "id": 1, "method": method, "params": object{"_meta": object{
		"io.modelcontextprotocol/protocolVersion":    revision,
		"io.modelcontextprotocol/clientInfo":         object{"name": "go", "version": "1"},
		"io.modelcontextprotocol/clientCapabilities": object{},
	}}}
	return s.send("POST", s.McpURL, token, message, map[string]string{
		"Accept":               "application/json, text/event-stream",
		"MCP-Protocol-Version": revision,
		"Mcp-Method":           method,
	})
}

// send answers with the JSON object of the response; an empty one when it has none.
func (s *Stack) send(method, address, token string, body object, headers map[string]string) (*http.Response, object) {
	s.t.Helper()
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		s.must(err)
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequest(method, address, content)
	s.must(err)
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := client.Do(request)
	s.must(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	s.must(err)
	answer := object{}
	_ = json.Unmarshal(text, &answer)
	return response, answer
}

func (s *Stack) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(fmt.Errorf("the stack at %s: %w", s.Issuer, err))
	}
}

func environment(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}
