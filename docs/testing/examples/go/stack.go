// Package mcp tests what a Go client of the MCP server meets, with nothing but the standard library.
package mcp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"testing"
)

// Stack is a stack that runs: the URLs that its start prints, and the admin API.
type Stack struct {
	Issuer, McpURL, adminToken string
	t                          *testing.T
}

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
		"redirect_uris":              []string{"http://127.0.0.1:51789/callback"},
		"token_endpoint_auth_method": "none",
	}, nil)
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
func (s *Stack) send(method, url, token string, body object, headers map[string]string) (*http.Response, object) {
	s.t.Helper()
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		s.must(err)
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequest(method, url, content)
	s.must(err)
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
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
