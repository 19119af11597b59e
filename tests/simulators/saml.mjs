// A SAML identity provider for browser tests, on `samlify`, with a page that asks who one is.
// Usage: node saml.mjs PORT KEY CERTIFICATE SERVICE ACCOUNTS: files in PEM, where the service's metadata is, and JSON
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import samlify from "samlify";

const [port, key, certificate, service, given] = process.argv.slice(2);
const origin = `http://127.0.0.1:${port}`;
const accounts = JSON.parse(given);
const mfa = "https://refeds.org/profile/mfa";
const password = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";

samlify.setSchemaValidator({ validate: async () => "not looked at here" });

const template = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{ID}" Version="2.0" IssueInstant="{Now}" Destination="{Acs}" InResponseTo="{Request}"><saml:Issuer>{Issuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status><saml:Assertion ID="{AssertionID}" Version="2.0" IssueInstant="{Now}"><saml:Issuer>{Issuer}</saml:Issuer><saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">{Subject}</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="{Later}" Recipient="{Acs}" InResponseTo="{Request}"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="{Now}" NotOnOrAfter="{Later}"><saml:AudienceRestriction><saml:Audience>{Audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="{Now}"><saml:AuthnContext><saml:AuthnContextClassRef>{Context}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement><saml:Attribute Name="mail" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic"><saml:AttributeValue>{Email}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion></samlp:Response>`;

const idp = samlify.IdentityProvider({
  entityID: `${origin}/metadata`,
  privateKey: readFileSync(key),
  signingCert: readFileSync(certificate),
  requestSignatureAlgorithm: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
  singleSignOnService: [
    { Binding: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect", Location: `${origin}/sso` },
  ],
  loginResponseTemplate: { context: template },
});

const form = (action, fields, more = "") =>
  `<!doctype html><title>Directory</title><form method="post" action="${action}">${Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`)
    .join("")}${more}</form>`;

const ask = `<label>Account <input name="account"></label> <label>Code <input name="code"></label>
  <button>Sign in</button>`;

async function answer(request, account, code) {
  const sp = samlify.ServiceProvider({ metadata: await (await fetch(service)).text() });
  const acs = sp.entityMeta.getAssertionConsumerService("post");
  const now = new Date();
  const values = {
    ID: `_${crypto.randomUUID()}`,
    AssertionID: `_${crypto.randomUUID()}`,
    Now: now.toISOString(),
    Later: new Date(now.getTime() + 300_000).toISOString(),
    Acs: acs,
    Audience: sp.entityMeta.getEntityID(),
    Issuer: idp.entityMeta.getEntityID(),
    Request: request,
    Subject: account,
    Email: accounts[account].email,
    Context: code ? mfa : password,
  };
  const filled = (text) => ({
    id: values.ID,
    context: text.replace(/\{(\w+)\}/g, (_, name) => values[name]),
  });
  const made = await idp.createLoginResponse(sp, { extract: { request: { id: request } } }, "post", {}, filled);
  return form(acs, { SAMLResponse: made.context, RelayState: "https://elsewhere.example/" }, "<script>document.forms[0].submit()</script>");
}

createServer(async (incoming, outgoing) => {
  const url = new URL(incoming.url, origin);
  let body = "";
  for await (const chunk of incoming) body += chunk;
  const send = (text, type = "text/html") => outgoing.writeHead(200, { "content-type": type }).end(text);
  if (url.pathname === "/metadata") return send(idp.getMetadata(), "application/xml");
  if (url.pathname === "/sso") {
    const sp = samlify.ServiceProvider({ metadata: await (await fetch(service)).text() });
    const query = Object.fromEntries(url.searchParams);
    const { extract } = await idp.parseLoginRequest(sp, "redirect", { query });
    return send(form("/sign-in", { request: extract.request.id }, ask));
  }
  if (url.pathname === "/sign-in") {
    const given = new URLSearchParams(body);
    return send(await answer(given.get("request"), given.get("account"), given.get("code")));
  }
  return outgoing.writeHead(404).end();
}).listen(Number(port), "127.0.0.1");
