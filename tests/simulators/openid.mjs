// An OpenID provider for browser tests: the certified `oidc-provider`, with a page that asks who one is.
// Usage: node openid.mjs PORT CALLBACK ACCOUNTS, the accounts as JSON: {"subject": {"email": …}}
import Provider from "oidc-provider";

const [port, callback, given] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const accounts = JSON.parse(given);

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "plumbline",
      client_secret: "the-secret-of-the-client",
      redirect_uris: [callback],
    },
  ],
  claims: { openid: ["sub", "amr"], email: ["email", "email_verified"], profile: ["name"] },
  pkce: { required: () => true },
  cookies: { keys: ["for the tests alone"] },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/sign-in/${interaction.uid}` },
  findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...accounts[sub] }) }),
  // Nobody is asked whether Plumbline may know who they are.
  async loadExistingGrant({ oidc }) {
    const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
    grant.addOIDCScope("openid email profile");
    await grant.save();
    return grant;
  },
});

const page = `<!doctype html><title>Directory</title><form method="post">
  <label>Account <input name="account"></label>
  <label>Code <input name="code"></label><button>Sign in</button> <button name="cancel" value="1">Cancel</button></form>`;

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith("/sign-in/")) return next();
  if (ctx.method === "GET") {
    ctx.type = "html";
    ctx.body = page;
    return undefined;
  }
  let body = "";
  for await (const chunk of ctx.req) body += chunk;
  const form = new URLSearchParams(body);
  const amr = form.get("code") ? ["pwd", "otp", "mfa"] : ["pwd"];
  const result = form.get("cancel")
    ? { error: "access_denied", error_description: "cancelled" }
    : { login: { accountId: form.get("account"), amr } };
  ctx.respond = false;
  return provider.interactionFinished(ctx.req, ctx.res, result);
});

provider.listen(Number(port), "127.0.0.1");
