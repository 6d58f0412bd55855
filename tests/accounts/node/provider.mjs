// oidc-provider with two people and two clients, on loopback. One line of JSON on stdin changes somebody's groups.
//   node provider.mjs <port> <redirect URI> <address after sign-out>
import { createInterface } from "node:readline";
import Provider from "oidc-provider";

const [port, redirectUri, afterSignOut] = process.argv.slice(2);
const people = new Map();

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: "reading-room",
    client_secret: "a-secret-of-the-tests-of-no-use-anywhere",
    redirect_uris: [redirectUri],
    post_logout_redirect_uris: [afterSignOut],
  }],
  claims: { openid: ["sub"], profile: ["preferred_username", "given_name", "family_name", "groups"], email: ["email"] },
  pkce: { required: () => true },
  cookies: { keys: ["only for tests"] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people.get(id) }) }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("listening"));

createInterface({ input: process.stdin }).on("line", (line) => {
  const { sub, ...claims } = JSON.parse(line);
  people.set(sub, claims);
  console.log("changed");
});
