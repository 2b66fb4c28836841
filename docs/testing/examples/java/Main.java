import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.regex.Pattern;

/** Tests of an MCP client's needs against a running stack, with nothing but the JDK: `java Main.java`. */
class Main {
  static final String issuer = environment("NEONPANEL_ISSUER", "http://localhost:4400");
  static final String mcpUrl = environment("NEONPANEL_MCP_URL", "http://localhost:4401/mcp");
  static final String adminToken = environment("NEONPANEL_ADMIN_TOKEN", "neonpanel-local-admin");

  static final String redirectUri = "http://127.0.0.1:51789/callback";

  static final Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
  /** Of HTTP/1.1: by default it offers to upgrade each request to h2c, and may hang when an answer precedes the body. */
  static final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  public static void main(String[] arguments) throws Exception {
    test("an initial access token registers one client", Main::registersOnce);
    test("a person connects a client", Main::connects);
    test("a token lists the tools", Main::listsTools);
    test("a token that somebody else signed is refused", Main::refusesRogues);
    test("a token ends after an hour", Main::endsAfterAnHour);
    test("the server has enough once", Main::hasEnoughOnce);
    test("a refused registration is told as a flow", Main::isTold);
  }

  static void registersOnce() throws Exception {
    var token = mintInitialAccessToken();
    equal(201, register(token).statusCode());
    var again = register(token);
    equal(401, again.statusCode());
    equal("invalid_token", member(again.body(), "error"));
  }

  static void connects() throws Exception {
    var client = member(register(mintInitialAccessToken()).body(), "client_id");
    admin("PATCH", "/people/prs_owner", "{ \"auto_consent\": { \"mode\": \"approve\" } }");
    var verifier = random(48);
    var callback = authorize(client, verifier);
    var tokens = send(HttpRequest.newBuilder(URI.create(issuer + "/oauth2/token"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .POST(BodyPublishers.ofString(form(
            "grant_type", "authorization_code", "client_id", client, "redirect_uri", redirectUri,
            "code", callback.replaceAll(".*[?&]code=([^&]*).*", "$1"), "code_verifier", verifier,
            "resource", mcpUrl))));
    equal(200, tokens.statusCode());
    equal(200, listTools(member(tokens.body(), "access_token")).statusCode());
  }

  /** The person signs in and consents by themselves: the first answer is the redirect to the client. */
  static String authorize(String client, String verifier) throws Exception {
    var digest = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(US_ASCII));
    var query = form(
        "response_type", "code", "client_id", client, "redirect_uri", redirectUri,
        "scope", "read:companies read:inventory", "resource", mcpUrl, "state", random(12),
        "code_challenge", base64.encodeToString(digest), "code_challenge_method", "S256",
        "login_hint", "owner@neonpanel.test");
    var answer = send(HttpRequest.newBuilder(URI.create(issuer + "/oauth2/authorize?" + query)));
    return answer.headers().firstValue("Location").orElseThrow();
  }

  static void listsTools() throws Exception {
    var answer = listTools(mintToken("{ \"person\": \"owner@neonpanel.test\" }"));
    equal(200, answer.statusCode());
    contains("get_inventory_items", answer.body());
  }

  static void refusesRogues() throws Exception {
    var token = mintToken("{ \"person\": \"owner@neonpanel.test\", \"key\": \"rogue\" }");
    var answer = listTools(token);
    equal(401, answer.statusCode());
    contains("error=\"invalid_token\"", answer.headers().firstValue("WWW-Authenticate").orElse(""));
  }

  static void endsAfterAnHour() throws Exception {
    var token = mintToken("{ \"person\": \"owner@neonpanel.test\" }");
    admin("POST", "/clock", "{ \"advance\": \"61m\" }");
    equal(401, listTools(token).statusCode());
  }

  static void hasEnoughOnce() throws Exception {
    var token = mintToken("{ \"person\": \"owner@neonpanel.test\" }");
    admin("POST", "/faults", """
        { "where": { "endpoint": "mcp" },
          "what": { "rate_limited": { "retry_after_seconds": 7 } },
          "until": { "count": 1 } }""");
    var refused = listTools(token);
    equal(429, refused.statusCode());
    equal("7", refused.headers().firstValue("Retry-After").orElse(""));
    equal(200, listTools(token).statusCode());
  }

  static void isTold() throws Exception {
    admin("POST", "/faults", "{ \"preset\": \"registration-answers-html-500\" }");
    equal(500, register(mintInitialAccessToken()).statusCode());
    var flows = admin("GET", "/flows?limit=1", "");
    equal("failed", member(flows, "status"));
    equal("register", member(flows, "step"));
  }

  static HttpResponse<String> register(String initialAccessToken) throws Exception {
    return send(HttpRequest.newBuilder(URI.create(issuer + "/oauth2/register"))
        .header("Authorization", "Bearer " + initialAccessToken)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString("""
            { "client_name": "Java", "redirect_uris": ["%s"],
              "token_endpoint_auth_method": "none" }""".formatted(redirectUri))));
  }

