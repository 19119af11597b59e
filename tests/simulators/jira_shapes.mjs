/**
 * Checks answers of the simulated Jira Cloud against Atlassian's published description, as the package jira.js has it
 * in schemas of zod. Reads a list of {path, body} and writes a list of {path, told}: what does not fit, nothing where
 * all does. A path without a schema is an error, so that no answer goes unchecked.
 */
import { readFileSync } from "node:fs";
import { z } from "zod";

const models = new URL("./node_modules/jira.js/dist/", import.meta.url);
const load = async (product, name) => {
  const file = name.replace(/^[A-Z]+(?![a-z])/, (all) => all.toLowerCase()).replace(/^[A-Z]/, (one) => one.toLowerCase());
  const found = await import(new URL(`${product}/models/${file}.js`, models));
  return found[`${name}Schema`];
};
const listOf = async (product, name) => z.array(await load(product, name));

const SCHEMAS = [
  [/^serverInfo$/, () => load("cloud", "ServerInformation")],
  [/^myself$/, () => load("cloud", "DashboardUser")],
  [/^mypermissions$/, () => load("cloud", "Permissions")],
  [/^field$/, () => listOf("cloud", "FieldDetails")],
  [/^status$/, () => listOf("cloud", "StatusDetails")],
  [/^issuetype$/, () => listOf("cloud", "IssueTypeDetails")],
  [/^project\/search$/, () => load("cloud", "PageProject")],
  [/^project\/\w+\/statuses$/, () => listOf("cloud", "IssueTypeWithStatus")],
  [/^project\/\w+\/versions$/, () => listOf("cloud", "Version")],
  [/^project\/\w+$/, () => load("cloud", "Project")],
  [/^search\/jql$/, () => load("cloud", "SearchAndReconcileResults")],
  [/^search\/approximate-count$/, () => load("cloud", "JQLCountResults")],
  [/^changelog\/bulkfetch$/, () => load("cloud", "BulkChangelogResponse")],
  [/^issue\/[\w-]+\/changelog$/, () => load("cloud", "PageChangelog")],
  [/^issue\/[\w-]+$/, () => load("cloud", "Issue")],
  [/^agile\/board$/, () => load("agile", "PageBoard")],
  [/^agile\/board\/\d+\/sprint$/, () => load("agile", "GetAllSprints")],
];

const told = [];
for (const { path, body } of JSON.parse(readFileSync(0, "utf8"))) {
  const known = SCHEMAS.find(([pattern]) => pattern.test(path));
  if (known === undefined) throw new Error(`${path} has no schema`);
  const schema = await known[1]();
  if (schema === undefined) throw new Error(`the schema of ${path} is not where it was`);
  const found = schema.safeParse(body);
  told.push({
    path,
    told: found.success ? [] : found.error.issues.map((one) => `${one.path.join(".")}: ${one.message}`),
  });
}
process.stdout.write(JSON.stringify(told));