  /** One request of revision 2026-07-28, which needs no session. */
  static HttpResponse<String> listTools(String token) throws Exception {
    return send(HttpRequest.newBuilder(URI.create(mcpUrl))
        .header("Authorization", "Bearer " + token)
        .header("Content-Type", "application/json")
        .header("Accept", "application/json, text/event-stream")
        .header("MCP-Protocol-Version", "2026-07-28")
        .header("Mcp-Method", "tools/list")
        .POST(BodyPublishers.ofString("""
            { "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": { "_meta": {
              "io.modelcontextprotocol/protocolVersion": "2026-07-28",
              "io.modelcontextprotocol/clientInfo": { "name": "java", "version": "1" },
              "io.modelcontextprotocol/clientCapabilities": {} } } }""")));
  }

  static String mintInitialAccessToken() throws Exception {
    return member(admin("POST", "/initial-access-tokens", "{}"), "initial_access_token");
  }

  static String mintToken(String wish) throws Exception {
    return member(admin("POST", "/tokens", wish), "token");
  }

  static String admin(String method, String path, String body) throws Exception {
    var answer = send(HttpRequest.newBuilder(URI.create(issuer + "/console/api" + path))
        .header("Authorization", "Bearer " + adminToken)
        .header("Content-Type", "application/json")
        .method(method, BodyPublishers.ofString(body)));
    if (answer.statusCode() >= 300) throw new AssertionError(path + ": " + answer.body());
    return answer.body();
  }

  static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), BodyHandlers.ofString());
  }

  /** The first member of that name in a JSON text; the JDK reads no JSON. */
  static String member(String json, String name) {
    var found = Pattern.compile("\"" + name + "\"\\s*:\\s*\"([^\"]*)\"").matcher(json);
    if (!found.find()) throw new AssertionError(name + " is not in " + json);
    return found.group(1);
  }

  static String form(String... namesAndValues) {
    var pairs = new ArrayList<String>();
    for (var index = 0; index < namesAndValues.length; index += 2) {
      pairs.add(namesAndValues[index] + "=" + URLEncoder.encode(namesAndValues[index + 1], UTF_8));
    }
    return String.join("&", pairs);
  }

  static String random(int bytes) {
    var content = new byte[bytes];
    new SecureRandom().nextBytes(content);
    return base64.encodeToString(content);
  }

  interface Body {
    void run() throws Exception;
  }

  /** Runs a test on a stack that is as after its first start. */
  static void test(String title, Body body) throws Exception {
    admin("POST", "/reset", "");
    body.run();
    System.out.println("ok " + title);
  }

  static void equal(Object expected, Object got) {
    if (!expected.equals(got)) throw new AssertionError("expected " + expected + ", got " + got);
  }

  static void contains(String part, String whole) {
    if (!whole.contains(part)) throw new AssertionError("no " + part + " in " + whole);
  }

  static String environment(String name, String otherwise) {
    var value = System.getenv(name);
    return value == null ? otherwise : value;
  }
}
